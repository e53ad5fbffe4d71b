"""How much of what was billed the files explain, and what is left over on either side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from sitegen.bills import BilledTokens
from sitegen.display import plain
from sitegen.prices import PriceBook
from sitegen.prices.unit_prices import EXACT
from sitegen.reconciling.costs import NOTHING_EXPECTED, ZERO, Expected, PriceLine, expected_of
from sitegen.reconciling.days import Cell
from sitegen.reconciling.logs import DayLogs, State
from sitegen.tokens import KINDS

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Coverage:
    """`billed` and `explained` are USD at our prices or, without `in_usd`, tokens, since a price is missing.

    `complete`: nothing at all is left over; a percentage alone could have been rounded.
    """

    explained: Decimal
    billed: Decimal
    complete: bool
    in_usd: bool

    @property
    def missing(self) -> Decimal:
        return EXACT.subtract(self.billed, self.explained)

    @property
    def percent(self) -> str:
        """`93.4 %`, never rounded up: `100 %` only if nothing is left over."""
        if self.complete:
            return "100 %"
        if not self.billed:
            return "0 %"
        rounded = (self.explained * 100 / self.billed).quantize(_TENTH, ROUND_DOWN)
        if self.explained and not rounded:
            return "<0.1 %"
        return f"{plain(min(rounded, Decimal('99.9')))} %"


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What one cell has on one side only, by kind; `list_cost` is None where no price is known."""

    cell: Cell
    numbers: Mapping[str, int]
    list_cost: Decimal | None

    @property
    def tokens(self) -> int:
        return sum(self.numbers.get(kind, 0) for kind in KINDS)


def values_of(billed: Iterable[BilledTokens], book: PriceBook) -> dict[Cell, dict[str, Expected]]:
    """What the billed numbers of a cell come to at our prices, by kind."""
    found: dict[Cell, dict[str, Expected]] = {}
    for row in billed:
        kinds = found.setdefault(Cell(row.day, row.model), {})
        for kind, expected in expected_of(row, book).items():
            kinds[kind] = kinds.get(kind, NOTHING_EXPECTED) + expected
    return found


def coverage_of(logs: Sequence[DayLogs], values: Mapping[Cell, Mapping[str, Expected]]) -> Coverage:
    in_usd = not any(expected.why for kinds in values.values() for expected in kinds.values())
    explained = billed = ZERO
    complete = True
    for one in logs:
        found = one.explained()
        complete = complete and all(found[kind] == number for kind, number in one.billed.items())
        for kind, number in one.billed.items():
            if number and (in_usd or kind in KINDS):
                whole = values[one.cell][kind].low if in_usd else Decimal(number)
                billed = EXACT.add(billed, whole)
                explained = EXACT.add(explained, _part(whole, found[kind], number))
    return Coverage(explained, billed, complete, in_usd)


def coverage_of_totals(lines: Iterable[PriceLine]) -> Coverage:
    """Where only costs are billed: what the files' own list cost explains of them, day by day."""
    explained = billed = ZERO
    for line in lines:
        billed = EXACT.add(billed, line.paid.amount)
        explained = EXACT.add(explained, max(ZERO, min(line.paid.amount, line.expected.high)))
    return Coverage(explained, billed, explained == billed, in_usd=True)


def without_session(logs: Sequence[DayLogs], values: Mapping[Cell, Mapping[str, Expected]]) -> tuple[LeftOver, ...]:
    """What was billed and stands in no file, by day and model."""
    left = []
    for one in logs:
        found = one.explained()
        numbers = {kind: number - found[kind] for kind, number in one.billed.items() if number > found[kind]}
        if numbers:
            prices = values.get(one.cell, {})
            known = not any(prices[kind].why for kind in numbers)
            cost = _sum(_part(prices[kind].low, number, one.billed[kind]) for kind, number in numbers.items())
            left.append(LeftOver(one.cell, numbers, cost if known else None))
    return tuple(left)


def without_bill(logs: Sequence[DayLogs]) -> tuple[LeftOver, ...]:
    """What stands in files and was not billed. Which of the rows it is in, no sum can tell: it has no cost."""
    left = []
    for one in logs:
        more = {kind: off for kind, off in one.differences().items() if off > 0}
        if more and one.state is not State.NEXT_DAY:
            whole = one.logged.list_cost if not any(one.billed.values()) and not one.logged.unpriced else None
            left.append(LeftOver(one.cell, more, whole))
    return tuple(left)


def _part(whole: Decimal, part: int, of: int) -> Decimal:
    return whole if part == of else EXACT.divide(EXACT.multiply(whole, Decimal(part)), Decimal(of))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
