"""Hostile words in every field of a session: nothing of them runs, loads or sends anything, on any page.

Once with the site's content security policy taken away, which proves the escaping alone, and once as it is.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit, Visits, measure
from tests.browser.payloads import PAYLOADS, WORD, payload, write_ledger
from tests.browser.places import ROOT, Served, build, serving

pytestmark = pytest.mark.browser

PARTS = 4
"""Over how many tests the pages are spread."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    write_ledger(root)
    shutil.copy(ROOT / "mkdocs.yml", root)
    return build(root, strict=False)


@pytest.fixture(scope="module")
def place(hostile: Path) -> Iterator[Served]:
    with serving(hostile) as served:
        yield served


def opened(visit: Visits, place: Served, *, policy: bool) -> tuple[Visit, list[Any]]:
    """A page in which whatever calls `pwned` is known, from every frame."""
    visited = visit(None, base=place.url, bypass_csp=not policy, reduced_motion="reduce")
    ran: list[Any] = []
    visited.page.context.expose_binding("pwned", lambda _, number=None: ran.append(number))
    return visited, ran


def provoke(page: Any) -> None:
    """What a reader's hand would do, to every part of the page at once."""
    page.evaluate("""() => {
        window.addEventListener("submit", (event) => event.preventDefault());
        for (const e of document.querySelectorAll("main *"))
            for (const kind of ["mouseover", "pointerenter", "focus", "focusin", "toggle", "error", "load"])
                e.dispatchEvent(new Event(kind, { bubbles: false }));
    }""")


def search_for(page: Any, words: str) -> None:
    box = page.locator("[data-md-component=search-query]")
    box.fill(words)
    # The theme looks at the text whenever a key comes up.
    box.press("End")


def requests_of_payloads(place: Served) -> list[str]:
    return [path for path in place.asked if "pwned?" in path]


def test_every_session_and_every_name_is_on_the_site(hostile: Path) -> None:
    assert len(PAYLOADS) >= 50
    assert len(list(hostile.glob("2026/2026-01-01-payload-*.html"))) == len(PAYLOADS)
    assert len(list(hostile.glob("2026/*.html"))) == len(PAYLOADS) + 3
    for folder in ("projects", "models", "tags"):
        assert len(list(hostile.glob(f"{folder}/*.html"))) > len(PAYLOADS) - 3, folder


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_runs_even_without_the_policy(visit: Visits, hostile: Path, place: Served, part: int) -> None:
    visited, ran = opened(visit, place, policy=False)
    clean = visited.go("method/index.html")
    own_scripts = {re.sub(r'URL\(".*?"', "", script) for script in measure(clean, "inlineScripts")}
    pages = sorted(path.relative_to(hostile).as_posix() for path in hostile.rglob("*.html"))
    for path in pages[part::PARTS]:
        page = visited.go(path)
        assert measure(page, "live") == [], path
        scripts = {re.sub(r'URL\(".*?"', "", script) for script in measure(page, "inlineScripts")}
        assert scripts == own_scripts, path
        provoke(page)
        assert page.url == place.url + path
    visited.page.wait_for_timeout(100)
    assert ran == []
    assert requests_of_payloads(place) == []


def test_nothing_of_it_has_to_be_stopped_by_the_policy(visit: Visits, place: Served) -> None:
    visited, ran = opened(visit, place, policy=True)
    paths = [f"2026/2026-01-01-payload-{number}.html" for number in range(len(PAYLOADS))]
    for path in ("index.html", "all/index.html", "problems/index.html", "decisions/index.html", *paths):
        page = visited.go(path)
        assert page.locator("meta[http-equiv=Content-Security-Policy]").count() == 1
        provoke(page)
    assert ran == []
    assert requests_of_payloads(place) == []


@pytest.mark.parametrize("policy", [True, False])
def test_results_of_a_search_run_nothing(visit: Visits, place: Served, policy: bool) -> None:
    visited, ran = opened(visit, place, policy=policy)
    page = visited.go("index.html")
    page.click("[data-md-component=search-query]")
    page.locator(".md-search-result__meta", has_text="Type to start searching").wait_for()
    for number in range(len(PAYLOADS)):
        search_for(page, f"{WORD}{number}")
        result = page.locator(".md-search-result__link", has_text=f"{WORD}{number}").first
        result.wait_for(state="attached")
        assert measure(page, "live") == [], payload(number)
    for words in ("<script>pwned(950)</script>", "<img src=x:x onerror=pwned(951)>", '" onfocus="pwned(952)'):
        search_for(page, words)
        page.wait_for_timeout(100)
        assert measure(page, "live") == []
    assert ran == []
    assert requests_of_payloads(place) == []


def test_files_beside_the_pages_run_nothing(visit: Visits, hostile: Path, place: Served) -> None:
    files = [path for path in hostile.rglob("*") if path.suffix in (".svg", ".xml") and path.name != "sitemap.xml"]
    made = sorted(path.relative_to(hostile).as_posix() for path in files if not path.is_relative_to(hostile / "assets"))
    visited, ran = opened(visit, place, policy=False)
    for path in made:
        page = visited.go(path)
        assert page.evaluate("document.querySelectorAll('script, foreignObject, parsererror').length") == 0, path
        assert page.evaluate("document.documentElement.nodeName") in ("svg", "feed", "rss"), path
    assert ran == []
    assert requests_of_payloads(place) == []
    # A picture names no icon, so the browser asks for the one of the host.
    visited.faults[:] = [fault for fault in visited.faults if not re.search(r"favicon\.ico|status of 404", fault)]


def test_words_are_shown_as_they_were_written(visit: Visits, place: Served) -> None:
    visited, _ = opened(visit, place, policy=True)
    for number in (0, 4, 16, 23, 33, 38):
        page = visited.go(f"2026/2026-01-01-payload-{number}.html")
        assert page.locator("h1").inner_text().startswith(f"{WORD}{number} {payload(number)}"), number
        assert page.title().startswith(f"{WORD}{number} {payload(number)}"), number


def test_the_trap_closes(visit: Visits, tmp_path: Path) -> None:
    """The same payloads on a page that escapes nothing: what this file asserts would be seen."""
    shown = "".join(payload(number) for number in (0, 3, 4, 9, 21, 35))
    loads = payload(2).split(" onerror")[0] + ">"
    (tmp_path / "index.html").write_text(f"<!doctype html><meta charset=utf-8><main><article>{loads}{shown}")
    with serving(tmp_path) as bare:
        visited, ran = opened(visit, bare, policy=True)
        page = visited.go("index.html")
        live = measure(page, "live")
        provoke(page)
        page.wait_for_timeout(300)
        assert {0, 3, 4, 21} <= set(ran)
        assert requests_of_payloads(bare) == ["/pwned?2"]
        assert any("javascript:" in each for each in live)
        assert any(each.endswith(" onerror") for each in live)
    visited.faults.clear()
