"""What is looked into, and what may explain it: a stated cost, and a slip with the cost it would give."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sitegen.prices import UnitPrices
from sitegen.slips.figures import ENOUGH_DIGITS, agrees, significant_digits
from sitegen.tokens import PriceContext, TokenCounts

STANDARD = PriceContext()


@dataclass(frozen=True, slots=True)
class CostClaim:
    """One stated cost in USD. `label` names it in a hint: `row 22`.

    `stated` has its digits as written: 0.048 stands for all that rounds to it, unless it is `exact`, stored in
    full, so that only what equals it explains it. `prices` are those that should have been used.
    """

    label: str
    counts: TokenCounts
    stated: Decimal
    prices: UnitPrices
    model: str
    at: datetime | None
    context: PriceContext = STANDARD
    web_searches: int = 0
    exact: bool = False

    @property
    def expected(self) -> Decimal | None:
        return self.prices.list_cost(self.counts, self.web_searches)

    def is_met_by(self, amount: Decimal) -> bool:
        return self.stated == amount or (not self.exact and agrees(self.stated, amount))

    @property
    def digits(self) -> int:
        """How much the figure tells: a stored 0.3 is no rounded one, so it tells as much as any."""
        digits = significant_digits(self.stated)
        return max(digits, ENOUGH_DIGITS) if self.exact and self.stated else digits


@dataclass(frozen=True, slots=True)
class Slip:
    """A change that gives `amount` for one claim. Slips with one `key` are the same mistake in other rows.

    `words` go behind "exactly", the `general` ones where the rows of a mistake have different words. `rank` orders
    slips from the ordinary to the odd. A stated figure with fewer than `least_digits` may meet the amount by chance,
    and so may figures that have fewer than `least_together` of them in sum.
    """

    key: str
    rank: int
    amount: Decimal
    words: str
    note: str = ""
    general: str = ""
    least_digits: int = 2
    least_together: int = ENOUGH_DIGITS
