"""`sessions log`: a row by hand, and that it shows wherever its figures go."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sitegen.ledger import load_session
from sitegen.session import Session
from sitegen.store import session_files
from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript

ROW = ("--model", "claude-opus-4-8", "--input", "1000", "--output", "200")


def session_of(ledger: Path) -> Session:
    (path,) = session_files(ledger)
    session, problems = load_session(ledger, path)
    assert session is not None
    assert problems == ()
    return session


def set_head(ledger: Path, old: str, new: str) -> None:
    (path,) = session_files(ledger)
    text = (ledger / path).read_text()
    assert re.search(old, text, re.MULTILINE)
    (ledger / path).write_text(re.sub(old, new, text, count=1, flags=re.MULTILINE))


@pytest.fixture
def begun(ledger: Path, sessions: Run) -> Path:
    assert sessions("-C", ledger, "new", "A day", "--project", "shop-api").returncode == 0
    return ledger


def errors(sessions: Run, ledger: Path) -> list[str]:
    told = json.loads(sessions("-C", ledger, "check", "--format", "json").stdout)["problems"]
    return [problem["message"] for problem in told if problem["severity"] == "error"]


def test_a_row_is_added_priced_and_summed(begun: Path, sessions: Run) -> None:
    run = sessions(
        "-C", begun, "log", "Ask the other tool", *ROW, "--cache-write-5m", "10", "--cache-write-1h", "20",
        "--cache-read", "30", "--requests", "3", "--notes", "from its own page",
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, "")
    session = session_of(begun)
    assert f"logged in {session.path}: claude-opus-4-8, 1,260 tokens, $0.0103" in run.stderr
    (row,) = session.rows
    assert row.counts.by_kind() == {
        "input": 1000, "cache_write_5m": 10, "cache_write_1h": 20, "cache_read": 30, "output": 200,
    }  # fmt: skip
    assert (row.task, row.requests, row.notes, row.manual) == ("Ask the other tool", 3, "from its own page", True)
    assert str(row.list_cost) == "0.0102775"
    assert session.source is not None
    assert session.source.kind == "manual"
    assert session.stated_totals is not None
    assert session.stated_totals["cost"] == "0.0102775"
    assert "claude-opus-4-8" in session.prices
    assert "| Ask the other tool | claude-opus-4-8 |" in session.body
    assert errors(sessions, begun) == []
    before = (begun / session.path).read_bytes()
    assert sessions("-C", begun, "fill").returncode == 0
    assert (begun / session.path).read_bytes() == before


def test_requests_that_nobody_counted_are_not_written(begun: Path, sessions: Run) -> None:
    sessions("-C", begun, "log", "One", *ROW)
    (path,) = session_files(begun)
    (line,) = [line for line in (begun / path).read_text().splitlines() if line.startswith("- {time")]
    assert "requests" not in line
    assert errors(sessions, begun) == []


def test_a_model_without_a_price_is_unpriced_and_never_free(begun: Path, sessions: Run) -> None:
    run = sessions("-C", begun, "log", "One", "--model", "other-model", "--input", "1", "--output", "1")
    assert run.returncode == 0
    assert "unpriced (no price of other-model is known)" in run.stderr
    (row,) = session_of(begun).rows
    assert (row.list_cost, row.unpriced) == (None, "no price of other-model is known")


def test_rows_stand_in_the_order_of_their_times(begun: Path, sessions: Run) -> None:
    set_head(begun, r"^started: .*$", "started: '2026-03-02T09:00:10+00:00'")
    set_head(begun, r"^state: active.*$", "state: complete\nended: '2026-03-03T01:00:00+00:00'")
    for task, time in (("late", "23:30"), ("early", "09:00"), ("next day", "2026-03-03 00:10"), ("noon", "12:05")):
        run = sessions("-C", begun, "log", task, *ROW, "--time", time, "--session", "a-day")
        assert run.returncode == 0, run.stderr
    session = session_of(begun)
    assert [row.task for row in session.rows] == ["early", "noon", "late", "next day"]
    assert [str(row.at)[:16] for row in session.rows] == [
        "2026-03-02 09:00", "2026-03-02 12:05", "2026-03-02 23:30", "2026-03-03 00:10",
    ]  # fmt: skip
    assert not [message for message in errors(sessions, begun) if "usage row" in message]


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ("25:00", "is no time"),
        ("noon", "is no time"),
        ("2026-02-30 10:00", "is no time"),
        ("08:59", "is not within the session: it began at 2026-03-02 09:00 and ended at 2026-03-02 10:00"),
        ("2026-03-02 10:01", "is not within the session"),
    ],
)
def test_a_time_outside_of_the_session_is_refused(begun: Path, sessions: Run, time: str, told: str) -> None:
    set_head(begun, r"^started: .*$", "started: '2026-03-02T09:00:10+00:00'")
    set_head(begun, r"^state: active.*$", "state: complete\nended: '2026-03-02T10:00:00+00:00'")
    (path,) = session_files(begun)
    before = (begun / path).read_bytes()
    run = sessions("-C", begun, "log", "One", *ROW, "--time", time, "--session", "a-day")
    assert run.returncode == 1
    assert told in run.stderr
    assert (begun / path).read_bytes() == before


def test_without_a_session_it_says_what_to_do(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "log", "One", *ROW)
    assert run.returncode == 1
    assert "no session is active" in run.stderr
    assert "`sessions new` begins one" in run.stderr


@pytest.mark.parametrize(
    "wrong", [("--input", "-1"), ("--output", "many"), ("--requests", "0"), ("--cache-read", "10000000000000")]
)
def test_a_count_that_is_none_is_wrong_usage(begun: Path, sessions: Run, wrong: tuple[str, str]) -> None:
    assert sessions("-C", begun, "log", "One", *ROW, *wrong).returncode == 2
    assert session_of(begun).rows == ()


def test_a_file_with_errors_takes_no_row(begun: Path, sessions: Run) -> None:
    set_head(begun, r"^focus: .*$", "focus: 7")
    (path,) = session_files(begun)
    before = (begun / path).read_bytes()
    run = sessions("-C", begun, "log", "One", *ROW)
    assert run.returncode == 1
    assert "`focus` is `7`, must be text" in run.stderr
    assert "nothing was logged" in run.stderr
    assert (begun / path).read_bytes() == before


def test_settings_with_errors_take_no_row(begun: Path, sessions: Run) -> None:
    """They may say that no task is ever quoted."""
    (begun / "sessions.toml").write_text('[privacy]\ntasks = "none\n')
    run = sessions("-C", begun, "log", "One", *ROW)
    assert run.returncode == 1
    assert "sessions.toml" in run.stderr
    assert session_of(begun).rows == ()


def test_a_task_is_masked(begun: Path, sessions: Run) -> None:
    sessions("-C", begun, "log", "password: hunter2hunter2\nand more", *ROW, "--notes", "key in /home/ana/x")
    (row,) = session_of(begun).rows
    assert "hunter2" not in row.task
    assert "\n" not in row.task
    assert "/home/ana" not in row.notes


def test_rows_of_a_transcript_and_by_hand_stand_together(begun: Path, home: Path, sessions: Run) -> None:
    at = str(session_of(begun).started)
    folder = write_transcript(home, prompt("In the editor", at), answer("a", at))
    assert sessions("-C", begun, "fill", "--from", folder).returncode == 0
    sessions("-C", begun, "log", "Beside it", *ROW)
    session = session_of(begun)
    assert session.source is not None
    assert session.source.kind == "claude-code"
    assert [row.manual for row in session.rows] == [False, True]
    before = (begun / session.path).read_bytes()
    assert sessions("-C", begun, "fill", "--from", folder).returncode == 0
    assert (begun / session.path).read_bytes() == before
    assert errors(sessions, begun) == []


# Where a row by hand shows


@pytest.fixture
def typed(begun: Path, sessions: Run) -> Path:
    assert sessions("-C", begun, "log", "One", *ROW).returncode == 0
    assert sessions("-C", begun, "log", "Two", *ROW).returncode == 0
    return begun


def test_the_report_marks_and_explains_it(typed: Path, sessions: Run) -> None:
    lines = sessions("-C", typed, "report", "--by", "project").stdout.splitlines()
    assert lines[2].endswith("$0.0200*")
    assert lines[-1] == "* includes 2 rows typed by hand"
    markdown = sessions("-C", typed, "report", "--by", "project", "--format", "markdown").stdout
    assert "$0.0200* |" in markdown
    assert markdown.endswith("\n\n\\* includes 2 rows typed by hand\n")
    told = json.loads(sessions("-C", typed, "report", "--by", "session", "--format", "json").stdout)
    assert [row["manual_rows"] for row in told["rows"]] == [2]
    assert told["totals"]["manual_rows"] == 2
    (first, total) = csv.DictReader(
        io.StringIO(sessions("-C", typed, "report", "--by", "model", "--format", "csv").stdout)
    )
    assert (first["manual_rows"], total["manual_rows"]) == ("2", "2")


def test_a_report_without_such_rows_has_no_mark(begun: Path, sessions: Run) -> None:
    run = sessions("-C", begun, "report")
    assert "*" not in run.stdout


def test_show_marks_the_row_and_the_sum(typed: Path, sessions: Run) -> None:
    shown = sessions("-C", typed, "show").stdout
    assert "By hand       * includes 2 rows typed by hand" in shown
    assert shown.count("$0.0100*") == 2
    told = json.loads(sessions("-C", typed, "show", "--format", "json").stdout)
    assert told["manual_rows"] == 2
    assert [row["manual"] for row in told["rows"]] == [True, True]


def test_the_site_says_it_near_each_figure(typed: Path, sessions: Run) -> None:
    assert sessions("-C", typed, "build").returncode == 0
    site = typed / "site"
    (page,) = (site / str(session_of(typed).day)[:4]).rglob("*.html")
    assert page.read_text().count("typed by hand</span>") == 2 + 1  # both rows, and below the sum
    for name in ("index.html", "projects/shop-api.html"):
        text = (site / name).read_text()
        assert "includes 2 rows typed by hand" in text, name
        assert '<span class="sg-by-hand" title="includes rows typed by hand">*</span> includes rows typed' in text, name
    (month,) = (path for path in (site / "months").rglob("*.html") if path.name != "index.html")
    assert "includes 2 rows typed by hand" in month.read_text()


# What needs no API

OFFLINE = (
    ("--help",), ("count", "--help"), ("send", "--help"), ("log", "--help"), ("reconcile", "--help"),
    ("--version",), ("init", "."), ("new", "One"), ("log", "One", *ROW), ("fill",), ("show",), ("report",), ("check",),
    ("import", "--from", "nothing"), ("todo",), ("explain",), ("end",), ("resolve", "none"), ("build",),
    ("export", "pages", "out"), ("export", "csv"), ("export", "json"), ("export", "obsidian", "vault"),
    ("export", "focus"), ("hook", "session-start"), ("hook", "session-end"), ("reconcile", "none.csv"),
    ("send", "none.txt"), ("count", "none.txt"),
)  # fmt: skip
START = "import sys; from sitegen.start import main; sys.argv = ['sessions', *sys.argv[1:]]; main()"


@pytest.mark.parametrize("arguments", OFFLINE, ids=" ".join)
def test_no_command_that_asks_no_api_imports_its_client(
    tmp_path: Path, home: Path, begun: Path, arguments: tuple[str, ...]
) -> None:
    """`send` and `count` fail here before they ask."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", START, *arguments],
        cwd=tmp_path if arguments[0] == "init" else begun, env={"PATH": os.environ["PATH"], "HOME": str(home)},
        input="{}", text=True, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "sitegen.start" in imported
    assert "anthropic" not in imported
