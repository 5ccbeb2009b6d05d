"""What a person finds on a page: its forms with what stands in them, and its words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Where a form goes, and its fields by name."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """The forms and the words of an answer, as a browser has them: boxes that are not ticked are not there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.heard: list[str] = []
        self.into = ""  # the field whose text or options come next
        self.chosen = False
        self.feed(text)
        self.words = " ".join(" ".join(self.heard).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or note a field of the last one."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif not self.forms:
            return
        elif tag == "option" and self.into and ("selected" in given or not self.chosen):
            self.forms[-1].fields[self.into] = given.get("value", "")
            self.chosen = True
        elif tag == "input" and given.get("name"):
            box = given.get("type") in ("checkbox", "radio")
            if not box or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "on" if box else "")
        elif tag in ("textarea", "select") and given.get("name"):
            self.into, self.chosen = given["name"], False
            self.forms[-1].fields[self.into] = ""

    def handle_endtag(self, tag: str) -> None:
        """Close a field."""
        if tag in ("textarea", "select"):
            self.into = ""

    def handle_data(self, data: str) -> None:
        """Words of the page, or what stands in a field."""
        if self.into and self.lasttag == "textarea":
            self.forms[-1].fields[self.into] += data.removeprefix("\n")
        elif not self.into:
            self.heard.append(data)

    def forms_with(self, name: str) -> list[Form]:
        """The forms that carry a field of that name."""
        return [form for form in self.forms if name in form.fields]
