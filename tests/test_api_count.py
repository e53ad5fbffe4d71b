"""`sessions count` against an API on loopback, with the real client and nothing patched."""

import json

import pytest

from tests.api_server import MODEL, tokens_of
from tests.desks import PROMPT, Desk


def test_counts_for_several_models_side_by_side_outside_of_a_ledger(desk: Desk) -> None:
    (desk.home / "system.txt").write_text("Be short.")
    models = ["--model", MODEL, "--model", "claude-opus-4-8", "--model", "no-such"]
    run = desk.run(["count", desk.prompt, *models, "--system", "system.txt", "--output", "500"], {})
    number = tokens_of("Be short.", PROMPT)
    assert run.returncode == 0
    lines = [line.split() for line in run.stdout.splitlines()[2:]]
    assert lines == [
        [MODEL, str(number), "<$0.0001", "500", "$0.0050"],
        ["claude-opus-4-8", str(number), "$0.0001", "500", "$0.0126"],
        ["no-such", str(number), "unpriced", "500", "unpriced"],
    ]
    assert "estimated" in run.stdout.splitlines()[0]
    assert "estimate" in run.stderr
    assert "no price of no-such is known" in run.stderr
    (first, *_) = desk.api.asked("/v1/messages/count_tokens")
    assert first.body == {
        "model": MODEL,
        "messages": [{"role": "user", "content": PROMPT}],
        "system": "Be short.",
    }


def test_a_count_as_json_has_exact_amounts_and_null_for_what_is_not_known(desk: Desk) -> None:
    run = desk("count", desk.prompt, "--model", MODEL, "--model", "no-such", "--format", "json")
    number = tokens_of(PROMPT)
    told = json.loads(run.stdout)
    assert told["estimate"] is True
    assert told["models"] == [
        {
            "model": MODEL,
            "input": number,
            "list_cost_of_input": f"{number * 2 / 1_000_000:.6f}".rstrip("0"),
            "output": None,
            "list_cost": f"{number * 2 / 1_000_000:.6f}".rstrip("0"),
            "unpriced": None,
        },
        {
            "model": "no-such",
            "input": number,
            "list_cost_of_input": None,
            "output": None,
            "list_cost": None,
            "unpriced": "no price of no-such is known",
        },
    ]


def test_a_count_takes_the_prices_of_the_ledger_and_its_last_model(begun: Desk) -> None:
    with (begun.root / "sessions.toml").open("a") as file:
        file.write('\n[[prices.model]]\nmatch = ["claude-haiku-5-5"]\nfrom = "2026-01-01"\ninput = "1000000"\n')
        file.write('output = "1"\nsource = "contract"\n')
    assert begun("log", "By hand", "--model", "claude-haiku-5-5", "--input", "1", "--output", "1").returncode == 0
    run = begun("count", begun.prompt, "--format", "json")
    assert f"model claude-haiku-5-5: the last one in {begun.file.stem}" in run.stderr
    assert json.loads(run.stdout)["models"][0]["list_cost_of_input"] == str(tokens_of(PROMPT))


def test_a_count_without_any_session_names_the_model_it_took(desk: Desk) -> None:
    run = desk("count", "-", "--format", "json")
    assert run.returncode == 1  # nothing on standard input
    assert "the prompt is empty" in run.stderr
    run = desk("count", desk.prompt)
    assert "model claude-sonnet-5-5: nothing here says another" in run.stderr
    assert MODEL in run.stdout


def test_a_prompt_may_come_from_standard_input(desk: Desk) -> None:
    run = desk.run(["count", "-", "--format", "json"], {}, PROMPT.encode())
    assert json.loads(run.stdout)["models"][0]["input"] == tokens_of(PROMPT)
    run = desk.run(["count", "-", "--system", "-"], {}, PROMPT.encode())
    assert "both the prompt and the system are `-`" in run.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the prompt is empty"),
        (b" \n\t", "the prompt is empty"),
        (b"ok \xff", "not UTF-8, byte 3"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_prompt_that_cannot_be_sent_is_one_clear_line(desk: Desk, content: bytes | None, told: str) -> None:
    path = desk.home / "bad.txt"
    if content is not None:
        path.write_bytes(content)
    for command in ("count", "send"):
        run = desk(command, path, "--model", MODEL)
        assert run.returncode == 1
        assert f"{path}:1:1: error[prompt]: " in run.stderr
        assert told in run.stderr
    assert desk.api.requests == []


def test_of_several_models_one_that_fails_does_not_hide_the_others(desk: Desk) -> None:
    run = desk("count", desk.prompt, "--model", MODEL, "--model", "error-404")
    assert run.returncode == 1
    assert MODEL in run.stdout
    assert "error-404" not in run.stdout
    assert "error[api-not-found]" in run.stderr
    assert "did you mean `claude-sonnet-5-5`?" in run.stderr
