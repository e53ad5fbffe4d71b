"""Rules about times: each session ends after it began, and its rows lie between, in order."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sitegen.display import hours_minutes
from sitegen.errors import Problem, Severity, error
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings


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
            yield _misplaced(session, index, row.at, message, "rows stand in the order of their times")
        previous = row.at


def _misplaced(session: Session, index: int, at: datetime, message: str, hint: str) -> Problem:
    place = session.locate("usage", index, "time")
    return error("times", place, f"usage row {index + 1} is at {at:%Y-%m-%d %H:%M}, {message}", hint)


RULES = (Rule("times", Severity.ERROR, "times are in order and inside the session", check_times),)
