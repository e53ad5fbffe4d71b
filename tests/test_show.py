"""`sessions show`: the summary of a session, and how it grows while its transcript does."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Run
from tests.transcript_lines import answer, prompt, write_transcript

NOW = datetime.now(UTC)
PATIENCE = 60.0
"""Seconds after which something that should happen never will."""


def at(seconds: int) -> str:
    return (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def begun(sessions: Run, ledger: Path, *options: str) -> Path:
    made = sessions("-C", ledger, "new", "Watched", "--project", "shop-api", *options)
    assert made.returncode == 0, made.stderr
    file = ledger / made.stdout.strip()
    file.write_text(re.sub(r"started: .*", f"started: '{NOW.isoformat(timespec='seconds')}'", file.read_text()))
    return file


@contextmanager
def watching(
    home: Path, ledger: Path, *options: object, terminal: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(COMMAND), "-C", str(ledger), "show", "--watch", "--interval", "0.05", *map(str, options)]
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm", "TZ": "UTC"}
    run = subprocess.Popen(
        command, env=variables, cwd=home, stdout=terminal or subprocess.PIPE, stderr=subprocess.PIPE, stdin=terminal
    )
    try:
        yield run
    finally:
        if run.poll() is None:
            run.kill()
        run.wait()
        for stream in (run.stdout, run.stderr):
            if stream:
                stream.close()


def next_text(descriptor: int, wanted: str) -> str:
    """What is printed until these words are among it."""
    text, until = "", time.monotonic() + PATIENCE
    while not re.search(wanted, text):
        assert time.monotonic() < until, text
        if select.select([descriptor], [], [], 1)[0]:
            piece = os.read(descriptor, 65536)
            assert piece, text
            text += piece.decode()
    return text


def test_each_change_of_the_transcript_is_a_line_and_nothing_is_written(
    sessions: Run, ledger: Path, home: Path
) -> None:
    file = begun(sessions, ledger)
    lines = [prompt("Add limits", at(0)), answer("a", at(20), input_tokens=200, output_tokens=900)]
    folder = write_transcript(home, *lines)
    before = file.read_bytes()
    with watching(home, ledger, "--from", folder) as run:
        assert run.stdout is not None
        out = run.stdout.fileno()
        first = next_text(out, r"\n")
        assert re.fullmatch(r"\d\d:\d\d:\d\d 1 requests?, 1,100 tokens, .*0:00 active\n", first), first
        write_transcript(home, *lines, answer("b", at(90), input_tokens=100, output_tokens=400))
        assert "2 requests, 1,600 tokens" in next_text(out, r"\n")
        file.write_text(file.read_text().replace("# Watched", "# Watched closely"))
        write_transcript(home, *lines, answer("b", at(90), output_tokens=401), answer("c", at(95), output_tokens=9))
        assert "3 requests" in next_text(out, r"3 requests.*\n")
        run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE) == 0
    assert file.read_bytes() == before.replace(b"# Watched", b"# Watched closely")


def test_a_terminal_is_drawn_anew(sessions: Run, ledger: Path, home: Path) -> None:
    begun(sessions, ledger)
    lines = [prompt("Add limits", at(0)), answer("a", at(20), output_tokens=900)]
    folder = write_transcript(home, *lines)
    ours, theirs = pty.openpty()
    try:
        with watching(home, ledger, "--from", folder, terminal=theirs) as run:
            first = next_text(ours, "Tokens .*1 requests?")
            assert "Watched" in first
            write_transcript(home, *lines, answer("b", at(30), output_tokens=400))
            again = next_text(ours, "2 requests")
            assert "\x1b[" in again  # the cursor went back up
            run.send_signal(signal.SIGINT)
            assert run.wait(PATIENCE) == 0
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_session_without_a_transcript_is_watched_too(sessions: Run, ledger: Path, home: Path) -> None:
    begun(sessions, ledger)
    with watching(home, ledger) as run:
        assert run.stdout is not None
        assert "no usage yet" in next_text(run.stdout.fileno(), r"\n")
        run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE) == 0


def test_the_summary_tells_phase_estimate_and_project(sessions: Run, ledger: Path) -> None:
    begun(sessions, ledger, "--phase", "Limits", "--estimate", "0.01", "--template", "api")
    (ledger / "sessions.toml").write_text('[efficiency]\nefficient = "0.5"\nmonitor = "0.9"\n')
    counts = ("--model", "claude-opus-4-6", "--input", "1000", "--output", "200")
    assert sessions("-C", ledger, "log", "Ask", *counts).returncode == 0
    told = sessions("-C", ledger, "show").stdout
    assert "Phase         1 Limits, part 1, in progress" in told
    assert "Estimate      $0.0100" in told
    assert "Efficiency    🔴 review (1 ×)" in told
    assert "Project sum   1 session so far, $0.0100*" in told
    data = json.loads(sessions("-C", ledger, "show", "--format", "json").stdout)
    assert (data["estimate"], data["efficiency"]) == ("0.01", "review")
    assert "🔴 review (1 ×)" in (ledger / data["key"]).read_text()
    check = sessions("-C", ledger, "check")
    assert "stale-block" not in check.stdout
    (ledger / "sessions.toml").write_text("")
    assert "stale-block" in sessions("-C", ledger, "check").stdout


@pytest.mark.parametrize("options", [("--from", "."), ("--watch", "--format", "json"), ("--watch", "--interval", "0")])
def test_wrong_usage(sessions: Run, ledger: Path, options: tuple[str, ...]) -> None:
    assert sessions("-C", ledger, "show", *options).returncode == 2
