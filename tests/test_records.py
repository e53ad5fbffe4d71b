"""The ledger as rows: every column, exact amounts, and no cell that a spreadsheet would run."""

import csv
import io
import json
import time
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.records import (
    SESSION_COLUMNS,
    USAGE_COLUMNS,
    csv_lines,
    json_pieces,
    safe_cell,
    session_columns,
    usage_columns,
    usage_entries,
)
from sitegen.session import Git, Phase, Session, Source
from sitegen.tokens import KINDS, PriceContext
from tests.made_sessions import made_row, made_session


def full_session() -> Session:
    first = replace(
        made_row(list_cost="0.0213000", tools={"Read": 4, "Edit": 1}),
        context=PriceContext(speed="fast", geo="us", long=True, since="2026-02-01"),
        notes="by hand",
        manual=True,
    )
    second = replace(
        made_row("2026-02-12T00:10+01:00", "made-up", None, requests=3, task="Next"), unpriced="no price of made-up"
    )
    session = made_session(
        "sessions/2026/2026-02-11-jwt.md",
        first,
        second,
        tags=("auth", "jwt"),
        source=Source("claude-code"),
        body="# JWT\n\n## Goals\n\n- [x] one\n- [ ] two\n",
        sample=True,
    )
    return replace(
        session,
        author="Ana",
        phase=Phase("Auth", 1, 2, "complete"),
        focus="tokens",
        git=Git("feat/jwt", ("abc1234",), 7),
        code={"files": 3, "added": 10, "deleted": 2},
        quality={"rework": "none"},
        ratings={"session": 8},
        estimate=Decimal("1.50"),
        billed=Decimal("0.02"),
    )


def sessions_csv(*sessions: Session, **kinds: bool) -> str:
    return "".join(csv_lines(session_columns(**kinds), sessions))


def usage_csv(*sessions: Session, **kinds: bool) -> str:
    return "".join(csv_lines(usage_columns(**kinds), usage_entries(sessions)))


def read_csv(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline=""), strict=True))


def test_every_column_of_a_session() -> None:
    assert read_csv(sessions_csv(full_session())) == [
        {
            "path": "sessions/2026/2026-02-11-jwt.md",
            "title": "JWT",
            "project": "shop-api",
            "author": "Ana",
            "state": "complete",
            "started": "2026-02-11T20:36:53+01:00",
            "ended": "2026-02-11T21:16:53+01:00",
            "active_minutes": "30",
            "phase": "1 Auth, part 2, complete",
            "focus": "tokens",
            "tags": "auth; jwt",
            "branch": "feat/jwt",
            "commits": "abc1234",
            "pull_request": "7",
            "models": "claude-sonnet-5; made-up",
            "source": "claude-code",
            "usage_rows": "2",
            "manual_rows": "1",
            "goals": "2",
            "goals_met": "1",
            "files_changed": "3",
            "lines_added": "10",
            "lines_deleted": "2",
            "rework": "none",
            "rating": "8",
            "sample": "true",
            "requests": "5",
            "input": "200",
            "cache_write_5m": "0",
            "cache_write_1h": "0",
            "cache_read": "40000",
            "output": "2000",
            "tokens": "42200",
            "web_searches": "0",
            "list_cost": "0.0213",
            "at_least": "true",
            "unpriced_responses": "3",
            "estimate": "1.5",
            "billed": "0.02",
        }
    ]


def test_every_column_of_a_usage_row() -> None:
    first, second = read_csv(usage_csv(full_session()))
    assert first == {
        "path": "sessions/2026/2026-02-11-jwt.md",
        "row": "1",
        "project": "shop-api",
        "time": "2026-02-11T20:36:00+01:00",
        "task": "Initial prompt",
        "model": "claude-sonnet-5",
        "speed": "fast",
        "tier": "",
        "geo": "us",
        "context": "long",
        "price_from": "2026-02-01",
        "requests": "2",
        "input": "100",
        "cache_write_5m": "0",
        "cache_write_1h": "0",
        "cache_read": "20000",
        "output": "1000",
        "tokens": "21100",
        "web_searches": "0",
        "list_cost": "0.0213",
        "output_floor": "false",
        "unpriced": "",
        "tools": "Read 4; Edit 1",
        "manual": "true",
        "notes": "by hand",
    }
    assert (second["row"], second["list_cost"], second["unpriced"]) == ("2", "", "no price of made-up")


