"""What hand-written rows cost at the list prices of their day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sitegen.handwritten.figures import Figures, UsageLine
from sitegen.handwritten.numbers import is_nothing, is_unfilled
from sitegen.prices import PriceBook, UnitPrices, Unpriced
from sitegen.tokens import PriceContext, TokenCounts

_SPOKEN = re.compile(r"(?:claude[ -])?(?P<family>opus|sonnet|haiku|fable|mythos)[ -](?P<version>\d+(?:[.-]\d+)?)")
_SPOKEN_OLD = re.compile(r"(?:claude[ -])(?P<version>\d+(?:[.-]\d+)?)[ -](?P<family>opus|sonnet|haiku)")


@dataclass(frozen=True, slots=True)
class RowPrice:
    """What one row must cost. `low` and `high` differ where the price depends on the size of each request, which a
    row does not say: the price is then one of the two or between them. `slack` is what rounded counts leave open.
    """

    row: UsageLine
    model: str
    counts: TokenCounts
    prices: UnitPrices | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    slack: Decimal = Decimal()
    unpriced: Unpriced | None = None

    @property
    def exact(self) -> Decimal | None:
        return self.low if self.low == self.high else None

    def agrees(self, stated: Decimal, slack: Decimal) -> bool:
        if self.low is None or self.high is None:
            return True
        slack += self.slack
        return self.low - slack <= stated <= self.high + slack


def model_id(written: str) -> str:
    """`Sonnet 4` and `Claude 3.5 Sonnet` as ids; any other name as it is written."""
    words = " ".join(written.lower().split())
    if spoken := _SPOKEN.fullmatch(words):
        return f"claude-{spoken['family']}-{spoken['version'].replace('.', '-')}"
    if spoken := _SPOKEN_OLD.fullmatch(words):
        return f"claude-{spoken['version'].replace('.', '-')}-{spoken['family']}"
    return written


def row_model(row: UsageLine, figures: Figures) -> str:
    """The model of the row, else that of the whole session, else empty."""
    own = row.model.text
    if own and not is_nothing(own) and not is_unfilled(own):
        return model_id(own)
    common = figures.field("model", "models")
    return model_id(common.text) if common and common.text and not is_unfilled(common.text) else ""


def price_rows(figures: Figures, rows: Sequence[UsageLine], at: datetime | None, book: PriceBook) -> list[RowPrice]:
    """For each row with both its token counts. Without `at` none has a price."""
    return [_price(figures, row, at, book) for row in rows if is_counted(row)]


def is_counted(row: UsageLine) -> bool:
    return all(row.counts[kind].value is not None for kind in ("input", "output") if kind in row.counts)


def counts_of(row: UsageLine) -> TokenCounts:
    """What is not filled in counts as nothing."""
    return TokenCounts(**{kind: int(figure.value or 0) for kind, figure in row.counts.items()})


def _price(figures: Figures, row: UsageLine, at: datetime | None, book: PriceBook) -> RowPrice:
    model = row_model(row, figures)
    counts = counts_of(row)
    least = book.quote(model, at, PriceContext(), 0)
    most = book.quote(model, at, PriceContext(), counts.prompt)
    if isinstance(least, Unpriced) or isinstance(most, Unpriced):
        return RowPrice(row, model, counts, unpriced=least if isinstance(least, Unpriced) else None)
    costs = [quote.prices.list_cost(counts) for quote in (least, most)]
    low, high = costs
    if low is None or high is None:
        return RowPrice(row, model, counts, unpriced=Unpriced("no price for one of its token kinds"))
    slack = _slack(row, most.prices)
    return RowPrice(row, model, counts, least.prices, min(low, high), max(low, high), slack)


def _slack(row: UsageLine, prices: UnitPrices) -> Decimal:
    shares = ((getattr(prices, kind) or Decimal()) * figure.slack for kind, figure in row.counts.items())
    return sum(shares, Decimal()).scaleb(-6)
