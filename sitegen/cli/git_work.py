"""The work of a session as its repository has it: commits, files, lines, tests; and the coverage that was measured."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from stat import S_ISREG

from sitegen.cli.git import ask_git, git_line, git_names
from sitegen.cli.ledgers import plural
from sitegen.code_metrics import (
    ATTRIBUTES,
    COVERAGE_FILES,
    LOG_FORMAT,
    TEST_PATTERNS,
    CodeChanges,
    Commit,
    FileChange,
    coverage_in,
    is_by,
    is_documentation,
    is_made,
    new_tests,
    parse_attributes,
    parse_log,
    parse_numstat,
    runs_of,
    summed,
)
from sitegen.ledger import Ledger
from sitegen.session import Session
from sitegen.store import FOLDER
from sitegen.transcripts import AgentSession

_HASH = re.compile(r"[0-9a-fA-F]{7,64}")
_MOST_ARGUMENTS = 200
_LARGEST_REPORT = 50_000_000
_LARGEST_PATCH = 20_000_000
"""Characters of difference in which new tests are looked for."""
_TEST_SUFFIXES = tuple(pattern.removeprefix("*") for pattern in TEST_PATTERNS)
_CLOCKS_DIFFER = timedelta(days=1)
"""How much older than it was written git may say that a commit is."""
_DIFFERENCE = ("diff-tree", "-r", "-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")


@dataclass(frozen=True, slots=True)
class GitWork:
    """`commits`: parents first. `later`: the author's own after the end. `changes` is None where nothing was counted.

    `made` counts files left out as lock files, generated or vendored; `documents` are those of documentation.
    `tests` is None where they could not be counted. `notes` say what could not be, and why.
    """

    top: Path
    commits: tuple[Commit, ...] = ()
    later: tuple[Commit, ...] = ()
    changes: CodeChanges | None = None
    tests: int | None = 0
    made: int = 0
    documents: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """`percent` is None where no report could be taken; `notes` say why. `source` is the report's path."""

    percent: Decimal | None = None
    source: str = ""
    notes: tuple[str, ...] = field(default=())


def folder_of_work(ledger: Ledger, project: str, agents: Sequence[AgentSession]) -> Path | None:
    """The top of the repository: where the command runs if that is one of the project, else where the agent worked."""
    here = Path.cwd()
    top = git_line(here, "rev-parse", "--show-toplevel")
    if top and project in _projects_of(ledger, here, top):
        return Path(top)
    worked = dict.fromkeys(Path(agent.cwd) for agent in agents if agent.cwd)
    tops = (git_line(folder, "rev-parse", "--show-toplevel") for folder in worked if folder.is_dir())
    return next((Path(top) for top in tops if top), None)


def _projects_of(ledger: Ledger, here: Path, top: str) -> set[str]:
    """Of the folder, of its repository, and of the repository that a worktree elsewhere belongs to."""
    shared = Path(top, git_line(here, "rev-parse", "--git-common-dir")).resolve()
    folders = (str(here), top, *([str(shared.parent)] if shared.name == ".git" else []))
    return {ledger.settings.project_of(folder) for folder in folders}


def read_work(top: Path, session: Session, root: Path) -> GitWork:
    """What the repository tells of a session. The ledger's own files at `root` are none of its work."""
    if session.started is None or session.ended is None:
        return GitWork(top, notes=("not counted: the session has no start",))
    every = _commits_since(top, session.started - _CLOCKS_DIFFER)
    names = (session.author,) if session.author else (_own_name(top),)
    own = [commit for commit in every if not commit.is_merge and commit.at and is_by(commit, names)]
    listed = _listed(top, session.git.commits, every)
    within = {c.hash for c in own if c.at and session.started <= c.at <= session.ended}
    known = {commit.hash for commit in every}
    commits = [c for c in listed if c.hash not in known]
    commits += [c for c in every if c.hash in within or any(c.hash == other.hash for other in listed)]
    later = tuple(c for c in own if c.at and c.at > session.ended and c not in commits)
    work = GitWork(top, tuple(commits), later)
    if not commits:
        return replace(work, notes=tuple(_why_none(top, names)))
    if any(not commit.parents for commit in commits) and _is_shallow(top):
        return replace(work, notes=("not counted: the repository is a shallow clone (`git fetch --unshallow`)",))
    return _counted(work, _ledger_prefix(top, root))


def _own_name(top: Path) -> str:
    return git_line(top, "config", "user.email") or git_line(top, "config", "user.name")


def _commits_since(top: Path, since: datetime) -> tuple[Commit, ...]:
    order = ("--topo-order", "--reverse", f"--since={since.isoformat()}")
    return parse_log(_log(top, *order, "HEAD"))


def _log(top: Path, *arguments: str) -> str:
    form = ("-z", "--no-color", "--encoding=UTF-8", "--abbrev=7", f"--format={LOG_FORMAT}")
    return ask_git(top, "log", *form, *arguments, "--") or ""


