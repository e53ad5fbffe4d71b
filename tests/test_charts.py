"""Charts: sensible steps, the same text every time, nothing foreign unescaped."""

import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sitegen.charts import (
    Bar,
    bucket_label,
    cost_over_time,
    fixed,
    ranked_bars,
    series_order,
    tick_labels,
    ticks,
    time_chart,
)
from sitegen.charts.axes import Plot, left_of
from sitegen.display import Amounts
from sitegen.markup import Html
from sitegen.session import Session
from tests.drawings import svg_of
from tests.made_sessions import made_row, made_session

DAYS = ("2026-02-11", "2026-02-12", "2026-02-14")
MODELS = ("a", "b", "c")


def sessions_on(*days: str, model: str = "claude-sonnet-5", list_cost: str | None = "1.5") -> list[Session]:
    return [made_session(f"sessions/{day}.md", made_row(f"{day}T10:00+00:00", model, list_cost)) for day in days]


def drawing(sessions: list[Session], unit: str | None = None) -> ET.Element:
    chart = time_chart(sessions, series_order(sessions), unit)
    assert chart is not None
    return svg_of(cost_over_time(chart, "cost", "Cost"))


@given(st.decimals("0.000001", 10**9, places=6))
def test_ticks_reach_the_highest_value_in_few_round_steps(highest: Decimal) -> None:
    found = ticks(highest)
    steps = {after - before for before, after in pairwise(found)}
    assert found[0] == 0
    assert found[-1] >= highest > found[-2]
    assert 2 <= len(found) <= 6
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        ("301", ("$0", "$100", "$200", "$300", "$400")),
        ("12.2", ("$0.00", "$2.50", "$5.00", "$7.50", "$10.00", "$12.50")),
        ("0.003", ("$0.000", "$0.001", "$0.002", "$0.003")),
        ("48000", ("$0 k", "$10 k", "$20 k", "$30 k", "$40 k", "$50 k")),
        ("12000", ("$0.0 k", "$2.5 k", "$5.0 k", "$7.5 k", "$10.0 k", "$12.5 k")),
    ],
)
def test_tick_labels(highest: str, labels: tuple[str, ...]) -> None:
    assert tick_labels(ticks(Decimal(highest))) == labels


def test_numbers_are_rounded_half_up() -> None:
    assert [fixed(Decimal(text), 2) for text in ("0.005", "0.015", "2", "-0.005")] == [
        "0.01",
        "0.02",
        "2.00",
        "-0.01",
    ]


@pytest.mark.parametrize(
    ("days", "unit", "buckets"),
    [
        (("2026-02-11", "2026-02-13"), "day", ("2026-02-11", "2026-02-12", "2026-02-13")),
        (("2025-12-27", "2026-01-20"), "week", ("2025-W52", "2026-W01", "2026-W02", "2026-W03", "2026-W04")),
        (("2025-12-31", "2026-03-31"), "month", ("2025-12", "2026-01", "2026-02", "2026-03")),
        (("1970-01-01", "2026-03-31"), "month", ("1970-01", "2026-03")),
    ],
)
def test_the_time_covered_chooses_the_unit_and_has_no_gaps(
    days: tuple[str, ...], unit: str, buckets: tuple[str, ...]
) -> None:
    chart = time_chart(sessions_on(*days), ("claude-sonnet-5",))
    assert chart is not None
    assert (chart.unit, chart.buckets) == (unit, buckets)


def test_no_chart_where_a_number_will_do() -> None:
    assert time_chart([], ()) is None
    assert time_chart(sessions_on("2026-02-11"), ("claude-sonnet-5",)) is None
    assert time_chart(sessions_on("2026-02-11", "2026-02-12", list_cost=None), ("claude-sonnet-5",)) is None


