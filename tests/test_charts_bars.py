"""Bars drawn by style sheets: the parts of a whole and what is used of a budget."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.charts import Part, budget_meter, mix_bar
from sitegen.markup import text


def part(label: str, amount: str, colour: int = 1, url: str = "") -> Part:
    return Part(label, Decimal(amount), text(amount), colour, url)


def widths(html: str | None) -> list[Decimal]:
    return [Decimal(width) for width in re.findall(r"width:([\d.]+)%", str(html))]


def test_parts_and_their_list_have_one_order() -> None:
    figure = mix_bar([part("Read", "60", 1), part("Write", "30", 2, "w.html"), part("Out", "10", 3)], "mix", "Mix")
    assert figure
    assert widths(figure) == [Decimal(60), Decimal(30), Decimal(10)]
    assert re.findall(r'sg-mix-part sg-c(\d)" style="[^"]*" title="([^"]*)"', figure) == [
        ("1", "Read: 60 %"),
        ("2", "Write: 30 %"),
        ("3", "Out: 10 %"),
    ]
    assert re.findall(r'sg-mix-label">(.*?)</span><span class="sg-mix-share">(.*?)</span>', figure) == [
        ("Read", "60 %"),
        ('<a href="w.html">Write</a>', "30 %"),
        ("Out", "10 %"),
    ]
    assert 'aria-labelledby="mix-title"' in figure


def test_no_bar_of_one_part() -> None:
    assert mix_bar([], "mix", "Mix") is None
    assert mix_bar([part("Read", "60"), part("None", "0")], "mix", "Mix") is None


@given(st.lists(st.decimals("0.01", 10**6, places=2), min_size=2, max_size=8))
def test_the_parts_fill_the_bar(amounts: list[Decimal]) -> None:
    figure = mix_bar([part(f"p{place}", str(amount)) for place, amount in enumerate(amounts)], "mix", "Mix")
    shown = widths(figure)
    assert abs(sum(shown, Decimal()) - 100) <= Decimal("0.05")
    whole = sum(amounts, Decimal())
    assert all(
        abs(width - amount * 100 / whole) <= Decimal("0.005") for width, amount in zip(shown, amounts, strict=True)
    )


def test_names_of_parts_are_escaped() -> None:
    figure = mix_bar([part('<script>"', "1"), part("b", "1")], "mix", "<i>")
    assert figure
    assert "<script>" not in figure
    assert "<i>" not in figure
    assert 'title="&lt;script&gt;&quot;: 50 %"' in figure


@pytest.mark.parametrize(
    ("spent", "budget", "shown", "words"),
    [
        ("0", "50", [], "0 % of the budget"),
        ("12", "50", ["24.0"], "24 % of the budget"),
        ("50", "50", ["100.0"], "100 % of the budget"),
        ("80", "50", ["62.5", "37.5"], "160 % of the budget, over budget"),
        ("5", "0", ["100.0"], "no budget, over budget"),
        ("0", "0", [], "no budget"),
    ],
)
def test_a_budget_says_how_much_of_it_is_used(spent: str, budget: str, shown: list[str], words: str) -> None:
    meter = budget_meter(Decimal(spent), Decimal(budget), text("$ & words"))
    assert widths(meter) == list(map(Decimal, shown))
    assert f'role="img" aria-label="{words}"' in meter
    over = Decimal(spent) > Decimal(budget)
    assert ("<strong>over budget</strong>" in meter) is over
    assert ("sg-meter-more" in meter) is over
    assert "$ &amp; words" in meter
