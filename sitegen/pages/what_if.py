"""What the same tokens would have cost in another way: from another model, without the cache, with shorter writes.

Sums only, no words for a page. A row holds several requests, so whether one of them passed a threshold of
another model is not known: where that changes the price, both ends of what is possible are given.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sitegen.explaining.charges import by_price_key
from sitegen.prices import PriceBook, Quote, Unpriced
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import PriceContext, TokenCounts, Totals, UsageRow, totals_of

_HEAD = re.compile(r"claude-(opus|sonnet|haiku)-(\d+)(?:-(\d{1,2}))?")
_MOST_OF_LEDGER = 5
NO_CACHE = "Without the cache"
SHORT_WRITES = "Cache writes that last 5 minutes"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Another way to use the same tokens and what it costs, in USD: from `low` to `high`, which are mostly equal.

    `model` is empty for the ways that keep each row's own model.
    """

    name: str
    low: Decimal
    high: Decimal
    model: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """Priced rows of one model on one UTC day in one context: one unit price but for thresholds."""

    kind: str
    at: datetime | None
    context: PriceContext
    rows: tuple[UsageRow, ...]
    totals: Totals


def candidates(models: Iterable[str], book: PriceBook) -> Mapping[str, str]:
    """The first five of `models`, costliest first, then the newest Opus, Sonnet and Haiku with a price.

    By the name that all spellings of a model share; of the spellings, the first.
    """
    known = {_kind_of(name) for name in book.models}
    used = [name for name in models if _kind_of(name) in known][:_MOST_OF_LEDGER]
    found: dict[str, str] = {}
    for name in (*used, *_newest(book)):
        found.setdefault(_kind_of(name), name)
    return found


def _newest(book: PriceBook) -> Iterator[str]:
    versions = [
        (found[1], int(found[2]), int(found[3] or 0), found[0]) for found in map(_HEAD.fullmatch, book.models) if found
    ]
    for family in ("opus", "sonnet", "haiku"):
        of_family = [version for version in versions if version[0] == family]
        if of_family:
            yield max(of_family)[-1]


def ways(session: Session, models: Mapping[str, str], book: PriceBook) -> tuple[Otherwise, ...]:
    """First those with the same model, then other models, the dearest first. Rows without a price are left out."""
    rows = tuple(row for row in session.rows if row.list_cost is not None)
    kept = (
        _as(NO_CACHE, _repriced(session, rows, _as_input)),
        _as(SHORT_WRITES, _repriced(session, rows, _as_short_writes)),
    )
    groups = tuple(_groups(session, rows))
    swapped = [way for kind, name in models.items() if (way := _with_model(groups, kind, name, book))]
    swapped.sort(key=lambda way: (-way.high, -way.low, way.name))
    return (*(way for way in kept if way), *swapped)


def _as(name: str, cost: Decimal | None) -> Otherwise | None:
    return None if cost is None else Otherwise(name, cost, cost)


def _as_input(counts: TokenCounts) -> TokenCounts:
    """Thresholds see the same prompt with and without a cache, so a row's own prices hold."""
    return TokenCounts(input=counts.prompt, output=counts.output)


def _as_short_writes(counts: TokenCounts) -> TokenCounts:
    return replace(counts, cache_write_5m=counts.cache_write_5m + counts.cache_write_1h, cache_write_1h=0)


def _repriced(
    session: Session, rows: Sequence[UsageRow], changed: Callable[[TokenCounts], TokenCounts]
) -> Decimal | None:
    """What the rows cost, and what the change makes of it at their own unit prices; None where it changes nothing."""
    total, differs = Decimal(), False
    for key, mine in by_price_key(rows).items():
        totals, prices = totals_of(mine), session.prices.get(key)
        counts = changed(totals.counts)
        total += totals.list_cost
        if counts == totals.counts:
            continue
        before, after = (prices.list_cost(each) if prices else None for each in (totals.counts, counts))
        if before is None or after is None:
            return None
        total, differs = total + after - before, True
    return total if differs else None


def _with_model(groups: Sequence[_Group], kind: str, model: str, book: PriceBook) -> Otherwise | None:
    """What this model did already keeps its cost. None where that is all, and where anything has no price."""
    low = high = Decimal()
    differs = False
    for group in groups:
        kept = group.kind == kind
        costs = (group.totals.list_cost, group.totals.list_cost) if kept else _swapped(group, model, book)
        if costs is None:
            return None
        low, high, differs = low + costs[0], high + costs[1], differs or not kept
    return Otherwise(model, low, high, model) if differs else None


def _swapped(group: _Group, model: str, book: PriceBook) -> tuple[Decimal, Decimal] | None:
    """The least and the most that it can be, by how long each prompt was."""
    short, long = (book.quote(model, group.at, group.context, prompt) for prompt in (0, group.totals.counts.prompt))
    if isinstance(short, Unpriced) or isinstance(long, Unpriced):
        return None
    if short.prices is long.prices:
        cost = short.prices.list_cost(group.totals.counts, group.totals.web_searches)
        return None if cost is None else (cost, cost)
    low = high = Decimal()
    for row in group.rows:
        # Of one request all is known; of several, that none was longer than all together.
        shortest = row.counts.prompt if row.requests == 1 else 0
        costs = [_cost(row, book.quote(model, group.at, group.context, p)) for p in (shortest, row.counts.prompt)]
        known = sorted(cost for cost in costs if cost is not None)
        if len(known) < len(costs):
            return None
        low, high = low + known[0], high + known[-1]
    return low, high


def _cost(row: UsageRow, quote: Quote | Unpriced) -> Decimal | None:
    return None if isinstance(quote, Unpriced) else quote.prices.list_cost(row.counts, row.web_searches)


def _groups(session: Session, rows: Iterable[UsageRow]) -> Iterator[_Group]:
    found: dict[tuple[str, date | None, PriceContext], list[UsageRow]] = {}
    for row in rows:
        at = moment_of(session, row)
        # The rest of a context says how long the prompts were for the model that read them.
        context = PriceContext(row.context.speed, row.context.tier, row.context.geo)
        found.setdefault((_kind_of(row.model), _utc_day(at), context), []).append(row)
    for (kind, _, context), mine in found.items():
        yield _Group(kind, moment_of(session, mine[0]), context, tuple(mine), totals_of(mine))


def _kind_of(model: str) -> str:
    """One for all spellings of a model."""
    return family_name(read_model_name(model).name)


def _utc_day(at: datetime | None) -> date | None:
    if at is None:
        return None
    return (at.astimezone(UTC) if at.tzinfo else at).date()
