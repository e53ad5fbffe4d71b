"""One writer at a time for a ledger. Editors take no lock: whoever writes compares with what was read."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.store.files import FOLDER

APPLICATION = "sessions-daybook"
TIMEOUT = 10.0
"""Seconds."""
STALE_AFTER = 3600.0
"""Seconds after which a temporary file is taken for one of a command that was killed."""
TEMPORARY = re.compile(r"\..*\.[0-9]+\.[0-9a-f]{8}\.tmp")


@contextmanager
def locked(root: Path, timeout: float = TIMEOUT) -> Iterator[None]:
    """Holds the ledger's lock; inside another `locked` of the same ledger it costs next to nothing.

    The lock lies in the user's state folder (`XDG_STATE_HOME`), so it works in a read-only ledger and is not
    synced; the system frees it when its holder dies. ProblemError if it is still busy after `timeout` seconds,
    or if the state folder cannot be written to.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  # 80 ms that only writing commands need

    path = lock_path(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, is_singleton=True)
        is_outermost = not lock.is_locked
        lock.acquire(timeout=timeout)
    except Timeout:
        raise ProblemError(_busy(path, timeout)) from None
    except OSError as fault:
        hint = "set XDG_STATE_HOME to a folder that you can write to"
        message = f"cannot lock the ledger: {fault.strerror or fault}"
        raise ProblemError(error("io", Location(str(path)), message, hint)) from None
    try:
        if is_outermost:
            sweep(root)
        yield
    finally:
        lock.release()


def lock_path(root: Path) -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415  # as filelock

    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()
    return user_state_path(APPLICATION, appauthor=False) / f"{name}.lock"


def _busy(path: Path, timeout: float) -> Problem:
    message = f"another `sessions` command is writing to this ledger, waited {timeout:g} s"
    return error("lock-busy", Location("sessions"), message, f"run it again; the lock is {path}")


def sweep(root: Path) -> None:
    """Takes away temporary files that killed commands left behind."""
    oldest = time.time() - STALE_AFTER
    for folder in (root, *(Path(path) for path, _, _ in os.walk(root / FOLDER))):
        for entry in _temporary_files(folder):
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_mtime < oldest:
                    Path(entry).unlink()


def _temporary_files(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        return [entry for entry in os.scandir(folder) if TEMPORARY.fullmatch(entry.name)]
    except OSError:
        return []
