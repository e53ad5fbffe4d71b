"""From an agent's session to the files that change: values in, values out, to the last digit and row."""

# ruff: noqa: E501  # a row is a line

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.fill import (
    UNKNOWN_MODEL,
    combine,
    frontmatter_by_hand,
    frontmatter_of,
    rows_from_responses,
    session_zone,
    title_of,
    totals_mapping,
)
from sitegen.importing import Plan, pair_rows, plan_changed, plan_fill, plan_import
from sitegen.ledger import Ledger, parse_session_file
from sitegen.prices import UnitPrices
from sitegen.rollups import in_order
from sitegen.session import Session
from sitegen.settings import Settings, parse_settings
from sitegen.tokens import PriceContext, Response, TokenCounts, Totals
from sitegen.transcripts import AgentSession, Prompt

PRICES = """
timezone = "Europe/Berlin"
[[prices.model]]
match = ["m-one"]
from = "2026-01-01"
input = "1"
cache_write_5m = "2"
cache_write_1h = "3"
cache_read = "0.5"
output = "10"
web_search = "0.01"
source = "first list"
[[prices.model]]
match = ["m-one"]
from = "2026-03-02"
input = "4"
output = "20"
source = "second list"
[[prices.model]]
match = ["m-two"]
from = "2026-01-01"
input = "0.1"
output = "0.3"
source = "first list"
"""
SETTINGS, _problems = parse_settings(PRICES)
TEMPLATE = """---
schema: 1
title: {{title}}
project: {{project}}
state: {{state}}
---

# {{title}}

<!-- sessions:totals -->
<!-- /sessions:totals -->
"""


def at(minute: float, day: int = 1) -> datetime:
    """UTC; in Berlin it is an hour later."""
    return datetime(2026, 3, day, 9, tzinfo=UTC) + timedelta(minutes=minute)


def response(key: str, minute: float = 0, interaction: int = 0, *, day: int = 1, **more: Any) -> Response:
    values: dict[str, Any] = {
        "at": at(minute, day),
        "model": "m-one",
        "counts": TokenCounts(input=1000, output=100),
        "interaction": interaction,
    }
    return Response(key, "s-1", **{**values, **more})


def agent(*responses: Response, name: str = "s-1", **more: Any) -> AgentSession:
    values: dict[str, Any] = {
        "cwd": "/srv/shop-api",
        "branch": "main",
        "title": "",
        "started": at(0),
        "ended": at(40),
        "active": timedelta(minutes=30),
        "prompts": (Prompt(at(0.5), "First prompt"), Prompt(at(20.5), "Second prompt")),
        "responses": responses,
        "tools": {},
    }
    return AgentSession(id=name, **{**values, **more})


def ledger(*files: tuple[str, str], settings: Settings = SETTINGS) -> Ledger:
    loaded = [parse_session_file(text.encode(), path) for path, text in files]
    sessions = [session for session, _ in loaded if session is not None]
    problems = tuple(problem for _, found in loaded for problem in found)
    unsound = frozenset(problem.location.path for problem in problems if problem.severity == "error")
    return Ledger(Path("/nowhere"), settings, in_order(sessions), problems, unsound)


def after(plan: Plan) -> tuple[tuple[str, str], ...]:
    return tuple((change.path, change.new.decode()) for change in plan.changes)


def rows(found: AgentSession, **kept: UnitPrices) -> list[tuple[str, str, int, int, str | None, str]]:
    filled = rows_from_responses(found, SETTINGS, kept)
    return [
        (f"{row.at:%d %H:%M}" if row.at else "", row.price_key, row.requests, row.counts.input, cost(row), row.unpriced)
        for row in filled.rows
    ]


def cost(row: Any) -> str | None:
    return None if row.list_cost is None else format(row.list_cost.normalize(), "f")


# Rows


