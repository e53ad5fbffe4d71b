"""The page of a session: what it says at a glance, where its cost comes from, what it would have been otherwise."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sitegen.explaining.charges import cost_by_kind
from sitegen.pages import Page, Site, site_of
from sitegen.pages.session import session_page, session_pages
from sitegen.pages.usage import steps_of
from sitegen.pages.what_if import NO_CACHE, SHORT_WRITES, Otherwise, candidates, ways
from sitegen.prices import PriceBook, PriceOverride, UnitPrices
from sitegen.session import Phase, Session, Source
from sitegen.settings import Settings
from sitegen.tokens import KINDS, PriceContext, TokenCounts, UsageRow
from tests.made_sessions import SONNET, made_ledger, made_row, made_session
from tests.test_pages import HOSTILE, outline, words_of

COUNTS = TokenCounts(input=1_000, cache_write_5m=2_000, cache_write_1h=3_000, cache_read=40_000, output=500)
# At SONNET's prices: 0.003 + 0.0075 + 0.018 + 0.012 + 0.0075.
COST = "0.048"
PATH = "sessions/2026/2026-02-11-jwt.md"


def unit_prices(base: str) -> UnitPrices:
    """Prices in Anthropic's proportions."""
    one = Decimal(base)
    return UnitPrices(one, one * Decimal("1.25"), one * 2, one / 10, one * 5, source="made")


BOOK = PriceBook(
    tuple(
        PriceOverride((name,), date(2026, 1, 1), unit_prices(base), "made")
        for name, base in (("claude-opus-9", "10"), ("claude-sonnet-9", "3"), ("claude-haiku-9", "1"))
    )
)
SETTINGS = Settings(overrides=BOOK.overrides)


def full_row(at: str = "2026-02-11T20:36+01:00", task: str = "Initial prompt") -> UsageRow:
    return made_row(at, counts=COUNTS, list_cost=COST, task=task)


def site_with(*sessions: Session, incognito: bool = False) -> Site:
    return site_of(replace(made_ledger(*sessions), settings=SETTINGS), incognito=incognito)


def page_of(session: Session, *, incognito: bool = False) -> Page:
    site = site_with(session, incognito=incognito)
    return session_page(site, site.sessions[0], None, None)


def section_of(page: Page, name: str) -> str:
    """The words below the heading with this id, up to the next part of the page."""
    end = r"<h2 id=|<p class=\"sg-quiet sg-provenance\"|<nav |\Z"
    found = re.search(rf'<h2 id="{name}">(.*?)(?={end})', page.body, re.DOTALL)
    return words_of(found[1]) if found else ""


def links_of(page: Page) -> dict[str, str]:
    """Where the links of a page lead, by their words."""
    return {words_of(words): url for url, words in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page.body)}


def header_of(page: Page) -> str:
    found = re.search(r"<header .*?</header>", page.body, re.DOTALL)
    assert found is not None
    return words_of(found[0])


def test_the_header_says_what_it_was_and_what_came_of_it() -> None:
    session = replace(
        made_session(
            PATH, full_row(), body="# JWT\n\n## Goals\n\n- [x] Keys\n- [ ] Expiry\n- [x] Tests\n", sample=True
        ),
        focus="tokens instead of cookies",
        phase=Phase("Login", 3, 1, "in progress"),
        code={"files": 1, "added": 1412, "deleted": 0, "tests_added": 14, "coverage": Decimal("91.2")},
    )
    page = page_of(session)
    assert header_of(page) == (
        "shop-api · February 2026 JWT sample complete tokens instead of cookies "
        "When 11 Feb 2026, 20:36 to 21:16 UTC+01:00 Phase 3 Login, part 1, in progress "
        "Outcome 2 of 3 goals met "
        "Code 1 file changed · +1,412 −0 lines · 14 tests added · 91.2 % covered by tests"
    )
    assert '<span style="width:66.7%"></span>' in page.body
    assert page.body.count("<h1>") == 1


def test_the_header_leaves_out_what_is_not_known() -> None:
    session = replace(made_session(PATH, started=None, active=None), state="")
    assert header_of(page_of(session)) == "shop-api · Without a date JWT"
    assert "None" not in page_of(session).body


