"""The table [prices] of sessions.toml: what is taken over, and what is refused in which words."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from sitegen.errors import Severity
from sitegen.prices import PriceOverride, UnitPrices, parse_price_settings

GOOD = """
multiplier = "0.85"
[[model]]
match = ["claude-mythos-5-1", "claude-mythos-5.1-preview"]
from = "2026-09-01"
input = "10"
output = "50"
cache_read = "0.25"
cache_write_5m = "12.5"
cache_write_1h = "20"
source = "https://platform.claude.com/docs/en/about-claude/pricing"
[[model]]
match = ["house-model"]
from = 2026-01-01
input = "0"
output = "0.5"
web_search = "0.008"
source = "contract 17"
"""


def problems(text: str) -> list[tuple[str, str | None]]:
    found = parse_price_settings(tomllib.loads(text), "sessions.toml")[2]
    assert all(problem.rule == "settings" and problem.severity is Severity.ERROR for problem in found)
    assert all(str(problem.location) == "sessions.toml:1:1" for problem in found)
    return [(problem.message, problem.hint) for problem in found]


def test_rows_are_taken_over_exactly() -> None:
    overrides, multiplier, found = parse_price_settings(tomllib.loads(GOOD), "sessions.toml")
    link = "https://platform.claude.com/docs/en/about-claude/pricing"
    mythos = UnitPrices(
        Decimal(10), Decimal("12.5"), Decimal(20), Decimal("0.25"), Decimal(50), None, f"override: {link}"
    )
    house = UnitPrices(Decimal(0), None, None, None, Decimal("0.5"), Decimal("0.008"), "override: contract 17")
    assert found == ()
    assert multiplier == Decimal("0.85")
    assert overrides == (
        PriceOverride(("claude-mythos-5-1", "claude-mythos-5.1-preview"), date(2026, 9, 1), mythos, link),
        PriceOverride(("house-model",), date(2026, 1, 1), house, "contract 17"),
    )


def test_nothing_given_is_list_price() -> None:
    assert parse_price_settings({}, "sessions.toml") == ((), Decimal(1), ())


ROW = '[[model]]\nmatch = ["m"]\nfrom = "2026-01-01"\ninput = "1"\noutput = "2"\nsource = "s"\n'


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('multiplyer = "1"', "unknown key 'multiplyer' in [prices]", "did you mean multiplier?"),
        ('zzz = "1"', "unknown key 'zzz' in [prices]", "known keys: multiplier, model"),
        ('multiplier = "0"', "prices.multiplier is 0: every cost would be 0", 'write "1" for list prices'),
        (
            "multiplier = 0.5",
            "prices.multiplier is a bare number: 0.5",
            'put it in quotes, so that it stays exact: "0.5"',
        ),
        (
            "model = 3",
            "prices.model must be a list of tables",
            "write each row under its own [[prices.model]]",
        ),
        (
            ROW + 'cache_reed = "1"',
            "unknown key 'cache_reed' in [[prices.model]] row 1",
            "did you mean cache_read?",
        ),
        (
            ROW.replace('"1"', '"-1"'),
            "'input' of [[prices.model]] row 1 is negative: '-1'",
            "a price is 0 or more",
        ),
        (
            ROW.replace('"1"', '"1e3"'),
            "'input' of [[prices.model]] row 1 is not a number: '1e3'",
            'write digits, for instance "12.5"',
        ),
        (
            ROW.replace('"1"', '"NaN"'),
            "'input' of [[prices.model]] row 1 is not a number: 'NaN'",
            'write digits, for instance "12.5"',
        ),
        (
            ROW.replace('"1"', "10"),
            "'input' of [[prices.model]] row 1 is a bare number: 10",
            'put it in quotes, so that it stays exact: "10"',
        ),
        (
            ROW.replace('source = "s"', ""),
            "[[prices.model]] row 1 has no 'source'",
            "say where the price is published: a link or a contract",
        ),
        (
            ROW.replace('"s"', '" "'),
            "'source' of [[prices.model]] row 1 is empty or not text",
            "say where the price is published: a link or a contract",
        ),
        (ROW.replace('output = "2"', ""), "[[prices.model]] row 1 has no 'output'", None),
        (
            ROW.replace("2026-01-01", "2026-02-30"),
            "'from' of [[prices.model]] row 1 is '2026-02-30', not a day",
            'write the first UTC day of the price, for instance from = "2026-09-01"',
        ),
        (
            ROW.replace('["m"]', '"m"'),
            "'match' of [[prices.model]] row 1 must be a list of model ids",
            'for instance match = ["claude-opus-5"]',
        ),
        (
            ROW + ROW.replace('["m"]', '["x", "M"]'),
            "[[prices.model]] has 2 prices for m from 2026-01-01",
            "remove one of them, or give it another `from`",
        ),
    ],
)
def test_every_mistake_is_told_once_with_a_cure(text: str, message: str, hint: str | None) -> None:
    assert problems(text) == [(message, hint)]


def test_all_mistakes_are_told_and_the_good_rows_kept() -> None:
    broken = ROW.replace('"1"', '"?"').replace('"2"', '"!"')
    overrides, _, found = parse_price_settings(tomllib.loads(broken + ROW), "sessions.toml")
    assert [row.prices.input for row in overrides] == [1]
    assert len(found) == 2
