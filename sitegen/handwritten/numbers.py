"""Numbers as people write them: `1,200`, `15.5K`, `$0.048`, `**$1.20**`, and what stands for none."""

import re
from decimal import Decimal

from sitegen.handwritten.values import LONGEST, Figure, Text
from sitegen.schema import MAX_TOKENS

_NOTHING = frozenset(("", "-", "–", "—", "--", "n/a", "na", "none", "?", "…", "..."))
_UNDECIDED = re.compile(r"(?:TBD|TODO|TBD-after-commit)\.?")
_PLACEHOLDER = re.compile(r"[^\w\[\]]*\[[^\[\]]*\][^\w\[\]]*")
_NUMBER = re.compile(
    r"(?P<minus>[-−])?(?P<currency>US\$|\$)?\s*(?P<minus2>[-−])?"
    r"(?P<digits>\d[\d.,_' \u00a0\u202f]*|\.\d+)\s*(?P<unit>[kKmM](?![a-z]))?\s*(?P<word>tokens?|tok|USD|dollars)?",
    re.ASCII,
)
_GROUPED = re.compile(r"(\d{1,3}(?:[,_' \u00a0\u202f]\d{3})+|\d+)?(?:\.(\d+))?", re.ASCII)
_COMMA_FOR_POINT = re.compile(r"0,\d+|\d+,(?:\d{1,2}|\d{4,})", re.ASCII)
_SIZES = {"": 1, "k": 1000, "m": 1_000_000}
MAX_DIGITS = 18
NOT_WHOLE = "is not a whole number"


def is_unfilled(text: str) -> bool:
    """Whether a person was to replace this: `[number]`, `$[cost]`, `[percentage]%`, `TBD`."""
    return bool(_PLACEHOLDER.fullmatch(text) or _UNDECIDED.fullmatch(text))


def is_nothing(text: str) -> bool:
    return text.lower() in _NOTHING


def read_count(text: Text) -> Figure:
    """A number of tokens: whole, unless it is rounded to thousands or millions."""
    figure = _read(text)
    if figure.value is None or figure.wrong:
        return figure
    if "$" in text.text:
        return _refused(text, "is an amount of money, must be a number of tokens")
    if figure.value != int(figure.value):
        return _refused(text, NOT_WHOLE)
    return figure


def read_amount(text: Text) -> Figure:
    """US dollars, with or without the sign."""
    return _read(text, money=True)


def read_number(text: Text) -> Figure:
    return _read(text)


def _read(text: Text, *, money: bool = False) -> Figure:
    if is_unfilled(text.text):
        return Figure(text.text, text.line, text.column, unfilled=True)
    if is_nothing(text.text):
        return Figure(text.text, text.line, text.column)
    found = _NUMBER.fullmatch(text.text) if len(text.text) <= LONGEST else None
    if not found:
        return _refused(text, f"is not {'an amount in US dollars' if money else 'a number'}")
    if found["minus"] or found["minus2"]:
        return _refused(text, "is below 0")
    return _read_digits(text, found["digits"].rstrip(), _SIZES[(found["unit"] or "").lower()], money=money)


def _read_digits(text: Text, digits: str, size: int, *, money: bool) -> Figure:
    written = _decimal(digits, comma_for_point=money)
    if written is None or len(digits) > MAX_DIGITS:
        return _refused(text, "cannot be read as one number: look at its commas and points")
    value, places = written
    if value * size > MAX_TOKENS:
        return _refused(text, "is more than any session has")
    exact = not money and places == 0 and size == 1
    step = Decimal() if exact else Decimal(size).scaleb(-places)
    return Figure(text.text, text.line, text.column, value * size, step)


def _decimal(digits: str, *, comma_for_point: bool) -> tuple[Decimal, int] | None:
    """The value, and how many digits stand behind its point."""
    if comma_for_point and _COMMA_FOR_POINT.fullmatch(digits):
        digits = digits.replace(",", ".")
    found = _GROUPED.fullmatch(digits)
    if not found or not digits:
        return None
    whole = re.sub(r"\D", "", found[1] or "0")
    return Decimal(f"{whole}.{found[2]}" if found[2] else whole), len(found[2] or "")


def _refused(text: Text, why: str) -> Figure:
    return Figure(text.text, text.line, text.column, wrong=why)
