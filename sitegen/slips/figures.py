"""One figure against another, as people write them: their rounding, and slips of the hand."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from sitegen.display import plain
from sitegen.prices.unit_prices import EXACT

FACTORS: Mapping[Decimal, str] = {
    Decimal(1000): "a thousand times too high",
    Decimal("0.001"): "a thousand times too low",
    Decimal(10): "ten times too high",
    Decimal("0.1"): "ten times too low",
    Decimal(100): "a hundred times too high",
    Decimal("0.01"): "a hundred times too low",
}
ENOUGH_DIGITS = 3
"""With fewer, too many figures are one slip away from each other."""


def agrees(stated: Decimal, exact: Decimal, *, parts: int = 1) -> bool:
    """Whether they differ by at most half a unit of the last place that is stated; `parts` times that for a sum
    of as many printed figures.
    """
    with localcontext(EXACT):
        return 2 * abs(stated - exact) <= parts * last_unit(stated)


def last_unit(stated: Decimal) -> Decimal:
    """One unit of the last decimal that is written: 0.001 for 0.048, 1 for whole numbers."""
    return Decimal(1).scaleb(-places(stated))


def places(stated: Decimal) -> int:
    exponent = stated.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def significant_digits(stated: Decimal) -> int:
    """2 for 0.048, 3 for 0.480, none for 0.00."""
    return len(stated.as_tuple().digits) if stated else 0


def rounded(number: Decimal, decimals: int) -> Decimal:
    """Half up."""
    with localcontext(EXACT):
        return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def times(number: Decimal, factor: Decimal) -> Decimal:
    with localcontext(EXACT):
        return number * factor


def explain_number(stated: Decimal | int, expected: Decimal | int) -> str | None:
    """The one slip that makes the stated figure of the expected one, in words: `two digits are swapped`."""
    stated, expected = Decimal(stated), Decimal(expected)
    if not stated or not expected or agrees(stated, expected):
        return None
    if agrees(stated, -expected):
        return "the sign is wrong"
    for factor, words in FACTORS.items():
        if fits(stated, times(expected, factor)):
            return words
    return next((words for text, words in digit_slips(expected, places(stated)) if text == f"{stated:f}"), None)


def fits(stated: Decimal, amount: Decimal) -> bool:
    """As `agrees`; but a figure of one digit agrees with too much, so it must be equal."""
    return stated == amount or (significant_digits(stated) > 1 and agrees(stated, amount))


def digit_slips(right: Decimal, decimals: int) -> Iterator[tuple[str, str]]:
    """The ways to write the right figure wrongly with one slip that end with so many decimals, as text and words.

    The right figure is taken as written with one decimal more or less, too, where a digit came or went.
    """
    for change, words, around in (
        (swapped_digits, "two digits are swapped", (0,)),
        (_with_a_digit_twice, "a digit stands twice", (0, -1)),
        (_with_a_digit_less, "a digit is missing", (0, 1)),
        (_with_another_digit, "one digit is wrong", (0,)),
    ):
        for base in dict.fromkeys(_written(right, decimals + more) for more in around):
            if significant_digits(Decimal(base)) >= ENOUGH_DIGITS:
                yield from ((text, words) for text in change(base))


def _written(number: Decimal, decimals: int) -> str:
    return f"{rounded(number, max(0, decimals)):f}"


def swapped_digits(text: str) -> Iterator[str]:
    """Each pair of digits that stand side by side, the point between them or not."""
    digits = [at for at, character in enumerate(text) if character.isdigit()]
    for one, two in pairwise(digits):
        if text[one] != text[two]:
            yield f"{text[:one]}{text[two]}{text[one + 1 : two]}{text[one]}{text[two + 1 :]}"


def _with_a_digit_twice(text: str) -> Iterator[str]:
    return (text[:at] + text[at] + text[at:] for at in range(len(text)) if text[at].isdigit())


def _with_a_digit_less(text: str) -> Iterator[str]:
    return (text[:at] + text[at + 1 :] for at in range(len(text)) if text[at].isdigit())


def _with_another_digit(text: str) -> Iterator[str]:
    for at, character in enumerate(text):
        if character.isdigit():
            yield from (text[:at] + digit + text[at + 1 :] for digit in "0123456789" if digit != character)


def money(amount: Decimal) -> str:
    """`$30`, `$0.30`: the price of a million as people write it."""
    text = plain(amount)
    whole, point, cents = text.partition(".")
    return f"${whole}.{cents.ljust(2, '0')}" if point else f"${whole}"
