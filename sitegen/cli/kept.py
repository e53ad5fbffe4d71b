"""Responses whose rows could not be written when they came: they wait in the spool, and go in exactly once.

A note is dropped only when its row is seen in the file. Whoever is killed between the two leaves a note of a
response that the ledger has, and such a one adds nothing.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sitegen.cli.ledgers import carry_out_anew, plural, tell
from sitegen.entering import LoggedResponse, add_kept_responses, response_in, responses_in
from sitegen.errors import Location, Problem, ProblemError, warning
from sitegen.ledger import load_ledger, load_session
from sitegen.spool import Entry, drop, entries, keep, spool_folder
from sitegen.store import locked
from sitegen.store.locking import TIMEOUT

KIND = "response"


def keep_response(root: Path, logged: LoggedResponse) -> Entry:
    """Raises OSError."""
    content = logged.to_content()
    path = keep(spool_folder(os.environ, Path.home()), KIND, root, content)
    return Entry(path, KIND, root, content)


def take_kept(root: Path, patience: float = TIMEOUT) -> None:
    """Every response that waits for this ledger as a row of its session. What cannot go in is told, and waits on.

    For every command that writes, before it reads the ledger. `patience`: seconds to wait for the lock.
    """
    if not _waiting(root):
        return
    try:
        with locked(root, patience):
            waiting = _waiting(root)  # another command may have taken some of them meanwhile
            problems = enter_responses(root, [logged for _, logged in waiting])
            number = _drop_entered(root, waiting)
    except ProblemError as exc:
        problems, number = exc.problems, 0
    if number:
        tell(f"logged {plural(number, 'response')} that waited")
    for problem in problems:
        tell(str(problem))


def enter_responses(root: Path, responses: Sequence[LoggedResponse]) -> tuple[Problem, ...]:
    """Writes their rows, each once; what cannot be written is a problem. Takes the ledger's lock."""
    with locked(root):
        _, problems = carry_out_anew(load_ledger(root), lambda current: add_kept_responses(current, responses))
    return problems


def is_entered(root: Path, logged: LoggedResponse) -> bool:
    """Whether the file on the disk has its row."""
    session, _ = load_session(root, logged.path)
    return session is not None and any(row.response == logged.response for row in session.rows)


def _waiting(root: Path) -> list[tuple[Entry, LoggedResponse]]:
    found = [entry for entry in entries(spool_folder(os.environ, Path.home()), root) if entry.kind == KIND]
    read = [(entry, response_in(entry.content)) for entry in found]
    for entry, logged in read:
        if logged is None:
            place = Location(str(entry.path))
            tell(str(warning("not-logged", place, "a response that waits here cannot be read", "it is left alone")))
    return [(entry, logged) for entry, logged in read if logged is not None]


def _drop_entered(root: Path, waiting: Sequence[tuple[Entry, LoggedResponse]]) -> int:
    """How many notes are not needed any more, wherever in the ledger their rows are."""
    known = responses_in(load_ledger(root))
    entered = [entry for entry, logged in waiting if logged.response in known]
    for entry in entered:
        with suppress(OSError):  # it stays, and adds nothing
            drop(entry)
    return len(entered)
