"""`sessions end`: one command closes a session, touches no word, and says what is left to write."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sitegen.ledger import load_session
from sitegen.session import Session
from sitegen.store import session_files
from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
"""When the session began."""
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
PYTHON = "def total(rows):\n    return sum(rows)\n"
WORK = {
    "limits.py": PYTHON,
    "test_limits.py": "def test_total():\n    assert 1\n\n\ndef test_nothing():\n    assert 2\n",
}


def at(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def git(folder: Path, *arguments: str, **variables: str) -> str:
    run = subprocess.run(
        ["git", "-C", str(folder), *arguments], env={**GIT, **variables}, capture_output=True, text=True, check=True
    )
    return run.stdout


def commit(folder: Path, words: str, minutes: int, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (folder / name).write_text(content)
    git(folder, "add", "-A")
    when = (NOW + timedelta(minutes=minutes)).isoformat()
    git(folder, "commit", "-qm", words, GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=when)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The repository of the project shop-api, with a commit from before."""
    folder = tmp_path / "shop-api"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "feat/limits")
    git(folder, "config", "user.email", "ana@example.com")
    git(folder, "config", "user.name", "Ana")
    commit(folder, "Begin", -600, {"limits.py": "x = 1\n"})
    return folder


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    lines = [
        prompt("Add rate limits", at(0)),
        answer("a", at(2), input_tokens=200, output_tokens=900, tools=["Edit"]),
        prompt("Now tests", at(6)),
        answer("b", at(9), input_tokens=100, output_tokens=400),
        # After lunch.
        prompt("One more", at(50)),
        answer("c", at(52), input_tokens=100, output_tokens=100),
    ]
    return write_transcript(tmp_path / "claude", *lines)


def the_session(root: Path) -> tuple[Session, Path]:
    (path,) = session_files(root)
    session, problems = load_session(root, path)
    assert session is not None
    assert problems == ()
    return session, root / path


def begin(sessions: Run, ledger: Path, work: Path, *options: str) -> Path:
    run = sessions("-C", ledger, "new", "Rate limits", *options, cwd=work)
    assert run.returncode == 0, run.stderr
    file = ledger / run.stdout.strip()
    file.write_text(re.sub(r"(?m)^started: .*$", f"started: '{NOW.isoformat()}'", file.read_text()))
    return file


def test_one_command_closes_the_day(sessions: Run, ledger: Path, work: Path, transcripts: Path) -> None:
    file = begin(sessions, ledger, work, "--estimate", "0.05")
    words = file.read_text().replace("- [ ] [What is to be done, in words that can be checked]", "- [x] Limits hold")
    file.write_text(words)
    commit(work, "Add limits", 10, {**WORK, "package-lock.json": "{}\n" * 900})
    run = sessions("-C", ledger, "end", "--from", transcripts, cwd=work)
    session, _ = the_session(ledger)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == file.relative_to(ledger).as_posix()
    assert session.state == "complete"
    assert session.ended == NOW + timedelta(minutes=52)
    assert session.active == timedelta(minutes=11)
    assert session.code == {"files": 2, "added": 8, "deleted": 1, "tests_added": 2}
    assert len(session.git.commits) == 1
    assert session.git.branch == "feat/limits"
    assert session.totals.requests == 3
    assert "3 requests" in run.stderr
    assert "active     0:11 (pauses above 10 minutes left out)" in run.stderr
    assert "2 files, +8 −1 in 1 commit; 1 lock or generated file left out; 2 tests added" in run.stderr
    assert re.search(r"goals +1 of \d met", run.stderr)
    assert "left to write" in run.stderr
    assert "only you can say: ratings.session" in run.stderr
    assert "of it" in run.stderr or "×" in run.stderr
    assert all(len(line) <= 120 for line in run.stderr.splitlines())


