"""`sessions resolve`: settle a git merge conflict in a session file, three-way, row by row."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sitegen.cli.git import ask_git, git_names, path_from_top
from sitegen.cli.ledgers import end_with, ledger_root, tell, write_changes
from sitegen.errors import Location, Problem, ProblemError, Severity, error
from sitegen.frontmatter import parse_document
from sitegen.importing import Change, plan_changed
from sitegen.ledger import find_ledger, load_ledger, load_settings
from sitegen.merging import Merged, Words, merge_files
from sitegen.settings import Settings
from sitegen.store import FOLDER, locked, read_file

_SIDES = ("ours", "base", "theirs")
_FAILED = 128
"""From this exit code on git says that it failed; below it counts conflicts."""
_MARKS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_SECONDS = 60


def resolve(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Session files that git left in conflict. Else all."),
    ] = None,
    driver: Annotated[
        bool, typer.Option("--driver", hidden=True, help="As git's merge driver: BASE OURS THEIRS [PATH].")
    ] = False,
) -> None:
    """Settle a git merge conflict in usage rows: what one side changed holds, what both changed is named."""
    if driver:
        _drive(files or [], context.obj)
    root = ledger_root(context)
    paths = [_path_in_ledger(root, file) for file in files] if files else _in_conflict(root)
    problems: list[Problem] = []
    written: dict[str, None] = {}
    for path in paths:
        try:
            wrong, changed = _settle(root, path)
        except ProblemError as fault:
            wrong, changed = list(fault.problems), []
        problems += wrong
        written.update(dict.fromkeys(changed))
    _tell_git_add(root, [path for path in written if path not in _places_of_errors(problems)])
    end_with(problems)


def _in_conflict(root: Path) -> list[str]:
    paths = git_names(root, "diff", "--name-only", "--diff-filter=U", "--relative", "-z", "--", FOLDER)
    named = [path for path in paths if path.endswith(".md")]
    unsettled = [path for path in named if _has_marks(read_file(root, path))]
    if not unsettled:
        tell("no conflict is left in a session file" if named else "git has no conflict in a session file")
    return unsettled


def _has_marks(raw: bytes | Problem) -> bool:
    """Whether a conflict is left in it; what cannot be read is told of later."""
    return isinstance(raw, Problem) or any(line.startswith(_MARKS[0]) for line in raw.split(b"\n"))


def _settle(root: Path, path: str) -> tuple[list[Problem], list[str]]:
    """What is wrong, and the paths that were written."""
    with locked(root):
        working = read_file(root, path)
        if isinstance(working, Problem):
            raise ProblemError(working)
        stages = _stages(root, path)
        bands = load_settings(root)[0].bands
        merged = merge_files(stages.get(1), stages[2], stages[3], path, merge_words, bands)
        _refuse_edited(path, working, stages, merged)
        changes = _changes(root, path, merged, working)
        problems = [*merged.problems, *write_changes(root, changes)]
    tell(f"{path}: {'settled' if merged.is_settled else 'not settled'}; {merged.tally}")
    return problems, [change.path for change in changes]


def _places_of_errors(problems: Sequence[Problem]) -> set[str]:
    return {problem.location.path for problem in problems if problem.severity is Severity.ERROR}


def _tell_git_add(root: Path, paths: Sequence[str]) -> None:
    if paths:
        tell(f"hint: git add {shlex.join(os.path.relpath(root / path) for path in paths)}")


def _path_in_ledger(root: Path, file: Path) -> str:
    for path in (file.absolute(), root / file):
        if path.is_file() and path.resolve().is_relative_to(root):
            return path.resolve().relative_to(root).as_posix()
    raise ProblemError(error("path", Location(str(file)), "there is no such file in the ledger"))


def _stages(root: Path, path: str) -> dict[int, bytes]:
    """What git keeps of a conflict: 1 the common version, 2 ours, 3 theirs, as they would be checked out."""
    prefix = path_from_top(root)
    stages = {}
    for line in git_names(root, "--literal-pathspecs", "ls-files", "--unmerged", "-z", "--", path):
        _, name, stage = line.partition("\t")[0].split()
        text = ask_git(root, "cat-file", "--filters", f"--path={prefix}{path}", name)
        if text is None:
            raise ProblemError(_wrong(path, f"git cannot read version {stage} of this file", "`git fsck` says more"))
        stages[int(stage)] = text.encode("utf-8", "surrogateescape")
    if not stages:
        raise ProblemError(_wrong(path, "git has no conflict in this file", "`git status` names those that have one"))
    if not {2, 3} <= stages.keys():
        message = "one side deleted the file, the other changed it"
        raise ProblemError(_wrong(path, message, "`git add` keeps it, `git rm` deletes it"))
    return stages


def _wrong(path: str, message: str, hint: str) -> Problem:
    return error("merge-conflict", Location(path), message, hint)


def _refuse_edited(path: str, working: bytes, stages: Mapping[int, bytes], merged: Merged) -> None:
    """What a person wrote or chose since the merge is in no version, so it would be lost."""
    again = f"`git checkout -m {shlex.quote(path)}` begins anew"
    if not _has_marks(working):
        message = "no conflict is left in the file, nothing was written"
        raise ProblemError(_wrong(path, message, f"`git add` it; {again}"))
    plain = merge_words(stages.get(1, b""), stages[2], stages[3]).raw
    known = _lines(b"\n".join((plain, merged.raw, *stages.values())))
    if working != merged.raw and not _lines(plain) <= _lines(working) <= known:
        message = "the file was edited since the merge, nothing was written"
        raise ProblemError(_wrong(path, message, f"finish it by hand and `git add` it; {again}"))


def _lines(raw: bytes) -> set[bytes]:
    return {line.rstrip(b"\r") for line in raw.split(b"\n") if line[:7] not in _MARKS}


def _changes(root: Path, path: str, merged: Merged, working: bytes) -> list[Change]:
    """The file itself first. Once it is settled, so are the running totals of its project that it changes."""
    own = Change(path, merged.raw, working)
    document, _ = parse_document(merged.raw, path)
    if merged.problems or document is None:
        return [own]
    ledger = load_ledger(root)
    readable = replace(ledger, unsound=ledger.unsound - {path})
    planned = plan_changed(readable, {path: document}).changes
    rendered = next((change.new for change in planned if change.path == path), merged.raw)
    return [replace(own, new=rendered), *(change for change in planned if change.path != path)]


def _drive(files: list[Path], given: Path | None) -> None:
    """Writes what git is to take over OURS, and ends with 1 where a conflict is left in it. `given`: the ledger.

    Where no merge by rows is possible git's own stands there: never one side alone, as if there were no other.
    """
    if len(files) not in (3, 4):
        raise typer.BadParameter("a merge driver gets BASE OURS THEIRS and, if you like, PATH")
    base, ours, theirs = (file.read_bytes() for file in files[:3])
    try:
        # Git runs a driver at the top of the repository; PATH is from there.
        root = given or find_ledger(files[-1].absolute().parent)
        settings = load_settings(root)[0] if root else Settings()
        merged = merge_files(base or None, ours, theirs, str(files[-1]), merge_words, settings.bands)
    except Exception as fault:
        plain = merge_words(base, ours, theirs)
        files[1].write_bytes(plain.raw)
        if not isinstance(fault, ProblemError):
            raise
        if plain.conflicts:
            end_with(fault.problems)
        raise typer.Exit(int(plain.conflicts > 0)) from None
    files[1].write_bytes(merged.raw)
    end_with(merged.problems)
    raise typer.Exit


def merge_words(base: bytes, ours: bytes, theirs: bytes) -> Words:
    """As git merges a file, with the marks of a conflict and no common version between them."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {side: Path(folder) / side for side in _SIDES}
        for side, text in zip(_SIDES, (ours, base, theirs), strict=True):
            paths[side].write_bytes(text)
        labels = (part for side in _SIDES for part in ("-L", side))
        command = ["git", "-c", "merge.conflictStyle=merge", "merge-file", "-p", *labels, *map(str, paths.values())]
        try:
            run = subprocess.run(
                command, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL, cwd=folder
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise ProblemError(_git_failed(str(fault))) from None
    if not 0 <= run.returncode < _FAILED:
        raise ProblemError(_git_failed(run.stderr.decode("utf-8", "replace").strip()))
    return Words(run.stdout, run.returncode)


def _git_failed(why: str) -> Problem:
    return _wrong(".", f"git cannot merge the words: {why}", "is git installed, and the file a text?")
