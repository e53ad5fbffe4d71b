"""The period before: which days are compared with which, and the sessions that began in each.

There is no clock here. Today is the day of the newest session, so the same ledger always gives the same spans.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sitegen.rollups import month_after, month_key
from sitegen.session import Session

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
class Outcomes:
    """The sessions in groups; each counts whole, on the day it began.

    `recent` is None where the ledger holds nothing older, `before` where it does not reach back over both periods.
    `months` are calendar months by key, oldest first and without gaps, the newest twelve at most.
    """

    whole: tuple[Session, ...]
    recent: tuple[Session, ...] | None
    before: tuple[Session, ...] | None
    months: Mapping[str, tuple[Session, ...]]


def recent_period(first: date, last: date) -> Period | None:
    """The days that end with the ledger's last one; None where they are all that it has."""
    return Period(last - timedelta(DAYS - 1), last) if (last - first).days >= DAYS else None


def period_before(first: date, last: date) -> Period | None:
    """As many days right before the recent ones; None where the ledger begins later than they do."""
    if (last - first).days < 2 * DAYS - 1:
        return None
    return Period(last - timedelta(2 * DAYS - 1), last - timedelta(DAYS))


def outcomes_of(sessions: Sequence[Session]) -> Outcomes:
    whole = tuple(sessions)
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


def summed(sessions: Iterable[Session], of: Callable[[Session], int | None]) -> int | None:
    """None where no session says; those that do not say count for nothing where another does."""
    told = [number for session in sessions if (number := of(session)) is not None]
    return sum(told) if told else None


def goals_within(sessions: Iterable[Session]) -> tuple[int, int]:
    goals = [session.goals for session in sessions]
    return sum(met for met, _ in goals), sum(every for _, every in goals)


def active_within(sessions: Iterable[Session]) -> timedelta | None:
    told = [session.active for session in sessions if session.active is not None]
    return sum(told, timedelta()) if told else None


def changed_lines(session: Session) -> int | None:
    """Added and deleted together."""
    told = [int(session.code[key]) for key in ("added", "deleted") if key in session.code]
    return sum(told) if told else None


def tests_added(session: Session) -> int | None:
    return int(session.code["tests_added"]) if "tests_added" in session.code else None


def _within(sessions: Sequence[Session], period: Period | None) -> tuple[Session, ...] | None:
    return tuple(session for session in sessions if period.holds(session.day)) if period else None


def _by_month(sessions: Iterable[Session], first: date, last: date) -> Mapping[str, tuple[Session, ...]]:
    groups: dict[str, list[Session]] = {key: [] for key in _month_keys(first, last)}
    for session in sessions:
        if (key := month_key(session.started)) in groups:
            groups[key].append(session)
    return {key: tuple(group) for key, group in groups.items()}


def _month_keys(first: date, last: date) -> list[str]:
    newest, oldest = (day.isoformat()[:7] for day in (last, first))
    keys = (month_after(newest, -back) for back in reversed(range(MOST_MONTHS)))
    return [key for key in keys if key >= oldest]
