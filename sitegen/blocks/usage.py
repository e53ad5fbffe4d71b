"""Block `usage`: one line for each usage row, and their sums."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sitegen.blocks.tables import Cell, Keys, Part, Table, count_cell, escaped, read_count, read_words, words_cell
from sitegen.display import count, usd
from sitegen.session import Session
from sitegen.tokens import KINDS, Totals, UsageRow

KIND_NAMES: Mapping[str, str] = {
    "input": "Input",
    "cache_write_5m": "Cache write 5m",
    "cache_write_1h": "Cache write 1h",
    "cache_read": "Cache read",
    "output": "Output",
}
_ALWAYS = frozenset({"input", "output"})
_MODEL = re.compile(r"(.+?)(?: \(([^()]*)\))?")
_SINCE = re.compile(r"(?:^|, )from (\S+)$")
_UNPRICED = "unpriced: "
_TOTAL = "**Total**"


@dataclass(frozen=True, slots=True)
class _Column:
    """`show` makes the cell of a row, `total` that of the last line. `read` gets back what a row holds under its keys.

    `is_shown`: whether the column says anything about the rows and their sums.
    """

    title: str
    show: Callable[[int, UsageRow, Session], Cell]
    total: Callable[[Totals], Cell] = lambda _: Cell("")
    is_shown: Callable[[Sequence[UsageRow], Totals], bool] = lambda *_: True
    read: Callable[[str], Mapping[str, Any]] = lambda _: {}


def row_model(row: UsageRow) -> str:
    """The model with what else sets its price: `claude-opus-4-8 (fast, us)`."""
    words = row.context.words()
    return f"{row.model} ({', '.join(words)})" if words else row.model


def row_time(row: UsageRow, session: Session) -> str:
    if row.at is None:
        return ""
    return row.at.strftime("%H:%M" if row.at.date() == session.day else "%Y-%m-%d %H:%M")


def total_cost(totals: Totals) -> str:
    """`unpriced` where no response has a price: unknown is never 0."""
    if totals.unpriced_responses and not totals.list_cost:
        return "unpriced"
    return usd(totals.list_cost, floor=totals.is_floor)


def usage_table(session: Session) -> Table:
    totals = session.totals
    columns = [column for column in _COLUMNS if column.is_shown(session.rows, totals)]
    rows = [tuple(column.show(index, row, session) for column in columns) for index, row in enumerate(session.rows)]
    last = (Cell(_TOTAL), *(column.total(totals) for column in columns[1:]))
    titles = tuple(column.title for column in columns)
    right = frozenset(index for index, title in enumerate(titles) if title in _NUMBERS)
    names = (*(f"row {index + 1}" for index in range(len(rows))), "the total")
    return Table(titles, (*rows, last), names, 3, right)


def rows_in(lines: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    """The usage rows that a rendered table tells of, as a file would hold them, less their exact costs."""
    if not lines:
        return
    by_title = {column.title: column for column in _COLUMNS}
    columns = [by_title.get(title) for title in lines[0]]
    for cells in lines[2:]:
        if cells and cells[0] != _TOTAL and len(cells) == len(columns):
            row: dict[str, Any] = dict.fromkeys(KINDS, 0)
            for column, text in zip(columns, cells, strict=True):
                row.update(column.read(text) if column else {})
            yield row


def _show_time(index: int, row: UsageRow, session: Session) -> Cell:
    return Cell(row_time(row, session), (Part(("usage", index, "time"), lambda text: text or None),))


def _show_task(index: int, row: UsageRow, _: Session) -> Cell:
    return words_cell(row.task, "usage", index, "task")


def _show_model(index: int, row: UsageRow, _: Session) -> Cell:
    others = {"speed": row.context.speed, "tier": row.context.tier, "geo": row.context.geo, "context": row.context.long}
    parts = (
        Part(("usage", index, "model"), lambda text: _read_model(text).get("model")),
        Part(("usage", index, "price_from"), lambda text: _read_model(text).get("price_from")),
        *(Part(("usage", index, key)) for key, value in others.items() if value),
    )
    return Cell(escaped(row_model(row)), parts)


def _read_model(text: str) -> dict[str, str]:
    found = _MODEL.fullmatch(read_words(text) or "")
    if not found:
        return {}
    since = _SINCE.search(found[2] or "")
    return {"model": found[1], **({"price_from": since[1]} if since else {}), **_context_words(found[2] or "")}


def _context_words(text: str) -> dict[str, str]:
    known = {"fast": "speed", "long": "context", "us": "geo", "batch": "tier", "priority": "tier"}
    return {known[word]: word for word in text.split(", ") if word in known}


def _show_number(key: str) -> Callable[[int, UsageRow, Session], Cell]:
    return lambda index, row, _: count_cell(getattr(row, key), "usage", index, key)


def _show_kind(kind: str) -> Callable[[int, UsageRow, Session], Cell]:
    def show(index: int, row: UsageRow, _: Session) -> Cell:
        floor = kind == "output" and row.output_floor
        cell = count_cell(getattr(row.counts, kind), "usage", index, kind, floor=floor)
        return Cell(cell.text, (*cell.parts, Part(("usage", index, "output_floor")))) if floor else cell

    return show


def _read_number(key: str) -> Callable[[str], Mapping[str, Any]]:
    return lambda text: {key: read_count(text), **({"output_floor": True} if text.startswith("≥") else {})}


def _show_cost(index: int, row: UsageRow, _: Session) -> Cell:
    floor = row.output_floor and row.list_cost is not None
    return Cell(usd(row.list_cost, floor=floor), (Part(("usage", index, "cost")),))


def _show_tools(index: int, row: UsageRow, _: Session) -> Cell:
    keys: Keys = ("usage", index, "tools")
    parts = tuple(Part((*keys, name), partial(_read_tool, name)) for name in row.tools)
    text = ", ".join(f"{escaped(name)} {number}" for name, number in row.tools.items())
    return Cell(text, parts or (Part(keys),))


def _read_tools(text: str) -> dict[str, int]:
    pairs = (item.rpartition(" ") for item in text.split(", ") if item)
    return {read_words(name) or "": int(number) for name, _, number in pairs if number.isascii() and number.isdigit()}


def _read_tool(name: str, text: str) -> int | None:
    return _read_tools(text).get(name)


def _show_notes(index: int, row: UsageRow, _: Session) -> Cell:
    texts = (row.unpriced and f"{_UNPRICED}{row.unpriced}", row.notes)
    parts = tuple(Part(("usage", index, key)) for key in ("unpriced", "notes") if getattr(row, key))
    return Cell(escaped("; ".join(filter(None, texts))), parts)


def _has_notes(rows: Sequence[UsageRow], _: Totals) -> bool:
    return any(row.notes or row.unpriced for row in rows)


def _read_notes(text: str) -> dict[str, str]:
    words = read_words(text) or ""
    key = "unpriced" if words.startswith(_UNPRICED) else "notes"
    return {key: words.removeprefix(_UNPRICED)} if words else {}


def _sum(kind: str) -> Callable[[Totals], Cell]:
    return lambda totals: Cell(count(getattr(totals.counts, kind)), (Part(("totals", kind)),))


def _has(kind: str) -> Callable[[Sequence[UsageRow], Totals], bool]:
    return lambda _, totals: kind in _ALWAYS or getattr(totals.counts, kind) > 0


_COLUMNS = (
    _Column("Time", _show_time, read=lambda text: {"time": text} if text else {}),
    _Column("Task", _show_task, read=lambda text: {"task": read_words(text)} if text else {}),
    _Column("Model", _show_model, read=_read_model),
    _Column(
        "Requests",
        _show_number("requests"),
        lambda totals: Cell(count(totals.requests), (Part(("totals", "requests")),)),
        lambda _, totals: totals.requests > 0 or not totals.tokens,
        _read_number("requests"),
    ),
    *(_Column(KIND_NAMES[kind], _show_kind(kind), _sum(kind), _has(kind), _read_number(kind)) for kind in KINDS),
    _Column(
        "Total",
        lambda _, row, __: Cell(count(row.counts.tokens)),
        lambda totals: Cell(count(totals.tokens)),
    ),
    _Column(
        "Web searches",
        _show_number("web_searches"),
        lambda totals: Cell(count(totals.web_searches), (Part(("totals", "web_searches")),)),
        lambda _, totals: totals.web_searches > 0,
        _read_number("web_searches"),
    ),
    _Column(
        "List cost",
        _show_cost,
        lambda totals: Cell(total_cost(totals), (Part(("totals", "cost")), Part(("totals", "unpriced")))),
    ),
    _Column("Tools", _show_tools, read=lambda text: {"tools": tools} if (tools := _read_tools(text)) else {}),
    _Column("Notes", _show_notes, is_shown=_has_notes, read=_read_notes),
)
_NUMBERS = frozenset({"Requests", *KIND_NAMES.values(), "Total", "Web searches", "List cost"})