def test_a_row_for_each_interaction_model_and_price_context() -> None:
    found = agent(
        response("a", 1),
        response("b", 2, counts=TokenCounts(input=1, cache_write_5m=10, cache_write_1h=100, cache_read=1000, output=5)),
        response("c", 3, model="m-two"),
        response("d", 21, interaction=1),
        response("e", 22, interaction=1, model="", counts=TokenCounts(output=1)),
    )
    assert rows(found) == [
        ("01 10:00", "m-one", 2, 1001, "0.002871", ""),
        ("01 10:00", "m-two", 1, 1000, "0.00013", ""),
        ("01 10:20", "m-one", 1, 1000, "0.002", ""),
        ("01 10:20", UNKNOWN_MODEL, 1, 0, None, "no model reported"),
    ]


def test_the_row_with_most_tokens_comes_first_and_has_the_tools() -> None:
    found = agent(
        response("a", 1, model="m-two", counts=TokenCounts(input=2000)),
        response("b", 2, counts=TokenCounts(input=3000)),
        tools={0: {"Read": 2, "Edit": 1}},
    )
    first, second = rows_from_responses(found, SETTINGS, {}).rows
    assert (first.model, dict(first.tools)) == ("m-one", {"Edit": 1, "Read": 2})
    assert (second.model, dict(second.tools)) == ("m-two", {})
    assert {first.task, second.task} == {"First prompt"}


def test_a_price_that_changes_within_a_file_has_its_day() -> None:
    found = agent(response("a", 1), response("b", 2, day=2), response("c", 3, day=2))
    filled = rows_from_responses(found, SETTINGS, {})
    assert [(row.price_key, row.requests, cost(row)) for row in filled.rows] == [
        ("m-one from 2026-03-02", 2, "0.012"),
        ("m-one", 1, "0.002"),
    ]
    assert {key: (prices.input, prices.source) for key, prices in filled.prices.items()} == {
        "m-one": (Decimal(1), "override: first list"),
        "m-one from 2026-03-02": (Decimal(4), "override: second list"),
    }
    assert list(filled.prices) == ["m-one", "m-one from 2026-03-02"]


def test_prices_of_a_file_hold_for_it_unless_this_price_book_wrote_them() -> None:
    found = agent(response("a", 1), response("b", 2, day=2))
    mine = UnitPrices(Decimal(7), None, None, None, Decimal(7), source="an old list")
    assert rows(found, **{"m-one": mine})[0][1:5] == ("m-one", 2, 2000, "0.0154")
    later = replace(mine, input=Decimal(9))
    kept = {"m-one": mine, "m-one from 2026-03-02": later}
    assert [row[1:5] for row in rows(found, **kept)] == [
        ("m-one", 1, 1000, "0.0077"),
        ("m-one from 2026-03-02", 1, 1000, "0.0097"),
    ]
    ours = replace(mine, source=SETTINGS.price_book.source + " (m)")
    assert [row[4] for row in rows(agent(response("a", 1)), **{"m-one": ours})] == ["0.002"]


def test_what_has_no_price_for_a_kind_is_unpriced() -> None:
    found = agent(response("a", 1, model="m-two", counts=TokenCounts(cache_read=5)))
    assert rows(found) == [("01 10:00", "m-two", 1, 0, None, "no price for one of its token kinds")]
    found = agent(response("a", 1, model="m-none"))
    (row,) = rows(found)
    assert (row[4], bool(row[5])) == (None, True)


def test_searches_cost_by_the_piece() -> None:
    filled = rows_from_responses(agent(response("a", 1, web_searches=3, output_floor=True)), SETTINGS, {})
    assert (cost(filled.rows[0]), filled.rows[0].web_searches, filled.rows[0].output_floor) == ("0.032", 3, True)


def test_when_an_interaction_began() -> None:
    found = agent(
        response("a", 5, interaction=-1),
        response("b", 3, interaction=-1),
        response("c", 30, interaction=0, at=None),
        prompts=(Prompt(None, "No time"),),
        started=at(4),
    )
    filled = rows_from_responses(found, SETTINGS, {})
    assert [(row.at and f"{row.at:%H:%M %z}", row.task) for row in filled.rows] == [
        (None, "No time"),
        ("10:04 +0100", "Before the first prompt"),
    ]
    alone = rows_from_responses(agent(response("a", 5, interaction=-1), prompts=()), SETTINGS, {})
    assert [row.task for row in alone.rows] == [""]
    silent = rows_from_responses(agent(response("a")), replace(SETTINGS, tasks="none"), {})
    assert [row.task for row in silent.rows] == [""]


