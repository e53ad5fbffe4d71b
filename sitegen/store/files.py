"""Session files found in order, and read: plain files inside the ledger, never a link out of it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sitegen.errors import Location, Problem, error

FOLDER = "sessions"
MAX_BYTES = 8 * 1024 * 1024
_OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # O_NONBLOCK: a FIFO must not hang us


def session_files(root: Path) -> tuple[str, ...]:
    """Paths of all session files relative to the ledger, with `/`, sorted. Names that begin with a dot are not ours.

    What cannot be a session and must not pass unseen (a link out of the ledger, a folder that cannot be listed)
    is among them: `read_file` says what is wrong with it.
    """
    return tuple(sorted(_walk(root.resolve(), f"{FOLDER}/")))


def _walk(root: Path, folder: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(root / folder))
    except FileNotFoundError:
        return
    except OSError:
        yield folder.rstrip("/")
        return
    for entry in entries:
        path = f"{folder}{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            if entry.name.endswith(".md") or not _leads_inside(root, path):
                yield path
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(root, f"{path}/")
        elif entry.name.endswith(".md"):
            yield path


def _leads_inside(root: Path, relative: str) -> bool:
    path = root / relative
    try:
        # Only the strict form tells of a link that leads to itself in every version of Python.
        return path.resolve(strict=True).is_relative_to(root)
    except FileNotFoundError:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError):
        return False


def _is_without_links(root: Path, relative: str) -> bool:
    """Whether no folder between the ledger and the file is a link, so that the file cannot lead out of it."""
    *folders, name = relative.split("/")
    if ".." in folders or name in ("", "..") or relative.startswith("/") or "\0" in relative:
        return False
    path = os.fspath(root)
    try:
        for folder in (*folders, name):
            path = f"{path}/{folder}"
            if stat.S_ISLNK(os.lstat(path).st_mode):
                return False
    except OSError:
        return False
    return True


def read_file(root: Path, relative: str) -> bytes | Problem:
    """The bytes of a plain file of at most 8 MB inside the ledger."""
    place = location_of(relative)
    direct = _is_without_links(root, relative)
    if not direct and not _leads_inside(root.resolve(), relative):
        return outside(place)
    path = os.path.join(root, relative)  # noqa: PTH118  # ten thousand files are read: a Path costs more than the reading
    try:
        descriptor = os.open(path if direct else Path(path).resolve(), _OPEN_FLAGS)
    except OSError as fault:
        return cannot(place, "read", fault)
    try:
        return _read_plain(descriptor, place)
    except OSError as fault:
        return cannot(place, "read", fault)
    finally:
        os.close(descriptor)


def _read_plain(descriptor: int, place: Location) -> bytes | Problem:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return not_plain(place, status.st_mode)
    if status.st_size > MAX_BYTES:
        return error("io", place, f"the file has {status.st_size:,} bytes, must be 8 MB or less")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(MAX_BYTES)


def location_of(relative: str) -> Location:
    """A name that is not Unicode is shown with replacement marks."""
    return Location(relative.encode("utf-8", "replace").decode("utf-8"))


def not_plain(place: Location, mode: int) -> Problem:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFLNK: "a link"}
    return error("io", place, f"this is {kinds.get(stat.S_IFMT(mode), 'a device')}, must be a plain file")


def outside(place: Location) -> Problem:
    return error("path-outside", place, "this leads out of the ledger", "put the file itself here, not a link")


def cannot(place: Location, verb: str, fault: OSError) -> Problem:
    return error("io", place, f"cannot {verb} the file: {fault.strerror or type(fault).__name__}")
