"""Rules about times: each session ends after it began, and its rows lie between, in order."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sitegen.display import hours_minutes
from sitegen.errors import Problem, error
from sitegen.ledger import Ledger
from sitegen.session import Session


def check_times(ledger: Ledger) -> Iterator[Problem]:
    for session in ledger.sound:
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
        place = session.locate("usage", index, "time")
        shown = row.at.strftime("%Y-%m-%d %H:%M")
        if first and row.at < first:
            message = f"usage row {index + 1} is at {shown}, before the session began at {first:%Y-%m-%d %H:%M}"
            yield error("times", place, message, "a row after midnight has its date: '2026-02-12 00:10'")
        elif session.ended and row.at > session.ended:
            end = session.ended.astimezone(row.at.tzinfo)
            message = f"usage row {index + 1} is at {shown}, after the session ended at {end:%Y-%m-%d %H:%M}"
            yield error("times", place, message, "put the row's time or `ended` right")
        elif previous and row.at < previous:
            message = f"usage row {index + 1} is at {shown}, before the row above it at {previous:%H:%M}"
            yield error("times", place, message, "rows stand in the order of their times")
        previous = row.at
