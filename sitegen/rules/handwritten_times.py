"""Rules about times written by hand: start, end and duration agree, rows lie between, zones are those of the day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sitegen.display import hours_minutes
from sitegen.errors import Problem, Severity, error, warning
from sitegen.handwritten.account import Account, account_of, row_times
from sitegen.handwritten.clocks import Clocks
from sitegen.handwritten.figures import UsageLine
from sitegen.handwritten.moments import Moment
from sitegen.handwritten.values import Text
from sitegen.handwritten.zones import in_force_instead
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def check_times(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    if problem := _end_before_start(account):
        yield problem
    else:
        yield from _check_rows(account)


def _end_before_start(account: Account) -> Problem | None:
    clocks = account.clocks
    elapsed, text = clocks.elapsed, clocks.end_text
    if elapsed is None or elapsed >= timedelta() or text is None or clocks.start is None or clocks.end is None:
        return None
    borrowed = f"; the end has no zone and is read with that of the start, {_offset(clocks.start)}"
    message = f"the end is {_hours(-elapsed)} before the start{borrowed if clocks.borrowed else ''}"
    return error("times", account.place(text.place), message, _about_dates(clocks))


def _about_dates(clocks: Clocks) -> str:
    """Whether the duration is right once the dates are left aside: then one of them is wrong."""
    start, end, stated = clocks.start, clocks.end, clocks.stated
    if start is None or end is None:
        return ""
    plain = (datetime.combine(start, end.time()) - datetime.combine(start, start.time())) % _DAY
    if stated is not None and clocks.duration_text and abs(stated.length - plain) < _MINUTE:
        day = (start.replace(tzinfo=None) + plain).date()
        told = clocks.duration_text.text
        return f"the duration {told} is the difference of the clock times without the dates: is the end on {day}?"
    return "look at the dates and at the zones"


def _check_rows(account: Account) -> Iterator[Problem]:
    """Rows in the order of their times, inside the session."""
    previous: datetime | None = None
    for row, at in zip(account.figures.rows, row_times(account), strict=True):
        if at is None:
            continue
        if previous is not None and at < previous:
            message = f"this row is at {row.time.text}, before the row above it at {previous:%H:%M}"
            yield error("times", account.place(row.time.place), message, "rows stand in the order of their times")
        elif (problem := _outside(account, row, at)) is not None:
            yield problem
        previous = at


def _outside(account: Account, row: UsageLine, at: datetime) -> Problem | None:
    clocks = account.clocks
    start, end = clocks.start, clocks.end
    place = account.place(row.time.place)
    if start and at < start.replace(second=0):
        message = f"this row is at {row.time.text}, before the session began at {start:%H:%M}"
        return error("times", place, message, "put the row's time or the start right")
    if end and at > end:
        message = f"this row is at {row.time.text}, after the session ended at {end:%H:%M}"
        return error("times", place, message, "put the row's time or the end right")
    return None


def check_duration(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    clocks = account.clocks
    stated, text, elapsed = clocks.stated, clocks.duration_text, clocks.elapsed
    if stated is None or text is None or elapsed is None or elapsed < timedelta():
        return  # an end before the start has been told
    off = abs(stated.length - elapsed)
    if off >= _MINUTE and off > stated.step / 2:
        message = f"stated {text.text}, from start to end it is {_hours(elapsed)}"
        expected = hours_minutes(elapsed)
        yield error(
            "duration", account.place(text.place), message, _about_off(clocks), stated=text.text, expected=expected
        )


def _about_off(clocks: Clocks) -> str:
    start, end, stated, elapsed = clocks.start, clocks.end, clocks.stated, clocks.elapsed
    if start is None or end is None or stated is None or elapsed is None:
        return ""
    by_clock = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    if by_clock != elapsed and abs(stated.length - by_clock) < _MINUTE:
        way = "forward" if by_clock > elapsed else "back"
        return f"the clocks were put {way} in between; write {hours_minutes(elapsed)}"
    off = abs(stated.length - elapsed)
    if off == timedelta(hours=1):
        return "just one hour: is one of the times in another zone?"
    if off == timedelta(hours=12):
        return "just twelve hours: is one of the times in the afternoon?"
    return f"write {hours_minutes(elapsed)}, or put the start or the end right"


def check_zones(session: Session, settings: Settings) -> Iterator[Problem]:
    """A zone of winter in summer, or the other way round; or one beside an offset that it does not have."""
    account = account_of(session, settings)
    if account is None:
        return
    clocks = account.clocks
    for moment, text in ((clocks.first, clocks.start_text), (clocks.last, clocks.end_text)):
        if text is not None and (problem := _wrong_zone(account, moment, text)):
            yield problem


def _wrong_zone(account: Account, moment: Moment, text: Text) -> Problem | None:
    day = moment.day or account.clocks.day
    if day is None or moment.clock is None:
        return None
    at = datetime.combine(day, moment.clock)
    instead = in_force_instead(moment.zone, at, account.settings.zone)
    if instead is None:
        return None
    right = f"{instead.abbreviation} {_signed(instead.offset)}"
    said = moment.zone if moment.offset is None else f"{moment.zone} {_signed(moment.offset)}"
    message = f"`{said}` is the wrong zone on {day}: it is {right} then"
    hint = f"write {right}; or the offset alone, if the clock was set to it"
    return warning("zone", account.place(text.place), message, hint, stated=said, expected=right)


def _hours(span: timedelta) -> str:
    """`7 h 5 min`, so that no length of time looks like a time of day."""
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))


def _offset(at: datetime) -> str:
    return _signed(at.utcoffset() or timedelta())


def _signed(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes = int(abs(offset).total_seconds()) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


RULES = (
    Rule(
        "times",
        Severity.ERROR,
        "a session written by hand ends after it began, and its rows lie between, in order",
        check_times,
        notes=True,
    ),
    Rule(
        "duration",
        Severity.ERROR,
        "a duration written by hand is the time from start to end",
        check_duration,
        notes=True,
    ),
    Rule("zone", Severity.WARNING, "a time zone written by hand is in force on that day", check_zones, notes=True),
)
