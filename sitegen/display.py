"""Numbers as people read them. The only place where money is rounded: once, half up, for display."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sitegen.errors import visible as visible  # noqa: PLC0414  # text is shown like figures: from here

# Controls but the line ends, marks that turn the direction of writing, what has no width, halves of characters.
_OBEYED = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def usd(amount: Decimal | None, *, floor: bool = False) -> str:
    """`$1,234.50`; four decimals below $1; `<$0.0001` for what rounds to nothing; `≥ ` before a lower bound.

    None, an unknown price, is `unpriced`.
    """
    if amount is None:
        return "unpriced"
    places = "0.01" if abs(amount) >= 1 or amount == 0 else "0.0001"
    rounded = amount.quantize(Decimal(places), ROUND_HALF_UP)
    text = "<$0.0001" if amount > 0 and not rounded else f"${rounded:,f}"
    return f"≥ {text}" if floor else text


def exact_usd(amount: Decimal) -> str:
    """Every decimal there is, two at least: `$12.2257312`, `$0.50`."""
    text = plain(amount)
    whole, _, cents = text.partition(".")
    return f"${int(whole):,}.{cents.ljust(2, '0')}"


def plain(number: Decimal) -> str:
    """Fixed point without an exponent or closing zeros, as it is written into a file."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(number: int) -> str:
    return f"{number:,}"


def short_count(number: int) -> str:
    """`15.4 M`, `3.2 k`, `812`: three digits at most, half up."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            value = Decimal(number) / size
            places = Decimal("0.1") if value < 100 else Decimal(1)
            return f"{value.quantize(places, ROUND_HALF_UP):f} {unit}"
    return str(number)


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """`91 %`, and `n/a` of nothing."""
    if not whole:
        return "n/a"
    return f"{(Decimal(part) * 100 / Decimal(whole)).quantize(Decimal(1), ROUND_HALF_UP)} %"


def share(part: int | Decimal, whole: int | Decimal) -> str:
    """`12.3 %`, `<0.1 %` for what rounds to nothing, `n/a` of nothing: too coarse to work the amounts out again."""
    if not whole:
        return "n/a"
    rounded = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return "<0.1 %" if part and not rounded else f"{plain(rounded)} %"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money, tokens and requests for a reader: as they are, or each as its share of a whole, where they stay hidden."""

    hidden: bool = False
    list_cost: Decimal = Decimal()
    tokens: int = 0
    requests: int = 0

    def usd(self, amount: Decimal | None, *, floor: bool = False) -> str:
        if amount is None or not self.hidden:
            return usd(amount, floor=floor)
        return f"{'≥ ' if floor else ''}{share(amount, self.list_cost)}"

    def exact_usd(self, amount: Decimal) -> str:
        return share(amount, self.list_cost) if self.hidden else exact_usd(amount)

    def count_tokens(self, number: int) -> str:
        return share(number, self.tokens) if self.hidden else count(number)

    def short_tokens(self, number: int) -> str:
        return share(number, self.tokens) if self.hidden else short_count(number)

    def count_requests(self, number: int) -> str:
        return share(number, self.requests) if self.hidden else count(number)


AS_THEY_ARE = Amounts()


def hours_minutes(span: timedelta) -> str:
    """`1:09`, whole minutes, the rest cut off as a clock does."""
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"


def grouped_hours(span: timedelta) -> str:
    """As `hours_minutes`, for reading alone: `12,345:09`."""
    hours, minutes = hours_minutes(span).split(":")
    return f"{count(int(hours))}:{minutes}"


def json_text(data: Any) -> str:
    """JSON over several lines. What a terminal would obey in a foreign text stands as its escape: the same text."""
    return _OBEYED.sub(_escaped, json.dumps(data, indent=2, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
