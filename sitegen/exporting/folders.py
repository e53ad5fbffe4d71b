"""A folder kept equal to files that are values: only what changed is written, only what was made here goes.

A list in the folder says what was made, as `sha256sum -c` reads it. While a run lasts it names the old bytes and the
new ones, so that a run that was killed leaves nothing that the next one would not know as its own.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.store import locked

LIST = ".sessions-export"
_TEMPORARY = f"{LIST}.tmp"
_OF_OTHERS = frozenset({".git", _TEMPORARY})
"""What may lie in a folder that counts as empty."""
_LINE = re.compile(r"([0-9a-f]{64})  ([^\0\r\n]+)")
_OPEN_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_TOLD = 5
Made = Mapping[str, frozenset[str]]
"""By path in the folder: the digests of the bytes that an export wrote, or was about to write, there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Paths in the folder, sorted."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Outcome:
    """Raises ProblemError, before anything is written, where the folder is not one of ours, or a file in it that would
    be replaced or removed was not made here. Links in the folder are not followed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            return _write_locked(folder.resolve(), folder, files)
    except OSError as fault:
        named = fault.filename if isinstance(fault.filename, str) else str(folder)
        raise ProblemError(error("io", Location(named), f"cannot export: {fault.strerror or fault}")) from None


def _write_locked(root: Path, shown_as: Path, files: Mapping[str, bytes]) -> Outcome:
    made = _made_before(root, shown_as)
    wanted = {path: _digest(content) for path, content in files.items()}
    found = {path: _digest_at(root, path) for path in sorted({*made, *wanted})}
    _refuse_what_is_not_ours(shown_as, found, made, wanted)
    written = tuple(path for path in wanted if found[path] != wanted[path])
    removed = tuple(path for path in found if path not in wanted and found[path])
    if written or removed:
        both = {path: made.get(path, frozenset()) | {wanted.get(path, "")} - {""} for path in found}
        _save(root, LIST, _list_of(both))
    for path in written:
        _save(root, path, files[path])
    for path in removed:
        _remove(root, path)
    last = _list_of({path: frozenset({digest}) for path, digest in wanted.items()})
    if _digest_at(root, LIST) != _digest(last):
        _save(root, LIST, last)
    return Outcome(tuple(sorted(written)), removed, tuple(sorted({*wanted} - {*written})))


def _made_before(root: Path, shown_as: Path) -> Made:
    names = {entry.name for entry in os.scandir(root)}
    if LIST not in names:
        if names <= _OF_OTHERS:
            return {}
        message = f"the folder is not empty and has no {LIST}, so no export made it; must be empty, new or an export"
        raise ProblemError(error("export", Location(str(shown_as)), message, "name another folder"))
    place = Location(str(shown_as / LIST))
    if _digest_at(root, LIST) is None:
        raise ProblemError(error("export", place, "this is no plain file, must be the list that an export left here"))
    made: dict[str, frozenset[str]] = {}
    for number, line in enumerate((root / LIST).read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        found = _LINE.fullmatch(line)
        if found is None or not _is_inside(found[2]):
            message = "this line names no file of this folder with its SHA-256, so the list is not as an export left it"
            hint = "remove the folder, or bring the list back, and export again"
            raise ProblemError(error("export", Location(place.path, number), message, hint))
        made[found[2]] = made.get(found[2], frozenset()) | {found[1]}
    return made


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and pure.as_posix() == path and path not in (".", LIST)


def _refuse_what_is_not_ours(
    shown_as: Path, found: Mapping[str, str | None], made: Made, wanted: Mapping[str, str]
) -> None:
    """`found`: the digest of what stands at each path, empty where nothing does, None for what is no plain file."""
    problems: list[Problem] = []
    for path, digest in found.items():
        place = Location(str(shown_as / path))
        if digest is None:
            message = "this is a link, a folder or no plain file, or lies behind a link; must be what an export made"
            problems.append(error("export", place, message, "move it away, and export again"))
        elif digest and digest != wanted.get(path) and digest not in made.get(path, ()):
            message = "another hand wrote this file" if path not in made else "this file was changed by hand since"
            hint = "keep your changes in a copy of the folder, remove the file here, and export again"
            problems.append(error("export", place, f"{message}; must be as an export left it", hint))
    if problems:
        raise ProblemError(*problems[:_MOST_TOLD])


def _digest_at(root: Path, path: str) -> str | None:
    """Empty where nothing is; None for what is no plain file of this folder."""
    *folders, name = path.split("/")
    place = root
    try:
        for folder in folders:
            place /= folder
            if not stat.S_ISDIR(place.lstat().st_mode):
                return None
        if not stat.S_ISREG((place / name).lstat().st_mode):
            return None
    except FileNotFoundError:
        return ""
    return _digest((place / name).read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _list_of(made: Made) -> bytes:
    return "".join(f"{digest}  {path}\n" for path in sorted(made) for digest in sorted(made[path])).encode()


def _save(root: Path, path: str, content: bytes) -> None:
    """The file is there whole or not at all. What stands in the way as a link is replaced, not followed."""
    target, temporary = root / path, root / _TEMPORARY
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        temporary.unlink()
    with os.fdopen(os.open(temporary, _OPEN_FLAGS, 0o644), "wb") as file:
        file.write(content)
    temporary.replace(target)


def _remove(root: Path, path: str) -> None:
    """With the folders that are empty then."""
    with suppress(FileNotFoundError):
        (root / path).unlink()
    for folder in _folders_above(path):
        try:
            (root / folder).rmdir()
        except OSError:
            return


def _folders_above(path: str) -> Iterator[str]:
    return (str(folder) for folder in PurePosixPath(path).parents if str(folder) != ".")
