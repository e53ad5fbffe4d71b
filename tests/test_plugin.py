"""The real MkDocs builds the real site: strict, complete, the same bytes twice, nothing from elsewhere."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

CONFIG = Path(__file__).parent.parent / "mkdocs.yml"
SESSION = """---
schema: 1
title: '{title}'
project: {project}
started: '2026-02-11T20:36:53+01:00'
ended: '2026-02-11T21:46:25+01:00'
active: '0:52'
state: complete
source: {{kind: claude-code, sessions: ['id-{number}']}}
usage:
- {{time: '20:36', task: First prompt, model: claude-opus-4-8, requests: {number}, input: 1000000, output: 0, cost: 5}}
totals: {{requests: {number}, input: 1000000, output: 0, cost: 5}}
prices:
  claude-opus-4-8: {{input: 5, output: 25, source: genai-prices 0.2.3}}
---

# {title}

Words of a person.
"""
HOSTILE = "&lt;/title&gt;<script>alert(1)</script></title><img src=x onerror=alert(2)>"


def make_ledger(root: Path, **titles: str) -> Path:
    folder = root / "sessions" / "2026"
    folder.mkdir(parents=True)
    (root / "mkdocs.yml").write_bytes(CONFIG.read_bytes())
    (root / "sessions.toml").write_text('title = "My ledger"\n', encoding="utf-8")
    for number, (name, title) in enumerate(titles.items(), start=1):
        content = SESSION.format(title=title, project="shop-api", number=number)
        (folder / f"2026-02-11-{name}.md").write_text(content, encoding="utf-8")
    return root


def build_site(root: Path, **options: Any) -> Path:
    config = load_config(str(root / "mkdocs.yml"), **options)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    return Path(config.site_dir)


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def _no_banner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def test_the_site_has_the_made_pages_and_nothing_else(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, jwt="JWT", limits="Rate limits")
    folder = root / "sessions" / "2026"
    (folder / "usage.jsonl").write_text("{}", encoding="utf-8")
    (folder / "a.md~").write_text("draft", encoding="utf-8")
    (root / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(root / "secret.txt")
    site = build_site(root)
    own = {name for name in contents(site) if not name.startswith("assets/") or "sitegen" in name}
    assert own == {
        "404.html",
        "sitemap.xml",
        "sitemap.xml.gz",
        "search/search_index.json",
        "assets/sitegen/sitegen.css",
        "assets/sitegen/sitegen.js",
        "tags/index.html",
        "decisions/index.html",
        "loops/index.html",
        "problems/index.html",
        "downloads/index.html",
        "downloads/badge.json",
        "downloads/badge.svg",
        "downloads/sessions.csv",
        "downloads/sessions.json",
        "downloads/usage.csv",
        "method/index.html",
        "index.html",
        "all/index.html",
        "projects/index.html",
        "projects/shop-api.html",
        "models/index.html",
        "models/claude-opus-4-8.html",
        "months/index.html",
        "months/2026-02.html",
        "2026/2026-02-11-jwt.html",
        "2026/2026-02-11-limits.html",
    }


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, jwt="JWT")
    first = contents(build_site(root))
    assert contents(build_site(root)) == first
    assert b"2026-02-11" in first["sitemap.xml"] or b"<lastmod>" not in first["sitemap.xml"]


def test_search_has_one_short_entry_for_each_page(tmp_path: Path) -> None:
    site = build_site(make_ledger(tmp_path, jwt="JWT <b>"))
    docs = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    assert {doc["location"]: (doc["title"], doc["text"]) for doc in docs} == {
        "index.html": ("Dashboard", "1 AI coding session: what they cost and what came of them."),
        "all/index.html": ("Sessions", "All sessions by month"),
        "projects/index.html": ("Projects", "List cost by project"),
        "projects/shop-api.html": ("shop-api", "1 session of shop-api"),
        "models/index.html": ("Models", "List cost by model"),
        "models/claude-opus-4-8.html": ("claude-opus-4-8", "1 session with claude-opus-4-8"),
        "months/index.html": ("Months", "List cost by month"),
        "months/2026-02.html": ("February 2026", "List cost of February 2026"),
        "tags/index.html": ("Tags", "No tags yet"),
        "decisions/index.html": ("Decisions", "No decisions yet"),
        "loops/index.html": ("Open loops", "Nothing is open"),
        "problems/index.html": ("Problems", "No problems found"),
        "downloads/index.html": ("Downloads", "The ledger as CSV and JSON, a badge and a feed"),
        "method/index.html": (
            "How the numbers are made",
            "Where the counts come from, what list cost is, and which prices were used",
        ),
        "2026/2026-02-11-jwt.html": (
            "JWT &lt;b&gt;",
            "shop-api, 11 Feb 2026 · shop-api claude-opus-4-8",
        ),
    }


def test_marks_for_a_search_are_not_on_the_page_but_words_like_them_are(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, one="First")
    (file,) = (root / "sessions" / "2026").glob("*.md")
    words = 'Charts have data-search-exclude="true" and `data-search-boost="2"` in them.\n'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{words}", encoding="utf-8")
    site = contents(build_site(root))
    (page,) = (html.decode() for name, html in site.items() if name.startswith("2026/"))
    assert 'Charts have data-search-exclude="true" and <code>data-search-boost="2"</code> in them.' in page
    assert [name for name, html in site.items() if b'data-search-exclude="true">' in html] == []


@pytest.mark.parametrize("directory_urls", [False, True])
def test_every_link_of_the_site_leads_somewhere(tmp_path: Path, *, directory_urls: bool) -> None:
    site = build_site(make_ledger(tmp_path, jwt="JWT", limits="Limits"), use_directory_urls=directory_urls)
    for page in site.rglob("*.html"):
        if page.name == "404.html":
            continue
        for target in re.findall(r'\shref="([^"#]+)', page.read_text(encoding="utf-8")):
            if "://" not in target:
                found = (page.parent / target).resolve()
                assert (found / "index.html" if found.is_dir() else found).is_file(), (page, target)


def test_nothing_is_loaded_from_another_host(tmp_path: Path) -> None:
    site = build_site(make_ledger(tmp_path, jwt="JWT"))
    for path in (*site.rglob("*.html"), *site.rglob("*.css")):
        content = path.read_text(encoding="utf-8")
        assert not re.findall(r'\ssrc="(?:https?:)?//[^"]*|url\(["\']?(?:https?:)?//|@import', content), path
        assert not re.findall(r'<link[^>]+href="(?:https?:)?//[^"]*', content), path


def test_a_hostile_title_is_text_everywhere(tmp_path: Path) -> None:
    site = build_site(make_ledger(tmp_path, bad=HOSTILE, good="Good"))
    clean = build_site(make_ledger(tmp_path / "clean", bad="Bad", good="Good"))
    for path in site.rglob("*.html"):
        content = path.read_text(encoding="utf-8")
        like = (clean / path.relative_to(site)).read_text(encoding="utf-8")
        assert content.count("<script") == like.count("<script"), path
        assert content.count("<img") == like.count("<img"), path
    title = re.search(r"<title>(.*?)</title>", (site / "2026/2026-02-11-bad.html").read_text(encoding="utf-8"))
    assert title is not None
    assert title[1].startswith("&amp;lt;/title&amp;gt;&lt;script&gt;")


def test_a_broken_session_file_fails_the_strict_build(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = make_ledger(tmp_path, jwt="JWT")
    (root / "sessions/2026/2026-02-12-broken.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING, "mkdocs"), pytest.raises(Abort):
        build_site(root)
    told = [record.getMessage() for record in caplog.records if record.name == "mkdocs.plugins.sitegen"]
    assert told
    assert all(message.startswith("sessions/2026/2026-02-12-broken.md:") for message in told)
    assert (tmp_path / "site" / "2026/2026-02-11-jwt.html").is_file()


def test_an_empty_ledger_is_a_site(tmp_path: Path) -> None:
    site = build_site(make_ledger(tmp_path))
    assert "No sessions yet." in (site / "index.html").read_text(encoding="utf-8")


def test_the_edit_link_leads_to_the_session_file(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, jwt="JWT")
    site = build_site(root, edit_uri_template="https://example.com/edit/{path}")
    links = {
        path.relative_to(site).as_posix(): re.findall(
            r'https://example\.com/edit/[^"]*', path.read_text(encoding="utf-8")
        )
        for path in site.rglob("*.html")
    }
    assert {name: found for name, found in links.items() if found} == {
        "2026/2026-02-11-jwt.html": ["https://example.com/edit/2026/2026-02-11-jwt.md"]
    }


def test_pages_name_the_feed_where_there_is_one(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, jwt="JWT")
    link = '<link rel="alternate feed" type="application/atom+xml" title="New sessions" href="{}">'
    made = contents(build_site(root, site_url="https://example.org/daybook/"))
    assert link.format("downloads/feed.xml") in made["index.html"].decode()
    assert link.format("../downloads/feed.xml") in made["2026/2026-02-11-jwt.html"].decode()
    without = contents(build_site(root, site_url=None))
    assert b"application/atom" not in without["index.html"]


def test_many_sessions_are_the_same_pages_with_and_without_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_ledger(tmp_path, **{f"s{number}": f"Session {number}" for number in range(70)})
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept = contents(build_site(root))
    (tmp_path / "in-the-way").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "in-the-way"))
    assert contents(build_site(root)) == kept
