"""The page of downloads, and the files it leads to: tables, badge, feed."""

import csv
import io
import json
import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.ledger import Ledger
from sitegen.pages.downloads import data_files, downloads_page
from sitegen.pages.site import Site, site_of
from sitegen.session import Session
from tests.made_sessions import made_ledger, made_row, made_session

HOSTILE = '</title><script>alert("1")</script>\x00\x1b\u202e\ufffe&]]>'
ATOM = {"atom": "http://www.w3.org/2005/Atom"}
ADDRESS = "https://ana.example/sessions/"


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def small_ledger() -> Ledger:
    return made_ledger(
        made_session("sessions/2026/2026-02-11-jwt.md", made_row(), tags=("auth",)),
        made_session(
            "sessions/2026/2026-03-02-b.md",
            made_row("2026-03-02T10:10+01:00", list_cost="2.5"),
            title="Second, & last",
            started="2026-03-02T10:00:00+01:00",
        ),
        title="My ledger",
    )


def files_of(site: Site) -> dict[str, str]:
    found = {}
    for made in data_files(site):
        assert isinstance(made.content, str)
        found[made.uri] = made.content
    return found


def feed_of(*sessions: Session, address: str = ADDRESS) -> ET.Element:
    content = files_of(site_of(made_ledger(*sessions), address=address))["downloads/feed.xml"]
    return ET.fromstring(content.encode())  # noqa: S314  # ours


def text_of(element: ET.Element, name: str) -> str:
    found = element.find(f"atom:{name}", ATOM)
    assert found is not None, name
    return found.text or ""


def test_the_files_hold_the_sessions_that_are_shown() -> None:
    files = files_of(site_of(small_ledger()))
    assert list(files) == [
        "downloads/sessions.csv",
        "downloads/usage.csv",
        "downloads/sessions.json",
        "downloads/badge.svg",
        "downloads/badge.json",
    ]
    rows = list(csv.DictReader(io.StringIO(files["downloads/sessions.csv"], newline="")))
    assert [(row["title"], row["list_cost"]) for row in rows] == [("JWT", "0.0213"), ("Second, & last", "2.5")]
    assert "author" not in rows[0]
    usage = list(csv.DictReader(io.StringIO(files["downloads/usage.csv"], newline="")))
    assert sum(Decimal(row["list_cost"]) for row in usage) == Decimal("2.5213")
    told = json.loads(files["downloads/sessions.json"])
    assert (told["title"], told["totals"]["list_cost"], len(told["sessions"])) == ("My ledger", "2.5213", 2)


def test_only_published_sessions_are_in_the_files_of_a_public_site() -> None:
    ledger = small_ledger()
    marked = replace(ledger, sessions=(replace(ledger.sessions[0], publish=True), ledger.sessions[1]))
    files = files_of(site_of(marked, marked_only=True, address=ADDRESS))
    assert [uri for uri, content in files.items() if "Second" in content or "2.5" in content] == []
    assert "JWT" in files["downloads/feed.xml"]
    assert "$0.0213" in files["downloads/badge.svg"]


def test_without_amounts_there_are_none_in_any_file() -> None:
    files = files_of(site_of(small_ledger(), incognito=True, address=ADDRESS))
    held = [uri for uri, content in files.items() if re.search(r"\$\d|0\.0213|2\.5\b|21100|21\.1", content)]
    assert held == []
    for name in ("sessions", "usage"):
        head = files[f"downloads/{name}.csv"].split("\n")[0].split(",")
        assert not {"list_cost", "tokens", "input", "output", "requests", "tools"} & set(head)
    assert json.loads(files["downloads/badge.json"])["message"] == "2 sessions"
    page = downloads_page(site_of(small_ledger(), incognito=True))
    assert "Amounts are hidden on this site" in words_of(page.body)
    assert "list_cost" not in page.body


def test_the_page_leads_to_each_file_and_names_each_column() -> None:
    for directory_urls in (False, True):
        site = site_of(small_ledger(), address=ADDRESS, directory_urls=directory_urls)
        page = downloads_page(site)
        for uri in files_of(site):
            assert f'href="{uri.removeprefix("downloads/")}"' in page.body
        assert page.body.count(" download=") == len(files_of(site)) - 1, "a feed is subscribed to"
    words = words_of(page.body)
    assert "2 sessions with 2 usage rows, as data." in words
    assert "has an apostrophe before it" in words
    for uri in ("downloads/sessions.csv", "downloads/usage.csv"):
        for column in files_of(site)[uri].split("\n")[0].split(","):
            assert f'<th scope="row"><code>{column}</code></th>' in page.body
    assert "[![AI list cost](https://ana.example/sessions/downloads/badge.svg)](https://ana.example/sessions/)" in words


def test_without_an_address_there_is_no_feed_and_no_snippet() -> None:
    site = site_of(small_ledger())
    assert "downloads/feed.xml" not in files_of(site)
    assert "feed" not in words_of(downloads_page(site).body).replace("line feed", "")
    assert "[![" not in downloads_page(site).body
    undated = made_session("sessions/2026/a.md", started=None)
    assert "downloads/feed.xml" not in files_of(site_of(made_ledger(undated), address=ADDRESS))