def test_what_is_not_known_is_empty_and_never_zero() -> None:
    bare = made_session("sessions/2026/a.md", title="", started=None, active=None)
    (told,) = read_csv(sessions_csv(bare))
    assert told["title"] == "a"
    assert {name for name, value in told.items() if value} == {
        "path",
        "title",
        "project",
        "state",
        "usage_rows",
        "manual_rows",
        "sample",
    }
    assert told["usage_rows"] == "0"
    unpriced = made_session("sessions/2026/b.md", made_row(list_cost=None))
    (told,) = read_csv(sessions_csv(unpriced))
    assert (told["tokens"], told["list_cost"], told["at_least"]) == ("21100", "", "true")
    free = made_session("sessions/2026/c.md", made_row(list_cost="0"))
    assert read_csv(sessions_csv(free))[0]["list_cost"] == "0"


def test_columns_have_names_of_their_own_and_say_what_they_hold() -> None:
    for columns in (SESSION_COLUMNS, USAGE_COLUMNS):
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.words and column.name.isidentifier() for column in columns)


def test_amounts_and_private_columns_can_be_left_out() -> None:
    money_and_counts = {*KINDS, "requests", "tokens", "web_searches", "list_cost", "unpriced_responses", "tools"}
    private = {"author", "estimate", "billed"}
    for content in (sessions_csv(full_session(), amounts=False), usage_csv(full_session(), amounts=False)):
        assert not money_and_counts & set(read_csv(content)[0])
        assert "0.0213" not in content
    assert (
        set(read_csv(sessions_csv(full_session()))[0]) - set(read_csv(sessions_csv(full_session(), private=False))[0])
        == private
    )
    told = json.loads("".join(json_pieces("L", (full_session(),), amounts=False, private=False)))
    assert told["totals"] == {"sessions": 1}
    assert not (money_and_counts | private) & {*told["sessions"][0], *told["sessions"][0]["usage"][0]}


def test_json_holds_the_same_with_exact_totals() -> None:
    session = full_session()
    other = made_session("sessions/2026/z.md", made_row(list_cost="0.1"), project="other")
    text = "".join(json_pieces('L "1"', (session, other)))
    told = json.loads(text)
    assert {key: told[key] for key in ("format", "title", "currency", "totals")} == {
        "format": 1,
        "title": 'L "1"',
        "currency": "USD",
        "totals": {
            "sessions": 2,
            "requests": 7,
            "input": 300,
            "cache_write_5m": 0,
            "cache_write_1h": 0,
            "cache_read": 60000,
            "output": 3000,
            "tokens": 63300,
            "web_searches": 0,
            "list_cost": "0.1213",
            "at_least": True,
            "unpriced_responses": 3,
            "manual_rows": 1,
        },
    }
    first = told["sessions"][0]
    assert (first["tags"], first["list_cost"], first["pull_request"], first["estimate"]) == (
        ["auth", "jwt"],
        "0.0213",
        7,
        "1.5",
    )
    assert [row["list_cost"] for row in first["usage"]] == ["0.0213", None]
    assert "path" not in first["usage"][0]
    assert text.endswith("}\n")


