"""Responses whose rows could not be written: none is lost, and none is logged twice."""

import json
import subprocess
import sys
import time

import pytest

from tests.api_server import MODEL
from tests.desks import ANSWER, Desk


def broken_on_the_way(desk: Desk) -> None:
    desk.file.write_text(desk.file.read_text().replace("state: active", "state: busy"))


def mended(desk: Desk) -> None:
    desk.file.write_text(desk.file.read_text().replace("state: busy", "state: active"))


@pytest.mark.parametrize("before", [True, False], ids=["before it was sent", "while it was answered"])
def test_a_file_with_errors_keeps_the_response_for_later(begun: Desk, *, before: bool) -> None:
    if before:
        broken_on_the_way(begun)
    else:
        begun.api.on_answer = lambda: broken_on_the_way(begun)
    run = begun.send("--model", MODEL, *(["--session", "api-day"] if before else []))
    assert (run.returncode, run.stdout) == (1, ANSWER)
    assert "input_tokens 16, output_tokens 9" in run.stderr
    assert "the row could not be written; the response is kept" in run.stderr
    assert len(begun.kept) == 1
    begun.api.on_answer = lambda: None
    again = begun("fill", "api-day")
    assert len(begun.kept) == 1
    assert "a response waits to be logged here" in again.stderr
    mended(begun)
    run = begun("fill")
    assert run.returncode == 0
    assert "logged 1 response that waited" in run.stderr
    assert begun.kept == []
    (row,) = begun.session.rows
    assert (row.response, row.counts.output) == (f"msg_{begun.api.answers:024d}", 9)
    assert begun.errors() == []
    before_bytes = begun.file.read_bytes()
    begun("fill")
    assert begun.file.read_bytes() == before_bytes


def test_a_locked_ledger_keeps_the_response_for_the_next_command(begun: Desk) -> None:
    """`log` and `send` take it in as `fill` does."""
    holder = (
        "import sys, pathlib\nfrom sitegen.store import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(begun.root)],
        env=begun.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        run = begun.send("--model", MODEL)
        process.communicate()
    assert (run.returncode, run.stdout) == (1, ANSWER)
    assert "error[lock-busy]" in run.stderr
    assert len(begun.kept) == 1
    assert begun.session.rows == ()
    assert begun.send("--model", MODEL).returncode == 0
    assert len(begun.session.rows) == 2
    assert begun.kept == []


def test_a_file_that_cannot_be_written_keeps_the_response(begun: Desk) -> None:
    begun.file.chmod(0o444)
    run = begun.send("--model", MODEL)
    assert (run.returncode, run.stdout) == (1, ANSWER)
    assert "the file is read-only" in run.stderr
    begun.file.chmod(0o644)
    assert begun("log", "Typed", "--model", MODEL, "--input", "5", "--output", "6").returncode == 0
    assert sorted((row.counts.input, row.manual) for row in begun.session.rows) == [(5, True), (16, False)]
    assert begun.kept == []


def test_a_response_of_a_file_that_is_gone_waits_until_it_is_back(begun: Desk) -> None:
    away = begun.home / "away.md"
    path = begun.file

    def move_away() -> None:
        path.rename(away)

    begun.api.on_answer = move_away
    run = begun.send("--model", MODEL)
    assert (run.returncode, run.stdout) == (1, ANSWER)
    assert "the file is gone" in run.stderr
    away.rename(path)
    assert begun("fill").returncode == 0
    assert len(begun.session.rows) == 1


def test_a_spool_that_cannot_be_written_is_no_reason_to_lose_the_row(begun: Desk) -> None:
    (begun.home / "no-folder").write_text("")
    run = begun.send("--model", MODEL, SESSIONS_SPOOL=str(begun.home / "no-folder"))
    assert run.returncode == 0, run.stderr
    assert len(begun.session.rows) == 1


def test_where_nothing_can_be_written_the_figures_are_told(begun: Desk) -> None:
    (begun.home / "no-folder").write_text("")
    begun.file.chmod(0o444)
    run = begun.send("--model", MODEL, SESSIONS_SPOOL=str(begun.home / "no-folder"))
    assert (run.returncode, run.stdout) == (1, ANSWER)
    assert "input_tokens 16, output_tokens 9" in run.stderr
    assert "nor kept" in run.stderr
    assert "`sessions log`" in run.stderr
    assert begun.session.rows == ()


def test_a_command_killed_between_writing_and_dropping_doubles_nothing(begun: Desk) -> None:
    """The note is there again, as a killed command leaves it; its row stands in the file already."""
    broken_on_the_way(begun)
    begun.send("--model", MODEL, "--session", "api-day")
    (note,) = begun.kept
    content = note.read_bytes()
    mended(begun)
    assert begun("fill").returncode == 0
    before = begun.file.read_bytes()
    note.write_bytes(content)
    run = begun("fill")
    assert run.returncode == 0
    assert begun.file.read_bytes() == before
    assert begun.kept == []


def test_a_command_killed_at_any_moment_loses_and_doubles_nothing(begun: Desk) -> None:
    command = begun.command("send", begun.prompt, "--model", MODEL)
    for number in range(4):
        with subprocess.Popen(
            command, env=begun.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.read(len(ANSWER))  # the answer is there; from here on its row is being written
            time.sleep(number * 0.02)
            process.kill()
    begun("fill")
    assert begun.kept == []
    ids = [row.response for row in begun.session.rows]
    assert len(ids) == len(set(ids))
    assert begun.errors() == []


def test_notes_that_nobody_can_read_are_left_alone(begun: Desk) -> None:
    broken_on_the_way(begun)
    begun.send("--model", MODEL, "--session", "api-day")
    (note,) = begun.kept
    mended(begun)
    told = json.loads(note.read_text())
    torn = note.with_name("00000000000000000001-1-aaaa.response.json")
    torn.write_text(json.dumps({**told, "content": {"path": 7}}))
    run = begun("fill")
    assert "cannot be read" in run.stderr
    assert begun.kept == [torn]
    assert len(begun.session.rows) == 1
