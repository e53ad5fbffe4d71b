"""What another tool says of sessions, read from its JSON. Foreign names stop here, as tables.

All of a file or its mistakes, never a part.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.explaining.json_places import place_in
from sitegen.transcripts import SummedCounts

RULE = "other-tool"
MAX_BYTES = 64 * 1024 * 1024
_MOST_PROBLEMS = 20
_MOST_TOKENS = 10**15
_MOST_DIGITS = 40

CCUSAGE, TOKSCALE = "ccusage", "tokscale"
SESSION, DAY, MONTH = "session", "day", "month"

LISTS: Mapping[str, str] = MappingProxyType({"sessions": SESSION, "session": SESSION, "daily": DAY, "monthly": MONTH})
"""ccusage: the name of its list, and what a row of it is."""
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": ("sessionId", "period", "date", "month", "session"),
        "path": ("projectPath",),
        "cost": ("totalCost", "costUSD", "cost"),
        "models": ("modelBreakdowns",),
        "model": ("modelName", "model"),
        "input": ("inputTokens", "input"),
        "cache_write": ("cacheCreationTokens", "cacheWrite"),
        "cache_read": ("cacheReadTokens", "cacheRead"),
        "output": ("outputTokens", "output"),
    }
)
"""Our word for a field, and what ccusage and tokscale call it."""
ENTRIES = "entries"
"""tokscale: a row for each session and model. ccusage, asked for one session: a row for each response."""
ENTRY_OF_MODEL = ("cacheWrite", "cacheRead", "client", "source")
"""Keys that only a row of tokscale has."""
FAST = "-fast"
"""What ccusage adds to the name of a model in fast mode."""
NOT_SUPPORTED: Mapping[str, str] = MappingProxyType(
    {"weekly": "ccusage weekly", "blocks": "ccusage blocks", "data": "a service"}
)
_MODES = "`ccusage claude session --json` is the one to compare with; `daily` and `monthly` are read too"
_EXACT = re.compile(r"-?\d{1,20}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ToolModel:
    """`cost` is None where the tool gives none for a single model."""

    model: str
    counts: SummedCounts
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class ToolRow:
    """`names` are what it may be called by: an id and the last parts of a path, or a day or month."""

    names: tuple[str, ...]
    counts: SummedCounts
    cost: Decimal
    models: tuple[ToolModel, ...]


@dataclass(frozen=True, slots=True)
class ToolReport:
    """`rows` tell of sessions, days or months (`period`), in the order of the file."""

    tool: str
    period: str
    path: str
    rows: tuple[ToolRow, ...]


@dataclass
class _Reading:
    path: str
    text: str
    data: Any
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, keys: Sequence[str | int], message: str, hint: str | None = None) -> None:
        if len(self.problems) < _MOST_PROBLEMS:  # each place is looked for from the beginning of the text
            line, column = place_in(self.text, keys)
            self.problems.append(error(RULE, Location(self.path, line, column), message, hint))

    def named(self, row: Mapping[str, Any], word: str) -> str:
        """The key that stands for a word of ours in this row; the usual one where none does."""
        return next((key for key in NAMES[word] if key in row), NAMES[word][0])

    def text_at(self, row: Mapping[str, Any], keys: Sequence[str | int], word: str) -> str:
        key = self.named(row, word)
        value = row.get(key)
        if value is None and word == "path":
            return ""
        if not isinstance(value, str) or not value or len(value) > 4096:
            self.wrong((*keys, key), f"`{key}` {_is(row, key)}, must be a text")
            return ""
        return value

    def count_at(self, row: Mapping[str, Any], keys: Sequence[str | int], word: str) -> int:
        key = self.named(row, word)
        value = row.get(key, Decimal())
        if not isinstance(value, Decimal) or value != value.to_integral_value() or not 0 <= value <= _MOST_TOKENS:
            self.wrong((*keys, key), f"`{key}` {_is(row, key)}, must be a whole number, 0 or more")
            return 0
        return int(value)

    def counts_at(self, row: Mapping[str, Any], keys: Sequence[str | int]) -> SummedCounts:
        return SummedCounts(
            *(self.count_at(row, keys, word) for word in ("input", "cache_write", "cache_read", "output"))
        )

    def cost_at(self, row: Mapping[str, Any], keys: Sequence[str | int]) -> Decimal:
        key = self.named(row, "cost")
        value = row.get(key)
        if not isinstance(value, Decimal) or not 0 <= value < 10**9:
            self.wrong((*keys, key), f"`{key}` {_is(row, key)}, must be an amount in USD, 0 or more")
            return Decimal()
        return abs(value)  # what adds up to nothing is -0.0 there

    def objects(
        self, value: Any, keys: Sequence[str | int]
    ) -> Iterator[tuple[Mapping[str, Any], tuple[str | int, ...]]]:
        if not isinstance(value, list):
            self.wrong(keys, f"`{keys[-1]}` must be a list")
            return
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield item, (*keys, index)
            else:
                self.wrong((*keys, index), f"an item of `{keys[-1]}` is no object")


def read_report(path: str, raw: bytes) -> ToolReport:
    """Raises ProblemError."""
    text = _text(path, raw)
    reading = _Reading(path, text, _data(path, text))
    report = _report(reading)
    if reading.problems or report is None:
        raise ProblemError(*reading.problems)
    return report


def _text(path: str, raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise ProblemError(error(RULE, Location(path), f"the file has more than {MAX_BYTES >> 20} MB"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ProblemError(error(RULE, Location(path), f"not UTF-8, byte {exc.start}")) from None
    if not text.strip():
        raise ProblemError(error(RULE, Location(path), "the file is empty", _MODES))
    return text


def _data(path: str, text: str) -> Any:
    try:
        return json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_no_number)
    except json.JSONDecodeError as exc:
        place = Location(path, exc.lineno, exc.colno)
        hint = "give the output of `--json` alone, without what the tool writes to standard error"
        raise ProblemError(error(RULE, place, f"not JSON: {exc.msg}", hint)) from None
    except RecursionError:
        raise ProblemError(error(RULE, Location(path), "nested too deeply")) from None


def _number(text: str) -> Decimal | str:
    """What is too long to be a figure stays a text, and is told where it stands."""
    return Decimal(text) if _EXACT.fullmatch(text) else text[:_MOST_DIGITS]


def _no_number(name: str) -> str:
    return name


def _report(reading: _Reading) -> ToolReport | None:
    data = reading.data
    if not isinstance(data, dict):
        reading.wrong((), "no object of ccusage or tokscale", _MODES)
        return None
    for key, period in LISTS.items():
        if isinstance(data.get(key), list):
            rows = (_row(reading, row, keys, period) for row, keys in reading.objects(data[key], (key,)))
            return ToolReport(CCUSAGE, period, reading.path, tuple(rows))
    if ENTRIES in data:
        return _of_entries(reading, data)
    other = next((f"this is {what}" for key, what in NOT_SUPPORTED.items() if key in data), "")
    reading.wrong((), other or "neither ccusage nor tokscale wrote this: none of its lists is there", _MODES)
    return None


def _row(reading: _Reading, row: Mapping[str, Any], keys: Sequence[str | int], period: str) -> ToolRow:
    name = reading.text_at(row, keys, "name")
    if name and period != SESSION and not _is_period(name, period):
        reading.wrong((*keys, reading.named(row, "name")), f"`{name[:40]}` is no {period} such as {_EXAMPLES[period]}")
    path = reading.text_at(row, keys, "path")
    models = row.get(NAMES["models"][0], [])
    told = tuple(_model(reading, one, at) for one, at in reading.objects(models, (*keys, NAMES["models"][0])))
    return ToolRow(_names(name, path), reading.counts_at(row, keys), reading.cost_at(row, keys), told)


_EXAMPLES = {DAY: "2026-02-11", MONTH: "2026-02"}


def _is_period(name: str, period: str) -> bool:
    try:
        date.fromisoformat(name if period == DAY else f"{name}-01")
    except ValueError:
        return False
    return len(name) == len(_EXAMPLES[period])


def _names(name: str, path: str) -> tuple[str, ...]:
    parts = (text.replace("\\", "/").rstrip("/").rpartition("/")[2] for text in (name, path))
    return tuple(dict.fromkeys(filter(None, (name, *parts))))


def _model(reading: _Reading, row: Mapping[str, Any], keys: Sequence[str | int]) -> ToolModel:
    name = reading.text_at(row, keys, "model").removesuffix(FAST)
    return ToolModel(name, reading.counts_at(row, keys), reading.cost_at(row, keys))


def _of_entries(reading: _Reading, data: Mapping[str, Any]) -> ToolReport:
    rows = list(reading.objects(data[ENTRIES], (ENTRIES,)))
    if "sessionId" in data and not any(key in row for row, _ in rows for key in ENTRY_OF_MODEL):
        return ToolReport(CCUSAGE, SESSION, reading.path, (_single(reading, data, rows),))
    by_name: dict[str, list[ToolModel]] = {}
    for row, keys in rows:
        by_name.setdefault(reading.text_at(row, keys, "name"), []).append(_model(reading, row, keys))
    return ToolReport(TOKSCALE, SESSION, reading.path, tuple(_summed(name, models) for name, models in by_name.items()))


def _single(
    reading: _Reading, data: Mapping[str, Any], rows: Sequence[tuple[Mapping[str, Any], Sequence[str | int]]]
) -> ToolRow:
    """Its responses may all stand at a cost of 0 there: only the sum of the session is said."""
    counts = sum((reading.counts_at(row, keys) for row, keys in rows), SummedCounts())
    name = reading.text_at(data, (), "name")
    return ToolRow(_names(name, ""), counts, reading.cost_at(data, ()), ())


def _summed(name: str, models: Sequence[ToolModel]) -> ToolRow:
    counts = sum((model.counts for model in models), SummedCounts())
    cost = sum((model.cost for model in models if model.cost is not None), Decimal())
    return ToolRow(_names(name, ""), counts, cost, tuple(models))


def _is(row: Mapping[str, Any], key: str) -> str:
    if key not in row:
        return "is missing"
    value = row[key]
    if isinstance(value, Decimal):
        return f"is {value}"
    return f"is `{value[:40]}`" if isinstance(value, str) else "is no figure"