def test_the_zone_is_the_one_at_the_start() -> None:
    assert session_zone(agent(), SETTINGS).utcoffset(None) == timedelta(hours=1)
    assert session_zone(agent(started=datetime(2026, 7, 1, tzinfo=UTC)), SETTINGS).utcoffset(None) == timedelta(hours=2)
    assert session_zone(agent(started=None), SETTINGS) is UTC


# What a file says


def test_the_keys_of_a_file() -> None:
    found = agent(response("a", 1), response("b", 20, interaction=1), reported_cost=Decimal("0.0041"))
    filled = rows_from_responses(found, SETTINGS, {})
    assert frontmatter_of(found, filled, SETTINGS, ["s-1"]) == {
        "started": "2026-03-01T10:00:00+01:00",
        "ended": "2026-03-01T10:40:00+01:00",
        "active": "0:30",
        "source": {
            "kind": "claude-code",
            "sessions": ["s-1"],
            "digest": found.digest,
            "output": "exact",
            "reported_cost": Decimal("0.0041"),
        },
        "usage": [
            row_of("10:00", "First prompt"),
            row_of("10:20", "Second prompt"),
        ],
        "totals": {
            "requests": 2, "input": 2000, "cache_write_5m": 0, "cache_write_1h": 0, "cache_read": 0, "output": 200,
            "cost": Decimal("0.004"),
        },
        "prices": {
            "m-one": {
                "input": Decimal(1), "cache_write_5m": Decimal(2), "cache_write_1h": Decimal(3),
                "cache_read": Decimal("0.5"), "output": Decimal(10), "source": "override: first list",
            },
        },
    }  # fmt: skip


def row_of(time: str, task: str, **more: Any) -> dict[str, Any]:
    return {
        "time": time, "task": task, "model": "m-one", "requests": 1, "input": 1000, "cache_write_5m": 0,
        "cache_write_1h": 0, "cache_read": 0, "output": 100, "cost": Decimal("0.002"), **more,
    }  # fmt: skip


def test_what_is_unknown_is_absent() -> None:
    found = agent(response("a", 1, model="m-none", output_floor=True), started=None, ended=None)
    wanted = frontmatter_of(found, rows_from_responses(found, SETTINGS, {}), SETTINGS, ["s-1"])
    assert (wanted["started"], wanted["ended"], wanted["prices"]) == (None, None, None)
    assert wanted["source"]["output"] == "at least"
    assert "reported_cost" not in wanted["source"]
    assert "cost" not in wanted["totals"]
    assert wanted["totals"]["unpriced"] == 1
    (row,) = wanted["usage"]
    assert row["output_floor"] is True
    assert "cost" not in row
    assert row["unpriced"]


def test_a_row_of_another_day_says_so() -> None:
    found = agent(response("a", 1, interaction=1), prompts=(Prompt(at(0), "a"), Prompt(at(0, 2), "b")))
    wanted = frontmatter_of(found, rows_from_responses(found, SETTINGS, {}), SETTINGS, ["s-1"])
    assert [row["time"] for row in wanted["usage"]] == ["2026-03-02 10:00"]


def test_a_price_of_a_search_is_written_where_there_was_one() -> None:
    found = agent(response("a", 1, web_searches=2))
    wanted = frontmatter_of(found, rows_from_responses(found, SETTINGS, {}), SETTINGS, ["s-1"])
    assert wanted["prices"]["m-one"]["web_search"] == Decimal("0.01")
    assert (wanted["usage"][0]["web_searches"], wanted["totals"]["web_searches"]) == (2, 2)


def test_totals_say_cost_where_any_row_has_one() -> None:
    assert totals_mapping(Totals())["cost"] == 0
    assert "cost" not in totals_mapping(Totals(requests=1, unpriced_responses=1))
    some = totals_mapping(Totals(requests=2, unpriced_responses=1, list_cost=Decimal("0.50")))
    assert (some["cost"], some["unpriced"]) == (Decimal("0.5"), 1)


