"""What is done to an honest transfer file, and the XML and JSON that parsers have died of."""

import re
from collections.abc import Callable
from random import Random

from drills.seeds import CHILDREN, upn_of
from drills.tables import ODD

ELEMENT = re.compile(r"<(\w+)>([^<]*)</\1>")
TAG = re.compile(r"</?\w+[^<>]*>")
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
ENOUGH = 30_000  # letters: what is larger is not made larger still
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def _safe(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "?", text).replace("&", "&amp;").replace("<", "&lt;")


def odd_texts(text: str, rng: Random) -> str:
    """Values that no file should hold."""
    share = rng.choice((0.02, 0.1, 0.5))
    return ELEMENT.sub(
        lambda found: f"<{found[1]}>{_safe(rng.choice(ODD))}</{found[1]}>" if rng.random() < share else found[0], text
    )


def namesakes(text: str, rng: Random) -> str:
    """Every child of the register becomes somebody else of the same name."""
    for child in CHILDREN:
        if child.upn in text:
            text = text.replace(child.upn, rng.choice((upn_of(rng.randrange(5000, 9000)), "", child.upn.lower())))
    return text


def same_number(text: str, rng: Random) -> str:
    """Several pupils under one number."""
    number = rng.choice(CHILDREN).upn
    return re.sub(r"<UPN>[^<]*</UPN>", lambda found: f"<UPN>{number}</UPN>" if rng.random() < 0.6 else found[0], text)


def elements_lost(text: str, rng: Random) -> str:
    """Elements that are missing or stand twice."""
    return ELEMENT.sub(lambda found: found[0] * rng.choices((0, 1, 2), weights=(1, 8, 1))[0], text)


def tags_spoiled(text: str, rng: Random) -> str:
    """Tags that are missing, renamed, never closed, or carry attributes."""

    def spoil(found: re.Match[str]) -> str:
        if rng.random() > 0.03:
            return found[0]
        return rng.choice(("", "<x>", "</x>", found[0] * 2, found[0][:-1], found[0].lower(), f"<![CDATA[{found[0]}]]>",
                           "<!-- -- -->", "<?x y?>", "&#0;", "&nbsp;", '<Pupil a="1" a="2">', "<a:b>"))  # fmt: skip

    return TAG.sub(spoil, text)


def other_root(text: str, rng: Random) -> str:
    """Another root, other letters, a namespace, other claims about the encoding."""
    how = rng.randrange(6)
    if how == 0:
        return text.replace("CTfile", rng.choice(("CTFILE", "Workbook", "svg", "rss", "Message", "x" * 5000)))
    if how == 1:
        return text.replace("<CTfile>", '<CTfile xmlns="http://example.org/a">', 1)
    if how == 2:
        return text.replace("<CTfile>", '<c:CTfile xmlns:c="urn:a">').replace("</CTfile>", "</c:CTfile>")
    if how == 3:
        return text.replace("CTFpupilData", rng.choice(("CTFPupilData", "Pupils", "Header")))
    claim = rng.choice(("utf-16", "utf-7", "ebcdic-cp-us", "x", "ISO-8859-1", "utf-32"))
    return f'<?xml version="{rng.choice(("1.0", "1.1", "9"))}" encoding="{claim}"?>' + DECLARATION.sub("", text)


def many_pupils(text: str, rng: Random) -> str:
    """Many pupils, or many adults beside one."""
    pupil = re.search(r"<Pupil>.*?</Pupil>", text, re.DOTALL)
    if not pupil or len(text) > ENOUGH:
        return text
    if rng.random() < 0.5:
        adult = re.search(r"<Contact>.*?</Contact>", pupil[0], re.DOTALL)
        many = adult[0] * rng.choice((30, 1000)) if adult else ""
        return text.replace("<Contacts>", f"<Contacts>{many}", 1)
    copies = (re.sub(r"<UPN>[^<]*", f"<UPN>{upn_of(10_000 + n)}", pupil[0]) for n in range(rng.choice((100, 1500))))
    return text.replace(pupil[0], "".join(copies), 1)


