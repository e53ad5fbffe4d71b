"""A year by days: on which of them it was worked, and what each cost."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sitegen.charts.axes import MONTHS, WIDTH, day_label, figure, legend, svg
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el, lines
from sitegen.tokens import Totals

_WEEKS = 53
_CELL, _GAP, _LEFT, _TOP = 12, 3, 34, 18
_HEIGHT = _TOP + 7 * (_CELL + _GAP) + 2
_WEEKDAYS = ((0, "Mon"), (2, "Wed"), (4, "Fri"))
_CLASSES = 4


def calendar(
    days: Mapping[date, Totals],
    last: date,
    name: str,
    title: str,
    amounts: Amounts = AS_THEY_ARE,
    url_of: Callable[[date], str | None] | None = None,
) -> Html | None:
    """The year of weeks that ends with the week of `last`. `url_of` gives the page of a day, for the table.

    The strongest colour begins at the 95th percentile: one costly day does not make all others pale.
    None where fewer than two days have a cost.
    """
    first = _first_day(last)
    shown = {day: totals for day, totals in days.items() if first <= day <= last}
    costs = sorted(totals.list_cost for totals in shown.values() if totals.list_cost)
    if len(costs) < 2:
        return None
    limits = _limits(costs)
    cells = (
        _cell(day, (day - first).days, shown.get(day), limits, amounts)
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
    )
    drawing = svg(
        name,
        title,
        _description(shown, first, last, amounts),
        *_week_labels(first),
        *(
            el("text", words, class_="sg-tick", x=_LEFT - 6, y=_y(weekday) + 10, text_anchor="end")
            for weekday, words in _WEEKDAYS
        ),
        *cells,
        height=_HEIGHT,
    )
    key = legend(
        (
            ("sg-h0", "none"),
            ("sg-h1", "less"),
            ("sg-h2", "·"),
            ("sg-h3", "·"),
            ("sg-h4", "more" if amounts.hidden else f"{amounts.usd(limits[-1])} and more"),
        )
    )
    return figure(title, key, drawing, _table(shown, amounts, url_of))


def _first_day(last: date) -> date:
    """A Monday, 52 weeks before that of the last day; the first Monday there is, for a date that must be wrong."""
    back = last.weekday() + 7 * (_WEEKS - 1)
    return last - timedelta(days=back) if last.toordinal() > back else date.min


def _limits(costs: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """From which cost on the second, third and fourth class begin."""
    high = costs[min(len(costs) - 1, len(costs) * 95 // 100)]
    return tuple(high * part / _CLASSES for part in range(2, _CLASSES + 1))


def _class(totals: Totals | None, limits: Sequence[Decimal]) -> int:
    if totals is None or not totals.list_cost:
        return 0
    return 1 + sum(totals.list_cost >= limit for limit in limits)


def _is_unknown(totals: Totals) -> bool:
    """Used, and nothing that was used has a price: not the same as a day without a cost."""
    return not totals.list_cost and totals.unpriced_responses > 0


def _x(week: int) -> int:
    return _LEFT + week * (_CELL + _GAP)


def _y(weekday: int) -> int:
    return _TOP + weekday * (_CELL + _GAP)


def _cell(day: date, number: int, totals: Totals | None, limits: Sequence[Decimal], amounts: Amounts) -> Html:
    rect = el(
        "rect",
        el("title", f"{day_label(day)} {day.year}: {_words(totals, amounts)}") if totals else None,
        class_="sg-unknown" if totals and _is_unknown(totals) else f"sg-h{_class(totals, limits)}",
        x=_x(number // 7),
        y=_y(number % 7),
        width=_CELL,
        height=_CELL,
        rx=2,
    )
    return el("g", rect, class_="sg-mark") if totals else rect


def _words(totals: Totals, amounts: Amounts) -> str:
    if _is_unknown(totals):
        return amounts.usd(None)
    return amounts.usd(totals.list_cost, floor=totals.is_floor)


def _week_labels(first: date) -> list[Html]:
    """A month's name stands above the week in which it begins; the first one only where it has room."""
    labels = []
    for week in range(_WEEKS):
        monday = first + timedelta(days=7 * week)
        begins = monday.day <= 7
        if begins and _x(week) < WIDTH - 24:
            labels.append(el("text", MONTHS[monday.month - 1], class_="sg-tick", x=_x(week), y=_TOP - 6))
    return labels


def _description(days: Mapping[date, Totals], first: date, last: date, amounts: Amounts) -> str:
    used = {day: totals for day, totals in days.items() if totals.list_cost}
    highest = max(used, key=lambda day: (used[day].list_cost, day))
    span = f"One square for each day from {day_label(first)} {first.year} to {day_label(last)} {last.year}"
    words = f"{span}: {len(used)} days with a cost, the highest on {day_label(highest)} {highest.year}"
    return f"{words}." if amounts.hidden else f"{words}, {_words(used[highest], amounts)}."


def _table(days: Mapping[date, Totals], amounts: Amounts, url_of: Callable[[date], str | None] | None) -> Html:
    head = el(
        "tr",
        el("th", "Day", scope="col"),
        el("th", "List cost", scope="col", class_="sg-num"),
        el("th", "Tokens", scope="col", class_="sg-num"),
    )
    rows = []
    for day in sorted(days):
        label = f"{day_label(day)} {day.year}"
        url = url_of(day) if url_of else None
        rows.append(
            el(
                "tr",
                el("th", el("a", label, href=url) if url else label, scope="row"),
                el("td", _words(days[day], amounts), class_="sg-num"),
                el("td", amounts.count_tokens(days[day].tokens), class_="sg-num"),
            )
        )
    return el("table", el("thead", head), el("tbody", lines(*rows)), class_="sg-table")
