"""Everything that can be used can be reached with the keyboard, and is seen to be reached."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visits, eventually
from tests.browser.places import page_of

pytestmark = pytest.mark.browser

STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const look = (of) => {
    const style = getComputedStyle(of);
    const keys = ["outline", "boxShadow", "backgroundColor", "color", "borderColor", "textDecoration", "opacity"];
    return keys.map((key) => style[key]).join("|");
  };
  // The mark of a focus may be on what stands around or behind: a box that is drawn by its label.
  const around = [e, e.parentElement, e.nextElementSibling, e.closest("label, form, figure, li")].filter(Boolean);
  const looks = () => around.map(look).join("||");
  const focused = looks();
  e.blur();
  const changed = looks() !== focused;
  e.focus({ focusVisible: true, preventScroll: true });
  return {
    name: `${e.tagName.toLowerCase()}.${(e.getAttribute("class") || "").replace(/ ?focus-visible/, "")}`,
    label: e.getAttribute("aria-label") || e.textContent.trim().slice(0, 40),
    seen: changed,
  };
}"""


def stops(page: Any, most: int = 400) -> list[dict[str, Any]]:
    """Where Tab goes, in order, until it leaves the page."""
    # A colour on its way to another one would look like a change, or like none.
    page.add_style_tag(content="*, ::before, ::after { transition: none !important; animation: none !important }")
    found: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        found.append(stop)
    return found


@pytest.mark.parametrize("kind", ["dashboard", "sessions", "session"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_tab_key_reaches_everything_and_shows_where_it_is(
    visit: Visits, sample: Path, kind: str, width: int
) -> None:
    page = visit(page_of(sample, kind), viewport={"width": width, "height": 900}).page
    boxes = [box.get_attribute("aria-label") for box in page.locator("main .sg-scroll").all() if box.is_visible()]
    found = stops(page)
    names = " ".join(stop["name"] for stop in found)
    assert found[0]["name"] == "a.md-skip"
    assert "md-search__input" in names or width < 1000, "on a phone a button opens the search"
    assert "md-nav__link" in names or width < 1000, "on a phone a button opens the navigation"
    reached = {stop["label"] for stop in found}
    assert [box for box in boxes if box not in reached] == []
    # The theme's search opens as it is reached, and stays open.
    assert [stop for stop in found if not stop["seen"] and "md-search__input" not in stop["name"]] == []


def test_the_first_stop_leads_past_the_navigation(visit: Visits) -> None:
    page = visit("index.html").page
    page.keyboard.press("Tab")
    assert page.locator("a.md-skip").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main article') !== null")


def test_a_wide_table_scrolls_with_the_arrow_keys(visit: Visits, sample: Path) -> None:
    page = visit(page_of(sample, "session"), viewport={"width": 360, "height": 740}).page
    boxes = page.locator(".sg-scroll:has(table)")
    wide = next(box for box in boxes.all() if box.evaluate("e => e.checkVisibility() && e.scrollWidth > e.clientWidth"))
    wide.focus()
    page.keyboard.press("ArrowRight")
    eventually(lambda: wide.evaluate("e => e.scrollLeft > 0 && e === document.activeElement"))


def test_the_arrow_keys_tell_the_values_of_a_chart(visit: Visits) -> None:
    page = visit("index.html").page
    chart = page.locator(".sg-scroll:has(.sg-chart .sg-mark)").first
    tip = page.locator(".sg-tip")
    assert not tip.is_visible()
    chart.focus()
    told = []
    for key in ("ArrowRight", "ArrowRight", "End", "Home"):
        page.keyboard.press(key)
        assert tip.is_visible()
        told.append(tip.inner_text())
    assert all(told)
    assert told[0] == told[3]
    assert len(set(told)) == 3
    assert page.locator("[aria-live=polite]", has_text=told[3]).count() == 1
    page.keyboard.press("Escape")
    assert not tip.is_visible()


def test_a_pointer_on_a_chart_shows_the_same(visit: Visits) -> None:
    page = visit("index.html").page
    mark = page.locator(".sg-chart .sg-mark").first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tip = page.locator(".sg-tip")
    tip.wait_for()
    shown = tip.bounding_box()
    assert tip.inner_text()
    assert shown
    assert shown["x"] >= 0
    assert shown["x"] + shown["width"] <= page.evaluate("document.documentElement.clientWidth")