def test_ending_twice_changes_nothing(sessions: Run, ledger: Path, work: Path, transcripts: Path) -> None:
    begin(sessions, ledger, work)
    commit(work, "Add limits", 10, {"limits.py": PYTHON})
    assert sessions("-C", ledger, "end", "--from", transcripts, cwd=work).returncode == 0
    _, path = the_session(ledger)
    once, stamp = path.read_bytes(), path.stat().st_mtime_ns
    again = sessions("-C", ledger, "end", "rate-limits", "--from", transcripts, cwd=work)
    assert again.returncode == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (once, stamp)


def test_what_a_person_typed_stays_and_the_difference_is_told(
    sessions: Run, ledger: Path, work: Path, transcripts: Path
) -> None:
    file = begin(sessions, ledger, work)
    file.write_text(file.read_text().replace("code: {}", "code: {added: 77, tests_added: 0}"))
    commit(work, "Add limits", 10, WORK)
    run = sessions("-C", ledger, "end", "--from", transcripts, cwd=work)
    session, _ = the_session(ledger)
    assert session.code == {"files": 2, "added": 77, "deleted": 1, "tests_added": 0}
    assert "`code.added` is 77, git says 8" in run.stderr
    sessions("-C", ledger, "end", "rate-limits", "--recount", "--from", transcripts, cwd=work)
    session, _ = the_session(ledger)
    assert session.code == {"files": 2, "added": 8, "deleted": 1, "tests_added": 2}


def test_no_byte_of_the_words_changes(sessions: Run, ledger: Path, work: Path, transcripts: Path) -> None:
    file = begin(sessions, ledger, work)
    own = "\nWords  with two blanks  \nand [a gap](https://example.com) — ‘quoted’.\n"
    file.write_text(file.read_text() + own)
    assert sessions("-C", ledger, "end", "--from", transcripts, cwd=work).returncode == 0
    assert file.read_text().endswith(own)


def test_a_session_of_typed_rows_ends_now(sessions: Run, ledger: Path, work: Path) -> None:
    begin(sessions, ledger, work, "--template", "api")
    counts = ("--model", "claude-opus-4-8", "--input", "1000", "--output", "200")
    assert sessions("-C", ledger, "log", "Ask", *counts).returncode == 0
    run = sessions("-C", ledger, "end", cwd=work)
    session, _ = the_session(ledger)
    assert run.returncode == 0, run.stderr
    assert session.ended is not None
    assert session.ended >= NOW
    assert "(says this command)" in run.stderr
    assert session.state == "complete"
    first = session.ended
    assert sessions("-C", ledger, "end", "rate-limits", cwd=work).returncode == 0
    assert the_session(ledger)[0].ended == first


def test_without_a_repository_nothing_is_said_of_code(
    sessions: Run, ledger: Path, home: Path, transcripts: Path
) -> None:
    run = sessions("-C", ledger, "new", "Rate limits", "--project", "shop-api")
    assert run.returncode == 0
    run = sessions("-C", ledger, "end", "--from", transcripts, cwd=home)
    assert the_session(ledger)[0].code == {}
    assert "  code " not in run.stderr


def test_a_file_with_errors_is_left_alone(sessions: Run, ledger: Path, work: Path, transcripts: Path) -> None:
    file = begin(sessions, ledger, work)
    broken = file.read_text().replace("state: active", "state: busy")
    file.write_text(broken)
    run = sessions("-C", ledger, "end", "rate-limits", "--from", transcripts, cwd=work)
    assert run.returncode == 1
    assert "not ended: the file has errors" in run.stderr
    assert file.read_text() == broken


def test_the_check_of_the_file_is_told(sessions: Run, ledger: Path, work: Path, transcripts: Path) -> None:
    file = begin(sessions, ledger, work)
    file.write_text(
        file.read_text().replace("ratings: {}", "ratings: {session: 8}\nbilled: {cost: 900, source: invoice}")
    )
    run = sessions("-C", ledger, "end", "--from", transcripts, cwd=work)
    assert run.returncode == 1
    assert "error[billed]" in run.stderr
    told = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)
    assert {"billed"} <= {problem["rule"] for problem in told["problems"]}
