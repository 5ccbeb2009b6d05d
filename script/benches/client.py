"""A browser's share of the work and no more: one kept connection, whole answers, in clear."""

import time
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

IDLE = 1.0  # seconds; the server closes a connection it has not heard from for two
TOKEN = "b" * 32  # both halves of the CSRF pair


@dataclass(frozen=True)
class Answer:
    """What came back, whatever it was."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as a person reads it."""
        return self.body.decode()


class Link:
    """One connection to one server, kept open between requests; cookies that come are sent again."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.link = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = {name: one.coded_value for name, one in SimpleCookie(cookie).items()}
        self.used = 0.0

    def get(self, path: str, **headers: str) -> bytes:
        """The whole body. Raises RuntimeError unless the answer is 200."""
        return self._body("GET", path, None, headers)

    def post(self, path: str, **fields: object) -> bytes:
        """The whole body of a form's answer, as htmx asks for it. Raises RuntimeError unless it is 200."""
        return self._body("POST", path, fields, {"HX-Request": "true"})

    def ask(self, method: str, path: str, fields: object = None, **headers: str) -> Answer:
        """Whatever the server answers; `fields`, a mapping or pairs, go as a form."""
        body = None
        if method == "POST":
            body = urlencode(fields or {})
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": TOKEN}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if time.monotonic() - self.used > IDLE:
            self.link.close()  # connects anew by itself
        self.link.request(method, path, body, headers)
        answer = self.link.getresponse()
        read = answer.read()
        self.used = time.monotonic()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, one in SimpleCookie(line).items():
                if one["max-age"] == "0" or not one.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = one.coded_value
        return Answer(answer.status, dict(answer.headers), read)

    def _body(self, method: str, path: str, fields: object, headers: dict[str, str]) -> bytes:
        answer = self.ask(method, path, fields, **headers)
        if answer.status != 200:
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {answer.status}")
        return answer.body
