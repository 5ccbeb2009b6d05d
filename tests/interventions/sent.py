"""What a browser without scripts would send of a form, as the page gave it."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, form):
        super().__init__()
        self.form, self.inside, self.sent, self.select, self.options = form, False, {}, "", []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == self.form
        elif not self.inside:
            return
        elif tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.sent.setdefault(given["name"], []).append(given.get("value", "on"))
        elif tag == "input":
            self.sent.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "select":
            self.select, self.options = given["name"], []
        elif tag == "option" and self.select:
            self.options.append((given["value"], "selected" in given))

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.sent[self.select], self.select = chosen[:1], ""


def sent_by(page, form="settle"):
    """Every field of the form with what stands in it."""
    reader = _Form(form)
    reader.feed(page.text)
    return reader.sent
