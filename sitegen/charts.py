"""Rollups → charts: inline SVG without a colour of its own, the same numbers in a table below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el, joined, lines, scroll_box
from sitegen.rollups import NO_KEY, day_key, moment_of, month_key, rollup_by, week_key, week_of
from sitegen.session import Session
from sitegen.tokens import Totals, totals_of_row

MOST_SERIES = 6
OTHER = "other"
NOTHING = "—"
"""Where a table has nothing to say: no use at all, which is not the same as a cost of zero."""
_DAYS_UNTIL_WEEKS = 21
_DAYS_UNTIL_MONTHS = 70
_MOST_BUCKETS = 120
_MOST_LABELS = 12
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# The drawing, in units of its view box. Text of 13 units is 11 px at the least width the style sheet allows.
_WIDTH, _HEIGHT = 840, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 8, 14, 26

_STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))
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
    """

    unit: str
    buckets: tuple[str, ...]
    series: tuple[str, ...]
    colours: tuple[int, ...]
    cells: Mapping[str, Mapping[str, Totals]]
    amounts: Amounts = AS_THEY_ARE

    def of(self, bucket: str, series: str) -> Totals:
        return self.cells.get(bucket, {}).get(series, Totals())

    def whole(self, bucket: str) -> Totals:
        return sum(self.cells.get(bucket, {}).values(), Totals())

    def height(self, bucket: str) -> Decimal:
        return self.whole(bucket).list_cost


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a ranked list. `url` may be empty."""

    label: str
    amount: Decimal
    shown: Html
    url: str = ""


def series_order(sessions: Sequence[Session]) -> tuple[str, ...]:
    """All models, the costliest first: one order for the whole site, so a model has one colour everywhere."""
    ranked = sorted(rollup_by(sessions, "model"), key=lambda r: (-r.totals.list_cost, r.key))
    return tuple(rollup.key for rollup in ranked)


def time_chart(
    sessions: Sequence[Session], order: Sequence[str], unit: str | None = None, amounts: Amounts = AS_THEY_ARE
) -> TimeChart | None:
    """Cost by model and day, week or month, chosen by the time covered; None where a chart shows nothing."""
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
    chart = TimeChart(unit, _buckets(unit, days, cells), shown, colours, cells, amounts)
    priced = [bucket for bucket in chart.buckets if chart.height(bucket)]
    return chart if len(priced) > 1 else None


def unit_for(first: date, last: date) -> str:
    span = (last - first).days
    return "day" if span < _DAYS_UNTIL_WEEKS else "week" if span < _DAYS_UNTIL_MONTHS else "month"


def ticks(highest: Decimal) -> tuple[Decimal, ...]:
    """From 0 to the first step at or above the highest value: at most five steps of 1, 2, 2.5 or 5 times 10^n."""
    if highest <= 0:
        return (Decimal(0), Decimal(1))
    least = highest / 5
    base = Decimal(10) ** least.adjusted()
    step = next(base * factor for factor in _STEPS if base * factor >= least)
    steps = int(highest / step) + (1 if highest % step else 0)
    return tuple(step * number for number in range(steps + 1))


def tick_labels(values: Sequence[Decimal]) -> tuple[str, ...]:
    """All with the same number of decimals, as few as tell them apart: `$0`, `$2.50`, `$12 k`."""
    for size, suffix in ((10**6, " M"), (10**3, " k")):
        if values[-1] >= size * 10:
            scaled = [value / size for value in values]
            return tuple(f"${value:f}{suffix}" for value in _same_places(scaled, 0))
    return tuple(f"${value:f}" for value in _same_places(values, 2))


def cost_over_time(chart: TimeChart, name: str, title: str, *, open_table: bool = False) -> Html:
    """The figure: title, legend, drawing and table. `name` makes its ids: unique on its page."""
    legend = el(
        "ul",
        *(
            el("li", el("span", class_=f"sg-swatch sg-c{colour}"), series)
            for series, colour in zip(chart.series, chart.colours, strict=True)
        ),
        class_="sg-legend",
    )
    return el(
        "figure",
        el("figcaption", title, class_="sg-figure-title"),
        legend,
        scroll_box(_drawing(chart, name, title), title),
        el(
            "details",
            el("summary", "The numbers behind this chart"),
            _table(chart),
            class_="sg-data",
            open=open_table,
        ),
        class_="sg-figure",
        data_search_exclude="true",
    )


def ranked_bars(bars: Sequence[Bar], others: str, most: int = 10, amounts: Amounts = AS_THEY_ARE) -> Html:
    """The highest first, as a list; what is beyond `most` becomes one line: "3 other projects"."""
    ranked = sorted(bars, key=lambda bar: (-bar.amount, bar.label))
    shown, rest = ranked[:most], ranked[most:]
    if rest:
        amount = sum((bar.amount for bar in rest), Decimal())
        shown.append(Bar(f"{len(rest)} other {others}", amount, Html(amounts.usd(amount))))
    highest = max((bar.amount for bar in shown), default=Decimal())
    return el("ol", *(_bar(bar, highest) for bar in shown), class_="sg-bars", data_search_exclude="true")


def bucket_label(bucket: str, unit: str) -> str:
    """`Feb 2026`, `11 Feb`, `9 Feb` for the Monday of a week."""
    if bucket == NO_KEY:
        return bucket
    if unit == "month":
        return f"{_MONTHS[int(bucket[5:]) - 1]} {bucket[:4]}"
    day = date.fromisoformat(bucket) if unit == "day" else _monday(bucket)
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _bar(bar: Bar, highest: Decimal) -> Html:
    share = fixed(bar.amount * 100 / highest, 1) if highest else "0"
    fill = el("span", class_="sg-bar-fill", style=f"width:{share}%") if bar.amount else None
    label = el("a", bar.label, href=bar.url) if bar.url else el("span", bar.label)
    return el(
        "li",
        el("span", label, class_="sg-bar-label"),
        el("span", fill, class_="sg-bar-track", aria_hidden="true"),
        el("span", bar.shown, class_="sg-bar-value"),
    )


def fixed(value: Decimal, places: int) -> str:
    """Half up, always with these decimals: the same text on every machine."""
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


def _same_places(values: Sequence[Decimal], least: int) -> list[Decimal]:
    exponents = [value.normalize().as_tuple().exponent for value in values if value]
    deepest = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
    places = 0 if deepest <= 0 else max(least, deepest)
    return [value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for value in values]


def _buckets(unit: str, days: Sequence[date], cells: Mapping[str, object]) -> tuple[str, ...]:
    """All from the first day to the last; only the used ones where that would be too many."""
    size = {"day": 1, "week": 7, "month": 28}[unit]
    if (days[-1] - days[0]).days // size > _MOST_BUCKETS:
        return tuple(sorted(cells))
    steps = ((days[-1] - days[0]).days) + 1
    span = (days[0] + timedelta(days=number) for number in range(steps))
    return tuple(dict.fromkeys(_BUCKET_OF[unit](day) for day in span))


def _monday(week: str) -> date:
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def _drawing(chart: TimeChart, name: str, title: str) -> Html:
    values, labels = _axis(max(chart.height(bucket) for bucket in chart.buckets), chart.amounts)
    return el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", _description(chart), id=f"{name}-desc"),
        _grid(values, labels),
        *(_column(chart, place, bucket, values[-1]) for place, bucket in enumerate(chart.buckets)),
        *_labels(chart),
        class_="sg-chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def _description(chart: TimeChart) -> str:
    highest = max(chart.buckets, key=chart.height)
    total = sum((chart.height(bucket) for bucket in chart.buckets), Decimal())
    first, last = (bucket_label(bucket, chart.unit) for bucket in (chart.buckets[0], chart.buckets[-1]))
    span = f"Stacked bars, one for each {chart.unit} from {first} to {last}"
    amounts = chart.amounts
    where = bucket_label(highest, chart.unit)
    if amounts.hidden:
        return f"{span}, in per cent of the highest, which is {where}."
    return f"{span}: {amounts.usd(total)} in all, the highest {amounts.usd(chart.height(highest))} in {where}."


def _axis(highest: Decimal, amounts: Amounts) -> tuple[tuple[Decimal, ...], tuple[str, ...]]:
    """Ticks with their labels. Where amounts are hidden, per cent of the highest: round sums would tell its size."""
    if not amounts.hidden:
        values = ticks(highest)
        return values, tick_labels(values)
    parts = range(0, 101, 20)
    return tuple(highest * part / 100 for part in parts), tuple(f"{part} %" for part in parts)


def _grid(values: Sequence[Decimal], labels: Sequence[str]) -> Html:
    marks = []
    for value, label in zip(values, labels, strict=True):
        y = fixed(_y(value, values[-1]), 2)
        marks.append(el("line", class_="sg-grid", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y))
        marks.append(el("text", label, class_="sg-tick", x=_LEFT - 8, y=y, dy="0.35em", text_anchor="end"))
    return joined(marks)


def _column(chart: TimeChart, place: int, bucket: str, top: Decimal) -> Html:
    slot = Decimal(_WIDTH - _LEFT - _RIGHT) / len(chart.buckets)
    width = min(slot * Decimal("0.78"), Decimal(72))
    x = _LEFT + slot * place + (slot - width) / 2
    parts = []
    below = Decimal()
    for series, colour in zip(chart.series, chart.colours, strict=True):
        totals = chart.of(bucket, series)
        if not totals.list_cost:
            continue
        y, foot = _y(below + totals.list_cost, top), _y(below, top)
        amount = chart.amounts.usd(totals.list_cost, floor=totals.is_floor)
        words = f"{bucket_label(bucket, chart.unit)} · {series}: {amount}"
        parts.append(
            el(
                "rect",
                el("title", words),
                class_=f"sg-c{colour}",
                x=fixed(x, 2),
                y=fixed(y, 2),
                width=fixed(width, 2),
                height=fixed(foot - y, 2),
            )
        )
        below += totals.list_cost
    if chart.whole(bucket).is_floor:
        middle = fixed(x + width / 2, 2)
        mark = el("title", f"{bucket_label(bucket, chart.unit)}: at least this much")
        high = fixed(_y(below, top) - 4, 2)
        parts.append(el("text", mark, "≥", class_="sg-tick", x=middle, y=high, text_anchor="middle"))
    return joined(parts)


def _labels(chart: TimeChart) -> list[Html]:
    slot = Decimal(_WIDTH - _LEFT - _RIGHT) / len(chart.buckets)
    every = -(-len(chart.buckets) // _MOST_LABELS)
    return [
        el(
            "text",
            bucket_label(bucket, chart.unit),
            class_="sg-tick",
            x=fixed(_LEFT + slot * place + slot / 2, 2),
            y=_HEIGHT - 6,
            text_anchor="middle",
        )
        for place, bucket in enumerate(chart.buckets)
        if place % every == 0
    ]


def _y(value: Decimal, top: Decimal) -> Decimal:
    room = _HEIGHT - _TOP - _BOTTOM
    return _TOP + room - value * room / top


def _table(chart: TimeChart) -> Html:
    head = el(
        "tr",
        el("th", chart.unit.capitalize(), scope="col"),
        *(el("th", series, scope="col", class_="sg-num") for series in chart.series),
        el("th", "List cost", scope="col", class_="sg-num"),
        el("th", "Tokens", scope="col", class_="sg-num"),
    )
    rows = [_table_row(chart, bucket) for bucket in chart.buckets]
    table = el("table", el("thead", head), el("tbody", lines(*rows)), class_="sg-table")
    return scroll_box(table, "The numbers behind this chart")


def _table_row(chart: TimeChart, bucket: str) -> Html:
    whole = chart.whole(bucket)
    cells = [el("td", _cost(chart.of(bucket, series), chart.amounts), class_="sg-num") for series in chart.series]
    return el(
        "tr",
        el("th", bucket_label(bucket, chart.unit), scope="row"),
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
