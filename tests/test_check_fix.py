"""`sessions check --fix`: what has one right answer is put right and shown; words are never touched."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run

WRONG = """---
schema: 1
title: JWT authentication
project: shop-api
started: '2026-02-11T20:36:53+01:00'
ended: '2026-02-11T21:46:25+01:00'
state: complete
usage:
# typed later
- {time: '20:51', task: Token validation, model: claude-opus-4-6, requests: 1, input: 52, output: 100, cost: 0.00276}
- {time: '20:36', task: Initial prompt, model: claude-opus-4-6, requests: 2, input: 40, output: 2113, cost: 0.053025}
totals: {requests: 3, input: 92, output: 2213, cost: 0.055786}  # not quite
prices:
  claude-opus-4-6: {input: 5, output: 25, source: my own list}
---

# JWT authentication

- [X] Rate limits, 3 of them, cost $0.055786
- [ ] Words stay:   as they are

<!-- sessions:usage -->
<!-- /sessions:usage -->
"""
NAME = "2026-02-11-jwt.md"


@pytest.fixture
def wrong(ledger: Path) -> Path:
    path = ledger / "sessions" / NAME
    path.write_text(WRONG)
    return path


def test_a_dry_run_shows_the_changes_and_writes_nothing(ledger: Path, wrong: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check", "--fix", "--dry-run")
    assert "-totals: {requests: 3, input: 92, output: 2213, cost: 0.055786}  # not quite" in run.stderr
    assert "+totals: {requests: 3, input: 92, output: 2213, cost: 0.055785}  # not quite" in run.stderr
    assert wrong.read_text() == WRONG
    assert run.returncode == 1


def test_what_has_one_right_answer_is_repaired(ledger: Path, wrong: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check", "--fix")
    assert run.stdout == ""
    assert run.returncode == 0, run.stderr
    lines = wrong.read_text().split("\n")
    assert [line[:16] for line in lines if "time:" in line] == ["- {time: '20:36'", "- {time: '20:51'"]
    assert "- [x] Rate limits, 3 of them, cost $0.055786" in lines
    assert "| 20:36 | Initial prompt |" in wrong.read_text()
    assert sessions("-C", ledger, "check").stdout == ""


def test_repairing_twice_changes_nothing(ledger: Path, wrong: Path, sessions: Run) -> None:
    sessions("-C", ledger, "check", "--fix")
    repaired = wrong.read_text()
    run = sessions("-C", ledger, "check", "--fix")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert wrong.read_text() == repaired


def test_every_other_byte_stays(ledger: Path, wrong: Path, sessions: Run) -> None:
    wrong.write_bytes(WRONG.replace("\n", "\r\n").encode() + b"\xff no newline at the end")
    sessions("-C", ledger, "check", "--fix")
    new = wrong.read_bytes()
    assert b"\n" not in new.replace(b"\r\n", b"")
    assert new.endswith(b"\xff no newline at the end")
    assert b"# typed later\r\n" in new
    assert b"- [ ] Words stay:   as they are\r\n" in new


def test_only_the_named_files_are_repaired(ledger: Path, wrong: Path, sessions: Run) -> None:
    other = ledger / "sessions" / "2026-02-12-other.md"
    other.write_text(WRONG.replace("2026-02-11", "2026-02-12").replace("project: shop-api", "project: other"))
    before = other.read_text()
    run = sessions("-C", ledger, "check", "--fix", wrong)
    assert run.returncode == 0
    assert other.read_text() == before
    assert sessions("-C", ledger, "check").returncode == 1


def test_a_figure_with_two_possible_answers_is_left_to_a_person(ledger: Path, wrong: Path, sessions: Run) -> None:
    wrong.write_text(WRONG.replace("cost: 0.055786}", "cost: 0.1}").replace("input: 52", "input: 53"))
    sessions("-C", ledger, "check", "--fix")
    assert "input: 53" in wrong.read_text()


@pytest.mark.usefixtures("wrong")
def test_repairs_are_an_ordinary_change_for_git(ledger: Path, sessions: Run) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(ledger), "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "A session")
    sessions("-C", ledger, "check", "--fix")
    assert git("diff", "--name-only").split() == [f"sessions/{NAME}"]


@pytest.mark.parametrize("option", [["--dry-run"], ["--from", "."]])
def test_options_that_belong_to_others_are_refused_alone(option: list[str], ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check", *option)
    assert run.returncode == 2
    assert "only with" in run.stderr
