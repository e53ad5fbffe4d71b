"""What a session cost as it went on: a bar for each interaction, and their sum so far as a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from sitegen.charts.axes import bottom_labels, figure, fixed, grid, legend, middle_of, money_axis, slot_of, svg, y_of
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el, lines


@dataclass(frozen=True, slots=True)
class Step:
    """One interaction: a short `label` such as its time, its task in `words`. Without a price its cost is None.

    `floor`: it cost at least this.
    """

    label: str
    words: str
    cost: Decimal | None
    floor: bool = False


def cost_along(steps: Sequence[Step], name: str, title: str, amounts: Amounts = AS_THEY_ARE) -> Html | None:
    """None where fewer than two of them have a cost."""
    if sum(1 for step in steps if step.cost) < 2:
        return None
    sums = list(accumulate(step.cost or Decimal() for step in steps))
    values, labels = money_axis(sums[-1], amounts)
    line = " ".join(
        f"{fixed(middle_of(at, len(steps)), 2)},{fixed(y_of(value, values[-1]), 2)}" for at, value in enumerate(sums)
    )
    drawing = svg(
        name,
        title,
        _description(steps, sums[-1], amounts),
        grid(values, labels),
        *(_bar(step, sums[at], at, len(steps), values[-1], amounts) for at, step in enumerate(steps)),
        el("polyline", class_="sg-line", points=line),
        *bottom_labels([step.label for step in steps]),
        newest_last=False,
    )
    key = legend((("sg-c1", "each interaction"), ("sg-swatch-line", "sum so far")))
    return figure(title, key, drawing, _table(steps, sums, amounts))


def _bar(step: Step, so_far: Decimal, place: int, count: int, top: Decimal, amounts: Amounts) -> Html:
    slot = slot_of(count)
    width = min(slot * Decimal("0.7"), Decimal(56))
    cost = step.cost or Decimal()
    y = y_of(cost, top)
    words = f"{step.label} · {step.words}: {amounts.usd(step.cost, floor=step.floor)}, {amounts.usd(so_far)} so far"
    return el(
        "g",
        el(
            "rect",
            el("title", words),
            class_="sg-c1",
            x=fixed(middle_of(place, count) - width / 2, 2),
            y=fixed(y, 2),
            width=fixed(width, 2),
            height=fixed(y_of(Decimal(), top) - y, 2),
        ),
        class_="sg-mark",
    )


def _description(steps: Sequence[Step], total: Decimal, amounts: Amounts) -> str:
    highest = max(steps, key=lambda step: step.cost or Decimal())
    span = f"Bars, one for each of {len(steps)} interactions from {steps[0].label} to {steps[-1].label}"
    if amounts.hidden:
        return f"{span}, in per cent of the whole; the highest at {highest.label}."
    return f"{span}: {amounts.usd(total)} in all, the highest {amounts.usd(highest.cost)} at {highest.label}."


def _table(steps: Sequence[Step], sums: Sequence[Decimal], amounts: Amounts) -> Html:
    head = el(
        "tr",
        el("th", "Time", scope="col"),
        el("th", "Task", scope="col"),
        el("th", "List cost", scope="col", class_="sg-num"),
        el("th", "So far", scope="col", class_="sg-num"),
    )
    rows = [
        el(
            "tr",
            el("th", step.label, scope="row"),
            el("td", step.words),
            el("td", amounts.usd(step.cost, floor=step.floor), class_="sg-num"),
            el("td", amounts.usd(so_far), class_="sg-num"),
        )
        for step, so_far in zip(steps, sums, strict=True)
    ]
    return el("table", el("thead", head), el("tbody", lines(*rows)), class_="sg-table")
