"""Any bytes as a session file: read within bounds, and edited so that no byte changes but those that are ours."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from sitegen.checking import check_ledger
from sitegen.errors import ProblemError
from sitegen.frontmatter import Document, parse_document, reading, same_value, synced
from sitegen.importing import plan_fill
from sitegen.ledger import Ledger, parse_session_file
from sitegen.schema import KEYS
from sitegen.settings import Settings

PATH = "sessions/2026/fuzz.md"
ROWS: list[dict[str, Any]] = [{"time": "20:36", "model": "m", "input": 1, "cost": Decimal("0.10")}, {"tools": {"A": 1}}]
WANTED: dict[str, Any] = {"usage": ROWS, "totals": {"requests": 2, "cost": Decimal("0.10")}, "active": "0:30"}
OWNED = {"usage": ("time", "model", "input", "cost", "tools"), "totals": ("requests", "cost")}


def check(data: bytes) -> None:
    raw = data if data.startswith((b"---", b"\xef\xbb\xbf---")) else b"---\n" + data
    document, problems = parse_document(raw, PATH)
    assert (document is None) == bool(problems)
    if document is None:
        return
    assert document.head + document.front.encode() + document.tail == raw
    assert reading.read_mapping(document.front, PATH) == reading._read(reading._Reader(document.front, PATH), PATH)
    _check_edit(document)
    _check_session(raw)


def _check_edit(document: Document) -> None:
    try:
        new = synced(document, WANTED, order=KEYS, row_pairs=(None, None), owned_inner=OWNED)
    except ProblemError:
        return
    again, _ = parse_document(new.raw, PATH)
    assert again is not None
    assert (again.head, again.tail) == (document.head, document.tail)
    for key, value in document.data.items():
        assert key in WANTED or same_value(again.data[key], value)
    assert same_value(again.data["usage"], ROWS)
    once_more = synced(again, WANTED, order=KEYS, row_pairs=(0, 1), owned_inner=OWNED)
    assert once_more.raw == new.raw


def _check_session(raw: bytes) -> None:
    """Rules and a fill by hand stand whatever the file says."""
    session, problems = parse_session_file(raw, PATH)
    if session is None:
        return
    unsound = frozenset({PATH} if any(problem.severity == "error" for problem in problems) else ())
    ledger = Ledger(Path("/nowhere"), Settings(), (session,), tuple(problems), unsound)
    check_ledger(ledger)
    (change, *_) = plan_fill(ledger, [session], []).changes or [None]
    if change is None:
        return
    filled, _ = parse_session_file(change.new, PATH)
    assert filled is not None
    after = Ledger(Path("/nowhere"), Settings(), (filled,))
    assert plan_fill(after, [filled], []).changes == ()
