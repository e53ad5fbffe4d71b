"""All that can be said of a session's figures, as one value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sitegen.explaining.account import Account, account_of
from sitegen.explaining.against import compare
from sitegen.explaining.causes import Difference
from sitegen.explaining.choosing import Chosen, choose, period_of
from sitegen.explaining.counting import ways_to_count
from sitegen.explaining.other_tools import SESSION, ToolReport
from sitegen.explaining.pricing import Books
from sitegen.explaining.reported import likely_reasons, reported_difference
from sitegen.explaining.transcript import State, Transcript
from sitegen.explaining.units import Unit, foreign_units, units_of, units_of_others
from sitegen.ledger import Ledger
from sitegen.session import Session


@dataclass(frozen=True, slots=True)
class Reported:
    """What the agent itself says. `reasons` are likely ones, without amounts."""

    difference: Difference
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Against:
    """What another tool says, in its rows of these `names`. `notes`: what could not be looked at."""

    tool: str
    path: str
    period: str
    names: tuple[str, ...]
    difference: Difference
    sub_agents: tuple[tuple[str, Decimal], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    account: Account
    transcript: Transcript
    reported: Reported | None = None
    against: Against | None = None


def explain(
    ledger: Ledger, session: Session, transcript: Transcript, report: ToolReport | None, now: datetime
) -> Explanation:
    """Raises ProblemError where the report has no row of the session."""
    difference = reported_difference(session, transcript.figures)
    reported = Reported(difference, likely_reasons(session, difference, transcript.figures)) if difference else None
    against = None if report is None else _against(ledger, session, transcript, report, now)
    return Explanation(account_of(session), transcript, reported, against)


def _against(ledger: Ledger, session: Session, transcript: Transcript, report: ToolReport, now: datetime) -> Against:
    units = units_of(session, transcript)
    ids = {*transcript.names, *(session.source.sessions if session.source else ())}
    lines = [line for unit in units for line in unit.lines if line.session in ids]
    ids |= {line.home for line in lines if not line.is_sub_agent}  # a tool may go by the names of files
    homes = {line.home for line in lines if line.is_sub_agent} - ids
    chosen = choose(report, ids, homes, {unit.day for unit in units if unit.day})
    books = Books(ledger.settings.price_book, now)
    foreign = tuple(foreign_units(transcript.foreign, transcript.foreign_lines, books.own))
    others = tuple(_others(ledger, session, report, chosen))
    ways = ways_to_count(ids, foreign, others, chosen.days)
    return Against(
        report.tool,
        report.path,
        report.period,
        chosen.names,
        compare(report.tool, session.totals.list_cost, units, chosen.told, ways, books),
        chosen.sub_agents,
        tuple(_notes(session, transcript, report, units)),
    )


def _others(ledger: Ledger, session: Session, report: ToolReport, chosen: Chosen) -> Iterator[Unit]:
    """What else the ledger has in the days or months that the rows sum up."""
    if report.period != SESSION:
        others = units_of_others(other for other in ledger.sessions if other.path != session.path)
        yield from (unit for unit in others if unit.day and period_of(unit.day, report.period) in chosen.names)


def _notes(session: Session, transcript: Transcript, report: ToolReport, units: Sequence[Unit]) -> Iterator[str]:
    if transcript.state is State.GONE:
        yield "the transcript is gone: copies, sub-agents and long prompts cannot be looked at"
    long_rows = any(unit.context.long and not unit.is_single for unit in units)
    if long_rows and transcript.state is not State.GONE:
        yield "rows with long prompts do not fit their responses: the rule for such prompts cannot be tried on them"
    if report.period != SESSION:
        yield "a day or month there sums up every session of the machine, also those that are not in this ledger"
    if session.totals.unpriced_responses:
        yield f"{session.totals.unpriced_responses:,} responses have no price here and are not in our sum"
