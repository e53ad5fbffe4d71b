"""Abbreviations of time zones that tell summer from winter."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_PLACES = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "MDT": "America/Denver",
    "CST": "America/Chicago", "CDT": "America/Chicago",
    "EST": "America/New_York", "EDT": "America/New_York",
    "AKST": "America/Anchorage", "AKDT": "America/Anchorage",
    "BST": "Europe/London",
    "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon",
    "CET": "Europe/Berlin", "CEST": "Europe/Berlin",
    "EET": "Europe/Helsinki", "EEST": "Europe/Helsinki",
    "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
    "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InForce:
    """What a place has on a day: the abbreviation and the offset from UTC."""

    abbreviation: str
    offset: timedelta


def place_of(abbreviation: str) -> tzinfo | None:
    """The place that an abbreviation is usually said of."""
    return ZoneInfo(_PLACES[abbreviation]) if abbreviation in _PLACES else None


def in_force_instead(abbreviation: str, at: datetime, zone: tzinfo) -> InForce | None:
    """What holds at that local time where the abbreviation does not; None where it does, or nobody can tell.

    `zone` is that of the ledger: it may use the abbreviation all the year.
    """
    place = place_of(abbreviation)
    local = at.replace(tzinfo=None)
    if place is None or local.replace(tzinfo=zone).tzname() == abbreviation:
        return None
    there = local.replace(tzinfo=place)
    name, offset = there.tzname(), there.utcoffset()
    return InForce(name, offset) if name and name != abbreviation and offset is not None else None
