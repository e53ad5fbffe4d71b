"""What can go wrong with an API, for `sessions count` and `sessions send`: one clear line each, and nothing lost."""

import re
import subprocess
import time

import pytest

from tests.api_server import KEY, MODEL
from tests.desks import Desk

FAULTS = {
    "error-400": ("api-request", 1),
    "error-401": ("api-key", 1),
    "error-402": ("api-billing", 1),
    "error-403": ("api-permission", 1),
    "error-404": ("api-not-found", 1),
    "error-413": ("api-too-large", 1),
    "error-422": ("api-request", 1),
    "error-429": ("api-rate-limit", 4),
    "error-429-spend": ("api-rate-limit", 1),
    "long-429": ("api-rate-limit", 1),
    "error-500": ("api-fault", 4),
    "error-529": ("api-overloaded", 4),
    "error-529-final": ("api-overloaded", 1),
    "html-502": ("api-fault", 4),
    "html-200": ("api-answer", 1),
    "truncated": ("api-answer", 1),
    "error-200": ("api-answer", 1),
    "error-200-bare": ("api-answer", 1),
    "list-200": ("api-answer", 1),
    "deep-200": ("api-answer", 1),
    "zero-200": ("api-answer", 1),
    "text-200": ("api-answer", 1),
}


@pytest.mark.parametrize("way", [("count",), ("send",), ("send", "--no-stream")], ids=" ".join)
@pytest.mark.parametrize("model", FAULTS)
def test_a_failure_is_one_line_with_the_request_and_a_cure(begun: Desk, model: str, way: tuple[str, ...]) -> None:
    rule, tries = FAULTS[model]
    before = begun.file.read_bytes()
    began = time.monotonic()
    run = begun(way[0], begun.prompt, "--model", model, *way[1:])
    assert time.monotonic() - began < 120
    assert (run.returncode, run.stdout) == (1, "")
    line, hint = run.stderr.splitlines()[-2:]
    assert line.startswith(f"api:1:1: error[{rule}]: ")
    assert re.search(r"\[request req_[0-9a-f]{24}\]$", line)
    assert hint.startswith("  hint: ")
    assert len(begun.api.requests) == tries
    assert [request.headers["x-stainless-retry-count"] for request in begun.api.requests] == [*map(str, range(tries))]
    assert run.stderr.count("waiting 0.005 s, the API asks for it") == tries - 1
    assert begun.file.read_bytes() == before
    assert begun.kept == []


@pytest.mark.parametrize(("model", "tries"), [("flaky-429", 2), ("twice-529", 3)])
@pytest.mark.parametrize("way", [("count",), ("send",), ("send", "--no-stream")], ids=" ".join)
def test_what_the_api_refuses_for_a_moment_goes_well(begun: Desk, model: str, tries: int, way: tuple[str, ...]) -> None:
    run = begun(way[0], begun.prompt, "--model", model, *way[1:])
    assert run.returncode == 0, run.stderr
    assert len(begun.api.requests) == tries
    assert f"(try {tries} of 4 follows)" in run.stderr
    assert len(begun.session.rows) == (way[0] == "send")


def test_a_wait_of_a_day_is_told_and_not_waited_for(begun: Desk) -> None:
    assert "the API asks to wait 24 hours" in begun.send("--model", "long-429").stderr


def test_a_spending_limit_is_told_as_one(begun: Desk) -> None:
    assert "a spending limit is reached" in begun.send("--model", "error-429-spend").stderr


@pytest.mark.parametrize("command", ["count", "send"])
def test_a_slow_api_is_a_time_out(begun: Desk, command: str) -> None:
    run = begun(command, begun.prompt, "--model", "slow-3000", "--timeout", "0.3")
    assert run.returncode == 1
    assert "error[api-timeout]: no answer from 127.0.0.1:" in run.stderr
    assert "--timeout" in run.stderr
    assert len(begun.api.requests) == 1


@pytest.mark.parametrize("command", ["count", "send"])
@pytest.mark.parametrize(
    ("environment", "rule", "told"),
    [
        ({"ANTHROPIC_API_KEY": ""}, "api-key", "no key for the API is set"),
        ({"ANTHROPIC_API_KEY": "", "ANTHROPIC_PROFILE": "work"}, "api-key", "(profile 'work')"),
        ({"ANTHROPIC_API_KEY": "sk-ant-api03-another-one-that-is-wrong"}, "api-key", "does not accept the key (401)"),
        ({"ANTHROPIC_API_KEY": "sk-ant-api03-\n-pasted"}, "api-key", "a character that no header may have"),
        ({"ANTHROPIC_API_KEY": "sk-ant-schlüssel"}, "api-key", "invalid credentials: … [request"),
        ({"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}, "api-network", "cannot reach 127.0.0.1:9: Connection refused"),
        ({"ANTHROPIC_BASE_URL": "http://[::1"}, "api-settings", "the connection cannot be set up"),
        ({"HTTPS_PROXY": "what://is.this"}, "api-settings", "the connection cannot be set up"),
    ],
)
def test_what_stands_in_the_way_is_named(
    begun: Desk, command: str, environment: dict[str, str], rule: str, told: str
) -> None:
    run = begun(command, begun.prompt, "--model", MODEL, **environment)
    assert (run.returncode, run.stdout) == (1, "")
    assert f"error[{rule}]" in run.stderr
    assert told in run.stderr
    assert "  hint: " in run.stderr
    key = environment.get("ANTHROPIC_API_KEY")
    assert not key or key not in run.stderr


def test_the_key_is_nowhere(begun: Desk) -> None:
    """In no output, however the client fails and however much it is asked to tell; and in no file."""
    wrong = "sk-ant-api03-wrong-key-000000000000"
    told = ""
    for model, key in ((MODEL, KEY), (MODEL, wrong), ("error-500", KEY), ("break-1", KEY)):
        run = subprocess.run(
            begun.command("send", begun.prompt, "--model", model), capture_output=True, text=True, check=False,
            env={**begun.environment, "ANTHROPIC_API_KEY": key, "SESSIONS_DEBUG": "1", "ANTHROPIC_LOG": "debug"},
            cwd=begun.home, timeout=120,
        )  # fmt: skip
        told += run.stdout + run.stderr
    assert "HTTP Request" in told
    assert KEY not in told
    assert wrong not in told
    for folder in (begun.root, begun.home):
        for path in folder.rglob("*"):
            if path.is_file():
                raw = path.read_bytes()
                assert KEY.encode() not in raw, path
                assert wrong.encode() not in raw, path
