"""Numbers as people read them. The only place where money is rounded: once, half up, for display."""

import unicodedata
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal


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


def hours_minutes(span: timedelta) -> str:
    """`1:09`, whole minutes, the rest cut off as a clock does."""
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"


def visible(text: str) -> str:
    """Foreign text for a terminal: controls, bidi overrides and what has no width are shown, not obeyed."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        code = ord(character)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return character
