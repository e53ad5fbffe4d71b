"""Every page: right numbers, foreign text escaped, links that lead somewhere."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.display import AS_THEY_ARE
from sitegen.errors import Location, error
from sitegen.ledger import Ledger
from sitegen.markup import Html, el, joined, text
from sitegen.pages import Page, Section, build_pages, files_of, navigation, overview_pages, site_of
from sitegen.pages.addresses import link, session_uris, slugs, url_of
from sitegen.pages.figures import change_words, cost_of, offset_words, span_of
from sitegen.session import Source
from sitegen.tokens import TokenCounts, Totals
from tests.made_sessions import made_ledger, made_row, made_session

HOSTILE = '</title><script>alert("1")</script><img src=x onerror=alert(2)>&lt;\x1b\u202e'


def small_ledger() -> Ledger:
    return made_ledger(
        made_session(
            "sessions/2026/2026-02-11-jwt.md",
            made_row(tools={"Read": 4}),
            body="# JWT\n\n## Decisions\n\nUse RS256, see [next](2026-03-02-b.md).\n",
            source=Source("claude-code", ("258c7280-ae70",), output="exact"),
            tags=("auth",),
            branch="feat/jwt",
            sample=True,
        ),
        made_session(
            "sessions/2026/2026-03-02-b.md",
            made_row("2026-03-02T10:00+01:00", "made-up", None, requests=3),
            made_row("2026-03-02T10:10+01:00", list_cost="2.5"),
            title="Second",
            started="2026-03-02T10:00:00+01:00",
        ),
        made_session("sessions/2026/2026-03-03-c.md", title="No usage", project="other", started=None, active=None),
    )


def by_uri(pages: tuple[Page, ...]) -> dict[str, Page]:
    return {page.uri: page for page in pages}


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


class Outline(HTMLParser):
    """Links and ids of a page, and whether its elements are closed in order."""

    VOID = frozenset({"br", "hr", "img", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.names: set[str] = set()
        self.open: list[str] = []
        self.balanced = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(f"@{name}" for name, _ in attrs)}
        self.links += [value for name, value in attrs if name == "href" and value]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.balanced = self.balanced and bool(self.open) and self.open.pop() == tag


def outline(page: Page) -> Outline:
    found = Outline()
    found.feed(page.body)
    found.close()
    return found


def test_there_is_a_page_for_everything() -> None:
    assert [(page.uri, page.kind) for page in build_pages(small_ledger())] == [
        ("index.md", "dashboard"),
        ("all/index.md", "sessions"),
        ("projects/index.md", "projects"),
        ("projects/other.md", "project"),
        ("projects/shop-api.md", "project"),
        ("models/index.md", "models"),
        ("models/claude-sonnet-5.md", "model"),
        ("models/made-up.md", "model"),
        ("months/index.md", "months"),
        ("months/none.md", "month"),
        ("months/2026-02.md", "month"),
        ("months/2026-03.md", "month"),
        ("tags/index.md", "tags"),
        ("tags/auth.md", "tag"),
        ("decisions/index.md", "decisions"),
        ("loops/index.md", "loops"),
        ("problems/index.md", "problems"),
        ("downloads/index.md", "downloads"),
        ("method/index.md", "method"),
        ("2026/2026-03-03-c.md", "session"),
        ("2026/2026-02-11-jwt.md", "session"),
        ("2026/2026-03-02-b.md", "session"),
    ]


def test_navigation_has_no_sessions() -> None:
    assert navigation(build_pages(small_ledger())) == (
        Section("Dashboard", "index.md"),
        Section("Sessions", "all/index.md"),
        Section("Projects", "projects/index.md", ("projects/other.md", "projects/shop-api.md")),
        Section("Models", "models/index.md", ("models/claude-sonnet-5.md", "models/made-up.md")),
        Section("Months", "months/index.md", ("months/2026-03.md", "months/2026-02.md", "months/none.md")),
        Section("Tags", "tags/index.md"),
        Section("Decisions", "decisions/index.md"),
        Section("Open loops", "loops/index.md"),
        Section("Problems", "problems/index.md"),
        Section("Downloads", "downloads/index.md"),
        Section("How the numbers are made", "method/index.md"),
    )


@pytest.mark.parametrize("directory_urls", [False, True])
@pytest.mark.parametrize("ledger", [small_ledger(), made_ledger()], ids=["small", "empty"])
def test_every_link_leads_to_a_page_or_an_id(ledger: Ledger, *, directory_urls: bool) -> None:
    pages = build_pages(ledger, directory_urls=directory_urls)
    addresses = {normpath("/" + url_of(page.uri, directory_urls=directory_urls)) for page in pages}
    addresses |= {f"/{made.uri}" for made in files_of(site_of(ledger))}
    for page in pages:
        found = outline(page)
        assert found.balanced, page.uri
        assert len(found.ids) == len(set(found.ids)), page.uri
        here = "/" + url_of(page.uri, directory_urls=directory_urls)
        for target in found.links:
            path, _, anchor = target.partition("#")
            assert path or anchor in found.ids, (page.uri, target)
            assert normpath(join(dirname(here) or "/", unquote(path))) in addresses or not path, (page.uri, target)


def test_the_dashboard_says_what_is_not_known() -> None:
    page = by_uri(build_pages(small_ledger()))["index.md"]
    words = words_of(page.body)
    assert "Sample data: made up to show what a ledger looks like." in words
    assert "3 sessions in 2 projects" in words
    assert "List cost ≥ $2.52 at published prices 3 responses unpriced" in words
    assert "Lines changed — not reported Sessions 3 all complete Active hours 1:00 $0.0426 an hour" in words
    assert "Read from cache 100 % of 60.3 k input tokens" in words


def test_an_empty_ledger_says_how_to_begin() -> None:
    page = by_uri(build_pages(made_ledger()))["index.md"]
    assert words_of(page.body) == (
        "Sessions No sessions yet. sessions import fills the ledger from this machine's history, "
        "sessions new begins one by hand."
    )


def test_a_session_page() -> None:
    page = by_uri(build_pages(small_ledger()))["2026/2026-02-11-jwt.md"]
    assert (page.title, page.source, page.parent, page.previous, page.next) == (
        "JWT",
        "sessions/2026/2026-02-11-jwt.md",
        "projects/shop-api.md",
        None,
        "2026/2026-03-02-b.md",
    )
    words = words_of(page.body)
    assert words.startswith(
        "shop-api · February 2026 JWT sample complete When 11 Feb 2026, 20:36 to 21:16 UTC+01:00 "
        "List cost $0.0213 $0.0426 an hour Tokens 21.1 k 100 % of the input from cache Requests 2 in 1 interaction "
        "Active 0:30 of 0:40 "
        "Decisions Use RS256, see next . "
        "Models claude-sonnet-5 Branch feat/jwt Tags auth Project so far 1 session , $0.0213 "
        "Usage Time Task List cost Requests Input Cache read Output "
        "20:36 Initial prompt claude-sonnet-5 Read 4 $0.0213 2 100 20,000 1,000 "
        "Total 21,100 tokens $0.0213 2 100 20,000 1,000 "
        "Where the cost comes from Model Kind Tokens Unit price List cost Price from "
        "claude-sonnet-5 Input 100 $3.00 per million $0.0003 genai-prices 0.2.3 price of 11 Feb 2026 "
        "Cache read 20,000 $0.30 per million $0.006 Output 1,000 $15.00 per million $0.015 "
        "Total 21,100 $0.0213 "
        "List cost is tokens times the price published for that day. It is not an invoice. "
    )
    assert words.endswith(
        "Numbers from a Claude Code transcript; output counts are final; prices from genai-prices 0.2.3. "
        "Session file: sessions/2026/2026-02-11-jwt.md "
        "After in this project Second 2 Mar 2026"
    )
    assert "258c7280" not in page.body


def test_unpriced_is_never_zero() -> None:
    pages = by_uri(build_pages(small_ledger()))
    model = words_of(pages["models/made-up.md"].body)
    assert "List cost unpriced 3 responses unpriced" in model
    session = words_of(pages["2026/2026-03-02-b.md"].body)
    assert "made-up Input 100 — unpriced —" in session
    assert "Total 42,200 ≥ $2.50" in session
    without_axes = re.sub(r"<svg.*?</svg>", "", "".join(page.body for page in pages.values()), flags=re.DOTALL)
    assert not re.search(r"\$0(?:\.0+)?(?![\d.])", without_axes)
    nothing = words_of(pages["2026/2026-03-03-c.md"].body)
    assert "List cost — Tokens — Requests — Active —" in nothing


def test_a_month_counts_its_own_rows_and_compares() -> None:
    night = made_session(
        "sessions/2026/2026-02-28-n.md",
        made_row("2026-02-28T23:50+01:00", list_cost="2"),
        made_row("2026-03-01T00:10+01:00", list_cost="3"),
        started="2026-02-28T23:50:00+01:00",
    )
    march = words_of(by_uri(build_pages(made_ledger(night)))["months/2026-03.md"].body)
    assert "List cost $3.00 +50 % ($1.00 more) than the month before" in march


def test_foreign_text_is_escaped_on_every_page() -> None:
    row = made_row(model=HOSTILE, task=HOSTILE, tools={HOSTILE: 1}, list_cost=None)
    session = made_session(
        "sessions/2026/2026-02-11-x.md",
        replace(row, notes=HOSTILE, unpriced=HOSTILE),
        replace(row, at=row.at + timedelta(days=1) if row.at else None),
        title=HOSTILE,
        project=HOSTILE,
        tags=(HOSTILE,),
        branch=HOSTILE,
        source=Source(HOSTILE, output=HOSTILE),
    )
    hostile = replace(
        session,
        state=HOSTILE,
        focus=HOSTILE,
        quality={HOSTILE: HOSTILE},
        code={HOSTILE: Decimal(1)},
        ratings={HOSTILE: 1},
    )
    problem = error("x", Location("sessions/2026/2026-02-11-x.md"), HOSTILE, HOSTILE)
    for page in build_pages(made_ledger(hostile, problems=(problem,), title=HOSTILE)):
        found = outline(page)
        assert not {"script", "img", "@onerror"} & found.names, page.uri
        assert "<script" not in page.body
        assert "\x1b" not in page.body
        assert "\u202e" not in page.body


def test_problems_have_a_page_and_are_counted() -> None:
    problem = error("row-cost", Location("sessions/2026/2026-02-11-jwt.md", 22, 5), "stated $1", "see row 1")
    pages = by_uri(build_pages(replace(small_ledger(), problems=(problem,))))
    assert "sessions check has 1 error about the files of this ledger." in words_of(pages["index.md"].body)
    assert "stated $1 Hint: see row 1 sessions/2026/2026-02-11-jwt.md:22:5 row-cost" in words_of(
        pages["problems/index.md"].body
    )


def test_the_same_ledger_gives_the_same_pages() -> None:
    assert build_pages(small_ledger()) == build_pages(small_ledger())


def test_sessions_forget_what_only_pages_about_many_ask_for() -> None:
    def made(*, again: bool) -> str:
        session = made_session("sessions/2026/2026-03-02-a.md", made_row())
        session.once("by whoever", lambda: "kept")
        assert list(overview_pages(site_of(made_ledger(session), again=again)))
        return session.once("by whoever", lambda: "made anew")

    assert made(again=True) == "kept"
    assert made(again=False) == "made anew"


@given(st.lists(st.text(max_size=20) | st.sampled_from(["a", "A", "../", "a b", "index", "templates", "É", "e"])))
def test_slugs_are_safe_and_differ_on_every_file_system(names: list[str]) -> None:
    found = slugs(names)
    assert set(found) == set(names)
    assert len({slug.casefold() for slug in found.values()}) == len(set(names))
    assert all(re.fullmatch(r"[^\W_]+(?:-[^\W_]+)*", slug) and slug != "index" for slug in found.values())


def test_a_name_spelled_like_its_slug_keeps_it() -> None:
    found = slugs(["shop-api", "Shop API", "../", "index"])
    assert found["shop-api"] == "shop-api"
    assert found["Shop API"].startswith("shop-api-")
    assert re.fullmatch(r"name-[0-9a-f]{6}", found["../"])
    assert re.fullmatch(r"index-[0-9a-f]{6}", found["index"])


def test_session_pages_cannot_take_the_place_of_others() -> None:
    paths = ["sessions/2026/a.md", "sessions/2026/A.md", "sessions/projects/index.md", "sessions/b.md"]
    found = session_uris(paths)
    assert found["sessions/2026/A.md"] == "2026/a.md"
    assert re.fullmatch(r"2026/a-[0-9a-f]{6}\.md", found["sessions/2026/a.md"])
    assert found["sessions/projects/index.md"] == "other/projects/index-session.md"
    assert found["sessions/b.md"] == "other/b.md"


@pytest.mark.parametrize(
    ("here", "there", "flat", "folders"),
    [
        ("index.md", "2026/a.md", "2026/a.html", "2026/a/"),
        ("2026/a.md", "index.md", "../index.html", "../../"),
        ("2026/a.md", "2026/b.md", "b.html", "../b/"),
        ("projects/index.md", "projects/ü.md", "%C3%BC.html", "%C3%BC/"),
        ("index.md", "index.md", "index.html", "./"),
        ("all/index.md", "data/a.csv", "../data/a.csv", "../data/a.csv"),
    ],
)
def test_links(here: str, there: str, flat: str, folders: str) -> None:
    assert link(here, there) == flat
    assert link(here, there, directory_urls=True) == folders


def test_costs_that_are_nothing_unknown_or_zero() -> None:
    assert cost_of(Totals(), AS_THEY_ARE) == "—"
    assert words_of(cost_of(Totals(1, unpriced_responses=1), AS_THEY_ARE)) == "unpriced"
    assert cost_of(Totals(1, TokenCounts(1)), AS_THEY_ARE) == '<span title="$0.00">$0.00</span>'
    floor = Totals(1, TokenCounts(1), Decimal("1.005"), 1)
    assert cost_of(floor, AS_THEY_ARE) == '<span title="at least $1.005">≥ $1.01</span>'


def test_changes() -> None:
    assert change_words(Decimal(3), None, AS_THEY_ARE) == ""
    assert change_words(Decimal(3), Decimal(0), AS_THEY_ARE) == ""
    assert change_words(Decimal(3), Decimal(3), AS_THEY_ARE) == "no change"
    assert change_words(Decimal(3), Decimal(4), AS_THEY_ARE) == "−25 % ($1.00 less)"


def test_thousands_of_hours_are_grouped() -> None:
    spans = (timedelta(hours=12345, minutes=7), timedelta(hours=999, minutes=59), timedelta(), None)
    assert [span_of(span) for span in spans] == ["12,345:07", "999:59", "—", "—"]


def test_offsets() -> None:
    row = made_row("2026-02-11T20:36-03:30")
    assert row.at is not None
    assert offset_words(row.at) == "UTC-03:30"


def test_markup_escapes_all_but_itself() -> None:
    assert el("a", "<&>", href='"x"', class_="c", hidden=None, open=True) == (
        '<a href="&quot;x&quot;" class="c" open>&lt;&amp;&gt;</a>'
    )
    assert text(Html("<b>")) == "<b>"
    assert joined(["<", Html("<br>")], "&") == "&lt;&amp;<br>"
    assert text(Html("<b>") + "<i>") == "&lt;b&gt;&lt;i&gt;"
