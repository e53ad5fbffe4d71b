"""Markdown tables with the place of every cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sitegen.body import Line, prose_lines, written_lines
from sitegen.handwritten.values import Text

_DASHES = re.compile(r":?-+:?")
_PIPE = re.compile(r"(?<!\\)\|")
GENERATED = re.compile(r"^<!--\s*(/?)sessions:[a-z_]+\s*-->\s*$")
"""The mark that begins or, with a slash, ends a generated table."""
_WRAPPED = re.compile(r"(\*\*\*|\*\*|__|~~|`|\*|_)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` in order; a cell that the line leaves out is empty and stands at the line's end."""

    line: int
    cells: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`heading` is the nearest one above, in lower case. The table ends with line `last`."""

    heading: str
    head: Row
    rows: tuple[Row, ...]
    last: int


@lru_cache(maxsize=2)
def own_lines(body: str) -> tuple[Line, ...]:
    """What a person wrote: the lines outside code fences, generated blocks and comments."""
    generated: set[int] = set()
    inside = False
    for line in prose_lines(body):
        if mark := GENERATED.match(line.text):
            inside = not mark[1]
        elif inside:
            generated.add(line.number)
    return tuple(line for line in written_lines(body) if line.number not in generated)


def find_tables(lines: Sequence[Line]) -> tuple[Table, ...]:
    return tuple(_tables(lines))


def _tables(lines: Sequence[Line]) -> Iterator[Table]:
    index = 1
    while index < len(lines):
        head, rule = lines[index - 1], lines[index]
        if "|" in head.text and rule.number == head.number + 1 and _is_rule(rule):
            end = _end(lines, index + 1)
            width = len(split_cells(head))
            rows = tuple(_row(line, width) for line in lines[index + 1 : end])
            yield Table(head.heading, _row(head, width), rows, lines[end - 1].number)
            index = end
        index += 1


def _is_rule(line: Line) -> bool:
    """The line of dashes below a table's head. It has a pipe, so that it is not the line below a title."""
    cells = line.text.strip().strip("|").split("|")
    return "|" in line.text and all(_DASHES.fullmatch(cell.strip()) for cell in cells)


def _end(lines: Sequence[Line], start: int) -> int:
    end = start
    while end < len(lines) and "|" in lines[end].text and lines[end].number == lines[end - 1].number + 1:
        end += 1
    return end


def _row(line: Line, width: int) -> Row:
    cells = split_cells(line)
    missing = max(width - len(cells), 0)
    return Row(line.number, (*cells, *(Text("", line.number, len(line.text) + 1),) * missing))


def split_cells(line: Line) -> tuple[Text, ...]:
    text = line.text
    start = len(text) - len(text.lstrip())
    start += text.startswith("|", start)
    cells = []
    for pipe in _PIPE.finditer(text, start):
        cells.append(piece(line, start, pipe.start()))
        start = pipe.end()
    if text[start:].strip():
        cells.append(piece(line, start, len(text)))
    return tuple(cells)


def piece(line: Line, start: int, end: int) -> Text:
    """The words of a line from `start` up to `end`, without blanks and marks of emphasis around all of them."""
    text = line.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    while (found := _WRAPPED.fullmatch(text)) and found[1] not in found[2]:
        start += len(found[1])
        text = found[2]
    return Text(text, line.number, start + 1)
