"""Lines: how one figure goes over time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sitegen.charts.axes import (
    bottom_labels,
    figure,
    fixed,
    grid,
    middle_of,
    svg,
    ticks,
    y_of,
)
from sitegen.markup import Html, el, joined, lines

_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_EDGE = 100, 24, 2


@dataclass(frozen=True, slots=True)
class Point:
    """One value over time; None where nothing is known, which is a gap. `shown` is the value in words."""

    label: str
    value: Decimal | None
    shown: str


def trend(points: Sequence[Point], name: str, title: str, axis: Callable[[Decimal], str]) -> Html | None:
    """A line with a dot for each value; `axis` words a tick. None for fewer than two values."""
    known = [point for point in points if point.value is not None]
    if len(known) < 2 or not any(point.value for point in known):
        return None
    values = ticks(max(point.value for point in known if point.value is not None))
    runs = [run for run in _runs(points, values[-1]) if len(run) > 1]
    drawing = svg(
        name,
        title,
        _description(points, known),
        grid(values, [axis(value) for value in values]),
        *(el("polyline", class_="sg-line", points=" ".join(run)) for run in runs),
        *(_dot(point, place, len(points), values[-1]) for place, point in enumerate(points)),
        *bottom_labels([point.label for point in points]),
    )
    return figure(title, None, drawing, _table(points, title))


def sparkline(values: Sequence[Decimal | None], words: str) -> Html | None:
    """A small line without axes, from its lowest to its highest value; `words` say what it shows."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    step = Decimal(_SPARK_WIDTH - 2 * _SPARK_EDGE) / (len(values) - 1)
    room = Decimal(_SPARK_HEIGHT - 2 * _SPARK_EDGE)

    def place(at: int, value: Decimal) -> tuple[str, str]:
        up = (value - low) / (high - low) if high > low else Decimal("0.5")
        return fixed(_SPARK_EDGE + step * at, 1), fixed(_SPARK_HEIGHT - _SPARK_EDGE - up * room, 1)

    runs = _split([place(at, value) if value is not None else None for at, value in enumerate(values)])
    last = max(at for at, value in enumerate(values) if value is not None)
    x, y = place(last, known[-1])
    return el(
        "svg",
        *(el("polyline", class_="sg-line", points=" ".join(map(",".join, run))) for run in runs if len(run) > 1),
        el("circle", class_="sg-dot", cx=x, cy=y, r=2),
        class_="sg-spark",
        viewBox=f"0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}",
        role="img",
        aria_label=words,
    )


def _runs(points: Sequence[Point], top: Decimal) -> list[list[str]]:
    places = [
        (fixed(middle_of(at, len(points)), 2), fixed(y_of(point.value, top), 2)) if point.value is not None else None
        for at, point in enumerate(points)
    ]
    return [list(map(",".join, run)) for run in _split(places)]


def _split(places: Sequence[tuple[str, str] | None]) -> list[list[tuple[str, str]]]:
    """Where nothing is known the line is interrupted."""
    runs: list[list[tuple[str, str]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _dot(point: Point, place: int, count: int, top: Decimal) -> Html:
    if point.value is None:
        return Html("")
    x, y = fixed(middle_of(place, count), 2), fixed(y_of(point.value, top), 2)
    words = el("title", f"{point.label}: {point.shown}")
    radius = "3.5" if count <= 60 else "2"
    return el("g", el("circle", words, class_="sg-dot", cx=x, cy=y, r=radius), class_="sg-mark")


def _description(points: Sequence[Point], known: Sequence[Point]) -> str:
    highest = max(known, key=lambda point: point.value or Decimal())
    lowest = min(known, key=lambda point: point.value or Decimal())
    return (
        f"A line from {points[0].label} to {points[-1].label}: "
        f"the highest {highest.shown} at {highest.label}, the lowest {lowest.shown} at {lowest.label}."
    )


def _table(points: Sequence[Point], title: str) -> Html:
    head = el("tr", el("th", "Time", scope="col"), el("th", title, scope="col", class_="sg-num"))
    return el("table", el("thead", head), el("tbody", lines(*_rows(points))), class_="sg-table")


def _rows(points: Sequence[Point]) -> Iterator[Html]:
    for point in points:
        yield el("tr", el("th", point.label, scope="row"), el("td", joined([point.shown]), class_="sg-num"))
