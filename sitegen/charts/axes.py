"""Numbers → places in a drawing: rounded steps with their labels, a grid, and what stands below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from sitegen.display import Amounts
from sitegen.markup import Html, el, joined

# A drawing, in units of its view box. Text of 13 units is 11 px at the least width the style sheet allows.
WIDTH, HEIGHT = 840, 250
_NARROW, _FEW = 350, 7
"""A drawing of few marks is as wide as a phone shows without scrolling."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 8, 18, 26
_LETTER = Decimal("7.4")
"""What a letter needs at most, on average over a label."""
_MOST_LABELS = 12
_MOST_LARGE_DOTS = 60
_STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))


@dataclass(frozen=True, slots=True)
class Plot:
    """Marks side by side above one line: zero stands at `foot`, `highest` at `top`, both counted downwards."""

    slots: int
    highest: Decimal
    left: int = _LEFT
    top: int = _TOP
    foot: int = HEIGHT - _BOTTOM

    @property
    def across(self) -> int:
        """How wide the drawing is."""
        return _NARROW if self.slots <= _FEW else WIDTH

    @property
    def slot(self) -> Decimal:
        """How wide the place of one mark is."""
        return Decimal(self.across - self.left - _RIGHT) / self.slots

    @property
    def width(self) -> Decimal:
        """Of a bar."""
        return min(self.slot * Decimal("0.78"), Decimal(72))

    def middle(self, place: int) -> Decimal:
        return self.left + self.slot * place + self.slot / 2

    def y(self, value: Decimal) -> Decimal:
        return self.foot - value * (self.foot - self.top) / self.highest

    def bar(self, place: int, value: Decimal, below: Decimal = Decimal(), *, class_: str, words: str = "") -> Html:
        """A piece of the column at `place`, as high as its value, on top of `below`."""
        return el(
            "rect",
            el("title", words) if words else None,
            class_=class_,
            x=fixed(self.middle(place) - self.width / 2, 2),
            y=fixed(self.y(below + value), 2),
            width=fixed(self.width, 2),
            height=fixed(self.y(below) - self.y(below + value), 2),
        )

    def dot(self, place: int, value: Decimal) -> Html:
        """Of a line; small where they would hide it."""
        dense = self.slots > _MOST_LARGE_DOTS
        x, y = fixed(self.middle(place), 2), fixed(self.y(value), 2)
        return el("circle", class_="sg-dot sg-dense" if dense else "sg-dot", cx=x, cy=y, r="1.5" if dense else "3.5")

    def above(self, place: int, value: Decimal, words: str) -> Html:
        """Words above a mark; those of the last one stay inside the drawing."""
        room = self.across - self.middle(place)
        at_end = room < _LETTER * len(words) / 2
        x = Decimal(self.across - 1) if at_end else self.middle(place)
        anchor = "end" if at_end else "middle"
        return el("text", words, class_="sg-tick", x=fixed(x, 2), y=fixed(self.y(value) - 5, 2), text_anchor=anchor)

    def mark(self, place: int, words: str, *parts: Html, class_: str = "sg-mark") -> Html:
        """What a reader walks through one by one: all of its slot tells its words."""
        reach = el(
            "rect",
            class_="sg-reach",
            x=fixed(self.left + self.slot * place, 2),
            y=self.top,
            width=fixed(self.slot, 2),
            height=self.foot - self.top,
        )
        return el("g", el("title", words), reach, *parts, class_=class_)

    def grid(self, values: Sequence[Decimal]) -> Html:
        heights = (fixed(self.y(value), 2) for value in values)
        return joined(el("line", class_="sg-grid", x1=self.left, x2=self.across - _RIGHT, y1=y, y2=y) for y in heights)

    def axis(self, values: Sequence[Decimal], labels: Sequence[str]) -> Html:
        """What belongs to the grid, at its left."""
        x = self.left - 8
        places = ((fixed(self.y(value), 2), label) for value, label in zip(values, labels, strict=True))
        words = (el("text", label, class_="sg-tick", x=x, y=y, dy="0.35em", text_anchor="end") for y, label in places)
        return axis(self.left, self.top - 8, self.foot + 8, *words)

    def labels(self, words: Sequence[str]) -> Html:
        """Below their marks: as many as stand apart, twelve at most, and none that would leave the drawing."""
        longest = _LETTER * max(map(len, words), default=0)
        most = min(_MOST_LABELS, int((self.across - self.left) / (longest + 6)) or 1)
        every = -(-len(words) // most)
        return joined(
            el("text", label, class_="sg-tick", x=fixed(self.middle(at), 2), y=self.foot + 20, text_anchor="middle")
            for at, label in enumerate(words)
            if at % every == 0 and self.middle(at) + _LETTER * len(label) / 2 <= self.across
        )


def axis(width: int, top: int, foot: int, *labels: Html) -> Html:
    """Where a drawing is wider than its box, this part stays in sight: it has a ground, and comes after the marks."""
    ground = el("rect", class_="sg-ground", x=0, y=top, width=width - 1, height=foot - top)
    return el("g", ground, *labels, class_="sg-axis")


def left_of(labels: Sequence[str]) -> int:
    """The room that these labels need at the left of a drawing."""
    widest = _LETTER * max(map(len, labels)) + 10
    return max(_LEFT, int(widest.to_integral_value(ROUND_CEILING)))


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


def _same_places(values: Sequence[Decimal], least: int) -> list[Decimal]:
    exponents = [value.normalize().as_tuple().exponent for value in values if value]
    deepest = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
    places = 0 if deepest <= 0 else max(least, deepest)
    return [value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for value in values]
