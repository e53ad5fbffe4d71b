"""The list of all sessions: filters and columns that can be sorted, by their labels."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visits
from tests.browser.places import page_of

pytestmark = pytest.mark.browser

LIST = "all/index.html"


def rows(page: Any) -> list[str]:
    """The words of the rows that are shown, in their order."""
    return [" ".join(row.inner_text().split()) for row in page.locator("main tbody tr").all() if row.is_visible()]


def choose(page: Any, label: str) -> str:
    """Picks the last of what a select offers."""
    select = page.get_by_label(label, exact=True)
    offered: Sequence[str] = select.locator("option").evaluate_all("all => all.map((e) => e.value)")
    assert len(offered) > 1, label
    select.select_option(offered[-1])
    return offered[-1]


def test_typing_filters_and_a_line_says_how_many_are_left(visit: Visits) -> None:
    page = visit(LIST).page
    all_rows = rows(page)
    page.get_by_label("Filter by text").fill("webhook")
    shown = rows(page)
    assert 0 < len(shown) < len(all_rows)
    assert all("webhook" in row.casefold() for row in shown)
    assert re.search(rf"\b{len(shown)}\b", page.get_by_role("status").first.inner_text())
    page.get_by_role("button", name="Reset").click()
    assert rows(page) == all_rows


@pytest.mark.parametrize("label", ["Project", "Model", "Tag", "Month", "State"])
def test_a_choice_filters(visit: Visits, label: str) -> None:
    page = visit(LIST).page
    all_rows = rows(page)
    choose(page, label)
    shown = rows(page)
    assert len(shown) > 0
    assert len(shown) < len(all_rows) or label == "State", "all samples are complete"
    page.get_by_role("button", name="Reset").click()
    assert rows(page) == all_rows


def test_filters_hold_together(visit: Visits) -> None:
    page = visit(LIST).page
    page.get_by_label("Filter by text").fill("webhook")
    one = rows(page)
    choose(page, "Month")
    assert set(rows(page)) <= set(one)


def test_what_is_not_there_is_said(visit: Visits) -> None:
    page = visit(LIST).page
    page.get_by_label("Filter by text").fill("nothing has these words")
    assert rows(page) == []
    assert re.search(r"\b(0|no)\b", page.get_by_role("status").first.inner_text().casefold())


def test_columns_sort_both_ways(visit: Visits) -> None:
    page = visit(LIST).page
    buttons = page.locator("main thead th button")
    assert buttons.count() >= 3
    for number in range(buttons.count()):
        button = buttons.nth(number)
        if not button.is_visible():
            continue
        head = button.locator("xpath=ancestor::th")
        orders = []
        for _ in range(2):
            button.click()
            orders.append((head.get_attribute("aria-sort"), rows(page)))
        assert {order for order, _ in orders} == {"ascending", "descending"}
        assert sorted(orders[0][1]) == sorted(orders[1][1]), "no row is lost"
        others = page.locator("main thead th[aria-sort=ascending], main thead th[aria-sort=descending]")
        assert others.count() == 1, "one column at a time says that it sorts"


def test_amounts_sort_as_numbers(visit: Visits) -> None:
    page = visit(LIST).page
    head = page.locator("main thead th", has=page.locator("button", has_text=re.compile("cost", re.IGNORECASE))).first
    column = head.evaluate("e => e.cellIndex")
    head.locator("button").click()
    while head.get_attribute("aria-sort") != "ascending":
        head.locator("button").click()
    cells = page.locator(f"main tbody tr > :nth-child({column + 1})").all_inner_texts()
    amounts = [float(found[0].replace(",", "")) for cell in cells if (found := re.search(r"[\d,.]*\d", cell))]
    assert len(amounts) > 3
    assert amounts == sorted(amounts)


def test_the_keyboard_sorts_and_filters(visit: Visits) -> None:
    page = visit(LIST).page
    page.get_by_label("Filter by text").focus()
    page.keyboard.type("webhook")
    shown = rows(page)
    assert len(shown) > 0
    button = page.locator("main thead th button").first
    button.focus()
    page.keyboard.press("Enter")
    assert button.locator("xpath=ancestor::th").get_attribute("aria-sort") in ("ascending", "descending")
    assert sorted(rows(page)) == sorted(shown)


@pytest.mark.parametrize("kind", ["project", "model", "tag"])
def test_a_group_leads_to_its_sessions_in_the_list(visit: Visits, sample: Path, kind: str) -> None:
    page = visit(page_of(sample, kind)).page
    group = page.locator("main h1").inner_text()
    number = int(page.locator("a.sg-card", has_text="Sessions").locator(".sg-card-value").inner_text())
    page.locator("a.sg-card", has_text="Sessions").click()
    page.wait_for_url("**/all/index.html#*")
    assert page.get_by_label(kind.capitalize(), exact=True).input_value() == group
    assert len(rows(page)) == number
    assert page.get_by_role("status").first.inner_text().startswith(f"{number} of ")