def test_a_session_that_ends_on_another_day_and_one_without_an_end() -> None:
    session = made_session(PATH, started="2026-02-11T23:50:00+01:00")
    assert "When 11 Feb 2026, 23:50 to 12 Feb 2026 00:30 UTC+01:00" in header_of(page_of(session))
    assert "When 11 Feb 2026, 23:50 to … UTC+01:00" in header_of(page_of(replace(session, ended=None)))


def test_what_was_written_comes_before_the_facts_and_the_figures() -> None:
    session = made_session(PATH, full_row(), body="## Decisions\n\nUse RS256.\n", branch="feat/jwt")
    words = words_of(page_of(session).body)
    order = [
        "When 11 Feb",
        "List cost $0.0480",
        "Use RS256.",
        "Branch feat/jwt",
        "Usage Time",
        "Where the cost comes from",
    ]
    places = [words.index(part) for part in (*order, "Token mix", "What if")]
    assert places == sorted(places)


def test_facts_link_to_models_tags_and_the_project() -> None:
    session = replace(
        made_session(PATH, full_row(), tags=("auth", "auth", "big job")),
        estimate=Decimal("0.04"),
        billed=Decimal("0.05"),
        ratings={"session": 8},
        quality={"rework": "minor"},
    )
    page = page_of(session)
    words = words_of(page.body)
    assert "Tags auth big job Rework minor Session rating 8 / 10" in words
    assert "Estimate $0.0400, 120 % of it spent, efficient Billed $0.0500 Project so far 1 session , $0.0480" in words
    found = links_of(page)
    assert found["claude-sonnet-5"] == "../models/claude-sonnet-5.html"
    assert (found["auth"], found["big job"]) == ("../tags/auth.html", "../tags/big-job.html")
    assert found["shop-api"] == found["1 session"] == "../projects/shop-api.html"
    assert found["List cost $0.0480 $0.0960 an hour"] == "#breakdown"
    assert found["Requests 2 in 1 interaction"] == "#usage"


def test_links_within_the_page_lead_to_its_headings() -> None:
    for session in (made_session(PATH, full_row()), made_session(PATH)):
        found = outline(page_of(session))
        assert {url[1:] for url in found.links if url.startswith("#")} <= set(found.ids)
        assert found.balanced
        assert len(found.ids) == len(set(found.ids))


def test_a_chart_of_the_cost_needs_two_interactions() -> None:
    title = "List cost along the session"
    rows = (full_row(), full_row(task="Another"))
    assert title in words_of(page_of(made_session(PATH, *rows)).body)
    one = (full_row(), replace(full_row(), model="claude-haiku-4-5", list_cost=Decimal("0.1")))
    page = page_of(made_session(PATH, *one))
    assert title not in words_of(page.body)
    assert "in 1 interaction" in words_of(page.body)


def test_the_chart_has_a_step_for_each_interaction_in_order() -> None:
    later = "2026-02-11T20:50+01:00"
    rows = (
        full_row(),
        replace(full_row(), model="claude-haiku-4-5", list_cost=Decimal("0.1")),
        replace(full_row(later, "Unpriced"), list_cost=None),
        full_row("2026-02-12T00:10+01:00", "Past midnight"),
    )
    steps = steps_of(made_session(PATH, *rows))
    assert [(step.label, step.words, step.cost, step.floor) for step in steps] == [
        ("20:36", "Initial prompt", Decimal("0.148"), False),
        ("20:50", "Unpriced", None, False),
        ("12 Feb 2026 00:10", "Past midnight", Decimal("0.048"), False),
    ]


def test_usage_leaves_out_kinds_that_were_never_used() -> None:
    counts = TokenCounts(output=7)
    usage = section_of(page_of(made_session(PATH, made_row(counts=counts))), "usage")
    assert "List cost Requests Input Output" in usage
    assert "Total 7 tokens $0.0213 2 0 7" in usage


def test_usage_counts_web_searches() -> None:
    row = replace(full_row(), web_searches=1, notes="see #3")
    assert "claude-sonnet-5 1 web search see #3" in section_of(page_of(made_session(PATH, row)), "usage")
    hidden = section_of(page_of(made_session(PATH, row), incognito=True), "usage")
    assert "claude-sonnet-5 web searches see #3" in hidden


