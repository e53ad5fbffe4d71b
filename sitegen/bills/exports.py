"""The Console's exports as CSV, read by the names of their columns. All of a file or its mistakes, never a part."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sitegen.bills.amounts import read_count, read_day, read_money, shown
from sitegen.bills.names import (
    COST_COLUMNS,
    COST_MARK,
    COST_REQUIRED,
    MEASURES,
    USAGE_COLUMNS,
    USAGE_MARK,
    USAGE_REQUIRED,
    geo_of,
    kind_of_cost,
    model_of,
    prompts_of,
    speed_of,
    tier_of,
)
from sitegen.bills.values import CREDIT, Bill, BilledCost, BilledTokens, with_rounding
from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.tokens import KINDS, PriceContext, TokenCounts

RULE = "bill"
MAX_BYTES = 64 * 1024 * 1024
_MOST_PROBLEMS = 20
_AGAIN = "export it from the Console anew, and give the file as it comes"


@dataclass(frozen=True, slots=True)
class _Row:
    """`cells` by our names, blanks around them taken off. `dimensions` are all cells that say what is counted."""

    path: str
    line: int
    text: str
    places: Mapping[str, int]
    cells: Mapping[str, str]
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]

    def wrong(self, name: str, message: str, hint: str | None = None) -> Problem:
        column = _column(self.text, self.places[name])
        return error(RULE, Location(self.path, self.line, column), message, hint)


@dataclass(frozen=True, slots=True)
class _Header:
    path: str
    names: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]

    def places(self) -> dict[str, int]:
        """By our name: the index of the column."""
        found = {}
        for name, spellings in self.columns.items():
            place = next((self.names.index(each) for each in spellings if each in self.names), None)
            if place is not None:
                found[name] = place
        return found


def read_exports(files: Sequence[tuple[str, bytes]]) -> Bill:
    """One bill of several files, each a path and its bytes: usage and cost belong together. Raises ProblemError."""
    problems: list[Problem] = []
    usage: list[list[_Row]] = []
    costs: list[list[_Row]] = []
    for path, raw in files:
        is_usage, rows, wrong = _read_file(path, raw)
        problems += wrong
        (usage if is_usage else costs).append(rows)
    usage_rows, usage_twice = _once(usage, problems)
    cost_rows, cost_twice = _once(costs, problems)
    tokens = [made for row in usage_rows if (made := _tokens(row, problems)) is not None]
    money = [paid for row in cost_rows if (paid := _money(row, problems)) is not None]
    if problems:
        raise ProblemError(*problems[:_MOST_PROBLEMS])
    return Bill(
        source=f"Console {' and '.join([*['usage'] * bool(usage), *['cost'] * bool(costs)])} export",
        tokens=tuple(tokens) if usage else None,
        costs=with_rounding(money) if costs else None,
        repeated=usage_twice + cost_twice,
    )


def _read_file(path: str, raw: bytes) -> tuple[bool, list[_Row], list[Problem]]:
    """Whether it is a usage export, and its rows."""
    try:
        lines = list(io.StringIO(_text(path, raw), newline=""))
        table = list(_table(lines))
    except ProblemError as exc:
        return True, [], list(exc.problems)
    except csv.Error as exc:
        return True, [], [error(RULE, Location(path), f"not readable as CSV: {exc}", _AGAIN)]
    header, wrong = _header(path, table[0][1] if table else [], lines[0] if lines else "")
    if header is None:
        return True, [], wrong
    rows, torn = _rows(header, table[1:], lines)
    if not rows and not torn:
        message = "there is a header and no row: nothing was billed in its period, or the export is cut off"
        torn = [error(RULE, Location(path), message, _AGAIN)]
    return header.columns is USAGE_COLUMNS, rows, torn


def _text(path: str, raw: bytes) -> str:
    if not raw.strip():
        raise ProblemError(error(RULE, Location(path), "the file is empty", _AGAIN))
    if len(raw) > MAX_BYTES:
        raise ProblemError(error(RULE, Location(path), f"the file has more than {MAX_BYTES >> 20} MB", "export less"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ProblemError(error(RULE, Location(path), f"not UTF-8, byte {exc.start}", _AGAIN)) from None


def _table(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The number of the line that each row begins on, and its cells; empty lines are passed over."""
    reader = csv.reader(lines, strict=True)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + 1


def _header(path: str, cells: Sequence[str], line: str) -> tuple[_Header | None, list[Problem]]:
    names = tuple(cell.strip().lower() for cell in cells)
    marks = [mark for mark in (USAGE_MARK, COST_MARK) if mark in names]
    if len(marks) != 1:
        what = "both a usage and a cost export" if marks else "neither a usage nor a cost export"
        hint = f"a usage export has the column `{USAGE_MARK}`, a cost export in USD `{COST_MARK}`"
        return None, [error(RULE, Location(path), f"by its header this is {what} of the Console", hint)]
    twice = [name for name, times in Counter(names).items() if times > 1 and name in _spellings()]
    if twice:
        second = names.index(twice[0], names.index(twice[0]) + 1)
        place = Location(path, 1, _column(line, second))
        return None, [error(RULE, place, f"the column `{twice[0]}` is there twice", _AGAIN)]
    columns, required = (USAGE_COLUMNS, USAGE_REQUIRED) if marks == [USAGE_MARK] else (COST_COLUMNS, COST_REQUIRED)
    header = _Header(path, names, columns)
    present = header.places()
    end = Location(path, 1, len(line.rstrip("\r\n")) + 1)
    missing = [
        error(RULE, end, f"the header has no column `{columns[name][0]}`", _AGAIN)
        for name in required
        if name not in present
    ]
    return (None if missing else header), missing


