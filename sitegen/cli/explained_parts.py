"""A section of an explanation, and how its figures are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from sitegen.blocks import KIND_NAMES
from sitegen.display import exact_usd
from sitegen.explaining.charges import REST, SEARCH
from sitegen.prices.unit_prices import EXACT
from sitegen.session import Session

KIND_WORDS = {**KIND_NAMES, SEARCH: "Web searches", REST: "Not from prices"}
_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Section:
    """Facts with their labels, a table (head and rows), amounts with what each is for, then lines.

    The last row of a table or amount is the sum of the others where `has_total`. `level` is that of its heading.
    """

    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    amounts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    has_total: bool = False
    level: int = 2

    @property
    def label_width(self) -> int:
        return max((len(label) for label, _ in self.facts), default=0)


def money(amount: Decimal) -> str:
    """Every decimal there is, eight at most: what binary numbers leave behind is told as less than the last."""
    rounded = abs(amount).quantize(_PLACES, ROUND_HALF_UP, EXACT)
    if amount and not rounded:
        return "<$0.00000001"
    return f"{'-' if amount < 0 else ''}{exact_usd(rounded)}"


def signed(amount: Decimal) -> str:
    return f"+{money(amount)}" if amount > 0 else money(amount)


def moment(at: datetime | None, session: Session) -> str:
    """In the session's own offset, to the second; the date only where it is another day."""
    if at is None:
        return "-"
    local = at.astimezone(session.started.tzinfo if session.started else UTC)
    return local.strftime("%H:%M:%S" if local.date() == session.day else "%Y-%m-%d %H:%M:%S")


def listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
