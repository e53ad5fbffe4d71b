"""Cost along a session, trends and small lines."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.charts import NOTHING, Point, Step, cost_along, sparkline, trend
from sitegen.display import Amounts
from tests.drawings import cells_of, marks_of, svg_of, texts_of

STEPS = (
    Step("20:36", "Initial prompt", Decimal("0.5")),
    Step("20:40", "Look it up", None),
    Step("20:41", "Fix <b>it</b>", Decimal("1.25"), floor=True),
)


def points(*values: str | None) -> list[Point]:
    return [
        Point(f"{day} Feb", None if value is None else Decimal(value), NOTHING if value is None else f"{value} %")
        for day, value in enumerate(values, 1)
    ]


def per_cent(value: Decimal) -> str:
    return f"{value} %"


def test_each_interaction_says_its_cost_and_the_sum_so_far() -> None:
    figure = cost_along(STEPS, "along", "Along")
    assert marks_of(figure) == [
        "20:36 · Initial prompt: $0.5000, $0.5000 so far",
        "20:40 · Look it up: unpriced, ≥ $0.5000 so far",
        "20:41 · Fix <b>it</b>: ≥ $1.25, ≥ $1.75 so far",
    ]
    assert cells_of(figure) == [
        ["20:36", "Initial prompt", "$0.5000", "$0.5000"],
        ["20:40", "Look it up", "unpriced", "≥ $0.5000"],
        ["20:41", "Fix &lt;b&gt;it&lt;/b&gt;", "≥ $1.25", "≥ $1.75"],
    ]
    assert svg_of(figure).findtext("desc") == (
        "Bars, one for each of 3 interactions from 20:36 to 20:41, and their sum so far as a line: "
        "≥ $1.75 in all, the highest ≥ $1.25 at 20:41."
    )
    assert {"Each interaction", "Sum so far", "?", "≥"} <= set(texts_of(figure))
    assert "<b>" not in str(figure)


def test_no_chart_of_one_cost() -> None:
    assert cost_along((), "along", "Along") is None
    assert cost_along(STEPS[:2], "along", "Along") is None
    assert cost_along((STEPS[0], Step("20:50", "Free", Decimal(0))), "along", "Along") is None


@given(
    st.lists(st.decimals(0, 1000, places=4), min_size=2, max_size=40).filter(
        lambda costs: len([c for c in costs if c]) > 1
    )
)
def test_bars_are_as_high_as_their_costs_and_the_line_never_falls(costs: list[Decimal]) -> None:
    steps = [Step(f"{place}:00", "task", cost) for place, cost in enumerate(costs)]
    svg = svg_of(cost_along(steps, "along", "Along"))
    heights = [Decimal(rect.attrib["height"]) for rect in svg.iter("rect") if rect.attrib["class"] == "sg-c1"]
    known = [cost for cost in costs if cost]
    unit = sum(heights, Decimal()) / sum(known, Decimal())
    assert all(abs(height - cost * unit) < Decimal("0.3") for height, cost in zip(heights, known, strict=True))
    line = svg.find("polyline")
    assert line is not None
    levels = [Decimal(pair.split(",")[1]) for pair in line.attrib["points"].split()]
    assert levels == sorted(levels, reverse=True)
    assert len(levels) == len(costs)


def test_where_amounts_are_hidden_a_session_counts_in_shares() -> None:
    hidden = Amounts(hidden=True, list_cost=Decimal(7), tokens=1, requests=1)
    figure = cost_along((STEPS[0], STEPS[2]), "along", "Along", hidden)
    assert marks_of(figure) == [
        "20:36 · Initial prompt: 40 % of the highest, 28.6 % of the whole so far",
        "20:41 · Fix <b>it</b>: ≥ 100 % of the highest, ≥ 100 % of the whole so far",
    ]
    assert "$" not in str(figure)


def test_a_trend_has_a_gap_where_nothing_is_known() -> None:
    figure = trend(points("40", "80", None, "60", None, "20", "0"), "share", "Share", per_cent)
    svg = svg_of(figure)
    assert [len(set(line.attrib["points"].split())) for line in svg.findall("polyline")] == [2, 1, 2]
    assert marks_of(figure) == ["1 Feb: 40 %", "2 Feb: 80 %", "4 Feb: 60 %", "6 Feb: 20 %", "7 Feb: 0 %"]
    assert cells_of(figure)[2] == ["3 Feb", NOTHING]
    assert texts_of(figure)[-5:] == ["0 %", "20 %", "40 %", "60 %", "80 %"]
    assert svg.findtext("desc") == (
        "A line from 1 Feb, 40 %, to 7 Feb, 0 %: the highest 80 % (2 Feb), the lowest 0 % (7 Feb)."
    )


@pytest.mark.parametrize("values", [(), ("1",), (None, "1", None), ("0", "0"), ("0", "3")])
def test_no_line_where_a_number_will_do(values: tuple[str | None, ...]) -> None:
    assert trend(points(*values), "share", "Share", per_cent) is None
    assert sparkline([None if value is None else Decimal(value) for value in values], "words") is None


@given(st.lists(st.none() | st.decimals("0.1", 100, places=1), min_size=2, max_size=30))
def test_dots_stand_as_high_as_their_values(values: list[Decimal | None]) -> None:
    known = [value for value in values if value is not None]
    figure = trend(points(*(None if value is None else str(value) for value in values)), "share", "Share", per_cent)
    if len(known) < 2:
        assert figure is None
        return
    circles = svg_of(figure).findall("g/circle")
    foot, top = Decimal(224), Decimal(18)
    highs = [(foot - Decimal(circle.attrib["cy"])) / (foot - top) for circle in circles]
    most = max(known)
    scale = highs[known.index(most)] / most
    assert 0 < highs[known.index(most)] <= 1
    assert all(abs(high - value * scale) < Decimal("0.001") for high, value in zip(highs, known, strict=True))


def test_labels_of_a_trend_are_escaped() -> None:
    hostile = [Point("<img onerror=x>", Decimal(1), '"<b>'), Point("b", Decimal(2), "2")]
    figure = trend(hostile, "share", "A & <B>", per_cent)
    assert figure
    assert "<img" not in figure
    assert "<b>" not in figure
    assert marks_of(figure)[0] == '<img onerror=x>: "<b>'


def test_a_small_line_says_in_words_what_it_shows_or_nothing_at_all() -> None:
    values = [Decimal(1), None, Decimal(3), Decimal(2)]
    spoken = svg_of(sparkline(values, 'from 1 to "2"'))
    assert spoken.attrib["role"] == "img"
    assert spoken.attrib["aria-label"] == 'from 1 to "2"'
    assert "aria-hidden" not in spoken.attrib
    silent = svg_of(sparkline(values))
    assert silent.attrib["aria-hidden"] == "true"
    assert "role" not in silent.attrib
    assert [len(set(line.attrib["points"].split())) for line in silent.findall("polyline")] == [1, 2]


def test_a_small_line_of_equal_values_is_flat() -> None:
    (line,) = svg_of(sparkline([Decimal(2), Decimal(2)])).findall("polyline")
    assert line.attrib["points"] == "3.00,12.00 97.00,12.00"