def test_the_breakdown_names_each_price_its_source_and_its_day() -> None:
    row = replace(full_row(), web_searches=2, list_cost=Decimal("0.068"))
    page = page_of(made_session(PATH, row))
    assert section_of(page, "breakdown") == (
        "Where the cost comes from Model Kind Tokens Unit price List cost Price from "
        "claude-sonnet-5 Input 1,000 $3.00 per million $0.003 genai-prices 0.2.3 price of 11 Feb 2026 "
        "Cache write 5m 2,000 $3.75 per million $0.0075 "
        "Cache write 1h 3,000 $6.00 per million $0.018 "
        "Cache read 40,000 $0.30 per million $0.012 "
        "Output 500 $15.00 per million $0.0075 "
        "Web searches 2 $0.01 each $0.02 "
        "Total 46,500 $0.068 "
        "List cost is tokens times the price published for that day. It is not an invoice."
    )
    assert page.body.count('rowspan="6"') == 2


def test_unpriced_rows_stand_in_the_breakdown_and_are_no_part_of_a_what_if() -> None:
    unpriced = replace(made_row(model="made-up", list_cost=None), unpriced="no price of made-up is known")
    page = page_of(made_session(PATH, full_row(), unpriced))
    assert "made-up Input 100 — unpriced — Cache read 20,000 — unpriced Output 1,000 — unpriced" in section_of(
        page, "breakdown"
    )
    assert "Total 67,600 ≥ $0.048" in section_of(page, "breakdown")
    what_if = section_of(page, "what-if")
    assert "As it was ≥ $0.0480 — — Without the cache ≥ $0.1455 +$0.0975 +203.1 %" in what_if
    assert "Responses without a price are left out of every line." in what_if
    assert 'title="no price of made-up is known"' in page.body


def test_nothing_to_compare_without_a_price_or_without_rows() -> None:
    assert section_of(page_of(made_session(PATH, made_row(model="made-up", list_cost=None))), "what-if") == ""
    page = page_of(made_session(PATH))
    assert not re.search("<h2|<svg|<table", page.body)


def test_the_token_mix_says_what_costs_most() -> None:
    page = page_of(made_session(PATH, full_row()))
    mix = section_of(page, "mix")
    # 3,000 of 46,500 tokens and 0.018 of 0.048 USD.
    assert "Cache write 1h was 6 % of the tokens and 38 % of the list cost." in mix
    by_tokens, by_cost = mix.split("By tokens")[1].split("By list cost")
    assert [by_tokens.count(words) for words in ("40,000", "500", "Cache read", "Output")] == [1, 1, 1, 1]
    assert [by_cost.count(words) for words in ("$0.0120", "$0.0180", "Cache read", "Output")] == [1, 1, 1, 1]


def test_the_token_mix_of_one_kind_says_nothing() -> None:
    assert section_of(page_of(made_session(PATH, made_row(counts=TokenCounts(output=500)))), "mix") == ""


@given(
    st.lists(
        st.tuples(st.tuples(*[st.integers(0, 10**9)] * len(KINDS)), st.integers(0, 50), st.sampled_from(["", "fast"])),
        max_size=5,
    )
)
def test_the_parts_of_the_mix_add_up_to_the_total(rows: list[tuple[tuple[int, ...], int, str]]) -> None:
    made = []
    for numbers, searches, speed in rows:
        counts = TokenCounts(*numbers)
        row = replace(made_row(counts=counts), web_searches=searches, context=PriceContext(speed))
        made.append(replace(row, list_cost=SONNET.list_cost(counts, searches)))
    # The file states no prices for the fast ones.
    session = made_session(PATH, *made)
    found = cost_by_kind(session)
    assert sum(found.values(), Decimal()) == session.totals.list_cost
    assert set(found) <= {*KINDS, "web_search", ""}


def test_costs_without_stated_unit_prices_have_a_part_of_their_own() -> None:
    session = made_session(PATH, full_row(), replace(full_row(), model="claude-haiku-9", list_cost=Decimal("1.5")))
    assert cost_by_kind(session)[""] == Decimal("1.5")
    assert "Without unit prices" in section_of(page_of(session), "mix")


