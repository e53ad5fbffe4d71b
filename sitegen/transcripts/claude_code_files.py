"""Where Claude Code keeps its transcripts, and which files below are transcripts."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sitegen.errors import Location, ProblemError, error

VARIABLE = "CLAUDE_CONFIG_DIR"
_PUT_ASIDE = (".orphaned", ".superseded")
_SIDECAR = "custom-title.json"


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class TranscriptTree:
    """`files` and `sidecars` (titles given by hand) are sorted by path; each real file stands once."""

    files: tuple[TranscriptFile, ...]
    sidecars: tuple[str, ...]
    skipped: int


def find_transcript_folders(given: Sequence[Path], environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """The `projects` folders to read: those given, else those of CLAUDE_CONFIG_DIR, else both usual places.

    Given folders and entries of the variable may be the configuration folder or `projects` itself. Raises
    ProblemError for a given folder that does not exist and a variable without any valid folder.
    """
    if given:
        return _distinct(_given_folder(path) for path in given)
    if listed := environ.get(VARIABLE, "").strip():
        return _folders_of_variable(listed, home)
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    usual = (home / ".claude" / "projects", config / "claude" / "projects")
    return _distinct(folder for folder in usual if folder.is_dir())


def _given_folder(path: Path) -> Path:
    if not path.is_dir():
        raise ProblemError(
            error("transcripts", Location(str(path)), "no such folder", "name a folder with transcripts (*.jsonl)")
        )
    return path / "projects" if (path / "projects").is_dir() else path


def _folders_of_variable(listed: str, home: Path) -> tuple[Path, ...]:
    entries = [_expand(entry.strip(), home) for entry in listed.split(",") if entry.strip()]
    folders = _distinct(folder for entry in entries if (folder := _projects_of(entry)))
    if not folders:
        raise ProblemError(
            error(
                "transcripts",
                Location(VARIABLE),
                f"none of its folders holds `projects`: {', '.join(map(str, entries))}",
                f"correct or unset {VARIABLE}, or give a folder with --from",
            )
        )
    return folders


def _expand(entry: str, home: Path) -> Path:
    return home / entry[1:].lstrip("/\\") if entry == "~" or entry.startswith(("~/", "~\\")) else Path(entry)


def _projects_of(entry: Path) -> Path | None:
    if (entry / "projects").is_dir():
        return entry / "projects"
    return entry if entry.name == "projects" and entry.is_dir() else None


def _distinct(folders: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(sorted({Path(os.path.realpath(folder)) for folder in folders}))


def find_transcripts(folders: Sequence[Path]) -> TranscriptTree:
    """All transcripts below the folders. Links below them are not followed: they point to files found anyway."""
    entries = sorted({entry.path: entry for folder in _distinct(folders) for entry in _walk(str(folder))}.items())
    sidecars = tuple(path for path, entry in entries if entry.name == _SIDECAR)
    kept = [item for item in entries if item[1].name != _SIDECAR and not _is_put_aside(item[1].name)]
    return TranscriptTree(
        files=tuple(TranscriptFile(path, _size(entry)) for path, entry in kept),
        sidecars=sidecars,
        skipped=len(entries) - len(sidecars) - len(kept),
    )


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        elif entry.is_file(follow_symlinks=False) and _is_wanted(entry.name):
            yield entry


def _is_wanted(name: str) -> bool:
    if name.endswith(".jsonl"):
        return name != "journal.jsonl"
    return name == _SIDECAR or (".jsonl" in name and _is_put_aside(name))


def _is_put_aside(name: str) -> bool:
    return any(mark in name for mark in _PUT_ASIDE)


def session_of_path(path: str) -> str:
    """The session a file's place speaks of: the folder above `subagents`, else the file's stem."""
    file = Path(path)
    for folder in file.parents:
        if folder.name == "subagents" and folder.parent.name:
            return folder.parent.name
    return file.stem