def test_at_most_six_series_and_the_rest_is_other() -> None:
    sessions = [
        session
        for number in range(8)
        for session in sessions_on("2026-02-11", "2026-02-12", model=f"m{number}", list_cost=str(8 - number))
    ]
    order = series_order(sessions)
    chart = time_chart(sessions, order)
    assert chart is not None
    assert chart.series == ("m0", "m1", "m2", "m3", "m4", "other")
    assert chart.colours == (1, 2, 3, 4, 5, 6)
    assert chart.of("2026-02-11", "other").list_cost == Decimal(3 + 2 + 1)
    only_some = time_chart(sessions_on("2026-02-11", "2026-02-12", model="m1"), order)
    assert only_some is not None
    assert only_some.colours == (2,)


def test_the_drawing_is_xml_with_a_title_a_description_and_no_colour() -> None:
    svg = drawing(sessions_on("2026-02-11", "2026-02-12", "2026-02-12"))
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-labelledby"] == "cost-title cost-desc"
    assert svg.findtext("title") == "Cost"
    assert svg.findtext("desc") == (
        "Stacked bars, one for each day from 11 Feb 2026 to 12 Feb 2026: "
        "$4.50 in all, the highest $3.00 on 12 Feb 2026."
    )
    assert [mark.findtext("title") for mark in svg.findall("g[@class='sg-mark']")] == [
        "11 Feb 2026: $1.50",
        "12 Feb 2026: $3.00",
    ]
    bars = svg.findall("g/rect[@class='sg-c1']")
    assert [bar.findtext("title") for bar in bars] == [
        "11 Feb 2026 · claude-sonnet-5: $1.50",
        "12 Feb 2026 · claude-sonnet-5: $3.00",
    ]
    assert [bar.attrib["height"] for bar in bars] == ["103.00", "206.00"]
    assert not {"fill", "stroke", "style", "href", "tabindex"} & {name for part in svg.iter() for name in part.attrib}


def test_names_of_models_are_escaped_everywhere() -> None:
    sessions = sessions_on("2026-02-11", "2026-02-12", model='<script>"\x07&')
    chart = time_chart(sessions, series_order(sessions))
    assert chart is not None
    figure = cost_over_time(chart, "cost", "Cost")
    assert "<script>" not in figure
    assert "\x07" not in figure
    assert drawing(sessions).findtext("g/rect/title") == '11 Feb 2026 · <script>"&: $1.50'


costs = st.decimals("0.01", 1000, places=4)


@given(st.dictionaries(st.tuples(st.sampled_from(DAYS), st.sampled_from(MODELS)), costs, min_size=2, max_size=12))
def test_heights_are_as_the_amounts_and_the_table_adds_up(amounts: dict[tuple[str, str], Decimal]) -> None:
    sessions = [s for (day, model), cost in amounts.items() for s in sessions_on(day, model=model, list_cost=str(cost))]
    chart = time_chart(sessions, series_order(sessions), "day")
    assume(chart)
    assert chart is not None
    assert sum((chart.height(bucket) for bucket in chart.buckets), Decimal()) == sum(amounts.values())
    for bucket in chart.buckets:
        assert sum((chart.of(bucket, series).list_cost for series in chart.series), Decimal()) == chart.height(bucket)
    rects = [rect for rect in drawing(sessions, "day").iter("rect") if rect.attrib["class"].startswith("sg-c")]
    heights = {(rect.findtext("title") or "").partition(":")[0]: Decimal(rect.attrib["height"]) for rect in rects}
    unit = sum(heights.values(), Decimal()) / sum(amounts.values(), Decimal())
    assert len(rects) == len(amounts)
    for (day, model), cost in amounts.items():
        assert abs(heights[f"{int(day[8:])} Feb 2026 · {model}"] - cost * unit) < Decimal("0.2")


