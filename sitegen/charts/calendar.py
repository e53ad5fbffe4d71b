"""A year by days: on which of them it was worked, and what each cost."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sitegen.charts.axes import WIDTH, axis
from sitegen.charts.costs import cost_cell, cost_mark, money_mark
from sitegen.charts.dates import MONTHS, day_words
from sitegen.charts.figure import NOTHING, data_table, figure, legend, svg
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el
from sitegen.tokens import Totals

_WEEKS = 52
_CELL, _GAP, _LEFT, _TOP = 12, 3, 44, 22
_STEP = _CELL + _GAP
_HEIGHT = _TOP + 7 * _STEP
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
    """The 52 weeks that end with that of `last`. `url_of` gives the page of a day, for the table.

    The strongest class ends at the 95th percentile: one costly day does not make all others pale.
    None where fewer than two days have a cost.
    """
    first = _first_day(last)
    used = {day: days[day] for day in sorted(days) if first <= day <= last}
    costs = sorted(totals.list_cost for totals in used.values() if totals.list_cost)
    if len(costs) < 2:
        return None
    limits = _limits(costs)
    drawing = svg(
        name,
        title,
        _description(used, first, last, amounts),
        *_months(first, last),
        _unused(used, first, last),
        *(_mark(day, totals, first, limits, costs[-1], amounts) for day, totals in used.items()),
        _weekdays(),
        height=_HEIGHT,
    )
    key = _legend(used.values(), limits, costs[-1], amounts)
    rows = (_row(day, totals, amounts, url_of) for day, totals in used.items())
    return figure(title, key, drawing, data_table(("Day", "List cost", "Tokens"), rows))


def _first_day(last: date) -> date:
    """A Monday; the first one there is, for a date that must be wrong."""
    back = last.weekday() + 7 * (_WEEKS - 1)
    return last - timedelta(days=back) if last.toordinal() > back else date.min


def _limits(costs: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Up to which cost the first, second and third class go: equal parts of the 95th percentile of sorted costs."""
    at = Decimal(len(costs) - 1) * 95 / 100
    below, above = costs[int(at)], costs[min(int(at) + 1, len(costs) - 1)]
    high = below + (above - below) * (at - int(at))
    return tuple(high * part / _CLASSES for part in range(1, _CLASSES))


def _class(totals: Totals, limits: Sequence[Decimal]) -> int:
    return 1 + sum(totals.list_cost > limit for limit in limits) if totals.list_cost else 0


def _place(day: date, first: date) -> tuple[int, int]:
    week, weekday = divmod((day - first).days, 7)
    return _LEFT + week * _STEP, _TOP + weekday * _STEP


def _unused(used: Mapping[date, Totals], first: date, last: date) -> Html:
    """All days without use, as one shape: there is nothing to say of each."""
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    places = (_place(day, first) for day in every if day not in used)
    shape = "".join(f"M{x} {y}h{_CELL}v{_CELL}h-{_CELL}z" for x, y in places)
    return el("path", class_="sg-h0", d=shape)


def _mark(
    day: date, totals: Totals, first: date, limits: Sequence[Decimal], highest: Decimal, amounts: Amounts
) -> Html:
    x, y = _place(day, first)
    square = {"width": _CELL, "height": _CELL}
    return el(
        "g",
        el("title", f"{day_words(day)}: {cost_mark(totals, highest, amounts)}"),
        el("rect", class_=f"sg-h{_class(totals, limits)}", x=x, y=y, **square),
        el("rect", class_="sg-at-least", x=x + 1, y=y + 1, width=_CELL - 2, height=_CELL - 2)
        if totals.is_floor
        else None,
        class_="sg-mark",
    )


def _months(first: date, last: date) -> Iterator[Html]:
    """A month's name stands above the first week that begins in it, as far as it has room."""
    for week in range((last - first).days // 7 + 1):
        monday = first + timedelta(days=7 * week)
        x = _LEFT + week * _STEP
        if monday.day <= 7 and x <= WIDTH - 2 * _STEP:
            yield el("text", MONTHS[monday.month - 1], class_="sg-tick", x=x, y=_TOP - 8)


def _weekdays() -> Html:
    heights = ((_TOP + weekday * _STEP + _CELL - 2, words) for weekday, words in _WEEKDAYS)
    labels = (el("text", words, class_="sg-tick", x=_LEFT - 8, y=y, text_anchor="end") for y, words in heights)
    return axis(_LEFT - 2, _TOP, _HEIGHT, *labels)


def _legend(used: Iterable[Totals], limits: Sequence[Decimal], highest: Decimal, amounts: Amounts) -> Html:
    """From less to more."""
    steps = [money_mark(limit, highest, amounts) for limit in limits]
    entries = [("sg-h0", "none")]
    entries += [(f"sg-h{place}", f"up to {step}") for place, step in enumerate(steps, 1)]
    entries.append(("sg-h4", "more"))
    if any(totals.is_floor for totals in used):
        entries.append(("sg-h0 sg-at-least", "at least this much: something has no price"))
    return legend(entries)


def _description(used: Mapping[date, Totals], first: date, last: date, amounts: Amounts) -> str:
    costly = {day: totals for day, totals in used.items() if totals.list_cost}
    highest = max(costly, key=lambda day: costly[day].list_cost)
    total = sum((totals.list_cost for totals in costly.values()), Decimal())
    span = f"One square for each day from {day_words(first)} to {day_words(last)}"
    found = f"{len(costly)} days with a cost, the highest on {day_words(highest)}"
    if amounts.hidden:
        return f"{span}: {found}."
    return f"{span}: {amounts.usd(total)} in all, {found}, {cost_cell(costly[highest], amounts)}."


def _row(
    day: date, totals: Totals, amounts: Amounts, url_of: Callable[[date], str | None] | None
) -> tuple[str, str, str]:
    url = url_of(day) if url_of else None
    words = el("a", day_words(day), href=url) if url else day_words(day)
    return (words, cost_cell(totals, amounts), amounts.count_tokens(totals.tokens) if totals.tokens else NOTHING)
