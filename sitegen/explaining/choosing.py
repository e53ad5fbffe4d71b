"""Which rows of another tool's report tell of a session."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.explaining.against import Told
from sitegen.explaining.charges import sum_of
from sitegen.explaining.other_tools import DAY, RULE, SESSION, ToolReport, ToolRow
from sitegen.transcripts import SummedCounts


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows taken together. `days` are those of the session that they tell of; None where they are of sessions.

    `sub_agents`: rows of the session's sub-agents that the tool tells as sessions of their own.
    """

    names: tuple[str, ...]
    told: Told
    days: frozenset[date] | None
    sub_agents: tuple[tuple[str, Decimal], ...] = ()


def choose(report: ToolReport, ids: Collection[str], homes: Collection[str], days: Collection[date]) -> Chosen:
    """`ids`: the names of the session; `homes`: those of files with its sub-agents; `days`: local ones of its rows.

    Raises ProblemError where no row tells of it.
    """
    if report.period == SESSION:
        rows = [row for row in report.rows if not set(row.names).isdisjoint(ids)]
        chosen_days = None
    else:
        rows = [row for row in report.rows if row.names[0] in {period_of(day, report.period) for day in days}]
        names = {row.names[0] for row in rows}
        chosen_days = frozenset(day for day in days if period_of(day, report.period) in names)
    if not rows:
        raise ProblemError(_not_found(report, ids, days))
    others = [row for row in report.rows if row not in rows and not set(row.names).isdisjoint(homes)]
    return Chosen(
        tuple(row.names[0] for row in rows),
        _told(rows),
        chosen_days,
        tuple((row.names[0], row.cost) for row in others) if chosen_days is None else (),
    )


def period_of(day: date, period: str) -> str:
    return day.isoformat() if period == DAY else f"{day:%Y-%m}"


def _told(rows: Sequence[ToolRow]) -> Told:
    counts = sum((row.counts for row in rows), SummedCounts())
    whole = all(row.models for row in rows)
    return Told(counts, sum_of(row.cost for row in rows), tuple(m for row in rows for m in row.models) if whole else ())


def _not_found(report: ToolReport, ids: Collection[str], days: Collection[date]) -> Problem:
    there = list(dict.fromkeys(row.names[0] for row in report.rows))
    known = ", ".join(f"`{name}`" for name in there[:5])
    more = f" and {len(there) - 5:,} more" if len(there) > 5 else ""
    hint = f"it has {known}{more}; tools leave out lines that they cannot read" if there else "it has no row at all"
    wanted = sorted(ids) if report.period == SESSION else sorted({period_of(day, report.period) for day in days})
    told = " or ".join(f"`{name}`" for name in wanted[:3]) or "this file, which names no session of a transcript"
    return error(RULE, Location(report.path), f"no row of it tells of {told}", hint)
