"""Rules about a table of running totals written by hand: this session beside all of its project."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sitegen.display import plain, usd
from sitegen.errors import Problem, Severity, error, warning
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.figures import RunningLine, RunningTable, unfilled_column
from sitegen.handwritten.reading import read_figures
from sitegen.handwritten.values import Figure
from sitegen.rules.handwritten_wording import number
from sitegen.rules.rule import Rule
from sitegen.rules.states import IN_WORK
from sitegen.rules.words import place
from sitegen.session import Session
from sitegen.settings import Settings

_BY_FIX = "`sessions check --fix` puts a table here that is added up from all files of the project"
_BY_MARKS = (
    "in its place write the lines `<!-- sessions:totals -->` and `<!-- /sessions:totals -->`, then `sessions fill`"
)


def check_empty_columns(session: Session, settings: Settings) -> Iterator[Problem]:
    """In any file: the rule about placeholders leaves these to this one."""
    by_fix = account_of(session, settings) is not None
    tell = warning if session.state in IN_WORK else error
    for table in read_figures(session.body).running:
        lines = unfilled_column(table)
        if lines:
            first, *others = (place(session, *_bracket(line.project)) for line in lines)
            own = next(line for line in lines if line.own.value is not None)
            message = (
                f"the column `{table.project_head.text}` has no figure, though `{own.label.text}` of this session "
                f"is given ({own.own.text}){_about_averages(table)}"
            )
            yield tell("empty-column", first, message, _BY_FIX if by_fix else _BY_MARKS, also=tuple(others))


def _about_averages(table: RunningTable) -> str:
    by_kind = {line.of: line for line in table.lines}
    hours, average = by_kind.get("hours"), by_kind.get("cost per hour")
    if hours is None or average is None or hours.own.value is not None:
        return ""
    return "; without hours neither average can be derived"


def _bracket(figure: Figure) -> tuple[int, int]:
    """Where the placeholder begins, behind the sign of a currency."""
    return figure.line, figure.column + max(figure.text.find("["), 0)


def check_running(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    for table in account.figures.running if account else ():
        for line in table.lines:
            if account and (problem := _wrong_own(account, line) or _wrong_project(account, table, line)):
                yield problem


def _wrong_own(account: Account, line: RunningLine) -> Problem | None:
    """The cost is looked at with the other totals, and the rate with the other rates."""
    expected, what = _expected(account, line.of)
    stated = line.own
    if stated.value is None or expected is None or abs(stated.value - expected) <= stated.slack:
        return None
    message = f"stated {stated.text} as `{line.label.text}` of this session, {what} {number(expected)}"
    where = account.place(stated.place)
    hint = f"write {number(expected)}"
    return error("running-totals", where, message, hint, stated=plain(stated.value), expected=plain(expected))


def _expected(account: Account, of: str) -> tuple[Decimal | None, str]:
    if of == "sessions":
        return Decimal(1), "one session is"
    if of == "tokens" and len(account.prices) == len(account.figures.rows) > 0:
        exact = not any(figure.step for row in account.figures.rows for figure in row.counts.values())
        return (Decimal(account.counts.tokens), "its rows add up to") if exact else (None, "")
    span = account.clocks.length
    if of == "hours" and span is not None and span.step <= timedelta(minutes=1):
        return Decimal(int(span.length.total_seconds())) / 3600, "its duration in hours is"
    return None, ""


def _wrong_project(account: Account, table: RunningTable, line: RunningLine) -> Problem | None:
    """A project is never less than one of its sessions, and its average is a ratio of its sums."""
    own, project = line.own.value, line.project.value
    if project is None:
        return None
    where = account.place(line.project.place)
    if line.of in ("cost", "sessions", "hours", "tokens") and own is not None and project < own:
        message = f"stated {line.project.text} for the project, less than this session alone: {line.own.text}"
        hint = "this session belongs to its project: add it"
        return error("running-totals", where, message, hint, stated=plain(project))
    if line.of != "cost per hour":
        return None
    by_kind = {each.of: each.project for each in table.lines}
    cost, hours = by_kind.get("cost"), by_kind.get("hours")
    if cost is None or hours is None or cost.value is None or not hours.value:
        return None
    low, high = cost.value / (hours.value + hours.slack), cost.value / max(hours.value - hours.slack, Decimal("0.0001"))
    if low - line.project.slack <= project <= high + line.project.slack:
        return None
    average = cost.value / hours.value
    message = f"stated {line.project.text} an hour for the project, {cost.text} in {hours.text} hours is {usd(average)}"
    hint = "an average is all costs by all hours, not the mean of the sessions' averages"
    return error("running-totals", where, message, hint, stated=plain(project), expected=usd(average))


RULES = (
    Rule(
        "empty-column",
        Severity.ERROR,
        "a column of running totals written by hand is filled in",
        check_empty_columns,
        notes=True,
    ),
    Rule(
        "running-totals",
        Severity.ERROR,
        "running totals written by hand agree with the session that they stand in",
        check_running,
        notes=True,
    ),
)
