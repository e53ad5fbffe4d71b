"""`sessions send` against an API on loopback: the answer, the row of its usage, and answers that break off."""

import os
import pty
import re
import select
import shlex
import signal
import subprocess
from typing import Any

import pytest

from sitegen.ledger import load_session
from sitegen.store import session_files
from tests.api_server import MODEL, tokens_of
from tests.desks import ANSWER, PROMPT, Desk
from tests.transcript_lines import answer, prompt, write_transcript


def test_a_prompt_is_answered_and_its_usage_logged(begun: Desk) -> None:
    run = begun.send("--model", MODEL, "--max-tokens", "100")
    assert (run.returncode, run.stdout) == (0, ANSWER)
    assert f"logged in {begun.file.relative_to(begun.root)}: {MODEL}, 16 input, 9 output tokens, $0.0001" in run.stderr
    (request,) = begun.api.asked("/v1/messages")
    assert request.body == {
        "model": MODEL,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": PROMPT}],
        "stream": True,
    }
    (row,) = begun.session.rows
    assert (row.task, row.model, row.requests, row.counts.input, row.counts.output) == (
        PROMPT.strip(), MODEL, 1, tokens_of(PROMPT), 9,
    )  # fmt: skip
    assert str(row.list_cost) == "0.000122"
    assert row.response == f"msg_{begun.api.answers:024d}"
    assert begun.session.source is not None
    assert begun.session.source.kind == "api"
    assert begun.session.stated_totals == {
        "requests": 1, "input": 16, "cache_write_5m": 0, "cache_write_1h": 0, "cache_read": 0, "output": 9,
        "cost": "0.000122",
    }  # fmt: skip
    assert begun.kept == []
    assert begun.errors() == []


def test_several_prompts_make_one_session(begun: Desk) -> None:
    assert begun.send("--model", MODEL).returncode == 0
    run = begun.send("--no-stream", "--task", "Second: go", "--model", "claude-opus-4-8")
    assert (run.returncode, run.stdout) == (0, ANSWER)
    assert begun.send().returncode == 0
    assert [row.model for row in begun.session.rows] == [MODEL, "claude-opus-4-8", "claude-opus-4-8"]
    assert [row.task for row in begun.session.rows] == [PROMPT.strip(), "Second: go", PROMPT.strip()]
    assert sorted(begun.session.prices) == ["claude-opus-4-8", MODEL]
    assert begun.errors() == []
    before = begun.file.read_bytes()
    assert begun("fill").returncode == 0
    assert begun.file.read_bytes() == before


def test_what_an_author_wrote_stays_byte_for_byte(begun: Desk) -> None:
    text = (
        begun.file.read_text().replace("tags: []", "tags:   [one]   # mine").replace("\n# API day\n", "\n# API day \n")
    )
    begun.file.write_bytes(text.replace("\n", "\r\n").encode())
    before = begun.file.read_bytes()
    assert begun.send("--model", MODEL).returncode == 0
    after = begun.file.read_bytes()
    assert b"\n" not in after.replace(b"\r\n", b"")
    lines = before.split(b"\r\n")
    rest = iter(after.split(b"\r\n"))
    assert all(line in rest for line in lines if not line.startswith(b"| ")), "a line of the author's is gone"


def test_without_a_session_nothing_is_sent(desk: Desk) -> None:
    run = desk.send("--model", MODEL)
    assert (run.returncode, run.stdout) == (1, "")
    assert "error[session]: no session is active" in run.stderr
    assert "`sessions new` begins one" in run.stderr
    assert "--no-log" in run.stderr
    assert desk.api.requests == []


def test_a_session_that_is_over_takes_no_row_unless_it_is_named(begun: Desk) -> None:
    text = begun.file.read_text().replace("state: active", "ended: '2030-01-01T10:00:00+00:00'\nstate: complete")
    begun.file.write_text(text)
    assert "no session is active" in begun.send("--model", MODEL).stderr
    assert begun.api.requests == []
    assert begun.send("--model", MODEL, "--session", "api-day").returncode == 0
    assert len(begun.session.rows) == 1


