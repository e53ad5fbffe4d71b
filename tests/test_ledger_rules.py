"""Rules over the frontmatter of one file and over the facts of all files, as functions of values."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.cli.drift import drift_problems
from sitegen.errors import Problem, Severity, sorted_problems
from sitegen.fill import rows_from_responses
from sitegen.ledger import load_ledger, parse_session_file
from sitegen.prices import PriceBook, UnitPrices
from sitegen.rules import (
    billed,
    budgets,
    claims,
    models,
    names,
    phases,
    price_contexts,
    projects,
    sources,
    states,
    times,
)
from sitegen.rules.facts import FileFacts, NamedSource, RowIdentity
from sitegen.rules.rule import Rule, Together
from sitegen.session import Phase, Session
from sitegen.settings import Settings, parse_settings
from sitegen.tokens import PriceContext, Response, TokenCounts
from sitegen.transcripts import AgentSession, Prompt
from tests.conftest import Run
from tests.made_sessions import made_row, made_session
from tests.transcript_lines import answer, prompt, write_transcript

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOOK = PriceBook()
BANDED = "claude-sonnet-4-5"
THRESHOLD = 200_000
LEDGER_RULES: tuple[Rule, ...] = tuple(
    rule
    for module in (states, phases, names, projects, budgets, times, claims)
    for rule in module.RULES
    if rule.ledger is not None
)


def together(*files: FileFacts, told: Settings | None = None, now: datetime | None = NOW) -> Together:
    return Together(files, told or Settings(), sorted(file.path for file in files), now)


def told_by(module: str, *files: FileFacts, given: Settings | None = None, now: datetime | None = NOW) -> list[str]:
    """Path, severity and message of what the ledger rule of this name says, sorted."""
    (rule,) = (rule for rule in LEDGER_RULES if rule.name == module)
    assert rule.ledger is not None
    problems = sorted_problems(list(rule.ledger(together(*files, told=given, now=now))))
    return [f"{problem.location.path}: {problem.severity}: {problem.text}" for problem in problems]


def file(path: str, start: float | None = 0, hours: float | None = 1, **facts: object) -> FileFacts:
    """Begun this many hours after 2026-02-11 08:00 UTC."""
    began = datetime(2026, 2, 11, 8, tzinfo=UTC) + timedelta(hours=start) if start is not None else None
    ended = began + timedelta(hours=hours) if began and hours is not None else None
    return replace(FileFacts(path, project="shop-api", started=began, ended=ended, state="complete"), **facts)  # type: ignore[arg-type]


def read(frontmatter: str) -> Session:
    lines = f"schema: 1\ntitle: Made\nproject: shop-api\n{frontmatter}".rstrip()
    session, problems = parse_session_file(f"---\n{lines}\n---\n".encode(), "sessions/made.md")
    assert session is not None
    assert not problems
    return session


TIMES = "started: '2026-02-11T20:36:00+01:00'\nended: '2026-02-11T21:00:00+01:00'\n"
ROW = "usage:\n- {time: '20:40', model: my-model, requests: 1, input: 10, output: 5, cost: 0.1}\n"


# States


@pytest.mark.parametrize(
    ("frontmatter", "expected"),
    [
        (f"{TIMES}state: active", "the state is `active`, and the session ended at 2026-02-11 21:00"),
        (f"{TIMES}state: blocked", "the state is `blocked`, and the session ended at 2026-02-11 21:00"),
        (f"{TIMES}state: documenting", None),
        (f"{TIMES}state: complete", None),
        (f"{TIMES}", None),
        ("started: '2026-02-11T20:36:00+01:00'\nstate: active", None),
        (f"started: '2026-02-11T20:36:00Z'\nstate: complete\n{ROW}", "the session is complete, and no `ended` says"),
        ("started: '2026-02-11T20:36:00Z'\nstate: complete", None),
        (f"state: complete\n{ROW}", None),
    ],
)
def test_the_state_fits_the_times(frontmatter: str, expected: str | None) -> None:
    found = [problem.message for problem in states.check_state(read(frontmatter), Settings())]
    assert len(found) == (expected is not None)
    assert all(message.startswith(expected or "") for message in found)


def test_one_active_session_for_each_author_project_and_branch() -> None:
    first = file("1.md", 0, None, state="active")
    assert told_by("state", first, file("2.md", 3, None, state="active"), now=None) == [
        "1.md: warning: still active, and so is a later session of the same author and project: 2.md"
    ]
    for other in ({"author": "ana"}, {"project": "atlas"}, {"branch": "feat/x"}, {"state": "complete"}):
        assert told_by("state", first, file("2.md", 3, None, **{"state": "active", **other}), now=None) == []


def test_a_session_active_for_more_than_a_day_is_told_by_the_clock_given() -> None:
    active = file("1.md", 0, None, state="active")
    assert active.started is not None
    assert told_by("state", active, now=active.started + timedelta(hours=24)) == []
    assert told_by("state", active, now=active.started + timedelta(hours=24, seconds=1)) == [
        "1.md: warning: active since 2026-02-11 08:00, for more than 24 hours"
    ]
    assert told_by("state", active, now=None) == []


# Phases


def in_phase(
    path: str, start: float, state: str, part: int | None = 1, name: str = "Auth", hours: float = 1
) -> FileFacts:
    return file(path, start, hours, phase=Phase(name, 1, part, state))


@pytest.mark.parametrize("states_in_turn", [
    ["planned", "in progress", "paused", "in progress", "complete"],
    ["planned", "complete"],
    ["in progress", "transitioning", "in progress", "transitioning", "complete"],
])  # fmt: skip
def test_a_part_of_a_phase_moves_on(states_in_turn: list[str]) -> None:
    """A file states the phase as its session left it: one session may take a plan to its end."""
    files = [in_phase(f"{number}.md", number * 2, state) for number, state in enumerate(states_in_turn)]
    assert told_by("phase", *files) == []


def test_a_complete_phase_needs_a_new_part() -> None:
    done = in_phase("1.md", 0, "complete")
    assert told_by("phase", done, in_phase("2.md", 2, "in progress")) == [
        "2.md: error: phase `1 Auth, part 1` was complete after 1.md"
    ]
    assert told_by("phase", done, in_phase("2.md", 2, "in progress", part=2)) == []
    assert told_by("phase", done, in_phase("2.md", 2, "in progress", name="Search")) == []
    assert told_by("phase", done, replace(in_phase("2.md", 2, "in progress"), project="atlas")) == []
    assert told_by("phase", done, in_phase("2.md", 0.5, "in progress")) == [], "it ran beside the first"


def test_what_has_begun_is_planned_no_more() -> None:
    assert told_by("phase", in_phase("1.md", 0, "paused"), in_phase("2.md", 2, "planned")) == [
        "2.md: warning: phase `1 Auth, part 1` is planned again; it was paused after 1.md"
    ]


# Times


def with_zone(started: str, ended: str = "", more: str = "") -> list[str]:
    end = f"ended: '{ended}'\n" if ended else ""
    session = read(f"started: '{started}'\n{end}{more}")
    return [problem.message for problem in times.check_zone(session, Settings(timezone="Europe/Berlin"))]


def test_an_offset_is_on_the_right_side_of_summer_time() -> None:
    assert with_zone("2026-07-06T09:13:00+01:00") == [
        "started has the offset +01:00, and Europe/Berlin has +02:00 on 2026-07-06"
    ]
    assert with_zone("2026-07-06T09:13:00+02:00", "2026-07-06T09:20:00+01:00") == [
        "ended has the offset +01:00, and Europe/Berlin has +02:00 on 2026-07-06"
    ]
    assert with_zone("2026-07-06T09:13:00+02:00") == []
    assert with_zone("2026-07-06T09:13:00+09:00") == [], "an author may travel"
    assert with_zone("2026-07-06T09:13:00+01:00", more="source: {kind: claude-code}") == [], "the instant was measured"
    assert with_zone("2026-10-25T01:30:00+02:00", "2026-10-25T04:30:00+02:00") == [], "one session keeps one offset"


@given(st.integers(-(2 * 10**9), 3 * 10**10), st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "UTC"]))
def test_a_time_in_the_ledgers_own_zone_is_never_wrong(second: int, zone: str) -> None:
    started = datetime.fromtimestamp(second, ZoneInfo(zone))
    session = replace(made_session(), started=started, ended=None, source=None)
    assert list(times.check_zone(session, Settings(timezone=zone))) == []


def test_nothing_is_still_to_come() -> None:
    minutes = (NOW - datetime(2026, 2, 11, 8, tzinfo=UTC)) / timedelta(hours=1)
    assert told_by("future", file("1.md", minutes + 0.1, None)) == [], "clocks differ by minutes"
    assert told_by("future", file("1.md", minutes + 0.5)) == [
        "1.md: error: started is 2026-03-01 12:30, which is still to come"
    ]
    assert told_by("future", file("1.md", minutes - 1, 5)) == [
        "1.md: error: ended is 2026-03-01 16:00, which is still to come"
    ]
    assert told_by("future", file("1.md", minutes + 50, sample=True)) == []
    assert told_by("future", file("1.md", minutes + 50), now=None) == []


def test_an_overlap_is_told_where_one_of_the_two_was_typed() -> None:
    typed, measured = file("1.md", 0, 2), file("2.md", 1, 2, measured=True)
    assert told_by("overlap", typed, measured) == [
        "2.md: warning: began before 1.md ended, a session of the same author and project"
    ]
    assert told_by("overlap", replace(typed, measured=True), measured) == [], "two worktrees"
    assert told_by("overlap", typed, replace(measured, author="ana")) == []
    assert told_by("overlap", typed, replace(measured, project="atlas")) == []
    assert told_by("overlap", typed, file("2.md", 2 - 1 / 60, 2)) == [], "a typed time has no seconds"
    assert told_by("overlap", typed, file("2.md", 1, None)) == [], "a session in work has no end to compare"


spans = st.lists(
    st.tuples(st.integers(0, 40), st.none() | st.integers(1, 20), st.sampled_from(["", "ana"]), st.booleans()),
    max_size=12,
)


@given(spans)
def test_overlaps_are_those_that_comparing_each_two_files_finds(
    drawn: list[tuple[int, int | None, str, bool]],
) -> None:
    files = [
        file(f"{number:02}.md", start, hours, author=author, measured=measured)
        for number, (start, hours, author, measured) in enumerate(drawn)
    ]
    later = {
        max(one, other, key=lambda each: (each.started, each.path)).path
        for one, other in combinations([each for each in files if each.started and each.ended], 2)
        if one.author == other.author
        and not (one.measured and other.measured)
        and one.ended
        and other.ended
        and one.started
        and other.started
        and min(one.ended, other.ended) > max(one.started, other.started)
    }
    assert {line.split(":")[0] for line in told_by("overlap", *files)} == later


# Names and projects


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sessions/a.md", "sessions/A.md"),
        ("sessions/caf\u00e9.md", "sessions/cafe\u0301.md"),
        ("sessions/stra\u00dfe.md", "sessions/STRASSE.md"),
        ("sessions/jwt.md", "sessions/jwt/index.md"),
        ("sessions/JWT.md", "sessions/jwt/Index.md"),
    ],
)
def test_two_names_for_one_file_or_page_are_both_named(one: str, other: str) -> None:
    (told,) = told_by("names", FileFacts(one), FileFacts(other))
    assert one in told
    assert other in told
    assert ": error: " in told


def test_names_that_only_begin_alike_are_two() -> None:
    assert told_by("names", *map(FileFacts, ("sessions/a.md", "sessions/a/b.md", "sessions/2026/a.md"))) == []


def of_project(name: str, number: int, *, measured: bool = False) -> list[FileFacts]:
    return [replace(FileFacts(f"{name}-{index}.md"), project=name, measured=measured) for index in range(number)]


@pytest.mark.parametrize("typed", ["shop_api", "Shop-API", "shopapi", "shop-pai", "shp-api"])
def test_a_project_that_was_misspelt_is_told(typed: str) -> None:
    (told,) = told_by("project", *of_project("shop-api", 3), *of_project(typed, 1))
    assert told == f"{typed}-0.md: warning: no other session is of project `{typed}`, and `shop-api` has 3 sessions"


def test_a_project_that_is_meant_as_it_stands_is_not_told() -> None:
    known = of_project("shop-api", 5)
    assert told_by("project", *known, *of_project("atlas-docs", 1), *of_project("web", 1)) == []
    assert told_by("project", *known, *of_project("shop-apis", 3)) == [], "written three times"
    assert told_by("project", *known, *of_project("shop-apis", 1, measured=True)) == [], "the name of a folder"
    assert told_by("project", *of_project("app-1", 4), *of_project("app-2", 1)) == []
    mapped = Settings(projects={"/srv/x": "shop-apis"})
    assert told_by("project", *known, *of_project("shop-apis", 1), given=mapped) == []
    (told,) = told_by("project", *of_project("shop-apsi", 1), given=mapped)
    assert told.endswith("and `shop-apis` has a place in `sessions.toml`")


# Budgets


def test_a_budget_is_compared_with_the_exact_sum_of_a_month() -> None:
    text = '[projects]\nall = "x"\n"/srv/shop-api" = "shop-api"\n\n[budgets]\n"shop-api" = "10"\nall = "12.50"\n'
    given, wrong = parse_settings(text)
    assert not wrong
    spent = [
        file("1.md", by_month={"2026-02": Decimal(6), "2026-03": Decimal("10.0000001")}),
        file("2.md", by_month={"2026-02": Decimal(4)}),
        file("3.md", by_month={"2026-02": Decimal("2.5")}, project="atlas"),
        file("4.md", by_month={"2026-02": Decimal(1000)}, sound=False),
    ]
    (over,) = budgets.check_budgets(together(*spent, told=given))
    assert (over.location.path, over.location.line, over.stated, over.expected) == (
        "sessions.toml",
        6,
        "10.0000001",
        "10",
    )
    more = file("5.md", by_month={"2026-02": Decimal("0.75")}, project="atlas")
    (_, over) = sorted_problems(list(budgets.check_budgets(together(*spent, more, told=given))))
    assert over.location.line == 7
    assert over.message == "2026-02: all sessions cost $13.25, the budget is $12.50 ($0.75 too much)"


# Claims


def test_rows_that_two_files_share_are_told_at_once() -> None:
    rows = tuple(RowIdentity(mark, index, (10 + index, 3)) for index, mark in enumerate("abc"))
    told = told_by("claimed-twice", file("1.md", identities=rows), file("2.md", 1, identities=rows[1:]))
    assert told == [
        "2.md: error: usage row 2 is also row 2 of 1.md:11: the same minute, model and counts; also at 12:3"
    ]


REPEATED = """started: '2026-02-11T20:36:00+01:00'
source: {kind: KIND}
usage:
- {time: '20:40', task: Tests, model: my-model, requests: 1, input: 10, output: 5, cost: 0.1}
- {TIMEtask: TASK, model: my-model, requests: 1, input: INPUT, output: OUTPUT, cost: 0.1}
"""


@pytest.mark.parametrize(
    ("changes", "repeated"),
    [
        ({}, True),
        ({"KIND": "manual"}, True),
        ({"KIND": "api"}, False),
        ({"TASK": "More tests"}, False),
        ({"TIME": "time: '20:41', "}, False),
        ({"OUTPUT": "6"}, False),
        ({"TASK": "Tests, manual: true"}, False),
    ],
)
def test_a_row_that_stands_twice_in_a_file(changes: dict[str, str], repeated: bool) -> None:
    text = REPEATED
    plain = {"KIND": "claude-code", "TIME": "time: '20:40', ", "TASK": "Tests", "INPUT": "10", "OUTPUT": "5"}
    for name, value in {**plain, **changes}.items():
        text = text.replace(name, value)
    found = [problem.message for problem in claims.check_repeated_rows(read(text), Settings())]
    assert found == ["usage row 2 repeats row 1: the same minute, task, model and counts"] * repeated


def test_rows_without_a_time_or_tokens_may_be_equal() -> None:
    row = made_row()
    for equal in (replace(row, at=None), replace(row, counts=TokenCounts())):
        assert list(claims.check_repeated_rows(made_session("a.md", equal, equal), Settings())) == []


# All rules over the ledger

instants = st.integers(0, 60).map(lambda hour: datetime(2026, 2, 27, tzinfo=UTC) + timedelta(hours=hour))
phases_drawn = st.none() | st.builds(
    Phase,
    st.sampled_from(["Auth", "auth", ""]),
    st.sampled_from([None, 1]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(["", "planned", "in progress", "complete"]),
)
many_facts = st.lists(
    st.builds(
        FileFacts,
        path=st.sampled_from(
            ["sessions/a.md", "sessions/A.md", "sessions/a/index.md", "sessions/b.md", "sessions/c.md"]
        ),
        project=st.sampled_from(["shop-api", "shop_api", "shop-apis", "atlas"]),
        author=st.sampled_from(["", "ana"]),
        started=st.none() | instants,
        ended=st.none() | instants,
        state=st.sampled_from(["", "active", "complete"]),
        measured=st.booleans(),
        phase=phases_drawn,
        by_month=st.dictionaries(st.sampled_from(["2026-02", "2026-03"]), st.integers(0, 9).map(Decimal)),
        sources=st.lists(st.sampled_from("xy").map(lambda name: NamedSource(name, (6, 1))), max_size=2).map(tuple),
        identities=st.lists(st.sampled_from("rst"), unique=True).map(
            lambda marks: tuple(RowIdentity(mark, index, (9 + index, 1)) for index, mark in enumerate(marks))
        ),
        sound=st.sampled_from([True, True, True, False]),
    ),
    unique_by=lambda facts: facts.path,
    max_size=5,
)
SPENDING = Settings(budgets={"all": Decimal(9), "shop-api": Decimal(3)}, projects={"x": "shop-apis"})


def all_told(files: Sequence[FileFacts]) -> tuple[Problem, ...]:
    seen = together(*files, told=SPENDING)
    return sorted_problems([problem for rule in LEDGER_RULES if rule.ledger for problem in rule.ledger(seen)])


@settings(max_examples=80)
@given(many_facts.flatmap(lambda files: st.tuples(st.just(files), st.permutations(files))))
def test_files_in_any_order_give_the_same_problems(drawn: tuple[list[FileFacts], list[FileFacts]]) -> None:
    assert all_told(drawn[0]) == all_told(drawn[1])


@settings(max_examples=30)
@given(many_facts)
def test_files_that_could_not_be_read_in_full_are_told_of_by_their_name_only(files: list[FileFacts]) -> None:
    unsound = [replace(each, sound=False) for each in files]
    assert {problem.rule for problem in all_told(unsound)} <= {"names"}


# Models, price contexts, sources


def typed(*rows: str, kind: str = "manual", prices: str = "") -> Session:
    lines = "".join(f"- {{time: '20:40', requests: 1, input: 10, output: 5, {row}}}\n" for row in rows)
    return read(f"{TIMES}source: {{kind: {kind}}}\nusage:\n{lines}{prices}")


def model_problems(*model_names: str, kind: str = "manual", given: Settings | None = None) -> list[str]:
    session = typed(*(f"model: '{name}'" for name in model_names), kind=kind)
    return [f"{each.text} | {each.hint}" for each in models.check_models(session, given or Settings())]


def test_an_alias_names_no_model() -> None:
    (told,) = model_problems("Sonnet", "claude-sonnet-5")
    assert told.startswith("`Sonnet` is an alias: it does not say which model answered")
    own, _ = parse_settings(
        '[[prices.model]]\nmatch = ["sonnet"]\nfrom = "2026-01-01"\ninput = "3"\noutput = "15"\nsource = "x"\n'
    )
    assert model_problems("sonnet", given=own) == [], "who gives it a price knows what it is"
    assert model_problems("sonnet", kind="claude-code") == [], "what an agent reported is nobody's slip"


@pytest.mark.parametrize(
    "other", ["Claude-Sonnet-4", "claude-sonnet-4-20250514", "claude-4-sonnet", "Sonnet 4", "sonnet-4"]
)
def test_one_model_in_two_spellings(other: str) -> None:
    (told,) = model_problems("claude-sonnet-4", other, "claude-sonnet-4")
    assert told.startswith(f"`{other}` and `claude-sonnet-4` are one model; sums by model count them as two")


def test_models_that_differ_are_two() -> None:
    assert model_problems("claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022", "claude-sonnet-4") == []


def test_an_unknown_model_that_looks_like_a_known_one() -> None:
    (told,) = model_problems("claude-sonet-4", "my-own-llama")
    assert told == "no price list knows `claude-sonet-4` | did you mean `claude-sonnet-4`?"
    priced = typed("model: claude-sonet-4", prices="prices:\n  claude-sonet-4: {input: 3, output: 15, source: own}\n")
    assert list(models.check_models(priced, Settings())) == [], "the file has its price"


def context_problems(session: Session) -> list[str]:
    return [problem.message for problem in price_contexts.check_price_contexts(session, Settings())]


def test_values_that_nobody_knows_are_named_where_a_person_typed_them() -> None:
    assert context_problems(typed("model: m, speed: fats", "model: m, geo: eu", "model: m, tier: priority")) == [
        "usage row 1: `speed` is `fats`, must be one of: standard, fast",
        "usage row 2: `geo` is `eu`, must be one of: global, not_available, us",
    ]
    assert context_problems(typed("model: m, speed: turbo, unpriced: unknown speed", kind="claude-code")) == []
    assert len(context_problems(typed("model: m, speed: turbo, cost: 1", kind="claude-code"))) == 1


def test_the_first_day_of_a_price_is_a_day_and_not_after_the_session() -> None:
    """The session ends at 20:00 UTC; a price may hold from the day of a response long after the row's minute."""
    assert context_problems(typed("model: m, price_from: '2026-02-11'")) == []
    assert context_problems(typed("model: m, price_from: '2026-02-12'")) == [
        "usage row 1 uses a price that holds from 2026-02-12, after the row's own day"
    ]


