"""A ledger read and checked in one go: each file once, on all cores, and only what has changed since the last time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sitegen.checking.folders import Answer, report_read, settings_bytes, template_answers, together
from sitegen.checking.memory import Entry, FileReport, Memory, circumstances, digest_of, read_memory, write_memory
from sitegen.errors import Problem
from sitegen.ledger import MANY, Ledger, ledger_of, load_settings, parse_session_file
from sitegen.processes import spread
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.store import read_file, session_files


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One session file: the session in it, None where there is none, and what is wrong with it.

    `reading`: the problems met while reading, which are in the report as well. Without a digest it could not be read.
    """

    session: Session | None
    reading: tuple[Problem, ...]
    answer: Answer


@dataclass(frozen=True)
class CheckedLedger:
    """A ledger with every problem that `check` tells, and its files as they were read."""

    ledger: Ledger
    problems: tuple[Problem, ...]
    files: Mapping[str, ReadFile] = field(default_factory=dict)
    under: str = ""

    @property
    def digests(self) -> Mapping[str, str]:
        """By path: one text for the bytes of a file, the settings and the program that read them."""
        return {path: f"{self.under}{file.answer.digest}" for path, file in self.files.items() if file.answer.digest}


def load_checked(root: Path, earlier: CheckedLedger | None = None) -> CheckedLedger:
    """A file with the bytes that it had in the `earlier` ledger is the same value again; what an earlier program
    found in these bytes is remembered, as by `check_folder`. Sessions come without the text of their files.
    """
    raw = settings_bytes(root)
    settings, problems = load_settings(root)
    while raw != (raw := settings_bytes(root)):  # what is kept is kept under the settings it was made with
        settings, problems = load_settings(root)
    paths = session_files(root)
    known = _unchanged(root, paths, settings, earlier)
    new = [path for path in paths if path not in known]
    under = circumstances(raw)
    memory = None if earlier else read_memory(root, under)
    known |= _read_new(root, settings, new, memory)
    files = {path: known[path] for path in paths}
    ledger = ledger_of(root, settings, ((file.session, file.reading) for file in files.values()), problems)
    answers = [*(file.answer for file in files.values()), *template_answers(root, settings)]
    return CheckedLedger(ledger, together(settings, problems, answers, paths, None).problems, files, under)


def _unchanged(
    root: Path, paths: Sequence[str], settings: Settings, earlier: CheckedLedger | None
) -> dict[str, ReadFile]:
    if earlier is None or earlier.ledger.settings != settings:
        return {}
    known = {}
    for path in paths:
        file = earlier.files.get(path)
        if file and file.session and _digest(root, path) == file.answer.digest:
            known[path] = file
    return known


def _digest(root: Path, path: str) -> str | None:
    raw = read_file(root, path)
    return None if isinstance(raw, Problem) else digest_of(raw)


def _read_new(root: Path, settings: Settings, paths: Sequence[str], memory: Memory | None) -> dict[str, ReadFile]:
    files = dict(zip(paths, read_files(root, settings, memory, paths), strict=True))
    if memory is not None and any(memory.recall(path, file.answer.digest) is None for path, file in files.items()):
        write_memory(root, memory.under, {path: (f.answer.digest, f.answer.report) for path, f in files.items()})
    return files


def read_files(root: Path, settings: Settings, memory: Memory | None, paths: Sequence[str]) -> list[ReadFile]:
    """In the order of the paths."""
    load = None if memory else settings.price_book.load
    known = [(path, memory.entry(path) if memory else None) for path in paths]
    return spread(partial(_read_here, root, settings), known, MANY, load)


def _read_here(root: Path, settings: Settings, paths: Sequence[tuple[str, Entry | None]]) -> list[ReadFile]:
    return [_read(root, settings, path, entry) for path, entry in paths]


def _read(root: Path, settings: Settings, path: str, entry: Entry | None) -> ReadFile:
    raw = read_file(root, path)
    if isinstance(raw, Problem):
        return ReadFile(None, (raw,), Answer(FileReport(None, (raw,))))
    session, problems = parse_session_file(raw, path)
    digest = digest_of(raw)
    report = entry.report(digest) if entry else None
    if report is None:
        report = report_read(raw, settings, path, session, problems)
    # Neither the repairs, which hold whole documents, nor the text itself: a site is made of thousands of these.
    told = replace(report, problems=tuple(replace(problem, repair=None) for problem in report.problems))
    lean = replace(session, document=session.document.without_text()) if session else None
    return ReadFile(lean, problems, Answer(told, digest))
