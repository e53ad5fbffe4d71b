"""Cost over time by model: stacked bars, one for each day, week or month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from sitegen.charts.axes import Plot, fixed, left_of, money_axis
from sitegen.charts.costs import cost_cell, cost_mark
from sitegen.charts.dates import BUCKET_OF, bucket_label, bucket_words, buckets_of, ends, unit_for
from sitegen.charts.figure import NOTHING, data_table, figure, legend, svg
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el
from sitegen.rollups import NO_KEY, moment_of, rollup_by
from sitegen.session import Session
from sitegen.tokens import Totals, UsageRow, totals_of

MOST_SERIES = 6
OTHER = "other"
_Part = tuple[date, str, Totals]
"""What one session used on one day of one model."""
_SO_FAR = "so far"
_PLACED = {"day": "on", "week": "in the", "month": "in"}


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
        words = bucket_words(bucket, self.unit)
        return f"{words}, {_SO_FAR}" if bucket == self.unfinished else words

    def of(self, bucket: str, series: str) -> Totals:
        return self.cells.get(bucket, {}).get(series, Totals())

    def whole(self, bucket: str) -> Totals:
        return sum(self.cells.get(bucket, {}).values(), Totals())

    def height(self, bucket: str) -> Decimal:
        return self.whole(bucket).list_cost

    def highest(self) -> str:
        """The first of the costliest buckets."""
        return max(self.buckets, key=self.height)


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

    `until` is the day the whole record ends with: the last bucket is unfinished if it goes on after it.
    """
    used = [part for session in sessions for part in session.once("by day and model", partial(_parts, session))]
    days = sorted({day for day, _, _ in used})
    if not days:
        return None
    unit = unit or unit_for(days[0], days[-1])
    named = tuple(order) if len(order) <= MOST_SERIES else tuple(order[: MOST_SERIES - 1])
    cells = _cells(used, unit, named)
    series = {name for bucket in cells.values() for name in bucket}
    shown = tuple(name for name in (*named, OTHER) if name in series)
    colours = tuple(named.index(name) + 1 if name in named else MOST_SERIES for name in shown)
    buckets = buckets_of(unit, days, cells)
    open_end = until is not None and BUCKET_OF[unit](until) == buckets[-1] and not ends(unit, until)
    chart = TimeChart(unit, buckets, shown, colours, cells, amounts, buckets[-1] if open_end else "")
    priced = [bucket for bucket in chart.buckets if chart.height(bucket)]
    return chart if len(priced) > 1 else None


def cost_over_time(chart: TimeChart, name: str, title: str, *, open_table: bool = False) -> Html:
    """The figure: title, legend, drawing and table. `name` makes its ids: unique on its page."""
    key = legend((f"sg-c{colour}", series) for series, colour in zip(chart.series, chart.colours, strict=True))
    return figure(title, key, _drawing(chart, name, title), _table(chart), open_table=open_table)


def _parts(session: Session) -> tuple[_Part, ...]:
    rows: dict[tuple[date, str], list[UsageRow]] = {}
    for row in session.rows:
        if at := moment_of(session, row):
            rows.setdefault((at.date(), row.model or NO_KEY), []).append(row)
    return tuple((day, model, totals_of(own)) for (day, model), own in rows.items())


def _cells(used: Sequence[_Part], unit: str, named: Sequence[str]) -> Mapping[str, Mapping[str, Totals]]:
    cells: dict[str, dict[str, Totals]] = {}
    for day, model, totals in used:
        bucket = cells.setdefault(BUCKET_OF[unit](day), {})
        series = model if model in named else OTHER
        bucket[series] = bucket[series] + totals if series in bucket else totals
    return cells


def _drawing(chart: TimeChart, name: str, title: str) -> Html:
    peak = chart.height(chart.highest())
    values, labels = money_axis(peak, chart.amounts)
    plot = Plot(len(chart.buckets), values[-1], left_of(labels))
    return svg(
        name,
        title,
        _description(chart),
        plot.grid(values),
        *(_column(chart, plot, place, peak) for place, bucket in enumerate(chart.buckets) if bucket in chart.cells),
        plot.labels([bucket_label(bucket, chart.unit) for bucket in chart.buckets]),
        plot.axis(values, labels),
        width=plot.across,
    )


def _description(chart: TimeChart) -> str:
    highest = chart.highest()
    total = sum((chart.height(bucket) for bucket in chart.buckets), Decimal())
    first, last = chart.label(chart.buckets[0]), chart.label(chart.buckets[-1])
    span = f"Stacked bars, one for each {chart.unit} from {first} to {last}"
    amounts = chart.amounts
    if amounts.hidden:
        return f"{span}, in per cent of the highest, which is {chart.label(highest)}."
    where = f"{_PLACED[chart.unit]} {chart.label(highest)}"
    return f"{span}: {amounts.usd(total)} in all, the highest {amounts.usd(chart.height(highest))} {where}."


def _column(chart: TimeChart, plot: Plot, place: int, peak: Decimal) -> Html:
    bucket = chart.buckets[place]
    whole = chart.whole(bucket)
    unfinished = bucket == chart.unfinished
    parts = list(_pieces(chart, plot, place, peak))
    notes = ("≥" if whole.is_floor else "", _SO_FAR if unfinished else "")
    if any(notes):
        parts.append(plot.above(place, whole.list_cost, " ".join(filter(None, notes))))
    class_ = "sg-mark sg-so-far" if unfinished else "sg-mark"
    return plot.mark(place, f"{chart.label(bucket)}: {cost_mark(whole, peak, chart.amounts)}", *parts, class_=class_)


def _pieces(chart: TimeChart, plot: Plot, place: int, peak: Decimal) -> Iterator[Html]:
    """From the bottom up, a thin line between neighbours."""
    bucket = chart.buckets[place]
    below = Decimal()
    for series, colour in zip(chart.series, chart.colours, strict=True):
        totals = chart.of(bucket, series)
        if not totals.list_cost:
            continue
        words = f"{chart.label(bucket)} · {series}: {cost_mark(totals, peak, chart.amounts)}"
        yield plot.bar(place, totals.list_cost, below, class_=f"sg-c{colour}", words=words)
        if below:
            y = fixed(plot.y(below), 2)
            x1, x2 = (fixed(plot.middle(place) + side * plot.width / 2, 2) for side in (-1, 1))
            yield el("line", class_="sg-gap", x1=x1, x2=x2, y1=y, y2=y)
        below += totals.list_cost


def _table(chart: TimeChart) -> Html:
    head = (chart.unit.capitalize(), *chart.series, "List cost", "Tokens")
    return data_table(head, (_table_row(chart, bucket) for bucket in chart.buckets))


def _table_row(chart: TimeChart, bucket: str) -> tuple[str, ...]:
    whole = chart.whole(bucket)
    tokens = chart.amounts.count_tokens(whole.tokens) if whole.tokens else NOTHING
    costs = (cost_cell(totals, chart.amounts) for totals in (*(chart.of(bucket, name) for name in chart.series), whole))
    label = chart.label(bucket)
    return (label[:1].upper() + label[1:], *costs, tokens)
