"""Single rows into session files, as values: their prices, times and place, and that none goes in twice."""

# ruff: noqa: E501  # a row is a line

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.entering import (
    LoggedResponse,
    add_kept_responses,
    add_typed_row,
    model_to_ask,
    response_in,
    responses_in,
    uncountable,
)
from sitegen.importing import Plan, plan_fill
from sitegen.ledger import Ledger, parse_session_file
from sitegen.rollups import in_order
from sitegen.session import Session
from sitegen.settings import parse_settings
from sitegen.tokens import TokenCounts, UsageRow

SETTINGS, _problems = parse_settings("""
timezone = "Europe/Berlin"
[[prices.model]]
match = ["m-one"]
from = "2026-01-01"
input = "1"
output = "10"
cache_read = "0.5"
source = "first"
[[prices.model]]
match = ["m-advice"]
from = "2026-01-01"
input = "100"
output = "1000"
source = "list"
""")
PATH = "sessions/2026/2026-03-01-day.md"
FILE = """---
schema: 1
title: Day
project: shop-api
started: '2026-03-01T09:00:00+01:00'
state: active
---

Words.
"""
USAGE = {"input_tokens": 1000, "output_tokens": 100}


def ledger(text: str = FILE, path: str = PATH) -> Ledger:
    session, problems = parse_session_file(text.encode(), path)
    assert session is not None
    assert problems == ()
    return Ledger(Path("/nowhere"), SETTINGS, in_order([session]))


def logged(key: str = "msg_1", at: str = "2026-03-01T08:30:40+00:00", **more: Any) -> LoggedResponse:
    values: dict[str, Any] = {"path": PATH, "task": "Ask", "model": "m-one", "usage": USAGE, **more}
    return LoggedResponse(response=key, at=datetime.fromisoformat(at), **values)


def after(plan: Plan) -> Ledger:
    assert plan.problems == ()
    (change,) = plan.changes
    return ledger(change.new.decode(), change.path)


def only(found: Ledger) -> Session:
    (session,) = found.sessions
    return session


def lines(found: Ledger) -> list[str]:
    return [line for line in only(found).document.raw.decode().splitlines() if line.startswith("- {")]


def test_a_response_becomes_a_row_in_the_offset_of_its_file() -> None:
    found = after(add_kept_responses(ledger(), [logged()]))
    assert only(found).document.raw.decode() == FILE.replace(
        "state: active\n",
        "state: active\n"
        "source: {kind: api}\n"
        "usage:\n"
        "- {time: '09:30', task: Ask, model: m-one, requests: 1, input: 1000, cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 100, cost: 0.002, response: msg_1}\n"
        "totals: {requests: 1, input: 1000, cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 100, cost: 0.002}\n"
        "prices:\n"
        "  m-one: {input: 1, cache_read: 0.5, output: 10, source: 'override: first'}\n",
    )


def test_the_same_response_goes_in_once_in_whatever_file() -> None:
    once = after(add_kept_responses(ledger(), [logged(), logged()]))
    assert add_kept_responses(once, [logged()]) == Plan()
    elsewhere = replace(
        once, sessions=(*once.sessions, replace(only(ledger()), path="sessions/2026/2026-03-01-other.md"))
    )
    assert add_kept_responses(elsewhere, [logged(path="sessions/2026/2026-03-01-other.md")]) == Plan()
    assert responses_in(once) == {"msg_1"}


def test_rows_go_where_their_times_are_in_whatever_order_they_come() -> None:
    early = logged("msg_early", "2026-03-01T08:05:00+00:00")
    late = logged("msg_late", "2026-03-01T23:30:00+00:00")
    noon = logged("msg_noon", "2026-03-01T11:00:00+00:00")
    found = ledger()
    for each in (late, early, noon):
        found = after(add_kept_responses(found, [each]))
    assert [row.response for row in only(found).rows] == ["msg_early", "msg_noon", "msg_late"]
    assert [line[:28] for line in lines(found)] == [
        "- {time: '09:05', task: Ask,", "- {time: '12:00', task: Ask,", "- {time: '2026-03-02 00:30',",
    ]  # fmt: skip
    at_once = after(add_kept_responses(ledger(), [late, early, noon]))
    assert only(at_once).document.raw == only(found).document.raw


def test_a_price_that_changes_while_a_session_runs_has_its_day() -> None:
    """Reading a cache became cheaper on that day. The first row keeps its price; filling changes nothing."""
    began = ledger(FILE.replace("2026-03-01T09", "2026-10-06T09"))
    more: dict[str, Any] = {"model": "claude-sonnet-5-5", "usage": {**USAGE, "cache_read_input_tokens": 1_000_000}}
    days = ("2026-10-06", "2026-10-08", "2026-10-09")
    found = began
    for day in days:
        found = after(add_kept_responses(found, [logged(f"msg_{day}", f"{day}T10:00:00+00:00", **more)]))
    assert [(row.price_key, row.list_cost) for row in only(found).rows] == [
        ("claude-sonnet-5-5", Decimal("0.203")),
        ("claude-sonnet-5-5 from 2026-10-08", Decimal("0.103")),
        ("claude-sonnet-5-5 from 2026-10-08", Decimal("0.103")),
    ]
    assert set(only(found).prices) == {"claude-sonnet-5-5", "claude-sonnet-5-5 from 2026-10-08"}
    assert plan_fill(found, found.sessions, []).changes == ()


