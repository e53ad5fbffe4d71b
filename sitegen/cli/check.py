"""`sessions check`: all problems, sorted, with file, line and column. Silent and 0 when all is well."""

import gc
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sitegen.checking import Checked, check_folder
from sitegen.cli.ledgers import end_with, ledger_root, plural, tell
from sitegen.cli.problem_text import plain_text, terminal_text
from sitegen.display import json_text
from sitegen.errors import Location, Problem, ProblemError, Severity, error, sorted_problems
from sitegen.ledger import load_ledger
from sitegen.rules import levelled
from sitegen.rules.exceptions import (
    BASELINE_FILE,
    Baseline,
    baseline_text,
    is_ignored,
    read_baseline,
    without_known,
)
from sitegen.settings import Settings
from sitegen.store import read_file, write_file


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def check(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Only problems in these files and folders.")] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print the problems.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 for warnings too.")] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Only what changed since REV, and commits without a session."),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what has one right answer; show the changes.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --fix: show the changes, write none.")] = False,
    drift: Annotated[bool, typer.Option("--drift", help="Compare with the transcripts, too.")] = False,
    folders: Annotated[
        list[Path] | None, typer.Option("--from", metavar="DIR", help="With --drift: where transcripts are.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help=f"Write the problems there are to {BASELINE_FILE}.")
    ] = False,
) -> None:
    """Derive every number anew and name, by file, line and column, each one that does not hold."""
    root = ledger_root(context)
    _refuse(write_baseline and bool(paths or since), "--write-baseline", "it is of the whole ledger: only without them")
    _refuse(dry_run and not fix, "--dry-run", "only with --fix")
    _refuse(bool(folders) and not drift, "--from", "only with --drift")
    hindered = _fix(root, paths, write=not dry_run) if fix else ()
    gc.disable()  # a check keeps nearly all that it makes, so that a collection looks through a ledger in vain
    checked = check_folder(root, now=datetime.now(tz=UTC))
    if write_baseline:
        _write_baseline(root, checked.problems)
    problems = (*hindered, *not_known(root, checked), *(_drifted(root, checked.settings, folders) if drift else ()))
    if since is not None:
        problems = _changed_since(root, problems, checked.settings, since)
    problems = _only(sorted_problems(problems), paths, root)
    _print(problems, checked, root, output)
    failing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(problem.severity in failing for problem in problems):
        raise typer.Exit(1)


def not_known(root: Path, checked: Checked) -> tuple[Problem, ...]:
    """The problems that the ledger's baseline does not know, where it has one."""
    if not os.path.lexists(root / BASELINE_FILE):
        return checked.problems
    raw = read_file(root, BASELINE_FILE)
    baseline, wrong = (Baseline(), (raw,)) if isinstance(raw, Problem) else read_baseline(raw)
    return levelled((*wrong, *without_known(checked.problems, baseline)), checked.settings)


def _refuse(wrong: bool, option: str, reason: str) -> None:
    if wrong:
        raise typer.BadParameter(reason, param_hint=option)


def _fix(root: Path, paths: Sequence[Path] | None, *, write: bool) -> tuple[Problem, ...]:
    from sitegen.cli.repairs import fix_ledger

    return fix_ledger(load_ledger(root), lambda problem: bool(_only([problem], paths, root)), write=write)


def _drifted(root: Path, settings: Settings, folders: Sequence[Path] | None) -> tuple[Problem, ...]:
    from sitegen.cli.drift import drift_problems

    found = drift_problems(load_ledger(root), folders or ())
    return tuple(problem for problem in found if not is_ignored(problem, settings.ignores))


def _write_baseline(root: Path, problems: Sequence[Problem]) -> None:
    text = baseline_text(problems)
    number = text.count("[[known]]\n")
    old = read_file(root, BASELINE_FILE) if os.path.lexists(root / BASELINE_FILE) else None
    if old is None and not number:
        tell("there is no problem that a baseline could know")
        return
    written = old if isinstance(old, Problem) else write_file(root, BASELINE_FILE, text.encode(), expected=old)
    end_with([written] if isinstance(written, Problem) else [])
    tell(f"{BASELINE_FILE} knows {plural(number, 'problem')}")


def _changed_since(root: Path, problems: Sequence[Problem], settings: Settings, revision: str) -> tuple[Problem, ...]:
    from sitegen.cli.since import change_since, unclaimed_commits

    change = change_since(root, revision)
    commits = levelled(unclaimed_commits(root, change.commits, settings), settings)
    told = (problem for problem in commits if not is_ignored(problem, settings.ignores))
    return sorted_problems([*filter(change.concerns, problems), *told])


def _only(problems: Sequence[Problem], paths: Sequence[Path] | None, root: Path) -> tuple[Problem, ...]:
    if not paths:
        return tuple(problems)
    for path in paths:
        if not path.exists():
            raise ProblemError(error("path", Location(str(path)), "there is no such file or folder"))
    wanted = [path.resolve() for path in paths]
    return tuple(p for p in problems if any((root / p.location.path).is_relative_to(path) for path in wanted))


def _print(problems: Sequence[Problem], checked: Checked, root: Path, output: Format) -> None:
    if output is Format.JSON:
        from sitegen.cli.problem_json import as_json

        typer.echo(json_text(as_json(problems, checked)))
    elif output is Format.SARIF:
        from sitegen.cli.problem_sarif import as_sarif

        typer.echo(json_text(as_sarif(problems, _folder(root))))
    elif problems:
        counts = _counts(problems, checked)
        if output is Format.GITHUB:
            _print_for_github(problems, counts, _folder(root))
        else:
            _print_text(problems, root)
        tell(counts)


def _print_text(problems: Sequence[Problem], root: Path) -> None:
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        for problem in problems:
            typer.echo(plain_text(problem))
        return
    width = shutil.get_terminal_size().columns
    for text in terminal_text(problems, root, width, coloured=not os.environ.get("NO_COLOR")):
        typer.echo(text)


def _print_for_github(problems: Sequence[Problem], counts: str, folder: str) -> None:
    from sitegen.cli.problem_github import SUMMARY_BYTES, job_summary, log_lines

    for line in log_lines(problems, folder):
        typer.echo(line)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary:
        return
    path = Path(summary)
    try:
        taken = path.stat().st_size if path.exists() else 0
        with path.open("a", encoding="utf-8") as file:
            file.write(job_summary(problems, counts, folder, SUMMARY_BYTES - taken))
    except OSError as fault:
        tell(f"the job summary could not be written: {fault.strerror}")


def _folder(root: Path) -> str:
    """Where the ledger lies in its repository, with `/` at the end; nothing at the top."""
    from sitegen.cli.git import path_from_top

    inside = path_from_top(root)
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if inside or not workspace or not root.is_relative_to(workspace):
        return inside
    return "".join(f"{part}/" for part in root.relative_to(workspace).parts)


def _counts(problems: Sequence[Problem], checked: Checked) -> str:
    counts = [(level, sum(problem.severity is level for problem in problems)) for level in Severity]
    told = ", ".join(plural(number, level.value) for level, number in counts if number)
    files = len({problem.location.path for problem in problems})
    return f"{told} in {plural(files, 'file')}; the ledger has {plural(checked.sessions, 'readable session')}"
