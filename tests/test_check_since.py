"""`sessions check --since`: what a branch changed, and the commits that no session tells of. Real repositories."""

import os
import subprocess
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import typer

from sitegen.cli.since import Change, change_since
from sitegen.errors import Location, error
from sitegen.ledger import parse_session_file
from sitegen.rules.commits import AGENTS, Commit, Work, check_commits, co_author
from tests.conftest import Run

CASES = Path(__file__).parent / "check_cases"
HASH = "4c0ffee" + "0" * 33
CLAUDE = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>"
SESSION = """---
schema: 1
title: {title}
project: {project}
started: '2026-02-11T20:00:00+01:00'
ended: '2026-02-11T21:00:00+01:00'
git: {{branch: {branch}, commits: [{commits}]}}
---

# {title}
"""
INSIDE = "2026-02-11T20:30:00+01:00"
OUTSIDE = "2026-02-12T20:30:00+01:00"


@dataclass(frozen=True)
class Repository:
    """A git repository in which every hash is the same on every machine."""

    top: Path

    def git(self, *arguments: str, at: str = OUTSIDE) -> str:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.top),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{
                f"GIT_{who}_{what}": value
                for who in ("AUTHOR", "COMMITTER")
                for what, value in (("NAME", "Ana"), ("EMAIL", "ana@example.com"), ("DATE", at))
            },
        }
        command = ["git", "-C", str(self.top), *arguments]
        return subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str, at: str = OUTSIDE) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, at=at)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(ledger: Path) -> Repository:
    """The ledger with one commit on `main`, on a branch `feat/jwt`."""
    repository = Repository(ledger)
    repository.git("init", "--quiet", "--initial-branch=main")
    (ledger / "sessions" / "old.md").write_bytes((CASES / "wrong-numbers.md").read_bytes())
    repository.commit("Begin")
    repository.git("checkout", "--quiet", "-b", "feat/jwt")
    return repository


def test_only_problems_of_changed_files(repository: Repository, ledger: Path, sessions: Run) -> None:
    (ledger / "sessions" / "ä new.md").write_bytes((CASES / "schema.md").read_bytes())
    for state in ("untracked", "staged", "committed"):
        if state == "staged":
            repository.git("add", "--all")
        if state == "committed":
            repository.commit("More")
        run = sessions("-C", ledger, "check", "--since", "main")
        assert run.returncode == 1
        told = [line for line in run.stdout.splitlines() if not line.startswith("  hint")]
        assert told, state
        assert all(line.startswith("sessions/ä new.md:") for line in told), state


def test_a_file_that_was_changed_and_not_committed_counts(repository: Repository, sessions: Run) -> None:
    ledger = repository.top
    assert sessions("-C", ledger, "check", "--since", "main").stdout == ""
    with (ledger / "sessions" / "old.md").open("a") as file:
        file.write("\nA word more.\n")
    assert "sessions/old.md:" in sessions("-C", ledger, "check", "--since", "main").stdout


def test_what_others_did_on_the_main_branch_meanwhile_does_not_count(
    repository: Repository, ledger: Path, sessions: Run
) -> None:
    repository.git("checkout", "--quiet", "main")
    (ledger / "sessions" / "other.md").write_bytes((CASES / "schema.md").read_bytes())
    repository.commit(f"Other\n\n{CLAUDE}")
    repository.git("checkout", "--quiet", "feat/jwt")
    run = sessions("-C", ledger, "check", "--since", "main")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_commit_by_an_agent_that_no_session_tells_of(repository: Repository, ledger: Path, sessions: Run) -> None:
    repository.commit("By hand")
    commit = repository.commit(f"Validate tokens\n\nA sentence.\n\n{CLAUDE}")
    run = sessions("-C", ledger, "check", "--since", "main")
    golden = CASES / "commit-without-session.txt"
    # A new ledger's own files are in its first commit, and change with this program.
    told = run.stdout.replace(commit[:7], "4c0ffee")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told)
    assert told == golden.read_text()
    assert run.returncode == 0
    assert sessions("-C", ledger, "check", "--since", "main", "--strict").returncode == 1


def test_a_secret_in_a_commit_is_not_repeated(repository: Repository, ledger: Path, sessions: Run) -> None:
    key = "sk-ant-api03-" + "Zx9" * 20
    repository.commit(f"Try {key}\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>")
    told = sessions("-C", ledger, "check", "--since", "main").stdout
    assert "(Try [REDACTED:anthropic-key]), which names Copilot as co-author" in told


@pytest.mark.parametrize(
    ("session", "at", "told"),
    [
        ({}, INSIDE, False),
        ({}, OUTSIDE, True),
        ({"branch": "main"}, INSIDE, False),
        ({"project": "another"}, INSIDE, False),
        ({"project": "another", "branch": "main"}, INSIDE, True),
        ({"project": "another", "branch": "main", "commits": "4C0FFEE"}, OUTSIDE, False),
        ({"commits": HASH}, OUTSIDE, False),
        ({"commits": "4c0f"}, OUTSIDE, True),
    ],
)
def test_a_session_claims_a_commit_by_its_hash_or_by_its_time(session: dict[str, str], at: str, told: bool) -> None:
    text = SESSION.format(**{"title": "T", "project": "ledger", "branch": "feat/jwt", "commits": "", **session})
    read, wrong = parse_session_file(text.encode(), "sessions/2026-02-11-jwt.md")
    assert read is not None
    assert wrong == ()
    commit = Commit(HASH, datetime.fromisoformat(at), f"Validate tokens\n\n{CLAUDE}")
    assert bool(list(check_commits([commit], [read], Work("ledger", "feat/jwt")))) is told
    assert not list(check_commits([replace(commit, message="By hand")], [read], Work()))


