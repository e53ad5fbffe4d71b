"""The period before: which days are compared with which, and the sessions that began in each.

There is no clock here. Today is the day of the newest session, so the same ledger always gives the same spans.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sitegen.rollups import month_key
from sitegen.session import Session
from sitegen.tokens import Totals

DAYS = 30
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    first: date
    last: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Outcome:
    """One session with its sums, which are dear to compute, and its goals: how many are met, and all."""

    session: Session
    totals: Totals
    goals: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The sessions in groups; each counts whole, on the day it began.

    `recent` is None where the ledger holds nothing older, `before` where it does not reach back over both periods.
    `months` are calendar months by key, oldest first and without gaps, the newest twelve at most.
    """

    whole: tuple[Outcome, ...]
    recent: tuple[Outcome, ...] | None
    before: tuple[Outcome, ...] | None
    months: Mapping[str, tuple[Outcome, ...]]


def recent_period(first: date, last: date) -> Period | None:
    """The days that end with the ledger's last one; None where they are all that it has."""
    return Period(last - timedelta(DAYS - 1), last) if (last - first).days >= DAYS else None


def period_before(first: date, last: date) -> Period | None:
    """As many days right before the recent ones; None where the ledger begins later than they do."""
    if (last - first).days < 2 * DAYS - 1:
        return None
    return Period(last - timedelta(2 * DAYS - 1), last - timedelta(DAYS))


def outcomes_of(sessions: Sequence[Session], totals: Mapping[str, Totals]) -> Outcomes:
    """`totals` are those of each session, by its path."""
    whole = tuple(Outcome(session, totals[session.path], session.goals) for session in sessions)
    days = [session.day for session in sessions if session.day]
    if not days:
        return Outcomes(whole, None, None, {})
    first, last = min(days), max(days)
    return Outcomes(
        whole,
        _within(whole, recent_period(first, last)),
        _within(whole, period_before(first, last)),
        _by_month(whole, first, last),
    )


def totals_within(outcomes: Iterable[Outcome]) -> Totals:
    return sum((outcome.totals for outcome in outcomes), Totals())


def summed(outcomes: Iterable[Outcome], of: Callable[[Session], int | None]) -> int | None:
    """None where no session says; those that do not say count for nothing where another does."""
    told = [number for outcome in outcomes if (number := of(outcome.session)) is not None]
    return sum(told) if told else None


def goals_within(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    goals = [outcome.goals for outcome in outcomes]
    return sum(met for met, _ in goals), sum(every for _, every in goals)


def active_within(outcomes: Iterable[Outcome]) -> timedelta | None:
    told = [outcome.session.active for outcome in outcomes if outcome.session.active is not None]
    return sum(told, timedelta()) if told else None


def changed_lines(session: Session) -> int | None:
    """Added and deleted together."""
    told = [int(session.code[key]) for key in ("added", "deleted") if key in session.code]
    return sum(told) if told else None


def tests_added(session: Session) -> int | None:
    return int(session.code["tests_added"]) if "tests_added" in session.code else None


def _within(outcomes: Sequence[Outcome], period: Period | None) -> tuple[Outcome, ...] | None:
    return tuple(o for o in outcomes if period.holds(o.session.day)) if period else None


def _by_month(outcomes: Iterable[Outcome], first: date, last: date) -> Mapping[str, tuple[Outcome, ...]]:
    groups: dict[str, list[Outcome]] = {key: [] for key in _month_keys(first, last)}
    for outcome in outcomes:
        if (key := month_key(outcome.session.started)) in groups:
            groups[key].append(outcome)
    return {key: tuple(group) for key, group in groups.items()}


def _month_keys(first: date, last: date) -> list[str]:
    newest = last.year * 12 + last.month - 1
    oldest = max(first.year * 12 + first.month - 1, newest - MOST_MONTHS + 1)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(oldest, newest + 1)]
