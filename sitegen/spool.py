"""The spool: notes to a later command of what it has still to write into a ledger.

Each is one file of JSON in the user's own state folder, put there whole or not at all. A hook that must be done in
a moment keeps one, and so does a command whose row could not be written. Only the standard library is imported,
and of that only what starts quickly: a hook goes by texts (`keep_at`) and leaves even `pathlib` alone.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "SESSIONS_SPOOL"
SCHEMA = 1
STALE_AFTER = 3600.0
"""Seconds after which a temporary file is taken for one of a command that was killed."""
_ENDING = ".json"
_TEMPORARY = ".tmp"
_LARGEST = 16_000_000
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOREIGN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES}


class Entry(NamedTuple):
    """One note. `root` is the ledger it is for, as an absolute path without links."""

    path: Path
    kind: str
    root: Path
    content: Mapping[str, Any]


def spool_folder(environ: Mapping[str, str], home: Path) -> Path:
    """`$SESSIONS_SPOOL`, else a folder in the system's place for a user's state. It need not exist."""
    return home / spool_place(environ, str(home))


def spool_place(environ: Mapping[str, str], home: str) -> str:
    """As `spool_folder`, by its text."""
    if own := environ.get(VARIABLE):
        return os.path.abspath(own)  # links that the user has set stay
    state = environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(state):  # a relative one is not valid, as its standard says
        base = state
    elif sys.platform == "darwin":
        base = f"{home}/Library/Application Support"
    else:
        base = f"{home}/.local/state"
    return f"{base}/sessions-daybook/spool"


def keep(folder: Path, kind: str, root: Path | None, content: Mapping[str, Any]) -> Path:
    """Puts a note into the spool, for its user alone; `content` is what JSON can hold. Raises OSError.

    The names sort by time. A note for no ledger (`root` is None) is found by nobody but a person.
    """
    return folder / keep_at(str(folder), kind, root, content)


def keep_at(folder: str, kind: str, root: str | Path | None, content: Mapping[str, Any]) -> str:
    """As `keep`, by texts."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = f"{folder}/{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}.{kind}{_ENDING}"
    _write(path, kind, root, content)
    return path


def keep_again(entry: Entry, content: Mapping[str, Any]) -> Entry:
    """The note with another content in the same place. Raises OSError; then the old one stands."""
    _write(str(entry.path), entry.kind, entry.root, content)
    return entry._replace(content=content)


def entries(folder: Path, root: Path) -> tuple[Entry, ...]:
    """The notes for this ledger, oldest first. What is torn, foreign or for another ledger is passed over."""
    wanted = root.resolve()
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    found = (_read(folder / name) for name in names if name.endswith(_ENDING) and not name.startswith("."))
    return tuple(entry for entry in found if entry is not None and entry.root == wanted)


def drop(entry: Entry) -> None:
    """Takes the note away; that it is gone already is fine."""
    entry.path.unlink(missing_ok=True)


def sweep(folder: Path, now: float) -> None:
    """Takes away temporary files that killed commands left behind. `now` in seconds since 1970."""
    try:
        left = [item for item in os.scandir(folder) if item.name.startswith(".") and item.name.endswith(_TEMPORARY)]
    except OSError:
        return
    for item in left:
        try:
            if item.stat(follow_symlinks=False).st_mtime < now - STALE_AFTER:
                os.unlink(item.path)
        except OSError:
            continue


def _write(path: str, kind: str, root: str | Path | None, content: Mapping[str, Any]) -> None:
    place = None if root is None else os.path.realpath(root)
    whole = {"schema": SCHEMA, "kind": kind, "root": place, "content": dict(content)}
    # Escapes keep file names that are no UTF-8: a half of a character comes back as it went.
    raw = json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    folder, _, name = path.rpartition("/")
    temporary = f"{folder}/.{name}.{os.urandom(4).hex()}{_TEMPORARY}"
    try:
        _write_through(temporary, raw)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _flush_folder(folder)


def _write_through(path: str, raw: bytes) -> None:
    descriptor = os.open(path, _NEW, 0o600)
    try:
        rest = memoryview(raw)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: str) -> None:
    """Makes the new name last. Some file systems cannot; the file itself is whole in any case."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as fault:
        if fault.errno not in _NO_FOLDER_SYNC:
            raise


def _read(path: Path) -> Entry | None:
    from pathlib import Path  # noqa: PLC0415  # no hook reads

    try:
        whole = json.loads(_bytes_of(path))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA:
        return None
    kind, root, content = whole.get("kind"), whole.get("root"), whole.get("content")
    if isinstance(kind, str) and isinstance(root, str) and root and isinstance(content, dict):
        return Entry(path, kind, Path(root), content)
    return None


def _bytes_of(path: Path) -> bytes:
    """Of a plain file; a link, a pipe or a device is not opened or not read, so that nobody waits for it."""
    descriptor = os.open(path, _FOREIGN)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(_LARGEST + 1)
    finally:
        os.close(descriptor)
