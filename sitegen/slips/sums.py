"""A wrong sum and the slip behind it: a row left out or taken twice, one of them misread, the sum miswritten."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import partial

from sitegen.prices.unit_prices import EXACT
from sitegen.slips.figures import (
    ENOUGH_DIGITS,
    FACTORS,
    agrees,
    explain_number,
    fits,
    places,
    rounded,
    significant_digits,
    swapped_digits,
    times,
)
from sitegen.slips.wording import named


@dataclass(frozen=True, slots=True)
class _Sum:
    stated: Decimal
    parts: tuple[Decimal, ...]
    labels: tuple[str, ...]
    total: Decimal

    def parts_where(self, gives: Callable[[Decimal], Decimal]) -> str:
        """The parts for which the stated sum comes out, named as alternatives; nothing that changes nothing."""
        amounts = [gives(part) for part in self.parts]
        found = [
            label
            for amount, label in zip(amounts, self.labels, strict=True)
            if amount != self.total and fits(self.stated, amount)
        ]
        return " or ".join(found)


def explain_sum(stated: Decimal | int, parts: Sequence[Decimal | int], labels: Sequence[str]) -> str | None:
    """What makes the stated sum of these parts: `row 3 is left out`. None where it is right or nothing explains it.

    `labels` name the parts, one each. Where several parts explain it equally well, all are named: `row 2 or row 5`.
    """
    figures = tuple(map(Decimal, parts))
    with localcontext(EXACT):
        one = _Sum(Decimal(stated), figures, tuple(labels), sum(figures, Decimal()))
        if not figures or agrees(one.stated, one.total):
            return None
        return next(_slips(one), None)


def _slips(one: _Sum) -> Iterator[str]:
    if one.stated == sum((rounded(part, places(one.stated)) for part in one.parts), Decimal()):
        yield "it is the sum of the rounded figures"
    if names := one.parts_where(lambda part: one.total - part):
        yield f"{names} is left out"
    if names := one.parts_where(lambda part: one.total + part):
        yield f"{names} is counted twice"
    yield from _runs_left_out(one)
    if names := one.parts_where(lambda part: part):
        yield f"it is {names} alone"
    if whole := explain_number(one.stated, one.total):
        yield whole
    for factor, words in FACTORS.items():
        if names := one.parts_where(partial(_misread, one.total, factor)):
            yield f"{names} is taken {words}"
    if names := _parts_with_swapped_digits(one):
        yield f"{names} is taken with two digits swapped"


def _misread(total: Decimal, factor: Decimal, part: Decimal) -> Decimal:
    return total - part + times(part, factor)


def _runs_left_out(one: _Sum) -> Iterator[str]:
    """The last rows, added after the sum was made, or the first ones; two at least, and not all."""
    for number in range(2, len(one.parts)):
        for rows in (slice(len(one.parts) - number, None), slice(number)):
            rest = one.total - sum(one.parts[rows], Decimal())
            if rest != one.total and fits(one.stated, rest):
                yield f"{named(one.labels[rows])} are left out"


def _parts_with_swapped_digits(one: _Sum) -> str:
    def misread(part: Decimal) -> Decimal:
        if significant_digits(part) < ENOUGH_DIGITS:
            return part
        sums = (one.total - part + Decimal(text) for text in swapped_digits(f"{part:f}"))
        return next((part + amount - one.total for amount in sums if fits(one.stated, amount)), part)

    return one.parts_where(lambda part: one.total - part + misread(part))
