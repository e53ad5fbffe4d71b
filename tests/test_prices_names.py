"""One model has many spellings; none of them is guessed."""

from datetime import UTC, datetime

import pytest

from sitegen.prices.book import PriceBook, Quote
from sitegen.prices.model_names import ModelName, family_name, is_at_least, read_model_name
from sitegen.tokens import PriceContext

NOVEMBER = datetime(2026, 11, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        (" Claude-Opus-5 ", ModelName("claude-opus-5")),
        ("claude-opus-5-5[1m]", ModelName("claude-opus-5-5")),
        ("anthropic/claude-opus-5.5", ModelName("claude-opus-5-5")),
        ("openrouter/anthropic/claude-opus-5.5", ModelName("claude-opus-5-5")),
        ("vertex_ai/claude-sonnet-4@20250514", ModelName("claude-sonnet-4-20250514")),
        ("anthropic.claude-opus-4-6-v1:0", ModelName("claude-opus-4-6", "aws", "regional")),
        ("us.anthropic.claude-opus-4-6-v1", ModelName("claude-opus-4-6", "aws", "regional")),
        ("us-gov.anthropic.claude-opus-5", ModelName("claude-opus-5", "aws", "regional")),
        ("global.anthropic.claude-opus-5", ModelName("claude-opus-5", "aws", "global")),
        ("bedrock/claude-opus-5-v1:0", ModelName("claude-opus-5", "aws", "regional")),
        ("bedrock/global.anthropic.claude-opus-5", ModelName("claude-opus-5", "aws", "global")),
        ("gpt-5.2", ModelName("gpt-5.2")),
    ],
)
def test_spellings_of_a_name(reported: str, name: ModelName) -> None:
    assert read_model_name(reported) == name


@pytest.mark.parametrize(
    ("reported", "priced_as"),
    [
        ("claude-sonnet-4", "claude-sonnet-4-0"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4-0"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4-0"),
        ("claude-4-sonnet", "claude-sonnet-4-0"),
        ("claude-opus-4-20250514", "claude-opus-4-0"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-opus-4-5-20251101", "claude-opus-4-5"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet"),
        ("claude-3.7-sonnet", "claude-3-7-sonnet-latest"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-latest"),
        ("claude-haiku-5-5-20261001", "claude-haiku-5-5"),
        ("claude-opus-4-6[1m]", "claude-opus-4-6"),
        ("claude-sonnet-5[1m]", "claude-sonnet-5"),
        ("claude-fable-5-2[1m]", "claude-fable-5-2"),
        ("claude-opus-5-5@20260901", "claude-opus-5-5"),
        ("claude-opus-5-20270101", "claude-opus-5"),
        ("claude-mythos-5-20260801", "claude-mythos-5"),
        ("us.anthropic.claude-opus-5-v1:0", "regional.anthropic.claude-opus-5"),
        (
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        ("global.anthropic.claude-opus-4-8-v1:0", "global.anthropic.claude-opus-4-8-v1:0"),
    ],
)
def test_priced_as(reported: str, priced_as: str) -> None:
    quote = PriceBook().quote(reported, NOVEMBER, PriceContext(), 0)
    assert isinstance(quote, Quote)
    assert quote.priced_as == priced_as


def test_regional_bedrock_costs_a_tenth_more_and_is_not_surcharged_again() -> None:
    book = PriceBook()
    prices = [
        quote.prices.input
        for model in ("global.anthropic.claude-opus-5", "us.anthropic.claude-opus-5")
        for geo in ("", "us")
        if isinstance(quote := book.quote(model, NOVEMBER, PriceContext(geo=geo), 0), Quote)
    ]
    assert [str(price) for price in prices] == ["5", "5", "5.5", "5.5"]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("claude-sonnet-4-0", "claude-sonnet-4"),
        ("claude-opus-5-2026-09-01", "claude-opus-5"),
        ("claude-3-7-sonnet-latest", "claude-sonnet-3-7"),
        ("claude-opus-4-10", "claude-opus-4-10"),
        ("claude-3-opus-latest-foo", "claude-3-opus-latest-foo"),
    ],
)
def test_family_name(name: str, family: str) -> None:
    assert family_name(name) == family


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("claude-sonnet-4-6", True),
        ("claude-opus-5", True),
        ("claude-opus-4-10", True),
        ("claude-fable-5-2-20261109", True),
        ("claude-sonnet-4-5", False),
        ("claude-sonnet-4-20250514", False),
        ("claude-3-7-sonnet-latest", False),
        ("claude-2", False),
    ],
)
def test_versions_compare_as_numbers(name: str, *, expected: bool) -> None:
    assert is_at_least(name, (4, 6)) is expected
