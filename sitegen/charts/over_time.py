"""Cost over time by model: stacked bars, one for each day, week or month."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sitegen.charts.axes import (
    NOTHING,
    bottom_labels,
    bucket_label,
    figure,
    fixed,
    grid,
    legend,
    middle_of,
    money_axis,
    slot_of,
    svg,
    y_of,
)
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el, joined, lines
from sitegen.rollups import NO_KEY, day_key, moment_of, month_key, rollup_by, week_key, week_of
from sitegen.session import Session
from sitegen.tokens import Totals, totals_of_row

MOST_SERIES = 6
OTHER = "other"
_SO_FAR = "so far"
_DAYS_UNTIL_WEEKS = 21
_DAYS_UNTIL_MONTHS = 70
_MOST_BUCKETS = 120

_KEYS = {"day": day_key, "week": week_key, "month": month_key}
_BUCKET_OF: Mapping[str, Callable[[date], str]] = {
    "day": date.isoformat,
    "week": week_of,
    "month": lambda day: day.isoformat()[:7],
}


@dataclass(frozen=True, slots=True)
class TimeChart:
    """Totals by bucket of time and series. Buckets are in order and without gaps, `series` from the bottom up.

    `colours` are numbers from 1 to 6, one for each series. `amounts` is how its figures are shown.
    `unfinished` is the bucket in which the record ends before the bucket does: its cost is only what it is so far.
    """

    unit: str
    buckets: tuple[str, ...]
    series: tuple[str, ...]
    colours: tuple[int, ...]
    cells: Mapping[str, Mapping[str, Totals]]
    amounts: Amounts = AS_THEY_ARE
    unfinished: str = ""

    def label(self, bucket: str) -> str:
        words = bucket_label(bucket, self.unit)
        return f"{words}, {_SO_FAR}" if bucket == self.unfinished else words

    def of(self, bucket: str, series: str) -> Totals:
        return self.cells.get(bucket, {}).get(series, Totals())

    def whole(self, bucket: str) -> Totals:
        return sum(self.cells.get(bucket, {}).values(), Totals())

    def height(self, bucket: str) -> Decimal:
        return self.whole(bucket).list_cost


def series_order(sessions: Sequence[Session]) -> tuple[str, ...]:
    """All models, the costliest first: one order for the whole site, so a model has one colour everywhere."""
    ranked = sorted(rollup_by(sessions, "model"), key=lambda r: (-r.totals.list_cost, r.key))
    return tuple(rollup.key for rollup in ranked)


def time_chart(
    sessions: Sequence[Session],
    order: Sequence[str],
    unit: str | None = None,
    amounts: Amounts = AS_THEY_ARE,
    until: date | None = None,
) -> TimeChart | None:
    """Cost by model and day, week or month, chosen by the time covered; None where a chart shows nothing.

    `until` is the newest day of the whole record, with which its last bucket may be unfinished.
    """
    days = sorted({at.date() for s in sessions for row in s.rows if (at := moment_of(s, row))})
    if not days:
        return None
    unit = unit or unit_for(days[0], days[-1])
    named = tuple(order) if len(order) <= MOST_SERIES else tuple(order[: MOST_SERIES - 1])
    cells: dict[str, dict[str, Totals]] = {}
    for session in sessions:
        for row in session.rows:
            if not (at := moment_of(session, row)):
                continue
            series = row.model or NO_KEY
            series = series if series in named else OTHER
            bucket = cells.setdefault(_KEYS[unit](at), {})
            bucket[series] = bucket.get(series, Totals()) + totals_of_row(row)
    used = {series for bucket in cells.values() for series in bucket}
    shown = tuple(name for name in (*named, OTHER) if name in used)
    colours = tuple(named.index(name) + 1 if name in named else MOST_SERIES for name in shown)
    buckets = _buckets(unit, days, cells)
    chart = TimeChart(unit, buckets, shown, colours, cells, amounts, _unfinished(unit, buckets, until))
    priced = [bucket for bucket in chart.buckets if chart.height(bucket)]
    return chart if len(priced) > 1 else None


def unit_for(first: date, last: date) -> str:
    span = (last - first).days
    return "day" if span < _DAYS_UNTIL_WEEKS else "week" if span < _DAYS_UNTIL_MONTHS else "month"


def cost_over_time(chart: TimeChart, name: str, title: str, *, open_table: bool = False) -> Html:
    """The figure: title, legend, drawing and table. `name` makes its ids: unique on its page."""
    pairs = zip(chart.series, chart.colours, strict=True)
    key = legend([(f"sg-c{colour}", series) for series, colour in pairs])
    return figure(title, key, _drawing(chart, name, title), _table(chart), open_table=open_table)


def _unfinished(unit: str, buckets: Sequence[str], until: date | None) -> str:
    """The last bucket, if the record ends in it on a day that is not its last. A day is never told apart."""
    if unit == "day" or until is None:
        return ""
    bucket_of = _BUCKET_OF[unit]
    ends_here = bucket_of(until) == buckets[-1]
    return buckets[-1] if ends_here and bucket_of(until + timedelta(days=1)) == buckets[-1] else ""


def _buckets(unit: str, days: Sequence[date], cells: Mapping[str, object]) -> tuple[str, ...]:
    """All from the first day to the last; only the used ones where that would be too many."""
    size = {"day": 1, "week": 7, "month": 28}[unit]
    if (days[-1] - days[0]).days // size > _MOST_BUCKETS:
        return tuple(sorted(cells))
    steps = ((days[-1] - days[0]).days) + 1
    span = (days[0] + timedelta(days=number) for number in range(steps))
    return tuple(dict.fromkeys(_BUCKET_OF[unit](day) for day in span))


def _drawing(chart: TimeChart, name: str, title: str) -> Html:
    values, labels = money_axis(max(chart.height(bucket) for bucket in chart.buckets), chart.amounts)
    return svg(
        name,
        title,
        _description(chart),
        grid(values, labels),
        *(_column(chart, place, bucket, values[-1]) for place, bucket in enumerate(chart.buckets)),
        *bottom_labels([bucket_label(bucket, chart.unit) for bucket in chart.buckets]),
    )


def _description(chart: TimeChart) -> str:
    highest = max(chart.buckets, key=chart.height)
    total = sum((chart.height(bucket) for bucket in chart.buckets), Decimal())
    first, last = chart.label(chart.buckets[0]), chart.label(chart.buckets[-1])
    span = f"Stacked bars, one for each {chart.unit} from {first} to {last}"
    amounts = chart.amounts
    where = chart.label(highest)
    if amounts.hidden:
        return f"{span}, in per cent of the highest, which is {where}."
    return f"{span}: {amounts.usd(total)} in all, the highest {amounts.usd(chart.height(highest))} in {where}."


def _column(chart: TimeChart, place: int, bucket: str, top: Decimal) -> Html:
    count = len(chart.buckets)
    width = min(slot_of(count) * Decimal("0.78"), Decimal(72))
    middle = middle_of(place, count)
    parts = []
    below = Decimal()
    for series, colour in zip(chart.series, chart.colours, strict=True):
        totals = chart.of(bucket, series)
        if not totals.list_cost:
            continue
        y, foot = y_of(below + totals.list_cost, top), y_of(below, top)
        amount = chart.amounts.usd(totals.list_cost, floor=totals.is_floor)
        parts.append(
            el(
                "rect",
                el("title", f"{chart.label(bucket)} · {series}: {amount}"),
                class_=f"sg-c{colour}",
                x=fixed(middle - width / 2, 2),
                y=fixed(y, 2),
                width=fixed(width, 2),
                height=fixed(foot - y, 2),
            )
        )
        below += totals.list_cost
    if chart.whole(bucket).is_floor:
        mark = el("title", f"{chart.label(bucket)}: at least this much")
        high = fixed(y_of(below, top) - 4, 2)
        parts.append(el("text", mark, "≥", class_="sg-tick", x=fixed(middle, 2), y=high, text_anchor="middle"))
    if not parts:
        return joined(())
    return el("g", *parts, class_="sg-mark sg-so-far" if bucket == chart.unfinished else "sg-mark")


def _table(chart: TimeChart) -> Html:
    head = el(
        "tr",
        el("th", chart.unit.capitalize(), scope="col"),
        *(el("th", series, scope="col", class_="sg-num") for series in chart.series),
        el("th", "List cost", scope="col", class_="sg-num"),
        el("th", "Tokens", scope="col", class_="sg-num"),
    )
    rows = [_table_row(chart, bucket) for bucket in chart.buckets]
    return el("table", el("thead", head), el("tbody", lines(*rows)), class_="sg-table")


def _table_row(chart: TimeChart, bucket: str) -> Html:
    whole = chart.whole(bucket)
    cells = [el("td", _cost(chart.of(bucket, series), chart.amounts), class_="sg-num") for series in chart.series]
    return el(
        "tr",
        el("th", chart.label(bucket), scope="row"),
        *cells,
        el("td", _cost(whole, chart.amounts), class_="sg-num"),
        el("td", chart.amounts.count_tokens(whole.tokens) if whole.tokens else NOTHING, class_="sg-num"),
    )


def _cost(totals: Totals, amounts: Amounts) -> str:
    if not totals.requests and not totals.tokens:
        return NOTHING
    if not totals.list_cost and totals.unpriced_responses:
        return amounts.usd(None)
    return amounts.usd(totals.list_cost, floor=totals.is_floor)