def _listed(top: Path, names: Sequence[str], every: Sequence[Commit]) -> list[Commit]:
    """Those that the file names and HEAD still has."""
    found = []
    for name in names:
        if not _HASH.fullmatch(name):
            continue
        commit = next((c for c in every if c.hash.startswith(name.lower())), None)
        if commit is None and ask_git(top, "merge-base", "--is-ancestor", name, "HEAD") is not None:
            commit = next(iter(parse_log(_log(top, "--no-walk", name))), None)
        if commit is not None:
            found.append(commit)
    return found


def _why_none(top: Path, names: Sequence[str]) -> Iterator[str]:
    whose = f" by {names[0]}" if names[0] else ""
    changed = git_names(top, "--no-optional-locks", "status", "--porcelain", "-z", "--untracked-files=no")
    waiting = f"; {plural(len(changed), 'changed file')} not committed" if changed else ""
    yield f"no commit{whose} between start and end{waiting}"


def _is_shallow(top: Path) -> bool:
    return git_line(top, "rev-parse", "--is-shallow-repository") == "true"


def _ledger_prefix(top: Path, root: Path) -> str | None:
    """Where session files are in this repository, if they are in it."""
    folder = (root / FOLDER).resolve()
    return f"{folder.relative_to(top.resolve()).as_posix()}/" if folder.is_relative_to(top.resolve()) else None


def _counted(work: GitWork, own_files: str | None) -> GitWork:
    top = work.top
    spans = [(run[0].parents[0] if run[0].parents else _empty_tree(top), run[-1].hash) for run in runs_of(work.commits)]
    told = [ask_git(top, *_DIFFERENCE, "-z", "--numstat", *span, "--") for span in spans]
    differences = [parse_numstat(text) for text in told if text is not None]
    if len(differences) < len(spans):
        return replace(work, notes=("not counted: git cannot tell what the commits changed (`git fsck`)",))
    paths = sorted({change.path for changes in differences for change in changes})
    attributes = _attributes(top, paths)
    made = {path for path in paths if is_made(path, attributes)}
    passed = made | {path for path in paths if own_files and path.startswith(own_files)}
    counted = [[change for change in changes if change.path not in passed] for changes in differences]
    tests = _tests(top, spans, counted)
    return replace(
        work,
        changes=summed(counted),
        tests=tests,
        made=len(made),
        documents=tuple(path for path in paths if path not in passed and is_documentation(path)),
        notes=() if tests is not None else ("tests not counted: git cannot show the difference, or it is too large",),
    )


def _empty_tree(top: Path) -> str:
    return git_line(top, "hash-object", "-t", "tree", "--stdin")


def _attributes(top: Path, paths: Sequence[str]) -> dict[str, bool]:
    said: dict[str, bool] = {}
    for at in range(0, len(paths), _MOST_ARGUMENTS):
        some = paths[at : at + _MOST_ARGUMENTS]
        said |= parse_attributes(ask_git(top, "check-attr", "-z", *ATTRIBUTES, "--", *some) or "")
    return said


def _tests(top: Path, spans: Sequence[tuple[str, str]], differences: Sequence[Sequence[FileChange]]) -> int | None:
    patches: list[str] = []
    for span, changes in zip(spans, differences, strict=True):
        asked = [change for change in changes if change.path.lower().endswith(_TEST_SUFFIXES)]
        for at in range(0, len(asked), _MOST_ARGUMENTS):
            patch = _patch(top, span, asked[at : at + _MOST_ARGUMENTS])
            if patch is None or sum(map(len, patches)) + len(patch) > _LARGEST_PATCH:
                return None
            patches.append(patch)
    return new_tests(patches)


def _patch(top: Path, span: tuple[str, str], changes: Sequence[FileChange]) -> str | None:
    """Of these files alone. A renamed one by both its names, or all its lines would be new."""
    paths = dict.fromkeys(path for change in changes for path in (change.old_path, change.path))
    asked = ("-p", "-U5", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", *span, "--")
    return ask_git(top, "--literal-pathspecs", *_DIFFERENCE, *asked, *paths)


def read_coverage(top: Path, since: datetime) -> Coverage:
    """Of the newest report in the usual places that was written since then."""
    folders = dict.fromkeys((top, top / "coverage"))
    reports: list[tuple[float, Path]] = []
    notes = []
    for path in (folder / name for folder in folders for name in COVERAGE_FILES):
        try:
            found = path.stat()
        except OSError:
            continue
        if not S_ISREG(found.st_mode):  # a pipe would be waited for
            continue
        shown = path.relative_to(top).as_posix()
        if found.st_mtime < int(since.timestamp()):
            notes.append(f"{shown} is older than the session, not read")
        else:
            reports.append((found.st_mtime, path))
    for _, path in sorted(reports, reverse=True):
        percent = _percent(path)
        if percent is not None:
            return Coverage(percent, path.relative_to(top).as_posix())
        notes.append(f"{path.relative_to(top).as_posix()} states no coverage that is understood")
    return Coverage(notes=tuple(notes))


def _percent(path: Path) -> Decimal | None:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_REPORT + 1)
    except OSError:
        return None
    if len(raw) > _LARGEST_REPORT:  # the part that was read has another share
        return None
    return coverage_in(path.name, raw.decode("utf-8", "replace"))
