"""A ledger read from what is remembered of its files is the same where it is asked."""

from pathlib import Path

import pytest

from sitegen.checking import check_folder, in_full, load_lean
from sitegen.importing import plan_changed
from sitegen.ledger import Ledger, load_ledger
from sitegen.rollups import running_rollups
from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript


@pytest.fixture
def filled(sessions: Run, ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four sessions of two projects, one of them with a mistake, and a note that is no session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for day in (2, 3, 4):
        lines = [
            prompt(f"Day {day}", f"2026-03-0{day}T09:00:00Z", f"s-{day}"),
            answer(f"{day}", f"2026-03-0{day}T09:01:00Z", f"s-{day}", output_tokens=day * 100),
        ]
        folder = write_transcript(tmp_path / "claude", *lines, name=f"s-{day}")
    assert sessions("-C", ledger, "import", "--from", folder).returncode == 0
    assert sessions("-C", ledger, "new", "Other", "--project", "other").returncode == 0
    (ledger / "sessions" / "2026" / "2026-03-09-wrong.md").write_text("---\nschema: 1\ntitle: 5\nproject: p\n---\n")
    (ledger / "sessions" / "2026" / "note.md").write_text("# A note\n")
    return ledger


def known(ledger: Ledger) -> list[tuple[object, ...]]:
    return [
        (
            *(session.path, session.title, session.project, session.started, session.ended, session.active),
            *(session.state, session.phase, session.git.branch, session.totals),
        )
        for session in ledger.sessions
    ]


def test_what_is_remembered_is_what_stands_in_the_files(filled: Path) -> None:
    whole = load_ledger(filled)
    for _ in range(2):
        lean = load_lean(filled)
        assert known(lean) == known(whole)
        assert (lean.unsound, lean.problems) == (whole.unsound, whole.problems)
        assert running_rollups(lean.sessions) == running_rollups(whole.sessions)
        check_folder(filled)


def test_a_file_that_changed_is_read_anew(filled: Path) -> None:
    check_folder(filled)
    (path, *_) = sorted((filled / "sessions").rglob("2026-03-02*.md"))
    path.write_text(path.read_text().replace("project: shop-api", "project: moved"))
    assert known(load_lean(filled)) == known(load_ledger(filled))


def test_nothing_is_ever_written_from_what_is_only_remembered(filled: Path) -> None:
    check_folder(filled)
    whole, lean = load_ledger(filled), load_lean(filled)
    first = next(session for session in whole.sessions if session.project == "shop-api")
    assert all(not session.document.raw for session in lean.sessions if session.path == first.path)
    assert plan_changed(lean, {}).changes == ()
    changed = plan_changed(in_full(lean, [first.path]), {first.path: first.document})
    assert {change.path for change in changed.changes} <= {first.path}
    again = in_full(lean, [session.path for session in whole.sessions])
    assert [s.document.raw for s in again.sessions] == [s.document.raw for s in whole.sessions]
    assert (again.unsound, again.problems) == (whole.unsound, whole.problems)
