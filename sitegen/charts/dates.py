"""Days, weeks and months as a chart counts and names them."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from sitegen.rollups import NO_KEY, week_of

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BUCKET_OF: Mapping[str, Callable[[date], str]] = {
    "day": date.isoformat,
    "week": week_of,
    "month": lambda day: day.isoformat()[:7],
}
"""By unit: the name of the bucket a day falls into. They sort as they follow each other."""
_DAYS_UNTIL_WEEKS = 21
_DAYS_UNTIL_MONTHS = 70
_MOST_BUCKETS = 120
_LEAST_DAYS = {"day": 1, "week": 7, "month": 28}


def unit_for(first: date, last: date) -> str:
    span = (last - first).days
    return "day" if span < _DAYS_UNTIL_WEEKS else "week" if span < _DAYS_UNTIL_MONTHS else "month"


def buckets_of(unit: str, days: Sequence[date], used: Iterable[str]) -> tuple[str, ...]:
    """All from the first day to the last; only the used ones where that would be too many."""
    steps = (days[-1] - days[0]).days
    if steps // _LEAST_DAYS[unit] > _MOST_BUCKETS:
        return tuple(sorted(used))
    span = (days[0] + timedelta(days=number) for number in range(steps + 1))
    return tuple(dict.fromkeys(map(BUCKET_OF[unit], span)))


def ends(unit: str, day: date) -> bool:
    """Whether its week or month ends with this day. A day is taken as whole."""
    if unit == "week":
        return day.isoweekday() == 7
    return unit == "day" or day.day == monthrange(day.year, day.month)[1]


def bucket_label(bucket: str, unit: str) -> str:
    """`Feb 2026`, `11 Feb`, `9 Feb` for the Monday of a week."""
    if bucket == NO_KEY:
        return bucket
    if unit == "month":
        return f"{MONTHS[int(bucket[5:]) - 1]} {bucket[:4]}"
    day = _first_day(bucket, unit)
    return f"{day.day} {MONTHS[day.month - 1]}"


def bucket_words(bucket: str, unit: str) -> str:
    """`Feb 2026`, `11 Feb 2026`, `week of 9 Feb 2026`."""
    if bucket == NO_KEY or unit == "month":
        return bucket_label(bucket, unit)
    return f"{'week of ' if unit == 'week' else ''}{day_words(_first_day(bucket, unit))}"


def day_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _first_day(bucket: str, unit: str) -> date:
    if unit == "week":
        return date.fromisocalendar(int(bucket[:4]), int(bucket[6:]), 1)
    return date.fromisoformat(bucket)
