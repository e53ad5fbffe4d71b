"""A file saved whole or not at all: temporary file, flush, compare, replace. Same bytes: no write."""

import errno
import os
import secrets
import stat
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.store.files import cannot, location_of, not_plain, outside, read_file
from sitegen.store.locking import locked

TRIES = 3
_NEW_MODE = 0o644
_TEMPORARY_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS = frozenset((errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS))
_NO_FOLDER_SYNC = frozenset((errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES))


def write_file(root: Path, relative: str, new: bytes, *, expected: bytes | None) -> Problem | bool:
    """Writes a file of the ledger: True if it did, False if these bytes stood there already.

    `expected` is what was read before; None says that there must be no such file yet, and none is overwritten.
    A Problem (`file-changed`, `io`, `path-outside`, `lock-busy`) leaves the old file whole and nothing beside it.
    Takes the ledger's lock, unless `locked` holds it already. A hard link to the file is broken by the write.
    """
    try:
        with locked(root):
            return _write_locked(root, relative, new, expected)
    except ProblemError as fault:
        return fault.problems[0]


def update_file(
    root: Path, relative: str, edit: Callable[[bytes], bytes | tuple[Problem, ...]]
) -> bool | tuple[Problem, ...]:
    """Reads, edits and writes under the lock: True if it wrote, False if nothing was to change.

    If someone without a lock changes the file meanwhile, the edit is made anew, three times at most.
    """
    try:
        with locked(root):
            return _update_locked(root, relative, edit)
    except ProblemError as fault:
        return fault.problems


def _update_locked(
    root: Path, relative: str, edit: Callable[[bytes], bytes | tuple[Problem, ...]]
) -> bool | tuple[Problem, ...]:
    changed = _changed(location_of(relative))
    for _ in range(TRIES):
        old = read_file(root, relative)
        if isinstance(old, Problem):
            return (old,)
        new = edit(old)
        if isinstance(new, tuple):
            return new
        result = _write_locked(root, relative, new, old)
        if not isinstance(result, Problem):
            return result
        if result.rule != "file-changed":
            return (result,)
        changed = result
    return (changed,)


def _write_locked(root: Path, relative: str, new: bytes, expected: bytes | None) -> Problem | bool:
    place = location_of(relative)
    target = root.resolve() / relative
    if not _is_inside(root.resolve(), relative):
        return outside(place)
    try:
        return _refused_target(target, place, expected) or _replace_bytes(target, place, new, expected)
    except FileExistsError:
        return _exists(place)
    except OSError as fault:
        return cannot(place, "write", fault)


def _replace_bytes(target: Path, place: Location, new: bytes, expected: bytes | None) -> Problem | bool:
    current = _bytes_of(target)
    if current == new:
        return False
    if current != expected:
        return _changed(place) if expected is not None else _exists(place)
    return _save(target, new, expected) or _changed(place)


def _is_inside(root: Path, relative: str) -> bool:
    """The folder must lie in the ledger when all links are followed; that the file is none is seen later."""
    if ".." in PurePosixPath(relative).parts:
        return False
    try:
        return (root / relative).parent.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _refused_target(target: Path, place: Location, expected: bytes | None) -> Problem | None:
    try:
        mode = target.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return _changed(place) if expected is not None else None
    if not stat.S_ISREG(mode):
        return not_plain(place, mode)
    # `replace` happily overwrites a file that is read-only; for root `os.access` says yes to everything.
    if not mode & 0o222 or not os.access(target, os.W_OK):
        return error("io", place, "the file is read-only", "make it writable, or leave it out")
    return None


def _bytes_of(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _save(target: Path, new: bytes, expected: bytes | None) -> bool:
    """True if the file is there; False if it changed at the last moment. Leaves no temporary file behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = _NEW_MODE if expected is None else stat.S_IMODE(target.stat().st_mode)
    temporary = _temporary_path(target)
    try:
        _write_through(temporary, new, mode)
        if expected is None:
            _put_new(temporary, target)
        elif _bytes_of(target) != expected:
            return False
        else:
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(target.parent)
    return True


def _temporary_path(target: Path) -> Path:
    name = target.name.encode("utf-8", "surrogateescape")[:80].decode("utf-8", "ignore")
    return target.parent / f".{name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"


def _write_through(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, _TEMPORARY_FLAGS, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fchmod(descriptor, mode)
        _flush(descriptor)
    finally:
        os.close(descriptor)


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415  # only macOS keeps data in the drive's cache after fsync

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def _put_new(temporary: Path, target: Path) -> None:
    """A link fails where a file is already; a file system without links gets an empty file first, to the same end."""
    try:
        os.link(temporary, target)
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, _TEMPORARY_FLAGS, _NEW_MODE))
        try:
            temporary.replace(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise


def _flush_folder(folder: Path) -> None:
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


def _changed(place: Location) -> Problem:
    message = "another program changed the file meanwhile, nothing was written"
    return error("file-changed", place, message, "run it again")


def _exists(place: Location) -> Problem:
    message = "a file of this name is there already, it was not overwritten"
    return error("file-changed", place, message, "run it again, or give another title")
