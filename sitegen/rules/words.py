"""What a person wrote in a body, as rules look at it: lines, list items and labelled fields, with their places."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sitegen.blocks import find_blocks
from sitegen.body import Line, placeholders, written_lines
from sitegen.errors import Location
from sitegen.handwritten import read_fields
from sitegen.handwritten.figures import Field
from sitegen.session import Session

_ITEM = re.compile(r"^(?:\s*>)*\s*(?:[-*+]|\d+[.)])\s+(\[([ xX])\](?=\s|$)\s*)?(.*)$")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list. `column` is where its text begins. `box` is " ", "x" or "X", and empty without a box."""

    line: Line
    column: int
    text: str
    box: str

    @property
    def is_open(self) -> bool:
        return self.box == " "

    @property
    def is_ticked(self) -> bool:
        return self.box in ("x", "X")

    @property
    def indent(self) -> int:
        return len(self.line.text) - len(self.line.text.lstrip())

    @property
    def is_numbered(self) -> bool:
        return self.line.text.lstrip()[:1].isdecimal()

    @property
    def box_column(self) -> int:
        return self.line.text.index(f"[{self.box}]") + 1


@lru_cache(maxsize=2)
def words_of(body: str) -> tuple[Line, ...]:
    """The lines outside code fences and generated tables, comments blanked. Kept while one file is looked at."""
    blocks, _ = find_blocks(body, "", 1)
    generated = {number for block in blocks for number in range(block.first - 1, block.last + 2)}
    return tuple(line for line in written_lines(body) if line.number not in generated)


@lru_cache(maxsize=2)
def items_of(body: str) -> tuple[Item, ...]:
    found = ((line, _ITEM.match(line.text)) for line in words_of(body))
    return tuple(
        Item(line, match.start(3) + 1, match[3].rstrip(), match[2] or "") for line, match in found if match is not None
    )


def fields_of(body: str) -> tuple[Field, ...]:
    """`**Label**: value`, and the rows of tables with two columns; the names are in lower case."""
    return read_fields(body)


def unfilled_lines(body: str) -> frozenset[int]:
    """The lines with something left to fill in: what they say is the template's, not a person's."""
    return frozenset(found.line for found in placeholders(body))


def place(session: Session, line: int, column: int = 1) -> Location:
    """A place in the body as a place in the file."""
    return Location(session.path, session.document.body_line + line - 1, column)


def shown(text: str, most: int = 60) -> str:
    """A person's words inside a message: in backticks, on one line, not too long."""
    flat = " ".join(text.replace("`", "'").split())
    return f"`{flat}`" if len(flat) <= most else f"`{flat[:most].rstrip()}…`"
