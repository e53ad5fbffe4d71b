"""What is not told: exceptions in the settings, and a baseline. Neither hides what must always be told."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import Location, Problem, Severity, error, note, warning
from sitegen.rules.exceptions import (
    ALWAYS_TOLD,
    Baseline,
    Known,
    baseline_text,
    is_ignored,
    read_baseline,
    without_ignored,
    without_known,
)
from sitegen.settings import Ignore
from tests.conftest import Run
from tests.test_check import FOLDER, lay_out

A = error("row-cost", Location("sessions/2025/a.md", 22, 52), "stated $0.048, expected $0.0156")
B = warning("file-date", Location("sessions/2026/b.md", 4, 1), "the file is named 2026-01-01")
C = note("unknown-key", Location("sessions/2026/b.md", 5, 1), "`client` is not a key of the format")

texts = st.text(st.characters(codec="utf-8"), max_size=30)
problems = st.builds(
    Problem,
    rule=st.sampled_from(["row-cost", "totals", "file-date", "yaml", "odd-name"]),
    severity=st.sampled_from(Severity),
    location=st.builds(
        Location, texts.map(lambda text: f"sessions/{text}.md"), st.integers(1, 999), st.integers(1, 99)
    ),
    message=texts,
    hint=st.none() | texts,
)


def test_an_exception_holds_for_its_rule_in_the_files_that_its_path_names() -> None:
    ignores = (Ignore("row-cost", "sessions/2025/*", "typed by hand", 3),)
    assert without_ignored((A, B, C), ignores) == (B, C)
    assert without_ignored((A, B), (Ignore("row-cost", "sessions/*.md", "old"),)) == (B,)
    assert is_ignored(A, ignores)
    assert not is_ignored(B, ignores)


def test_an_exception_that_does_nothing_is_told_with_its_line() -> None:
    told = without_ignored((A,), (Ignore("row-cost", "sessions/2024/*", "old", 7), Ignore("totals", "*", "old", 3)))
    assert [(str(each.location), each.rule, each.severity) for each in told] == [
        ("sessions.toml:3:1", "unused-ignore", "warning"),
        ("sessions.toml:7:1", "unused-ignore", "warning"),
        ("sessions/2025/a.md:22:52", "row-cost", "error"),
    ]


def test_an_exception_to_what_only_an_option_asks_may_do_nothing() -> None:
    assert without_ignored((), (Ignore("commit-without-session", "*", "bots"),)) == ()


@pytest.mark.parametrize("rule", sorted(ALWAYS_TOLD))
def test_some_rules_are_told_whatever_is_excepted(rule: str) -> None:
    problem = error(rule, Location("sessions/a.md", 3, 2), "wrong")
    refused, kept = without_ignored((problem,), (Ignore(rule, "*", "no", 9),))
    assert kept == problem
    assert str(refused).startswith(f"sessions.toml:9:1: error[settings]: [[ignore]]: `{rule}` is told whatever")
    assert without_known((problem,), Baseline(known={Known("sessions/a.md", rule, "wrong"): 1}))[-1] == problem
    assert "[[known]]" not in baseline_text((problem,))


def test_a_baseline_reads_well() -> None:
    assert baseline_text((B, A, replace(A, location=Location(A.location.path, 30, 52)))).endswith("""

[[known]]
path = "sessions/2025/a.md"
rule = "row-cost"
message = "stated $0.048, expected $0.0156"
count = 2

