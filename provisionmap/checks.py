"""What must be true before a real school's data may be served. Pure; settings call it at the start."""

SHORTEST_KEY = 50  # characters: what Django's own generator makes


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
