"""Costs in words: in a table as everywhere on the site, at a mark as the axis beside it counts."""

from decimal import Decimal

from sitegen.charts.figure import NOTHING
from sitegen.display import Amounts, share
from sitegen.tokens import Totals


def cost_cell(totals: Totals, amounts: Amounts) -> str:
    if _is_unused(totals):
        return NOTHING
    return amounts.usd(_priced(totals), floor=totals.is_floor)


def cost_mark(totals: Totals, highest: Decimal, amounts: Amounts) -> str:
    if _is_unused(totals):
        return NOTHING
    return money_mark(_priced(totals), highest, amounts, floor=totals.is_floor)


def money_mark(
    amount: Decimal | None, highest: Decimal, amounts: Amounts, *, floor: bool = False, whole: str = "highest"
) -> str:
    """Where amounts are hidden, `25 % of the highest`."""
    if amount is None or not amounts.hidden:
        return amounts.usd(amount, floor=floor)
    return f"{'≥ ' if floor else ''}{share(amount, highest)} of the {whole}"


def _priced(totals: Totals) -> Decimal | None:
    """None where all that was used lacks a price: not the same as a cost of zero."""
    return None if totals.unpriced_responses and not totals.list_cost else totals.list_cost


def _is_unused(totals: Totals) -> bool:
    return not (totals.requests or totals.tokens or totals.list_cost or totals.unpriced_responses)
