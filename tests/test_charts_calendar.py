"""The year by days: which class a day has, what it says, and what stands behind it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.charts import calendar
from sitegen.display import Amounts
from sitegen.tokens import TokenCounts, Totals
from tests.drawings import cells_of, marks_of, svg_of, texts_of

LAST = date(2026, 11, 18)
FIRST = date(2025, 11, 24)
"""A Monday, 51 weeks before that of the last day."""


def cost(amount: str, unpriced: int = 0) -> Totals:
    return Totals(2, TokenCounts(input=1_200), Decimal(amount), unpriced)


def ago(*amounts: str) -> Mapping[date, Totals]:
    """The newest first."""
    return {LAST - timedelta(days=days): cost(amount) for days, amount in enumerate(amounts)}


def classes_of(figure: str | None) -> list[str]:
    rects = [mark.find("rect") for mark in svg_of(figure).findall("g[@class='sg-mark']")]
    return [rect.attrib["class"] for rect in rects if rect is not None]


@pytest.mark.parametrize("days", [{}, ago("1"), ago("1", "0"), {**ago("1"), LAST - timedelta(days=400): cost("2")}])
def test_no_calendar_where_a_number_will_do(days: Mapping[date, Totals]) -> None:
    assert calendar(days, LAST, "days", "Days") is None


def test_each_day_with_use_says_its_date_and_cost() -> None:
    figure = calendar({**ago("1.5", "0", "2"), FIRST: cost("0.25")}, LAST, "days", "Days")
    assert marks_of(figure) == [
        "24 Nov 2025: $0.2500",
        "16 Nov 2026: $2.00",
        "17 Nov 2026: $0.00",
        "18 Nov 2026: $1.50",
    ]
    assert cells_of(figure) == [
        ["24 Nov 2025", "$0.2500", "1,200"],
        ["16 Nov 2026", "$2.00", "1,200"],
        ["17 Nov 2026", "$0.00", "1,200"],
        ["18 Nov 2026", "$1.50", "1,200"],
    ]
    assert svg_of(figure).findtext("desc") == (
        "One square for each day from 24 Nov 2025 to 18 Nov 2026: $3.75 in all, 3 days with a cost, "
        "the highest on 16 Nov 2026, $2.00."
    )


def test_every_day_of_the_year_has_one_square_and_none_comes_after_the_last() -> None:
    figure = calendar(ago("1", "2", "3"), LAST, "days", "Days")
    unused = svg_of(figure).find("path[@class='sg-h0']")
    assert unused is not None
    squares = unused.attrib["d"].split("z")[:-1]
    assert len(squares) + 3 == (LAST - FIRST).days + 1
    assert len(set(squares)) == len(squares)


def test_months_and_weekdays_are_named() -> None:
    months = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
    assert texts_of(calendar(ago("1", "2"), LAST, "days", "Days")) == [*months, "Mon", "Wed", "Fri"]


def test_one_costly_day_does_not_make_the_others_pale() -> None:
    figure = calendar(ago(*["1", "2", "3", "4"] * 10, "1000"), LAST, "days", "Days")
    assert Counter(classes_of(figure)) == {"sg-h1": 10, "sg-h2": 10, "sg-h3": 10, "sg-h4": 11}


@given(st.lists(st.decimals("0.01", 500, places=2), min_size=2, max_size=60))
def test_a_costlier_day_is_never_paler(costs: list[Decimal]) -> None:
    figure = calendar(ago(*map(str, costs)), LAST, "days", "Days")
    classes = list(reversed(classes_of(figure)))
    ranked = [class_ for _, class_ in sorted(zip(costs, classes, strict=True))]
    assert ranked == sorted(ranked)
    assert ranked[-1] == "sg-h4"


def test_the_legend_goes_from_less_to_more() -> None:
    figure = calendar(ago("4", "4", "1"), LAST, "days", "Days")
    assert figure
    words = ("none", "up to $1.00", "up to $2.00", "up to $3.00", "more")
    places = [
        figure.index(f'<li><span class="sg-swatch sg-h{place}"></span>{word}</li>') for place, word in enumerate(words)
    ]
    assert places == sorted(places)
    assert "sg-at-least" not in figure


def test_a_day_that_lacks_a_price_is_marked_and_unpriced_is_not_zero() -> None:
    days = {**ago("1", "2"), LAST - timedelta(days=9): cost("3", 1), LAST - timedelta(days=8): cost("0", 1)}
    figure = calendar(days, LAST, "days", "Days")
    assert figure
    assert marks_of(figure)[:2] == ["9 Nov 2026: ≥ $3.00", "10 Nov 2026: unpriced"]
    assert [
        len(mark.findall("rect[@class='sg-at-least']")) for mark in svg_of(figure).findall("g[@class='sg-mark']")
    ] == [
        1,
        1,
        0,
        0,
    ]
    assert [row[1] for row in cells_of(figure)] == ["≥ $3.00", "unpriced", "$2.00", "$1.00"]
    assert "at least this much: something has no price" in figure


def test_links_stand_in_the_table_and_not_in_the_drawing() -> None:
    figure = calendar(ago("1", "2"), LAST, "days", "Days", url_of=lambda day: "months/11.html" if day == LAST else None)
    assert figure
    drawing, table = figure.split("<details")
    assert "href" not in drawing
    assert '<th scope="row"><a href="months/11.html">18 Nov 2026</a></th>' in table
    assert '<th scope="row">17 Nov 2026</th>' in table


def test_where_amounts_are_hidden_there_is_no_amount() -> None:
    hidden = Amounts(hidden=True, list_cost=Decimal(40), tokens=12_000, requests=10)
    figure = calendar(ago("1", "4"), LAST, "days", "Days", hidden)
    assert figure
    assert marks_of(figure) == ["17 Nov 2026: 100 % of the highest", "18 Nov 2026: 25 % of the highest"]
    assert cells_of(figure) == [["17 Nov 2026", "10 %", "10 %"], ["18 Nov 2026", "2.5 %", "10 %"]]
    assert "$" not in figure
    assert "1,200" not in figure


@pytest.mark.parametrize("last", [date(1, 1, 5), date.max])
def test_the_first_and_the_last_days_there_can_be_are_no_trouble(last: date) -> None:
    figure = calendar({last: cost("1"), last - timedelta(days=1): cost("2")}, last, "days", "Days")
    assert len(marks_of(figure)) == 2