def test_titles() -> None:
    assert title_of(agent(title="Given"), SETTINGS) == "Given"
    assert title_of(agent(), SETTINGS) == "First prompt"
    assert title_of(agent(prompts=(Prompt(None, " \n"),)), SETTINGS) == "Untitled session"
    silent = replace(SETTINGS, tasks="none")
    assert title_of(agent(title="Given"), silent) == "Session at 10:00"
    assert title_of(agent(started=None), silent) == "Session at an unknown time"


def test_several_sessions_are_told_as_one() -> None:
    first = agent(response("a"), response("x", interaction=-1), tools={0: {"Read": 1}, -1: {"Edit": 2}})
    second = agent(
        response("b", 50, interaction=1),
        response("c", 50, interaction=-1),
        name="s-0",
        started=at(45),
        ended=at(60),
        tools={0: {"Bash": 1}},
        reported_cost=Decimal("0.5"),
    )
    undated = agent(name="s-2", started=None, ended=None, prompts=(), reported_cost=Decimal("0.25"))
    whole = combine([undated, second, first])
    assert (whole.id, whole.started, whole.ended) == ("s-1", at(0), at(60))
    assert [(r.key, r.interaction) for r in whole.responses] == [("a", 0), ("x", -1), ("b", 3), ("c", 1)]
    assert whole.tools == {0: {"Read": 1}, -1: {"Edit": 2}, 2: {"Bash": 1}}
    assert whole.active == timedelta(minutes=90)
    assert len(whole.prompts) == 4
    assert whole.reported_cost == Decimal("0.75")
    assert combine([first]).reported_cost is None
    assert combine([agent(ended=None), agent(ended=None, name="s-9")]).ended is None


# Rows that go on


def row(time: str = "09:00", task: str = "", **more: Any) -> dict[str, Any]:
    return {"time": time, "task": task, "model": "m", **more}


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ([], [row()], [None]),
        ([row()], [row()], [0]),
        ([row(task="mine")], [row(task="theirs"), row("09:10")], [0, None]),
        ([row("09:10")], [row("09:00"), row("09:10")], [None, 0]),
        ([row(), row("09:10")], [row("09:10")], [1]),
        ([row(), row(model="n")], [row(model="n"), row()], [0, 1]),
        ([row(task="b")], [row(task="a"), row(task="b")], [None, 0]),
        ([row(task="x", input=1), row(task="b", input=2)], [row(task="a", input=2), row(task="b", input=2)], [0, 1]),
        ([row(task="x", input=2), row(task="y", input=1)], [row(task="a", input=1), row(task="b", input=2)], [0, 1]),
        ([row(speed="fast")], [row(), row(speed="fast")], [None, 0]),
        ([row(tier="batch")], [row()], [None]),
        ([row(geo="us")], [row()], [None]),
        ([row(context="long")], [row()], [None]),
    ],
)
def test_which_row_goes_on(old: list[dict[str, Any]], new: list[dict[str, Any]], pairs: list[int | None]) -> None:
    assert pair_rows(old, new)[1] == pairs


def test_the_task_in_the_file_stays_and_rows_by_hand_find_their_place() -> None:
    old = [row(task="mine", requests=1), row("09:30", manual=True), row("10:00"), row("", manual=True)]
    new = [row(task="theirs", requests=2), row("09:20", "new"), row("10:00", "later"), row("10:30", "last")]
    found, pairs = pair_rows(old, new)
    assert pairs == [0, None, 1, 2, None, 3]
    assert found == [
        {"time": "09:00", "model": "m", "requests": 2}, new[1], old[1], {"time": "10:00", "model": "m"}, new[3], old[3],
    ]  # fmt: skip


def test_rows_in_an_order_of_their_own_keep_it() -> None:
    old = [row("10:00"), row("09:00")]
    found, pairs = pair_rows(old, [row("09:00"), row("09:30", "new"), row("10:00"), row("10:30", "last")])
    assert pairs == [0, None, 1, None]
    assert [one["time"] for one in found] == ["10:00", "10:30", "09:00", "09:30"]