def test_no_log_needs_no_ledger_and_writes_nothing(desk: Desk) -> None:
    before = sorted((desk.prompt, *desk.home.rglob("*")))
    run = desk.run(["send", desk.prompt, "--no-log"], {})
    assert (run.returncode, run.stdout) == (0, ANSWER)
    assert "not logged" in run.stderr
    assert "input_tokens 16, output_tokens 9" in run.stderr
    assert sorted({desk.prompt, *desk.home.rglob("*")}) == sorted(set(before))


def test_every_field_of_usage_is_priced_as_in_a_transcript(begun: Desk) -> None:
    """Batch halves the price, the US adds a tenth; three searches are charged one by one."""
    assert begun.send("--model", "noisy", "--no-stream").returncode == 0
    (row,) = begun.session.rows
    assert row.counts.by_kind() == {
        "input": 16, "cache_write_5m": 300, "cache_write_1h": 400, "cache_read": 5000, "output": 9,
    }  # fmt: skip
    assert (row.context.tier, row.context.geo, row.context.speed, row.web_searches) == ("batch", "us", "", 3)
    usage: dict[str, Any] = {
        "input_tokens": 16, "cache_creation_input_tokens": 700, "cache_read_input_tokens": 5000, "output_tokens": 9,
        "cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 400},
        "server_tool_use": {"web_search_requests": 3}, "service_tier": "batch", "inference_geo": "us",
    }  # fmt: skip
    today = begun.session.started
    assert today is not None
    folder = write_transcript(
        begun.home / "other",
        prompt("The same", today.isoformat()),
        answer("same", today.isoformat(), model=MODEL, **usage),
    )
    assert begun("import", "--from", folder).returncode == 0
    others = [load_session(begun.root, path)[0] for path in session_files(begun.root)]
    costs = {str(row.list_cost) for other in others if other for row in other.rows}
    assert len(costs) == 1
    assert None not in costs


def test_cache_writes_without_a_split_are_five_minute_writes(begun: Desk) -> None:
    assert begun.send("--model", "bare").returncode == 0
    (row,) = begun.session.rows
    assert (row.counts.cache_write_5m, row.counts.cache_write_1h) == (700, 0)


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
@pytest.mark.parametrize(
    ("model", "told"),
    [("empty", "the answer is empty"), ("refused", "the model refused"), ("cut", "the answer was cut")],
)
def test_an_answer_that_helps_nobody_is_logged_too(begun: Desk, model: str, told: str, way: str) -> None:
    run = begun.send("--model", model, "--max-tokens", "2", way)
    assert run.returncode == 0
    assert told in run.stderr
    assert run.stdout == ("Use a to\n" if model == "cut" else "")
    (row,) = begun.session.rows
    assert row.list_cost is not None
    assert not row.output_floor


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("break-2", "the answer broke off before its end: the connection was cut"),
        ("stop-2", "the answer broke off before its end"),
        ("sse-error-2", "the answer broke off: the API is overloaded (529)"),
    ],
)
def test_a_stream_that_breaks_keeps_what_came_and_what_it_cost_at_least(begun: Desk, model: str, told: str) -> None:
    run = begun.send("--model", model)
    assert (run.returncode, run.stdout) == (1, "Use a token buck\n")
    assert told in run.stderr
    assert re.search(r"\[request req_[0-9a-f]{24}\]", run.stderr)
    (row,) = begun.session.rows
    assert (row.counts.input, row.counts.output, row.output_floor) == (tokens_of(PROMPT), 1, True)
    assert begun.session.source is not None
    assert begun.session.source.output == "at least"
    assert begun.errors() == []
    assert len(begun.api.requests) == 1
    before = begun.file.read_bytes()
    begun("fill")
    assert begun.file.read_bytes() == before


def test_a_stream_that_hangs_ends_with_its_time_out(begun: Desk) -> None:
    run = begun.send("--model", "hang-1", "--timeout", "0.5")
    assert (run.returncode, run.stdout) == (1, "Use a to\n")
    assert "error[api-timeout]: the answer broke off: no more of it came in time" in run.stderr
    assert begun.session.rows[0].output_floor


