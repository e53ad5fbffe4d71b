"""What of a bill is each file's: only for files that the bill explains fully, in tokens and in cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sitegen.bills import SEARCH
from sitegen.display import plain
from sitegen.prices.unit_prices import EXACT
from sitegen.reconciling.comparing import GOOD_PRICES, Reconciliation
from sitegen.reconciling.costs import NOTHING_PAID, ZERO, Paid, of_tokens
from sitegen.reconciling.days import Cell, cell_of
from sitegen.reconciling.logs import DayLogs, State
from sitegen.session import Session

_CENT = Decimal("0.01")
_MILLIONTH = Decimal("0.000001")
_WORKING = ("active", "break", "blocked", "documenting")
_Factor = tuple[Decimal, Decimal]
"""What was paid, and what it would have been at list price: the one by the other is what a discount leaves."""
_NO_DISCOUNT: _Factor = (Decimal(1), Decimal(1))


@dataclass(frozen=True, slots=True)
class Share:
    """What was billed for one file, in USD. `list_cost`, before a discount, is None where there is none.

    `day` is the last one that the bill tells of.
    """

    path: str
    cost: Decimal
    list_cost: Decimal | None
    source: str
    day: date

    def as_mapping(self) -> dict[str, Decimal | str]:
        """As it stands under `billed` in the file."""
        listed = {} if self.list_cost is None else {"list_cost": Decimal(plain(self.list_cost))}
        return {"cost": Decimal(plain(self.cost)), **listed, "source": self.source, "date": self.day.isoformat()}


def shares_of(sessions: Iterable[Session], found: Reconciliation) -> tuple[Share, ...]:
    """In the order of the sessions. A file with a row that no bill can settle has none, nor has one in work."""
    factors = _factors(found)
    groups = {one.cell: one.group for one in found.logs or ()}
    costs = ((session, _costs_by_group(session, groups)) for session in sessions)
    return tuple(
        _share(session.path, by_group, factors, found)
        for session, by_group in costs
        if by_group and all(group in factors for group in by_group)
    )


def _share(
    path: str, by_group: Mapping[Cell, Decimal], factors: Mapping[Cell, _Factor], found: Reconciliation
) -> Share:
    """Without a discount exactly the list cost; with one to the millionth of a dollar, as it is a part of a sum."""
    listed = paid = ZERO
    for group, cost in by_group.items():
        part, whole = factors[group]
        listed = EXACT.add(listed, cost)
        paid = EXACT.add(paid, EXACT.divide(EXACT.multiply(cost, part), whole))
    if all(factors[group] == _NO_DISCOUNT for group in by_group):
        return Share(path, listed, None, found.bill.source, found.days[1])
    return Share(path, paid.quantize(_MILLIONTH, ROUND_HALF_UP, EXACT), listed, found.bill.source, found.days[1])


def _costs_by_group(session: Session, groups: Mapping[Cell, Cell]) -> dict[Cell, Decimal]:
    """List cost by what was compared as one; empty where a row cannot be settled."""
    if session.state in _WORKING:
        return {}
    costs: dict[Cell, Decimal] = {}
    for row in session.rows:
        group = groups.get(cell) if (cell := cell_of(session, row)) else None
        if group is None or row.list_cost is None or row.output_floor:
            return {}
        costs[group] = EXACT.add(costs.get(group, ZERO), row.list_cost)
    return costs


def _factors(found: Reconciliation) -> dict[Cell, _Factor]:
    """By what was compared as one, only where tokens and cost agree: what the bill's discount leaves of a list cost."""
    if found.logs is None or found.prices is None:
        return {}
    paid: dict[Cell, Paid] = {}
    for row in of_tokens(found.bill.costs or ()):
        cell = Cell(row.day, row.model)
        paid[cell] = paid.get(cell, NOTHING_PAID) + Paid(row.amount, row.list_amount, row.rounding)
    held = {line.cell for line in found.prices}
    wrong = {line.cell for line in found.prices if line.state not in GOOD_PRICES}
    members: dict[Cell, list[DayLogs]] = {}
    for one in found.logs:
        members.setdefault(one.group, []).append(one)
    return {
        group: factor
        for group, days in members.items()
        if all(one.cell in held and one.cell not in wrong for one in days)
        and (factor := _factor(days, [paid.get(one.cell, NOTHING_PAID) for one in days])) is not None
    }


def _factor(days: Sequence[DayLogs], paid: Sequence[Paid]) -> _Factor | None:
    if any(one.state not in (State.AGREES, State.NEXT_DAY) or one.logged.unpriced for one in days):
        return None
    if any(one.logged.web_searches and SEARCH not in one.billed for one in days):
        return None
    ours = ZERO
    for one in days:
        ours = EXACT.add(ours, one.logged.list_cost)
    theirs = sum(paid, NOTHING_PAID)
    slack = min(theirs.rounding, _CENT)
    if abs(ours - theirs.amount) <= slack:
        return _NO_DISCOUNT
    if theirs.list_amount and theirs.list_amount > theirs.amount and abs(ours - theirs.list_amount) <= slack:
        return theirs.amount, theirs.list_amount
    return None