def test_neighbours_in_a_column_are_parted_and_in_the_order_of_the_legend() -> None:
    sessions = [
        *sessions_on("2026-02-11", "2026-02-12", model="a", list_cost="2"),
        *sessions_on("2026-02-11", "2026-02-12", model="b", list_cost="1"),
    ]
    first = drawing(sessions).findall("g[@class='sg-mark']")[0]
    assert [part.attrib["class"] for part in first if part.tag != "title"] == ["sg-reach", "sg-c1", "sg-c2", "sg-gap"]
    below, above, gap = first[2], first[3], first[4]
    assert Decimal(above.attrib["y"]) + Decimal(above.attrib["height"]) == Decimal(below.attrib["y"])
    assert gap.attrib["y1"] == gap.attrib["y2"] == below.attrib["y"]
    chart = time_chart(sessions, series_order(sessions))
    assert chart is not None
    figure = cost_over_time(chart, "cost", "Cost")
    assert '<span class="sg-swatch sg-c1"></span>a</li><li><span class="sg-swatch sg-c2"></span>b</li>' in figure


@pytest.mark.parametrize(
    ("unit", "until", "unfinished"),
    [
        ("month", date(2026, 2, 27), "2026-02"),
        ("month", date(2026, 2, 28), ""),
        ("month", date(2026, 3, 1), ""),
        ("month", None, ""),
        ("week", date(2026, 2, 11), "2026-W07"),
        ("week", date(2026, 2, 15), ""),
        ("day", date(2026, 2, 11), ""),
    ],
)
def test_the_bucket_in_which_the_record_ends_is_unfinished(unit: str, until: date | None, unfinished: str) -> None:
    chart = time_chart(sessions_on("2026-01-05", "2026-02-11"), ("claude-sonnet-5",), unit, until=until)
    assert chart is not None
    assert chart.unfinished == unfinished


def test_what_is_unfinished_says_so_in_the_drawing_its_words_and_the_table() -> None:
    chart = time_chart(sessions_on("2026-01-05", "2026-02-11"), ("claude-sonnet-5",), "month", until=date(2026, 2, 11))
    assert chart is not None
    figure = cost_over_time(chart, "cost", "Cost")
    svg = svg_of(figure)
    (mark,) = svg.findall("g[@class='sg-mark sg-so-far']")
    assert mark.findtext("title") == "Feb 2026, so far: $1.50"
    assert mark.findtext("text") == "so far"
    assert '<th scope="row">Feb 2026, so far</th>' in figure
    assert '<th scope="row">Jan 2026</th>' in figure
    assert (svg.findtext("desc") or "").startswith(
        "Stacked bars, one for each month from Jan 2026 to Feb 2026, so far:"
    )


def test_the_last_day_there_can_be_is_no_trouble() -> None:
    sessions = sessions_on("9999-11-30", "9999-12-31")
    chart = time_chart(sessions, ("claude-sonnet-5",), "month", until=date.max)
    assert chart is not None
    assert not chart.unfinished


