"""The verdict on the prices: the list cost of the tokens billed against the cost billed, whatever the logs say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum

from sitegen.bills import CREDIT, OTHER, SEARCH, TOKENS, BilledCost, BilledTokens
from sitegen.prices import PriceBook, Unpriced
from sitegen.prices.unit_prices import EXACT
from sitegen.reconciling.days import Cell, Logged
from sitegen.tokens import KINDS

ZERO = Decimal()


class PriceState(StrEnum):
    """`BETWEEN`: the price depends on the size of each request, and the cost billed is between the two."""

    AGREES = "agrees"
    BETWEEN = "agrees within a range"
    UNPRICED = "unpriced"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Paid:
    """Sums of a bill's costs, in USD. `list_amount` is None unless every one of them has one."""

    amount: Decimal = ZERO
    list_amount: Decimal | None = ZERO
    rounding: Decimal = ZERO

    def __add__(self, other: "Paid") -> "Paid":
        both = self.list_amount is not None and other.list_amount is not None
        return Paid(
            EXACT.add(self.amount, other.amount),
            EXACT.add(self.list_amount or ZERO, other.list_amount or ZERO) if both else None,
            EXACT.add(self.rounding, other.rounding),
        )


NOTHING_PAID = Paid()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the tokens billed come to by the price book, in USD: between `low` and `high`, mostly the same.

    `why` says why a price is missing; the sums are then those of the rest.
    """

    low: Decimal = ZERO
    high: Decimal = ZERO
    why: str = ""

    def __add__(self, other: "Expected") -> "Expected":
        return Expected(EXACT.add(self.low, other.low), EXACT.add(self.high, other.high), self.why or other.why)


NOTHING_EXPECTED = Expected()


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One kind of a cell; `tokens` stands for all kinds of tokens together, where the bill does not tell them apart."""

    cell: Cell
    kind: str
    expected: Expected
    paid: Paid
    state: PriceState

    @property
    def off(self) -> Decimal:
        """How far the list cost is from what was billed: more than 0 where ours is more."""
        billed = self.paid.amount
        nearest = min(max(billed, self.expected.low), self.expected.high)
        return EXACT.subtract(nearest, billed)


def compare_prices(
    tokens: Sequence[BilledTokens], costs: Sequence[BilledCost], book: PriceBook, unit: Decimal
) -> tuple[PriceLine, ...]:
    """Every cell and kind that has a cost or tokens. `unit`: what rounds to nothing in this bill, in USD."""
    nameless = any(row.kind == SEARCH and not row.model for row in costs)
    ours = _expected(tokens, book, nameless=nameless)
    theirs = _paid(costs, nameless=nameless)
    lines = []
    for cell in sorted({*ours, *theirs}):
        for kind, expected, paid in _pairs(ours.get(cell, {}), theirs.get(cell, {})):
            if expected != NOTHING_EXPECTED or paid != NOTHING_PAID:
                lines.append(PriceLine(cell, kind, expected, paid, _state(expected, paid, book, unit)))
    return tuple(lines)


def compare_totals(
    logged: Mapping[Cell, Logged], costs: Sequence[BilledCost], book: PriceBook, unit: Decimal
) -> tuple[PriceLine, ...]:
    """Where no tokens billed are known: the list cost in the files against the cost billed, as a whole."""
    theirs = {cell: sum(kinds.values(), NOTHING_PAID) for cell, kinds in _paid(costs, nameless=False).items()}
    lines = []
    for cell in sorted({*logged, *theirs}):
        here = logged.get(cell, Logged())
        paid = theirs.get(cell, NOTHING_PAID)
        most = max(here.list_cost, paid.amount) if here.output_floor else here.list_cost
        expected = Expected(here.list_cost, most, "a row in the files has no price" * here.unpriced)
        lines.append(PriceLine(cell, TOKENS, expected, paid, _state(expected, paid, book, unit)))
    return tuple(lines)


def of_tokens(costs: Iterable[BilledCost]) -> tuple[BilledCost, ...]:
    """Without what tokens do not explain: charges by the hour and credits."""
    return tuple(row for row in costs if row.kind not in (OTHER, CREDIT))


def _paid(costs: Iterable[BilledCost], *, nameless: bool) -> dict[Cell, dict[str, Paid]]:
    sums: dict[Cell, dict[str, Paid]] = {}
    for row in costs:
        model = "" if nameless and row.kind == SEARCH else row.model
        kinds = sums.setdefault(Cell(row.day, model), {})
        kinds[row.kind] = kinds.get(row.kind, NOTHING_PAID) + Paid(row.amount, row.list_amount, row.rounding)
    return sums


def _expected(tokens: Iterable[BilledTokens], book: PriceBook, *, nameless: bool) -> dict[Cell, dict[str, Expected]]:
    sums: dict[Cell, dict[str, Expected]] = {}
    for row in tokens:
        for kind, expected in expected_of(row, book).items():
            model = "" if nameless and kind == SEARCH else row.model
            kinds = sums.setdefault(Cell(row.day, model), {})
            kinds[kind] = kinds.get(kind, NOTHING_EXPECTED) + expected
    return sums


def expected_of(row: BilledTokens, book: PriceBook) -> dict[str, Expected]:
    """By kind, only those of which there is any. The bill tells the size of no request, only a range of sizes."""
    numbers = {kind: number for kind, number in row.counts.by_kind().items() if number}
    if row.web_searches:
        numbers[SEARCH] = row.web_searches
    if not numbers:
        return {}
    noon = _noon(row.day)
    quotes = [book.quote(row.name, noon, row.context, size) for size in row.prompts]
    found = {}
    for kind, number in numbers.items():
        costs = []
        for quote in quotes:
            if isinstance(quote, Unpriced):
                return dict.fromkeys(numbers, Expected(why=quote.reason))
            price: Decimal | None = getattr(quote.prices, kind)
            if price is not None:
                costs.append(EXACT.multiply(Decimal(number), price if kind == SEARCH else price.scaleb(-6)))
        known = len(costs) == len(quotes)
        found[kind] = Expected(min(costs), max(costs)) if known else Expected(why=f"no price of {kind} is known")
    return found


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _pairs(ours: Mapping[str, Expected], theirs: Mapping[str, Paid]) -> Iterable[tuple[str, Expected, Paid]]:
    if TOKENS in theirs:
        whole = sum((ours.get(kind, NOTHING_EXPECTED) for kind in KINDS), NOTHING_EXPECTED)
        yield TOKENS, whole, sum((theirs.get(kind, NOTHING_PAID) for kind in (*KINDS, TOKENS)), NOTHING_PAID)
    else:
        for kind in KINDS:
            yield kind, ours.get(kind, NOTHING_EXPECTED), theirs.get(kind, NOTHING_PAID)
    yield SEARCH, ours.get(SEARCH, NOTHING_EXPECTED), theirs.get(SEARCH, NOTHING_PAID)


def _state(expected: Expected, paid: Paid, book: PriceBook, unit: Decimal) -> PriceState:
    if expected.why:
        return PriceState.UNPRICED
    slack = max(paid.rounding, unit)
    figures = [paid.amount]
    if paid.list_amount is not None and paid.list_amount >= paid.amount and book.multiplier == 1:
        figures.append(paid.list_amount)
    if not any(expected.low - slack <= figure <= expected.high + slack for figure in figures):
        return PriceState.DIFFERS
    return PriceState.AGREES if expected.low == expected.high else PriceState.BETWEEN
