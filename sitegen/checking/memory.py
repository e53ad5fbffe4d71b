"""What was found in files that have not changed since: kept between two runs, never relied upon.

An answer is kept by the bytes of its file, under everything else that it depends on: the program, its price list
and `sessions.toml`. A memory that is damaged, or of another version, is an empty one.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import msgspec

import sitegen
from sitegen.errors import Location, Problem, Severity
from sitegen.rules.facts import FileFacts
from sitegen.rules.privacy import without_secrets
from sitegen.store.caching import cache_file

Digest = str
_PRICE_LIST = "genai-prices"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file says that others depend on, None where it cannot be read; and all that is wrong with it.

    `allowed`: digests in it that the ledger's allow-list lets pass.
    """

    facts: FileFacts | None
    problems: tuple[Problem, ...]
    allowed: tuple[str, ...] = ()


class _Told(msgspec.Struct, array_like=True, frozen=True):
    """A problem without its repair, which is made anew whenever something is to be repaired."""

    rule: str
    severity: Severity
    location: Location
    message: str
    hint: str | None
    stated: str | None
    expected: str | None
    also: tuple[Location, ...]


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """What was found in one file, when its bytes had this digest."""

    digest: Digest
    facts: FileFacts | None
    problems: tuple[_Told, ...]
    allowed: tuple[str, ...]

    def report(self, digest: Digest) -> FileReport | None:
        """The same again, for the same bytes only."""
        if self.digest != digest:
            return None
        return FileReport(self.facts, tuple(_problem(told) for told in self.problems), self.allowed)


class _Kept(msgspec.Struct, array_like=True, frozen=True):
    under: Digest
    entries: dict[str, Entry]


class Memory:
    """Answers of the last run by path."""

    def __init__(self, under: Digest, entries: Mapping[str, Entry]) -> None:
        self.under = under
        self._entries = entries

    def __bool__(self) -> bool:
        return bool(self._entries)

    def entry(self, path: str) -> Entry | None:
        return self._entries.get(path)

    def recall(self, path: str, digest: Digest) -> FileReport | None:
        entry = self.entry(path)
        return entry.report(digest) if entry else None


def digest_of(raw: bytes) -> Digest:
    return blake2b(raw, digest_size=16).hexdigest()


def circumstances(settings: bytes) -> Digest:
    """Everything but its bytes that the answer about a file depends on."""
    folder = Path(sitegen.__file__).parent
    program = [
        f"{path.relative_to(folder)} {status.st_mtime_ns} {status.st_size}"
        for path in sorted(folder.rglob("*.py"))
        for status in [path.stat()]
    ]
    parts = (sitegen.__version__, version(_PRICE_LIST), *program, digest_of(settings))
    return digest_of("\n".join(parts).encode())


def read_memory(root: Path, under: Digest) -> Memory:
    try:
        kept = msgspec.json.decode(cache_file(root, "check", ".json").read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError, ValueError):
        return Memory(under, {})
    return Memory(under, kept.entries if kept.under == under else {})


def write_memory(root: Path, under: Digest, reports: Mapping[str, tuple[Digest, FileReport]]) -> None:
    """Kept whole or not at all; where nothing can be written, the next run is merely slower."""
    entries = {
        path: Entry(digest, report.facts, tuple(map(_told, map(without_secrets, report.problems))), report.allowed)
        for path, (digest, report) in reports.items()
        if digest and _is_text(path)
    }
    file = cache_file(root, "check", ".json")
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_bytes(msgspec.json.encode(_Kept(under, entries)))
        temporary.replace(file)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _is_text(path: str) -> bool:
    """A name that is not Unicode cannot be kept; its file is read anew each time."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(problem: Problem) -> _Told:
    return _Told(
        problem.rule,
        problem.severity,
        problem.location,
        problem.message,
        problem.hint,
        problem.stated,
        problem.expected,
        problem.also,
    )


def _problem(told: _Told) -> Problem:
    return Problem(
        told.rule, told.severity, told.location, told.message, told.hint, told.stated, told.expected, told.also
    )
