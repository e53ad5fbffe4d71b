"""How problems with hand-written figures put amounts into words."""

from decimal import ROUND_HALF_UP, Decimal

from sitegen.display import count, exact_usd


def against(stated: Decimal, expected: Decimal, *, money: bool = True) -> str:
    """`3.08×, $0.0324 too much`; without the factor where there is none, or for counts."""
    off = abs(stated - expected)
    side = "too much" if stated > expected else "too little"
    amount = f"{exact_usd(off) if money else number(off)} {side}"
    factor = _factor(stated, expected) if money else ""
    return f"{factor}, {amount}" if factor else amount


def _factor(stated: Decimal, expected: Decimal) -> str:
    if not expected or not stated:
        return ""
    ratio = stated / expected
    rounded = ratio.quantize(Decimal(1) if ratio >= 100 else Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:,f}×" if rounded else ""


def number(value: Decimal) -> str:
    """A count with commas; a number with decimals as it is, at most four of them."""
    if value == value.to_integral_value():
        return count(int(value))
    return f"{value.quantize(Decimal('0.0001'), ROUND_HALF_UP).normalize():,f}"


def between(low: Decimal, high: Decimal) -> str:
    return exact_usd(low) if low == high else f"{exact_usd(low)} to {exact_usd(high)}"
