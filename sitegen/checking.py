"""A whole ledger checked: each file on its own, on all cores, then all of them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sitegen.errors import Problem, Severity, sorted_problems
from sitegen.ledger import MANY, Ledger, load_settings, parse_session_file
from sitegen.processes import spread
from sitegen.rollups import in_order
from sitegen.rules import adds_up, check_file, check_together, levelled
from sitegen.rules.facts import FileFacts, facts_of
from sitegen.rules.rule import Together
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.store import read_file, session_files


@dataclass(frozen=True, slots=True)
class Checked:
    """What `sessions check` has to say. `sessions` and `rows` count what could be read."""

    problems: tuple[Problem, ...]
    sessions: int
    rows: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file says that others depend on, None where it cannot be read; and all that is wrong with it."""

    facts: FileFacts | None
    problems: tuple[Problem, ...]


def check_folder(root: Path, *, now: datetime | None = None) -> Checked:
    settings, problems = load_settings(root)
    paths = session_files(root)
    reports = spread(partial(_report_files, root, settings), paths, least=MANY)
    return _together(settings, problems, reports, paths, now)


def check_ledger(ledger: Ledger) -> tuple[Problem, ...]:
    """Every problem of a ledger that was read already, whatever the day; those of reading are among them."""
    reports = [report_of(session, (), ledger) for session in (*ledger.sessions, *ledger.notes)]
    paths = [session.path for session in ledger.sessions]
    return _together(ledger.settings, ledger.problems, reports, paths, None).problems


def report_of(session: Session, problems: Sequence[Problem], ledger: Ledger) -> FileReport:
    sound = session.path not in ledger.unsound
    return _report(session, problems, ledger.settings, sound=sound)


def _report_files(root: Path, settings: Settings, paths: Sequence[str]) -> list[FileReport]:
    return [_report_file(root, settings, path) for path in paths]


def _report_file(root: Path, settings: Settings, path: str) -> FileReport:
    raw = read_file(root, path)
    if isinstance(raw, Problem):
        return FileReport(None, (raw,))
    session, problems = parse_session_file(raw, path)
    if session is None:
        return FileReport(None, problems)
    return _report(session, problems, settings, sound=not _has_error(problems))


def _report(session: Session, problems: Sequence[Problem], settings: Settings, *, sound: bool) -> FileReport:
    """Rules pass over a file that could not be read in full, so that one cause is told once."""
    found = check_file(session, settings) if sound else ()
    facts = facts_of(session, sound=sound, adds_up=adds_up(found))
    return FileReport(facts, (*problems, *found))


def _has_error(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _together(
    settings: Settings,
    problems: Sequence[Problem],
    reports: Sequence[FileReport],
    paths: Sequence[str],
    now: datetime | None,
) -> Checked:
    files = in_order(report.facts for report in reports if report.facts is not None and not report.facts.is_note)
    found = [*problems, *(problem for report in reports for problem in report.problems)]
    found += check_together(Together(files, settings, paths, now))
    told = sorted_problems(levelled(found, settings))
    return Checked(told, len(files), sum(file.rows for file in files), settings)
