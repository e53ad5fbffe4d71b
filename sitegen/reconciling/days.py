"""What the files of a ledger say of each UTC day and model: the side that a bill is compared with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal

from sitegen.bills import SEARCH, model_of
from sitegen.prices.unit_prices import EXACT
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import PriceContext, TokenCounts, UsageRow


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A UTC day and a model, its name without the date of a snapshot; no name where none is known."""

    day: date
    model: str


_NO_TOKENS = TokenCounts()


@dataclass(frozen=True, slots=True)
class Logged:
    """Sums of usage rows. `paths` are the files that they stand in, sorted. `list_cost`: USD of the priced rows.

    `past_midnight`: one of these sessions was still going on when the day ended. `manual` counts rows by hand.
    """

    counts: TokenCounts = _NO_TOKENS
    web_searches: int = 0
    list_cost: Decimal = Decimal()
    unpriced: bool = False
    output_floor: bool = False
    past_midnight: bool = False
    manual: int = 0
    contexts: frozenset[PriceContext] = frozenset()
    paths: tuple[str, ...] = ()

    def quantities(self) -> dict[str, int]:
        return {**self.counts.by_kind(), SEARCH: self.web_searches}


NOTHING_LOGGED = Logged()


@dataclass(frozen=True, slots=True)
class LoggedDays:
    """`undated` rows have no time, `elsewhere` rows are of models that another provider bills."""

    cells: dict[Cell, Logged]
    undated: int = 0
    elsewhere: int = 0


def cell_of(session: Session, row: UsageRow) -> Cell | None:
    """Where a bill has this row, if all of its responses came on the UTC day on which its interaction began."""
    at = moment_of(session, row)
    model, _ = model_of(row.model)
    return Cell(at.astimezone(UTC).date(), model) if at is not None and model else None


def logged_days(sessions: Iterable[Session]) -> LoggedDays:
    rows: dict[Cell, list[tuple[Session, UsageRow]]] = {}
    undated = elsewhere = 0
    for session in sessions:
        for row in session.rows:
            cell = cell_of(session, row)
            if cell is not None:
                rows.setdefault(cell, []).append((session, row))
            elif model_of(row.model)[0]:
                undated += 1
            else:
                elsewhere += 1
    return LoggedDays({cell: _sum(cell, rows[cell]) for cell in sorted(rows)}, undated, elsewhere)


def _sum(cell: Cell, pairs: Sequence[tuple[Session, UsageRow]]) -> Logged:
    rows = [row for _, row in pairs]
    list_cost = Decimal()
    for row in rows:
        list_cost = EXACT.add(list_cost, row.list_cost or Decimal())
    return Logged(
        sum((row.counts for row in rows), TokenCounts()),
        sum(row.web_searches for row in rows),
        list_cost,
        any(row.list_cost is None for row in rows),
        any(row.output_floor for row in rows),
        any(session.ended is None or session.ended.astimezone(UTC).date() > cell.day for session, _ in pairs),
        sum(row.manual for row in rows),
        frozenset(PriceContext(row.context.speed, row.context.tier, row.context.geo) for row in rows),
        tuple(sorted({session.path for session, _ in pairs})),
    )
