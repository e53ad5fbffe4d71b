"""What the drawings share: numbers of fixed length, steps of an axis, words for days, the figure around a drawing."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sitegen.display import Amounts
from sitegen.markup import Html, el, joined, scroll_box
from sitegen.rollups import NO_KEY

NOTHING = "—"
"""Where a table has nothing to say: no use at all, which is not the same as a cost of zero."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_LABELS = 12

# The drawing, in units of its view box. Text of 13 units is 11 px at the least width the style sheet allows.
WIDTH, HEIGHT = 840, 250
LEFT, RIGHT, TOP, BOTTOM = 58, 8, 14, 26

_STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))


def fixed(value: Decimal, places: int) -> str:
    """Half up, always with these decimals: the same text on every machine."""
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"


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


def money_axis(highest: Decimal, amounts: Amounts) -> tuple[tuple[Decimal, ...], tuple[str, ...]]:
    """Ticks with their labels. Where amounts are hidden, per cent of the highest: round sums would tell its size."""
    if not amounts.hidden:
        values = ticks(highest)
        return values, tick_labels(values)
    parts = range(0, 101, 20)
    return tuple(highest * part / 100 for part in parts), tuple(f"{part} %" for part in parts)


def grid(values: Sequence[Decimal], labels: Sequence[str]) -> Html:
    marks = []
    for value, label in zip(values, labels, strict=True):
        y = fixed(y_of(value, values[-1]), 2)
        marks.append(el("line", class_="sg-grid", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y))
        marks.append(el("text", label, class_="sg-tick", x=LEFT - 8, y=y, dy="0.35em", text_anchor="end"))
    return joined(marks)


def y_of(value: Decimal, top: Decimal) -> Decimal:
    room = HEIGHT - TOP - BOTTOM
    return TOP + room - value * room / top


def slot_of(count: int) -> Decimal:
    """How wide the place of one of so many marks is."""
    return Decimal(WIDTH - LEFT - RIGHT) / count


def middle_of(place: int, count: int) -> Decimal:
    return LEFT + slot_of(count) * place + slot_of(count) / 2


def bottom_labels(labels: Sequence[str]) -> list[Html]:
    """Below their marks, at most twelve of them; those at both ends stay inside the drawing."""
    every = -(-len(labels) // MOST_LABELS)
    return [
        el(
            "text",
            label,
            class_="sg-tick",
            x=fixed(middle_of(place, len(labels)), 2),
            y=HEIGHT - 6,
            text_anchor=_anchor(place, len(labels), label),
        )
        for place, label in enumerate(labels)
        if place % every == 0
    ]


def _anchor(place: int, count: int, label: str) -> str:
    """A long label at the right end would leave the drawing."""
    room = WIDTH - middle_of(place, count)
    return "middle" if room >= Decimal(4) * len(label) else "end"


def svg(name: str, title: str, description: str, *parts: Html, height: int = HEIGHT, newest_last: bool = True) -> Html:
    """`newest_last`: where a screen shows only a part of it, that should be the right end."""
    return el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", description, id=f"{name}-desc"),
        *parts,
        class_="sg-chart sg-newest-last" if newest_last else "sg-chart",
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def figure(title: str, legend: Html | None, drawing: Html, table: Html, *, open_table: bool = False) -> Html:
    """Title, legend, the drawing in a box that scrolls and can be walked through by keys, and the numbers behind it."""
    return el(
        "figure",
        el("figcaption", title, class_="sg-figure-title"),
        legend,
        scroll_box(drawing, title),
        el(
            "details",
            el("summary", "The numbers behind this chart"),
            scroll_box(table, f"The numbers behind: {title}"),
            class_="sg-data",
            open=open_table,
        ),
        class_="sg-figure",
        data_search_exclude="true",
    )


def legend(entries: Sequence[tuple[str, str]]) -> Html:
    """Class of the swatch and words of each, in the order of the drawing."""
    shown = (el("li", el("span", class_=f"sg-swatch {class_}"), words) for class_, words in entries)
    return el("ul", *shown, class_="sg-legend")


def day_label(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def bucket_label(bucket: str, unit: str) -> str:
    """`Feb 2026`, `11 Feb`, `9 Feb` for the Monday of a week."""
    if bucket == NO_KEY:
        return bucket
    if unit == "month":
        return f"{MONTHS[int(bucket[5:]) - 1]} {bucket[:4]}"
    return day_label(date.fromisoformat(bucket) if unit == "day" else monday_of(bucket))


def monday_of(week: str) -> date:
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def _same_places(values: Sequence[Decimal], least: int) -> list[Decimal]:
    exponents = [value.normalize().as_tuple().exponent for value in values if value]
    deepest = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
    places = 0 if deepest <= 0 else max(least, deepest)
    return [value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for value in values]