def _spellings() -> frozenset[str]:
    tables = (*USAGE_COLUMNS.values(), *COST_COLUMNS.values())
    return frozenset(name for names in tables for name in names)


def _rows(
    header: _Header, table: Sequence[tuple[int, list[str]]], lines: Sequence[str]
) -> tuple[list[_Row], list[Problem]]:
    places = header.places()
    measured = {places[name]: name for name in MEASURES if name in places}
    rows, problems = [], []
    for line, cells in table:
        text = lines[line - 1]
        if len(cells) != len(header.names):
            message = f"the row has {len(cells)} cells, the header {len(header.names)}"
            problems.append(error(RULE, Location(header.path, line), message, _AGAIN))
            continue
        stripped = [cell.strip() for cell in cells]
        rows.append(
            _Row(
                header.path,
                line,
                text,
                places,
                {name: stripped[place] for name, place in places.items()},
                tuple(f"{header.names[i]}={cell}" for i, cell in enumerate(stripped) if i not in measured),
                tuple(stripped[place] for place in sorted(measured)),
            )
        )
    return rows, problems


def _once(files: Sequence[Sequence[_Row]], problems: list[Problem]) -> tuple[list[_Row], int]:
    """Rows that are the same in every cell count once, in one file or over several.

    Two files that tell of the same thing with other figures are a problem: one of them is out of date.
    """
    rows: list[_Row] = []
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    owner: dict[tuple[str, ...], _Row] = {}
    twice = 0
    for file in files:
        before = dict(owner)
        for row in file:
            other = before.get(row.dimensions)
            if (row.dimensions, row.measures) in seen:
                twice += 1
                continue
            if other is not None:
                message = f"this row has other figures than line {other.line} of the file {other.path}"
                hint = "the two were exported at different times: give one export for each day"
                problems.append(error(RULE, Location(row.path, row.line), message, hint))
            seen.add((row.dimensions, row.measures))
            owner[row.dimensions] = row
            rows.append(row)
    return rows, twice


def _tokens(row: _Row, problems: list[Problem]) -> BilledTokens | None:
    before = len(problems)
    day = _day(row, problems)
    counts = {kind: _count(row, kind, problems) for kind in KINDS}
    searches = _count(row, "web_searches", problems) if row.cells.get("web_searches") else None
    if day is None or len(problems) > before:
        return None
    model, name = model_of(row.cells["model"])
    return BilledTokens(
        day,
        model,
        name,
        TokenCounts(**{kind: number or 0 for kind, number in counts.items()}),
        searches,
        PriceContext(
            speed_of(row.cells.get("speed", "")), tier_of(row.cells.get("tier", "")), geo_of(row.cells.get("geo", ""))
        ),
        prompts_of(row.cells.get("window", "")),
    )


def _count(row: _Row, name: str, problems: list[Problem]) -> int | None:
    text = row.cells[name]
    number = read_count(text)
    if number is None:
        message = f"`{USAGE_COLUMNS[name][0]}` {shown(text)}, must be a whole number, 0 or more"
        problems.append(row.wrong(name, message, _PLAIN if "," in text or "." in text else None))
    return number


_PLAIN = "write digits only: a separator can be read in two ways"


def _day(row: _Row, problems: list[Problem]) -> date | None:
    day = read_day(row.cells["day"])
    if day is None:
        message = f"`usage_date_utc` {shown(row.cells['day'])}, must be a day such as 2026-02-11"
        problems.append(row.wrong("day", message, _AGAIN))
    return day


def _money(row: _Row, problems: list[Problem]) -> BilledCost | None:
    before = len(problems)
    day = _day(row, problems)
    amount = _amount(row, "amount", problems)
    list_amount = _amount(row, "list_amount", problems) if row.cells.get("list_amount") else None
    if row.cells.get("currency", "").upper() not in ("", "USD"):
        hint = "prices and costs of a ledger are in USD: nothing is converted"
        problems.append(row.wrong("currency", "`currency` is not USD", hint))
    if day is None or amount is None or len(problems) > before:
        return None
    kind = kind_of_cost(row.cells.get("cost_type", ""), row.cells.get("token_type", ""))
    model, _ = model_of(row.cells["model"])
    return BilledCost(day, model, CREDIT if amount < 0 else kind, amount, list_amount)


def _amount(row: _Row, name: str, problems: list[Problem]) -> Decimal | None:
    text = row.cells[name]
    amount = read_money(text)
    if amount is None:
        message = f"`{COST_COLUMNS[name][0]}` {shown(text)}, must be an amount in USD such as 12.25"
        problems.append(row.wrong(name, message, _PLAIN if text else None))
    return amount


def _column(line: str, index: int) -> int:
    """The column, from 1, where a cell begins."""
    quoted = False
    for at, character in enumerate(line):
        if index == 0:
            return at + 1
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            index -= 1
    return len(line.rstrip("\r\n")) + 1
