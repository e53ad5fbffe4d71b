"""Text that comes piece by piece, to standard output or whole into a file: never held in memory, never half a file."""

import os
import secrets
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from sitegen.display import visible
from sitegen.errors import Location, ProblemError, error
from sitegen.store import FOLDER

STANDARD_OUTPUT = Path("-")
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_pieces(pieces: Iterable[str], target: Path, *, root: Path, head: str, force: bool) -> None:
    """Into `target`. A file there is replaced if it begins with `head`, as every export of this kind does, or by force.

    Raises ProblemError where it may not be replaced; it then stays as it was.
    """
    if target == STANDARD_OUTPUT:
        _print(pieces)
        return
    try:
        _refuse(target, root, head, force=force)
        _replace(target, pieces)
    except OSError as fault:
        named = fault.filename if isinstance(fault.filename, str) else str(target)
        raise ProblemError(error("io", Location(named), f"cannot export: {fault.strerror or fault}")) from None


def _print(pieces: Iterable[str]) -> None:
    """A terminal must not obey what stands in a title; whatever else reads this gets it as it is."""
    if sys.stdout.isatty():
        for piece in pieces:
            sys.stdout.write("\n".join(map(visible, piece.split("\n"))))
        return
    try:
        sys.stdout.buffer.writelines(piece.encode() for piece in pieces)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader went away, as `head` does: it has what it wants. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(target: Path, root: Path, head: str, *, force: bool) -> None:
    place = Location(str(target))
    if target.resolve().is_relative_to(root / FOLDER):
        raise ProblemError(error("export", place, f"this is in `{FOLDER}/`, where the sessions are; must be elsewhere"))
    try:
        status = target.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode):
        hint = "`-` is standard output: let the shell lead it there"
        raise ProblemError(error("export", place, "this is no plain file, must be one or a new name", hint))
    if status.st_size and not force and not _begins_with(target, head.encode()):
        message = "there is another file of this name, which no export of this kind made; must be a new name"
        raise ProblemError(error("export", place, message, "`--force` replaces it"))


def _begins_with(path: Path, head: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(head)) == head


def _replace(target: Path, pieces: Iterable[str]) -> None:
    temporary = target.parent / f".{target.name[:80]}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    try:
        with os.fdopen(os.open(temporary, _FLAGS, 0o644), "wb") as file:
            file.writelines(piece.encode() for piece in pieces)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