def test_what_is_not_known_of_a_checkout_does_not_count_against_a_session() -> None:
    text = SESSION.format(title="T", project="another", branch="main", commits="")
    read, _ = parse_session_file(text.encode(), "sessions/2026-02-11-jwt.md")
    assert read is not None
    commit = Commit(HASH, datetime.fromisoformat(INSIDE), CLAUDE)
    assert list(check_commits([commit], [read], Work("ledger", ""))) == []
    assert len(list(check_commits([replace(commit, at=None)], [read], Work("ledger", "")))) == 1


def test_the_rule_can_be_changed_and_excepted_like_any_other(
    repository: Repository, ledger: Path, sessions: Run
) -> None:
    repository.commit(f"Validate tokens\n\n{CLAUDE}")
    settings = ledger / "sessions.toml"
    settings.write_text('rules = {commit-without-session = "error"}\n')
    assert sessions("-C", ledger, "check", "--since", "main").returncode == 1
    settings.write_text('rules = {commit-without-session = "off"}\n')
    assert sessions("-C", ledger, "check", "--since", "main").stdout == ""
    settings.write_text('[[ignore]]\nrule = "commit-without-session"\npath = "*"\nreason = "a bot"\n')
    assert sessions("-C", ledger, "check", "--since", "main").stdout == ""


@pytest.mark.parametrize("revision", ["nowhere", "-h", "--all", "main:sessions.toml", ""])
def test_a_wrong_revision_is_a_wrong_command_line(revision: str, repository: Repository) -> None:
    with pytest.raises(typer.BadParameter, match=f"git knows no revision `{revision}`"):
        change_since(repository.top, revision)


def test_without_a_repository_there_is_nothing_to_compare(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check", "--since", "main")
    assert run.returncode == 2
    assert "the ledger is not in a git repository" in run.stderr


def test_a_shallow_clone_says_what_it_lacks(repository: Repository, tmp_path: Path, sessions: Run) -> None:
    repository.commit("More")
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.top}", str(clone))
    run = sessions("-C", clone, "check", "--since", "origin/main")
    assert run.returncode == 2
    assert "fetch-depth: 0" in run.stderr
    repository.git("-C", str(clone), "fetch", "--quiet", "--depth=1", "origin", "main:main")
    run = sessions("-C", clone, "check", "--since", "main")
    assert run.returncode == 2
    assert "have no commit in common" in run.stderr
    assert "fetch-depth: 0" in run.stderr


def test_a_ledger_in_a_folder_of_its_repository(tmp_path: Path, sessions: Run) -> None:
    repository = Repository(tmp_path / "project")
    ledger = repository.top / "docs" / "ledger"
    ledger.mkdir(parents=True)
    sessions("-C", ledger, "init")
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.commit("Begin")
    repository.git("checkout", "--quiet", "-b", "work")
    (ledger / "sessions" / "new.md").write_bytes((CASES / "schema.md").read_bytes())
    (repository.top / "code.py").write_text("")
    repository.commit("Work")
    told = sessions("-C", ledger, "check", "--since", "main").stdout
    assert told.startswith("sessions/new.md:4:1: error[unknown-key]")


def test_a_problem_that_also_stands_in_a_changed_file_is_told() -> None:
    change = Change(frozenset({"sessions/b.md"}), ())
    assert change.concerns(error("x", Location("sessions/a.md"), "wrong", also=(Location("sessions/b.md", 3),)))
    assert not change.concerns(error("x", Location("sessions/a.md"), "wrong"))


@pytest.mark.parametrize(
    ("message", "agent"),
    [
        (f"Subject\n\n{CLAUDE}", "Claude"),
        (f"Subject\n\nBody.\n\nSigned-off-by: A <a@b.c>\n{CLAUDE}\r\n", "Claude"),
        ("S\n\nco-authored-by: Cursor <cursoragent@cursor.com>", "Cursor"),
        ("S\n\nCo-authored-by: aider (claude-opus-4-6) <noreply@aider.chat>", "Aider"),
        ("S\n\nCo-Authored-By: D <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "Devin"),
        ("S\n\nCo-authored-by: copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>", "Copilot"),
        ("S\n\nCo-authored-by: Claude Monet <claude@monet.fr>", None),
        ("S\n\nCo-authored-by: Devin Smith <12345+devinsmith@users.noreply.github.com>", None),
        ("S\n\nCo-authored-by: Claude", None),
        (f"S\n\nThe trailer was: {CLAUDE}", None),
        ("S", None),
        ("", None),
    ],
)
def test_agents_are_known_by_the_address_they_sign_with(message: str, agent: str | None) -> None:
    assert co_author(message) == agent


def test_the_table_of_agents_is_in_order_and_in_lower_case() -> None:
    assert list(AGENTS) == sorted(AGENTS)
    assert all(pattern == pattern.lower() for _, pattern in AGENTS)
