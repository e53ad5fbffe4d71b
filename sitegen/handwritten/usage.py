"""Usage tables, known by the words in their head: in any order and case, with or without columns for the cache."""

import re
from collections.abc import Mapping
from typing import Any

from sitegen.handwritten.figures import UsageLine, UsageTable
from sitegen.handwritten.numbers import read_amount, read_count
from sitegen.handwritten.tables import Row, Table
from sitegen.handwritten.values import Figure, Text
from sitegen.tokens import KINDS

_HEADS: Mapping[str, tuple[str, ...]] = {
    "input": ("input tokens", "input", "in", "tokens in", "prompt tokens", "uncached input", "uncached input tokens"),
    "output": ("output tokens", "output", "out", "tokens out", "completion tokens"),
    "cache_write_5m": (
        "cache write 5m", "cache write", "cache writes", "cache creation", "cache write tokens",
        "cache creation tokens",
    ),
    "cache_write_1h": ("cache write 1h",),
    "cache_read": ("cache read", "cache reads", "cached", "cached input", "cache read tokens", "cached tokens"),
    "total": ("total", "total tokens", "tokens", "sum"),
    "cost": ("cost", "list cost", "price", "amount", "total cost", "api cost"),
    "requests": ("requests", "calls", "api calls"),
    "model": ("model",),
    "task": ("interaction", "task", "task/decision", "decision", "description", "prompt", "activity", "step"),
    "time": ("time", "date", "when", "timestamp", "date/time"),
    "notes": ("context", "notes", "note", "comment", "comments", "remarks"),
    "tools": ("tools", "tools used"),
}  # fmt: skip
_BY_HEAD = {head: column for column, heads in _HEADS.items() for head in heads}
_FIGURES = (*KINDS, "total", "cost", "requests")
_TOTAL = re.compile(r"(?:(?:grand|session|overall) )?(?:sub[- ]?)?totals?(?: \([^()]*\))?:?|sum:?|Σ", re.IGNORECASE)


def read_usage_table(table: Table) -> UsageTable | None:
    """None for a table about something else: it has no columns for input and output, or nothing to count in them."""
    columns = _columns(table.head)
    if not {"input", "output"} <= set(columns.values()) or not _is_about_tokens(table.head, columns):
        return None
    lines = [_line(row, columns, table.head) for row in table.rows]
    if not any(_counts_something(line) for line in lines):
        return None
    flags = [_is_sum(line, row) for line, row in zip(lines, table.rows, strict=True)]
    return UsageTable(
        first=table.head.line,
        last=table.last,
        place=table.head.cells[0].place if table.head.cells else (table.head.line, 1),
        kinds=tuple(kind for kind in KINDS if kind in columns.values()),
        columns=frozenset(columns.values()) - set(KINDS),
        rows=tuple(line for line, is_sum in zip(lines, flags, strict=True) if not is_sum),
        sums=tuple(line for line, is_sum in zip(lines, flags, strict=True) if is_sum),
        heading=table.heading,
    )


def plain_head(text: str) -> str:
    """`**Input Tokens (uncached)**` → `input tokens`."""
    words = re.sub(r"\([^()]*\)", " ", text.replace("*", "").replace("_", " ").lower())
    return " ".join(words.replace("-", " ").split()).rstrip(":")


def _columns(head: Row) -> dict[int, str]:
    """What each column is, by its index; a second column of the same meaning is none."""
    found: dict[int, str] = {}
    for index, cell in enumerate(head.cells):
        column = _BY_HEAD.get(plain_head(cell.text))
        if column and column not in found.values():
            found[index] = column
    return found


def _is_about_tokens(head: Row, columns: Mapping[int, str]) -> bool:
    """`Input | Output` may be about anything, unless tokens, money, a model or a cache are spoken of beside them."""
    words = " ".join(cell.text.lower() for cell in head.cells)
    return "token" in words or not {"cost", "model", "cache_read", "cache_write_5m"}.isdisjoint(columns.values())


def _counts_something(line: UsageLine) -> bool:
    counts = (line.counts["input"], line.counts["output"])
    return any(figure.value is not None or figure.unfilled for figure in counts)


def _is_sum(line: UsageLine, row: Row) -> bool:
    first = next((cell.text for cell in row.cells if cell.text), "")
    return any(_TOTAL.fullmatch(text) for text in (first, line.task.text) if text)


def _line(row: Row, columns: Mapping[int, str], head: Row) -> UsageLine:
    values: dict[str, Any] = {}
    counts: dict[str, Figure] = {}
    extra: list[tuple[str, Text]] = []
    for index, cell in enumerate(row.cells):
        column = columns.get(index, "")
        if column in KINDS:
            counts[column] = read_count(cell)
        elif column in _FIGURES:
            values[column] = read_amount(cell) if column == "cost" else read_count(cell)
        elif column:
            values[column] = cell
        elif cell.text:
            extra.append((_head_text(head, index), cell))
    return UsageLine(row.line, counts=counts, extra=tuple(extra), **values)


def _head_text(head: Row, index: int) -> str:
    return head.cells[index].text if index < len(head.cells) else ""
