"""What must be true before a real school's data may be served. Pure; settings call it at the start."""

from ipaddress import ip_address
from urllib.parse import urlsplit

SHORTEST_KEY = 50  # characters: what Django's own generator makes


def is_local(host: str) -> bool:
    """Whether only this machine itself is reached by `host`.

    >>> [is_local(host) for host in ("localhost", "[::1]", "127.0.0.5", "0.0.0.0", "map.school.uk", "*")]
    [True, True, True, False, False, False]
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost" or host.casefold().endswith(".localhost")


def exposed(*, secret_key: str, insecure_key: str, hosts: list[str], bind: str) -> list[str]:
    """A sentence when others could reach a product whose key everybody knows; an empty list when all is well.

    With the known key anybody can write themselves a session. It is for trying the product on one machine.

    >>> exposed(secret_key="x", insecure_key="x", hosts=["localhost"], bind="127.0.0.1")
    []
    """
    reached = [host for host in hosts if not is_local(host)]
    reached += [] if is_local(bind) else [bind or "every address"]
    if secret_key != insecure_key or not reached:
        return []
    return [
        f"SECRET_KEY is the one that everybody knows, and {reached[0]} is reached from other machines: "
        "set SECRET_KEY to 50 random characters, or leave ALLOWED_HOSTS and BIND as they are."
    ]


# Mail backends that send nothing and leave one-time links where others read them.
NOT_SENT = (".console.", ".filebased.", ".locmem.")


def unsafe(
    *,
    secret_key: str,
    insecure_key: str,
    debug: bool,
    hosts: list[str],
    proxies: int,
    origins: list[str],
    redis: str,
    mail: str,
    database: str,
) -> list[str]:
    """Sentences for each setting that production refuses to start with; an empty list when all is well.

    `redis` is its address, empty without one; `mail` the dotted name of its backend; `database` the name of a
    database of SQLite, empty for a server's. No sentence quotes an address that may hold a password.
    """
    found = []
    if secret_key == insecure_key or len(secret_key) < SHORTEST_KEY:
        found.append("SECRET_KEY is the default or shorter than 50 characters: set 50 random characters.")
    if debug:
        found.append("DEBUG is on: unset it.")
    if not hosts or any("*" in host for host in hosts):
        found.append("ALLOWED_HOSTS admits any host: name the school's address.")
    if proxies < 1:
        found.append(
            "TRUSTED_PROXY_COUNT is 0, so every visitor would share the proxy's address: "
            "set it to the number of proxies in front, usually 1."
        )
    if any(not origin.startswith("https://") or "*" in origin for origin in origins):
        found.append("CSRF_TRUSTED_ORIGINS names an origin without HTTPS or with a star: write https:// and the name.")
    if redis and not urlsplit(redis).password:
        found.append("REDIS_URL has no password, so whoever reaches Redis gives us jobs: set one.")
    if any(part in mail for part in NOT_SENT):
        found.append(
            "EMAIL_URL leaves mail, and the links in it, where others read them: name a mail server, or unset it."
        )
    if ":memory:" in database or "mode=memory" in database:
        found.append("DATABASE_URL is in memory, so everything is lost at the next start: name a file or a server.")
    return found