def test_an_interrupted_stream_is_logged_as_far_as_it_came(begun: Desk) -> None:
    command = begun.command("send", begun.prompt, "--model", "hang-1")
    with subprocess.Popen(
        command, env=begun.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(8) == "Use a to"
        assert begun.api.hanging.wait(60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "\n")
    assert "interrupted" in err
    assert "Traceback" not in err
    assert begun.session.rows[0].output_floor
    assert begun.errors() == []


def test_a_reader_that_goes_away_does_not_keep_the_answer_from_the_ledger(begun: Desk) -> None:
    begun.api.text = "word " * 40_000
    shell = f"{shlex.join(begun.command('send', begun.prompt, '--model', MODEL))} | head -c 5"
    run = subprocess.run(
        ["sh", "-c", shell], env=begun.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.stdout == "word "
    assert "Traceback" not in run.stderr
    assert "BrokenPipe" not in run.stderr
    (row,) = begun.session.rows
    assert (row.counts.output, row.output_floor) == (50_000, False)


def test_a_terminal_is_told_nothing_that_it_would_obey(begun: Desk) -> None:
    """Into a file the answer goes as it is: it is data."""
    assert begun.send("--model", "loud").stdout == "\x1b]0;stolen\x07\x1b[31mred\x1b[0m\u202e\r\n\tdone\x9b2J\n"
    leader, follower = pty.openpty()
    command = begun.command("send", begun.prompt, "--model", "loud")
    with subprocess.Popen(command, env=begun.environment, stdout=follower, stderr=subprocess.DEVNULL) as process:
        os.close(follower)
        shown = _read_all(leader)
        assert process.wait(60) == 0
    assert shown.decode() == ("\\x1b]0;stolen\\x07\\x1b[31mred\\x1b[0m\\u202e\\x0d\r\n\tdone\\x9b2J\r\n")


def _read_all(descriptor: int) -> bytes:
    read = b""
    while select.select([descriptor], [], [], 60)[0]:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # the other end of a terminal was closed
            break
        if not piece:
            break
        read += piece
    os.close(descriptor)
    return read


def test_half_of_a_character_is_replaced(begun: Desk) -> None:
    assert begun.send("--model", "surrogate").stdout == "half ?\n"


def test_usage_that_cannot_be_counted_is_shown_and_not_logged(begun: Desk) -> None:
    run = begun.send("--model", "odd")
    assert (run.returncode, run.stdout) == (1, ANSWER)
    assert "input_tokens many, output_tokens -4" in run.stderr
    assert "error[not-logged]" in run.stderr
    assert begun.session.rows == ()
    assert begun.kept == []


def test_two_answers_under_one_id_of_a_gateway_are_two_rows(begun: Desk) -> None:
    begun.send("--model", "nameless")
    begun.send("--model", "nameless")
    assert len({row.response for row in begun.session.rows}) == 2
    assert begun.errors() == []


def test_the_task_follows_the_privacy_settings(begun: Desk) -> None:
    begun.prompt.write_text("Mail ana@corp.example.net about\nthe password: hunter2hunter2 in /home/ana/notes\n")
    begun.send("--model", MODEL)
    settings = begun.root / "sessions.toml"
    settings.write_text(re.sub(r"(?m)^#? ?tasks = .*$", 'tasks = "none"', settings.read_text()))
    begun.send("--model", MODEL)
    begun.send("--model", MODEL, "--task", "What I say")
    first, second, third = begun.session.rows
    assert "hunter2" not in begun.file.read_text()
    assert "/home/ana" not in begun.file.read_text()
    assert first.task.startswith("Mail ")
    assert (second.task, third.task) == ("", "What I say")


def test_the_prompt_and_the_answer_are_in_no_file(begun: Desk) -> None:
    begun.prompt.write_text("A first line.\n\nAnd " + "x" * 100 + " a secret recipe: basil\n")
    begun.send("--model", MODEL)
    for path in (*begun.root.rglob("*"), *begun.home.rglob("*")):
        if path.is_file() and path != begun.prompt:
            assert b"basil" not in path.read_bytes(), path
            assert b"bucket for each" not in path.read_bytes(), path


def test_a_deprecated_model_is_told(begun: Desk) -> None:
    run = begun.send("--model", "claude-sonnet-4-5")
    assert run.returncode == 0
    assert "deprecated" in run.stderr
    assert "DeprecationWarning" not in run.stderr
