"""The first screen: what it cost, what came of it, is it getting better; never more than the ledger says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import pytest

from sitegen import session as session_module
from sitegen.errors import Location, Problem, error, note, warning
from sitegen.ledger import Ledger
from sitegen.pages import pages_of, site_of
from sitegen.pages.addresses import url_of
from sitegen.pages.dashboard import dashboard_page
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import TokenCounts
from tests.made_sessions import made_ledger, made_row, made_session

HOSTILE = '</title><script>alert("1")</script><img src=x onerror=alert(2)>&lt;\x1b\u202e'
GOALS = "## Session Goals\n\n- [x] One\n- [x] Two\n- [{}] Three\n"
LAST = date(2026, 10, 20)


def began(day: str, list_cost: str | None = "1", *, model: str = "claude-sonnet-5", **more: object) -> Session:
    start = f"{day}T10:00:00+02:00"
    row = made_row(start, model, list_cost)
    made = made_session(f"sessions/{day}.md", row, title=f"Work of {day}", started=start)
    return replace(made, **more)  # type: ignore[arg-type]


def grown_ledger() -> Ledger:
    """Three sessions before and three recent ones, which cost half as much for the same goals."""
    before = [began(f"2026-08-{day}", "6", body=GOALS.format(" "), code={"added": 20}) for day in (22, 25, 31)]
    cheap = TokenCounts(input=1_000, cache_read=1_000, output=10)
    recent = [
        began(f"2026-10-{day}", "3", body=GOALS.format("x"), code={"added": 8, "deleted": 2, "tests_added": 1})
        for day in (10, 15, 20)
    ]
    recent[-1] = replace(
        recent[-1], project="docs", rows=tuple(replace(row, counts=cheap) for row in recent[-1].rows), state="active"
    )
    return made_ledger(*before, *recent)


def with_budgets(ledger: Ledger, budgets: Mapping[str, str]) -> Ledger:
    return replace(ledger, settings=Settings(budgets={key: Decimal(amount) for key, amount in budgets.items()}))


def body_of(ledger: Ledger, *, marked_only: bool = False, incognito: bool = False) -> str:
    return dashboard_page(site_of(ledger, marked_only=marked_only, incognito=incognito)).body


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def words_on(ledger: Ledger, *, marked_only: bool = False, incognito: bool = False) -> str:
    return words_of(body_of(ledger, marked_only=marked_only, incognito=incognito))


def section_of(words: str, title: str, after: str) -> str:
    """Between two headings."""
    return words.partition(title)[2].partition(after)[0].strip()


class Elements(HTMLParser):
    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[str]:
        return [tag for tag, _ in self.found if tag in names]


def test_the_key_figures_with_the_last_thirty_days() -> None:
    words = words_on(grown_ledger())
    assert words.startswith(
        "Sessions 22 Aug 2026 to 20 Oct 2026 · 6 sessions in 2 projects "
        "List cost $27.00 $9.00 in the last 30 days 50 % less than before "
        "Goals met 15 of 18 83 % of all goals 9 of 9 in the last 30 days "
        "Lines changed 90 +84 −6 3 tests added "
        "Sessions 6 5 complete 3 in the last 30 days "
        "Active hours 3:00 $9.00 an hour 1:30 in the last 30 days "
        "Read from cache 99 % of 103 k input tokens 97 % in the last 30 days 3 points less than before "
    )


def test_each_key_figure_leads_to_what_it_is_made_of() -> None:
    cards = [found for tag, found in Elements(body_of(grown_ledger())).found if found.get("class") == "sg-card"]
    assert [found["href"] for found in cards] == [
        "months/index.html",
        "all/index.html",
        "all/index.html",
        "all/index.html",
        "all/index.html",
        "models/index.html",
    ]


def test_better_and_worse_are_words() -> None:
    told = section_of(words_on(grown_ledger()), "Is it getting better?", "Cost over time")
    assert told.startswith(
        "21 Sep 2026 to 20 Oct 2026, against 22 Aug 2026 to 20 Sep 2026: the 30 days that end with the newest "
        "session, and the 30 before. Measure Last 30 days 30 days before Change By month "
        "List cost per goal met 2 sessions against 3 $1.00 $3.00 67 % less, too few sessions to judge "
    )
    assert "List cost per active hour 3 sessions against 3 $6.00 $12.00 50 % less ▲ better" in told
    assert "List cost per changed line 3 sessions against 3 $0.3000 $0.3000 no change = the same" in told
    assert "Input read from cache 3 sessions against 3 97 % 100 % 3 points less ▼ worse" in told
    assert "Goals met 2 sessions against 3 100 % 67 % 33 points more, too few sessions to judge" in told
    assert "Session rating" not in told, "nobody rated a session"
    marks = re.findall(r"<span aria-hidden=\"true\">(.)</span> (better|worse|the same)", body_of(grown_ledger()))
    assert set(marks) == {("▲", "better"), ("▼", "worse"), ("=", "the same")}


@pytest.mark.parametrize("first", ["2026-08-23", "2026-09-20"])
def test_no_change_is_made_up_for_a_young_ledger(first: str) -> None:
    words = words_on(made_ledger(began(first, "6"), began("2026-10-20", "3")))
    assert "List cost $9.00 $3.00 in the last 30 days Goals met" in words
    assert not re.search(r"\b(?:less than|more than before|better|worse)\b", words)
    told = section_of(words, "What it costs to get there", "Cost over time")
    assert told.startswith("Measure Whole ledger By month List cost per active hour 2 sessions $9.00 ")
    assert told.endswith("once the ledger covers the last 60 days, with sessions in both halves.")


def test_a_ledger_within_thirty_days_has_no_recent_part() -> None:
    words = words_on(made_ledger(began("2026-10-01", "6"), began("2026-10-20", "3")))
    assert "List cost $9.00 at published prices Goals met — no goals with check boxes Lines changed — not" in words
    assert "last 30 days" not in words


def test_a_gap_before_the_last_thirty_days_gives_no_change() -> None:
    words = words_on(made_ledger(began("2025-01-01", "6"), began("2026-10-20", "3")))
    assert "List cost $9.00 $3.00 in the last 30 days Goals met" in words
    assert "What it costs to get there" in words


def test_lower_bounds_are_not_compared() -> None:
    first, *others = grown_ledger().sessions
    unpriced = replace(first, rows=(*first.rows, made_row("2026-08-22T11:00+02:00", "made-up", None)))
    words = words_on(made_ledger(unpriced, *others))
    assert "List cost ≥ $27.00 $9.00 in the last 30 days 2 responses unpriced Goals met" in words
    assert "List cost per active hour 3 sessions against 2" in words


def test_only_unpriced_is_never_zero() -> None:
    words = words_on(made_ledger(began("2026-10-19", None), began("2026-10-20", None)))
    assert "List cost unpriced at published prices 4 responses unpriced" in words
    assert "an hour" not in words
    assert not re.search(r"\$0(?:\.0+)?(?![\d.])", words)


def test_one_session() -> None:
    page = dashboard_page(site_of(made_ledger(began("2026-10-20", "3"))))
    words = words_of(page.body)
    assert words.startswith("Sessions 20 Oct 2026 · 1 session in 1 project List cost $3.00 at published prices")
    assert "Latest sessions Date Session Outcome Tokens List cost 20 Oct 2026 Work of 2026-10-20 shop-api" in words
    assert "All 1" not in words
    assert page.description == "1 AI coding session: what they cost and what came of them."


def test_a_session_that_says_nothing() -> None:
    silent = replace(made_session(started=None, active=None), state="")
    words = words_on(made_ledger(silent))
    assert words.startswith(
        "Sessions 1 session in 1 project List cost — at published prices Goals met — no goals with check boxes "
        "Lines changed — not reported Sessions 1 Active hours — Read from cache — no input reported"
    )
    assert "— JWT shop-api — — —" in words


def test_an_empty_ledger_says_how_to_begin() -> None:
    assert words_on(made_ledger()) == (
        "Sessions No sessions yet. sessions import fills the ledger from this machine's history, "
        "sessions new begins one by hand."
    )
    hidden = made_ledger(began("2026-10-20"))
    assert words_on(hidden, marked_only=True) == "Sessions Only sessions with publish: true are shown here."


def test_the_latest_sessions_and_what_came_of_them() -> None:
    days = [began(f"2026-10-{day:02d}", "1", body=GOALS.format(" ")) for day in range(10, 20)]
    working = began("2026-10-20", None, state="active")
    body = body_of(made_ledger(*days, working))
    told = section_of(words_of(body), "Latest sessions Date Session Outcome Tokens List cost", "List cost is tokens")
    assert told.startswith(
        "20 Oct 2026 Work of 2026-10-20 shop-api active 21.1 k unpriced "
        "19 Oct 2026 Work of 2026-10-19 shop-api complete 2 of 3 goals 21.1 k $1.00 "
    )
    assert told.count("Work of") == 8
    assert told.endswith("All 11 sessions")
    assert 'href="other/2026-10-19.html"' in body
    assert 'href="projects/shop-api.html"' in body


def test_budgets_of_the_month_of_the_newest_session() -> None:
    ledger = with_budgets(grown_ledger(), {"shop-api": "4", "docs": "12.5", "all": "0", "later": "1"})
    body = body_of(ledger)
    told = section_of(words_of(body), "Budget of October 2026", "Day by day")
    assert told.startswith("All projects ")
    assert "$9.00 of $0.00 · over budget" in told
    assert "docs $3.00 of $12.50, 24 %" in told
    assert "later nothing used of $1.00" in told
    assert "shop-api $6.00 of $4.00, 150 % · over budget" in told
    assert 'href="months/2026-10.html">All projects' in body


def test_a_project_named_all_does_not_count_twice() -> None:
    ledger = made_ledger(began("2026-10-20", "3", project="all"), began("2026-10-19", "4"))
    assert "All projects $7.00 of $8.00, 88 %" in words_on(with_budgets(ledger, {"all": "8"}))


def test_a_budget_of_unpriced_work_is_not_unused() -> None:
    ledger = made_ledger(began("2026-10-20", None), began("2026-10-19", "4", project="docs"))
    words = words_on(with_budgets(ledger, {"shop-api": "8", "all": "8"}))
    assert "shop-api unpriced of $8.00" in words
    assert "All projects ≥ $4.00 of $8.00, ≥ 50 %" in words


def test_no_budget_is_measured_by_a_part_of_the_ledger() -> None:
    ledger = made_ledger(began("2026-10-20", "3", publish=True), began("2026-10-19", "4"))
    words = words_on(with_budgets(ledger, {"all": "8"}), marked_only=True)
    assert "1 of 2 sessions are published." in words
    assert "Budget" not in words


def test_the_calendar_and_its_months() -> None:
    body = body_of(grown_ledger())
    assert "Day by day" in words_of(body)
    assert 'href="months/2026-08.html"' in body
    assert 'href="months/2026-10.html"' in body


def problem_in(make: Callable[[str, Location, str], Problem], line: int) -> Problem:
    return make("row-cost", Location("sessions/2026-10-20.md", line), "stated $1")


def test_problems_are_counted_by_weight() -> None:
    found = (problem_in(note, 1), problem_in(error, 2), problem_in(warning, 3), problem_in(warning, 4))
    body = body_of(replace(grown_ledger(), problems=found))
    assert "sessions check has 1 error, 2 warnings and 1 note about the files of this ledger." in words_of(body)
    assert 'href="problems/index.html">1 error, 2 warnings and 1 note</a>' in body
    only_notes = body_of(replace(grown_ledger(), problems=found[:1]))
    assert "has 1 note about" in words_of(only_notes)
    assert "sg-note-problem" in body
    assert "sg-note-problem" not in only_notes


def test_samples_are_called_samples() -> None:
    assert "Sample data: made up to show what a ledger looks like." in words_on(
        made_ledger(began("2026-10-20", sample=True))
    )


def test_nothing_is_an_amount_where_amounts_are_hidden() -> None:
    ledger = with_budgets(grown_ledger(), {"all": "10", "shop-api": "4", "later": "3"})
    body = body_of(ledger, incognito=True)
    words = words_of(body)
    assert "$" not in body
    assert not re.search(r"tokens|\b(?:27|9|6|3)\.00\b", words.partition("Amounts are hidden")[0])
    assert "List cost, last 30 days 33.3 % of the whole ledger 50 % less than before" in words
    assert "Read from cache 99 % of the input 97 % in the last 30 days" in words
    assert "List cost per active hour 3 sessions against 3 hidden hidden 50 % less ▲ better" in words
    told = section_of(words, "Budget of October 2026", "Day by day")
    assert "90 % used" in told
    assert "150 % used · over budget" in told
    assert "later nothing used" in told


def test_foreign_text_stays_text() -> None:
    hostile = [
        began(
            day, "2", model=HOSTILE, title=HOSTILE, project=HOSTILE, state=HOSTILE, body=f"# Goals {HOSTILE}\n- [x] a"
        )
        for day in ("2026-08-22", "2026-10-19", "2026-10-20")
    ]
    ledger = with_budgets(made_ledger(*hostile, title=HOSTILE), {HOSTILE: "5", f"{HOSTILE} gone": "5"})
    ledger = replace(ledger, problems=(error(HOSTILE, Location("a.md"), HOSTILE, HOSTILE),))
    body = body_of(replace(ledger, settings=replace(ledger.settings, title=HOSTILE)))
    assert not Elements(body).named("script", "img")
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert "&lt;script&gt;alert(&quot;1&quot;)" in body


def test_headings_are_in_order_and_no_line_is_blank() -> None:
    body = body_of(with_budgets(grown_ledger(), {"all": "10"}))
    headings = Elements(body).named("h1", "h2", "h3", "h4")
    assert headings == ["h1", *["h2"] * 6]
    assert "\n\n" not in body
    ids = re.findall(r'\bid="([^"]*)"', body)
    assert len(ids) == len(set(ids))


def test_every_link_leads_to_a_page() -> None:
    ledger = with_budgets(grown_ledger(), {"all": "10", "docs": "2", "gone": "1"})
    site = site_of(replace(ledger, problems=(error("x", Location("a.md"), "m"),)))
    addresses = {url_of(page.uri) for page in pages_of(site)}
    links = {unescape(link) for link in re.findall(r'href="([^"#]+)"', dashboard_page(site).body)}
    assert links <= addresses
    assert {"problems/index.html", "months/index.html", "models/index.html", "projects/docs.html"} <= links


def test_a_large_ledger_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums and goals are dear: each session is asked once, whatever the number of days and months."""
    asked: list[str] = []

    def counted_goals(body: str) -> tuple[int, int]:
        asked.append(body)
        return 1, 1

    monkeypatch.setattr(session_module, "goals_met", counted_goals)
    sessions = tuple(began(str(LAST - timedelta(age)), "1") for age in range(400))[::-1]
    words = words_on(made_ledger(*sessions))
    assert len(asked) == 400
    assert "List cost $400.00 $30.00 in the last 30 days as much as before" in words
    assert "All 400 sessions" in words