def test_what_ifs_worked_out_by_hand() -> None:
    """Opus: 0.01 + 0.025 + 0.06 + 0.04 + 0.025, Haiku a tenth. No cache: 46,000 × $3 and 500 × $15."""
    session = made_session(PATH, full_row())
    assert ways(session, candidates(["claude-sonnet-5"], BOOK), BOOK) == (
        Otherwise(NO_CACHE, Decimal("0.1455"), Decimal("0.1455")),
        Otherwise(SHORT_WRITES, Decimal("0.04125"), Decimal("0.04125")),
        Otherwise("claude-opus-9", Decimal("0.16"), Decimal("0.16"), "claude-opus-9"),
        Otherwise("claude-sonnet-9", Decimal("0.048"), Decimal("0.048"), "claude-sonnet-9"),
        Otherwise("claude-haiku-9", Decimal("0.016"), Decimal("0.016"), "claude-haiku-9"),
    )
    assert section_of(page_of(session), "what-if") == (
        "What if The same tokens List cost Difference Change "
        "As it was $0.0480 — — "
        "Without the cache $0.1455 +$0.0975 +203.1 % "
        "Cache writes that last 5 minutes $0.0413 −$0.0068 −14.1 % "
        "claude-opus-9 $0.1600 +$0.1120 +233.3 % "
        "claude-sonnet-9 $0.0480 the same 0 % "
        "claude-haiku-9 $0.0160 −$0.0320 −66.7 % "
        "The counts are those of this session, only their prices change. "
        "Another model would have counted its tokens in its own way and taken other steps. "
        "Its price is the list price of 11 Feb 2026, even where it came out later. "
        "Entries that last 5 minutes may run out in a break and then be written again: that is not counted."
    )


def test_a_cost_that_was_rounded_by_hand_changes_by_what_the_cache_saved() -> None:
    session = made_session(PATH, replace(full_row(), list_cost=Decimal("0.05")))
    assert [way.low for way in ways(session, {}, BOOK)] == [Decimal("0.1475"), Decimal("0.04325")]


def test_a_model_of_the_session_keeps_the_cost_of_its_own_rows() -> None:
    """A million tokens of output each: the part that Sonnet did stays at what the file says, $15."""
    counts = TokenCounts(output=1_000_000)
    session = made_session(
        PATH,
        made_row(counts=counts, list_cost="15"),
        made_row(counts=counts, list_cost="5", model="claude-haiku-9"),
    )
    found = {way.model: way.low for way in ways(session, candidates(["claude-sonnet-5", "claude-haiku-9"], BOOK), BOOK)}
    assert found == {
        "claude-sonnet-5": Decimal(25),  # 15 + the list price of $10
        "claude-haiku-9": Decimal(10),  # 5 + 5
        "claude-opus-9": Decimal(100),
        "claude-sonnet-9": Decimal(30),
    }


def test_a_price_that_depends_on_the_length_of_prompts_gives_a_range() -> None:
    """Haiku 5.5 costs five times as much above 100,000 tokens of one prompt."""
    book = PriceBook()
    counts = TokenCounts(input=150_000, output=1_000)
    only = {"claude-haiku-5-5": "claude-haiku-5-5"}

    def found(requests: int, counts: TokenCounts = counts) -> Otherwise:
        return ways(made_session(PATH, made_row(requests=requests, counts=counts)), only, book)[-1]

    name, low, high = "claude-haiku-5-5", Decimal("0.0155"), Decimal("0.0775")
    assert found(2) == Otherwise(name, low, high, name)
    assert found(1) == Otherwise(name, high, high, name)
    assert found(2, replace(counts, input=100_000)) == Otherwise(name, Decimal("0.0105"), Decimal("0.0105"), name)


def test_a_range_is_shown_with_both_ends() -> None:
    session = made_session(PATH, made_row(counts=TokenCounts(input=150_000, output=1_000), list_cost="0.465"))
    site = site_of(made_ledger(session))
    words = section_of(session_page(site, session, None, None), "what-if")
    assert "claude-haiku-5-5 $0.0155 to $0.0775 −$0.4495 to −$0.3875 −96.7 % to −83.3 %" in words
    assert "A range stands where the price depends on how long each prompt was" in words


