"""The other side of `check`: on a ledger that the program made, whatever is in it, there is nothing to say."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.checking import check_ledger
from sitegen.errors import Severity
from sitegen.frontmatter import flow_text
from sitegen.importing import Plan, plan_fill, plan_import
from sitegen.ledger import Ledger, parse_session_file
from sitegen.rollups import in_order
from sitegen.settings import Settings
from sitegen.tokens import KINDS, PriceContext, Response, TokenCounts
from sitegen.transcripts import AgentSession, Prompt, read_history
from tests.transcript_lines import answer, prompt, write_transcript

ROOT = Path(__file__).parent.parent
TEMPLATE = (ROOT / "templates" / "claude-code.md").read_text(encoding="utf-8")
START = datetime(2026, 9, 28, 22, 15, 7, tzinfo=UTC)
MODELS = (
    "claude-opus-4-8",
    "claude-sonnet-5-5",  # another price from 2026-10-07 on
    "claude-haiku-5-5",  # prices by the length of the prompt
    "claude-sonnet-4-5-20250929",
    "Claude-Opus-5.5[1m]",
)
EXAMPLES = settings(max_examples=30, deadline=None)
WORDS = st.text("abc XYZ 0189 |\\`*_[]()<>&$#:;{}'\"@~^%!?.,-+=/\n\té日🙂…", max_size=40)
SECONDS = st.integers(0, 20 * 86_400)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def ledger_of(plan: Plan, before: Ledger | None = None) -> Ledger:
    """The ledger as it is once the plan is carried out, read anew from its bytes."""
    old = before or Ledger(Path("/nowhere"), Settings(timezone="Europe/Vienna"))
    read = [parse_session_file(change.new, change.path) for change in plan.changes]
    problems = tuple(problem for _, wrong in read for problem in wrong)
    by_path = {session.path: session for session in old.sessions}
    by_path.update((session.path, session) for session, _ in read if session)
    return Ledger(old.root, old.settings, in_order(by_path.values()), problems)


def complaints(ledger: Ledger) -> list[str]:
    """What has no price is rightly told, and a note is no complaint."""
    told = check_ledger(ledger)
    return [str(each) for each in told if each.severity is not Severity.NOTE and each.rule != "unpriced"]


COUNTS = st.builds(TokenCounts, **dict.fromkeys(KINDS, st.integers(0, 400_000)))
CONTEXTS = st.builds(
    PriceContext,
    speed=st.sampled_from(["", "", "fast"]),
    tier=st.sampled_from(["", "", "batch"]),
    geo=st.sampled_from(["", "", "us"]),
)


@st.composite
def agents(draw: st.DrawFn) -> AgentSession:
    """A session of an agent with any numbers, at any times."""
    name = draw(st.uuids()).hex
    started = after(draw(SECONDS))
    offsets = sorted(draw(st.lists(st.integers(0, 90_000), min_size=1, max_size=8)))
    asked = sorted(draw(st.lists(st.integers(0, 90_000), max_size=3)))
    prompts = [Prompt(started + timedelta(seconds=at), draw(WORDS)) for at in asked]
    responses = [
        Response(
            f"{name} {index}",
            name,
            started + timedelta(seconds=at),
            draw(st.sampled_from([*MODELS, "made-up-model"])),
            draw(COUNTS),
            draw(CONTEXTS),
            web_searches=draw(st.integers(0, 2)),
            output_floor=draw(st.booleans()),
            interaction=draw(st.integers(-1, sum(each <= at for each in asked) - 1)),
        )
        for index, at in enumerate(offsets)
    ]
    last = max([started + timedelta(seconds=offsets[-1]), *(each.at for each in prompts if each.at)])
    return AgentSession(
        id=name,
        cwd=f"/srv/projects/{draw(st.sampled_from(['shop-api', 'atlas']))}",
        branch=draw(WORDS),
        title=draw(WORDS),
        started=started,
        ended=last,
        active=timedelta(seconds=draw(st.integers(0, int((last - started).total_seconds())))),
        prompts=tuple(prompts),
        responses=tuple(responses),
        tools=draw(
            st.dictionaries(
                st.integers(-1, len(prompts) - 1), st.dictionaries(WORDS.filter(bool), st.integers(1, 99), max_size=3)
            )
        ),
        reported_cost=draw(st.none() | st.decimals(0, 99, places=6)),
    )


@EXAMPLES
@given(st.lists(agents(), min_size=1, max_size=4, unique_by=lambda agent: agent.id))
def test_what_was_imported_is_right_and_stays_as_it_is(found: Sequence[AgentSession]) -> None:
    ledger = ledger_of(plan_import(Ledger(Path("/nowhere"), Settings(timezone="Europe/Vienna")), found, TEMPLATE))
    assert complaints(ledger) == []
    assert plan_import(ledger, found, TEMPLATE).changes == ()


@EXAMPLES
@given(st.lists(agents(), min_size=2, max_size=4, unique_by=lambda agent: agent.id))
def test_sessions_that_come_one_by_one_in_any_order(found: Sequence[AgentSession]) -> None:
    ledger = Ledger(Path("/nowhere"), Settings(timezone="Europe/Vienna"))
    for number in range(1, len(found) + 1):
        ledger = ledger_of(plan_import(ledger, found[:number], TEMPLATE), ledger)
    assert complaints(ledger) == []


TURNS = st.lists(
    st.tuples(
        st.sampled_from(["prompt", "answer", "answer"]),
        SECONDS,
        st.sampled_from(MODELS),
        st.integers(0, 300_000),
        st.integers(0, 60_000),
        WORDS,
    ),
    min_size=1,
    max_size=12,
)


def transcript(turns: Sequence[tuple[str, int, str, int, int, str]], number: int, session: str) -> list[dict[str, Any]]:
    """Each session some hours after the one before it: the same minute and counts in two files would be a fork."""
    lines = []
    for index, (kind, seconds, model, cache, output, words) in enumerate(sorted(turns, key=lambda turn: turn[1])):
        at = after(seconds + number * 20_000).isoformat().replace("+00:00", "Z")
        usage = {"cache_creation_input_tokens": cache, "output_tokens": output, "tools": ["Bash", "Read"]}
        key = f"{session}{index}"
        lines.append(prompt(words, at, session) if kind == "prompt" else answer(key, at, session, model, **usage))
    return lines


@settings(max_examples=30, deadline=None)
@given(st.lists(TURNS, min_size=1, max_size=3))
def test_what_comes_from_transcripts_is_right(sessions: list[list[tuple[str, int, str, int, int, str]]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        for number, turns in enumerate(sessions):
            name = f"0000000{number}-aaaa-4bbb-8ccc-000000000000"
            write_transcript(Path(home), *transcript(turns, number, name), name=name)
        history = read_history([Path(home, "projects")], now=after(30 * 86_400))
    ledger = Ledger(Path("/nowhere"), Settings(timezone="Asia/Kathmandu"))
    ledger = ledger_of(plan_import(ledger, history.sessions, TEMPLATE))
    assert complaints(ledger) == []


ROWS = st.lists(
    st.fixed_dictionaries(
        {"time": st.times().map(lambda at: f"{at:%H:%M}"), "task": WORDS, "model": st.sampled_from(MODELS[:2])},
        optional={
            "requests": st.integers(1, 9),
            "input": st.integers(0, 10**7),
            "output": st.integers(0, 10**6),
            "cache_read": st.integers(0, 10**8),
            "web_searches": st.integers(1, 3),
            "tools": st.dictionaries(WORDS.filter(bool), st.integers(0, 50), max_size=3),
            "notes": WORDS,
        },
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: str(row["time"]),
)
KEYS = st.fixed_dictionaries(
    {},
    optional={
        "phase": st.fixed_dictionaries(
            {"name": WORDS}, optional={"number": st.integers(0, 99), "part": st.integers(1, 9)}
        ),
        "focus": WORDS,
        "tags": st.lists(WORDS.filter(str.strip), max_size=3),
        "git": st.fixed_dictionaries({"commits": st.lists(st.from_regex("[0-9a-f]{7}", fullmatch=True), max_size=3)}),
        "estimate": st.fixed_dictionaries({"cost": st.decimals(0, 999, places=4)}),
        "code": st.fixed_dictionaries(
            {"added": st.integers(500, 9999)},
            optional={"files": st.integers(1, 99), "deleted": st.integers(0, 999), "tests_added": st.integers(0, 99)},
        ),
        "ratings": st.dictionaries(st.sampled_from(["session", "cost_efficiency", "code_quality"]), st.integers(1, 10)),
    },
)


def typed(rows: list[dict[str, Any]], keys: dict[str, Any]) -> bytes:
    rows.sort(key=lambda row: str(row["time"]))
    for row in rows:
        row |= {"requests": row.get("requests", 1), "input": row.get("input", 0), "output": row.get("output", 0)}
    lines = [f"{key}: {flow_text(value)}" for key, value in keys.items()]
    front = [
        *("schema: 1", "title: Typed", "project: shop-api", "started: '2026-10-05T00:00:00+02:00'"),
        *("ended: '2026-10-05T23:59:59+02:00'", "active: '3:20'", "state: complete", *lines, "usage:"),
        *(f"- {flow_text(row)}" for row in rows),
    ]
    blocks = ("overview", "usage", "cost", "activity", "efficiency", "totals")
    body = [f"<!-- sessions:{name} -->\n<!-- /sessions:{name} -->\n" for name in blocks]
    return "\n".join(("---", *front, "---", "", *body)).encode()


@EXAMPLES
@given(ROWS, KEYS, st.sampled_from(["claude-opus-4-8", "mine"]))
def test_what_was_typed_and_filled_is_right(rows: list[dict[str, Any]], keys: dict[str, Any], model: str) -> None:
    for row in rows:
        row["model"] = model if model == "mine" else row["model"]
    path = "sessions/2026/2026-10-05-typed.md"
    session, problems = parse_session_file(typed(rows, keys), path)
    assert (session is not None, problems) == (True, ())
    assert session is not None
    ledger = Ledger(Path("/nowhere"), Settings(), (session,))
    filled = ledger_of(plan_fill(ledger, [session], []), ledger)
    assert complaints(filled) == []
    assert sum((row.list_cost or Decimal() for row in filled.sessions[0].rows), Decimal()) >= 0
    assert plan_fill(filled, filled.sessions, []).changes == ()