def of_length(prompt_tokens: int, requests: int, *, long: bool, source: str = BOOK.source) -> Session:
    row = made_row(model=BANDED, counts=TokenCounts(input=prompt_tokens, output=10), requests=requests)
    row = replace(row, context=replace(row.context, long=long))
    prices = UnitPrices(Decimal(3), None, None, None, Decimal(15), source=source)
    return replace(made_session("a.md", row), prices={row.price_key: prices}, source=None)


@pytest.mark.parametrize(
    ("prompt_tokens", "requests", "long", "right"),
    [
        (THRESHOLD, 1, False, True),
        (THRESHOLD + 1, 1, False, False),
        (THRESHOLD + 1, 1, True, True),
        (THRESHOLD, 1, True, False),
        (2 * THRESHOLD, 2, False, True),
        (2 * THRESHOLD + 1, 2, False, False),
        (2 * THRESHOLD, 2, True, False),
    ],
)
def test_a_row_is_long_where_its_requests_are(prompt_tokens: int, requests: int, long: bool, right: bool) -> None:
    assert (context_problems(of_length(prompt_tokens, requests, long=long)) == []) is right
    own = of_length(prompt_tokens, requests, long=long, source="my contract")
    assert context_problems(own) == [], "another list has thresholds of its own"


responses = st.builds(
    Response,
    key=st.uuids().map(str),
    session=st.just("s"),
    at=st.integers(0, 300).map(lambda minute: datetime(2026, 2, 11, 22, tzinfo=UTC) + timedelta(minutes=minute)),
    model=st.sampled_from([BANDED, "claude-opus-4-6", "claude-nobody-1"]),
    counts=st.builds(TokenCounts, st.integers(0, 2 * THRESHOLD), cache_read=st.integers(0, THRESHOLD)),
    context=st.sampled_from([PriceContext(), PriceContext(speed="fast"), PriceContext(speed="turbo")]),
    requests=st.sampled_from([1, 1, 0]),
    output_floor=st.booleans(),
    interaction=st.integers(-1, 2),
)  # fmt: skip


