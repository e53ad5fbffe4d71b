"""The verdict on the logs: the tokens that the files have against the tokens billed, by kind."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import groupby

from sitegen.bills import SEARCH, BilledTokens
from sitegen.reconciling.days import NOTHING_LOGGED, Cell, Logged
from sitegen.tokens import KINDS, TokenCounts

QUANTITIES = (*KINDS, SEARCH)


class State(StrEnum):
    """`NEXT_DAY`: agrees together with the days after it. `AT_LEAST`: no figure speaks against a lower bound."""

    AGREES = "agrees"
    NEXT_DAY = "agrees with the next day"
    AT_LEAST = "at least"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class DayLogs:
    """One cell. `billed` has a number for each token kind, and for searches unless the bill says nothing of them.

    Cells with the same `group` were compared as one: it is the first of them.
    """

    cell: Cell
    logged: Logged
    billed: Mapping[str, int]
    state: State
    group: Cell

    def differences(self) -> dict[str, int]:
        """By kind, only what differs: more than 0 where the files have more than was billed."""
        ours = self.logged.quantities()
        return {kind: ours[kind] - number for kind, number in self.billed.items() if ours[kind] != number}

    def explained(self) -> dict[str, int]:
        """How much of what was billed has a session, by kind."""
        if self.state is State.NEXT_DAY:
            return dict(self.billed)
        ours = self.logged.quantities()
        return {kind: min(number, ours[kind]) for kind, number in self.billed.items()}


def compare_logs(logged: Mapping[Cell, Logged], billed: Sequence[BilledTokens]) -> tuple[DayLogs, ...]:
    """Every cell that either side has, by day and model."""
    theirs = _billed_by_cell(billed, logged)
    compared = [_compare(cell, logged.get(cell, NOTHING_LOGGED), theirs[cell]) for cell in theirs]
    compared.sort(key=lambda one: (one.cell.model, one.cell.day))
    by_model = (tuple(group) for _, group in groupby(compared, key=lambda one: one.cell.model))
    shifted = [one for days in by_model for one in _over_midnight(days)]
    return tuple(sorted(shifted, key=lambda one: one.cell))


def _billed_by_cell(billed: Iterable[BilledTokens], cells: Iterable[Cell]) -> dict[Cell, dict[str, int]]:
    """By cell, these among them: what is billed of each kind. Searches are left out where a row does not tell."""
    rows: dict[Cell, list[BilledTokens]] = {cell: [] for cell in cells}
    tells_searches = True
    for row in billed:
        rows.setdefault(Cell(row.day, row.model), []).append(row)
        tells_searches = tells_searches and row.web_searches is not None
    found = {}
    for cell, here in rows.items():
        sums = sum((row.counts for row in here), TokenCounts()).by_kind()
        found[cell] = {**sums, SEARCH: sum(row.web_searches or 0 for row in here)} if tells_searches else sums
    return found


def _compare(cell: Cell, logged: Logged, billed: Mapping[str, int]) -> DayLogs:
    one = DayLogs(cell, logged, billed, State.DIFFERS, cell)
    off = one.differences()
    if not off:
        return replace(one, state=State.AGREES)
    if logged.output_floor and off.keys() == {"output"} and off["output"] < 0:
        return replace(one, state=State.AT_LEAST)
    return one


def _over_midnight(days: Sequence[DayLogs]) -> Iterator[DayLogs]:
    """The days of one model. Rows stand on the day on which their interaction began: where it went on after midnight,
    the bill has a part of it one day later, and the days agree only together.
    """
    place = 0
    while place < len(days):
        length = _carried(days[place:])
        for one in days[place : place + length]:
            yield one if length == 1 else replace(one, state=State.NEXT_DAY, group=days[place].cell)
        place += length


def _carried(days: Sequence[DayLogs]) -> int:
    """How many of the first days agree only together; 1 where the first stands for itself."""
    carry = dict.fromkeys(QUANTITIES, 0)
    for index, one in enumerate(days):
        follows = index == 0 or one.cell.day == days[index - 1].cell.day + timedelta(days=1)
        if not follows:
            return 1
        for kind, off in one.differences().items():
            carry[kind] += off
        if min(carry.values()) < 0:
            return 1
        if not any(carry.values()):
            return index + 1
        if not one.logged.past_midnight:
            return 1
    return 1