[[known]]
path = "sessions/2026/b.md"
rule = "file-date"
message = "the file is named 2026-01-01"
count = 1
""")


@given(st.lists(problems), st.randoms())
def test_a_baseline_covers_what_it_was_made_of_in_any_order_and_on_any_line(
    found: list[Problem], random: Random
) -> None:
    text = baseline_text(found)
    baseline, wrong = read_baseline(text.encode())
    assert wrong == ()
    moved = [replace(each, location=Location(each.location.path, index + 1)) for index, each in enumerate(found)]
    random.shuffle(moved)
    assert without_known(moved, baseline) == ()
    assert baseline_text(moved) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("usage row 3: no price", "usage row 12: no price"),
        ("rows 1, 3 and 4 are ten times too high", "rows 2, 4 and 5 are ten times too high"),
        ("also claimed by sessions/1.md:6", "also claimed by sessions/1.md:60:3"),
        ("already set on line 4", "already set on line 5"),
    ],
)
def test_where_a_problem_stands_does_not_make_it_another(before: str, after: str) -> None:
    baseline, _ = read_baseline(baseline_text((replace(A, message=before),)).encode())
    assert without_known((replace(A, message=after),), baseline) == ()


def test_what_is_new_is_told_and_so_is_what_is_gone() -> None:
    baseline, _ = read_baseline(baseline_text((A, B)).encode())
    other = replace(A, message="stated $0.049, expected $0.0156")
    gone, told = without_known((other, B), baseline)
    assert told == other
    assert (str(gone.location), gone.rule) == ("sessions-baseline.toml:1:1", "unused-baseline")
    assert gone.message == "1 known problem is not in the ledger any more"
    again = replace(A, location=Location(A.location.path, 99))
    assert without_known((A, B, again), baseline) == (again,), "one more of them than the baseline knows"


def test_a_secret_never_comes_into_a_baseline() -> None:
    key = "sk-ant-api03-" + "Zx9" * 20
    text = baseline_text((replace(A, message=f"`{key}` is not a number"),))
    assert key not in text
    assert "[REDACTED:anthropic-key]" in text
    assert "secret" not in baseline_text((error("secret", Location("sessions/a.md"), "a key"),))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff", "not UTF-8, byte 1"),
        (b"a = \n", "not valid TOML: Invalid value (at line 1, column 5)"),
        (b"known = 1\n", "1 of its entries cannot be read"),
        (b"[[known]]\npath = 'a'\nrule = 'b'\nmessage = 'c'\ncount = true\n", "1 of its entries cannot be read"),
        (b"[[known]]\npath = 'a'\nrule = 'b'\nmessage = 'c'\n[other]\n", "2 of its entries cannot be read"),
    ],
)
def test_a_baseline_that_cannot_be_read_excepts_nothing(raw: bytes, message: str) -> None:
    baseline, (problem,) = read_baseline(raw)
    assert baseline.known == {}
    assert (problem.rule, problem.severity, problem.message) == ("settings", "error", message)


def test_an_old_ledger_begins_with_a_baseline(ledger: Path, sessions: Run) -> None:
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    run = sessions("-C", ledger, "check", "--write-baseline")
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == "sessions-baseline.toml knows 7 problems\n"
    path = ledger / "sessions" / "wrong-numbers.md"
    path.write_text(path.read_text().replace("\nschema: 1", "\n# A line more.\nschema: 1"))
    assert sessions("-C", ledger, "check", "--strict").stdout == ""
    path.write_text(path.read_text().replace("[What went well]", "It went well"))
    run = sessions("-C", ledger, "check", "--strict")
    assert run.returncode == 1
    assert run.stdout.startswith("sessions-baseline.toml:1:1: warning[unused-baseline]: 1 known problem is not in")
    assert sessions("-C", ledger, "check", "--write-baseline").stderr == "sessions-baseline.toml knows 6 problems\n"
    assert sessions("-C", ledger, "check", "--strict").returncode == 0


def test_a_good_ledger_gets_no_baseline(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "check", "--write-baseline")
    assert (run.returncode, run.stderr) == (0, "there is no problem that a baseline could know\n")
    assert not (ledger / "sessions-baseline.toml").exists()


def test_what_a_baseline_cannot_know_is_told_when_it_is_written(ledger: Path, sessions: Run) -> None:
    lay_out(FOLDER / "wrong-numbers.md", ledger)
    (ledger / "sessions" / "merge.md").write_text("---\nschema: 1\n<<<<<<< ours\n---\n")
    run = sessions("-C", ledger, "check", "--write-baseline")
    assert run.returncode == 1
    assert run.stdout.startswith("sessions/merge.md:3:1: error[merge-conflict]: ")
    assert "merge-conflict" not in (ledger / "sessions-baseline.toml").read_text()


def test_a_baseline_is_of_the_whole_ledger(ledger: Path, sessions: Run) -> None:
    assert sessions("-C", ledger, "check", "--write-baseline", ledger / "sessions").returncode == 2
    assert sessions("-C", ledger, "check", "--write-baseline", "--since", "main").returncode == 2


def test_a_baseline_that_cannot_be_read_is_a_problem(ledger: Path, sessions: Run) -> None:
    (ledger / "sessions-baseline.toml").write_text("known = [")
    run = sessions("-C", ledger, "check")
    assert run.returncode == 1
    assert run.stdout.startswith("sessions-baseline.toml:1:1: error[settings]: not valid TOML: ")