@given(st.lists(responses, max_size=8))
def test_rows_that_were_filled_are_never_told(drawn: list[Response]) -> None:
    drawn.sort(key=lambda response: (response.at or NOW, response.key))
    began = datetime(2026, 2, 11, 22, tzinfo=UTC)
    ended = began + timedelta(hours=6)
    prompts = tuple(Prompt(began + timedelta(minutes=minute), "Go on") for minute in range(3))
    agent = AgentSession("s", "/srv", "", "", began, ended, timedelta(), prompts, tuple(drawn), {})
    filled = rows_from_responses(agent, Settings(), {})
    text = f"source: {{kind: claude-code, sessions: [s], output: {'at least' if agent.output_floor else 'exact'}}}"
    session = replace(read(text), rows=filled.rows, prices=filled.prices, started=began, ended=ended, state="complete")
    rules = [*price_contexts.RULES, *sources.RULES, *models.RULES, *states.RULES]
    assert [problem for rule in rules if rule.file for problem in rule.file(session, Settings())] == []


@pytest.mark.parametrize(
    ("source", "row", "told"),
    [
        ("{kind: manual, output: exact}", "output_floor: true, ", "the output counts as exact, and a row has a lower"),
        ("{kind: manual}", "output_floor: true, ", "the output counts as exact, and a row has a lower bound"),
        ("{kind: manual, output: at least}", "", "the output is said to be `at least`, and no row has a lower bound"),
        ("{kind: manual, output: at least}", "output_floor: true, ", None),
        ("{kind: estimate, digest: 'sha256:1'}", "", "the kind is `estimate`, and a digest is the mark of numbers"),
        ("{kind: claude-code}", "", "the kind is `claude-code`, and no session of it is named"),
        ("{kind: claude-code}", "manual: true, ", None),
        ("{kind: claude-code, sessions: [a]}", "", None),
        ("{kind: api}", "", None),
    ],
)
def test_the_source_says_what_the_rows_say(source: str, row: str, told: str | None) -> None:
    session = read(f"{TIMES}source: {source}\nusage:\n- {{{row}model: m, requests: 1, input: 1, output: 1}}")
    found = [problem.message for problem in sources.check_source(session, Settings())]
    assert len(found) == (told is not None)
    assert all(message.startswith(told or "") for message in found)


