"""What a browser says of itself, in words a person knows."""

from __future__ import annotations

# In this order: most browsers name their rivals too.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "an Android device", "CrOS": "a Chromebook",
    "Windows": "Windows", "Macintosh": "a Mac", "Linux": "Linux",
}  # fmt: skip


def device_of(agent: str) -> str:
    """The browser and what it runs on.

    >>> device_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0")
    'Edge on Windows'
    >>> device_of("curl/8.1")
    'An unknown browser'
    """
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    if not browser and not system:
        return "An unknown browser"
    return f"{browser or 'A browser'}{f' on {system}' if system else ''}"
