"""What a branch changed: for `sessions check --since`, which looks at nothing else."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from sitegen.cli.git import ask_git, git_line, git_names
from sitegen.errors import Problem
from sitegen.ledger import load_ledger
from sitegen.rules.commits import Commit, Work, check_commits, co_author
from sitegen.settings import Settings
from sitegen.store.files import location_of

_FORMAT = "%H%n%aI%n%B"


@dataclass(frozen=True, slots=True)
class Change:
    """The files of the ledger that differ from where the branch began, committed or not; and its commits."""

    paths: frozenset[str]
    commits: tuple[Commit, ...]

    def concerns(self, problem: Problem) -> bool:
        return any(place.path in self.paths for place in (problem.location, *problem.also))


def change_since(root: Path, revision: str) -> Change:
    """Ends the command as one wrongly called where git knows no such revision, or not how it belongs to the branch."""
    commit, base = _beginning(root, revision)
    changed = git_names(root, "diff", "--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff", base)
    untracked = git_names(root, "ls-files", "-z", "--others", "--exclude-standard")
    paths = frozenset(location_of(name).path for name in (*changed, *untracked))
    told = ask_git(root, "log", "-z", "--no-color", "--encoding=UTF-8", f"--format={_FORMAT}", f"{commit}..HEAD", "--")
    return Change(paths, tuple(_commit(record) for record in (told or "").split("\0") if record))


def _beginning(root: Path, revision: str) -> tuple[str, str]:
    """The hashes of the revision and of the commit at which the branch left it."""
    if not git_line(root, "rev-parse", "--show-toplevel"):
        raise _wrong("the ledger is not in a git repository, or git is not installed")
    shallow = git_line(root, "rev-parse", "--is-shallow-repository") == "true"
    whole = "; only the last commits were fetched: fetch them all (`fetch-depth: 0` of actions/checkout)"
    commit = git_line(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise _wrong(f"git knows no revision `{revision}`{whole if shallow else ''}")
    base = git_line(root, "merge-base", commit, "HEAD")
    if not base:
        raise _wrong(f"`{revision}` and HEAD have no commit in common{whole if shallow else ''}")
    return commit, base


def _wrong(message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint="--since")


def _commit(record: str) -> Commit:
    name, _, rest = record.strip("\n").partition("\n")
    written, _, message = rest.partition("\n")
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    return Commit(name, at, message.encode("utf-8", "replace").decode("utf-8"))


def unclaimed_commits(root: Path, commits: Sequence[Commit], settings: Settings) -> tuple[Problem, ...]:
    """The ledger is read once more, and only if an AI is named at all."""
    if not any(co_author(commit.message) for commit in commits):
        return ()
    top = git_line(root, "rev-parse", "--show-toplevel")
    # On a pull request the host checks out no branch, and says which it is.
    branch = git_line(root, "branch", "--show-current") or os.environ.get("GITHUB_HEAD_REF", "")
    work = Work(settings.project_of(top), branch)
    return tuple(check_commits(commits, load_ledger(root).sessions, work))
