"""Two people, two machines, one repository: what both recorded is merged by git, and checks clean."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "PATH": os.environ["PATH"],
}


def git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(folder), *arguments], env=GIT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def day(session: str, hour: int) -> list[dict[str, object]]:
    return [
        prompt(f"Work of {session}", f"2026-03-02T{hour:02}:00:00.000Z", session),
        answer(f"{session}-a", f"2026-03-02T{hour:02}:01:00.000Z", session, input_tokens=500, output_tokens=70),
        prompt("More of it", f"2026-03-02T{hour:02}:05:00.000Z", session),
        answer(f"{session}-b", f"2026-03-02T{hour:02}:06:00.000Z", session, output_tokens=30),
    ]


@pytest.fixture
def shared(tmp_path: Path, ledger: Path) -> Path:
    """What both begin from: a ledger with a session, on a server."""
    git(ledger, "init", "-q", "-b", "main")
    git(ledger, "add", "-A")
    git(ledger, "commit", "-qm", "Begin")
    git(tmp_path, "clone", "-q", "--bare", str(ledger), "shared.git")
    return tmp_path / "shared.git"


def machine(tmp_path: Path, shared: Path, name: str) -> tuple[Run, Path]:
    """A home folder with a clone of the ledger in it."""
    home = tmp_path / name
    home.mkdir()
    git(home, "clone", "-q", str(shared), "ledger")
    return Run(home), home / "ledger"


def push(ledger: Path, words: str) -> None:
    git(ledger, "add", "-A")
    git(ledger, "commit", "-qm", words)
    git(ledger, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    git(ledger, "push", "-q", "origin", "HEAD:main")


def test_what_two_recorded_is_merged_and_checks_clean(tmp_path: Path, shared: Path) -> None:
    ana, anas = machine(tmp_path, shared, "ana")
    ben, bens = machine(tmp_path, shared, "ben")
    for run, ledger, name, hour in ((ana, anas, "one", 8), (ben, bens, "two", 9)):
        folder = write_transcript(run.home, *day(name, hour), name=name)
        assert run("-C", ledger, "import", "--from", folder).returncode == 0
        assert run("-C", ledger, "new", "The next thing", "--project", "shop-api").returncode == 0
        counts = ("--model", "claude-opus-4-8", "--input", "10", "--output", "20")
        assert run("-C", ledger, "log", f"By hand, {name}", *counts).returncode == 0
        assert run("-C", ledger, "end", "--from", folder).returncode == 0
    for ledger, name in ((anas, "Ana"), (bens, "Ben")):
        for path in (ledger / "sessions").rglob("*the-next-thing.md"):
            # Two people began the same title on the same day: each renames their own, as people do.
            path.rename(path.with_stem(f"{path.stem}-{name.lower()}"))
    push(anas, "Ana's day")
    push(bens, "Ben's day")
    git(anas, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    for run, ledger in ((ana, anas), (ben, bens)):
        # What is left to write is the authors'.
        assert _told(run, ledger, "error") == {"placeholder"}
        assert _told(run, ledger, "warning") <= {"running-totals"}
        for stem in _stems(ledger):
            run("-C", ledger, "fill", stem)
        assert _told(run, ledger, "warning") == set()
    assert git(anas, "diff", "--stat", "HEAD") == git(bens, "diff", "--stat", "HEAD")
    report = ana("-C", anas, "report", "--by", "project", "--format", "csv").stdout
    assert report == ben("-C", bens, "report", "--by", "project", "--format", "csv").stdout
    assert ",4," in report.splitlines()[1]


def _told(run: Run, ledger: Path, severity: str) -> set[str]:
    problems = json.loads(run("-C", ledger, "check", "--format", "json").stdout)["problems"]
    return {problem["rule"] for problem in problems if problem["severity"] == severity}


def _stems(ledger: Path) -> list[str]:
    return sorted(path.stem for path in (ledger / "sessions").rglob("*.md"))
