"""The page of the method: prices as the files state them, and nothing that others must not see."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

from sitegen.ledger import Ledger
from sitegen.pages.method import method_page
from sitegen.pages.price_table import changes_with_the_day, used_prices
from sitegen.pages.site import Page, site_of
from sitegen.prices import PriceOverride, UnitPrices
from sitegen.session import Session, Source
from sitegen.settings import Settings
from sitegen.tokens import PriceContext, TokenCounts
from tests.made_sessions import SONNET, made_ledger, made_row, made_session

HOSTILE = "</td><script>alert(1)</script>\x1b\u202e"
CHEAPER = replace(SONNET, cache_read=Decimal("0.1"), source="genai-prices 0.2.4")


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def price_lines(page: Page) -> list[list[str]]:
    rows = re.findall(r"<tr.*?</tr>", page.body.split('<h2 id="prices">')[1].split("<h2")[0])
    return [[words_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def ledger() -> Ledger:
    long = replace(made_row("2026-03-01T10:00+01:00"), context=PriceContext(long=True))
    return made_ledger(
        made_session(
            "sessions/2026/a.md", made_row(), made_row("2026-02-14T09:00+01:00"), source=Source("claude-code")
        ),
        replace(
            made_session("sessions/2026/b.md", made_row("2026-03-01T10:00+01:00"), long, source=Source("manual")),
            started=None,
            prices={"claude-sonnet-5": CHEAPER},
        ),
        made_session("sessions/2026/c.md", replace(made_row(model="made-up", list_cost=None), unpriced="no price yet")),
    )


def test_prices_are_those_of_the_files_with_the_days_of_their_use() -> None:
    assert price_lines(method_page(site_of(ledger()))) == [
        ["Model", "Input", "Cache write 5 min", "Cache write 1 h", "Cache read", "Output", "Used", "Source"],
        [
            *("claude-sonnet-5", "$3.00", "$3.75", "$6.00", "$0.30", "$15.00"),
            *("11 Feb 2026 to 14 Feb 2026", "genai-prices 0.2.3"),
        ],
        ["claude-sonnet-5", "$3.00", "$3.75", "$6.00", "$0.10", "$15.00", "1 Mar 2026", "genai-prices 0.2.4"],
        ["claude-sonnet-5 long", "—", "—", "—", "—", "—", "1 Mar 2026", "costs stated by hand"],
        ["made-up", "—", "—", "—", "—", "—", "11 Feb 2026", "unpriced: no price yet"],
    ]
    words = words_of(method_page(site_of(ledger())).body)
    assert "The price changed with the day for claude-sonnet-5 ." in words
    assert "New rows are priced from genai-prices 0.2.3" in words
    assert 'href="../models/claude-sonnet-5.html"' in method_page(site_of(ledger())).body


def search_session(path: str, searches: int, price: str | None) -> Session:
    prices = replace(SONNET, web_search=Decimal(price) if price else None)
    return replace(made_session(path, replace(made_row(), web_searches=searches)), prices={"claude-sonnet-5": prices})


def test_a_price_of_searches_makes_no_second_line() -> None:
    sessions = (
        search_session("sessions/2026/a.md", 0, None),
        search_session("sessions/2026/b.md", 2, "0.01"),
        search_session("sessions/2026/c.md", 0, "0.01"),
    )
    (used,) = used_prices(sessions)
    assert used.prices is not None
    assert used.prices.web_search == Decimal("0.01")
    assert changes_with_the_day((used,)) == ()
    assert price_lines(method_page(site_of(made_ledger(*sessions))))[1][5:7] == ["$15.00", "$0.01"]


def test_sources_of_one_price_are_told_together() -> None:
    sessions = [
        replace(
            made_session(f"sessions/2026/{number}.md", made_row()),
            prices={"claude-sonnet-5": replace(SONNET, source=f"list {number}")},
        )
        for number in range(5)
    ]
    (used,) = used_prices(sessions)
    assert (used.first, used.last) == (date(2026, 2, 11), date(2026, 2, 11))
    page = method_page(site_of(made_ledger(*sessions)))
    assert price_lines(page)[1][-1] == "list 0, list 1, list 2, and 2 more"


def test_where_the_counts_of_this_ledger_come_from() -> None:
    words = words_of(method_page(site_of(ledger())).body)
    assert (
        "Of the sessions with usage on this site, 1 from Claude Code transcripts, 1 typed by hand, "
        "1 of another source; 2 responses unpriced."
    ) in words
    floor = made_session("sessions/2026/f.md", replace(made_row(), output_floor=True), source=Source("claude-code"))
    assert "1 session has output counts that are lower bounds" in words_of(
        method_page(site_of(made_ledger(floor))).body
    )


def test_an_example_from_the_ledger_can_be_worked_out() -> None:
    counts = TokenCounts(input=24, cache_write_1h=17_875, cache_read=79_466, output=2_141)
    cost = SONNET.list_cost(counts)
    session = made_session("sessions/2026/a.md", made_row(counts=counts, list_cost=str(cost)), title="Import")
    page = method_page(site_of(made_ledger(session)))
    found = re.search(r"with claude-sonnet-5: (.*?) ÷ 1,000,000 = ([\d.]+) dollars", words_of(page.body))
    assert found is not None
    factors = re.findall(r"([\d,]+) × ([\d.]+)", found[1])
    assert found[1].startswith("(24 × 3 + 17,875 × 6 + ")
    total = sum(int(number.replace(",", "")) * Decimal(unit) for number, unit in factors)
    assert total / 1_000_000 == Decimal(found[2]) == cost
    stated = made_ledger(made_session("sessions/2026/a.md", made_row(list_cost="9.5")))
    assert "For example" not in words_of(method_page(site_of(stated)).body), "this cost does not follow from prices"


def own_prices() -> Ledger:
    prices = UnitPrices(Decimal(1), None, None, None, Decimal(2), source="override: contract 7")
    override = PriceOverride(("claude-sonnet-5",), date(2026, 1, 1), prices, "contract 7")
    settings = Settings(overrides=(override,), multiplier=Decimal("0.85"))
    found = ledger()
    return replace(found, settings=settings, sessions=tuple(replace(s, publish=True) for s in found.sessions))


def test_what_the_settings_add_is_named_to_the_owner_only() -> None:
    words = words_of(method_page(site_of(own_prices())).body)
    assert "The settings of this ledger multiply every unit price of a new row: × 0.85." in words
    assert "claude-sonnet-5 from 2026-01-01: contract 7" in words
    assert "settings of this ledger" not in words_of(method_page(site_of(ledger())).body)
    public = words_of(method_page(site_of(own_prices(), marked_only=True)).body)
    assert "contract 7" not in public
    hidden = words_of(method_page(site_of(own_prices(), incognito=True)).body)
    assert "contract 7" not in hidden
    assert "0.85" not in hidden
    assert "of a new row: a factor." in hidden


def test_without_amounts_prices_are_multiples_of_the_input() -> None:
    page = method_page(site_of(ledger(), incognito=True))
    assert price_lines(page)[1][1:6] == ["1 × input", "1.25 × input", "2 × input", "0.1 × input", "5 × input"]
    assert not re.search(r"\$\s?\d|\b\d{1,3}(?:,\d{3})+\b|\d\s?[kMG]\b", words_of(page.body))
    assert "some responses unpriced" in words_of(page.body)


def test_the_page_of_an_empty_ledger_needs_no_table() -> None:
    page = method_page(site_of(made_ledger()))
    assert "<table" not in page.body
    assert "Why another tool may say something else" in words_of(page.body)
    assert re.findall(r'<h2 id="([\w-]+)"', page.body) == [
        "counts",
        "list-cost",
        "prices",
        "not-in-it",
        "other-tools",
        "check",
    ]
    assert 'href="../downloads/index.html"' in page.body


def test_foreign_text_is_escaped() -> None:
    row = replace(made_row(model=HOSTILE, list_cost=None), unpriced=HOSTILE)
    session = made_session("sessions/2026/x.md", row, title=HOSTILE, source=Source(HOSTILE))
    stated = replace(
        made_session("sessions/2026/y.md", made_row(model=HOSTILE)), prices={HOSTILE: replace(SONNET, source=HOSTILE)}
    )
    page = method_page(site_of(made_ledger(session, stated)))
    assert "<script" not in page.body
    assert "\x1b" not in page.body
    assert "\u202e" not in page.body