def test_a_call_inside_an_answer_is_a_row_of_its_own() -> None:
    usage = {**USAGE, "iterations": [
        {"type": "message", **USAGE}, {"type": "advisor_message", "model": "m-advice", "input_tokens": 10, "output_tokens": 1},
    ]}  # fmt: skip
    found = after(add_kept_responses(ledger(), [logged(usage=usage)]))
    assert [(row.response, row.model, row.requests, row.list_cost) for row in only(found).rows] == [
        ("msg_1", "m-one", 1, Decimal("0.002")),
        ("msg_1#advisor-1", "m-advice", 0, Decimal("0.002")),
    ]
    assert add_kept_responses(found, [logged(usage=usage)]) == Plan()


def test_what_has_no_price_yet_gets_it_when_filled_later() -> None:
    found = after(add_kept_responses(ledger(), [logged(model="m-new")]))
    (row,) = only(found).rows
    assert (row.list_cost, row.unpriced) == (None, "no price of m-new is known")
    later, problems = parse_settings(
        '[[prices.model]]\nmatch = ["m-new"]\nfrom = "2026-01-01"\ninput = "1"\noutput = "1"\nsource = "new"\n'
    )
    assert problems == ()
    known = replace(found, settings=later)
    (row,) = only(after(plan_fill(known, known.sessions, []))).rows
    assert (row.list_cost, row.unpriced, row.response) == (Decimal("0.0011"), "", "msg_1")


def test_a_file_without_a_start_begins_with_its_first_row() -> None:
    bare = ledger(FILE.replace("started: '2026-03-01T09:00:00+01:00'\n", ""))
    found = only(after(add_kept_responses(bare, [logged()])))
    assert found.started == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert str(found.rows[0].at) == "2026-03-01 09:30:00+01:00"


def test_a_session_that_goes_on_after_its_end_ends_later() -> None:
    over = ledger(FILE.replace("state: active", "ended: '2026-03-01T09:10:00+01:00'\nstate: complete"))
    found = only(after(add_kept_responses(over, [logged()])))
    assert str(found.ended) == "2026-03-01 09:30:00+01:00"
    assert found.state == "complete"


@pytest.mark.parametrize("kind", ["claude-code", "manual", "api"])
def test_a_source_that_is_told_stays(kind: str) -> None:
    told = ledger(FILE.replace("state: active", f"state: active\nsource: {{kind: {kind}}}  # mine"))
    found = after(add_kept_responses(told, [logged(broken=True)]))
    assert f"source: {{kind: {kind}, output: at least}}  # mine\n" in only(found).document.raw.decode()
    assert only(found).totals.output_floor


def test_a_typed_row_takes_the_price_that_the_file_states() -> None:
    stated = ledger(
        FILE.replace("state: active", "state: active\nprices:\n  m-one: {input: 7, output: 70, source: my contract}")
    )
    row = UsageRow(
        datetime(2026, 3, 1, 9, 15, tzinfo=UTC), "Typed", "m-one", 0, TokenCounts(1000, output=100), manual=True
    )
    plan, typed = add_typed_row(stated, only(stated), row)
    assert typed.list_cost == Decimal("0.014")
    found = only(after(plan))
    assert found.totals.manual_rows == 1
    assert [line for line in lines(after(plan)) if "manual: true" in line]


def test_what_lies_in_the_spool_comes_back_as_it_went() -> None:
    one = logged(usage={**USAGE, "cache_creation": {"ephemeral_5m_input_tokens": 1}}, broken=True)
    assert response_in(one.to_content()) == one
    good = one.to_content()
    for name, wrong in (
        ("path", 1), ("path", ""), ("response", None), ("response", ""), ("at", "now"), ("at", "2026-03-01T10:00:00"),
        ("usage", []), ("task", None), ("model", 7),
    ):  # fmt: skip
        assert response_in({**good, name: wrong}) is None, name


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ({"input_tokens": "many", "output_tokens": 1}, "input_tokens"),
        ({"input_tokens": -1, "output_tokens": 1}, "input_tokens"),
        ({"input_tokens": 10**10, "output_tokens": 1}, "input_tokens"),
        ({"input_tokens": 1}, "`output_tokens` is missing"),
        ({"input_tokens": 1, "output_tokens": True}, "output_tokens"),
    ],
)
def test_figures_that_are_none_are_named(usage: dict[str, Any], told: str) -> None:
    assert told in uncountable(logged(usage=usage))
    plan = add_kept_responses(ledger(), [logged(usage=usage)])
    assert plan.changes == ()
    assert [problem.rule for problem in plan.problems] == ["not-logged"]


def test_the_model_to_ask_is_the_last_that_the_api_knows() -> None:
    assert model_to_ask([]) == ("claude-sonnet-5-5", "nothing here says another")
    rows = [
        UsageRow(None, "", model, 1, TokenCounts())
        for model in ("claude-opus-4-8", "gpt-5", "opus", "claude-opus-4-6[1m]", "us.anthropic.claude-sonnet-5-v1:0")
    ]
    assert model_to_ask([replace(only(ledger()), rows=tuple(rows))])[0] == "claude-opus-4-8"
