"""A browser's share of the work and no more: one kept connection, whole answers, in clear."""

import time
from http.client import HTTPConnection
from urllib.parse import urlencode

IDLE = 1.0  # seconds; the server closes a connection it has not heard from for two
TOKEN = "b" * 32  # both halves of the CSRF pair


class Link:
    """One connection to one server, kept open between requests."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.link = HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": cookie} if cookie else {}
        self.used = 0.0

    def get(self, path: str, **headers: str) -> bytes:
        """The whole body. Raises RuntimeError unless the answer is 200."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, **fields: object) -> bytes:
        """The whole body of a form's answer, as htmx asks for it. Raises RuntimeError unless it is 200."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "X-CSRFToken": TOKEN,
        }
        return self._ask("POST", path, urlencode(fields), headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        if time.monotonic() - self.used > IDLE:
            self.link.close()  # connects anew by itself
        self.link.request(method, path, body, self.headers | headers)
        answer = self.link.getresponse()
        text = answer.read()
        self.used = time.monotonic()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {answer.status}")
        return text
