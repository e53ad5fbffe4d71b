"""The rule about what was billed: an assertion that the rows add up to what an invoice says."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sitegen.display import plain
from sitegen.errors import Problem, Severity, error
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings

_RECONCILE = "`sessions reconcile` writes it from an invoice; leave it out where there is none"


def check_billed(session: Session, _: Settings) -> Iterator[Problem]:
    stated = session.document.data.get("billed") or {}
    if not stated:
        return
    for key in ("cost", "source"):
        if not str(stated.get(key) or "").strip() and stated.get(key) != 0:
            yield error("billed", session.locate("billed"), f"`billed.{key}` is missing", _RECONCILE)
    if "date" in stated and not _is_day(str(stated["date"])):
        message = f"`billed.date` is `{stated['date']}`, must be a day such as '2026-02-28'"
        yield error("billed", session.locate("billed", "date"), message)
    listed = stated.get("list_cost")
    if listed is not None:
        yield from _check_amount(session, "list_cost", Decimal(str(listed)))
    elif session.billed is not None:
        yield from _check_amount(session, "cost", session.billed)


def _check_amount(session: Session, key: str, billed: Decimal) -> Iterator[Problem]:
    """To half a unit of the last place stated. Where the rows are a lower bound, more may have been billed.

    Where a discount was taken off, the rows hold the cost before it: `list_cost`.
    """
    totals = session.totals
    exponent = billed.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    off = totals.list_cost - billed
    if off > half or (off < -half and not totals.is_floor):
        rows = f"at least ${plain(totals.list_cost)}" if totals.is_floor else f"${plain(totals.list_cost)}"
        words = "was billed" if key == "cost" else "was the list price billed"
        message = f"billed assertion broken: the rows add up to {rows}, ${plain(billed)} {words}"
        figures = {"stated": plain(billed), "expected": plain(totals.list_cost)}
        yield error("billed", session.locate("billed", key), message, _BROKEN, **figures)


_BROKEN = "a row is missing or told twice, or a price is not yours: see `multiplier` and [[prices.model]]"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


RULES = (Rule("billed", Severity.ERROR, "the rows add up to what was billed, where that is known", file=check_billed),)
