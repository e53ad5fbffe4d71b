"""What a file may have said before one mistake. Each supposition is one change, to be tried and then believed or not.

They come from everything that is written twice: the tables in the body, the sums, the costs and the price list.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from sitegen.blocks import Keys, prices_in, rows_in, split_cells
from sitegen.display import plain
from sitegen.errors import Location, Problem, SetValue, SortRows
from sitegen.masking import one_line
from sitegen.rules.blocks import contradicted, stale_lines, stated_blocks
from sitegen.rules.places import place_below, place_between, place_of
from sitegen.rules.trials import Data, Supposition, supposed_value, supposing, with_value
from sitegen.session import Session
from sitegen.settings import EfficiencyBands
from sitegen.tokens import KINDS

_IDENTITY = ("time", "model", "requests", *KINDS)
_FEW = 8
"""Rows up to which any of them may be the one that a sum is wrong by."""


def suppositions(session: Session, problems: Sequence[Problem]) -> Iterator[Supposition]:
    """The likely ones first. `problems` are what is known to be wrong."""
    tables = {
        block.name: [split_cells(line) for line in lines if line.strip()] for block, lines in stated_blocks(session)
    }
    yield from _from_rows(session, list(rows_in(tables.get("usage", []))))
    yield from _from_cells(session)
    yield from _from_prices(session, prices_in(tables.get("cost", [])))
    for problem in problems:
        if isinstance(problem.repair, SetValue) and problem.repair.value is not None:
            yield from supposed_value(session, problem.repair.keys, problem.repair.value)
    yield from _from_sums(session, problems)
    yield from _from_costs(session, problems)
    yield from _from_order(session, problems)


# From the tables


def _from_cells(session: Session) -> Iterator[Supposition]:
    """From tables with a line for each value: one value, or all below a key that is missing."""
    data = session.document.data
    told = list(_told_values(session))
    missing = dict.fromkeys(str(keys[0]) for keys, _ in told if len(keys) > 1 and keys[0] not in data)
    for key in missing:
        whole = data
        for keys, value in told:
            if keys[0] == key:
                whole = with_value(whole, keys, value)
        yield Supposition(whole, place_of(session, (key,)), f"`{key}` is missing", "have it")
    for keys, value in told:
        if keys[0] not in missing:
            yield from supposed_value(session, keys, value)


def _told_values(session: Session) -> Iterator[tuple[Keys, Any]]:
    # Whatever the limits: what they decide stands in no value of the frontmatter.
    for stale in stale_lines(session, EfficiencyBands()):
        for cell in stale.difference.cells:
            for part in contradicted(cell):
                value = part.read(cell.stated) if part.read else None
                if value is not None:
                    yield part.keys, value


def _from_rows(session: Session, told: Sequence[Data]) -> Iterator[Supposition]:
    """From the rows that table `usage` tells of."""
    data = session.document.data
    rows = data.get("usage") or []
    if not told or not isinstance(rows, list):
        return
    if len(told) == len(rows):
        marks, own = [*map(_mark, told)], [*map(_mark, rows)]
        for index, (row, mark) in enumerate(zip(told, own, strict=True)):
            if marks[index] != mark and marks[index : index + 2] == own[index : index + 2][::-1]:
                yield _swapped(session, rows, index)
            yield from _row_values(session, index, row)
        return
    for kind, old, old_end, new, new_end in _unequal([*map(_mark, told)], [*map(_mark, rows)]):
        if kind == "delete":
            yield from _missing_rows(session, rows, new, told[old:old_end])
        elif kind == "insert":
            yield _rows_too_many(session, rows, new, new_end)


def _unequal(told: Sequence[Any], own: Sequence[Any]) -> Iterator[tuple[str, int, int, int, int]]:
    return (code for code in SequenceMatcher(None, told, own, autojunk=False).get_opcodes() if code[0] != "equal")


def _mark(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells rows apart."""
    return tuple(str(row.get(key) or (0 if key in KINDS else "")) for key in _IDENTITY)


def _row_values(session: Session, index: int, row: Data) -> Iterator[Supposition]:
    for key, value in row.items():
        if isinstance(value, Mapping):
            for name, number in value.items():
                yield from supposed_value(session, ("usage", index, key, name), number)
        elif isinstance(value, int | str) and not isinstance(value, bool):
            yield from supposed_value(session, ("usage", index, key), value)


def _missing_rows(session: Session, rows: list[Any], index: int, told: Sequence[Data]) -> Iterator[Supposition]:
    """Rows that the table has and the frontmatter has not, with the costs that they must have had."""
    data = with_value(session.document.data, ("usage",), [*rows[:index], *told, *rows[index:]])
    trial = supposing(session, data)
    if trial is None:
        return
    for at in range(index, index + len(told)):
        row = trial.rows[at]
        prices = trial.prices.get(row.price_key)
        cost = prices.list_cost(row.counts, row.web_searches) if prices else None
        if cost is not None:
            data = with_value(data, ("usage", at, "cost"), plain(cost))
    node = session.document.node("usage")
    place = place_below(session, "usage")
    if node is not None and node.children:
        place = place_between(session, node, [at >= index for at in range(len(rows))])
    what = one_line(f"{told[0].get('time', '')} {told[0].get('task', '')}")
    number = f"usage row {index + 1} is" if len(told) == 1 else f"{len(told)} usage rows from row {index + 1} on are"
    yield Supposition(data, place, f"{number} missing{f': {what}' if what else ''}", "have it")