# Plans


def begun(**more: str) -> tuple[str, str]:
    values = {"started": "'2026-03-01T09:55:00+01:00'", "project": "shop-api", "state": "active", **more}
    lines = "".join(f"{key}: {value}\n" for key, value in values.items())
    return "sessions/2026/begun.md", f"---\nschema: 1\ntitle: Begun\n{lines}---\n\n# Begun\n"


def test_a_new_file_an_old_one_and_nothing_left_to_do() -> None:
    found = agent(response("a", 1))
    plan = plan_import(ledger(), [found], TEMPLATE)
    assert (plan.created, plan.refreshed, plan.problems) == (1, 0, ())
    ((path, text),) = after(plan)
    assert path == "sessions/2026/2026-03-01-first-prompt.md"
    assert plan.filled == (path,)
    assert "state: complete\n" in text
    assert "| List cost | $0.0020 | $0.0020 |" in text
    current = ledger((path, text))
    again = plan_import(current, [found], TEMPLATE)
    assert (again.changes, again.filled) == ((), (path,))
    grown = agent(response("a", 1), response("b", 21, interaction=1))
    more = plan_import(current, [grown], TEMPLATE)
    assert (more.created, more.refreshed) == (0, 1)
    assert more.changes[0].old == text.encode()
    assert plan_fill(current, current.sessions, [grown]).changes == more.changes


def test_only_wanted_sessions_and_free_names() -> None:
    agents = [
        agent(response("a"), name="aaa-1"),
        agent(response("b"), name="bbb-2"),
        agent(response("c"), name="ccc-3"),
    ]
    plan = plan_import(
        ledger(), agents, TEMPLATE, lambda one: one.id != "ccc-3", {"sessions/2026/2026-03-01-first-prompt.md": b""}
    )
    assert [change.path for change in plan.changes] == [
        "sessions/2026/2026-03-01-first-prompt-aaa1.md",
        "sessions/2026/2026-03-01-first-prompt-bbb2.md",
    ]
    (undated,) = plan_import(ledger(), [agent(response("a"), started=None)], TEMPLATE).changes
    assert undated.path == "sessions/undated/first-prompt.md"


def test_a_transcript_that_is_gone_or_holds_less_changes_nothing() -> None:
    whole = agent(response("a", 1), response("b", 21, interaction=1))
    current = ledger(*after(plan_import(ledger(), [whole], TEMPLATE)))
    less = plan_import(current, [agent(response("a", 1))], TEMPLATE)
    assert ([found.rule for found in less.problems], less.changes, less.filled) == (["transcript-shrunk"], (), ())
    gone = plan_fill(current, current.sessions, [])
    assert ([found.rule for found in gone.problems], gone.changes, gone.filled) == (["transcript-gone"], (), ())
    same = plan_import(current, [replace(whole, ended=at(50))], TEMPLATE)
    assert b"ended: '2026-03-01T10:50:00+01:00'" in same.changes[0].new


@pytest.mark.parametrize(
    ("file", "started", "is_joined"),
    [
        (begun(), at(0), True),
        (begun(started="'2026-03-01T10:10:00+01:00'"), at(0), True),
        (begun(started="'2026-03-01T10:10:01+01:00'"), at(0), False),
        (begun(project="other"), at(0), False),
        (begun(ended="'2026-03-01T09:59:00+01:00'"), at(0), False),
        (begun(ended="'2026-03-01T10:00:00+01:00'"), at(0), True),
        (begun(), None, False),
    ],
)
def test_which_session_a_file_was_begun_for(file: tuple[str, str], started: datetime, is_joined: bool) -> None:
    plan = plan_import(ledger(file), [agent(response("a", 1), started=started)], TEMPLATE)
    assert (file[0] in plan.filled) == is_joined
    assert plan.created == (not is_joined)


def test_a_session_in_work_has_no_end() -> None:
    (active,) = plan_import(ledger(begun()), [agent(response("a", 1))], TEMPLATE).changes
    assert b"\nended:" not in active.new
    (complete,) = plan_import(ledger(begun(state="complete")), [agent(response("a", 1))], TEMPLATE).changes
    assert b"\nended: '2026-03-01T10:40:00+01:00'\n" in complete.new


