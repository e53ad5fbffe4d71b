"""A whole ledger checked: each file on its own, on all cores, then all of them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sitegen.checking.memory import (
    FileReport,
    Memory,
    circumstances,
    digest_of,
    read_memory,
    write_memory,
)
from sitegen.errors import Problem, Severity, sorted_problems
from sitegen.ledger import MANY, Ledger, load_settings, parse_session_file
from sitegen.processes import spread
from sitegen.rollups import in_order
from sitegen.rules import adds_up, check_file, check_together, levelled
from sitegen.rules.exceptions import without_ignored
from sitegen.rules.facts import facts_of
from sitegen.rules.privacy import Looked, look_through, without_secrets
from sitegen.rules.rule import Together
from sitegen.session import Session
from sitegen.settings import FILE_NAME, Settings
from sitegen.store import read_file, session_files
from sitegen.templates import own_templates


@dataclass(frozen=True, slots=True)
class Checked:
    """What `sessions check` has to say. `sessions` and `rows` count what could be read."""

    problems: tuple[Problem, ...]
    sessions: int
    rows: int
    settings: Settings


@dataclass(frozen=True, slots=True)
class Answer:
    """Without a digest the file could not be read, which is never remembered."""

    report: FileReport
    digest: str = ""


def check_folder(root: Path, *, now: datetime | None = None, remember: bool = True) -> Checked:
    """A file that has not changed since the last run keeps its answer, if it may be remembered.

    Remembered problems have no `repair`.
    """
    settings, problems = load_settings(root)
    paths = session_files(root)
    if not remember:
        answers = _answers(root, settings, paths)
        return together(settings, problems, [*answers, *template_answers(root, settings)], paths, now)
    memory = read_memory(root, circumstances(settings_bytes(root)))
    known = _known_answers(root, memory, paths)
    new = [path for path in paths if path not in known]
    known.update(zip(new, _answers(root, settings, new), strict=True))
    if new:
        write_memory(root, memory.under, {path: (each.digest, each.report) for path, each in known.items()})
    reports = [*(known[path] for path in paths), *template_answers(root, settings)]
    return together(settings, problems, reports, paths, now)


def check_ledger(ledger: Ledger) -> tuple[Problem, ...]:
    """Every problem of a ledger that was read already, whatever the day; those of reading are among them."""
    sessions = (*ledger.sessions, *ledger.notes)
    answers = [*(_answer_of(session, ledger) for session in sessions), *template_answers(ledger.root, ledger.settings)]
    paths = sorted({*(session.path for session in sessions), *session_files(ledger.root)})
    return together(ledger.settings, ledger.problems, answers, paths, None).problems


def _answer_of(session: Session, ledger: Ledger) -> Answer:
    looked = look_through(session.document.raw, session.path, ledger.settings)
    return Answer(_report(session, (), looked, ledger.settings, sound=session.path not in ledger.unsound))


def settings_bytes(root: Path) -> bytes:
    raw = read_file(root, FILE_NAME)
    return b"" if isinstance(raw, Problem) else raw


def _known_answers(root: Path, memory: Memory, paths: Sequence[str]) -> dict[str, Answer]:
    known = {}
    for path in paths if memory else ():
        raw = read_file(root, path)
        if not isinstance(raw, Problem):
            digest = digest_of(raw)
            report = memory.recall(path, digest)
            if report is not None:
                known[path] = Answer(report, digest)
    return known


def _answers(root: Path, settings: Settings, paths: Sequence[str]) -> list[Answer]:
    return spread(partial(_answers_here, root, settings), paths, MANY, settings.price_book.load)


def _answers_here(root: Path, settings: Settings, paths: Sequence[str]) -> list[Answer]:
    return [_answer(root, settings, path) for path in paths]


def _answer(root: Path, settings: Settings, path: str) -> Answer:
    raw = read_file(root, path)
    if isinstance(raw, Problem):
        return Answer(FileReport(None, (raw,)))
    return Answer(report_file(raw, settings, path), digest_of(raw))


def template_answers(root: Path, settings: Settings) -> list[Answer]:
    """Templates are only looked through for what would be copied from them into session files."""
    found = []
    for path in own_templates(root):
        raw = read_file(root, path)
        looked = Looked((raw,)) if isinstance(raw, Problem) else look_through(raw, path, settings)
        found.append(Answer(FileReport(None, looked.problems, looked.allowed)))
    return found


def report_file(raw: bytes, settings: Settings, path: str) -> FileReport:
    return report_read(raw, settings, path, *parse_session_file(raw, path))


def report_read(
    raw: bytes, settings: Settings, path: str, session: Session | None, problems: tuple[Problem, ...]
) -> FileReport:
    looked = look_through(raw, path, settings)
    if session is None:
        return FileReport(None, (*problems, *looked.problems), looked.allowed)
    return _report(session, problems, looked, settings, sound=not _has_error(problems))


def _report(
    session: Session, problems: Sequence[Problem], looked: Looked, settings: Settings, *, sound: bool
) -> FileReport:
    """Rules pass over a file that could not be read in full, so that one cause is told once."""
    found = check_file(session, settings) if sound else ()
    facts = facts_of(session, sound=sound, adds_up=adds_up(found))
    return FileReport(facts, (*problems, *looked.problems, *found), looked.allowed)


def _has_error(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def together(
    settings: Settings,
    problems: Sequence[Problem],
    answers: Sequence[Answer],
    paths: Sequence[str],
    now: datetime | None,
) -> Checked:
    reports = [answer.report for answer in answers]
    files = in_order(report.facts for report in reports if report.facts is not None and not report.facts.is_note)
    found = [*problems, *(problem for report in reports for problem in report.problems)]
    allowed = sorted({digest for report in reports for digest in report.allowed})
    found += check_together(Together(files, settings, paths, now, allowed))
    told = levelled(without_ignored(found, settings.ignores), settings)
    shown = sorted_problems([*map(without_secrets, told)])
    return Checked(shown, len(files), sum(file.rows for file in files), settings)
