"""Slips that need no other price than the right one: factors, swapped columns, what was left out, rounding."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Any

from sitegen.display import plain
from sitegen.prices import UnitPrices
from sitegen.prices.unit_prices import EXACT
from sitegen.slips.claims import CostClaim, Slip
from sitegen.slips.figures import ENOUGH_DIGITS, FACTORS, digit_slips, last_unit, money, places, rounded, times
from sitegen.tokens import KINDS, TokenCounts

ROUNDING, UNIT, LEFT_OUT, ONE_PRICE, POINT, SWAPPED, CACHE, CACHE_PRICE, ONE_RATE = range(0, 900, 100)
DIGITS, OTHER_ROW = 2000, 2100
_CACHE = ("cache_write_5m", "cache_write_1h", "cache_read")
_WRITES = ("cache_write_5m", "cache_write_1h")
_SCALED = (("input",), ("output",), ("input", *_CACHE), *((kind,) for kind in _CACHE))
_PRICE_OF = {
    "input": "an input",
    "output": "an output",
    "cache_write_5m": "a 5-minute write",
    "cache_write_1h": "a 1-hour write",
    "cache_read": "a cache read",
}
_LONGER = Decimal(1000)


def rounding_slips(claim: CostClaim, expected: Decimal) -> Iterator[Slip]:
    decimals = places(claim.stated)
    if claim.exact:
        words = f"the right cost rounded to {decimals} decimals"
        yield _rounding("rounded", ROUNDING, rounded(expected, decimals), words, "stored costs have all of them")
        return
    with localcontext(EXACT):
        cut = expected.quantize(last_unit(claim.stated), ROUND_DOWN)
    parts = (_only(claim, kind) for kind in KINDS)
    added = sum((rounded(part, decimals) for part in parts if part is not None), Decimal())
    if cut == claim.stated:
        yield _rounding("cut", ROUNDING, cut, "the right cost cut off, not rounded")
    if added == claim.stated:
        yield _rounding("parts", ROUNDING + 1, added, "the sum of its parts, each rounded before adding")


def _rounding(key: str, rank: int, amount: Decimal, words: str, note: str = "") -> Slip:
    """Such a figure is off by a unit or two of its last place, so it tells enough with a digit."""
    return Slip(key, rank, amount, words, note, words, least_digits=1, least_together=1)


def _only(claim: CostClaim, kind: str) -> Decimal | None:
    return claim.prices.list_cost(TokenCounts(**{kind: getattr(claim.counts, kind)}))


def factor_slips(claim: CostClaim, expected: Decimal) -> Iterator[Slip]:
    """One price, or all of them, too high or too low by a power of ten."""
    has_cache = any(getattr(claim.counts, kind) for kind in _CACHE)
    for position, (factor, note) in enumerate(FACTORS.items()):
        yield from _unit_slips(claim, factor, note)
        words = f"the right cost with its point {_off(factor)}"
        yield Slip(f"point {factor}", POINT + position, times(expected, factor), words, note, least_together=2)
        for number, kinds in enumerate(_SCALED if has_cache else _SCALED[:2]):
            base = ONE_PRICE if number < 2 else CACHE_PRICE
            yield from _price_slips(claim, kinds, factor, note, base + 10 * number + position)


def _unit_slips(claim: CostClaim, factor: Decimal, note: str) -> Iterator[Slip]:
    if factor not in (_LONGER, 1 / _LONGER):
        return
    amount = claim.prices.times(factor, "").list_cost(claim.counts, claim.web_searches)
    words = "what prices per 1K tokens instead of per million give"
    if factor < 1:
        words = "what prices per billion tokens instead of per million give"
    if amount is not None:
        yield Slip(f"unit {factor}", UNIT, amount, words, note, least_together=2)


def _off(factor: Decimal) -> str:
    number = {10: "one place", 100: "two places", 1000: "three places"}[int(max(factor, 1 / factor))]
    return f"{number} too far {'right' if factor > 1 else 'left'}"


def _price_slips(claim: CostClaim, kinds: tuple[str, ...], factor: Decimal, note: str, rank: int) -> Iterator[Slip]:
    scaled: dict[str, Any] = {kind: _scaled(claim.prices, kind, factor) for kind in kinds}
    prices = replace(claim.prices, **scaled)
    amount = prices.list_cost(claim.counts, claim.web_searches)
    first = scaled[kinds[0]]
    if amount is None or first is None:
        return
    name = _PRICE_OF[kinds[0]]
    behind = ", with the cache prices that follow from it," if len(kinds) > 1 else ""
    words = f"what {name} price of {money(first)} per million{behind} gives"
    general = f"what {name} price{behind} gives that is {note}"
    least = 2 if kinds in _SCALED[:2] and factor > 1 else ENOUGH_DIGITS
    yield Slip(f"{kinds} {factor}", rank, amount, words, note, general, least_together=least)


def _scaled(prices: UnitPrices, kind: str, factor: Decimal) -> Decimal | None:
    price: Decimal | None = getattr(prices, kind)
    return None if price is None else times(price, factor)


def _moved(counts: TokenCounts, kinds: tuple[str, ...], to: str | None) -> TokenCounts:
    """Tokens of these kinds counted as another kind, or as nothing."""
    left: Mapping[str, int] = dict.fromkeys(kinds, 0)
    number = sum(getattr(counts, kind) for kind in kinds)
    stay = replace(counts, **left)
    return stay if to is None else replace(stay, **{to: getattr(stay, to) + number})


_Change = Callable[[TokenCounts], TokenCounts]
_COUNTED_WRONGLY: tuple[tuple[int, _Change, str], ...] = (
    (SWAPPED, lambda c: replace(c, input=c.output, output=c.input), "what input and output swapped give"),
    (
        CACHE,
        lambda c: _moved(c, ("cache_write_1h",), "cache_write_5m"),
        "what 1-hour writes at the 5-minute rate give",
    ),
    (CACHE, lambda c: _moved(c, _CACHE, None), "the cost with the cache left out"),
    (CACHE, lambda c: _moved(c, _CACHE, "input"), "what the cache counted as input gives"),
    (CACHE, lambda c: c + TokenCounts(input=c.prompt - c.input), "what the cache counted twice gives"),
    (CACHE, lambda c: _moved(c, ("cache_read",), None), "the cost with the cache reads left out"),
    (CACHE, lambda c: _moved(c, ("cache_read",), "input"), "what cache reads counted as input give"),
    (CACHE, lambda c: _moved(c, _WRITES, None), "the cost with the cache writes left out"),
    (CACHE, lambda c: _moved(c, _WRITES, "input"), "what cache writes counted as input give"),
    (
        CACHE,
        lambda c: _moved(c, ("cache_write_5m",), "cache_write_1h"),
        "what 5-minute writes at the 1-hour rate give",
    ),
    (LEFT_OUT, lambda c: replace(c, output=0), "the cost with the output left out"),
    (LEFT_OUT, lambda c: replace(c, input=0), "the cost with the input left out"),
    (ONE_RATE, lambda c: TokenCounts(input=c.tokens), "what all tokens at the input price give"),
    (ONE_RATE, lambda c: TokenCounts(output=c.tokens), "what all tokens at the output price give"),
)


def count_slips(claim: CostClaim) -> Iterator[Slip]:
    """Tokens taken for another kind, twice or not at all."""
    for position, (rank, change, words) in enumerate(_COUNTED_WRONGLY):
        changed = change(claim.counts)
        amount = claim.prices.list_cost(changed, claim.web_searches)
        if changed != claim.counts and amount is not None:
            least = 2 if rank in (SWAPPED, CACHE) else ENOUGH_DIGITS
            yield Slip(words, rank + position, amount, words, least_together=least)
    amount = claim.prices.list_cost(claim.counts)
    if claim.web_searches and amount is not None:
        words = "the cost with the web searches left out"
        yield Slip(words, LEFT_OUT + len(_COUNTED_WRONGLY), amount, words)


_IN_A_COST = {
    "two digits are swapped": "two digits swapped",
    "a digit is missing": "a digit missing",
    "a digit stands twice": "a digit written twice",
}


def writing_slips(claim: CostClaim, expected: Decimal) -> Iterator[Slip]:
    """Digits of the cost itself; only where there are enough of them to tell."""
    decimals = places(claim.stated)
    if claim.exact and abs(places(Decimal(plain(expected))) - decimals) > 1:
        return
    for text, slip in digit_slips(expected, decimals):
        words = _IN_A_COST.get(slip)
        if words and Decimal(text) == claim.stated:
            yield Slip(words, DIGITS, claim.stated, f"the right cost with {words}", least_digits=ENOUGH_DIGITS)
