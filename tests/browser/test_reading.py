"""What a reader does: search, choose colours, read without scripts, from disk and on paper."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import Visits, eventually, measure
from tests.browser.places import page_of

pytestmark = pytest.mark.browser

TITLE = "Webhook retries that end"


def test_a_session_is_found_by_a_word_of_its_title(visit: Visits) -> None:
    page = visit("index.html").page
    page.click("[data-md-component=search-query]")
    page.keyboard.type("retries")
    result = page.locator(".md-search-result__link", has_text=TITLE).first
    result.wait_for()
    result.click()
    page.wait_for_url(re.compile(r"2026-10-06-webhook-retries-that-end"))
    assert page.inner_text("h1").startswith(TITLE)


def test_the_chosen_colours_stay(visit: Visits) -> None:
    page = visit("index.html", color_scheme="light").page
    seen = {}
    for _ in range(3):
        page.locator("label.md-header__button[for^=__palette]:visible").click()
        chosen = page.evaluate("document.body.getAttribute('data-md-color-media')")
        page.reload()
        assert page.evaluate("document.body.getAttribute('data-md-color-media')") == chosen
        scheme = page.evaluate("document.body.getAttribute('data-md-color-scheme')")
        seen[chosen] = (scheme, measure(page, "background") < 100)
    assert seen == {
        "(prefers-color-scheme)": ("default", False),
        "(prefers-color-scheme: light)": ("default", False),
        "(prefers-color-scheme: dark)": ("slate", True),
    }


def test_the_colours_follow_the_system_at_once(visit: Visits) -> None:
    page = visit("index.html", color_scheme="light").page
    assert measure(page, "background") > 200
    page.emulate_media(color_scheme="dark")
    eventually(lambda: measure(page, "background") < 100)


@pytest.mark.parametrize("kind", ["dashboard", "sessions", "session", "project", "decisions", "loops"])
def test_pages_are_whole_without_scripts(visit: Visits, sample: Path, kind: str) -> None:
    path = page_of(sample, kind)
    plain, scripted = visit(path, java_script_enabled=False).page, visit(path).page
    assert plain.locator("main table:visible, main li:visible").count()
    for row in ("tbody tr", "h2", ".sg-card", "dd", "figure"):
        shown = [sum(e.is_visible() for e in page.locator(f"main article {row}").all()) for page in (plain, scripted)]
        assert shown[0] >= shown[1], f"{row} needs a script"
    # A control that does nothing without a script is not there without one.
    assert [e.inner_text() for e in plain.locator("main article button").all() if e.is_visible()] == []


def test_links_lead_on_without_scripts(visit: Visits) -> None:
    page = visit("all/index.html", java_script_enabled=False).page
    page.locator("main article a", has_text=TITLE).first.click()
    page.wait_for_url(re.compile(r"2026-10-06"))
    assert page.locator("main table:visible").count()
    page.locator("main a[href*='projects/']:visible").first.click()
    page.wait_for_url(re.compile(r"projects/"))


@pytest.mark.parametrize("kind", ["dashboard", "sessions", "session", "downloads", "problems"])
def test_pages_can_be_read_from_disk(visit: Visits, sample: Path, kind: str) -> None:
    page = visit(page_of(sample, kind), base=f"{sample.as_uri()}/").page
    assert page.locator("main h1").first.is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--sg-1').trim()")
    assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") == "sticky"
    page.locator("nav.md-nav--primary a[href$='all/index.html'], main a[href$='.html']").locator(
        "visible=true"
    ).first.click()
    page.wait_for_load_state()
    assert page.url.startswith("file://")
    assert page.locator("main h1").first.is_visible()


@pytest.mark.parametrize("kind", ["dashboard", "sessions", "session", "decisions"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_white_and_has_no_navigation(visit: Visits, sample: Path, kind: str, scheme: str) -> None:
    page = visit(page_of(sample, kind), color_scheme=scheme).page
    page.emulate_media(media="print")
    around = "header.md-header, .md-sidebar, .md-tabs, .md-footer, .md-search, .md-top, .sg-neighbours"
    assert [e.get_attribute("class") for e in page.locator(around).all() if e.is_visible()] == []
    assert measure(page, "background") > 250
    assert measure(page, "darkOnPaper") == []
    assert measure(page, "faintOnPaper") == []


def test_the_tables_behind_charts_are_on_paper_where_the_reader_opened_them(visit: Visits, sample: Path) -> None:
    """The theme opens every fold before it prints."""
    page = visit(page_of(sample, "project")).page
    folds = page.locator("details.sg-data")
    assert folds.count() > 1
    folds.first.locator("summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    eventually(lambda: folds.last.get_attribute("open") is not None)
    assert [fold.is_visible() for fold in folds.all()] == [True] + [False] * (folds.count() - 1)
    page.emulate_media(media="screen")
    assert all(fold.is_visible() for fold in folds.all())
