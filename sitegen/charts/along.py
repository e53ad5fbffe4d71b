"""What a session cost as it went on: a bar for each interaction, and below them their sum so far as a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from sitegen.charts.axes import Plot, fixed, left_of, money_axis
from sitegen.charts.costs import money_mark
from sitegen.charts.figure import data_table, figure, svg
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.markup import Html, el

_BARS_TOP, _BARS_FOOT, _SUMS_TOP, _SUMS_FOOT = 28, 168, 212, 304
_HEIGHT = 330


@dataclass(frozen=True, slots=True)
class Step:
    """One interaction: a short `label` such as its time, its task in `words`. Without a price its cost is None.

    `floor`: it cost at least this.
    """

    label: str
    words: str
    cost: Decimal | None
    floor: bool = False


@dataclass(frozen=True, slots=True)
class _Sum:
    """Of the steps up to one; `floor` as soon as one of them has no price or a lower bound."""

    cost: Decimal = Decimal()
    floor: bool = False

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(self.cost + other.cost, self.floor or other.floor)


def cost_along(steps: Sequence[Step], name: str, title: str, amounts: Amounts = AS_THEY_ARE) -> Html | None:
    """None where fewer than two of them have a cost."""
    costs = [step.cost for step in steps if step.cost]
    if len(costs) < 2:
        return None
    sums = list(accumulate(_Sum(step.cost or Decimal(), step.floor or step.cost is None) for step in steps))
    bar_axis, sum_axis = money_axis(max(costs), amounts), money_axis(sums[-1].cost, amounts)
    left = left_of((*bar_axis[1], *sum_axis[1]))
    bars = Plot(len(steps), bar_axis[0][-1], left, _BARS_TOP, _BARS_FOOT)
    line = Plot(len(steps), sum_axis[0][-1], left, _SUMS_TOP, _SUMS_FOOT)
    drawing = svg(
        name,
        title,
        _description(steps, sums, amounts),
        _caption("Each interaction", left, _BARS_TOP),
        bars.grid(bar_axis[0]),
        _caption("Sum so far", left, _SUMS_TOP),
        line.grid(sum_axis[0]),
        el("polyline", class_="sg-line", points=" ".join(_points(sums, line))),
        *_marks(steps, sums, bars, line, amounts),
        line.labels([step.label for step in steps]),
        bars.axis(*bar_axis),
        line.axis(*sum_axis),
        width=line.across,
        height=_HEIGHT,
        newest_last=False,
    )
    return figure(title, None, drawing, _table(steps, sums, amounts))


def _caption(words: str, left: int, top: int) -> Html:
    return el("text", words, class_="sg-tick", x=left, y=top - 12)


def _points(sums: Sequence[_Sum], plot: Plot) -> Iterator[str]:
    for place, so_far in enumerate(sums):
        yield f"{fixed(plot.middle(place), 2)},{fixed(plot.y(so_far.cost), 2)}"


def _marks(steps: Sequence[Step], sums: Sequence[_Sum], bars: Plot, line: Plot, amounts: Amounts) -> Iterator[Html]:
    """The bar of a step and its point of the line belong together. What is not exact has a sign above its bar."""
    both = Plot(len(steps), bars.highest, bars.left, bars.top, line.foot)
    highest = max(step.cost or Decimal() for step in steps)
    for place, (step, so_far) in enumerate(zip(steps, sums, strict=True)):
        cost = step.cost or Decimal()
        sign = "?" if step.cost is None else "≥" if step.floor else ""
        own = money_mark(step.cost, highest, amounts, floor=step.floor)
        sum_words = money_mark(so_far.cost, sums[-1].cost, amounts, floor=so_far.floor, whole="whole")
        words = f"{step.label} · {step.words}: {own}, {sum_words} so far"
        yield both.mark(
            place,
            words,
            *([bars.bar(place, cost, class_="sg-c1")] if cost else []),
            *([bars.above(place, cost, sign)] if sign else []),
            line.dot(place, so_far.cost),
        )


def _description(steps: Sequence[Step], sums: Sequence[_Sum], amounts: Amounts) -> str:
    highest = max(steps, key=lambda step: step.cost or Decimal())
    span = f"Bars, one for each of {len(steps)} interactions from {steps[0].label} to {steps[-1].label}"
    where = f"at {highest.label}"
    if amounts.hidden:
        return f"{span}, in per cent of the highest, which is {where}; below them their sum so far, of the whole."
    total = amounts.usd(sums[-1].cost, floor=sums[-1].floor)
    most = amounts.usd(highest.cost, floor=highest.floor)
    return f"{span}, and their sum so far as a line: {total} in all, the highest {most} {where}."


def _table(steps: Sequence[Step], sums: Sequence[_Sum], amounts: Amounts) -> Html:
    rows = (
        (
            step.label,
            step.words,
            amounts.usd(step.cost, floor=step.floor),
            amounts.usd(so_far.cost, floor=so_far.floor),
        )
        for step, so_far in zip(steps, sums, strict=True)
    )
    return data_table(("Time", "Task", "List cost", "So far"), rows, words=2)
