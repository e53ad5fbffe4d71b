"""Rules about times: each session ends after it began, its rows lie between, and nothing is still to come."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sitegen.display import hours_minutes
from sitegen.errors import Problem, Severity, SortRows, error, warning
from sitegen.rollups import in_order
from sitegen.rules.facts import FileFacts, is_measured
from sitegen.rules.rule import Rule, Together
from sitegen.session import Session
from sitegen.settings import Settings

_CLOCKS_DIFFER = timedelta(minutes=10)
_MINUTE = timedelta(minutes=1)
"""Two sessions overlap by more than this: a typed time may leave its seconds out."""
_PLAIN_YEARS = range(1900, 3000)
"""Outside these a time cannot always be told in another zone."""


def check_times(session: Session, _: Settings) -> Iterator[Problem]:
    yield from _check_ends(session)
    yield from _check_rows(session)


def _check_ends(session: Session) -> Iterator[Problem]:
    duration = session.duration
    if duration is None:
        return
    if duration < timedelta():
        message = f"ended is {hours_minutes(-duration)} before started"
        hint = "look at the dates and at the offsets from UTC"
        yield error("times", session.locate("ended"), message, hint)
    elif session.active is not None and session.active > duration:
        message = f"active {hours_minutes(session.active)} is longer than the session, {hours_minutes(duration)}"
        yield error("times", session.locate("active"), message, "run `sessions fill`")


def _check_rows(session: Session) -> Iterator[Problem]:
    previous: datetime | None = None
    first = session.started.replace(second=0, microsecond=0) if session.started else None
    for index, row in enumerate(session.rows):
        if row.at is None:
            continue
        if first and row.at < first:
            message = f"before the session began at {first:%Y-%m-%d %H:%M}"
            yield _misplaced(session, index, row.at, message, "a row after midnight has its date: '2026-02-12 00:10'")
        elif session.ended and row.at > session.ended:
            message = f"after the session ended at {session.ended.astimezone(row.at.tzinfo):%Y-%m-%d %H:%M}"
            yield _misplaced(session, index, row.at, message, "put the row's time or `ended` right")
        elif previous and row.at < previous:
            message = f"before the row above it at {previous:%H:%M}"
            wrong = _misplaced(session, index, row.at, message, "rows stand in the order of their times")
            yield replace(wrong, repair=SortRows())
        previous = row.at


def _misplaced(session: Session, index: int, at: datetime, message: str, hint: str) -> Problem:
    place = session.locate("usage", index, "time")
    return error("times", place, f"usage row {index + 1} is at {at:%Y-%m-%d %H:%M}, {message}", hint)


def check_zone(session: Session, settings: Settings) -> Iterator[Problem]:
    """A typed offset that the ledger's zone has at another time of the year: the other side of summer time.

    An author may travel, so that any other offset is as good as that of the zone. One session keeps one offset,
    so that its end is looked at only where it has another one than its start.
    """
    if is_measured(session):
        return
    start = session.started
    if start is not None:
        yield from _check_offset(session, "started", start, settings)
    if session.ended is not None and (start is None or session.ended.utcoffset() != start.utcoffset()):
        yield from _check_offset(session, "ended", session.ended, settings)


def _check_offset(session: Session, key: str, at: datetime, settings: Settings) -> Iterator[Problem]:
    if at.year not in _PLAIN_YEARS:
        return
    in_zone = at.astimezone(settings.zone)
    in_year = {datetime(at.year, month, 1, tzinfo=settings.zone).utcoffset() for month in range(1, 13)}
    if at.utcoffset() != in_zone.utcoffset() and at.utcoffset() in in_year:
        message = f"{key} has the offset {_offset(at)}, and {settings.timezone} has {_offset(in_zone)} on {at.date()}"
        yield warning("zone", session.locate(key), message, "mind summer time; put the offset right, or the time")


def _offset(at: datetime) -> str:
    return at.isoformat(timespec="minutes")[len("2026-02-11T20:36") :]


def check_future(together: Together) -> Iterator[Problem]:
    """Clocks of two machines may differ by a few minutes. An invented session may be of any day."""
    if together.now is None:
        return
    latest = together.now + _CLOCKS_DIFFER
    for file in together.files:
        if file.sample or not file.sound:
            continue
        for key, at in (("started", file.started), ("ended", file.ended)):
            if at is not None and at > latest:
                message = f"{key} is {at:%Y-%m-%d %H:%M}, which is still to come"
                yield error("future", file.locate(key), message, "put the date or the offset from UTC right")
                break


def check_overlaps(together: Together) -> Iterator[Problem]:
    """Two sessions of one author in one project at a time. Where both were measured, they truly ran side by side.

    Of all that began before a session, the one that ends last tells whether any is still going on.
    """
    last: dict[tuple[str, str, bool], FileFacts] = {}
    for file in in_order(together.files):
        if not (file.sound and file.started and file.ended):
            continue
        for measured in (False,) if file.measured else (False, True):
            other = last.get((file.author, file.project, measured))
            if other and other.ended and other.ended - file.started > _MINUTE:
                message = f"began before {other.path} ended, a session of the same author and project"
                hint = "put the times right, or give both their `author`"
                yield warning("overlap", file.locate("started"), message, hint)
                break
        own = (file.author, file.project, file.measured)
        if own not in last or file.ended > (last[own].ended or file.ended):
            last[own] = file


RULES = (
    Rule("times", Severity.ERROR, "times are in order and inside the session", check_times),
    Rule("zone", Severity.WARNING, "an offset is on the right side of summer time", check_zone),
    Rule("future", Severity.ERROR, "no session is still to come", ledger=check_future),
    Rule("overlap", Severity.WARNING, "an author is in one session of a project at a time", ledger=check_overlaps),
)
