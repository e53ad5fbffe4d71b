"""The pages of decisions, open loops, tags, projects and models."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest

from sitegen.ledger import Ledger
from sitegen.pages import Page, pages_of, site_of
from sitegen.pages.addresses import url_of
from sitegen.pages.decisions import MOST_DECISIONS, decided, decisions_page, shortened
from sitegen.pages.loops import loops_page
from sitegen.pages.models import model_pages, models_page
from sitegen.pages.newest import MOST_SESSIONS, cache_trend, cost_trend
from sitegen.pages.projects import project_pages, projects_page
from sitegen.pages.sessions import sessions_page
from sitegen.pages.tags import tag_pages, tags_page
from sitegen.pages.unit_prices import paid_prices
from sitegen.pages.yields import yields_of
from sitegen.rollups import newest_first
from sitegen.session import Session
from sitegen.tokens import PriceContext, TokenCounts
from tests.made_sessions import SONNET, made_ledger, made_row, made_session

HOSTILE = '</title><script>alert("1")</script><img src=x onerror=alert(2)>&lt;\x1b\u202e'

JWT = made_session(
    "sessions/2026/2026-02-11-jwt.md",
    made_row(list_cost="2"),
    title="JWT",
    tags=("auth", "security"),
    body=(
        "## Key Accomplishments\n- [x] Tokens\n- [x] Tests\n- [ ] Clients told\n"
        "## Technical Decisions Made\n1. **RS256, not `HS256`**: only one may sign\n2. **No leeway**: clocks agree\n"
        "## Questions for Next Session\n- [ ] How do we roll **keys**?\n- [ ] Rate limits?\n"
    ),
)
CLOCKS = made_session(
    "sessions/2026/2026-03-02-clocks.md",
    made_row("2026-03-02T10:00+01:00", list_cost="0.5"),
    title="Clocks",
    tags=("auth",),
    started="2026-03-02T10:00:00+01:00",
    body=(
        "## Next Steps Carried Over\n- [ ] How do we roll keys?\n- [x] Rate limits?\n"
        "## Decisions\n- **Five minutes**: supersedes [JWT](2026-02-11-jwt.md) #2\n"
    ),
)
DOCS = made_session(
    "sessions/2026/2026-03-04-docs.md",
    title="Docs",
    project="docs",
    started="2026-03-04T10:00:00+01:00",
    active=None,
    body="## Action Items\n- [ ] Write the index\n",
)
LEDGER = made_ledger(JWT, CLOCKS, DOCS)


def pages(ledger: Ledger = LEDGER, *, incognito: bool = False) -> dict[str, Page]:
    """Of the groups alone."""
    site = site_of(ledger, incognito=incognito)
    singles = (decisions_page(site), loops_page(site), tags_page(site), projects_page(site), models_page(site))
    return {page.uri: page for page in (*singles, *tag_pages(site), *project_pages(site), *model_pages(site))}


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


class Places(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.names: set[str] = set()
        self.feed(page.body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(f"@{name}" for name, _ in attrs)}
        self.links += [value for name, value in attrs if name == "href" and value]
        self.ids += [value for name, value in attrs if name == "id" and value]


NARROWED = re.compile("(project|model|tag)=.")


def dead_links(found: dict[str, Page]) -> Iterator[tuple[str, str]]:
    """Links within the site that name no page, or no id of the page they name."""
    at = {normpath("/" + url_of(uri)): Places(page) for uri, page in found.items()}
    for uri, page in found.items():
        here = "/" + url_of(uri)
        for target in Places(page).links:
            path, _, anchor = target.partition("#")
            where = normpath(join(dirname(here), unquote(path))) if path else normpath(here)
            known = where in at and (not anchor or unquote(anchor) in at[where].ids or NARROWED.match(anchor))
            if not known and not path.endswith((".csv", ".json", ".xml")):
                yield uri, target


GROUPS = frozenset({"decisions", "loops", "tags", "tag", "projects", "project", "models", "model"})


@pytest.mark.parametrize("ledger", [LEDGER, made_ledger()], ids=["small", "empty"])
def test_every_link_of_these_pages_leads_somewhere(ledger: Ledger) -> None:
    found = {page.uri: page for page in pages_of(site_of(ledger))}
    dead = [place for place in dead_links(found) if found[place[0]].kind in GROUPS]
    assert dead == []


def test_the_page_of_decisions() -> None:
    page = pages()["decisions/index.md"]
    assert words_of(page.body) == (
        "11 Feb 2026 to 2 Mar 2026 Decisions "
        "Decisions 3 in 2 sessions Superseded 1 by a later decision "
        "List cost of their sessions $2.50 with all other work in them "
        "A decision has no cost of its own: the amount beside it is that of the whole session it was made in. "
        "March 2026 Decided List cost "
        "Five minutes supersedes JWT #2 Replaces No leeway (11 Feb 2026) 2 Mar 2026 · Clocks · shop-api $0.5000 "
        "February 2026 Decided List cost "
        "RS256, not HS256 only one may sign "
        "No leeway superseded clocks agree Replaced by Five minutes (2 Mar 2026) "
        "11 Feb 2026 · JWT · shop-api $2.00 "
        "List cost is tokens times the price published for that day. It is not an invoice."
    )
    assert (page.description, page.words) == (
        "3 decisions, the newest first",
        "Five minutes · RS256, not HS256 · No leeway",
    )


def test_what_was_replaced_and_what_replaced_it_link_to_each_other() -> None:
    body = pages()["decisions/index.md"].body
    assert '<li id="d-2026_2026-02-11-jwt-2" class="sg-superseded">' in body
    assert '<a href="#d-2026_2026-02-11-jwt-2">No leeway</a>' in body
    assert '<a href="#d-2026_2026-03-02-clocks-1">Five minutes</a>' in body
    project = pages()["projects/shop-api.md"].body
    assert '<a href="../decisions/index.html#d-2026_2026-03-02-clocks-1">Five minutes</a>' in project
    assert 'id="d-' not in project


def test_an_old_decision_is_found_in_its_session() -> None:
    many = "## Decisions\n" + "".join(f"- Choice {number}\n" for number in range(MOST_DECISIONS))
    ledger = made_ledger(JWT, replace(CLOCKS, body=CLOCKS.body + many))
    page = pages(ledger)["decisions/index.md"]
    assert "3 older decisions are on the pages of their sessions." in words_of(page.body)
    assert '<a href="../2026/2026-02-11-jwt.html">No leeway</a> (11 Feb 2026)' in page.body
    assert page.body.count('id="d-') == MOST_DECISIONS
    assert len(page.words) <= 2_000
    assert "473 older ones among all decisions" in words_of(pages(ledger)["projects/shop-api.md"].body)


def test_the_page_of_open_loops() -> None:
    page = pages()["loops/index.md"]
    assert words_of(page.body) == (
        "as of 4 Mar 2026 Open loops "
        "Open loops 2 in 2 projects Oldest 21 days shop-api Questions 1 and 1 thing to do "
        "Carried over 1 into a later session "
        "shop-api Still open Age "
        "How do we roll keys? question from JWT · 11 Feb 2026 · carried once, last in Clocks 21 days "
        "docs Still open Age Write the index action item from Docs · 4 Mar 2026 today "
        "A loop is an unticked box below a heading such as Questions, Next Session or Action Items. "
        "A ticked box with the same words, in a later session of the project, closes it. "
        "Ages count to the day of the newest session."
    )
    assert page.words == "How do we roll keys? · Write the index"
    assert page.description == "2 open loops, the oldest first"


def test_a_loop_without_a_date_has_no_age() -> None:
    undated = replace(DOCS, started=None)
    assert "action item from Docs no date" in words_of(pages(made_ledger(JWT, undated))["loops/index.md"].body)


def test_many_loops_of_a_project_are_cut_and_counted() -> None:
    asked = "## Questions\n" + "".join(f"- [ ] Question {number}?\n" for number in range(203))
    found = pages(made_ledger(replace(DOCS, body=asked)))
    words = words_of(found["loops/index.md"].body)
    assert "Question 199?" in words
    assert "Question 200?" not in words
    assert "3 younger loops are on the pages of their sessions." in words
    assert "193 younger ones among all open loops ." in words_of(found["projects/docs.md"].body)


def test_empty_pages_say_so() -> None:
    empty = pages(made_ledger())
    assert words_of(empty["decisions/index.md"].body).startswith("Decisions No decisions yet.")
    assert words_of(empty["loops/index.md"].body).startswith("Open loops No sessions yet.")
    assert words_of(empty["tags/index.md"].body).startswith("Tags No tags yet.")
    assert words_of(empty["projects/index.md"].body) == "Projects No sessions yet."
    assert words_of(empty["models/index.md"].body) == "Models No model was used yet."
    plain = pages(made_ledger(made_session()))
    assert "Nothing is open." in words_of(plain["loops/index.md"].body)
    assert "Nothing is open in this project." in words_of(plain["projects/shop-api.md"].body)
    assert "No decision is written down in this project." in words_of(plain["projects/shop-api.md"].body)


def test_tags() -> None:
    found = pages()
    index = words_of(found["tags/index.md"].body)
    assert index.startswith(
        "2 tags Tags auth $2.50 security $2.00 Tag Sessions Active Tokens List cost auth 2 1:00 42.2 k"
    )
    assert "without a tag 1 — — —" in index
    assert "counts in full under each of them, so these lines add up to more than the ledger" in index
    auth = words_of(found["tags/auth.md"].body)
    assert auth.startswith("Tags · 11 Feb 2026 to 2 Mar 2026 auth List cost $2.50")
    assert "Together with security 1" in auth
    assert "Sessions 2 in 1 project" in auth
    assert found["tags/auth.md"].parent == "tags/index.md"
    assert "Together with" not in words_of(pages(made_ledger(CLOCKS))["tags/auth.md"].body)


def test_what_a_project_cost_for_each_thing_it_gave() -> None:
    told = replace(JWT, code={"added": 90, "deleted": 10, "files": 3})
    untimed = replace(CLOCKS, active=None)
    known = {each.name: (each.list_cost, each.of, each.floor) for each in yields_of((told, untimed, DOCS))}
    assert known == {
        "session": (Decimal("1.25"), "2 sessions", False),
        "active hour": (Decimal(4), "0:30 hours, in 1 of 2 sessions", False),
        "changed line": (Decimal("0.02"), "100 lines, in 1 of 2 sessions", False),
        "met goal": (Decimal(1), "2 of 3 goals met, in 1 of 2 sessions", False),
    }
    words = words_of(pages(made_ledger(told, CLOCKS))["projects/shop-api.md"].body)
    assert "List cost per changed line $0.0200 100 lines, in 1 of 2 sessions" in words


def test_what_is_not_known_is_left_out() -> None:
    unpriced = replace(JWT, rows=(made_row(list_cost=None),), active=None, code={"files": 3}, body="")
    assert yields_of((unpriced, DOCS)) == ()
    assert "What it cost to get there" not in words_of(pages(made_ledger(unpriced))["projects/shop-api.md"].body)
    partly = replace(CLOCKS, rows=(*CLOCKS.rows, made_row(list_cost=None)), body="")
    assert [(each.name, each.floor) for each in yields_of((partly,))] == [("session", True), ("active hour", True)]
    assert "List cost per session ≥ $0.5000" in words_of(pages(made_ledger(partly))["projects/shop-api.md"].body)


def test_a_project_page_has_its_loops_and_decisions() -> None:
    words = words_of(pages()["projects/shop-api.md"].body)
    assert "Open loops Still open Age How do we roll keys?" in words
    assert "Write the index" not in words
    assert "RS256, not HS256" in words
    assert "2 Mar 2026 · Clocks $0.5000" in words
    index = words_of(pages()["projects/index.md"].body)
    assert "shop-api 2 Mar 2026 2 1 1:00 $2.50 $2.50 an hour" in index
    assert "docs 4 Mar 2026 1 1 — —" in index


def many_sessions(number: int) -> list[Session]:
    began = datetime.fromisoformat("2026-01-01T10:00:00+01:00")
    return [
        replace(CLOCKS, path=f"sessions/2026/{at:04}.md", title=f"S{at}", started=began + timedelta(days=at), body="")
        for at in range(number)
    ]


def test_a_long_list_of_sessions_is_cut_and_leads_to_the_rest() -> None:
    sessions = [replace(session, project="a b/c#d") for session in many_sessions(MOST_SESSIONS + 1)]
    (page,) = [page for page in pages(made_ledger(*sessions)).values() if page.kind == "project"]
    words = words_of(page.body)
    assert "The newest 200 of 201 sessions, and their sums. The rest are on the page of all sessions ." in words
    assert 'href="../all/index.html#project=a%20b%2Fc%23d"' in page.body
    assert ">S200<" in page.body
    assert ">S0<" not in page.body
    tag = pages(made_ledger(*sessions))["tags/auth.md"].body
    assert 'href="../all/index.html#tag=auth"' in tag


LISTED = re.compile(r'href="\.\./all/index\.html#(\w+)=([^"]*)"')
CHOICE = re.compile(r'<option value="([^"]+)">[^<]* \((\d+)\)</option>')


def test_groups_lead_to_the_list_narrowed_to_their_sessions() -> None:
    tagged = replace(CLOCKS, path="sessions/2026/c.md", project="a & b", tags=('x"y=z', "auth"))
    ledger = made_ledger(JWT, CLOCKS, DOCS, tagged, *(replace(DOCS, path=f"sessions/2026/{at}.md") for at in range(6)))
    bar = sessions_page(site_of(ledger)).body
    choices = {
        facet: {unescape(key): int(number) for key, number in CHOICE.findall(options)}
        for facet, options in re.findall(r'data_?-?facet="(\w+)"[^>]*>(.*?)</select>', bar)
    }
    led = {}
    for page in pages(ledger).values():
        if page.kind in ("project", "tag", "model"):
            ((facet, key),) = {(facet, unquote(unescape(key))) for facet, key in LISTED.findall(page.body)}
            assert facet == page.kind
            assert key == page.title
            led[facet, key] = choices[facet][key]
    assert led == {
        ("project", "a & b"): 1,
        ("project", "docs"): 7,
        ("project", "shop-api"): 2,
        ("tag", "auth"): 3,
        ("tag", "security"): 1,
        ("tag", 'x"y=z'): 1,
        ("model", "claude-sonnet-5"): 3,
    }
    assert "Sort and filter these 7 sessions" in pages(ledger)["projects/docs.md"].body
    assert "Sort and filter" not in pages(ledger)["projects/shop-api.md"].body


def test_sessions_without_a_day_come_last() -> None:
    undated = replace(JWT, started=None)
    assert newest_first((undated, JWT, CLOCKS)) == [CLOCKS, JWT, undated]


def test_trends() -> None:
    site = site_of(LEDGER)
    each = words_of(str(cost_trend(site, (JWT, CLOCKS), "t")))
    assert each.startswith("List cost of each session")
    assert "11 Feb 2026 $2.00" in each
    many = many_sessions(61)
    averages = words_of(str(cost_trend(site_of(made_ledger(*many)), many, "t")))
    assert averages.startswith("List cost of a session, average by month")
    assert "Jan 2026 $0.5000" in averages
    assert "100 %" in words_of(str(cache_trend((JWT, CLOCKS), "t")))
    assert cost_trend(site, (JWT,), "t") is None
    unpriced = replace(CLOCKS, rows=(made_row(list_cost=None),))
    gap = words_of(str(cost_trend(site, (JWT, CLOCKS, replace(unpriced, path="sessions/2026/u.md")), "t")))
    assert "unpriced" in gap
    assert "$0.0000" not in gap


def test_the_prices_that_were_paid() -> None:
    cheaper = replace(SONNET, cache_read=Decimal("0.1"), source="price list 2")
    later = replace(CLOCKS, prices={"claude-sonnet-5": cheaper})
    fast = replace(made_row(), context=PriceContext(speed="fast"))
    with_fast = replace(JWT, rows=(*JWT.rows, fast), prices={**JWT.prices, "claude-sonnet-5 fast": cheaper})
    again = replace(later, path="sessions/2026/again.md", started=datetime.fromisoformat("2026-03-09T10:00+01:00"))
    found = paid_prices((with_fast, later, again))
    assert [(each.context, each.prices.source, each.sessions, str(each.first), str(each.last)) for each in found] == [
        ("", "price list 2", 2, "2026-03-02", "2026-03-09"),
        ("", "genai-prices 0.2.3", 1, "2026-02-11", "2026-02-11"),
        ("fast", "price list 2", 1, "2026-02-11", "2026-02-11"),
    ]
    words = words_of(pages(made_ledger(with_fast, later, again))["models/claude-sonnet-5.md"].body)
    assert "2 Mar 2026 to 9 Mar 2026 $3.00 $3.75 $6.00 $0.10 $15.00 2 price list 2" in words
    assert "11 Feb 2026 fast $3.00 $3.75 $6.00 $0.10 $15.00 1 price list 2" in words
    assert "USD per million tokens, as the sessions hold it." in words


def test_a_model_says_its_share_and_what_is_not_known() -> None:
    other = made_row("2026-03-02T10:00+01:00", "made-up", None, requests=3)
    cheap = made_row("2026-03-02T10:00+01:00", "cheap", "0.5", counts=TokenCounts(input=100))
    found = pages(made_ledger(JWT, replace(CLOCKS, rows=(other, cheap))))
    sonnet = words_of(found["models/claude-sonnet-5.md"].body)
    assert "List cost $2.00 80 % of all list cost Tokens 21.1 k 5 % of them output" in sonnet
    assert "Read from the cache 100 % of what the model read" in sonnet
    unknown = words_of(found["models/made-up.md"].body)
    assert "List cost unpriced 3 responses unpriced" in unknown
    assert "No price is known for this model." in unknown
    assert "Costs were written down without unit prices." in words_of(found["models/cheap.md"].body)
    index = words_of(found["models/index.md"].body)
    assert "made-up 1 21.1 k 100 % unpriced —" in index
    assert "cheap 1 100 0 % $0.5000 20 %" in index


def test_incognito_shows_shares_only() -> None:
    costly = replace(
        JWT,
        title="Saved $1,234",
        tags=("auth", "$1,234"),
        code={"added": 90},
        body=JWT.body + "- [ ] Why did it cost $17.25?\n\n## Decisions\n- **Spend $99**: it was 1.5 M tokens\n",
    )
    for page in pages(made_ledger(costly, CLOCKS, DOCS), incognito=True).values():
        if page.kind in GROUPS:
            shown = f"{page.body} {page.words} {page.description} {page.title}"
            assert not re.search(r"\$\s?\d|1,234|17\.25|1\.5 M|42,200|42\.2 k|21\.1 k", unescape(shown)), page.uri
    found = pages(LEDGER, incognito=True)
    project = words_of(found["projects/shop-api.md"].body)
    assert "What it cost to get there List cost of each session" in project
    assert "List cost per changed line" not in project
    model = words_of(found["models/claude-sonnet-5.md"].body)
    assert "1 × 1.25 × 2 × 0.1 × 5 ×" in model
    assert "As multiples of the price of uncached input." in model
    assert "JWT · shop-api 80 %" in words_of(found["decisions/index.md"].body)


def test_foreign_text_is_escaped() -> None:
    written = (
        f"## Decisions\n- **{HOSTILE}**: {HOSTILE}\n- `{HOSTILE}`\n- [x](javascript:alert(1)) \"onclick='\n"
        f"## Questions\n- [ ] {HOSTILE} [y](javascript:alert(1))\n- [ ] &lt;script&gt;alert(3)&lt;/script&gt;\n"
    )
    hostile = replace(JWT, title=HOSTILE, project=HOSTILE, tags=(HOSTILE, '"><b>'), body=written)
    later = replace(CLOCKS, project=HOSTILE, body=f"## Decisions\n- **{HOSTILE}**: again\n")
    found = pages(made_ledger(hostile, later))
    for page in found.values():
        if page.kind in GROUPS:
            assert not {"script", "img", "b", "@onerror", "@onclick"} & Places(page).names, page.uri
            assert not any("javascript" in link for link in Places(page).links), page.uri
            assert "\x1b" not in page.body
            assert "\u202e" not in page.body
    assert "<script>alert(3)</script>" in words_of(re.sub(r"<(?!/?script)[^>]*>", "", found["loops/index.md"].body))


def test_the_same_ledger_gives_the_same_pages() -> None:
    assert pages() == pages()
    assert list(decided(site_of(LEDGER)).anchors.values()) == [
        "d-2026_2026-03-02-clocks-1",
        "d-2026_2026-02-11-jwt-1",
        "d-2026_2026-02-11-jwt-2",
    ]


def test_long_words_are_cut_after_a_word() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three", 9) == "one two…"
    assert shortened("unbroken", 4) == "unbr…"
