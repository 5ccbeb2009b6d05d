"""XML read in bounds: no document type, no entities, no tree, no depth and no tag that real files don't have. Pure."""

from collections.abc import Callable
from typing import IO, Protocol
from xml.parsers import expat

from learners.reading.sheet import Clock
from provisionmap.web.text_file import Refused

CHUNK = 1 << 16
DEEPEST = 40
LONGEST_RUN = 1 << 18  # bytes without the end of a tag: a cell's text is shorter, a million attributes are not
MOST_NAMES = 500  # of tags that are kept in mind: a workbook has fewer
ODD = ("This file is nested or filled in a way no pupil list is.", "Export the list again, or save it as CSV.")
DECLARED = (
    "This file holds a document type or entities, which no pupil list does.",
    "Export the list again, or save it as CSV.",
)


class Broken(Exception):
    """The markup ends early or is no XML; holds the line."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Enough(Exception):
    """Raised by a reader that has all it wants."""


class Reader(Protocol):
    """What is told about each element, by names without their namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Characters, in one piece between two tags."""


class Silent:
    """A reader that passes over whatever it does not name."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Nothing."""

    def end(self, name: str) -> None:
        """Nothing."""

    def text(self, text: str) -> None:
        """Nothing."""


def check_runs(data: bytes) -> None:
    """Raises Refused for XML with a tag or a text longer than any list has: parsers spend minutes on one."""
    if any(data.find(b">", start, start + LONGEST_RUN) < 0 for start in range(0, len(data) - LONGEST_RUN, LONGEST_RUN)):
        raise Refused(*ODD)


def read_markup(stream: IO[bytes], reader: Reader, clock: Clock) -> None:
    """Tell `reader` about everything in `stream`, until it has Enough. Raises Refused, or Broken with the line."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _declared
    parser.EntityDeclHandler = _declared
    parser.StartElementHandler, parser.EndElementHandler = _counted(reader)
    parser.CharacterDataHandler = reader.text
    run = 0
    try:
        while chunk := stream.read(CHUNK):
            clock.check()
            end = chunk.rfind(b">")
            run = run + len(chunk) if end < 0 else len(chunk) - end
            if run > LONGEST_RUN:
                raise Refused(*ODD)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except Enough:
        return
    except expat.ExpatError as error:
        raise Broken(error.lineno) from error


def _declared(*about: object) -> None:
    raise Refused(*DECLARED)


def _counted(reader: Reader) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
    """The two handlers, which keep count of the depth. They run a million times for a large list."""
    depth = 0
    names, begin, finish = _Names(), reader.start, reader.end

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refused(*ODD)
        begin(names[tag], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        finish(names[tag])

    return start, end


class _Names(dict[str, str]):
    """The name of each tag without its namespace, found once; odd files have as many tags as they like."""

    def __missing__(self, tag: str) -> str:
        name = tag.rpartition("}")[2]
        if len(self) < MOST_NAMES:
            self[tag] = name
        return name
