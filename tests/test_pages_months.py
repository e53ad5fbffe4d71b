"""The pages of months: lines that add up, sums by kind of token, budgets, and the month before."""

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.ledger import Ledger
from sitegen.pages.bill import places_of
from sitegen.pages.months import month_pages, months_page, sessions_by_month
from sitegen.pages.positions import WEB_SEARCHES, accounts_of
from sitegen.pages.site import Page, Site, site_of
from sitegen.rollups import month_after, session_totals
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import TokenCounts
from tests.made_sessions import SONNET, made_ledger, made_row, made_session

HOSTILE = '</td><script>alert("1")</script>\x1b\u202e'


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def close_words(content: str) -> str:
    """As a reader sees it: figures in one piece, though their last digits are quieter."""
    return words_of(re.sub(r'<span class="sg-last-digits">(\d*)</span>', r"\1", content))


def month(site: Site, key: str) -> Page:
    return next(page for page in month_pages(site) if page.uri == f"months/{key}.md")


def part(page: Page, name: str) -> str:
    """From the heading with this id to the next one."""
    return page.body.split(f'<h2 id="{name}">')[1].split("<h2")[0]


def bill_of(page: Page, name: str) -> list[list[str]]:
    rows = re.findall(r"<tr.*?</tr>", part(page, name))
    return [[close_words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def spring() -> tuple[Session, ...]:
    return (
        made_session(
            "sessions/2026/2026-02-28-night.md",
            made_row("2026-02-28T23:50+01:00", list_cost="2"),
            made_row("2026-03-01T00:10+01:00", list_cost="3.0000001"),
            title="Night",
            started="2026-02-28T23:50:00+01:00",
        ),
        made_session(
            "sessions/2026/2026-03-02-a.md",
            made_row("2026-03-02T10:00+01:00"),
            title="First",
            started="2026-03-02T10:00+01:00",
        ),
        made_session(
            "sessions/2026/2026-03-05-b.md",
            made_row("2026-03-05T10:00+01:00", "made-up", None, requests=3),
            title="Unknown",
            project="other",
            started="2026-03-05T10:00+01:00",
        ),
        made_session(
            "sessions/2026/2026-03-06-c.md", title="Silent", project="other", started="2026-03-06T10:00+01:00"
        ),
    )


def test_the_lines_of_a_month_are_grouped_and_add_up() -> None:
    page = month(site_of(made_ledger(*spring())), "2026-03")
    assert bill_of(page, "sessions") == [
        ["Date", "Session", "Tokens", "List cost"],
        ["shop-api", "", ""],
        ["28 Feb 2026", "Night claude-sonnet-5 · the rest is in another month", "21.1 k", "$3.0000001"],
        ["2 Mar 2026", "First claude-sonnet-5", "21.1 k", "$0.0213000"],
        ["Sum", "2 sessions", "42.2 k", "$3.0213001"],
        ["other", "", ""],
        ["5 Mar 2026", "Unknown made-up · 3 responses unpriced", "21.1 k", "unpriced"],
        ["6 Mar 2026", "Silent", "—", "—"],
        ["Sum", "2 sessions", "21.1 k", "unpriced"],
        ["Total", "4 sessions", "63.3 k", "≥ $3.0213001"],
    ]
    assert "Every decimal is shown, so the lines add up to the total exactly." in words_of(page.body)
    assert "not an invoice" in words_of(page.body)
    assert 'href="../2026/2026-03-02-a.html"' in part(page, "sessions")
    assert 'href="../projects/other.html"' in part(page, "sessions")
    assert 'href="../method/index.html"' in page.body


def test_amounts_too_long_to_show_are_rounded_and_say_so() -> None:
    cost = "0.12345678901234"
    page = month(site_of(made_ledger(made_session("sessions/2026/a.md", made_row(list_cost=cost)))), "2026-02")
    assert bill_of(page, "sessions")[-1] == ["Total", "1 session", "21.1 k", "$0.1235"]
    assert f"Rounded for reading: the exact sum is ${cost}." in words_of(page.body)


@pytest.mark.parametrize(
    ("costs", "places"), [([], 2), (["1"], 2), (["1.5", None], 2), (["0.0213000"], 4), (["0.12345678901"], 2)]
)
def test_decimals_of_a_bill(costs: list[str | None], places: int) -> None:
    assert places_of(Decimal(cost) if cost else None for cost in costs) == places


def priced(path: str, counts: TokenCounts, price: str = "0.3") -> Session:
    prices = replace(SONNET, cache_read=Decimal(price))
    cost = prices.list_cost(counts)
    session = made_session(path, made_row(counts=counts, list_cost=str(cost)))
    return replace(session, prices={"claude-sonnet-5": prices})


def test_models_are_split_into_kinds_at_their_unit_prices() -> None:
    counts = TokenCounts(input=1_000_000, cache_read=2_000_000, output=100)
    searching = made_row(list_cost="0.023", counts=TokenCounts(input=1000))
    sessions = (
        priced("sessions/2026/a.md", counts),
        priced("sessions/2026/b.md", counts, "0.2"),
        made_session("sessions/2026/c.md", made_row(list_cost="9.5")),
        made_session("sessions/2026/d.md", replace(searching, web_searches=2)),
        made_session(
            "sessions/2026/e.md", replace(made_row("2026-02-11T20:36+01:00", "made-up", None), unpriced="new")
        ),
    )
    page = month(site_of(made_ledger(*sessions)), "2026-02")
    assert bill_of(page, "by-model") == [
        ["Kind", "Tokens", "Per million", "List cost"],
        ["claude-sonnet-5", "6,022,300", "", "$16.526"],
        ["Input", "2,001,000", "$3.00", "$6.003"],
        ["Cache read", "2,000,000", "$0.20", "$0.400"],
        ["Cache read", "2,000,000", "$0.30", "$0.600"],
        ["Output", "200", "$15.00", "$0.003"],
        ["Web searches", "2", "$0.01 each", "$0.020"],
        ["All kinds, as stated", "21,100", "—", "$9.500"],
        ["made-up", "21,100", "", "unpriced"],
        ["All kinds, as stated new", "21,100", "—", "unpriced"],
        ["Total", "6,043,400", "", "≥ $16.526"],
    ]
    accounts = accounts_of(sessions)
    positions = [position for account in accounts for position in account.positions]
    assert sum(p.list_cost for p in positions if p.list_cost) == session_totals(sessions).list_cost


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5000),
            st.integers(0, 3),
            st.sampled_from(["0.3", "0.2", None]),
            st.sampled_from([None, "0", "0.0000001"]),
        ),
        max_size=8,
    )
)
def test_positions_add_up_whatever_the_files_state(rows: list[tuple[int, int, str | None, str | None]]) -> None:
    """Tokens, searches, a price or none, and how far the stated cost is off; None for no cost."""
    sessions = []
    for number, (tokens, searches, price, off) in enumerate(rows):
        prices = replace(SONNET, cache_read=Decimal(price or "0.3"))
        counts = TokenCounts(input=tokens, cache_read=2 * tokens)
        right = prices.list_cost(counts, searches) or Decimal()
        row = replace(made_row(counts=counts, list_cost=None), web_searches=searches)
        row = replace(row, list_cost=right + Decimal(off) if off is not None else None)
        session = made_session(f"sessions/2026/{number}.md", row)
        sessions.append(replace(session, prices={"claude-sonnet-5": prices} if price else {}))
    whole = session_totals(sessions)
    positions = [position for account in accounts_of(sessions) for position in account.positions]
    assert sum((p.list_cost for p in positions if p.list_cost), Decimal()) == whole.list_cost
    assert sum(p.number for p in positions if p.kind != WEB_SEARCHES) == whole.tokens


