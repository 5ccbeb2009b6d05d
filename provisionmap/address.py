"""Where people reach the product: for links in mail that no request asked for. Pure; settings call it at the start."""

from urllib.parse import urlsplit

from provisionmap.checks import is_local


def address_of(*, said: str, origins: list[str], hosts: list[str], production: bool, port: int) -> str:
    """The address that was `said`; else the first trusted origin, else the first name that other machines know.

    Where there is no such name, this machine's own; "" in production, where that would help nobody. Raises ValueError
    for something else than an address.

    >>> names = ["127.0.0.1", ".school.uk", "map.oakfield.sch.uk"]
    >>> address_of(said="", origins=[], hosts=names, production=True, port=8000)
    'https://map.oakfield.sch.uk'
    >>> address_of(said="", origins=[], hosts=["localhost"], production=False, port=8021)
    'http://127.0.0.1:8021'
    """
    if said:
        parts = urlsplit(said)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("ADDRESS is no address: write it as https://map.oakfield.sch.uk.")
        if production and parts.scheme != "https":
            raise ValueError("ADDRESS begins with http://, and production is reached by https:// alone.")
        return said.rstrip("/")
    if known := [origin for origin in origins if "*" not in origin]:
        return known[0].rstrip("/")
    names = [host for host in hosts if not (is_local(host) or "*" in host or host.startswith("."))]
    if names:
        return f"https://{names[0]}" if production else f"http://{names[0]}:{port}"
    return "" if production else f"http://127.0.0.1:{port}"
