"""A case is a session file with the exact output of `sessions check` on it beside it, as NAME.md and NAME.txt; or,
where a problem needs settings or several files, a folder NAME with what goes into a ledger, and expected.txt in it.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Run

FOLDER = Path(__file__).parent / "check_cases"
CASES = sorted([*FOLDER.glob("*.md"), *(path for path in FOLDER.iterdir() if path.is_dir())])


def golden_of(case: Path) -> Path:
    return case / "expected.txt" if case.is_dir() else case.with_suffix(".txt")


def lay_out(case: Path, ledger: Path) -> None:
    """The case's files in a ledger that `sessions init` made."""
    if case.is_dir():
        shutil.copytree(case, ledger, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("expected.txt"))
    else:
        shutil.copyfile(case, ledger / "sessions" / case.name)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_check_says_exactly(case: Path, ledger: Path, sessions: Run) -> None:
    lay_out(case, ledger)
    run = sessions("-C", ledger, "check")
    golden = golden_of(case)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(run.stdout, encoding="utf-8")
    assert run.stdout == golden.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes what it says now"
    errors = ": error[" in run.stdout
    assert run.returncode == (1 if errors else 0)


def test_json_has_the_promised_keys(ledger: Path, sessions: Run) -> None:
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    told = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)
    keys = ["rule", "severity", "path", "line", "column", "message", "hint", "stated", "expected"]
    assert all(list(problem) == keys for problem in told["problems"])
    assert (told["sessions"], told["rows"]) == (1, 3)


def test_an_empty_ledger_is_silent_and_good(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


CLAIM = """---
schema: 1
title: {title}
project: {project}
started: '2026-02-11T20:36:53+01:00'
source: {{kind: claude-code, sessions: [{source}], digest: 'sha256:{digest}'}}
usage:
- {{time: '20:36', model: claude-opus-4-6, requests: 2, input: 40, output: 2113, cost: 0.053025}}
totals: {{requests: 2, input: 40, output: 2113, cost: 0.053025}}
prices:
  claude-opus-4-6: {{input: 5, output: 25, source: my own list}}
---
"""


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"source": "aaaa"}, "6:40: error[claimed-twice]: the source session is also claimed by sessions/1.md:6"),
        ({"digest": "11"}, "6:55: error[claimed-twice]: the source session is also claimed by sessions/1.md:6"),
        (
            {},
            "8:3: error[claimed-twice]: usage row 1 is also row 1 of sessions/1.md:8: "
            "the same minute, model and counts",
        ),
        ({"project": "another"}, ""),
    ],
)
def test_no_response_is_claimed_by_two_files(second: dict[str, str], message: str, ledger: Path, sessions: Run) -> None:
    first = {"title": "First", "project": "shop-api", "source": "aaaa", "digest": "11"}
    other = {"title": "Second", "project": "shop-api", "source": "bbbb", "digest": "22", **second}
    (ledger / "sessions" / "1.md").write_text(CLAIM.format(**first))
    (ledger / "sessions" / "2.md").write_text(CLAIM.format(**other))
    told = [line for line in sessions("-C", ledger, "check").stdout.splitlines() if not line.startswith("  hint")]
    assert told == ([f"sessions/2.md:{message}"] if message else [])
