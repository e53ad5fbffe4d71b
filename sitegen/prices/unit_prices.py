"""What one model charges for each kind of token on one day in one context."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext

from sitegen.display import plain
from sitegen.tokens import KINDS, TokenCounts

EXACT = Context(prec=120)
"""Wide enough that no product of a count, a price, a factor and a multiplier is ever rounded."""


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """USD per million tokens of each kind; `web_search` is USD per single search. None: no price is known.

    `source` says where they come from, in words that a reader can follow.
    """

    input: Decimal | None
    cache_write_5m: Decimal | None
    cache_write_1h: Decimal | None
    cache_read: Decimal | None
    output: Decimal | None
    web_search: Decimal | None = None
    source: str = ""

    def list_cost(self, counts: TokenCounts, web_searches: int = 0) -> Decimal | None:
        """USD, exact and unrounded. None where something was used that has no price."""
        total = Decimal()
        with localcontext(EXACT):
            for number, price in self._charges(counts, web_searches):
                if number and price is None:
                    return None
                if number and price is not None:
                    total += number * price
        return total

    def _charges(self, counts: TokenCounts, web_searches: int) -> Iterator[tuple[int, Decimal | None]]:
        """Pairs of a number and the USD of one, in the order of the token kinds."""
        for kind in KINDS:
            price: Decimal | None = getattr(self, kind)
            yield getattr(counts, kind), None if price is None else price.scaleb(-6)
        yield web_searches, self.web_search

    def to_mapping(self, *, web_search: bool = False) -> dict[str, Decimal | str]:
        """As it stands under `prices` in a session file: known prices without closing zeros, and the source.

        `web_search` is written only where asked for, that is where a row has searches.
        """
        kinds = (*KINDS, "web_search") if web_search else KINDS
        prices = {kind: getattr(self, kind) for kind in kinds}
        known = {kind: Decimal(plain(price)) for kind, price in prices.items() if price is not None}
        return {**known, "source": self.source}

    def times(self, factor: Decimal, why: str, *, searches: bool = False) -> "UnitPrices":
        """Every price of a token times `factor`, that of a search only if told so; the source adds `why`."""

        def scaled(price: Decimal | None) -> Decimal | None:
            return None if price is None else EXACT.multiply(price, factor)

        return replace(
            self,
            input=scaled(self.input),
            cache_write_5m=scaled(self.cache_write_5m),
            cache_write_1h=scaled(self.cache_write_1h),
            cache_read=scaled(self.cache_read),
            output=scaled(self.output),
            web_search=scaled(self.web_search) if searches else self.web_search,
            source=f"{self.source} × {plain(factor)} {why}",
        )


PriceBands = tuple[tuple[int, UnitPrices], ...]
"""Pairs of a number of tokens and the prices of a whole request whose prompt is longer, ascending from -1."""