def test_a_session_counts_in_each_month_with_the_rows_of_that_month() -> None:
    found = sessions_by_month(spring())
    assert {key: [(s.title, len(s.rows)) for s in own] for key, own in found.items()} == {
        "2026-02": [("Night", 1)],
        "2026-03": [("Night", 1), ("First", 1), ("Unknown", 1), ("Silent", 0)],
    }
    costs = [session_totals(own).list_cost for own in found.values()]
    assert sum(costs) == session_totals(spring()).list_cost


def test_a_month_is_held_against_the_one_before() -> None:
    page = month(site_of(made_ledger(*spring())), "2026-03")
    assert bill_of(page, "month-before") == [
        ["Figure", "March 2026", "February 2026", "Change"],
        ["List cost", "≥ $3.02", "$2.00", "+51 %"],
        ["Tokens", "63.3 k", "21.1 k", "+200 %"],
        ["Sessions", "4", "1", "+300 %"],
        ["Active hours", "1:30", "0:30", "+200 %"],
    ]
    assert "+51 % ($1.02 more) than the month before" in words_of(page.body)
    assert "so far: the newest session is of 6 Mar 2026" in words_of(page.body)
    february = month(site_of(made_ledger(*spring())), "2026-02")
    assert "month-before" not in february.body
    assert "so far" not in february.body


def test_months_lead_to_each_other_past_empty_ones() -> None:
    later = made_session("sessions/2026/x.md", made_row("2026-06-01T10:00Z"), started="2026-06-01T10:00:00+00:00")
    undated = made_session("sessions/2026/y.md", started=None)
    site = site_of(made_ledger(*spring(), later, undated))
    march, june, none = (month(site, key) for key in ("2026-03", "2026-06", "none"))
    assert (march.previous, march.next) == ("months/2026-02.md", "months/2026-06.md")
    assert (june.previous, june.next) == ("months/2026-03.md", None)
    assert (none.previous, none.next) == (None, None)
    nav = march.body.split('<nav class="sg-neighbours"')[1]
    assert words_of(f"<nav{nav}") == "Month before February 2026 Month after June 2026"
    assert 'href="2026-02.html"' in nav
    assert "<nav" not in none.body
    assert "month-before" not in june.body, "the calendar month before had no session"


def with_budgets(ledger: Ledger, **budgets: str) -> Ledger:
    return replace(ledger, settings=Settings(budgets={key: Decimal(value) for key, value in budgets.items()}))