# Billed


def billed_problems(cost: Decimal, stated: Decimal, *, floor: bool = False) -> list[str]:
    row = replace(made_row(list_cost=f"{cost:f}"), output_floor=floor)
    session = read(f"billed: {{cost: {stated:f}, source: Invoice of February}}")
    return [problem.message for problem in billed.check_billed(replace(session, rows=(row,)), Settings())]


amounts = st.decimals(0, 10_000, places=7)


@given(amounts, st.integers(0, 7))
def test_a_bill_holds_to_the_places_it_states(cost: Decimal, places: int) -> None:
    unit = Decimal(1).scaleb(-places)
    rounded = cost.quantize(unit, ROUND_HALF_UP)
    assert billed_problems(cost, rounded) == []
    (told,) = billed_problems(cost, rounded + unit)
    assert told.startswith("billed assertion broken: the rows add up to $")
    assert billed_problems(cost, rounded + unit, floor=True) == [], "a lower bound may be billed higher"


def test_a_bill_below_a_lower_bound_is_broken() -> None:
    assert billed_problems(Decimal("2.5"), Decimal("2.4"), floor=True) == [
        "billed assertion broken: the rows add up to at least $2.5, $2.4 was billed"
    ]


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("{cost: 0.0213}", "`billed.source` is missing"),
        ("{source: Invoice}", "`billed.cost` is missing"),
        ("{cost: 0.0213, source: Invoice, date: soon}", "`billed.date` is `soon`, must be a day such as '2026-02-28'"),
    ],
)
def test_a_bill_says_where_it_is_from(stated: str, message: str) -> None:
    session = replace(read(f"billed: {stated}"), rows=(made_row(),))
    assert [problem.message for problem in billed.check_billed(session, Settings())] == [message]


