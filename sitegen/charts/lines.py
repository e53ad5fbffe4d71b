"""Lines: how one figure goes over time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sitegen.charts.axes import Plot, fixed, left_of, ticks
from sitegen.charts.figure import data_table, figure, svg
from sitegen.markup import Html, el

_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_EDGE = 100, 24, 3


@dataclass(frozen=True, slots=True)
class Point:
    """One value over time; None where nothing is known, which is a gap. `shown` is the value in words."""

    label: str
    value: Decimal | None
    shown: str


def trend(points: Sequence[Point], name: str, title: str, axis: Callable[[Decimal], str]) -> Html | None:
    """A line from zero up with a dot for each value; `axis` words a tick. None for fewer than two values above zero."""
    known = [(point, point.value) for point in points if point.value is not None]
    if not _says_something([value for _, value in known]):
        return None
    values = ticks(max(value for _, value in known))
    labels = [axis(value) for value in values]
    plot = Plot(len(points), values[-1], left_of(labels))
    places = [
        None if point.value is None else (plot.middle(place), plot.y(point.value)) for place, point in enumerate(points)
    ]
    drawing = svg(
        name,
        title,
        _description(known),
        plot.grid(values),
        *_lines(places),
        *_marks(points, plot),
        plot.labels([point.label for point in points]),
        plot.axis(values, labels),
        width=plot.across,
    )
    return figure(title, None, drawing, data_table(("Time", title), ((point.label, point.shown) for point in points)))


def sparkline(values: Sequence[Decimal | None], words: str = "") -> Html | None:
    """A small line without axes, from its lowest to its highest value, with a dot at the last one.

    `words` say what it shows; without them it is hidden from those who listen, as the words stand beside it.
    """
    known = [value for value in values if value is not None]
    if not _says_something(known):
        return None
    low, high = min(known), max(known)
    step = Decimal(_SPARK_WIDTH - 2 * _SPARK_EDGE) / (len(values) - 1)
    room = Decimal(_SPARK_HEIGHT - 2 * _SPARK_EDGE)

    def place(at: int, value: Decimal) -> tuple[Decimal, Decimal]:
        up = (value - low) / (high - low) if high > low else Decimal("0.5")
        return _SPARK_EDGE + step * at, _SPARK_HEIGHT - _SPARK_EDGE - up * room

    places = [None if value is None else place(at, value) for at, value in enumerate(values)]
    x, y = next(each for each in reversed(places) if each)
    return el(
        "svg",
        *_lines(places),
        el("circle", class_="sg-dot", cx=fixed(x, 2), cy=fixed(y, 2), r="2.5"),
        class_="sg-spark",
        viewBox=f"0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}",
        role="img" if words else None,
        aria_label=words or None,
        aria_hidden=None if words else "true",
    )


def _says_something(values: Sequence[Decimal]) -> bool:
    return sum(1 for value in values if value) > 1


def _lines(places: Sequence[tuple[Decimal, Decimal] | None]) -> Iterator[Html]:
    """Where nothing is known the line is interrupted; a value on its own is a short stroke."""
    for known, run in groupby(places, key=lambda place: place is not None):
        if known:
            corners = [f"{fixed(x, 2)},{fixed(y, 2)}" for x, y in filter(None, run)]
            yield el("polyline", class_="sg-line", points=" ".join(corners if len(corners) > 1 else corners * 2))


def _marks(points: Sequence[Point], plot: Plot) -> Iterator[Html]:
    for place, point in enumerate(points):
        if point.value is not None:
            yield plot.mark(place, f"{point.label}: {point.shown}", plot.dot(place, point.value))


def _description(known: Sequence[tuple[Point, Decimal]]) -> str:
    highest, _ = max(known, key=lambda pair: pair[1])
    lowest, _ = min(known, key=lambda pair: pair[1])
    first, last = known[0][0], known[-1][0]
    return (
        f"A line from {first.label}, {first.shown}, to {last.label}, {last.shown}: "
        f"the highest {highest.shown} ({highest.label}), the lowest {lowest.shown} ({lowest.label})."
    )
