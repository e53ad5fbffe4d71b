"""A case is a session file, and beside it the exact output of `sessions check` on it."""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Run

CASES = sorted((Path(__file__).parent / "check_cases").glob("*.md"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_check_says_exactly(case: Path, ledger: Path, sessions: Run) -> None:
    (ledger / "sessions" / case.name).write_bytes(case.read_bytes())
    run = sessions("-C", ledger, "check")
    golden = case.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(run.stdout, encoding="utf-8")
    assert run.stdout == golden.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes what it says now"
    errors = ": error[" in run.stdout
    assert run.returncode == (1 if errors else 0)


def test_json_has_the_promised_keys(ledger: Path, sessions: Run) -> None:
    case = next(path for path in CASES if path.stem == "wrong-numbers")
    (ledger / "sessions" / case.name).write_bytes(case.read_bytes())
    told = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)
    keys = ["rule", "severity", "path", "line", "column", "message", "hint", "stated", "expected"]
    assert all(list(problem) == keys for problem in told["problems"])
    assert (told["sessions"], told["rows"]) == (1, 3)


def test_an_empty_ledger_is_silent_and_good(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
