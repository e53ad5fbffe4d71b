"""Slips that took another price from the book: of another day, of another way to ask, of another model."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from sitegen.prices import PriceBook, Quote, UnitPrices
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.slips.claims import CostClaim, Slip
from sitegen.slips.figures import money
from sitegen.tokens import KINDS, PriceContext

CONTEXT, DATE, MODEL = 900, 1000, 1200
_LAST = datetime(2035, 1, 1, tzinfo=UTC)
_MONTHS = tuple(date(year, month, 1) for year in range(2023, 2035) for month in range(1, 13))
"""When prices are asked for to see where they change; between two of them the day is searched for."""
_LONG_PROMPT = 10**9
_VERSION = re.compile(r"^claude-([a-z]+)-(\d+)(?:-(\d+))?$")


def context_slips(claim: CostClaim, book: PriceBook) -> Iterator[Slip]:
    """The same model on the same day: batch, fast, geography, long context, discount."""
    own = claim.context
    ways = (
        (replace(own, tier=""), "no batch", "the price without the batch discount"),
        (replace(own, tier="batch"), "batch", "the price of a batch"),
        (replace(own, speed=""), "no fast", "the price without fast mode"),
        (replace(own, speed="fast"), "fast", "the price of fast mode"),
        (replace(own, geo=""), "no us", "the price without the surcharge for the US"),
        (replace(own, geo="us"), "us", "the price in the US"),
    )
    for position, (context, key, price) in enumerate(ways):
        if context != own:
            yield from _slip(claim, book, context, key, CONTEXT + position, price)
    yield from _long_slips(claim, book)
    if book.multiplier != 1:
        whole = replace(book, multiplier=Decimal(1))
        yield from _slip(
            claim, whole, own, "multiplier", CONTEXT + 8, "the price before the contract discount", usual_book=book
        )


def _long_slips(claim: CostClaim, book: PriceBook) -> Iterator[Slip]:
    words = "the price below the long-context threshold" if claim.context.long else "the long-context price"
    prompt = 0 if claim.context.long else _LONG_PROMPT
    yield from _slip(claim, book, claim.context, "long", CONTEXT + 7, words, prompt)


def _slip(
    claim: CostClaim,
    book: PriceBook,
    context: PriceContext,
    key: str,
    rank: int,
    words: str,
    prompt: int | None = None,
    usual_book: PriceBook | None = None,
) -> Iterator[Slip]:
    """Nothing where the book makes no such difference: it falls back to the standard price."""
    own = _LONG_PROMPT if claim.context.long else 0
    at = claim.at or _LAST
    usual = _quoted(usual_book or book, claim.model, at, claim.context, own)
    prices = _quoted(book, claim.model, at, context, own if prompt is None else prompt)
    if prices is not None and usual is not None and not _same(prices, usual):
        yield from _priced(claim, prices, key, rank, f"what {words} gives")


def _quoted(book: PriceBook, model: str, at: datetime, context: PriceContext, prompt_tokens: int) -> UnitPrices | None:
    quote = book.quote(model, at, replace(context, long=False, since=""), prompt_tokens)
    return quote.prices if isinstance(quote, Quote) else None


def _priced(claim: CostClaim, prices: UnitPrices, key: str, rank: int, words: str, note: str = "") -> Iterator[Slip]:
    if not _same(prices, claim.prices):
        amount = prices.list_cost(claim.counts, claim.web_searches)
        if amount is not None:
            yield Slip(key, rank, amount, words, note)


def _same(one: UnitPrices, two: UnitPrices) -> bool:
    return all(getattr(one, kind) == getattr(two, kind) for kind in KINDS)


def date_slips(claim: CostClaim, book: PriceBook) -> Iterator[Slip]:
    """The same model's prices on other days, and what the book has for this one where the file has its own."""
    day = _utc_day(claim.at)
    for position, span in enumerate(_price_spans(book, claim.model, replace(claim.context, since=""))):
        if day is not None and span.holds_on(day):
            key, words = "book", "what the price list has for that day gives"
        elif span.end is not None and (day is None or span.end <= day):
            key, words = f"until {span.end}", f"what the price before {span.end} gives"
        else:
            key, words = f"from {span.first}", f"what the price from {span.first} on gives"
        yield from _priced(claim, span.prices, key, DATE + position, words)


def _utc_day(at: datetime | None) -> date | None:
    return None if at is None else (at if at.tzinfo is None else at.astimezone(UTC)).date()


@dataclass(frozen=True, slots=True)
class _Span:
    """Prices from the day `first` up to the day before `end`; None at the ends that nobody knows."""

    first: date | None
    end: date | None
    prices: UnitPrices

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)


@lru_cache(maxsize=512)
def _price_spans(book: PriceBook, model: str, context: PriceContext) -> tuple[_Span, ...]:
    def on(day: date) -> UnitPrices | None:
        prompt = _LONG_PROMPT if context.long else 0
        return _quoted(book, model, datetime.combine(day, time(12), UTC), context, prompt)

    spans: list[_Span] = []
    first: date | None = None
    before = on(_MONTHS[0])
    for start, end in pairwise(_MONTHS):
        after = on(end)
        if before is not None and after is not None and not _same(before, after):
            change = _first_day(start, end, before, on)
            spans.append(_Span(first, change, before))
            first = change
        before = after or before
    return (*spans, _Span(first, None, before)) if before is not None else ()


def _first_day(start: date, end: date, before: UnitPrices, on: Callable[[date], UnitPrices | None]) -> date:
    """The day behind `start`, up to `end`, on which the price is no longer the one before."""
    low, high = start, end
    while high - low > timedelta(days=1):
        middle = low + (high - low) // 2
        prices = on(middle)
        if prices is not None and _same(prices, before):
            low = middle
        else:
            high = middle
    return high


def model_slips(claim: CostClaim, book: PriceBook) -> Iterator[Slip]:
    """Every other model's price, the same family first, and there the nearest version."""
    for position, model in enumerate(_nearest(book, claim.model)):
        prompt = _LONG_PROMPT if claim.context.long else 0
        prices = _quoted(book, model, claim.at or _LAST, claim.context, prompt)
        if prices is not None and prices.input is not None and prices.output is not None:
            note = f"{money(prices.input)} in, {money(prices.output)} out per million"
            words = f"what the prices of {model.removesuffix('-latest')} give"
            yield from _priced(claim, prices, f"model {model}", MODEL + position, words, note)


@lru_cache(maxsize=512)
def _nearest(book: PriceBook, model: str) -> tuple[str, ...]:
    own = family_name(read_model_name(model).name)
    others = (other for other in book.models if family_name(read_model_name(other).name) != own)
    return tuple(sorted(others, key=lambda other: _distance(model, other)))


def _distance(model: str, other: str) -> tuple[bool, int, str]:
    one, two = (_VERSION.match(family_name(read_model_name(name).name)) for name in (model, other))
    if one is None or two is None:
        return True, 1000, other
    apart = abs(_number(one) - _number(two))
    return one[1] != two[1], apart, other


def _number(version: re.Match[str]) -> int:
    return int(version[2]) * 100 + int(version[3] or 0)