def _rows_too_many(session: Session, rows: list[Any], start: int, end: int) -> Supposition:
    data = with_value(session.document.data, ("usage",), [*rows[:start], *rows[end:]])
    if rows[start:end] == rows[end : end + 1]:
        start, end = start + 1, end + 1  # of two that are equal it is the second that repeats
    place = session.locate("usage", start)
    if start and rows[start:end] == rows[start - 1 : start]:
        return Supposition(data, place, f"usage row {start + 1} repeats row {start}", "have it once")
    if end - start == 1:
        return Supposition(data, place, f"usage row {start + 1} is new", "do not have it")
    return Supposition(data, place, f"usage rows {start + 1} to {end} are new", "do not have them")


def _swapped(session: Session, rows: list[Any], index: int) -> Supposition:
    data = with_value(
        session.document.data, ("usage",), [*rows[:index], rows[index + 1], rows[index], *rows[index + 2 :]]
    )
    in_time = rows[index].get("time") != rows[index + 1].get("time")
    message = f"usage rows {index + 1} and {index + 2} stand in the wrong order"
    return Supposition(data, session.locate("usage", index), message, repair=SortRows() if in_time else None)


def _from_prices(session: Session, told: Mapping[str, Mapping[str, str]]) -> Iterator[Supposition]:
    """Prices that rows need: under another name, or gone from the frontmatter and still in table `cost`."""
    data = session.document.data
    prices = data.get("prices") or {}
    used = [row.price_key for row in session.rows if row.list_cost is not None]
    missing = [key for key in dict.fromkeys(used) if key not in session.prices]
    for key in missing:
        for other in session.prices:
            if other not in used:
                renamed = {key if name == other else name: each for name, each in prices.items()}
                place = Location(session.path, *session.document.locate_key("prices", other))
                message = f"no row uses the prices of `{one_line(other)}`, and rows use those of `{one_line(key)}`"
                yield Supposition(with_value(data, ("prices",), renamed), place, message)
        if key in told:
            yield _missing_price(session, key, {**prices, key: dict(told[key])})


def _missing_price(session: Session, key: str, prices: Data) -> Supposition:
    data = with_value(session.document.data, ("prices",), prices)
    node = session.document.node("prices")
    place = place_below(session, "prices")
    if node is not None and node.entries:
        place = place_between(session, node, [_rank(str(entry.key.value)) > _rank(key) for entry in node.entries])
    return Supposition(data, place, f"`prices.{one_line(key)}` is missing", "have it")


def _rank(key: str) -> tuple[bool, str]:
    return (" " in key, key)


# From sums and costs alone


def _from_sums(session: Session, problems: Sequence[Problem]) -> Iterator[Supposition]:
    """A count that makes its sum right, in a row whose cost is wrong, or in any of a few."""
    wrong = [index for index in range(len(session.rows)) if _has(problems, "row-cost", ("usage", index, "cost"))]
    rows = wrong or (range(len(session.rows)) if len(session.rows) <= _FEW else ())
    for problem in problems:
        repair = problem.repair
        if problem.rule == "totals" and isinstance(repair, SetValue) and repair.keys[1] in KINDS and problem.stated:
            kind = str(repair.keys[1])
            off = int(problem.expected or 0) - int(problem.stated)
            for index in rows:
                value = getattr(session.rows[index].counts, kind) - off
                if value >= 0:
                    yield from supposed_value(session, ("usage", index, kind), value)


def _has(problems: Sequence[Problem], rule: str, keys: Keys) -> bool:
    return any(p.rule == rule and isinstance(p.repair, SetValue) and p.repair.keys == keys for p in problems)


def _from_costs(session: Session, problems: Sequence[Problem]) -> Iterator[Supposition]:
    """A unit price that makes the first wrong cost right."""
    seen: set[str] = set()
    for index, row in enumerate(session.rows):
        prices = session.prices.get(row.price_key)
        if row.list_cost is None or prices is None or row.price_key in seen:
            continue
        if not _has(problems, "row-cost", ("usage", index, "cost")):
            continue
        seen.add(row.price_key)
        for kind in KINDS:
            tokens, price = getattr(row.counts, kind), getattr(prices, kind)
            expected = prices.list_cost(row.counts, row.web_searches)
            if tokens and price is not None and expected is not None:
                solved = price + (row.list_cost - expected) * 1_000_000 / tokens
                if solved >= 0 and len(plain(solved).partition(".")[2]) <= 12:
                    yield from supposed_value(session, ("prices", row.price_key, kind), Decimal(plain(solved)))


def _from_order(session: Session, problems: Sequence[Problem]) -> Iterator[Supposition]:
    """A row that stands twice, or that changed places with the one before it."""
    rows = session.document.data.get("usage")
    if not isinstance(rows, list):
        return
    for index, (row, following) in enumerate(pairwise(rows)):
        if row == following:
            yield _rows_too_many(session, rows, index + 1, index + 2)
    for index in range(1, len(rows)):
        place = session.locate("usage", index, "time")
        if any(problem.rule == "times" and problem.location == place for problem in problems):
            yield _swapped(session, rows, index - 1)