def test_prices_are_those_of_each_row_s_own_day_and_context() -> None:
    """Sonnet 5.5 read from the cache at 0.20 until 2026-10-06 and at 0.10 from then on; a batch costs half."""
    counts = TokenCounts(cache_read=1_000_000)
    only = {"claude-sonnet-5-5": "claude-sonnet-5-5"}
    rows = [made_row(f"2026-10-0{day}T12:00+00:00", "claude-sonnet-5", "0.3", counts=counts) for day in (6, 7)]
    batch = replace(rows[1], context=PriceContext(tier="batch"))
    found = [ways(made_session(PATH, *some), only, PriceBook())[-1].low for some in (rows, rows[:1], [batch])]
    assert found == [Decimal("0.30"), Decimal("0.20"), Decimal("0.05")]


def test_what_has_no_price_there_is_no_what_if() -> None:
    timeless = made_session(PATH, made_row(None, counts=COUNTS, list_cost=COST), started=None)
    assert [way.name for way in ways(timeless, candidates([], BOOK), BOOK)] == [NO_CACHE, SHORT_WRITES]
    # Claude 2 has no price for a cache, and the row's own prices are not stated.
    unknown = made_session(PATH, replace(full_row(), model="made-up"))
    assert ways(unknown, {"claude-2": "claude-2", "made-up": "made-up", "x": "no-such-model"}, PriceBook()) == ()
    no_cache = made_session(PATH, made_row(counts=TokenCounts(input=5, output=5)))
    assert ways(no_cache, {}, BOOK) == ()


def test_models_to_compare_with() -> None:
    used = ["claude-opus-9[1m]", "none", "gpt-9", "claude-opus-9", *(f"claude-fable-5-{n}" for n in (2, 1))]
    assert list(candidates(used, BOOK).values()) == [
        "claude-opus-9[1m]",
        "claude-fable-5-2",
        "claude-fable-5-1",
        "claude-sonnet-9",
        "claude-haiku-9",
    ]
    assert list(candidates([], PriceBook()).values()) == ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]
    many = [
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-sonnet-5",
        "claude-sonnet-4-6",
        "claude-haiku-4-5",
        "claude-fable-5",
    ]
    assert "claude-fable-5" not in candidates(many, PriceBook())


def test_incognito_shows_relations_only() -> None:
    row = replace(full_row(), tools={"Read": 4}, requests=777)
    session = replace(
        made_session(PATH, row, full_row(task="Second"), body="Spent $12.34 on it.", source=Source("claude-code")),
        estimate=Decimal("0.4"),
        billed=Decimal("0.3"),
    )
    page = page_of(session, incognito=True)
    assert not re.search(r"[$]\d|46,500|40,000|777|93,000", page.body)
    assert section_of(page, "what-if").startswith(
        "What if The same tokens Change As it was — Without the cache +203.1 % Cache writes that last 5 minutes "
        "−14.1 % claude-opus-9 +233.3 % claude-sonnet-9 0 % claude-haiku-9 −66.7 %"
    )
    assert "Estimate 24 % of it spent, efficient Project so far" in words_of(page.body)
    assert "Billed" not in words_of(page.body)
    assert "2 × input" in section_of(page, "breakdown")


def test_hostile_text_stays_text() -> None:
    row = replace(full_row(task=HOSTILE), model=HOSTILE, notes=HOSTILE, tools={HOSTILE: 1})
    session = replace(
        made_session(PATH, row, replace(row, task=HOSTILE * 2), title=HOSTILE, project=HOSTILE, tags=(HOSTILE,)),
        prices={HOSTILE: replace(SONNET, source=HOSTILE), row.price_key: replace(SONNET, source=HOSTILE)},
        focus=HOSTILE,
        state=HOSTILE,
        phase=Phase(HOSTILE, state=HOSTILE),
        code={HOSTILE: Decimal(1)},
        body=HOSTILE,
    )
    site = site_with(session, replace(session, path="sessions/2026/2026-02-12-x.md"))
    for page in session_pages(site):
        found = outline(page)
        assert not {"script", "img", "@onerror"} & found.names
        assert "\x1b" not in page.body
        assert "\u202e" not in page.body
        assert found.balanced


