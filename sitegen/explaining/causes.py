"""Why two figures differ: causes whose amounts, with what is not explained, add up to the difference exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sitegen.explaining.charges import sum_of
from sitegen.prices.unit_prices import EXACT

_BINARY = Decimal("1e-9")
BINARY = "binary-numbers"
"""The cause of what is left where a program counts in binary numbers."""


@dataclass(frozen=True, slots=True)
class Cause:
    """`name` is short and stable, `words` are for people. `amount`: USD that the other figure is higher by."""

    name: str
    words: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """`causes` and `rest` add up to `theirs` less `ours`. `rest` is what nothing here explains."""

    ours: Decimal
    theirs: Decimal
    causes: tuple[Cause, ...]
    rest: Decimal

    @property
    def amount(self) -> Decimal:
        return EXACT.subtract(self.theirs, self.ours)

    @property
    def is_noise(self) -> bool:
        """Whether all of it comes from counting in binary numbers."""
        return not self.rest and all(cause.name == BINARY for cause in self.causes)


def difference_of(ours: Decimal, theirs: Decimal, causes: Sequence[Cause]) -> Difference:
    """Causes without an amount are left out, those of one name taken together."""
    named: dict[tuple[str, str], list[Decimal]] = {}
    for cause in causes:
        named.setdefault((cause.name, cause.words), []).append(cause.amount)
    kept = [Cause(name, words, total) for (name, words), parts in named.items() if (total := sum_of(parts))]
    rest = EXACT.subtract(EXACT.subtract(theirs, ours), sum_of(cause.amount for cause in kept))
    if rest and is_binary_noise(rest, theirs):
        kept.append(Cause(BINARY, "binary numbers: they round each sum", rest))
        rest = Decimal()
    return Difference(ours, theirs, tuple(kept), rest)


def is_binary_noise(off: Decimal, of: Decimal) -> bool:
    """Whether so little is off as binary numbers are: a billionth part."""
    return abs(off) <= abs(of) * _BINARY
