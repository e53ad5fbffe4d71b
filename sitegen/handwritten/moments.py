"""Dates, clock times and lengths of time as people write them."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from sitegen.handwritten.values import LONGEST, Text
from sitegen.schema import YEARS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", re.ASCII)
_DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?[ .-]+([A-Za-z]{3,9})\.?,?[ -]+(\d{4})\b", re.ASCII)
_MONTH_DAY = re.compile(r"\b([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})\b", re.ASCII)
_CLOCK = re.compile(
    r"(?<![\d:.+\-−])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?![\d:])\s*([AaPp]\.?[Mm]\.?(?![a-z]))?", re.ASCII
)
_OFFSET = re.compile(r"(?:(?<=\d)|(?<=\s)|(?<=[A-Z]))([+\-−])(\d{2})(?::?(\d{2}))?\s*$|(?<=\d)Z\s*$", re.ASCII)
_ABBREVIATION = re.compile(r"(?<![A-Za-z])([A-Z]{2,5})(?![A-Za-z])", re.ASCII)
_NEXT_DAY = re.compile(r"(?:\s|\()\+\s*1(?:\s*d(?:ay)?)?\s*\)?\s*$|\bnext day\b|\bthe day after\b", re.IGNORECASE)
_WORLD = frozenset(("UTC", "GMT"))
_SPAN_CLOCK = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?(?:\s*(?:h|hours?|hrs?))?", re.ASCII | re.IGNORECASE)
_SPAN_PART = re.compile(
    r"\s*(?:(?:and|,)\s*)?(\d{1,6}(?:\.\d{1,4})?)\s*"
    r"(h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|d|days?)(?![a-z])",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text says of a point in time; each part is None or empty where it says nothing.

    `zone` is an abbreviation such as PST. `next_day`: the text says that it is the day after the start.
    """

    day: date | None = None
    clock: time | None = None
    offset: timedelta | None = None
    zone: str = ""
    next_day: bool = False


NO_MOMENT = Moment()


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time. What was meant lies less than `step` above it, or half of that below."""

    length: timedelta
    step: timedelta


def read_moment(text: str) -> Moment:
    if len(text) > LONGEST:
        return NO_MOMENT
    day = _day(text)
    clock = _clock(text)
    next_day = bool(_NEXT_DAY.search(text))
    if clock is None:
        return Moment(day, next_day=next_day)
    zone = next((found for found in _ABBREVIATION.findall(text) if found not in ("AM", "PM", "T", "Z")), "")
    offset = timedelta() if zone in _WORLD else None
    return Moment(day, clock, _offset(_ISO.sub(" ", _NEXT_DAY.sub("", text)), offset), zone, next_day)


def _day(text: str) -> date | None:
    if found := _ISO.search(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_MONTH.search(text):
        return _date(int(found[3]), _month(found[2]), int(found[1]))
    if found := _MONTH_DAY.search(text):
        return _date(int(found[3]), _month(found[1]), int(found[2]))
    return None


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1 if word[:3].lower() in _MONTHS else 0


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    found = _CLOCK.search(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    half = (found[4] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _offset(text: str, otherwise: timedelta | None) -> timedelta | None:
    found = _OFFSET.search(text)
    if not found:
        return otherwise
    if not found[1]:
        return timedelta()
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset > timedelta(hours=15):
        return otherwise
    return offset if found[1] == "+" else -offset


def read_span(text: Text) -> Span | None:
    """`7:05`, `1:09:32`, `7h5m`, `2 hours 15 minutes`, `90 min`, `1.5 h`, `36s`; None for anything else."""
    words = text.text[: LONGEST + 1].strip().lstrip("~≈").strip()
    if found := _SPAN_CLOCK.fullmatch(words):
        return _span_of_clock(int(found[1]), int(found[2]), found[3])
    at, seconds, step = 0, 0.0, 86_400.0
    while part := _SPAN_PART.match(words, at):
        size = _SECONDS[part[2][0].lower()]
        seconds += float(part[1]) * size
        places = len(part[1].partition(".")[2])
        step = min(step, size / 10**places)
        at = part.end()
    if at == 0 or words[at:].strip():
        return None
    return Span(timedelta(seconds=seconds), timedelta(seconds=step))


def _span_of_clock(hours: int, minutes: int, seconds: str | None) -> Span | None:
    if minutes > 59 or int(seconds or 0) > 59:
        return None
    length = timedelta(hours=hours, minutes=minutes, seconds=int(seconds or 0))
    return Span(length, timedelta(seconds=1) if seconds else timedelta(minutes=1))
