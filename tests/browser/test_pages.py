"""Every kind of page, at the widths and in the colours that people have."""

from pathlib import Path

import pytest

from tests.browser.conftest import Visits, measure
from tests.browser.places import KINDS, Served, page_of

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1440, 2560)


def test_there_is_no_page_of_an_unknown_kind(sample: Path) -> None:
    known = {path for pattern in KINDS.values() for path in sample.glob(pattern)}
    assert sorted(path.relative_to(sample).as_posix() for path in set(sample.rglob("*.html")) - known) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_the_window(visit: Visits, sample: Path, kind: str, scheme: str) -> None:
    page = visit(page_of(sample, kind), color_scheme=scheme).page
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = [*measure(page, "tooWide"), *measure(page, "cutOff")]
    assert {width: wide for width, wide in found.items() if wide} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_text_is_large_enough_on_a_phone(visit: Visits, sample: Path, kind: str) -> None:
    page = visit(page_of(sample, kind), viewport={"width": 360, "height": 740}).page
    for summary in page.query_selector_all("main details:not([open]) > summary"):
        summary.click()
    assert measure(page, "tooSmall") == []


def test_a_chart_of_few_marks_is_all_in_sight_on_a_phone(visit: Visits, sample: Path) -> None:
    page = visit(page_of(sample, "session"), viewport={"width": 360, "height": 740}).page
    boxes = page.locator(".sg-scroll:has(> .sg-narrow)")
    assert boxes.count() > 0
    assert boxes.evaluate_all("all => all.map((e) => e.scrollWidth - e.clientWidth)") == [0] * boxes.count()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_for_files_of_the_site_alone(visit: Visits, sample: Path, kind: str, served: Served) -> None:
    """That nothing outside is asked for in any other way, and that there is no error, holds for every visit."""
    asked: list[str] = []
    visited = visit(None)
    visited.page.on("request", lambda request: asked.append(request.url))
    page = visited.go(page_of(sample, kind))
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 10_000)
    page.wait_for_load_state("networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((served.url, "data:image/"))] == []
