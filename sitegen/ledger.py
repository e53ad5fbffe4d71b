"""The ledger: all sessions and everything that is wrong with them, as one immutable value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sitegen.blocks import find_blocks
from sitegen.errors import Location, Problem, Severity, error, sorted_problems
from sitegen.frontmatter import Document, bare_document, parse_document
from sitegen.frontmatter.splitting import BOM, MAX_BYTES
from sitegen.handwritten import note_of
from sitegen.processes import spread
from sitegen.rollups import in_order
from sitegen.schema import parse_session
from sitegen.session import Session
from sitegen.settings import FILE_NAME, Settings, parse_settings
from sitegen.store import read_file, session_files

MANY = 100
"""Session files from which on reading them over several processes is quicker than starting those."""
Loaded = tuple[Session | None, tuple[Problem, ...]]


@dataclass(frozen=True)
class Ledger:
    """`sessions` are in order of start, then path; those without a start come last.

    `problems` are the mistakes met while reading. A session named in `unsound` has errors among them:
    its sums are not to be trusted, and rules about numbers pass it over, so that one cause is told once.
    `notes` are files without frontmatter whose figures stand in their body, in order of path: nothing counts them.
    """

    root: Path
    settings: Settings
    sessions: tuple[Session, ...] = ()
    problems: tuple[Problem, ...] = ()
    unsound: frozenset[str] = frozenset()
    notes: tuple[Session, ...] = ()

    @property
    def sound(self) -> tuple[Session, ...]:
        return tuple(session for session in self.sessions if session.path not in self.unsound)

    def with_sessions(self, changed: Iterable[Session]) -> "Ledger":
        """The ledger with these sessions in place of those that have the same path, or added to it."""
        by_path = {session.path: session for session in self.sessions}
        by_path.update((session.path, session) for session in changed)
        return replace(self, sessions=in_order(by_path.values()))


def find_ledger(start: Path) -> Path | None:
    """The nearest folder with a `sessions.toml`, from `start` upwards."""
    folders = (start, *start.parents)
    return next((folder for folder in folders if (folder / FILE_NAME).is_file()), None)


def load_ledger(root: Path) -> Ledger:
    """Everything that can be read is in the ledger; everything that cannot is among its problems."""
    settings, problems = load_settings(root)
    return ledger_of(root, settings, spread(partial(_load_sessions, root), session_files(root), least=MANY), problems)


def ledger_of(root: Path, settings: Settings, loaded: Iterable[Loaded], problems: Iterable[Problem] = ()) -> Ledger:
    """The ledger in what was read of its files; `problems` are those of its settings."""
    found = [*problems]
    sessions = []
    for session, wrong in loaded:
        found += wrong
        if session is not None:
            sessions.append(session)
    errors = frozenset(problem.location.path for problem in found if problem.severity is Severity.ERROR)
    counted = in_order(session for session in sessions if not session.is_note)
    notes = tuple(session for session in sessions if session.is_note)
    return Ledger(root, settings, counted, sorted_problems(found), errors, notes)


def _load_sessions(root: Path, paths: Sequence[str]) -> list[Loaded]:
    return [load_session(root, path) for path in paths]


def load_settings(root: Path) -> tuple[Settings, tuple[Problem, ...]]:
    raw = read_file(root, FILE_NAME)
    if isinstance(raw, Problem):
        return Settings(), (raw,)
    try:
        return parse_settings(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        return Settings(), (error("settings", Location(FILE_NAME), f"not UTF-8, byte {exc.start}"),)


def load_session(root: Path, path: str) -> Loaded:
    raw = read_file(root, path)
    return (None, (raw,)) if isinstance(raw, Problem) else parse_session_file(raw, path)


def parse_session_file(raw: bytes, path: str) -> Loaded:
    """The session in the bytes of a file, or None; with everything that is wrong with them as they stand."""
    document, problems = parse_document(raw, path)
    if document is None:
        note = _note(raw, path, problems)
        return (note, _block_problems(note)) if note else (None, problems)
    session, wrong = session_of(document, path)
    return session, (*problems, *wrong)


def session_of(document: Document, path: str) -> tuple[Session, tuple[Problem, ...]]:
    """The session in a document with all that is wrong in its frontmatter and with its blocks."""
    session, problems = parse_session(document, path)
    return session, (*problems, *_block_problems(session))


def _block_problems(session: Session) -> tuple[Problem, ...]:
    return find_blocks(session.body, session.path, session.document.body_line)[1]


def _note(raw: bytes, path: str, problems: Sequence[Problem]) -> Session | None:
    """The session in a file without frontmatter, if its usage is written in its body; never in a refused file."""
    refused = len(raw) > MAX_BYTES or any(problem.rule != "frontmatter" for problem in problems)
    if refused or raw.removeprefix(BOM).startswith(b"---"):
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return note_of(bare_document(raw, path))