def test_where_amounts_are_hidden_marks_and_axis_count_alike() -> None:
    hidden = Amounts(hidden=True, list_cost=Decimal(600), tokens=10**6, requests=100)
    chart = time_chart(sessions_on("2026-02-11", "2026-02-12", "2026-02-12"), ("claude-sonnet-5",), amounts=hidden)
    assert chart is not None
    figure = cost_over_time(chart, "cost", "Cost")
    titles = [mark.findtext("title") for mark in svg_of(figure).findall("g[@class='sg-mark']")]
    assert titles == ["11 Feb 2026: 50 % of the highest", "12 Feb 2026: 100 % of the highest"]
    labels = [text.text for text in svg_of(figure).iter("text")]
    assert labels == ["11 Feb", "12 Feb", "0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert '<td class="sg-num">0.3 %</td>' in figure
    assert "$" not in figure


@pytest.mark.parametrize(("buckets", "most"), [(2, 2), (30, 12), (120, 12), (115, 12)])
def test_labels_below_stand_apart_and_inside(buckets: int, most: int) -> None:
    words = [f"{place % 28 + 1} Feb 2026" for place in range(buckets)]
    plot = Plot(buckets, Decimal(1))
    texts = list(ET.fromstring(f"<g>{plot.labels(words)}</g>"))  # noqa: S314  # our own text
    middles = [Decimal(text.attrib["x"]) for text in texts]
    assert 2 <= len(texts) <= most
    widest = Decimal("7.4") * 11
    assert all(after - before >= widest for before, after in pairwise(middles))
    assert middles[-1] + widest / 2 <= 840


def test_long_labels_of_an_axis_have_room() -> None:
    assert left_of(("$0", "$5")) == 58
    assert left_of(("$0.0000000", "$0.0000025")) == 84


def test_a_bucket_that_lacks_a_price_is_marked() -> None:
    sessions = [
        *sessions_on("2026-02-11", "2026-02-12"),
        *sessions_on("2026-02-12", model="new", list_cost=None),
    ]
    marks = [text for text in drawing(sessions).iter("text") if "≥" in "".join(text.itertext())]
    assert len(marks) == 1
    chart = time_chart(sessions, series_order(sessions))
    assert chart is not None
    figure = cost_over_time(chart, "cost", "Cost")
    assert '<td class="sg-num">unpriced</td>' in figure
    assert '<td class="sg-num">≥ $1.50</td>' in figure


def test_ranked_bars_are_a_list_with_the_rest_in_one_line() -> None:
    bars = [Bar(f"p{number}", Decimal(number), Html(f"${number}"), f"p{number}.html") for number in range(5)]
    track = '<span class="sg-bar-track" aria-hidden="true">{}</span>'
    fill = '<span class="sg-bar-fill" style="width:{}%"></span>'
    # The bar of the rest would be the longest, though none of them costs the most.
    assert ranked_bars(bars, "projects", most=2) == (
        '<ol class="sg-bars" data-search-exclude="true">'
        '<li><span class="sg-bar-label"><a href="p4.html">p4</a></span>'
        f'{track.format(fill.format("100.0"))}<span class="sg-bar-value">$4</span></li>'
        '<li><span class="sg-bar-label"><a href="p3.html">p3</a></span>'
        f'{track.format(fill.format("75.0"))}<span class="sg-bar-value">$3</span></li>'
        '<li><span class="sg-bar-label"><span>3 other projects</span></span>'
        f'{track.format("")}<span class="sg-bar-value">$3.00</span></li>'
        "</ol>"
    )


@pytest.mark.parametrize(("number", "told"), [(0, 0), (10, 10), (12, 12), (13, 11)])
def test_few_bars_more_are_shown_as_well(number: int, told: int) -> None:
    bars = [Bar(f"p{at}", Decimal(at), Html(f"${at}")) for at in range(number)]
    assert str(ranked_bars(bars, "projects")).count("<li>") == told


def test_labels() -> None:
    assert bucket_label("2026-02", "month") == "Feb 2026"
    assert bucket_label("2026-W07", "week") == "9 Feb"
    assert bucket_label("2026-02-11", "day") == "11 Feb"


@pytest.mark.parametrize(("days", "width"), [(2, 350), (7, 350), (8, 840), (40, 840)])
def test_a_drawing_of_few_marks_is_narrow_and_all_of_it_is_inside(days: int, width: int) -> None:
    first = date(2026, 2, 11).toordinal()
    shown = drawing(sessions_on(*(date.fromordinal(first + day).isoformat() for day in range(days))), "day")
    assert shown.get("viewBox") == f"0 0 {width} 250"
    assert ("sg-narrow" in shown.get("class", "")) == (width == 350)
    for bar in shown.iter("rect"):
        assert 0 <= float(bar.get("x", "")) < float(bar.get("x", "")) + float(bar.get("width", "")) <= width
    for line in shown.iter("line"):
        assert float(line.get("x2", "")) <= width
