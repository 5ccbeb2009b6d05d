"""What must be true before a real school's data may be served. Pure; settings call it at the start."""

from ipaddress import ip_address

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


def unsafe(*, secret_key: str, insecure_key: str, debug: bool, hosts: list[str], proxies: int) -> list[str]:
    """Sentences for each setting that production refuses to start with; an empty list when all is well.

    >>> unsafe(secret_key="k" * 50, insecure_key="x", debug=False, hosts=["map.school.uk"], proxies=1)
    []
    """
    found = []
    if secret_key == insecure_key or len(secret_key) < SHORTEST_KEY:
        found.append("SECRET_KEY is the default or shorter than 50 characters: set 50 random characters.")
    if debug:
        found.append("DEBUG is on: unset it.")
    if not hosts or "*" in hosts:
        found.append("ALLOWED_HOSTS admits any host: name the school's address.")
    if proxies < 1:
        found.append(
            "TRUSTED_PROXY_COUNT is 0, so every visitor would share the proxy's address: "
            "set it to the number of proxies in front, usually 1."
        )
    return found
