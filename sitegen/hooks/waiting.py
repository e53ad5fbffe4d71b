"""Which sessions that hooks told of are to be imported now, which later, and which notes are not needed any more."""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from sitegen.hooks.keeping import END, EVENTS
from sitegen.spool import Entry, entries

SETTLED = 2.0
"""Seconds without a write after which the transcript of an ended session is whole."""
SILENT = 3600.0
"""Seconds without a write after which a session that nobody ended is taken for one that crashed."""
GIVEN_UP = 24 * 3600.0
"""As SILENT; from then on its note is not needed any more."""
NEVER_WRITTEN = 30 * 24 * 3600.0
"""Seconds after which a session that began and left no transcript is forgotten."""
PATIENCE = 30.0
"""Seconds that the process started by a hook waits for transcripts to stop growing."""


class Step(Enum):
    """What is to be done about a session that hooks told of."""

    WAIT = auto()
    READ = auto()
    DROP = auto()


@dataclass(frozen=True, slots=True)
class Extent:
    """Bytes of a transcript with those of its sub-agents, and when it was last written, in seconds since 1970."""

    size: int
    written: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """One session that hooks told of, in notes from old to new. It runs on where the last one tells of a start.

    `told` is the time of the last note in seconds since 1970; `read` the size at which it was imported, if it was.
    """

    session: str
    transcript: Path
    notes: tuple[Entry, ...]
    ended: bool
    told: float
    read: int | None = None

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.session, self.transcript.stem))


def waiting_sessions(notes: Iterable[Entry]) -> tuple[Waiting, ...]:
    """By session, in the order in which they were first told of."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for note in notes:
        session, transcript = note.content.get("session"), note.content.get("transcript")
        if note.kind in EVENTS and isinstance(session, str) and isinstance(transcript, str):
            groups.setdefault((session, transcript), []).append(note)
    return tuple(_waiting(session, transcript, notes) for (session, transcript), notes in groups.items())


def _waiting(session: str, transcript: str, notes: Sequence[Entry]) -> Waiting:
    sizes = [size for note in notes if isinstance(size := note.content.get("read"), int)]
    digits = notes[-1].path.name.partition("-")[0]
    told = float(digits) / 1e9 if digits.isdecimal() else 0.0
    return Waiting(session, Path(transcript), tuple(notes), notes[-1].kind == END, told, max(sizes) if sizes else None)


def step_for(waiting: Waiting, extent: Extent | None, now: float) -> Step:
    """`extent` is None where there is no transcript: not yet, never, or not any more."""
    if extent is None:
        return Step.DROP if now - waiting.told > (SILENT if waiting.ended else NEVER_WRITTEN) else Step.WAIT
    silence = now - extent.written
    if waiting.ended and waiting.read == extent.size:
        return Step.DROP if is_settled(waiting, extent, now) else Step.WAIT
    if waiting.ended:
        return Step.READ
    if waiting.read == extent.size:
        return Step.DROP if silence > GIVEN_UP else Step.WAIT
    return Step.READ if silence > SILENT else Step.WAIT


def extent_of(transcript: Path) -> Extent | None:
    try:
        found = [transcript.stat()]
    except (OSError, ValueError):
        return None
    for folder, _, names in os.walk(transcript.with_suffix("")):
        for name in names:
            if name.endswith(".jsonl"):
                with suppress(OSError):
                    found.append(os.lstat(os.path.join(folder, name)))  # noqa: PTH118
    return Extent(sum(status.st_size for status in found), max(status.st_mtime for status in found))


def is_settled(waiting: Waiting, extent: Extent | None, now: float) -> bool:
    """Whether what Claude Code had still to write when its hook was called is written by all appearances."""
    return extent is not None and now - max(extent.written, waiting.told) >= SETTLED


def due_sessions(folder: Path, root: Path, now: float) -> list[tuple[Waiting, Extent | None, Step]]:
    """Every session that hooks told of to this ledger, with what is to be done `now`."""
    found = [(waiting, extent_of(waiting.transcript)) for waiting in waiting_sessions(entries(folder, root))]
    return [(waiting, extent, _step(waiting, extent, now)) for waiting, extent in found]


def _step(waiting: Waiting, extent: Extent | None, now: float) -> Step:
    """Nothing is read for the sake of a transcript that cannot be."""
    unreadable = extent is not None and not os.access(waiting.transcript, os.R_OK)
    return Step.WAIT if unreadable else step_for(waiting, extent, now)


def wait_until_written(folder: Path, root: Path) -> bool:
    """Waits until the transcripts of ended sessions have stopped growing, `PATIENCE` at most. Whether there is
    anything to be done then: another process may have done it.
    """
    until = time.monotonic() + PATIENCE
    while (due := due_sessions(folder, root, time.time())) and time.monotonic() < until:
        if all(is_settled(waiting, extent, time.time()) for waiting, extent, _ in due if waiting.ended):
            break
        time.sleep(0.2)
    return any(step is not Step.WAIT for _, _, step in due)