# Drift


def drift_of(ledger: Path, folder: Path) -> list[str]:
    problems = drift_problems(load_ledger(ledger), [folder])
    assert all(problem.severity is Severity.WARNING for problem in problems)
    return [f"{problem.message} | {problem.hint}" for problem in problems]


def test_drift_is_told_until_the_file_is_filled(ledger: Path, home: Path, sessions: Run) -> None:
    first = (prompt("Limit the rate", "2026-02-02T09:00:10.000Z"), answer("a", "2026-02-02T09:00:20.000Z"))
    folder = write_transcript(home, *first)
    sessions("-C", ledger, "import", "--from", folder)
    assert drift_of(ledger, folder) == []
    write_transcript(home, *first, answer("b", "2026-02-02T09:01:00.000Z"))
    told = sessions("-C", ledger, "check", "--drift", "--from", folder)
    golden = Path(__file__).parent / "check_cases" / "drift.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told.stdout)
    assert (told.returncode, told.stdout) == (0, golden.read_text())
    stem = "2026-02-02-limit-the-rate"
    assert drift_of(ledger, folder) == [
        f"the transcript holds 2 requests, the rows of this file 1 | run `sessions fill {stem}`"
    ]
    write_transcript(home, *first[:1], answer("a", "2026-02-02T09:00:20.000Z", output_tokens=101))
    assert drift_of(ledger, folder) == [
        f"the transcript no longer holds what this file was filled from | run `sessions fill {stem}`"
    ]
    sessions("-C", ledger, "fill", stem, "--from", folder)
    assert drift_of(ledger, folder) == []
    write_transcript(home, *first[:1])
    assert [line.partition(" |")[0] for line in drift_of(ledger, folder)] in (
        [],
        ["the transcript holds 0 requests, the rows of this file 1"],
    )
