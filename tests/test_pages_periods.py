"""The period before and the measures: the right days, the right sessions, and no change that is made up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sitegen.pages.measures import (
    BETTER,
    CACHED,
    COST_PER_HOUR,
    MEASURES,
    PERCENT,
    POINTS,
    SAME,
    USD,
    WORSE,
    Change,
    Measure,
    Rate,
    change_between,
    difference_words,
)
from sitegen.pages.periods import (
    Outcomes,
    Period,
    active_within,
    changed_lines,
    goals_within,
    outcomes_of,
    period_before,
    recent_period,
    summed,
)
from sitegen.rollups import session_totals
from sitegen.session import Session
from sitegen.tokens import TokenCounts, Totals
from tests.made_sessions import made_row, made_session

LAST = date(2026, 10, 20)
PER_GOAL, PER_LINE, GOALS, RATING = (
    next(measure for measure in MEASURES if measure.name == name)
    for name in ("List cost per goal met", "List cost per changed line", "Goals met", "Session rating")
)
BODY_LINES = (
    *(
        "# Goals",
        "## Session goals  ##",
        "### Other",
        "#not",
        "####### seven",
        "## Goals\r",
        "",
        "words",
        "[link](a.md)",
    ),
    *("- [x] a", "* [ ] b", "1. [X] c", "- [y] d", "  - [x] e\r", "```", "~~~~", "````md"),
)
GOAL_LIST = "## Session Goals\n\n- [x] One\n- [ ] Two\n"


def began(day: str, list_cost: str | None = "1", **more: object) -> Session:
    start = f"{day}T10:00:00+02:00"
    made = made_session(f"sessions/{day}.md", made_row(start, list_cost=list_cost), started=start)
    return replace(made, **more)  # type: ignore[arg-type]


def grouped(*sessions: Session) -> Outcomes:
    return outcomes_of(sessions)


def days_of(outcomes: Sequence[Session] | None) -> list[str] | None:
    return None if outcomes is None else [str(session.day) for session in outcomes]


def over(measure: Measure, *sessions: Session) -> Rate:
    return measure.of(grouped(*sessions).whole)


@pytest.mark.parametrize(
    ("age", "recent", "before"),
    [
        (0, None, None),
        (29, None, None),
        (30, Period(date(2026, 9, 21), LAST), None),
        (58, Period(date(2026, 9, 21), LAST), None),
        (59, Period(date(2026, 9, 21), LAST), Period(date(2026, 8, 22), date(2026, 9, 20))),
    ],
)
def test_a_period_is_known_only_where_the_ledger_covers_it(
    age: int, recent: Period | None, before: Period | None
) -> None:
    first = LAST - timedelta(age)
    assert recent_period(first, LAST) == recent
    assert period_before(first, LAST) == before


def test_the_first_days_of_the_calendar_are_no_trouble() -> None:
    assert recent_period(date.min, date.min) is None
    assert period_before(date.min, date.min + timedelta(58)) is None
    assert recent_period(date.min, date.max) == Period(date.max - timedelta(29), date.max)


def test_each_session_counts_on_the_day_it_began() -> None:
    days = ("2026-08-21", "2026-08-22", "2026-09-20", "2026-09-21", "2026-10-20")
    undated = made_session("sessions/undated.md", started=None)
    found = grouped(*map(began, days), undated)
    assert days_of(found.whole) == [*days, "None"]
    assert days_of(found.recent) == ["2026-09-21", "2026-10-20"]
    assert days_of(found.before) == ["2026-08-22", "2026-09-20"]
    assert {key: days_of(group) for key, group in found.months.items()} == {
        "2026-08": ["2026-08-21", "2026-08-22"],
        "2026-09": ["2026-09-20", "2026-09-21"],
        "2026-10": ["2026-10-20"],
    }


def test_months_have_no_gaps_and_are_the_newest_twelve() -> None:
    found = grouped(began("2025-01-31"), began("2025-12-01"), began("2026-02-01"))
    assert list(found.months) == [f"2025-{month:02d}" for month in range(3, 13)] + ["2026-01", "2026-02"]
    assert days_of(found.months["2026-01"]) == []


def test_nothing_is_compared_without_days() -> None:
    assert grouped() == Outcomes((), None, None, {})
    found = grouped(made_session("sessions/undated.md", started=None))
    assert (found.recent, found.before, found.months) == (None, None, {})


def test_sums_tell_not_reported_from_zero() -> None:
    found = grouped(
        began("2026-10-01", code={"added": 4, "deleted": 0}, body=GOAL_LIST, active=None),
        began("2026-10-02", code={"files": 2}, active=None),
    ).whole
    assert summed(found, changed_lines) == 4
    assert summed(found[1:], changed_lines) is None
    assert summed(grouped(began("2026-10-01", code={"deleted": 0})).whole, changed_lines) == 0
    assert goals_within(found) == (1, 2)
    assert active_within(found) is None
    assert session_totals(found).list_cost == 2
    assert session_totals(()) == Totals()


def test_costs_are_divided_only_by_what_the_same_sessions_report() -> None:
    quiet = began("2026-10-01", "100", active=None)
    told = began("2026-10-02", "3", body=GOAL_LIST, code={"added": 10, "deleted": 5}, active=timedelta(minutes=90))
    assert over(PER_GOAL, quiet, told) == Rate(Decimal(3), 1)
    assert over(PER_LINE, quiet, told) == Rate(Decimal("0.2"), 1)
    assert over(COST_PER_HOUR, quiet, told) == Rate(Decimal(2), 1)
    assert over(COST_PER_HOUR, quiet) == Rate(None, 0)


def test_a_session_without_a_goal_met_still_costs() -> None:
    unmet = began("2026-10-01", "2", body=GOAL_LIST.replace("[x]", "[ ]"))
    assert over(PER_GOAL, unmet) == Rate(None, 1)
    assert over(PER_GOAL, unmet, began("2026-10-02", "3", body=GOAL_LIST)) == Rate(Decimal(5), 2)


def test_what_is_unpriced_or_unused_is_no_cheap_work() -> None:
    hour = timedelta(hours=1)
    unpriced, unused = began("2026-10-01", None, active=hour), replace(began("2026-10-02", active=hour), rows=())
    assert over(COST_PER_HOUR, unpriced, unused, began("2026-10-03", "4", active=hour)) == Rate(Decimal(4), 1)
    assert over(COST_PER_HOUR, began("2026-10-03", "0", active=hour)) == Rate(Decimal(0), 1)


def test_an_unfinished_output_count_makes_a_lower_bound() -> None:
    row = replace(made_row(list_cost="4"), output_floor=True)
    session = replace(began("2026-10-03", active=timedelta(hours=1)), rows=(row,))
    assert over(COST_PER_HOUR, session) == Rate(Decimal(4), 1, floor=True)


@pytest.mark.parametrize(("state", "sessions"), [("active", 0), ("break", 0), ("blocked", 0), ("complete", 1), ("", 1)])
def test_goals_of_a_session_in_work_are_not_yet_missed(state: str, sessions: int) -> None:
    session = began("2026-10-01", body=GOAL_LIST, state=state)
    assert over(GOALS, session) == Rate(Decimal(50) if sessions else None, sessions)
    assert over(PER_GOAL, session).sessions == sessions


def test_shares_and_ratings() -> None:
    row = made_row(counts=TokenCounts(input=100, cache_write_1h=100, cache_read=600, output=5_000))
    assert over(CACHED, replace(began("2026-10-01"), rows=(row,))) == Rate(Decimal(75), 1)
    assert over(CACHED, replace(began("2026-10-01"), rows=())) == Rate(None, 0)
    rated = [began("2026-10-01", ratings={"session": 9}), began("2026-10-02", ratings={"session": 6})]
    assert over(RATING, *rated, began("2026-10-03", ratings={"code_quality": 1})) == Rate(Decimal("7.5"), 2)


@pytest.mark.parametrize(
    ("measure", "recent", "before", "words", "verdict"),
    [
        (PER_GOAL, "0.88", "1", "12 % less", BETTER),
        (PER_GOAL, "3", "1", "200 % more", WORSE),
        (PER_GOAL, "1.04", "1", "4 % more", SAME),
        (PER_GOAL, "1.001", "1", "no change", SAME),
        (CACHED, "93.4", "90.6", "2 points more", BETTER),
        (CACHED, "86.6", "92.4", "5 points less", WORSE),
        (CACHED, "91", "90", "1 point more", SAME),
        (RATING, "8.25", "8.5", "0.2 points less", SAME),
        (RATING, "8", "7.5", "0.5 points more", BETTER),
    ],
)
def test_better_depends_on_the_measure(measure: Measure, recent: str, before: str, words: str, verdict: str) -> None:
    found = change_between(measure, Rate(Decimal(recent), 3), Rate(Decimal(before), 3))
    assert found == Change(words, verdict)


def test_no_verdict_where_nobody_can_say() -> None:
    some, few = Rate(Decimal(1), 3), Rate(Decimal(2), 2)
    assert change_between(PER_GOAL, some, Rate(None, 3)) is None
    assert change_between(PER_GOAL, Rate(None, 0), some) is None
    assert change_between(PER_GOAL, some, Rate(Decimal(0), 3)) is None
    assert change_between(PER_GOAL, few, some) == Change("100 % more, too few sessions to judge")
    assert change_between(PER_GOAL, some, few) == Change("50 % less, too few sessions to judge")
    assert change_between(PER_GOAL, some, Rate(Decimal(2), 3, floor=True)) == Change("lower bounds, not compared")


def test_differences_from_nothing() -> None:
    assert difference_words(USD, Decimal(1), Decimal(0)) == ""
    assert difference_words(PERCENT, Decimal(1), Decimal(0)) == "1 point more"
    assert difference_words(POINTS, Decimal(1), Decimal(1)) == "no change"
    assert difference_words(USD, Decimal(100), Decimal("0.1")) == "99,900 % more"
