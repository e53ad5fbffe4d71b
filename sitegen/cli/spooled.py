"""What waits in the spool, brought into the ledger by the next command that writes.

Importing twice changes nothing, so a note may be taken up as often as need be. It goes away only when its
transcript was read to the end and had stopped growing: Claude Code writes transcripts late.
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import typer

from sitegen.cli.kept import take_kept
from sitegen.cli.ledgers import carry_out_anew, ledger_root, plural, read_template, tell
from sitegen.cli.reading import read_transcripts, unread_files
from sitegen.cli.waiting import due_here
from sitegen.errors import ProblemError, Severity
from sitegen.hooks.waiting import Extent, Step, Waiting, extent_of, is_settled
from sitegen.importing import Plan, plan_import
from sitegen.ledger import Ledger, load_ledger
from sitegen.spool import Entry, drop, keep_again, spool_folder, sweep
from sitegen.store import locked
from sitegen.store.locking import TIMEOUT
from sitegen.templates import DEFAULT
from sitegen.transcripts import History, find_transcript_folders

LOCK_PATIENCE = 60.0
"""Seconds that a process nobody waits for waits for the ledger's lock."""


def take_spooled(context: typer.Context, patience: float = TIMEOUT) -> None:
    """What waits in the spool: rows of responses, and sessions that hooks told of and nobody has imported.

    For every command that writes, before it opens the ledger. It never ends the command: what cannot be written
    is told and waits on. `patience` is how many seconds it waits for the ledger's lock.
    """
    root = ledger_root(context)
    take_kept(root, patience)
    if any(step is not Step.WAIT for _, _, step in due_here(root)):
        try:
            with locked(root, patience):
                _take(root)
        except ProblemError as exc:
            for problem in exc.problems:
                tell(str(problem))


def _take(root: Path) -> None:
    """Under the ledger's lock: another command may have taken some of them meanwhile."""
    sweep(spool_folder(os.environ, Path.home()), time.time())
    reading: list[tuple[Waiting, Extent]] = []
    for waiting, extent, step in due_here(root):
        if step is Step.DROP:
            _forget(waiting.notes)
        elif step is Step.READ and extent is not None:
            reading.append((waiting, extent))
    if not reading:
        return
    ledger = load_ledger(root)
    history = read_transcripts(_folders(waiting for waiting, _ in reading))
    missed = _import(ledger, history, frozenset().union(*(waiting.names for waiting, _ in reading)))
    for waiting, before in reading:
        if waiting.names.isdisjoint(missed) and not _is_unreadable(waiting.transcript, history):
            _settle(waiting, before)


def _folders(found: Iterable[Waiting]) -> tuple[Path, ...]:
    """The usual folders and those of these transcripts, all of them: a response may stand in several sessions."""
    own = {waiting.transcript.parent.parent for waiting in found}
    try:
        usual = find_transcript_folders([], os.environ, Path.home())
    except ProblemError:
        usual = ()
    return tuple(sorted(own | set(usual)))


def _import(ledger: Ledger, history: History, names: frozenset[str]) -> frozenset[str]:
    """Imports the sessions of these names; of those that have a transcript the ones that could not be written."""
    template = read_template(ledger.root, DEFAULT)

    def plan_for(current: Ledger) -> Plan:
        return plan_import(current, history.sessions, template, lambda agent: agent.id in names, unread_files(current))

    plan, problems = carry_out_anew(ledger, plan_for)
    if plan.changes:
        tell(f"hooks told of ended sessions: {plural(plan.created, 'new file')}, {plan.refreshed:,} refreshed")
    for problem in problems:
        tell(str(problem))
    refused = {problem.location.path for problem in problems if problem.severity is Severity.ERROR}
    after = load_ledger(ledger.root) if plan.changes else ledger
    written = {
        name for file in after.sessions if file.source and file.path not in refused for name in file.source.sessions
    }
    return frozenset(agent.id for agent in history.sessions if agent.id in names - written)


def _is_unreadable(transcript: Path, history: History) -> bool:
    return "unreadable-file" in history.file_damage_counts.get(os.path.realpath(transcript), ())


def _settle(waiting: Waiting, before: Extent) -> None:
    """Forgets a session that is imported whole; of any other remembers how much of it was there to be read."""
    now = extent_of(waiting.transcript)
    if waiting.ended and now == before and is_settled(waiting, now, time.time()):
        _forget(waiting.notes)
        return
    last = waiting.notes[-1]
    with suppress(OSError):  # not remembered: it is read again
        keep_again(last, {**last.content, "read": before.size})
        _forget(waiting.notes[:-1])


def _forget(notes: Iterable[Entry]) -> None:
    for note in notes:
        with suppress(OSError):  # it stays, and is imported again to no effect
            drop(note)
