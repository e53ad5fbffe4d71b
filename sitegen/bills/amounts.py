"""Figures of a bill from their text, exactly. Whatever could be read in two ways is refused."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_MONEY = re.compile(r"-?\d{1,12}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_NUMERIC = re.compile(r"[-+()\d.,'eE%$€£¥ ]{1,30}")
_FLOAT_PLACES = 13
"""From so many decimals on, a figure has been through binary numbers: its last digits say nothing."""
_FLOAT_NOISE = Decimal("1e-9")


def read_count(text: str) -> int | None:
    return int(text) if _COUNT.fullmatch(text) else None


def read_money(text: str) -> Decimal | None:
    return Decimal(text) if _MONEY.fullmatch(text) else None


def read_day(text: str) -> date | None:
    """The UTC day of a date, or of a moment; one without an offset is meant in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 2000 <= moment.year <= 2100 or len(text) < len("2026-01-01"):
        return None
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()


def shown(text: str) -> str:
    """What may be said of a wrong figure. A cell that moved may hold a name of a key or of a person: never that."""
    if not text:
        return "is empty"
    return f"is `{text}`" if _NUMERIC.fullmatch(text) else "is no figure"


def rounding_of(amounts: Iterable[Decimal]) -> Callable[[Decimal], Decimal]:
    """How far from the truth each of these amounts in USD may be: half a unit of the last place that any of them
    has, two places at least. Amounts with binary noise are off by a part of themselves.
    """
    places = max((_places(amount) for amount in amounts), default=2)
    half_unit = Decimal(5).scaleb(-max(places, 2) - 1)
    return (lambda amount: abs(amount) * _FLOAT_NOISE) if places >= _FLOAT_PLACES else (lambda _: half_unit)


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
