"""How other tools may come to other costs of the same tokens: each step changes a price."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from sitegen.explaining.charges import sum_of
from sitegen.explaining.units import Unit
from sitegen.prices import PriceBook, UnitPrices, Unpriced
from sitegen.tokens import TokenCounts

LIST_PRICES, TODAY, US, BATCH = "list-prices", "todays-price", "us-inference", "batch"
FAST, FAST_2, FAST_6 = "fast-mode", "fast-mode-2", "fast-mode-6"
MARGIN, ENDED_MARGIN = "long-context", "long-context-ended"
SHORT_WRITES, SEARCHES = "hour-writes", "web-searches"
STEPS: Mapping[str, str] = MappingProxyType(
    {
        LIST_PRICES: "list prices, not this ledger's own or those in its file",
        TODAY: "the price of today, not of the day",
        US: "inference in the US priced as elsewhere",
        BATCH: "batches priced as single requests",
        FAST: "fast mode priced as the standard",
        FAST_2: "fast mode at twice the standard price",
        FAST_6: "fast mode at six times the standard price",
        MARGIN: "long prompts priced only above 200,000, each kind by itself",
        ENDED_MARGIN: "a higher price above 200,000 tokens, which had ended by then",
        SHORT_WRITES: "1-hour cache writes at the 5-minute price",
        SEARCHES: "web searches not priced",
    }
)
"""In the order in which their amounts are told; an amount is what a step adds to those before it."""
_TIMES: Mapping[str, Decimal] = MappingProxyType({FAST: Decimal(1), FAST_2: Decimal(2), FAST_6: Decimal(6)})
_REQUOTED = frozenset({LIST_PRICES, TODAY, US, BATCH, *_TIMES})
_MARGINS = frozenset({MARGIN, ENDED_MARGIN})
_THRESHOLD = 200_000
_LAST_DAYS = (datetime(2026, 3, 12, 12, tzinfo=UTC), datetime(2026, 4, 30, 12, tzinfo=UTC))
"""The last days on which long prompts of Opus and Sonnet 4.6, and of Sonnet 4, had a price of their own."""
_LONG = 10**9


@dataclass(frozen=True, slots=True)
class Books:
    """`own` has the ledger's own prices and its multiplier. `now` is the day of the other tool's prices."""

    own: PriceBook
    now: datetime
    plain: PriceBook = field(default_factory=PriceBook)


def merged(units: Iterable[Unit]) -> list[Unit]:
    """Units that no step tells apart as one: short prompts of a model on one day."""
    groups: dict[object, list[Unit]] = {}
    for number, unit in enumerate(units):
        day = unit.at.date() if unit.at else None
        short = not unit.context.long and max(unit.counts.by_kind().values(), default=0) <= _THRESHOLD
        key = (unit.model, unit.context, day, unit.prices, unit.prompt // 20_000 if unit.is_single else -1)
        groups.setdefault(key if short else number, []).append(unit)
    return [_one(group) for group in groups.values()]


def _one(group: Sequence[Unit]) -> Unit:
    first = group[0]
    counts = sum((unit.counts for unit in group), TokenCounts())
    searches = sum(unit.web_searches for unit in group)
    return replace(first, counts=counts, web_searches=searches, is_single=first.is_single and len(group) == 1)


def cost_of(units: Iterable[Unit], steps: Collection[str], books: Books) -> Decimal | None:
    """USD after these steps; None where one of them has no price."""
    costs = [_cost(unit, steps, books) for unit in units]
    return None if any(cost is None for cost in costs) else sum_of(costs)


def _cost(unit: Unit, steps: Collection[str], books: Books) -> Decimal | None:
    if unit.prices is None:
        return Decimal()
    counts, searches = unit.counts, 0 if SEARCHES in steps else unit.web_searches
    if SHORT_WRITES in steps:
        writes = counts.cache_write_5m + counts.cache_write_1h
        counts = replace(counts, cache_write_5m=writes, cache_write_1h=0)
    if not _MARGINS.isdisjoint(steps) and unit.is_single and (both := _both_bands(unit, steps, books)):
        return _marginal_cost(counts, searches, *both)
    prices = _prices(unit, steps, books, unit.prompt)
    return prices.list_cost(counts, searches) if prices else None


def _prices(unit: Unit, steps: Collection[str], books: Books, prompt: int) -> UnitPrices | None:
    """Those in the file, where no step asks for others."""
    if _REQUOTED.isdisjoint(steps) and prompt == unit.prompt:
        return unit.prices
    fast = next((step for step in _TIMES if step in steps), None)
    if unit.context.speed != "fast":
        fast = None
    context = replace(
        unit.context,
        speed="" if fast else unit.context.speed,
        tier="" if BATCH in steps else unit.context.tier,
        geo="" if US in steps else unit.context.geo,
        long=False,
        since="",
    )
    changed = fast or context != replace(unit.context, long=False, since="")
    if not changed and not {LIST_PRICES, TODAY} & set(steps) and prompt == unit.prompt:
        return unit.prices
    book = books.plain if LIST_PRICES in steps else books.own
    quote = book.quote(unit.model, books.now if TODAY in steps else unit.at, context, prompt)
    if isinstance(quote, Unpriced):
        return None
    return quote.prices.times(_TIMES[fast], fast) if fast else quote.prices


def _both_bands(unit: Unit, steps: Collection[str], books: Books) -> tuple[UnitPrices, UnitPrices] | None:
    """Below and above the threshold, where the model has one, or had."""
    days = _LAST_DAYS if ENDED_MARGIN in steps else (unit.at,)
    for day in days:
        short, long = (_prices(replace(unit, at=day), steps, books, prompt) for prompt in (0, _LONG))
        if short and long and short != long:
            return short, long
    return None


def _marginal_cost(counts: TokenCounts, searches: int, short: UnitPrices, long: UnitPrices) -> Decimal | None:
    below = TokenCounts(**{kind: min(number, _THRESHOLD) for kind, number in counts.by_kind().items()})
    above = TokenCounts(**{kind: max(number - _THRESHOLD, 0) for kind, number in counts.by_kind().items()})
    parts = (short.list_cost(below, searches), long.list_cost(above))
    return None if None in parts else sum_of(parts)


def telling_steps(units: Sequence[Unit], books: Books) -> Iterator[str]:
    """The steps that change the cost of these units by themselves."""
    ours = cost_of(units, (), books)
    for step in STEPS:
        cost = cost_of(units, (step,), books)
        if cost is not None and cost != ours:
            yield step


def together(steps: Collection[str]) -> bool:
    """Whether steps can be taken at once: fast mode has one price, and long prompts one rule."""
    return sum(step in _TIMES for step in steps) < 2 and not set(steps) >= _MARGINS


def in_order(steps: Collection[str]) -> list[str]:
    return [step for step in STEPS if step in steps]