def test_budgets_of_all_and_of_each_project() -> None:
    ledger = with_budgets(made_ledger(*spring()), all="10", **{"shop-api": "2.5", "elsewhere": "1"})
    page = month(site_of(ledger), "2026-03")
    words = words_of(part(page, "budget"))
    assert "All projects: ≥ $3.02 of $10.00, ≥ 30 %" in words
    assert "shop-api : $3.02 of $2.50, 121 %, $0.5213 too much · over budget" in words
    assert "elsewhere" not in words, "nothing was spent there"
    assert 'href="../projects/shop-api.html"' in part(page, "budget")


def test_budgets_are_only_held_against_the_whole_ledger() -> None:
    ledger = with_budgets(made_ledger(*(replace(s, publish=True) for s in spring())), all="10")
    assert 'id="budget"' not in month(site_of(ledger, marked_only=True), "2026-03").body
    assert 'id="budget"' not in month(site_of(made_ledger(*spring())), "2026-03").body
    undated = with_budgets(made_ledger(made_session("sessions/2026/y.md", made_row(None), started=None)), all="1")
    assert 'id="budget"' not in month(site_of(undated), "none").body
    nothing = with_budgets(made_ledger(*spring()), all="0")
    assert "All projects: ≥ $3.02 of $0.00, $3.02 too much · over budget" in words_of(
        part(month(site_of(nothing), "2026-03"), "budget")
    )


def test_incognito_shows_no_amount() -> None:
    ledger = with_budgets(made_ledger(*spring()), all="10", **{"shop-api": "2.5"})
    site = site_of(ledger, incognito=True)
    page = month(site, "2026-03")
    for shown in (page.body, months_page(site).body):
        read = words_of(shown) + " ".join(re.findall(r'(?:title|aria-label)="([^"]*)"', shown))
        assert not re.search(r"\$\s?\d|21,100|21\.1 k|3\.02|2\.50", read)
    assert bill_of(page, "sessions")[-1] == ["Total", "4 sessions", "75 %", "≥ 60.2 %"]
    assert "All projects: ≥ 30 % of the budget" in words_of(part(page, "budget"))
    assert "121 % of the budget · over budget" in words_of(part(page, "budget"))
    assert "Amounts are hidden" in words_of(page.body)
    axis = re.findall(r">([^<]*%)</text>", months_page(site).body.partition("Mean list cost")[2])
    assert axis == ["0 %", "10 %", "20 %", "30 %", "40 %"], "of the whole, not at round sums"
    counts = TokenCounts(input=1_000_000, cache_read=2_000_000, output=100)
    split = month(site_of(made_ledger(priced("sessions/2026/a.md", counts)), incognito=True), "2026-02")
    assert bill_of(split, "by-model")[1:4] == [
        ["claude-sonnet-5", "100 %", "", "100 %"],
        ["Input", "33.3 %", "1 × input", "83.3 %"],
        ["Cache read", "66.7 %", "0.1 × input", "16.7 %"],
    ]


def test_the_index_leads_to_each_month_and_shows_the_mean() -> None:
    page = months_page(site_of(made_ledger(*spring())))
    words = words_of(page.body)
    assert "March 2026 4 1:30 63.3 k ≥ $3.02 +51 % ($1.02 more)" in words
    assert words.index("March 2026 4") < words.index("February 2026 1")
    assert 'href="2026-02.html"' in page.body
    assert "Mean list cost of a session, by month" in words
    assert "≥ $0.7553" in words, "the sum of four sessions in March, divided by four"
    assert "List cost Change" in words
    assert "No sessions yet." in words_of(months_page(site_of(made_ledger())).body)
    alone = words_of(months_page(site_of(made_ledger(made_session("sessions/2026/a.md", made_row())))).body)
    assert "February 2026 1" in alone
    assert "Change" not in alone, "there is nothing to compare with"


def test_foreign_text_is_escaped() -> None:
    row = replace(made_row(model=HOSTILE, list_cost=None), unpriced=HOSTILE)
    ledger = made_ledger(made_session("sessions/2026/x.md", row, title=HOSTILE, project=HOSTILE))
    ledger = replace(ledger, settings=Settings(budgets={HOSTILE: Decimal(1)}))
    (page,) = month_pages(site_of(ledger))
    assert "<script" not in page.body
    assert "\x1b" not in page.body
    assert "\u202e" not in page.body


def test_month_after() -> None:
    assert [month_after("2026-12"), month_after("2026-01", -1), month_after("2026-05", -17)] == [
        "2027-01",
        "2025-12",
        "2024-12",
    ]


def test_a_month_of_many_sessions_has_a_line_for_each() -> None:
    sessions = [
        made_session(f"sessions/2026/{number}.md", made_row(list_cost="0.0001"), title=f"S{number}")
        for number in range(600)
    ]
    page = month(site_of(made_ledger(*sessions)), "2026-02")
    assert part(page, "sessions").count("<tr>") == 600 + 2
    assert bill_of(page, "sessions")[-1] == ["Total", "600 sessions", "12.7 M", "$0.0600"]
