"""The page of all sessions: a table for each month that is complete without a script, and what a script needs."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import pytest

from sitegen.ledger import Ledger
from sitegen.pages.session_filters import FACETS
from sitegen.pages.sessions import sessions_by_month, sessions_page
from sitegen.pages.site import Site, site_of
from sitegen.rollups import NO_KEY, session_totals
from sitegen.session import Session
from sitegen.tokens import TokenCounts
from tests.made_sessions import made_ledger, made_row, made_session

HOSTILE = '</td></table><script>alert("1")</script><img src=x onerror=alert(2)>&lt;;,+\x1b\u202e\u2028'
TITLES = (
    "JWT authentication for the shop API",
    "Rate limiting for the login route",
    "Moving the wiki to Markdown",
    "Advisory locks, measured",
    "Release 1.4",
    "Order search under 200 ms",
    "Webhook retries that end",
)
"""As long as those of people, not longer."""


class Elements(HTMLParser):
    """What stands in a page: the attributes of its elements, and that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def elements(body: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(body)
    parser.close()
    assert parser.open == []
    return parser.found


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def body_of(*sessions: Session, incognito: bool = False) -> str:
    return sessions_page(site_of(made_ledger(*sessions), incognito=incognito)).body


def month_of(body: str, name: str) -> str:
    """The section below the heading with this id."""
    parts: list[str] = re.findall(r"<section.*?</section>", body, re.DOTALL)
    return next(part for part in parts if f'<h2 id="{name}">' in part)


def cells(row: str) -> list[str]:
    return [words_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]


def rows_of(part: str) -> list[list[str]]:
    return [cells(row) for row in re.findall(r"<tr data-r=.*?</tr>", part)]


def foot_of(part: str) -> list[str]:
    return cells(part.split("<tfoot>")[1])


def data_of(body: str) -> list[list[str]]:
    return [unescape(found).split(";") for found in re.findall(r'<tr data-r="([^"]*)">', body)]


def options_of(body: str, facet: str) -> list[tuple[str, str]]:
    """Value and words, without the first option."""
    select = re.search(rf'<select id="sg-filter-{facet}".*?</select>', body, re.DOTALL)
    assert select, facet
    found = re.findall(r'<option value="([^"]*)">(.*?)</option>', select[0], re.DOTALL)
    return [(unescape(value), unescape(words)) for value, words in found[1:]]


def some_sessions() -> tuple[Session, ...]:
    first = made_session(
        "sessions/2026/2026-02-11-jwt.md",
        made_row(list_cost="0.0213"),
        body="## Goals\n\n- [x] Tokens expire\n- [ ] Keys rotate\n",
        tags=("auth", "Security"),
    )
    second = made_session(
        "sessions/2026/2026-03-02-b.md",
        made_row("2026-03-02T10:00+01:00", "made-up", None, requests=3),
        made_row("2026-03-02T10:10+01:00", list_cost="1234.50000001"),
        title="Second",
        started="2026-03-02T10:00:00+01:00",
        active=timedelta(hours=1, minutes=9),
        tags=("auth",),
    )
    third = made_session(
        "sessions/2026/2026-03-20-c.md",
        made_row("2026-03-20T10:00+01:00", "made-up", None, requests=1, counts=TokenCounts(500)),
        title="Third",
        project="Other",
        started="2026-03-20T10:00:00+01:00",
    )
    fourth = made_session("sessions/note.md", title="No usage", project="Other", started=None, active=None)
    return first, second, replace(third, state="blocked"), replace(fourth, state="")


def test_each_month_has_its_table_and_its_sum() -> None:
    body = body_of(*some_sessions())
    names = ["Date", "Session", "Active", "Tokens", "List cost"]
    assert re.findall(r'<h2 id="(.*?)">', body) == ["month-2026-03", "month-2026-02", "undated"]
    march = month_of(body, "month-2026-03")
    assert cells(march.split("</thead>")[0]) == names
    assert march.count('<th scope="col">') == len(names)
    assert rows_of(march) == [
        ["20 Mar 2026", "Third blocked Other · made-up", "0:30", "500", "unpriced"],
        ["2 Mar 2026", "Second shop-api · made-up, claude-sonnet-5", "1:09", "42.2 k", "≥ $1,234.50"],
    ]
    assert foot_of(march) == ["Total", "2 sessions", "", "42.7 k", "≥ $1,234.50"]
    february = month_of(body, "month-2026-02")
    jwt = "JWT shop-api · 1 of 2 goals · claude-sonnet-5"
    assert rows_of(february) == [["11 Feb 2026", jwt, "0:30", "21.1 k", "$0.0213"]]
    assert foot_of(february) == ["Total", "1 session", "", "21.1 k", "$0.0213"]


def test_undated_sessions_come_last_under_a_heading_of_their_own() -> None:
    undated = month_of(body_of(*some_sessions()), "undated")
    assert words_of(undated.split("</h2>")[0]) == "Without a date"
    assert rows_of(undated) == [["—", "No usage Other", "—", "—", "—"]]
    assert foot_of(undated) == ["Total", "1 session", "", "—", "—"]


def test_a_month_is_whole_though_offsets_differ() -> None:
    """March begins in the east while February goes on in the west."""
    starts = ("2026-03-01T00:30+09:00", "2026-02-28T17:00+01:00", "2026-03-01T02:00+09:00")
    sessions = [made_session(f"sessions/2026/{at}.md", made_row(at), started=at) for at in starts]
    body = body_of(*sessions)
    assert re.findall(r'<h2 id="(.*?)">', body) == ["month-2026-03", "month-2026-02"]
    assert len(rows_of(month_of(body, "month-2026-03"))) == 2


def test_the_sums_of_the_months_are_the_sum_of_all() -> None:
    site = site_of(made_ledger(*some_sessions()))
    parts = [session_totals(sessions) for sessions in sessions_by_month(site).values()]
    whole = session_totals(site.sessions)
    assert sum(part.list_cost for part in parts) == whole.list_cost
    assert sum(part.tokens for part in parts) == whole.tokens
    assert sum(len(sessions) for sessions in sessions_by_month(site).values()) == len(site.sessions)


@pytest.mark.parametrize("folders", [False, True])
def test_links_lead_to_the_session_its_project_and_the_month(*, folders: bool) -> None:
    site = site_of(made_ledger(*some_sessions()), directory_urls=folders)
    body, end = sessions_page(site).body, "/" if folders else ".html"
    assert f'<h2 id="month-2026-02"><a href="../months/2026-02{end}">February 2026</a></h2>' in body
    assert f'<td><a href="../2026/2026-02-11-jwt{end}">JWT</a> <p><a href="../projects/shop-api{end}">' in body


def test_a_session_without_a_title_has_the_name_of_its_file() -> None:
    untitled = made_session("sessions/2026/2026-02-11-jwt.md", made_row(), title="")
    assert rows_of(body_of(untitled))[0][1].startswith("2026-02-11-jwt shop-api")


def test_data_are_exact_and_know_unpriced_from_nothing_and_zero() -> None:
    free = made_session(
        "sessions/2026/2026-01-05-free.md",
        made_row("2026-01-05T10:00+01:00", list_cost="0"),
        started="2026-01-05T10:00+01:00",
    )
    unfinished = replace(made_row("2026-01-04T10:00+01:00", list_cost="1.10"), output_floor=True)
    floor = made_session("sessions/2026/2026-01-04-floor.md", unfinished, started="2026-01-04T10:00+01:00")
    sessions = (floor, free, *some_sessions())
    body = body_of(*sessions)
    told = [(row[4], data[4], data[5]) for row, data in zip(rows_of(body), data_of(body), strict=True)]
    assert told == [
        ("unpriced", "+", "500"),
        ("≥ $1,234.50", "1234.50000001+", "42200"),
        ("$0.0213", "0.0213", "21100"),
        ("$0.00", "0", "21100"),
        ("≥ $1.10", "1.1+", "21100"),
        ("—", "", ""),
    ]
    costs = [data[4].rstrip("+") for data in data_of(body)]
    assert sum(Decimal(cost or 0) for cost in costs) == session_totals(sessions).list_cost


def test_the_numbers_of_a_row_are_those_of_the_choices() -> None:
    sessions = some_sessions()
    site = site_of(made_ledger(*sessions))
    body = sessions_page(site).body
    shown = [session for month in sessions_by_month(site).values() for session in month]
    for session, data in zip(shown, data_of(body), strict=True):
        for facet, numbers in zip((each for each in FACETS if each.name != "month"), data, strict=False):
            values = [options_of(body, facet.name)[int(number)][0] for number in numbers.split(",")]
            assert values == [key for key in facet.of(session) if key] or values == [NO_KEY]


def test_choices_say_how_many_sessions_have_them() -> None:
    body = body_of(*some_sessions())
    assert options_of(body, "project") == [("Other", "Other (2)"), ("shop-api", "shop-api (2)")]
    assert options_of(body, "model") == [
        ("claude-sonnet-5", "claude-sonnet-5 (2)"),
        ("made-up", "made-up (2)"),
        (NO_KEY, "no model (1)"),
    ]
    assert options_of(body, "tag") == [("auth", "auth (2)"), ("Security", "Security (1)"), (NO_KEY, "no tag (2)")]
    assert options_of(body, "month") == [
        ("2026-03", "March 2026 (2)"),
        ("2026-02", "February 2026 (1)"),
        (NO_KEY, "Without a date (1)"),
    ]
    assert options_of(body, "state") == [
        ("blocked", "blocked (1)"),
        ("complete", "complete (2)"),
        (NO_KEY, "no state (1)"),
    ]


def test_months_stand_in_the_order_of_their_choices() -> None:
    """The script takes the number of a month from the place of its table."""
    body = body_of(*some_sessions())
    headings = re.findall(r'<h2 id="(?:month-)?(.*?)">', body)
    assert [key.replace(NO_KEY, "undated") for key, _ in options_of(body, "month")] == headings


def test_controls_are_hidden_have_labels_and_send_nothing() -> None:
    body = body_of(*some_sessions())
    found = elements(body)
    bar = next(attributes for tag, attributes in found if attributes.get("class") == "sg-filter")
    assert (bar["role"], bar["aria-label"], "hidden" in bar) == ("search", "Sessions", False)
    labels = dict(re.findall(r'<label for="(.*?)">(.*?)</label>', body))
    assert labels == {
        "sg-filter-text": "Filter by text",
        "sg-filter-project": "Project",
        "sg-filter-model": "Model",
        "sg-filter-tag": "Tag",
        "sg-filter-month": "Month",
        "sg-filter-state": "State",
    }
    ids = [attributes["id"] for tag, attributes in found if tag in ("input", "select")]
    assert ids == list(labels)
    buttons = [(attributes["type"], attributes["id"]) for tag, attributes in found if tag == "button"]
    assert buttons == [("button", "sg-filter-months"), ("button", "sg-filter-reset")]
    assert (
        '<p id="sg-filter-result" role="status">4 sessions, <span title="at least $1,234.52130001">≥ $1,234.52' in body
    )
    assert not {"form", "script", "style"} & {tag for tag, _ in found}


def test_what_no_session_has_cannot_be_chosen() -> None:
    bare = made_session("sessions/note.md", title="Bare", project="Other", started=None)
    body = body_of(replace(bare, state=""))
    assert re.findall(r"<label.*?>(.*?)</label>", body) == ["Filter by text", "Project"]
    assert data_of(body) == [["0", "0", "0", "0", "", ""]]


def test_a_session_without_a_project_can_be_found() -> None:
    body = body_of(made_session("sessions/2026/2026-02-11-x.md", made_row(), project=""), *some_sessions())
    assert options_of(body, "project")[-1] == (NO_KEY, "no project (1)")


def test_hostile_words_stay_words() -> None:
    hostile = made_session(
        "sessions/2026/2026-02-11-x.md",
        made_row(model=HOSTILE),
        title=HOSTILE,
        project=HOSTILE,
        tags=(HOSTILE, "a,b;c"),
    )
    body = body_of(replace(hostile, state=HOSTILE), *some_sessions())
    found = elements(body)
    assert not {"script", "img"} & {tag for tag, _ in found}
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert all(re.fullmatch(r"[\d,]+(;[\d,]+){3};[\d.]*\+?;\d*", ";".join(data)) for data in data_of(body))
    words = HOSTILE.replace("\x1b", "").replace("\u202e", "")
    assert ("a,b;c", "a,b;c (1)") in options_of(body, "tag")
    assert (words, f"{words} (1)") in options_of(body, "tag")
    assert (words, f"{words} (1)") in options_of(body, "state")


def test_hidden_amounts_are_nowhere() -> None:
    body = body_of(*some_sessions(), incognito=True)
    assert all(len(data) == 4 for data in data_of(body))
    assert not re.search(r"\$|1,?234|0\.0213|213|42[.,]?[27]|21[.,]?1|63[.,]?8", re.sub(r'(href|id)=".*?"', "", body))
    assert '<p id="sg-filter-result" role="status">4 sessions</p>' in body
    assert [row[3:] for row in rows_of(month_of(body, "month-2026-03"))] == [
        ["0.8 %", "unpriced"],
        ["66.1 %", "≥ 100 %"],
    ]
    assert foot_of(month_of(body, "month-2026-02")) == ["Total", "1 session", "", "33.1 %", "<0.1 %"]
    assert "Amounts are hidden" in words_of(body)


def test_an_empty_ledger() -> None:
    assert words_of(body_of()) == "Sessions 0 sessions No sessions yet."
    assert "sg-filter" not in body_of()


def test_the_page_of_marked_sessions_has_no_choice_of_others() -> None:
    first, *rest = some_sessions()
    site: Site = site_of(made_ledger(replace(first, publish=True), *rest), marked_only=True)
    body = sessions_page(site).body
    assert options_of(body, "project") == [("shop-api", "shop-api (1)")]
    assert "Second" not in body
    assert "made-up" not in body


def many_sessions(number: int) -> Ledger:
    sessions = []
    for at in range(number):
        day = f"{2022 + at // 1200}-{at % 1200 // 100 + 1:02d}-{at % 28 + 1:02d}"
        title = TITLES[at % len(TITLES)]
        cost = f"{at % 97}.{at:05d}{at % 89:02d}"
        sessions.append(
            made_session(
                f"sessions/{day[:4]}/{day}-{title.lower().replace(' ', '-')}.md"
                if at % 50
                else f"sessions/{day[:4]}/{at}.md",
                made_row(f"{day}T10:00+01:00", f"claude-opus-4-{at % 4 + 5}", cost),
                title=title,
                project=("shop-api", "atlas-docs", "ledger-cli")[at % 3],
                started=f"{day}T10:00:00+01:00",
                body="## Goals\n\n- [x] One\n- [ ] Two\n",
                tags=("auth", "docs", "tests")[: at % 4],
            )
        )
    return made_ledger(*sessions)


def test_rows_are_short_enough_for_thousands() -> None:
    body = sessions_page(site_of(many_sessions(5_000))).body
    rows = re.findall(r"<tr data-r=.*?</tr>", body)
    assert len(rows) == 5_000
    assert sum(len(row.encode()) for row in rows) / len(rows) < 330
    assert len(body.encode()) < 1_750_000
    assert "title=" not in "".join(rows)
    assert "class=" not in "".join(rows)


def test_styles_in_the_page_only_say_how_many_rows_there_are() -> None:
    body = body_of(*some_sessions())
    styles = [attributes["style"] for _, attributes in elements(body) if "style" in attributes]
    assert styles == ["--sg-rows:2", "--sg-rows:1", "--sg-rows:1"]


def test_the_same_ledger_gives_the_same_page() -> None:
    assert body_of(*some_sessions()) == body_of(*some_sessions())
