"""The body of a session file → the figures that a person wrote into it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from sitegen.body import LONGEST_LINE, Line
from sitegen.handwritten.costs import read_part, read_sum
from sitegen.handwritten.figures import Field, Figures, RunningLine, RunningTable
from sitegen.handwritten.moments import read_span
from sitegen.handwritten.numbers import read_amount, read_count, read_number
from sitegen.handwritten.tables import GENERATED, Row, Table, find_tables, own_lines, piece
from sitegen.handwritten.usage import plain_head, read_usage_table
from sitegen.handwritten.values import Figure, Text

_LABEL = re.compile(r"\*\*(?P<label>[^*\n]{1,60}?)(?P<inner>:)?\*\*(?P<outer>\s*:)?|__(?P<other>[^_\n]{1,60}?):?__\s*:")
_PLAIN_LABEL = re.compile(
    r"^\s*(?:[-*+]\s+)?(?P<label>Session Name|Project|Focus Area|Date|Time|Start(?: Time)?|End(?: Time)?|Started|Ended"
    r"|Duration|Session State|Model)\s*:(?=\s|$)",
    re.IGNORECASE,
)
_RUNNING: Mapping[str, str] = {
    "total cost": "cost",
    "cost": "cost",
    "list cost": "cost",
    "sessions": "sessions",
    "total sessions": "sessions",
    "total hours": "hours",
    "hours": "hours",
    "avg cost/hour": "cost per hour",
    "average cost/hour": "cost per hour",
    "avg cost per hour": "cost per hour",
    "cost per hour": "cost per hour",
    "total tokens": "tokens",
    "tokens": "tokens",
}
_HEADS = re.compile(r"\b(?:this session|out(?:put)?|completion tokens)\b", re.IGNORECASE)
"""One of these is in the head of every table that is read."""
_PROJECT_HEADS = ("project total", "project totals", "project", "all sessions", "total")


@lru_cache(maxsize=8)
def read_figures(body: str) -> Figures:
    """All of them, with lines from 1 in the body; none in a body without a table of usage or of running totals.

    What stands in generated blocks is not a person's, and left out.
    """
    if not _may_have_tables(body):
        return Figures()
    tables = find_tables(own_lines(body))
    usage = tuple(found for table in tables if (found := read_usage_table(table)))
    running = tuple(each for table in tables if (each := _running_table(table)))
    taken = {table.first for table in usage} | {table.first for table in running}
    others = [table for table in tables if table.head.line not in taken]
    fields = _fields(body, tables, others)
    return Figures(
        usage=usage,
        fields=fields,
        parts=tuple(part for field in fields if (part := read_part(field))),
        sums=tuple(stated for field in fields if (stated := read_sum(field))),
        running=running,
    )


@lru_cache(maxsize=8)
def read_fields(body: str) -> tuple[Field, ...]:
    """The labelled values of any body, in order, also of one in which no table tells of usage."""
    figures = read_figures(body)
    if figures.usage or figures.running:
        return figures.fields
    tables = find_tables(own_lines(body))
    return _fields(body, tables, tables)


def _fields(body: str, tables: Iterable[Table], with_fields: Iterable[Table]) -> tuple[Field, ...]:
    in_tables = {number for table in tables for number in range(table.head.line, table.last + 1)}
    labelled = _labelled(line for line in own_lines(body) if line.number not in in_tables)
    return tuple(sorted((*labelled, *_table_fields(with_fields)), key=lambda field: field.value.place))


def _may_have_tables(body: str) -> bool:
    """A quick look that saves most bodies the slow one."""
    inside = False
    for line in body.split("\n"):
        if mark := GENERATED.match(line):
            inside = not mark[1]
        elif not inside and "|" in line and len(line) <= LONGEST_LINE and _HEADS.search(line):
            return True
    return False


def _labelled(lines: Iterable[Line]) -> Iterator[Field]:
    for line in lines:
        marks = [mark for mark in _LABEL.finditer(line.text) if mark["inner"] or mark["outer"] or mark["other"]]
        for index, mark in enumerate(marks):
            end = marks[index + 1].start() if index + 1 < len(marks) else len(line.text)
            group = "label" if mark["label"] else "other"
            yield _field(piece(line, *mark.span(group)), piece(line, mark.end(), end))
        if not marks and (plain := _PLAIN_LABEL.match(line.text)):
            yield _field(piece(line, *plain.span("label")), piece(line, plain.end(), len(line.text)))


def _field(label: Text, value: Text) -> Field:
    return Field(" ".join(label.text.lower().split()).rstrip(":"), label, value)


def _table_fields(tables: Iterable[Table]) -> Iterator[Field]:
    """The rows of tables with two columns: the first names what the second says."""
    for table in tables:
        if len(table.head.cells) == 2:
            yield from (_field(row.cells[0], row.cells[1]) for row in table.rows)


def _running_table(table: Table) -> RunningTable | None:
    heads = [plain_head(cell.text) for cell in table.head.cells]
    project = next((index for index, head in enumerate(heads) if index and head in _PROJECT_HEADS), None)
    if "this session" not in heads or project is None:
        return None
    own = heads.index("this session")
    lines = tuple(_running_line(row, own, project) for row in table.rows)
    return RunningTable(table.head.line, table.last, table.head.cells[project], lines)


def _running_line(row: Row, own: int, project: int) -> RunningLine:
    label = row.cells[0]
    of = _RUNNING.get(" ".join(label.text.lower().split()).rstrip(":"), "")
    return RunningLine(of, label, _running_figure(of, row.cells[own]), _running_figure(of, row.cells[project]))


def _running_figure(of: str, text: Text) -> Figure:
    """Hours are written as a number or as a length of time."""
    if "cost" in of:
        return read_amount(text)
    if of in ("sessions", "tokens"):
        return read_count(text)
    figure = read_number(text)
    if of == "hours" and figure.wrong and (span := read_span(text)):
        hours = Decimal(int(span.length.total_seconds())) / 3600
        return Figure(text.text, text.line, text.column, hours, Decimal(int(span.step.total_seconds())) / 3600)
    return figure
