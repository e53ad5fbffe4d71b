"""What a bill says: tokens and costs of UTC days, as plain values in our own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from sitegen.bills.amounts import rounding_of
from sitegen.tokens import PriceContext, TokenCounts

SEARCH, TOKENS, OTHER, CREDIT = "web_search", "tokens", "other", "credit"
"""Kinds of cost beside the token kinds: searches, tokens of a kind that is not named, what is charged by the hour,
and what was given back."""
ANY_PROMPT = (0, 10**9)
_STANDARD = PriceContext()


@dataclass(frozen=True, slots=True)
class BilledTokens:
    """`model` is without the date of a snapshot, as it is compared; `name` with it, as it is priced. Both are
    empty where the bill names no model.

    `prompts` are the smallest and largest prompt that its requests may have had. None: searches not reported.
    """

    day: date
    model: str
    name: str
    counts: TokenCounts
    web_searches: int | None = None
    context: PriceContext = _STANDARD
    prompts: tuple[int, int] = ANY_PROMPT


@dataclass(frozen=True, slots=True)
class BilledCost:
    """USD. `kind` is a token kind or one of those above. `amount` is after a discount, `list_amount` before it, None
    where the bill has no such figure. `rounding`: how far the true amount may be from the one that is printed.
    """

    day: date
    model: str
    kind: str
    amount: Decimal
    list_amount: Decimal | None = None
    rounding: Decimal = Decimal()


@dataclass(frozen=True)
class Bill:
    """`tokens` and `costs` are None where that half is not given. `asked` are the first and last UTC day that the
    bill was asked for; without it, it tells of the days that its rows have. `repeated` rows were told more than
    once and count once.
    """

    source: str
    tokens: tuple[BilledTokens, ...] | None = None
    costs: tuple[BilledCost, ...] | None = None
    asked: tuple[date, date] | None = None
    repeated: int = 0

    @cached_property
    def token_days(self) -> tuple[date, date] | None:
        return None if self.tokens is None else self.asked or _span(row.day for row in self.tokens)

    @cached_property
    def cost_days(self) -> tuple[date, date] | None:
        return None if self.costs is None else self.asked or _span(row.day for row in self.costs)

    @property
    def days(self) -> tuple[date, date] | None:
        """Those whose tokens it tells of or, where it tells of none, whose costs."""
        return self.cost_days if self.tokens is None else self.token_days

    def between(self, first: date | None, last: date | None) -> "Bill":
        """Only what is billed from the first to the last of these UTC days, both included."""
        if first is None and last is None:
            return self
        low, high = first or date.min, last or date.max
        known = self.days
        asked = (first or (known[0] if known else low), last or (known[1] if known else high))
        return replace(
            self,
            tokens=None if self.tokens is None else tuple(row for row in self.tokens if low <= row.day <= high),
            costs=None if self.costs is None else tuple(row for row in self.costs if low <= row.day <= high),
            asked=asked if asked[0] <= asked[1] else None,
        )


def _span(days: Iterable[date]) -> tuple[date, date] | None:
    known = sorted(set(days))
    return (known[0], known[-1]) if known else None


def with_rounding(costs: Sequence[BilledCost]) -> tuple[BilledCost, ...]:
    """Each with how far rounding may have moved it, by the places that the amounts of the whole bill have."""
    figures = [amount for row in costs for amount in (row.amount, row.list_amount) if amount is not None]
    rounding = rounding_of(figures)
    return tuple(replace(row, rounding=rounding(row.amount)) for row in costs)