def test_a_file_with_errors_is_told_and_left_alone() -> None:
    broken = begun(source="{kind: claude-code, sessions: s-1}")
    found = agent(response("a", 1))
    imported = plan_import(ledger(broken), [replace(found, started=at(-60))], TEMPLATE)
    assert [problem.rule for problem in imported.problems] == ["schema", "not-imported"]
    filled = plan_fill(ledger(broken), ledger(broken).sessions, [found])
    assert [problem.rule for problem in filled.problems] == ["schema", "not-filled"]
    assert (imported.changes, filled.changes) == ((), ())
    by_id = plan_import(ledger(), [found, agent(response("b"), name="s-10")], TEMPLATE, unread={"x.md": b"[s-1]"})
    assert [problem.rule for problem in by_id.problems] == ["not-imported"]
    assert by_id.created == 1


def test_running_totals_of_the_project_follow() -> None:
    first = after(plan_import(ledger(), [agent(response("a", 1))], TEMPLATE))
    later = agent(response("b", 1, day=5), name="s-2", started=at(0, 5), title="Later")
    both = after(plan_import(ledger(*first), [later, agent(response("a", 1))], TEMPLATE))
    assert [path for path, _ in both] == ["sessions/2026/2026-03-05-later.md"]
    grown = [agent(response("a", 1), response("c", 2)), later]
    assert [path for path, _ in after(plan_import(ledger(*first, *both), grown, TEMPLATE))] == [
        "sessions/2026/2026-03-01-first-prompt.md",
        "sessions/2026/2026-03-05-later.md",
    ]


# Rows typed by hand


def typed(rows_text: str, prices: str = "") -> Session:
    path, text = begun(usage=f"\n{rows_text}", **({"prices": prices} if prices else {}))
    (session,) = ledger((path, text)).sessions
    return session


def test_rows_by_hand_get_cost_totals_and_prices() -> None:
    session = typed(
        "- {time: '10:00', task: x, model: m-one, requests: 1, input: 1000, output: 100}\n"
        "- {model: m-none, requests: 2, input: 1, output: 1}"
    )
    wanted = frontmatter_by_hand(session, SETTINGS)
    assert wanted["usage"][0] == {"cost": Decimal("0.002")}
    assert wanted["usage"][1].keys() == {"unpriced"}
    assert (wanted["totals"]["cost"], wanted["totals"]["unpriced"]) == (Decimal("0.002"), 2)
    assert list(wanted["prices"]) == ["m-one"]
    plan = plan_fill(ledger(begun(usage="\n- {model: m-one, requests: 1, input: 1000, output: 100}")), [session], [])
    assert plan.filled == (session.path,)


def test_a_price_stated_by_hand_holds() -> None:
    session = typed(
        "- {time: '10:00', model: m-one, requests: 1, input: 1000, output: 100}",
        "{m-one: {input: 2, output: 0, source: mine}}",
    )
    wanted = frontmatter_by_hand(session, SETTINGS)
    assert wanted["usage"] == [{"cost": Decimal("0.002")}]
    assert wanted["prices"]["m-one"]["source"] == "mine"


def test_a_file_changed_by_other_hands_has_its_tables_rendered() -> None:
    path, text = begun()
    text += "<!-- sessions:overview -->\n<!-- /sessions:overview -->\n"
    current = ledger((path, text))
    plan = plan_changed(current, {path: current.sessions[0].document})
    assert b"| Session | Begun |" in plan.changes[0].new
    assert plan.filled == (path,)


def test_a_context_has_a_row_of_its_own() -> None:
    fast = PriceContext(speed="fast")
    found = agent(response("a", 1), response("b", 2, context=fast))
    assert [found[1] for found in rows(found)] in (["m-one", "m-one fast"], ["m-one fast", "m-one"])


# What is said


