"""The price of a response: the reference's tables and worked examples, to the last digit."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, FloatOperation, getcontext

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.prices import PriceBook, PriceOverride, Quote, UnitPrices, Unpriced
from sitegen.tokens import PriceContext, TokenCounts

BOOK = PriceBook()
STANDARD = PriceContext()
FAST = PriceContext(speed="fast")
BATCH = PriceContext(tier="batch")
US = PriceContext(geo="us")


@pytest.fixture(autouse=True)
def _no_floats_near_money() -> Iterator[None]:
    getcontext().traps[FloatOperation] = True
    yield
    getcontext().traps[FloatOperation] = False


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


NOVEMBER = on("2026-11-15")


def quoted(
    model: str,
    prompt: int = 0,
    at: datetime = NOVEMBER,
    context: PriceContext = STANDARD,
    book: PriceBook = BOOK,
) -> Quote:
    quote = book.quote(model, at, context, prompt)
    assert isinstance(quote, Quote), quote
    return quote


def unpriced(model: str, at: datetime | None = NOVEMBER, context: PriceContext = STANDARD) -> Unpriced:
    quote = BOOK.quote(model, at, context, 0)
    assert isinstance(quote, Unpriced), quote
    return quote


def list_cost(
    model: str,
    counts: TokenCounts,
    at: datetime = NOVEMBER,
    context: PriceContext = STANDARD,
    web_searches: int = 0,
) -> Decimal | None:
    return quoted(model, counts.prompt, at, context).prices.list_cost(counts, web_searches)


@pytest.mark.parametrize(
    ("model", "counts", "expected"),
    [
        ("claude-sonnet-4-5", TokenCounts(10, 100, 0, 1000, 200), "0.003705"),
        ("claude-opus-4-6", TokenCounts(5, 500, 1500, 3000, 300), "0.02715"),
        ("claude-opus-4-6", TokenCounts(5, 2000, 0, 3000, 300), "0.021525"),
        ("claude-haiku-4-5", TokenCounts(10, 0, 7853, 13607, 406), "0.0191067"),
        ("claude-haiku-4-5", TokenCounts(368, 0, 9149, 106786, 516), "0.0319246"),
        ("claude-haiku-4-5", TokenCounts(368, 9149, 0, 106786, 516), "0.02506285"),
        ("claude-sonnet-4-5", TokenCounts(300_000, output=1000), "1.8225"),
        ("claude-sonnet-4-5", TokenCounts(150_000, cache_read=100_000, output=1000), "0.9825"),
        ("claude-sonnet-4-5", TokenCounts(1_000_000), "6"),
        ("claude-sonnet-4-5", TokenCounts(200_000, output=1000), "0.615"),
        ("claude-sonnet-4-5", TokenCounts(250_000, output=1000), "1.5225"),
        ("claude-sonnet-4", TokenCounts(1200, output=800), "0.0156"),
        ("claude-haiku-5-5", TokenCounts(100_000), "0.010"),
        ("claude-haiku-5-5", TokenCounts(100_001), "0.0500005"),
    ],
)
def test_worked_examples(model: str, counts: TokenCounts, expected: str) -> None:
    assert list_cost(model, counts) == Decimal(expected)


@pytest.mark.parametrize(("context", "expected"), [(STANDARD, "0.026"), (FAST, "0.032"), (BATCH, "0.023")])
def test_web_searches_cost_the_same_in_every_context(context: PriceContext, expected: str) -> None:
    counts = TokenCounts(1000, output=100)
    assert list_cost("claude-opus-5-5", counts, context=context, web_searches=2) == Decimal(expected)


def test_cost_of_searches_is_added_to_that_of_tokens() -> None:
    counts = TokenCounts(10, 1000, 2000, 5000, 100)
    assert list_cost("claude-opus-5-5", counts) == Decimal("0.02404")
    assert list_cost("claude-opus-5-5", counts, web_searches=2) == Decimal("0.04404")


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-03-12", "2.5375"), ("2026-03-13", "1.275"), ("2026-05-01", "1.275")]
)
def test_premium_of_long_prompts_ends_on_its_day(day: str, expected: str) -> None:
    assert list_cost("claude-opus-4-6", TokenCounts(250_000, output=1000), on(day)) == Decimal(expected)


def test_day_of_a_price_is_the_day_in_utc() -> None:
    counts = TokenCounts(250_000)
    late_in_honolulu = datetime(2026, 3, 12, 23, tzinfo=timezone(timedelta(hours=-10)))
    assert list_cost("claude-opus-4-6", counts, late_in_honolulu) == Decimal("1.25")
    without_offset = datetime(2026, 3, 12, 23)  # noqa: DTZ001  # counts as UTC
    assert list_cost("claude-opus-4-6", counts, without_offset) == Decimal("2.5")


def test_long_says_that_the_prompt_was_above_the_threshold() -> None:
    assert not quoted("claude-sonnet-4-5", 200_000).long
    assert quoted("claude-sonnet-4-5", 200_001).long
    assert not quoted("claude-opus-4-6", 900_000).long


def test_gaps_of_the_price_list_are_filled_for_their_days() -> None:
    assert quoted("claude-sonnet-5-5", at=on("2026-10-06")).prices.cache_read == Decimal("0.20")
    assert quoted("claude-sonnet-5-5", at=on("2026-10-07")).prices.cache_read == Decimal("0.10")
    beta = quoted("claude-sonnet-4-20250514", 200_001, on("2026-04-30"))
    assert beta.long
    assert beta.prices.source == "genai-prices 0.2.3 + built-in: Anthropic's 1 M context beta before 2026-05-01"
    assert beta.prices.list_cost(TokenCounts(1_000_000, output=1_000_000)) == Decimal("28.5")
    assert quoted("claude-sonnet-4-20250514", 200_000, on("2026-04-30")).prices.input == 3
    assert quoted("claude-sonnet-4-20250514", 900_000, on("2026-05-01")).prices.input == 3
    assert quoted("claude-mythos-5").prices.source == "built-in: Anthropic's price table of 2026-08-22"
    assert quoted("claude-mythos-5").prices.cache_read == 1
    assert quoted("claude-mythos-5-1").prices.cache_read == Decimal("0.25")


@pytest.mark.parametrize(
    ("model", "day", "context", "input_price", "source"),
    [
        ("claude-opus-5-5", "2026-11-15", US, "4.4", "genai-prices 0.2.3 × 1.1 us"),
        ("claude-sonnet-4-6", "2026-11-15", US, "3.3", "genai-prices 0.2.3 × 1.1 us"),
        ("claude-sonnet-4-5", "2026-11-15", US, "3", "genai-prices 0.2.3"),
        ("claude-3-7-sonnet", "2026-11-15", US, "3", "genai-prices 0.2.3"),
        ("claude-opus-5-5", "2026-11-15", FAST, "8", "genai-prices 0.2.3"),
        ("claude-opus-4-6", "2026-05-01", FAST, "5", "genai-prices 0.2.3 (no fast price listed: standard)"),
        ("claude-opus-5-5", "2026-11-15", BATCH, "2", "genai-prices 0.2.3"),
        ("claude-opus-5-5", "2026-10-13", BATCH, "2", "genai-prices 0.2.3 × 0.5 batch"),
        ("claude-opus-5-5", "2026-11-15", PriceContext("fast", "batch"), "2", "genai-prices 0.2.3"),
        (
            "claude-opus-5-5",
            "2026-11-15",
            PriceContext("fast", geo="us"),
            "8.8",
            "genai-prices 0.2.3 × 1.1 us",
        ),
        (
            "claude-opus-5",
            "2026-11-15",
            PriceContext("standard", "standard", "global"),
            "5",
            "genai-prices 0.2.3",
        ),
        ("claude-opus-5", "2026-11-15", PriceContext(geo="not_available"), "5", "genai-prices 0.2.3"),
    ],
)
def test_context_changes_the_price(model: str, day: str, context: PriceContext, input_price: str, source: str) -> None:
    prices = quoted(model, at=on(day), context=context).prices
    assert prices.input == Decimal(input_price)
    assert prices.source == source
    assert prices.web_search == Decimal("0.01")


def test_what_is_not_known_has_no_price() -> None:
    assert unpriced("claude-opus-5", at=None).reason == "no time reported"
    assert unpriced(" ").reason == "no model reported"
    assert unpriced("<synthetic>").reason == "no model answered: Claude Code wrote this line itself"
    turbo = unpriced("claude-opus-5", context=PriceContext(speed="turbo"))
    assert turbo == Unpriced("unknown speed 'turbo'", "known: standard, fast")
    mars = unpriced("claude-opus-5", context=PriceContext(geo="mars"))
    assert mars == Unpriced("unknown inference geography 'mars'", "known: global, not_available, us")
    flex = unpriced("claude-opus-5", context=PriceContext(tier="flex"))
    assert flex == Unpriced("unknown service tier 'flex'", "known: standard, batch")
    assert "priority" in unpriced("claude-opus-5", context=PriceContext(tier="priority")).reason


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        ("claude-haiku-4-6", "did you mean claude-haiku-4-5? If not, "),
        ("claude-opus-9-9-20300101", "did you mean "),
        ("claude-3-opus-latest-foo", "did you mean claude-3-opus-latest? If not, "),
        ("claude-mythos-preview", "did you mean "),
        ("claude-instant-1.2", ""),
        ("gpt-5", ""),
    ],
)
def test_unknown_model_is_never_priced_as_a_near_one(model: str, hint: str) -> None:
    found = unpriced(model)
    assert found.reason == f"no price of {model} is known"
    assert found.hint is not None
    assert found.hint.startswith(hint)
    assert found.hint.endswith("add its price under [[prices.model]] in sessions.toml")


@pytest.mark.parametrize("alias", ["opus", "Sonnet", "haiku", "opus[1m]"])
def test_alias_is_not_a_model(alias: str) -> None:
    assert unpriced(alias).hint == "write the full id of the model"


ONE = Decimal(1)
OVERRIDE = PriceOverride(
    ("claude-opus-5.5",),
    date(2026, 9, 1),
    UnitPrices(Decimal(3), None, Decimal(6), Decimal("0.1"), Decimal(15), source="override: contract"),
    "contract",
)


def test_override_is_charged_as_written_whatever_the_context() -> None:
    book = PriceBook((OVERRIDE,))
    for context in (STANDARD, FAST, US, BATCH):
        prices = quoted("claude-opus-5-5-20260901", context=context, book=book).prices
        assert (prices.input, prices.cache_write_5m, prices.output) == (Decimal(3), None, Decimal(15))
        assert prices.source == "override: contract"
    assert quoted("claude-opus-5-5", book=book).prices.list_cost(TokenCounts(cache_write_5m=1)) is None
    assert quoted("claude-opus-5-5", book=book).prices.list_cost(TokenCounts(), 2) == Decimal("0.02")


def test_override_holds_from_its_day_and_the_newest_wins() -> None:
    newer = PriceOverride(OVERRIDE.match, date(2026, 10, 1), UnitPrices(ONE, ONE, ONE, ONE, ONE), "newer contract")
    book = PriceBook((newer, OVERRIDE))
    days = ("2026-08-31", "2026-09-01", "2026-09-30", "2026-10-01")
    assert [quoted("claude-opus-5-5", at=on(day), book=book).prices.input for day in days] == [4, 3, 3, 1]


def test_model_used_before_its_first_override() -> None:
    private = PriceOverride(("house-model",), date(2026, 9, 1), OVERRIDE.prices, "contract")
    book = PriceBook((private,))
    assert book.quote("house-model", on("2026-08-31"), STANDARD, 0) == Unpriced(
        "no price of house-model is known before 2026-09-01",
        "add a row with an earlier `from` under [[prices.model]] in sessions.toml",
    )
    assert quoted("House-Model", book=book).priced_as == "house-model"
    assert "house-model" in book.models


def test_multiplier_comes_last_and_takes_in_searches() -> None:
    prices = quoted("claude-opus-5-5", context=US, book=PriceBook(multiplier=Decimal("0.9"))).prices
    assert prices.input == Decimal("3.96")
    assert prices.web_search == Decimal("0.009")
    assert prices.source == "genai-prices 0.2.3 × 1.1 us × 0.9 multiplier"
    assert quoted("claude-opus-5-5", book=PriceBook((OVERRIDE,), Decimal("0.5"))).prices.input == Decimal("1.5")


def test_compare_lists_the_kinds_that_differ() -> None:
    stated = UnitPrices(Decimal(4), Decimal(5), None, Decimal("0.5"), Decimal(2), Decimal("0.01"))
    assert BOOK.compare("claude-opus-5-5", STANDARD, NOVEMBER, stated) == (
        ("cache_read", Decimal("0.5"), Decimal("0.2")),
        ("output", Decimal(2), Decimal(20)),
    )
    long = UnitPrices(Decimal(6), None, None, None, Decimal("22.5"))
    assert BOOK.compare("claude-sonnet-4-5", PriceContext(long=True), NOVEMBER, long) == ()
    assert BOOK.compare("claude-nonexistent-9", STANDARD, NOVEMBER, stated) == ()
    assert BOOK.compare("claude-opus-5-5", STANDARD, None, stated) == ()


def test_prices_in_the_words_of_a_session_file() -> None:
    prices = quoted("claude-opus-4-6").prices
    expected = {
        "input": "5",
        "cache_write_5m": "6.25",
        "cache_write_1h": "10",
        "cache_read": "0.5",
        "output": "25",
        "source": "genai-prices 0.2.3",
    }
    assert {key: str(value) for key, value in prices.to_mapping().items()} == expected
    assert list(prices.to_mapping(web_search=True).items())[-2] == ("web_search", Decimal("0.01"))
    assert list(quoted("claude-2").prices.to_mapping()) == ["input", "output", "source"]


def test_cost_is_exact_however_long_the_numbers() -> None:
    prices = UnitPrices(Decimal("999999999999.999999999999"), None, None, None, None)
    expected = "999999999998999999.999999000000000001"
    assert prices.list_cost(TokenCounts(999_999_999_999)) == Decimal(expected)


CLAUDES = [model for model in BOOK.models if model not in {"claude-mythos-5", "claude-mythos-5-1"}]
WITH_CACHE_PRICES = [model for model in CLAUDES if model not in {"claude-2", "claude-v1"}]


def genai_price(model: str, counts: TokenCounts, at: datetime, context: dict[str, str], web_searches: int) -> Decimal:
    writes = counts.cache_write_5m + counts.cache_write_1h
    usage = Usage(
        input_tokens=counts.prompt,
        cache_read_tokens=counts.cache_read,
        cache_write_tokens=writes,
        cache_write_5m_tokens=counts.cache_write_5m,
        cache_write_1h_tokens=counts.cache_write_1h,
        output_tokens=counts.output,
        web_searches=web_searches,
    )
    return calc_price(
        usage, model, provider_id="anthropic", genai_request_timestamp=at, price_context=context
    ).total_price


COUNT = st.integers(0, 300_000)


@settings(deadline=None, max_examples=150)
@given(
    model=st.sampled_from(WITH_CACHE_PRICES),
    # From the day on which no gap of the list is filled and batches have prices of their own.
    day=st.integers(0, 400).map(lambda days: datetime(2026, 10, 14, tzinfo=UTC) + timedelta(days, 7)),
    counts=st.builds(TokenCounts, COUNT, COUNT, COUNT, COUNT, COUNT),
    context=st.sampled_from([(STANDARD, {}), (FAST, {"speed": "fast"}), (BATCH, {"processing": "batch"})]),
    web_searches=st.integers(0, 9),
)
def test_a_single_request_costs_what_the_price_list_calculates(
    model: str,
    day: datetime,
    counts: TokenCounts,
    context: tuple[PriceContext, dict[str, str]],
    web_searches: int,
) -> None:
    ours, theirs = context
    quote = quoted(model, counts.prompt, day, ours)
    searches = web_searches if quote.prices.web_search is not None else 0
    if ours is BATCH and "× 0.5" in quote.prices.source:  # models without a batch price in the list
        return
    expected = genai_price(quote.priced_as, counts, day, theirs, searches)
    assert quote.prices.list_cost(counts, searches) == expected


@settings(deadline=None, max_examples=100)
@given(
    model=st.sampled_from([m for m in WITH_CACHE_PRICES if m not in {"claude-sonnet-5-5", "claude-sonnet-4-0"}]),
    day=st.integers(0, 700).map(lambda days: datetime(2025, 1, 1, 23, 59, tzinfo=UTC) + timedelta(days)),
    counts=st.builds(TokenCounts, COUNT, COUNT, COUNT, COUNT, COUNT),
)
def test_dated_prices_agree_with_the_price_list_on_every_day(model: str, day: datetime, counts: TokenCounts) -> None:
    assert list_cost(model, counts, day) == genai_price(model, counts, day, {}, 0)


@given(st.lists(st.builds(TokenCounts, COUNT, COUNT, COUNT, COUNT, COUNT), min_size=1, max_size=8))
def test_the_cost_of_a_sum_is_the_sum_of_the_costs(many: list[TokenCounts]) -> None:
    prices = quoted("claude-opus-5-5").prices
    assert prices.list_cost(sum(many, TokenCounts())) == sum((prices.list_cost(c) or 0 for c in many), Decimal())


def test_every_known_model_has_a_price_and_at_most_one_threshold() -> None:
    for model in BOOK.models:
        inputs = {quoted(model, prompt, on(day)).prices.input for prompt in (0, 10**9) for day in ("2026-03-01",)}
        assert len(inputs) <= 2
        assert None not in inputs


def test_importing_prices_does_not_import_the_price_list() -> None:
    code = (
        "import sys, sitegen.prices as p; p.PriceBook().source; "
        "sys.exit(any(name.startswith(('genai_prices', 'pydantic')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
