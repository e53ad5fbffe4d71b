"""Where the lines of a block differ from the table that the frontmatter gives, cell by cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest

from sitegen.blocks.tables import Cell, Row, Table

_PIPE = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_RULE = re.compile(r"(:?)-+(:?)")
_Cells = tuple[str, ...]
_FIRST_ROW = 2
"""Of the lines of a table; above it stand its head and a rule."""
_FEW = 8


@dataclass(frozen=True, slots=True)
class CellDifference:
    """`column` counts characters from 1 in the line. `title` names the column, empty where the row's name will do."""

    column: int
    title: str
    stated: str
    expected: Cell


@dataclass(frozen=True, slots=True)
class LineDifference:
    """`index` counts the lines of the block from 0; for a line that is missing, the one before which it belongs.

    `stated` is None for a missing line, `expected` None for one too many, both are where the block is empty. `cells`
    are those that differ, where both lines have the same columns. `name` is how a message calls the row. For a line
    that only stands in the wrong place `stated` and `expected` are equal, and `cells` are all that show a value.
    """

    index: int
    stated: str | None
    expected: str | None
    name: str
    cells: tuple[CellDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a block, or of the table that it should be. `index` counts from 0."""

    index: int
    text: str
    cells: _Cells

    def key(self, table: Table) -> _Cells:
        return self.cells[: table.key_cells]


def split_cells(line: str) -> _Cells:
    """The texts between the pipes of a table's line, without the blanks around them; none for any other line."""
    text = line.strip()
    if not text.startswith("|"):
        return ()
    ends = [match.end() for match in _PIPE.finditer(text)]
    return tuple(text[start : end - 1].strip() for start, end in pairwise(ends))


def differences(lines: Sequence[str], table: Table) -> tuple[LineDifference, ...]:
    """In the order of the lines. Blank lines and blanks around cells say nothing."""
    wanted = table.lines
    odd = [index for index, (old, new) in enumerate(zip_longest(lines, wanted)) if old != new]
    if not odd:
        return ()
    if len(lines) == len(wanted) and len(odd) <= _FEW:
        pairs = [(_line(index, lines[index]), _line(index, wanted[index])) for index in odd]
        if all(old.key(table) == new.key(table) for old, new in pairs):
            return tuple(_changed(old, new, table) for old, new in pairs if old.cells != new.cells)
    return _aligned(lines, wanted, table)


def _aligned(lines: Sequence[str], wanted: Sequence[str], table: Table) -> tuple[LineDifference, ...]:
    stated = [_line(index, text) for index, text in enumerate(lines) if text.strip()]
    if not stated:
        return (LineDifference(0, None, None, "the head"),)
    expected = [_line(index, text) for index, text in enumerate(wanted)]
    found: list[LineDifference] = []
    for old, new, place in _pairs(stated, expected, table):
        if old and new:
            if old.cells != new.cells:
                found.append(_changed(old, new, table))
        elif old:
            found.append(_too_many(old, table))
        elif new:
            found.append(LineDifference(place, None, new.text, _name(new, table)))
    return tuple(_without_moves(found, table))


def _line(index: int, text: str) -> _Line:
    """The rule under a head says how columns are set; its length says nothing."""
    cells = split_cells(text) or (text.strip(),)
    if all(_RULE.fullmatch(cell) for cell in cells):
        cells = tuple(_RULE.sub(r"\1-\2", cell) for cell in cells)
    return _Line(index, text.strip(), cells)


def _pairs(
    stated: Sequence[_Line], expected: Sequence[_Line], table: Table
) -> Iterator[tuple[_Line | None, _Line | None, int]]:
    """The lines that belong together, None for the one that is missing, and the place where it is."""
    keys = [line.key(table) for line in stated], [line.key(table) for line in expected]
    places = [*(line.index for line in stated), stated[-1].index + 1 if stated else 0]
    for _, old, old_end, new, new_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for one, other in zip_longest(stated[old:old_end], expected[new:new_end]):
            yield one, other, places[old_end] if one is None else one.index


def _changed(old: _Line, new: _Line, table: Table) -> LineDifference:
    cells: tuple[CellDifference, ...] = ()
    if len(old.cells) == len(new.cells) and new.index >= _FIRST_ROW:
        cells = tuple(_changed_cells(old, table.rows[new.index - _FIRST_ROW], table))
    return LineDifference(old.index, old.text, new.text, _name(new, table), cells)


def _changed_cells(line: _Line, row: Row, table: Table) -> Iterator[CellDifference]:
    columns = _columns(line.text)
    for at, (old, cell) in enumerate(zip(line.cells, row, strict=True)):
        if old != cell.text.strip():
            title = table.head[at] if len(table.head) > 2 or at == 0 else ""
            yield CellDifference(columns[at], title, old, cell)


def _too_many(old: _Line, table: Table) -> LineDifference:
    """A line for what the frontmatter leaves out is told as that field's."""
    row = table.absent.get(old.cells[0])
    if row is None or len(row) != len(old.cells):
        return LineDifference(old.index, old.text, None, "")
    cells = tuple(cell for cell in _changed_cells(old, row, table) if cell.expected.parts)
    return LineDifference(old.index, old.text, None, old.cells[0], cells)


def _without_moves(found: Sequence[LineDifference], table: Table) -> Iterator[LineDifference]:
    """A line too many in one place and missing in another has only moved."""
    missing = {each.expected: each for each in found if each.stated is None}
    moved = {each.stated for each in found if each.expected is None and each.stated in missing}
    for each in found:
        if each.expected is None and each.stated in moved:
            name = missing[each.stated].name
            yield LineDifference(each.index, each.stated, each.stated, name, _valued_cells(name, table))
        elif each.stated is not None or each.expected not in moved:
            yield each


def _valued_cells(name: str, table: Table) -> tuple[CellDifference, ...]:
    row = table.rows[table.names.index(name)] if name in table.names else ()
    return tuple(CellDifference(1, "", cell.text, cell) for cell in row if cell.parts)


def _columns(line: str) -> list[int]:
    """Where the text of each cell begins, from 1; of an empty one, where it would end."""
    ends = [match.end() for match in _PIPE.finditer(line)]
    return [end + 1 + len(line[end:]) - len(line[end:].lstrip()) for end in ends[:-1]]


def _name(line: _Line, table: Table) -> str:
    return table.names[line.index - _FIRST_ROW] if line.index >= _FIRST_ROW else "the head"
