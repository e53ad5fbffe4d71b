"""The rows of hand-written usage tables as rows of the frontmatter."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sitegen.handwritten.account import Account, row_times
from sitegen.handwritten.figures import UsageLine
from sitegen.handwritten.numbers import is_nothing, is_unfilled
from sitegen.handwritten.pricing import counts_of
from sitegen.handwritten.values import Text
from sitegen.tokens import KINDS, UsageRow

_TOOL = re.compile(r"(?P<name>[A-Za-z][\w.:-]{0,60})\s*(?:[×x(]\s*)?(?P<number>\d{1,6})\)?", re.ASCII)


def usage_rows(account: Account, models: Sequence[str]) -> tuple[UsageRow, ...]:
    """As far as they matter for a cost. `models` has one name for each row."""
    times = row_times(account)
    return tuple(
        UsageRow(
            at=at if account.clocks.day else None,
            task=_words(row.task),
            model=model,
            requests=int(row.requests.value or 0) if row.requests else 0,
            counts=counts_of(row),
            tools=_tools(row.tools),
            manual=True,
        )
        for row, at, model in zip(account.figures.rows, times, models, strict=True)
    )


def with_row_words(
    account: Account, rows: Sequence[UsageRow], costs: Sequence[Mapping[str, Any]], started: datetime | None
) -> list[dict[str, Any]]:
    """The rows as they are written: what they said, and what they cost."""
    lines = account.figures.rows
    made = zip(lines, rows, costs, strict=True)
    return [_mapping(line, row, cost, started) for line, row, cost in made]


def _mapping(line: UsageLine, row: UsageRow, cost: Mapping[str, Any], started: datetime | None) -> dict[str, Any]:
    stated = line.requests is not None and line.requests.value is not None
    kinds = [kind for kind in KINDS if kind in line.counts]
    counts = row.counts.by_kind()
    values = {
        "time": _time(row.at, started),
        "task": row.task,
        "model": row.model,
        "requests": row.requests if stated else None,
        **{kind: counts[kind] for kind in kinds},
        **cost,
        "tools": dict(row.tools),
        "notes": "; ".join(_notes(line, cost)),
        "manual": True,
    }
    return {key: value for key, value in values.items() if value not in (None, "", {})}


def _time(at: datetime | None, started: datetime | None) -> str:
    if at is None or started is None:
        return ""
    local = at.astimezone(timezone(offset)) if (offset := started.utcoffset()) is not None else at
    return local.strftime("%H:%M" if local.date() == started.date() else "%Y-%m-%d %H:%M")


def _notes(line: UsageLine, cost: Mapping[str, Any]) -> Iterator[str]:
    """Every word of the row that has no place elsewhere; and a stated cost that nothing can be derived for."""
    yield from filter(None, [_words(line.notes)])
    if not _tools(line.tools):
        yield from (f"Tools: {words}" for words in filter(None, [_words(line.tools)]))
    for head, cell in line.extra:
        yield from (f"{head}: {words}" if head else words for words in filter(None, [_words(cell)]))
    if "cost" not in cost and line.cost is not None and line.cost.value is not None:
        yield f"stated cost {line.cost.text}"


def _words(text: Text) -> str:
    if is_nothing(text.text) or is_unfilled(text.text):
        return ""
    return " ".join(text.text.replace("\\|", "|").split())


def _tools(text: Text) -> dict[str, int]:
    """`Read 4, Edit 2` by name; nothing where any of them has no number."""
    tools: dict[str, int] = {}
    for part in text.text.split(","):
        found = _TOOL.fullmatch(part.strip())
        if not found:
            return {}
        tools[found["name"]] = tools.get(found["name"], 0) + int(found["number"])
    return tools