@pytest.mark.parametrize(
    ("sessions", "message"),
    [
        ((), "0 sessions"),
        ((made_session("sessions/a.md", made_row(list_cost="1234.5")),), "$1,234.50"),
        ((made_session("sessions/a.md", made_row(list_cost=None)),), "unpriced"),
        ((made_session("sessions/a.md", made_row(list_cost=None), made_row(list_cost="2")),), "≥ $2.00"),
    ],
)
def test_the_badge(sessions: tuple[Session, ...], message: str) -> None:
    files = files_of(site_of(made_ledger(*sessions)))
    told = json.loads(files["downloads/badge.json"])
    assert (told["schemaVersion"], told["message"]) == (1, message)
    assert set(told) == {"schemaVersion", "label", "message", "color"}
    picture = ET.fromstring(files["downloads/badge.svg"].encode())  # noqa: S314  # ours
    svg = "{http://www.w3.org/2000/svg}"
    assert picture.tag == f"{svg}svg"
    assert picture.findtext(f"{svg}title") == f"{told['label']}: {message}"
    label, value = picture.findall(f"{svg}text")
    assert (label.text, value.text) == (told["label"], message)
    room = int(picture.attrib["width"]) - int(value.attrib["x"])
    assert room - int(value.attrib["textLength"]) == int(label.attrib["x"]), "as much room after as before"
    assert int(label.attrib["x"]) + int(label.attrib["textLength"]) < int(value.attrib["x"])
    assert not re.search(r"url\(|href|@import|<style|<image", files["downloads/badge.svg"])


def test_the_feed_has_what_atom_asks_for() -> None:
    site = site_of(small_ledger(), address=ADDRESS.rstrip("/"))
    root = ET.fromstring(files_of(site)["downloads/feed.xml"].encode())  # noqa: S314  # ours
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert text_of(root, "title") == "My ledger"
    assert text_of(root, "updated") == "2026-03-02T10:40:00+01:00", "of the newest session, not of the build"
    assert root.findtext("atom:author/atom:name", namespaces=ATOM) == "My ledger"
    links = {link.get("rel"): link.get("href") for link in root.findall("atom:link", ATOM)}
    assert links == {None: f"{ADDRESS}index.html", "self": f"{ADDRESS}downloads/feed.xml"}
    newest, oldest = root.findall("atom:entry", ATOM)
    assert (text_of(newest, "title"), text_of(oldest, "title")) == ("Second, & last", "JWT")
    assert text_of(newest, "published") == "2026-03-02T10:00:00+01:00"
    assert text_of(newest, "summary") == "shop-api · claude-sonnet-5 · list cost $2.50"
    assert newest.find("atom:link", ATOM).attrib == {"href": f"{ADDRESS}2026/2026-03-02-b.html"}  # type: ignore[union-attr]
    assert [one.get("term") for one in oldest.findall("atom:category", ATOM)] == ["shop-api", "auth"]
    ids = [text_of(element, "id") for element in (root, newest, oldest)]
    assert len(set(ids)) == 3
    assert all(uuid.UUID(one).version == 5 for one in ids)


def test_an_entry_keeps_its_id_whatever_else_changes() -> None:
    session = made_session("sessions/2026/2026-02-11-jwt.md", made_row())
    (entry,) = feed_of(session).findall("atom:entry", ATOM)
    (same,) = feed_of(replace(session, title="Other", body="# Other")).findall("atom:entry", ATOM)
    newer = made_session("sessions/2026/z.md", started="2026-05-01T10:00:00+00:00")
    later = feed_of(session, newer).findall("atom:entry", ATOM)[-1]
    assert text_of(entry, "id") == text_of(same, "id") == text_of(later, "id")
    assert text_of(entry, "summary") == text_of(later, "summary")
    assert text_of(entry, "id") != text_of(feed_of(session, address="https://b.example/")[-1], "id")
    assert text_of(feed_of(session), "id") != text_of(entry, "id")


def test_the_feed_has_the_newest_fifty() -> None:
    sessions = [
        made_session(f"sessions/2026/{number:02d}.md", started=f"2026-02-11T{number // 60:02d}:{number % 60:02d}:00")
        for number in range(70)
    ]
    entries = feed_of(*sessions).findall("atom:entry", ATOM)
    stamps = [datetime.fromisoformat(text_of(entry, "updated")) for entry in entries]
    assert len(entries) == 50
    assert stamps == sorted(stamps, reverse=True)
    assert text_of(entries[0], "published") == "2026-02-11T01:09:00+00:00", "without an offset it is UTC"


@given(st.text(max_size=30) | st.just(HOSTILE), st.text(max_size=10) | st.just("\ud800]]>"))
def test_any_title_and_tag_gives_a_feed_that_can_be_read(title: str, tag: str) -> None:
    session = replace(
        made_session("sessions/2026/a.md", made_row(), tags=(tag,)), title=title, focus=title, project=title
    )
    (entry,) = feed_of(session).findall("atom:entry", ATOM)
    assert text_of(entry, "id")
    assert "\x1b" not in text_of(entry, "title")


def test_the_files_are_the_same_each_time() -> None:
    site = site_of(small_ledger(), address=ADDRESS)
    again = data_files(site_of(small_ledger(), address=ADDRESS))
    assert [(file.uri, file.content) for file in data_files(site)] == [(file.uri, file.content) for file in again]


def test_foreign_text_is_escaped() -> None:
    hostile = made_session("sessions/2026/a.md", made_row(model=HOSTILE, task=HOSTILE), title=HOSTILE, project=HOSTILE)
    site = site_of(made_ledger(hostile, title=HOSTILE), address="https://x.test/<script>")
    assert "<script" not in downloads_page(site).body
    for uri in ("downloads/feed.xml", "downloads/badge.svg"):
        assert "<script" not in files_of(site)[uri]
