"""Sums by every key: exact, complete, and the same in any order."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.rollups import (
    NO_KEY,
    ROLLUP_KEYS,
    Rollup,
    narrowed,
    rollup_by,
    rollup_of,
    session_totals,
    week_of,
)
from sitegen.session import Session
from sitegen.tokens import TokenCounts, Totals, UsageRow
from tests.made_sessions import made_row, made_session

moments = st.none() | st.integers(0, 90 * 24 * 60).map(
    lambda minutes: datetime(2025, 12, 1, tzinfo=timezone(timedelta(hours=1))) + timedelta(minutes=minutes)
)
amounts = st.none() | st.decimals(0, 1000, places=9)
rows = st.builds(
    UsageRow,
    moments,
    st.just(""),
    st.sampled_from(["", "claude-opus-4-8", "claude-sonnet-5"]),
    st.integers(0, 50),
    st.builds(TokenCounts, *[st.integers(0, 10**8)] * 5),
    amounts,
)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Session, ...]:
    return tuple(
        made_session(
            f"sessions/{number}.md",
            *draw(st.lists(rows, max_size=4)),
            project=draw(st.sampled_from(["", "a", "b"])),
            started=started.isoformat() if (started := draw(moments)) else None,
            active=draw(st.none() | st.timedeltas(timedelta(), timedelta(hours=5))),
            tags=tuple(draw(st.lists(st.sampled_from(["x", "y"]), max_size=2))),
            branch=draw(st.sampled_from(["", "main"])),
        )
        for number in range(draw(st.integers(0, 5)))
    )


@given(ledgers())
def test_the_sums_of_all_keys_are_the_sums_of_all_sessions(sessions: tuple[Session, ...]) -> None:
    expected = session_totals(sessions)
    for key in ROLLUP_KEYS:
        if key != "tag":
            assert sum((rollup.totals for rollup in rollup_by(sessions, key)), Totals()) == expected, key


@settings(max_examples=50)
@given(ledgers())
def test_active_time_counts_once(sessions: tuple[Session, ...]) -> None:
    expected = rollup_of("all", sessions).active
    for key in ROLLUP_KEYS:
        if key not in ("tag", "model"):
            assert sum((rollup.active for rollup in rollup_by(sessions, key)), timedelta()) == expected, key


@settings(max_examples=50)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_sessions_does_not_matter(sessions: tuple[Session, ...], chance: Random) -> None:
    shuffled = chance.sample(sessions, len(sessions))
    for key in ROLLUP_KEYS:
        assert rollup_by(shuffled, key) == rollup_by(sessions, key), key


@settings(max_examples=30)
@given(ledgers())
def test_a_tag_counts_the_whole_session(sessions: tuple[Session, ...]) -> None:
    expected = session_totals([session for session in sessions if "x" in session.tags])
    found = [rollup.totals for rollup in rollup_by(sessions, "tag") if rollup.key == "x"]
    assert found in ([], [expected])


def test_rows_count_in_the_month_they_were_used() -> None:
    session = made_session(
        "sessions/2026/a.md",
        made_row("2026-01-31T23:50+01:00", list_cost="1.5"),
        made_row("2026-02-01T00:10+01:00", list_cost="2.25"),
        started="2026-01-31T23:50:00+01:00",
    )
    january, february = rollup_by([session], "month")
    assert (january.key, january.sessions, january.totals.list_cost, january.active) == (
        "2026-01",
        1,
        Decimal("1.5"),
        timedelta(minutes=30),
    )
    assert (february.key, february.sessions, february.totals.list_cost, february.active) == (
        "2026-02",
        1,
        Decimal("2.25"),
        timedelta(),
    )


def test_a_session_without_rows_counts_where_it_began() -> None:
    assert rollup_by([made_session()], "month") == (Rollup("2026-02", 1, Totals(), timedelta(minutes=30)),)
    assert rollup_by([made_session()], "model") == ()


def test_what_has_no_key_has_a_key_that_says_so() -> None:
    session = made_session("sessions/a.md", made_row(None), started=None)
    assert [rollup_by([session], key)[0].key for key in ("day", "month", "tag", "phase", "branch")] == [NO_KEY] * 5


def test_unpriced_rows_are_counted_and_make_a_floor() -> None:
    (rollup,) = rollup_by([made_session("a.md", made_row(), made_row(list_cost=None, requests=3))], "project")
    assert rollup.totals.list_cost == Decimal("0.0213")
    assert rollup.totals.unpriced_responses == 3
    assert rollup.totals.is_floor


def test_narrowed_keeps_only_sessions_with_a_row_left() -> None:
    one = made_session("a.md", made_row(model="claude-opus-4-8"), made_row())
    other = made_session("b.md", made_row())
    (kept,) = narrowed([one, other], lambda _, row: row.model == "claude-opus-4-8")
    assert (kept.path, [row.model for row in kept.rows]) == ("a.md", ["claude-opus-4-8"])


def test_weeks_are_those_of_iso_8601() -> None:
    assert week_of(date(2027, 1, 1)) == "2026-W53"