def test_warnings_in_full() -> None:
    whole = agent(response("a", 1), response("b", 21, interaction=1))
    ((path, text),) = after(plan_import(ledger(), [whole], TEMPLATE))
    current = ledger((path, text))
    (gone,) = plan_fill(current, current.sessions, []).problems
    assert str(gone) == (
        f"{path}:9:39: warning[transcript-gone]: the transcript is gone, the numbers stay as they are\n"
        "  hint: Claude Code deletes transcripts after 30 days; the ledger is the record"
    )
    (shrunk,) = plan_import(current, [agent(response("a", 1))], TEMPLATE).problems
    assert str(shrunk) == (
        f"{path}:13:20: warning[transcript-shrunk]: the transcript now holds fewer responses than this file; "
        "the numbers stay as they are\n"
        "  hint: part of the transcript was deleted, or another session claims part of it"
    )


def test_files_with_errors_in_full() -> None:
    broken = begun(source="{kind: claude-code, sessions: s-1}")
    other = ("sessions/2026/other.md", begun(state="unheard of")[1])
    current = ledger(broken, other)
    (path, _), found = broken, agent(response("a", 1), started=at(-60))
    schema, told = plan_import(current, [found], TEMPLATE).problems
    assert schema.location.path == path
    assert str(told) == (
        f"{path}:1:1: error[not-imported]: the file names session `s-1` and cannot be read in full; "
        "no second file was made for it\n  hint: put its errors right, then import again"
    )
    sessions = [session for session in current.sessions if session.path == path]
    _, told = plan_fill(current, sessions, [found]).problems
    assert (
        str(told) == f"{path}:1:1: warning[not-filled]: not filled: the file has errors\n  hint: put them right first"
    )
    both = plan_fill(current, current.sessions, [found])
    assert [problem.rule for problem in both.problems] == ["schema", "not-filled"] * 2


# A file with a past


PAST = """---
schema: 1
title: Past
project: shop-api
started: '2026-03-01T10:00:00+01:00'
state: complete
source: {kind: claude-code, sessions: [s-1], mine: x}
usage:
- {time: '10:00', task: mine, model: m-one, speed: old, requests: 1, input: 1, output: 1, web_searches: 9}
- {time: '10:00', task: mine, model: m-one, requests: 1, input: 1, output: 1, unpriced: no price, x_mine: 1, tools: {Gone: 1}}
- {time: '10:05', task: by hand, model: m-hand, requests: 3, input: 10, output: 1, cost: 7, manual: true}
totals: {requests: 2, web_searches: 1, mine: 2}
prices:
  m-one: {input: 7, cache_read: 1, output: 7, source: an old list, mine: 3}
  m-hand: {input: 1, output: 1, source: mine}
  m-gone: {input: 1, output: 1, source: gone}
---

# Past
"""


def test_what_a_fill_owns_and_what_it_leaves() -> None:
    current = ledger(("sessions/2026/past.md", PAST))
    assert current.unsound == frozenset()
    found = agent(response("a", 1), response("b", 21, interaction=1), response("c", 2))
    (change,) = plan_import(current, [found], TEMPLATE).changes
    assert (
        change.new.decode()
        == f"""---
schema: 1
title: Past
project: shop-api
started: '2026-03-01T10:00:00+01:00'
ended: '2026-03-01T10:40:00+01:00'
active: '0:30'
state: complete
source: {{kind: claude-code, sessions: [s-1], digest: '{found.digest}', output: exact, mine: x}}
usage:
- {{time: '10:00', task: mine, model: m-one, requests: 2, input: 2000, cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 200, cost: 0.0154, x_mine: 1}}
- {{time: '10:05', task: by hand, model: m-hand, requests: 3, input: 10, output: 1, cost: 7, manual: true}}
- {{time: '10:20', task: Second prompt, model: m-one, requests: 1, input: 1000, cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 100, cost: 0.0077}}
totals: {{requests: 6, input: 3010, cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 301, cost: 7.0231, mine: 2}}
prices:
  m-one: {{input: 7, cache_read: 1, output: 7, source: an old list, mine: 3}}
  m-hand: {{input: 1, output: 1, source: mine}}
---

# Past
"""
    )