def test_a_long_title_is_shown_whole() -> None:
    title = "Long " * 60 + "Unbroken" * 30
    page = page_of(made_session(PATH, full_row(), title=title))
    assert page.title == title
    assert title.strip() in header_of(page)


def test_neighbours_are_links_that_say_where_they_lead() -> None:
    sessions = tuple(
        made_session(f"sessions/2026/2026-02-1{day}-s.md", full_row(), title=f"Session {day}") for day in (1, 2, 3)
    )
    first, middle, last = session_pages(site_with(*sessions))
    assert (middle.previous, middle.next) == (first.uri, last.uri)
    assert re.findall(r'<a href="([^"]*)" rel="(\w+)"', middle.body) == [
        ("2026-02-11-s.html", "prev"),
        ("2026-02-13-s.html", "next"),
    ]
    assert "Before in this project Session 1 11 Feb 2026 After in this project Session 3" in words_of(middle.body)
    assert "Before in this project" not in first.body
    assert "After in this project" not in last.body
    assert "<nav" not in page_of(sessions[0]).body


def test_one_page_alone_is_the_same_as_among_all() -> None:
    sessions = tuple(made_session(f"sessions/2026/2026-02-1{day}-s.md", full_row()) for day in (1, 2))
    site = site_with(*sessions)
    alone = (session_page(site, sessions[0], None, sessions[1]), session_page(site, sessions[1], sessions[0], None))
    assert tuple(session_pages(site)) == alone
    assert [page.body for page in session_pages(site)] == [page.body for page in alone]


def made_page(*sessions: Session, settings: Settings = SETTINGS, incognito: bool = False) -> Page:
    """Of the first session by its path, among others."""
    site = site_of(replace(made_ledger(*sessions), settings=settings), incognito=incognito)
    return next(page for page in session_pages(site) if page.source == PATH)


def test_a_page_changes_with_what_it_shows_and_with_nothing_else() -> None:
    session = made_session(PATH, full_row(), body="See [it](2026-02-12-s.md).", tags=("a",))
    later = made_session(
        "sessions/2026/2026-02-12-s.md", full_row(), title="Later", started="2026-02-12T10:00:00+01:00"
    )
    page = made_page(session, later)
    others = (
        made_page(session),
        made_page(session, replace(later, title="Renamed")),
        made_page(session, replace(later, project="elsewhere")),
        made_page(session, replace(later, rows=(full_row(), replace(made_row(), model="claude-opus-9")))),
        made_page(replace(session, rows=(*session.rows, full_row())), later),
        made_page(replace(later, path="sessions/2026/2026-02-10-s.md"), session, later),
        made_page(session, later, settings=Settings()),
        made_page(session, later, settings=replace(SETTINGS, multiplier=Decimal("0.9"))),
        made_page(session, later, incognito=True),
    )
    assert page == made_page(session, later)
    for other in others:
        assert other.body != page.body
        assert other != page
    unseen = made_page(session, replace(later, focus="something else", body="# Words"))
    assert (unseen, unseen.body) == (page, page.body)


def test_the_line_about_where_numbers_come_from() -> None:
    source = Source("claude-code", ("258c7280-ae70",), output="at least", reported_cost=Decimal("0.05"))
    page = page_of(made_session(PATH, full_row(), source=source))
    assert (
        "Numbers from a Claude Code transcript; output counts are lower bounds; prices from genai-prices 0.2.3; "
        f"the agent itself reported $0.05. Session file: {PATH}"
    ) in words_of(page.body)
    assert "258c7280" not in page.body


def test_requests_that_nobody_counted_are_not_zero() -> None:
    typed = replace(full_row(task="Asked elsewhere"), manual=True, requests=0)
    words = words_of(section_of(page_of(made_session(PATH, typed, made_row(requests=4))), "usage"))
    (cells,) = re.findall(r"Asked elsewhere.*?typed by hand (.*?) 20:36", words)
    assert " — " in f" {cells} "
    assert " 0 " not in f" {cells} "
