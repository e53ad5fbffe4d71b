"""Bars drawn by style sheets alone: ranked lists, the parts of a whole, and what is used of a budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sitegen.charts.axes import fixed
from sitegen.display import AS_THEY_ARE, Amounts, percent, share
from sitegen.markup import Html, el, lines

_FEW_MORE = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a ranked list. `url` may be empty."""

    label: str
    amount: Decimal
    shown: Html
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole. `shown` is its amount in words, `colour` a number from 1 to 6; `url` may be empty."""

    label: str
    amount: Decimal
    shown: Html
    colour: int
    url: str = ""


def ranked_bars(bars: Sequence[Bar], others: str, most: int = 10, amounts: Amounts = AS_THEY_ARE) -> Html:
    """The highest first, as a list; what is well beyond `most` becomes one line without a bar: "3 other projects"."""
    ranked = sorted(bars, key=lambda bar: (-bar.amount, bar.label))
    shown = ranked if len(ranked) <= most + _FEW_MORE else ranked[:most]
    rest = ranked[len(shown) :]
    highest = ranked[0].amount if ranked else Decimal()
    drawn = [_bar(bar, highest) for bar in shown]
    if rest:
        amount = sum((bar.amount for bar in rest), Decimal())
        # Its bar would be the longest of all, and is that of none.
        drawn.append(_bar(Bar(f"{len(rest)} other {others}", amount, Html(amounts.usd(amount))), Decimal()))
    return el("ol", *drawn, class_="sg-bars", data_search_exclude="true")


def mix_bar(parts: Sequence[Part], name: str, title: str) -> Html | None:
    """One bar with all parts in order, and a list of them with their shares; None for fewer than two parts."""
    shown = [part for part in parts if part.amount]
    if len(shown) < 2:
        return None
    whole = sum((part.amount for part in shown), Decimal())
    return el(
        "figure",
        el("figcaption", title, id=f"{name}-title", class_="sg-figure-title"),
        el("div", *(_mix_part(part, whole) for part in shown), class_="sg-mix-bar", aria_hidden="true"),
        el("ul", lines(*(_mix_entry(part, whole) for part in shown)), class_="sg-mix", aria_labelledby=f"{name}-title"),
        class_="sg-figure",
        data_search_exclude="true",
    )


def budget_meter(spent: Decimal, budget: Decimal, words: Html) -> Html:
    """How much of a budget is used. Over it a line in the bar is where it ended; hatched behind it what is too much."""
    over = spent > budget
    used = min(spent, budget) * 100 / max(spent, budget) if budget else Decimal()
    name = f"{percent(spent, budget)} of the budget" if budget else "no budget"
    return el(
        "div",
        el(
            "span",
            words,
            " · " if over else None,
            el("strong", "over budget") if over else None,
            class_="sg-meter-words",
        ),
        el(
            "span",
            _fill("sg-meter-fill", used),
            _fill("sg-meter-more", 100 - used) if over else None,
            class_="sg-meter-track",
            role="img",
            aria_label=f"{name}, over budget" if over else name,
        ),
        class_="sg-meter sg-meter-over" if over else "sg-meter",
    )


def _fill(class_: str, width: Decimal) -> Html | None:
    return el("span", class_=class_, style=f"width:{fixed(width, 1)}%") if width else None


def _mix_part(part: Part, whole: Decimal) -> Html:
    width = fixed(part.amount * 100 / whole, 2)
    words = f"{part.label}: {share(part.amount, whole)}"
    return el("span", class_=f"sg-mark sg-mix-part sg-c{part.colour}", style=f"width:{width}%", title=words)


def _mix_entry(part: Part, whole: Decimal) -> Html:
    label = el("a", part.label, href=part.url) if part.url else part.label
    return el(
        "li",
        el("span", class_=f"sg-swatch sg-c{part.colour}"),
        el("span", label, class_="sg-mix-label"),
        el("span", share(part.amount, whole), class_="sg-mix-share"),
        el("span", part.shown, class_="sg-mix-shown"),
    )


def _bar(bar: Bar, highest: Decimal) -> Html:
    width = fixed(bar.amount * 100 / highest, 1) if highest else "0"
    fill = el("span", class_="sg-bar-fill", style=f"width:{width}%") if bar.amount and highest else None
    label = el("a", bar.label, href=bar.url) if bar.url else el("span", bar.label)
    return el(
        "li",
        el("span", label, class_="sg-bar-label"),
        el("span", fill, class_="sg-bar-track", aria_hidden="true"),
        el("span", bar.shown, class_="sg-bar-value"),
    )