def test_json_of_no_sessions() -> None:
    told = json.loads("".join(json_pieces("L", ())))
    assert (told["sessions"], told["totals"]["list_cost"], told["totals"]["sessions"]) == ([], "0", 0)


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|cmd", "'|cmd"),
        (" =x", "' =x"),
        ("\uff1d1", "'\uff1d1"),
        ("\u00a0@x", "'\u00a0@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\nx"),
        ("a\r\nb", "a\nb"),
        ("a=b", "a=b"),
        ("", ""),
        ("\ud83d", "\ufffd"),
    ],
)
def test_what_a_spreadsheet_would_run_has_an_apostrophe(words: str, safe: str) -> None:
    assert safe_cell(words) == safe


HOSTILE = st.text(max_size=20) | st.sampled_from(["=1", '"', '",\n"', "\0", "\r", "'=1", "a,b", "\ud800", "\x85", ";"])


@given(HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=3), HOSTILE)
def test_any_text_comes_back_from_both(title: str, task: str, tags: list[str], notes: str) -> None:
    row = replace(made_row(task=task), notes=notes)
    session = replace(made_session("sessions/2026/a.md", row, tags=tuple(tags)), title=title or "t")
    content = sessions_csv(session).encode().decode()
    (told,) = read_csv(content)
    assert (told["title"], told["tags"]) == (safe_cell(title or "t"), safe_cell("; ".join(tags)))
    (told,) = read_csv(usage_csv(session).encode().decode())
    assert (told["task"], told["notes"], told["list_cost"]) == (safe_cell(task), safe_cell(notes), "0.0213")
    text = "".join(json_pieces(title, (session,)))
    read: dict[str, Any] = json.loads(text.encode().decode())
    assert read["title"].encode("utf-16", "surrogatepass") == title.replace("\ud800", "\ufffd").encode(
        "utf-16", "surrogatepass"
    )
    assert read["sessions"][0]["tags"] == [tag.replace("\ud800", "\ufffd") for tag in tags]


@given(st.text(max_size=8))
def test_a_cell_never_begins_a_formula_and_loses_nothing_else(words: str) -> None:
    safe = safe_cell(words)
    assert not safe.lstrip().startswith(("=", "+", "-", "@", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\uff5c"))
    assert not safe.startswith(("\t", "\r", "\n"))
    assert safe.removeprefix("'") == words.replace("\r\n", "\n").replace("\r", "\n").removeprefix("'")


def test_sums_of_the_files_are_those_of_the_ledger_to_the_last_decimal() -> None:
    sessions = [
        made_session(
            f"sessions/2026/{number}.md", *(made_row(list_cost=f"0.{number + step:07d}") for step in range(1, 4))
        )
        for number in range(50)
    ]
    whole = sum((session.totals.list_cost for session in sessions), Decimal())
    assert sum(Decimal(row["list_cost"]) for row in read_csv(sessions_csv(*sessions))) == whole
    assert sum(Decimal(row["list_cost"]) for row in read_csv(usage_csv(*sessions))) == whole
    assert Decimal(json.loads("".join(json_pieces("L", sessions)))["totals"]["list_cost"]) == whole


def test_a_large_ledger_streams() -> None:
    """5,000 sessions of 20 rows: seconds, and no more memory than a row needs."""
    rows = tuple(replace(made_row(tools={"Read": 4}), task=f"Task {number}") for number in range(20))
    sessions = [
        replace(made_session(f"sessions/2026/{number}.md", *rows), active=timedelta(minutes=number % 90))
        for number in range(5000)
    ]
    began = time.process_time()
    lines = sum(1 for _ in csv_lines(usage_columns(), usage_entries(sessions)))
    assert lines == 100_001
    assert time.process_time() - began < 20
    tracemalloc.start()
    size = sum(len(piece) for piece in json_pieces("L", sessions[:1000]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 7_000_000
    assert peak < 3_000_000


def test_requests_that_nobody_counted_are_not_zero() -> None:
    session = made_session("sessions/a.md", replace(made_row(requests=0), manual=True))
    assert [row["requests"] for row in read_csv(usage_csv(session))] == [""]
    told = json.loads("".join(json_pieces("L", (session,))))
    assert told["sessions"][0]["usage"][0]["requests"] is None