def test_a_row_says_its_context() -> None:
    context = PriceContext(speed="fast", tier="batch", geo="us")
    found = agent(response("a", 1, model="m-none", context=context), tools={0: {"Read": 1}})
    (row,) = frontmatter_of(found, rows_from_responses(found, SETTINGS, {}), SETTINGS, ["s-1"])["usage"]
    assert (row["speed"], row["tier"], row["geo"], row["tools"]) == ("fast", "batch", "us", {"Read": 1})
    assert "context" not in row
    assert "price_from" not in row
    later = agent(response("a", 1), response("b", 2, day=2))
    rows_ = frontmatter_of(later, rows_from_responses(later, SETTINGS, {}), SETTINGS, ["s-1"])["usage"]
    assert [row.get("price_from") for row in rows_] == ["2026-03-02", None] or [
        row.get("price_from") for row in rows_
    ] == [None, "2026-03-02"]


def test_a_long_prompt_is_a_context_and_has_its_price() -> None:
    model = "claude-sonnet-4-5-20250929"
    long = response("a", 1, model=model, counts=TokenCounts(input=250_000))
    short = response("b", 2, model=model, counts=TokenCounts(input=150_000))
    found = agent(long, short)
    filled = rows_from_responses(found, SETTINGS, {})
    assert [(row.price_key, cost(row)) for row in filled.rows] == [(f"{model} long", "1.5"), (model, "0.45")]
    assert list(filled.prices) == [model, f"{model} long"]
    first, second = frontmatter_of(found, filled, SETTINGS, ["s-1"])["usage"]
    assert (first["context"], "context" in second) == ("long", False)


def test_a_typed_row_of_several_requests_has_a_price_where_their_size_does_not_matter() -> None:
    model = "claude-sonnet-4-5-20250929"

    def priced(row: str) -> Any:
        return frontmatter_by_hand(typed(row), SETTINGS)["usage"][0]

    whole = "{" + f"time: '10:00', model: {model}, requests: 2, input: 300000, output: 0"
    assert priced(f"- {whole}}}") == {"unpriced": "its price depends on the size of each request"}
    assert priced(f"- {whole.replace('300000', '150000')}}}") == {"cost": Decimal("0.45")}
    assert priced(f"- {whole.replace('300000', '500000')}, context: long}}") == {"cost": Decimal(3)}
    assert priced(f"- {whole.replace('300000', '500000')}}}") == {
        "unpriced": "its price depends on the size of each request"
    }
    searched = "- {model: m-one, requests: 1, input: 0, output: 0, web_searches: 2}"
    assert priced(searched) == {"cost": Decimal("0.02")}


def test_hidden_bytes_of_a_body_survive_its_tables() -> None:
    path, text = begun()
    marks = "<!-- sessions:overview -->\n<!-- /sessions:overview -->\n"
    raw = text.encode() + marks.encode() + b"\xff\n"
    session, _ = parse_session_file(raw, path)
    assert session is not None
    (change,) = plan_changed(ledger(), {path: session.document}).changes
    assert change.new.endswith(b"<!-- /sessions:overview -->\n\xff\n")


def test_only_the_project_concerned_is_rendered() -> None:
    tables = "\n<!-- sessions:totals -->\n<!-- /sessions:totals -->\n"
    mine, other = begun(), ("sessions/2026/other.md", begun(project="other")[1])
    current = ledger((mine[0], mine[1] + tables), (other[0], other[1] + tables))
    sessions = [session for session in current.sessions if session.path == mine[0]]
    assert [change.path for change in plan_fill(current, sessions, []).changes] == [mine[0]]
    branch = (
        "---\nschema: 1\ntitle: {{title}}\nproject: {{project}}\nstate: {{state}}\ngit: {branch: {{branch}}}\n---\n"
    )
    (made,) = plan_import(ledger(), [agent(response("a"), branch="feat/x")], branch).changes
    assert b"git: {branch: feat/x}" in made.new
    (headless,) = plan_import(ledger(), [agent(response("a"), branch="HEAD")], branch).changes
    assert b"HEAD" not in headless.new
