"""Rollups → charts: inline SVG without a colour of its own, the same numbers in a table below it."""

from sitegen.charts.along import Step, cost_along
from sitegen.charts.axes import fixed, tick_labels, ticks
from sitegen.charts.bars import Bar, Part, budget_meter, mix_bar, ranked_bars
from sitegen.charts.calendar import calendar
from sitegen.charts.dates import bucket_label, unit_for
from sitegen.charts.figure import NOTHING, without_search_marks
from sitegen.charts.lines import Point, sparkline, trend
from sitegen.charts.over_time import (
    MOST_SERIES,
    OTHER,
    TimeChart,
    cost_over_time,
    series_order,
    time_chart,
)

__all__ = [
    "MOST_SERIES",
    "NOTHING",
    "OTHER",
    "Bar",
    "Part",
    "Point",
    "Step",
    "TimeChart",
    "bucket_label",
    "budget_meter",
    "calendar",
    "cost_along",
    "cost_over_time",
    "fixed",
    "mix_bar",
    "ranked_bars",
    "series_order",
    "sparkline",
    "tick_labels",
    "ticks",
    "time_chart",
    "trend",
    "unit_for",
    "without_search_marks",
]
