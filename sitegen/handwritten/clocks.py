"""When a session began and ended, as the fields of its body say."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import PurePosixPath

from sitegen.handwritten.figures import Figures
from sitegen.handwritten.moments import NO_MOMENT, Moment, Span, read_moment, read_span
from sitegen.handwritten.numbers import is_unfilled
from sitegen.handwritten.values import Text
from sitegen.handwritten.zones import place_of

DATES = ("date", "session date", "day")
STARTS = ("start time", "start", "started", "session start", "begin", "began")
ENDS = ("end time", "end", "ended", "session end", "finished")
DURATIONS = ("duration", "session duration", "total duration", "length")
_NAMED = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = timedelta(days=1)
NO_DAY = date(2000, 1, 1)
"""Stands where no day is known."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`first` and `last` are the ends of a session as written; `start` and `end` are made of them, with a zone.

    They are None without a time. Where no day is known either they are on an arbitrary one: only their difference
    counts then, and `day` is None. `dated`: both ends say their day, so that an end before the start is a mistake
    and no midnight. `borrowed`: the end names no zone, and is read with that of the start.
    """

    day: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    first: Moment = NO_MOMENT
    last: Moment = NO_MOMENT
    start_text: Text | None = None
    end_text: Text | None = None
    duration_text: Text | None = None
    stated: Span | None = None
    dated: bool = False
    borrowed: bool = False

    @property
    def elapsed(self) -> timedelta | None:
        """From start to end in real time: clocks that are put forward or back in between do not count."""
        if self.start is None or self.end is None:
            return None
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    @property
    def length(self) -> Span | None:
        """How long the session took: as stated, else from start to end to the minute."""
        if self.stated is not None:
            return self.stated
        elapsed = self.elapsed
        return Span(elapsed, timedelta(minutes=1)) if elapsed is not None and elapsed >= timedelta() else None


def read_clocks(figures: Figures, path: str, zone: tzinfo) -> Clocks:
    """`path` is asked for the day where the body does not say it; `zone` is that of times that name none."""
    start_text = _filled(figures, *STARTS) or _filled(figures, "time")
    end_text = _filled(figures, *ENDS)
    duration_text = _filled(figures, *DURATIONS)
    first = read_moment(start_text.text) if start_text else NO_MOMENT
    last = read_moment(end_text.text) if end_text else NO_MOMENT
    day = _day(figures, path, first)
    start = _instant(first, day, zone)
    says_zone = first.offset is not None or first.zone != ""
    borrowed = last.clock is not None and last.offset is None and not last.zone and says_zone
    ended = replace(last, offset=first.offset, zone=first.zone) if borrowed else last
    dated = last.day is not None and first.clock is not None and (first.day or day) is not None
    return Clocks(
        day=day,
        start=start,
        end=_end(ended, first.day or day, start, zone),
        first=first,
        last=last,
        start_text=start_text,
        end_text=end_text,
        duration_text=duration_text,
        stated=read_span(duration_text) if duration_text else None,
        dated=dated,
        borrowed=borrowed,
    )


def _filled(figures: Figures, *names: str) -> Text | None:
    text = figures.field(*names)
    return None if text is None or not text.text or is_unfilled(text.text) else text


def _day(figures: Figures, path: str, first: Moment) -> date | None:
    stated = _filled(figures, *DATES)
    named = _NAMED.match(PurePosixPath(path).stem)
    texts = [*([stated.text] if stated else ()), *([named[0]] if named else ())]
    days = (read_moment(text).day for text in texts)
    return first.day or next((day for day in days if day is not None), None)


def _instant(moment: Moment, day: date | None, zone: tzinfo) -> datetime | None:
    if moment.clock is None:
        return None
    on = moment.day or day or NO_DAY
    place = place_of(moment.zone) or zone
    return datetime.combine(on, moment.clock, place if moment.offset is None else timezone(moment.offset))


def _end(last: Moment, day: date | None, start: datetime | None, zone: tzinfo) -> datetime | None:
    """Without a day of its own it is the first such time after the start."""
    end = _instant(last, day, zone)
    if end is None or last.day is not None:
        return end
    over_midnight = start is not None and end < start
    return end + _DAY if last.next_day or over_midnight else end


def noon(day: date, zone: tzinfo) -> datetime:
    """A time on that day for what depends on the day alone."""
    return datetime.combine(day, time(12), zone)
