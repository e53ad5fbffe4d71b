"""Members of a list or a mapping put in and taken out, in flow style (`{…}`, `[…]`) and in lines of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sitegen.frontmatter.document import Document
from sitegen.frontmatter.nodes import Node
from sitegen.frontmatter.splices import Edit, cut_lines, line_start, next_line


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a mapping or one item of a list: its characters, and whether it is to stay.

    `start` is that of the key, or of the dash of an item on a line of its own.
    """

    start: int
    end: int
    stays: bool = True


@dataclass(frozen=True, slots=True)
class Insertion:
    """A new member: behind the member with index `after`, else before the one with index `before`, else last."""

    text: str
    after: int | None = None
    before: int | None = None


def members_of_mapping(node: Node, removed: Iterable[str] = ()) -> list[Member]:
    gone = frozenset(removed)
    return [Member(key.start, value.end, key.value not in gone) for key, value in node.entries]


def members_of_list(front: str, node: Node, staying: Sequence[bool]) -> list[Member]:
    starts = [item.start if node.flow else _dash(front, node, item) for item in node.children]
    return [Member(*span) for span in zip(starts, (item.end for item in node.children), staying, strict=True)]


def _dash(front: str, node: Node, item: Node) -> int:
    """Where the dash of an item stands: in the column of the list, on the item's line or one above it."""
    start = line_start(front, item.start)
    while start > node.start and front[start : start + node.column].strip() != "-":
        start = line_start(front, start - 1)
    return start + node.column - 1


def edit_members(
    document: Document, node: Node, members: Sequence[Member], insertions: Sequence[Insertion]
) -> list[Edit]:
    """`node` holds the members. Its members that stay keep their order, their comments and their layout."""
    if node.flow:
        return _edit_flow(document.front, node, members, insertions)
    return _edit_lines(document, node, members, insertions)


def _edit_flow(front: str, node: Node, members: Sequence[Member], insertions: Sequence[Insertion]) -> list[Edit]:
    texts = [insertion.text for insertion in insertions]
    if not members:
        return [Edit(node.start + 1, node.start + 1, ", ".join(texts))] if texts else []
    staying = [index for index, member in enumerate(members) if member.stays]
    if not staying:
        start = members[0].start
        cut = _keeping_comments(front, Edit(start, members[-1].end, ""), members)
        return [Edit(start, start, ", ".join(texts)), *cut]
    edits = []
    for insertion in insertions:
        if insertion.after is None and insertion.before is not None:
            at = members[insertion.before].start
            edits.append(Edit(at, at, f"{insertion.text}, "))
        else:
            at = members[staying[-1] if insertion.after is None else insertion.after].end
            edits.append(Edit(at, at, f", {insertion.text}"))
    return edits + _cut_flow(front, members)


def _cut_flow(front: str, members: Sequence[Member]) -> list[Edit]:
    """Takes out each run of members that go, with the comma that parted them from those that stay."""
    edits = []
    for stays, run in groupby(range(len(members)), lambda index: members[index].stays):
        indices = list(run)
        first, last = indices[0], indices[-1]
        if stays:
            continue
        if last + 1 < len(members):
            cut = Edit(members[first].start, members[last + 1].start, "")
        else:
            cut = Edit(members[first - 1].end, members[last].end, "")
        edits += _keeping_comments(front, cut, [members[index] for index in indices])
    return edits


def _keeping_comments(front: str, cut: Edit, members: Sequence[Member]) -> list[Edit]:
    """Where the gaps hold comments only the members go, each with the comma behind it: the rest is legal YAML."""
    gaps = front[cut.start : members[0].start] + "".join(
        front[one.end : two] for one, two in zip(members, [*(m.start for m in members[1:]), cut.end], strict=True)
    )
    if "#" not in gaps:
        return [cut]
    edits = []
    for member in members:
        comma = _comma(front, member.end)
        edits.append(Edit(member.start, member.end, ""))
        if comma is not None:
            edits.append(Edit(comma, comma + 1, ""))
    return edits


def _comma(front: str, offset: int) -> int | None:
    """The comma behind a member, past blanks and comments; None behind the last one."""
    while offset < len(front):
        if front[offset] == "#":
            offset = next_line(front, offset)
        elif front[offset].isspace():
            offset += 1
        else:
            return offset if front[offset] == "," else None
    return None


def _edit_lines(
    document: Document, node: Node, members: Sequence[Member], insertions: Sequence[Insertion]
) -> list[Edit]:
    indent = " " * (node.column - 1)
    gone = _gone_from_dash(document.front, members)
    edits: list[Edit] = []
    for insertion in insertions:
        at = _insertion_point(document, node, members, insertion, gone)
        edits.append(Edit(at, at, f"{indent}{insertion.text}{document.newline}"))
    if gone:
        edits += _cut_from_dash(document, members, gone)
    for member in members[gone:]:
        if not member.stays:
            edits += cut_lines(
                document, line_start(document.front, member.start), next_line(document.front, member.end)
            )
    return edits


def _gone_from_dash(front: str, members: Sequence[Member]) -> int:
    """How many members go at the front, where the first stands on the line of a dash."""
    if not members or not front[line_start(front, members[0].start) : members[0].start].strip():
        return 0
    return next((index for index, member in enumerate(members) if member.stays), len(members))


def _insertion_point(document: Document, node: Node, members: Sequence[Member], insertion: Insertion, gone: int) -> int:
    front = document.front
    if insertion.after is None and insertion.before is not None:
        start = line_start(front, members[insertion.before].start)
        if (not gone or insertion.before > gone) and not front[start : members[insertion.before].start].strip():
            return start
        # A mapping that begins on the line of a dash: nothing can stand on a line before its first key.
        return next_line(front, members[insertion.before].end)
    if insertion.after is None and node is document.root:
        return len(front)
    after = len(members) - 1 if insertion.after is None else insertion.after
    return next_line(front, members[after].end)


def _cut_from_dash(document: Document, members: Sequence[Member], gone: int) -> list[Edit]:
    """The next member comes up to the dash, unless a comment stands on a line between them."""
    start = members[0].start
    if gone == len(members):
        return [Edit(start, members[-1].end, "")]
    end = members[gone].start
    if any(start < at < end for at, _ in document.comment_lines):
        return cut_lines(document, start, line_start(document.front, end))
    return [Edit(start, end, "")]
