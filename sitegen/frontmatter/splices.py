"""Edits of a frontmatter as pieces of text put in place of others, and the lines and comments they must respect."""

from collections.abc import Iterable
from dataclasses import dataclass

from sitegen.errors import SitegenError
from sitegen.frontmatter.document import Document


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` in place of the characters from `start` up to `end` of the frontmatter."""

    start: int
    end: int
    text: str


def apply_edits(document: Document, edits: Iterable[Edit]) -> bytes:
    """The file with these edits made. Insertions at one place stand in the order given, before a replacement
    that begins there.
    """
    front = document.front
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise SitegenError("two edits of a frontmatter overlap")
        pieces += (front[at : edit.start], edit.text)
        at = edit.end
    changed = "".join((*pieces, front[at:]))
    return document.head + changed.encode("utf-8") + document.tail


def line_start(front: str, offset: int) -> int:
    return front.rfind("\n", 0, offset) + 1


def next_line(front: str, offset: int) -> int:
    """Where the line after the one that ends a value at `offset` begins."""
    if offset and front[offset - 1] == "\n":
        return offset  # a block scalar that keeps its blank lines ends there already
    return front.find("\n", offset) + 1 or len(front)


def cut_lines(document: Document, start: int, end: int) -> list[Edit]:
    """Takes away the lines from `start` up to `end`, save for comments that have a line of their own."""
    edits = []
    at = start
    for offset, _ in document.comment_lines:
        if start <= offset < end:
            edits.append(Edit(at, offset, ""))
            at = document.front.index("\n", offset) + 1
    return [edit for edit in (*edits, Edit(at, end, "")) if edit.start < edit.end]
