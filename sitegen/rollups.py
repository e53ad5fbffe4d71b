"""Sums of sessions by a key: exact, in Decimal, and the same in whatever order the sessions come."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial, reduce
from operator import add
from typing import Protocol, TypeVar

from sitegen.session import Session
from sitegen.tokens import Totals, UsageRow, totals_of_row

NO_KEY = "(none)"
"""The key of what has none: a row without a time, a session without a branch."""
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums under one key. `active` adds up the sessions that say how long they were active."""

    key: str
    sessions: int = 0
    totals: Totals = field(default_factory=Totals)
    active: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class _Share:
    """What one session adds to one key."""

    key: str
    totals: Totals
    active: timedelta


def rollup_by(sessions: Sequence[Session], key: str) -> tuple[Rollup, ...]:
    """Sorted by key; the totals of all rollups add up to `session_totals`, except by tag.

    By day, week, month and model each usage row counts where it belongs, so a session may appear under
    several keys: its active time then counts once, where it began (by model: under each model it used).
    A session with several tags counts in full under each of them, so sums over tags say nothing.
    """
    groups: dict[str, list[_Share]] = {}
    for session in sessions:
        for share in session.once(f"shares by {key}", partial(_shares, key, session)):
            groups.setdefault(share.key, []).append(share)
    return tuple(_rollup(name, groups[name]) for name in sorted(groups))


def _shares(key: str, session: Session) -> tuple[_Share, ...]:
    return tuple(_SHARES[key](session))


def session_totals(sessions: Iterable[Session]) -> Totals:
    return reduce(add, (session.totals for session in sessions), Totals())


def rollup_of(key: str, sessions: Sequence[Session]) -> Rollup:
    """All of them as one."""
    active = sum((session.active or timedelta() for session in sessions), timedelta())
    return Rollup(key, len(sessions), session_totals(sessions), active)


class Summed(Protocol):
    """What sums over sessions need of one: a session, or the facts about one."""

    @property
    def path(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def started(self) -> datetime | None: ...
    @property
    def active(self) -> timedelta | None: ...
    @property
    def totals(self) -> Totals: ...


One = TypeVar("One", bound=Summed)


def running_rollups(sessions: Iterable[Summed]) -> dict[str, Rollup]:
    """By path: the sums of a session's project up to and including it. `sessions` are in the ledger's order."""
    so_far: dict[str, Rollup] = {}
    running = {}
    for session in sessions:
        before = so_far.get(session.project, Rollup(session.project))
        so_far[session.project] = replace(
            before,
            sessions=before.sessions + 1,
            totals=before.totals + session.totals,
            active=before.active + (session.active or timedelta()),
        )
        running[session.path] = so_far[session.project]
    return running


def in_order(sessions: Iterable[One]) -> tuple[One, ...]:
    """By start, then path; sessions without a start come last."""
    return tuple(sorted(sessions, key=lambda session: (session.started or _LAST, session.path)))


def newest_first(sessions: Sequence[Session]) -> list[Session]:
    """Of sessions in the ledger's order; those without a day come last."""
    dated = [session for session in sessions if session.started]
    return [*reversed(dated), *(session for session in sessions if not session.started)]


def narrowed(sessions: Iterable[Session], keep: Callable[[Session, UsageRow], bool]) -> tuple[Session, ...]:
    """The sessions that have a row to keep, each with those rows only."""
    pairs = ((s, tuple(row for row in s.rows if keep(s, row))) for s in sessions)
    return tuple(s if len(rows) == len(s.rows) else replace(s, rows=rows) for s, rows in pairs if rows)


def moment_of(session: Session, row: UsageRow) -> datetime | None:
    """When a row counts: its own time, else the start of its session."""
    return row.at or session.started


def day_key(at: datetime | None) -> str:
    return at.date().isoformat() if at else NO_KEY


def week_key(at: datetime | None) -> str:
    """ISO 8601: `2026-W07`."""
    return week_of(at.date()) if at else NO_KEY


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def month_key(at: datetime | None) -> str:
    return f"{at.year:04d}-{at.month:02d}" if at else NO_KEY


def month_after(key: str, months: int = 1) -> str:
    """`2027-01` of `2026-12`; a negative number of months goes back."""
    year, month = divmod(int(key[:4]) * 12 + int(key[5:]) - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}"


def _rollup(key: str, shares: Sequence[_Share]) -> Rollup:
    return Rollup(
        key,
        len(shares),
        reduce(add, (share.totals for share in shares), Totals()),
        sum((share.active for share in shares), timedelta()),
    )


def _by_time(key_of: Callable[[datetime | None], str]) -> Callable[[Session], Iterator[_Share]]:
    def shares(session: Session) -> Iterator[_Share]:
        parts = _row_totals(session, lambda row: key_of(moment_of(session, row)))
        began = key_of(session.started)
        if not parts:
            parts = {began: Totals()}
        home = began if began in parts else min(parts)
        for key, totals in parts.items():
            active = session.active if key == home else None
            yield _Share(key, totals, active or timedelta())

    return shares


def _by_model(session: Session) -> Iterator[_Share]:
    for key, totals in _row_totals(session, lambda row: row.model or NO_KEY).items():
        yield _Share(key, totals, session.active or timedelta())


def _row_totals(session: Session, key_of: Callable[[UsageRow], str]) -> dict[str, Totals]:
    parts: dict[str, Totals] = {}
    for row in session.rows:
        key = key_of(row)
        totals = totals_of_row(row)
        parts[key] = parts[key] + totals if key in parts else totals
    return parts


def _by_session(keys_of: Callable[[Session], Iterable[str]]) -> Callable[[Session], Iterator[_Share]]:
    def shares(session: Session) -> Iterator[_Share]:
        keys = sorted({key for key in keys_of(session) if key})
        for key in keys or [NO_KEY]:
            yield _Share(key, session.totals, session.active or timedelta())

    return shares


_SHARES: Mapping[str, Callable[[Session], Iterator[_Share]]] = {
    "day": _by_time(day_key),
    "week": _by_time(week_key),
    "month": _by_time(month_key),
    "project": _by_session(lambda session: (session.project,)),
    "model": _by_model,
    "tag": _by_session(lambda session: session.tags),
    "phase": _by_session(lambda session: (session.phase.name if session.phase else "",)),
    "branch": _by_session(lambda session: (session.git.branch,)),
    "session": _by_session(lambda session: (session.path,)),
}

ROLLUP_KEYS = tuple(_SHARES)
