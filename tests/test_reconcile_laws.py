"""What holds for every ledger and every bill made from it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sitegen.bills import Bill, read_exports
from sitegen.prices import PriceBook, Quote
from sitegen.reconciling import PriceState, Reconciliation, State, compare_with_bill, shares_of
from sitegen.session import Session
from sitegen.tokens import KINDS, PriceContext, TokenCounts, UsageRow
from tests.made_bills import Line, cost_csv, lines_of, usage_csv
from tests.made_sessions import made_session

BOOK = PriceBook()
MODELS = ("claude-opus-4-8", "claude-haiku-4-5-20251001", "claude-sonnet-5-5", "claude-sonnet-5")
CONTEXTS = (PriceContext(), PriceContext(speed="fast"), PriceContext(geo="us"), PriceContext(tier="batch"))
START = datetime(2026, 10, 1, tzinfo=UTC)


@st.composite
def priced_rows(draw: st.DrawFn, contexts: Sequence[PriceContext]) -> UsageRow:
    number = st.integers(0, 10**7)
    at = START + timedelta(minutes=draw(st.integers(0, 60 * 24 * 12)))
    zone = draw(st.sampled_from([-7, 0, 5]))
    counts = TokenCounts(draw(number), draw(number), draw(number), draw(number), draw(st.integers(1, 10**6)))
    model, context = draw(st.sampled_from(MODELS)), draw(st.sampled_from(contexts))
    searches = draw(st.integers(0, 3))
    quote = BOOK.quote(model, at, context, 1)
    assert isinstance(quote, Quote)
    return UsageRow(
        at.astimezone(timezone(timedelta(hours=zone))),
        "Work",
        model,
        1,
        counts,
        quote.prices.list_cost(counts, searches),
        context,
        searches,
    )


@st.composite
def ledgers(draw: st.DrawFn, contexts: Sequence[PriceContext] = CONTEXTS) -> tuple[Session, ...]:
    groups = draw(st.lists(st.lists(priced_rows(contexts), min_size=1, max_size=5), min_size=1, max_size=4))
    return tuple(made_session(f"sessions/2026/{index}.md", *rows) for index, rows in enumerate(groups))


def bill_of(lines: Sequence[Line], costs: Sequence[Line] | None = None, **how: bool) -> Bill:
    return read_exports(
        [("u.csv", usage_csv(lines)), ("c.csv", cost_csv(lines if costs is None else costs, BOOK, **how))]  # type: ignore[arg-type]
    )


def compared(sessions: Sequence[Session], bill: Bill) -> Reconciliation:
    found = compare_with_bill(sessions, bill, BOOK)
    assert found is not None
    return found


@given(ledgers(), st.booleans())
def test_a_bill_of_the_ledgers_own_rows_is_explained_fully(sessions: tuple[Session, ...], cents: bool) -> None:
    found = compared(sessions, bill_of(lines_of(sessions), cents=cents))
    assert (found.logs_agree, found.prices_agree) == (True, True)
    assert (found.coverage.percent, found.no_session, found.no_bill) == ("100 %", (), ())
    assert found.coverage.billed == found.coverage.explained == sum(s.totals.list_cost for s in sessions)
    if not cents:
        shares = shares_of(sessions, found)
        assert {share.path: (share.cost, share.list_cost) for share in shares} == {
            session.path: (session.totals.list_cost, None) for session in sessions
        }


@given(ledgers(), st.data())
def test_one_token_is_found_at_its_day_and_model(sessions: tuple[Session, ...], data: st.DataObject) -> None:
    lines = lines_of(sessions)
    index = data.draw(st.integers(0, len(lines) - 1))
    kind = data.draw(st.sampled_from(KINDS))
    more = data.draw(st.booleans())
    counts = lines[index].counts
    changed = replace(counts, **{kind: max(0, getattr(counts, kind) + (1 if more else -1))})
    if changed == counts:
        return
    lines[index] = replace(lines[index], counts=changed)
    found = compared(sessions, bill_of(lines))
    assert found.prices_agree is True
    assert [(one.cell.day, one.differences()) for one in found.logs or () if one.state is State.DIFFERS] == [
        (lines[index].day, {kind: -1 if more else 1})
    ]
    assert found.coverage.complete is not more
    assert (found.coverage.percent == "100 %") is not more
    touched = {s.path for s in sessions if lines[index].day in days_of(s, lines[index].model)}
    assert {share.path for share in shares_of(sessions, found)} == {s.path for s in sessions} - touched


def days_of(session: Session, model: str) -> set[object]:
    return {row.at.astimezone(UTC).date() for row in session.rows if row.at and row.model == model}


@given(ledgers(), st.data(), st.sampled_from([Decimal("0.01"), Decimal("-0.01")]))
def test_one_cent_is_found_at_its_day_and_model(
    sessions: tuple[Session, ...], data: st.DataObject, cent: Decimal
) -> None:
    bill = bill_of(lines_of(sessions))
    costs = list(bill.costs or ())
    index = data.draw(st.integers(0, len(costs) - 1))
    costs[index] = replace(costs[index], amount=costs[index].amount + cent, list_amount=None)
    found = compared(sessions, replace(bill, costs=tuple(costs)))
    assert found.logs_agree is True
    wrong = [line for line in found.prices or () if line.state is PriceState.DIFFERS]
    assert [(line.cell.day, line.cell.model, line.kind) for line in wrong] == [
        (costs[index].day, costs[index].model, costs[index].kind)
    ]


@given(ledgers())
def test_the_order_of_files_and_rows_does_not_matter(sessions: tuple[Session, ...]) -> None:
    lines = lines_of(sessions)
    first = compared(sessions, bill_of(lines))
    shuffled = compared(tuple(reversed(sessions)), bill_of(list(reversed(lines))))
    assert (first.logs, first.prices, first.coverage) == (shuffled.logs, shuffled.prices, shuffled.coverage)


@given(ledgers(CONTEXTS[:1]), st.data())
def test_a_file_that_is_gone_leaves_its_tokens_without_a_session(
    sessions: tuple[Session, ...], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(sessions))
    found = compared([s for s in sessions if s is not gone], bill_of(lines_of(sessions)))
    assert found.prices_agree is True
    missing = sum(left.list_cost or Decimal() for left in found.no_session)
    assert abs(missing - gone.totals.list_cost) < Decimal("1e-20")
    assert sum(left.tokens for left in found.no_session) == gone.totals.tokens
