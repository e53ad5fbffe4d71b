"""Transcripts of this machine read for a command, and what was wrong with them."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sitegen.cli.ledgers import plural
from sitegen.cli.progress import reading_progress
from sitegen.errors import Location, Problem
from sitegen.ledger import Ledger
from sitegen.store import read_file, session_files
from sitegen.transcripts import History, find_transcript_folders, read_history
from sitegen.transcripts.history import severity_of

RULE = "transcript-damaged"


def read_transcripts(folders: Sequence[Path]) -> History:
    """All transcripts in these folders; without any, in the usual places."""
    found = find_transcript_folders(folders, os.environ, Path.home())
    with reading_progress() as progress:
        return read_history(found, progress=progress)


def unread_files(ledger: Ledger) -> dict[str, bytes]:
    """The files of the ledger that are no sessions, by path; empty where not even the bytes could be read."""
    read = {session.path for session in ledger.sessions}
    found = {path: read_file(ledger.root, path) for path in session_files(ledger.root) if path not in read}
    return {path: raw if isinstance(raw, bytes) else b"" for path, raw in found.items()}


def damage_problems(history: History) -> tuple[Problem, ...]:
    """The damaged lines of the transcripts by name; of each kind the first ones, and how many more there are."""
    named = tuple(
        Problem(RULE, damage.severity, Location(damage.path, damage.line), damage.message) for damage in history.damages
    )
    told = Counter(damage.kind for damage in history.damages)
    more = {kind: number - told[kind] for kind, number in history.damage_counts.items() if number > told[kind]}
    rest = (
        Problem(RULE, severity_of(kind), Location("transcripts"), f"{plural(number, 'more line')}: {kind}")
        for kind, number in sorted(more.items())
    )
    return (*named, *rest)