MUTATIONS: dict[str, Callable[[str, Random], str]] = {
    "odd texts": odd_texts,
    "namesakes": namesakes,
    "pupils under one number": same_number,
    "elements lost or doubled": elements_lost,
    "tags spoiled": tags_spoiled,
    "another root or encoding": other_root,
    "many pupils or adults": many_pupils,
}


def _undeclared(text: str) -> str:
    return DECLARATION.sub("", text)


def document_type(text: str, rng: Random) -> str:
    """A document type: of a file on the disk, of another computer, or of nothing."""
    return rng.choice((
        '<!DOCTYPE CTfile SYSTEM "file:///etc/passwd">', '<!DOCTYPE CTfile PUBLIC "x" "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE CTfile>", '<!DOCTYPE CTfile [<!ENTITY % p SYSTEM "file:///etc/hosts"> %p;]>', "<!doctype CTfile []>",
    )) + _undeclared(text)  # fmt: skip


def entities(text: str, rng: Random) -> str:
    """Entities: a thousand million laughs, a file of the disk, one large one often, one that is itself."""
    head, use = rng.choice((
        (f'<!ENTITY a0 "ha">{LAUGHS}', "&a9;"), ('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"),
        (f'<!ENTITY a "{"x" * 100_000}">', "&a;" * 1000), ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
    ))  # fmt: skip
    return f"<!DOCTYPE CTfile [{head}]>" + re.sub("<Surname>[^<]*", f"<Surname>{use}", _undeclared(text))


def deep(text: str, rng: Random) -> str:
    """A million tags in one another; or a few more than real files have."""
    depth = rng.choice((41, 1000, 1_000_000))
    inside = "<a>" * depth + "</a>" * (depth if rng.random() < 0.5 else 0)
    return rng.choice((inside, text.replace("<Pupil>", f"<Pupil>{inside}", 1)))


def wide(text: str, rng: Random) -> str:
    """A tag, a text, a comment or a pupil far larger than any."""
    return text.replace("<Pupil>", rng.choice((
        lambda: "<Pupil " + " ".join(f'a{n}="1"' for n in range(300_000)) + ">",
        lambda: "<Pupil>" + "<a/>" * 1_500_000,
        lambda: "<Pupil>" + "<Contact><Surname>A</Surname></Contact>" * 6_000,
        lambda: "<Pupil>" + "x" * 5_000_000,
        lambda: f"<Pupil><!-- {'x' * 5_000_000} -->",
        lambda: f"<Pupil><Surname>{'Ada ' * 60_000}</Surname>",
        lambda: "<Pupil>" + "&amp;" * 1_000_000,
        lambda: "<Pupil><" + "a" * 3_000_000 + "/>",
    ))(), 1)  # fmt: skip


HOSTILE: dict[str, Callable[[str, Random], str]] = {
    "a document type": document_type,
    "entities": entities,
    "very deep": deep,
    "very wide": wide,
}


def spoiled_json(text: str, rng: Random) -> str:
    """What programs hand on: broken, deep, or of another shape."""
    how = rng.randrange(12)
    if how == 0:
        return "[" * rng.choice((51, 1_000_000))
    if how == 1:
        return '{"a":' * rng.choice((40, 60, 100_000)) + "1"
    if how == 2:
        return rng.choice(("[]", "{}", "[1]", "[[]]", '{"pupils": {}}', '{"a": [{}], "b": [{}]}', "[null]", "[{}]"))
    if how == 3:
        odd = ("1e9999", "-0", "9" * 5000, "NaN", "Infinity", "true", "null", '"\\ud800"', "[1]")
        return text.replace('""', rng.choice(odd))
    if how == 4:
        return "[" + ",".join(f'{{"UPN": "{upn_of(n)}", "k{n}": 1}}' for n in range(rng.choice((20, 300)))) + "]"
    if how == 5:
        place = rng.randrange(len(text))
        return text[:place] + rng.choice(('"', "{", "]", "\\", ",", "\\u00", "\x01")) + text[place:]
    return text
