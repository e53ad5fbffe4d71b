"""Which transcripts Claude Code is about to delete: it keeps them `cleanupPeriodDays`, 30 unless set otherwise."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

KEY = "cleanupPeriodDays"
DEFAULT_DAYS = 30
SOON = timedelta(days=30)
"""Only what is deleted within this time is worth a warning."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A session's own transcript. `written` is when it was last written, in seconds since 1970."""

    session: str
    written: float


@dataclass(frozen=True, slots=True)
class Endangered:
    """How many transcripts are deleted soon, and the day on which the first of them is: may be over already."""

    number: int
    first: date


def settings_files(config: Path, root: Path) -> tuple[Path, ...]:
    """The settings that hold for a session in `root`, those that override others first."""
    return root / ".claude" / "settings.local.json", root / ".claude" / "settings.json", config / "settings.json"


def kept_days(files: Sequence[Path]) -> int:
    """What the first file that sets it says; Claude Code refuses what is no whole number from 1."""
    for file in files:
        try:
            settings = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError):
            continue
        days = settings.get(KEY) if isinstance(settings, dict) else None
        if type(days) is int and days >= 1:
            return days
    return DEFAULT_DAYS


def endangered(
    transcripts: Iterable[Transcript], known: Collection[str], days: int, now: datetime, zone: tzinfo
) -> Endangered | None:
    """Those of sessions not `known` to the ledger that are deleted soon; None if there are none."""
    horizon = (now + SOON).timestamp() - days * 86_400
    written = [each.written for each in transcripts if each.session not in known and each.written < horizon]
    if not written:
        return None
    last_day = datetime.fromtimestamp(min(written), zone) + timedelta(days=days)
    return Endangered(len(written), last_day.date())
