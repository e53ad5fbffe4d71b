"""Any bytes as a transcript: never a crash, and what is taken from it makes a file that holds, once."""

import tempfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

from sitegen.checking import check_ledger
from sitegen.errors import Severity
from sitegen.importing import plan_import
from sitegen.ledger import Ledger, parse_session_file
from sitegen.rollups import in_order
from sitegen.settings import Settings
from sitegen.transcripts import History, read_history

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEMPLATE = "---\nschema: 1\ntitle: {{title}}\nproject: {{project}}\nstate: {{state}}\n---\n\n# {{title}}\n"
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-transcripts-"))


def check(data: bytes) -> None:
    """Reads every input; makes files of one in eight, which takes twenty times as long."""
    history = _read(data)
    if zlib.crc32(data) % 8 == 0:
        _check_files(history)


def check_whole(data: bytes) -> None:
    _check_files(_read(data))


def _read(data: bytes) -> History:
    """A NUL line parts the bytes into two files."""
    for name, part in zip(("s-1", "s-2"), [*data.split(b"\n\0\n", 1), b""], strict=False):
        (FOLDER / f"{name}.jsonl").write_bytes(part)
    history = read_history([FOLDER], jobs=1, now=NOW)
    keys = [response.key for session in history.sessions for response in session.responses]
    assert len(keys) == len(set(keys))
    assert all(response.counts.tokens >= 0 for session in history.sessions for response in session.responses)
    return history


def _check_files(history: History) -> None:
    ledger = Ledger(Path("/nowhere"), Settings())
    plan = plan_import(ledger, history.sessions, TEMPLATE)
    assert not [problem for problem in plan.problems if problem.severity is Severity.ERROR], plan.problems
    assert plan.created == len(history.sessions)
    sessions = []
    for change in plan.changes:
        session, problems = parse_session_file(change.new, change.path)
        assert session is not None
        assert not [problem for problem in problems if problem.severity is Severity.ERROR], problems
        sessions.append(session)
    after = Ledger(Path("/nowhere"), Settings(), in_order(sessions))
    wrong = [problem for problem in check_ledger(after) if problem.severity is Severity.ERROR]
    assert not [problem for problem in wrong if problem.rule != "claimed-twice"], wrong
    assert plan_import(after, history.sessions, TEMPLATE).changes == ()
