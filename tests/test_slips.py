"""A hint names the slip that gives the stated figure exactly, and a right figure gets none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.prices import PriceBook, PriceOverride, Quote, UnitPrices
from sitegen.slips import (
    CostClaim,
    Explanation,
    agrees,
    explain_costs,
    explain_number,
    explain_sum,
    hint_for_costs,
)
from sitegen.slips.wording import named
from sitegen.tokens import PriceContext, TokenCounts

BOOK = PriceBook()
STANDARD = PriceContext()
SONNET, OPUS = "claude-sonnet-4", "claude-opus-4-6"
IN_2025 = datetime(2025, 9, 13, 12, tzinfo=UTC)
IN_2026 = datetime(2026, 11, 13, 12, tzinfo=UTC)
COUNTS = st.builds(TokenCounts, *[st.integers(101, 3_000_000)] * 5)
PLAIN_COUNTS = st.builds(TokenCounts, input=st.integers(101, 3_000_000), output=st.integers(101, 300_000))


def prices_of(model: str, at: datetime, context: PriceContext = STANDARD, book: PriceBook = BOOK) -> UnitPrices:
    quote = book.quote(model, at, context, 0)
    assert isinstance(quote, Quote)
    return quote.prices


def made_prices(*usd: str) -> UnitPrices:
    one, two, three, four, five = map(Decimal, usd)
    return UnitPrices(one, two, three, four, five, source="my own")


def sonnet(label: str, read: int, written: int, stated: str) -> CostClaim:
    counts = TokenCounts(input=read, output=written)
    return CostClaim(label, counts, Decimal(stated), prices_of(SONNET, IN_2025), SONNET, IN_2025)


def opus(counts: TokenCounts, stated: Decimal, *, label: str = "row 1", exact: bool = True) -> CostClaim:
    return CostClaim(label, counts, stated, prices_of(OPUS, IN_2026), OPUS, IN_2026, exact=exact)


def cost(prices: UnitPrices, counts: TokenCounts) -> Decimal:
    amount = prices.list_cost(counts)
    assert amount is not None
    return amount


ROWS = (
    sonnet("row 22", 1200, 800, "0.048"),
    sonnet("row 23", 2500, 3200, "0.255"),
    sonnet("row 24", 1800, 600, "0.063"),
    sonnet("row 25", 900, 1100, "0.044"),
)


def test_one_slip_is_told_once_for_all_its_rows_and_what_stays_unexplained_is_named() -> None:
    assert explain_costs(ROWS, BOOK) == (
        Explanation(
            ("row 22", "row 24", "row 25"),
            "what an input price of $30 per million gives: ten times too high",
        ),
    )
    assert hint_for_costs(ROWS, BOOK) == (
        "rows 22, 24 and 25 are exactly what an input price of $30 per million gives (ten times too high); "
        "row 23: no single slip explains it"
    )


@pytest.mark.parametrize("claim", [ROWS[1], sonnet("a", 15_500, 28_200, "47.25"), sonnet("a", 3200, 1800, "4.80")])
def test_what_no_single_slip_gives_has_no_hint(claim: CostClaim) -> None:
    assert explain_costs([claim], BOOK) == ()
    assert hint_for_costs([claim], BOOK) is None


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ("15.60", "what prices per 1K tokens instead of per million give: a thousand times too high"),
        ("0.16", "the right cost with its point one place too far right: ten times too high"),
        ("0.0016", "the right cost with its point one place too far left: ten times too low"),
        ("0.1236", "what an output price of $150 per million gives: ten times too high"),
        ("0.01236", "what an input price of $0.30 per million gives: ten times too low"),
        ("0.0204", "what input and output swapped give"),
        ("0.015", "the right cost cut off, not rounded"),
        ("0.0780", "what the prices of claude-opus-4-0 give: $15 in, $75 out per million"),
        ("0.00780", "what the price of a batch gives"),
        ("0.0165", "the right cost with two digits swapped"),
        ("0.01556", "the right cost with a digit written twice"),
        ("0.056", None),
        ("0.0120", "the cost with the input left out"),
        ("0.1", None),
        ("0", None),
        ("0.0156", None),
        ("0.016", None),
        ("0.02", None),
    ],
)
def test_one_row(stated: str, words: str | None) -> None:
    told = explain_costs([sonnet("row 1", 1200, 800, stated)], BOOK)
    assert told == (() if words is None else (Explanation(("row 1",), words),))


def test_one_hour_writes_at_the_five_minute_rate() -> None:
    claim = opus(TokenCounts(5, 500, 1500, 3000, 300), Decimal("0.021525"))
    assert claim.expected == Decimal("0.02715")
    assert explain_costs([claim], BOOK) == (Explanation(("row 1",), "what 1-hour writes at the 5-minute rate give"),)


def test_parts_rounded_before_adding() -> None:
    claim = sonnet("row 1", 120, 230, "0.003")  # 0.00036 and 0.00345: 0.0038 together
    assert explain_costs([claim], BOOK)[0].words == "the right cost cut off, not rounded"
    claim = sonnet("row 1", 460, 170, "0.005")  # 0.00138 and 0.00255: 0.00393 together
    assert explain_costs([claim], BOOK) == ()
    claim = sonnet("row 1", 500, 167, "0.005")  # 0.0015 and 0.002505 are 0.002 and 0.003: 0.004005 together
    assert explain_costs([claim], BOOK)[0].words == "the sum of its parts, each rounded before adding"


def test_a_stored_cost_must_be_equal_not_near() -> None:
    right = sonnet("row 1", 1200, 800, "0.016")
    assert explain_costs([right], BOOK) == ()
    told = explain_costs([replace(right, exact=True)], BOOK)
    assert told == (Explanation(("row 1",), "the right cost rounded to 3 decimals: stored costs have all of them"),)
    near = sonnet("row 1", 900, 1100, "0.044")  # with input at $30 per million 0.0435
    assert explain_costs([near], BOOK) != ()
    assert explain_costs([replace(near, exact=True)], BOOK) == ()


def test_a_price_of_another_day_names_the_day() -> None:
    model = "claude-sonnet-5-5"
    counts = TokenCounts(input=10, cache_read=54_321, output=900)
    before, after = datetime(2026, 10, 6, tzinfo=UTC), datetime(2026, 10, 7, tzinfo=UTC)
    old, new = (prices_of(model, day) for day in (before, after))
    claim = CostClaim("row 1", counts, cost(old, counts), new, model, after, exact=True)
    assert hint_for_costs([claim], BOOK) == "row 1 is exactly what the price before 2026-10-07 gives"
    claim = CostClaim("row 1", counts, cost(new, counts), old, model, before, exact=True)
    assert hint_for_costs([claim], BOOK) == "row 1 is exactly what the price from 2026-10-07 on gives"
    assert explain_costs([replace(claim, at=None)], BOOK) != ()


def test_the_book_differs_from_the_file() -> None:
    own = made_prices("7", "8", "9", "1", "30")
    claim = replace(sonnet("row 1", 1200, 800, "0.0156"), prices=own)  # the model has no fast price
    assert explain_costs([claim], BOOK)[0].words == "what the price list has for that day gives"


def test_a_discount_that_was_not_taken() -> None:
    book = PriceBook(multiplier=Decimal("0.87"))
    claim = replace(sonnet("row 1", 1200, 800, "0.0156"), prices=prices_of(SONNET, IN_2025, book=book))
    assert explain_costs([claim], book)[0].words == "what the price before the contract discount gives"


def test_an_own_row_is_another_model_too() -> None:
    prices = made_prices("1.7", "2", "3", "0.1", "9.3")
    book = PriceBook((PriceOverride(("house-model",), IN_2025.date(), prices, "mine"),))
    claim = sonnet("row 1", 12_345, 6_789, str(cost(prices, TokenCounts(input=12_345, output=6_789))))
    assert explain_costs([claim], book)[0].words.startswith("what the prices of house-model give: $1.70 in")


def test_the_cost_of_another_row() -> None:
    told = hint_for_costs([sonnet("row 1", 1200, 800, "0.0156"), sonnet("row 2", 7, 800, "0.0156")], BOOK)
    assert told == "row 2 is exactly the cost of row 1"


def test_rows_of_several_models_share_a_slip() -> None:
    rows = [ROWS[0], opus(TokenCounts(input=4000, output=600), Decimal("0.215"), label="row 2")]
    told = explain_costs(rows, BOOK)
    assert told == (Explanation(("row 22", "row 2"), "what an input price gives that is ten times too high"),)


def test_many_slips_are_told_in_short() -> None:
    stated = ["15.60", "0.16", "0.1236", "0.0204", "0.0780", "0.00780"]
    claims = [sonnet(f"row {at}", 1200, 800, each) for at, each in enumerate(stated, 1)]
    told = hint_for_costs(claims, BOOK)
    assert told is not None
    assert told.endswith("; rows 5 and 6: other slips")
    assert told.count(" exactly ") == 4


def test_searches_left_out() -> None:
    counts = TokenCounts(input=1000, output=100)
    prices = prices_of("claude-opus-5-5", IN_2026)
    claim = CostClaim("row 1", counts, Decimal("0.006"), prices, "claude-opus-5-5", IN_2026, STANDARD, 2, exact=True)
    assert claim.expected == Decimal("0.026")
    assert explain_costs([claim], BOOK)[0].words == "the cost with the web searches left out"


def times(factor: str, *kinds: str) -> Callable[[UnitPrices], UnitPrices]:
    return lambda prices: replace(prices, **{kind: getattr(prices, kind) * Decimal(factor) for kind in kinds})


ALL = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
PRICE_SLIPS: tuple[tuple[str, Callable[[UnitPrices], UnitPrices]], ...] = (
    ("what an input price of $50 per million gives", times("10", "input")),
    ("what an input price of $0.05 per million gives", times("0.01", "input")),
    ("what an output price of $25000 per million gives", times("1000", "output")),
    ("what a cache read price of $50 per million gives", times("100", "cache_read")),
    ("with the cache prices that follow from it", times("10", *ALL[:-1])),
    ("per 1K tokens instead of per million", times("1000", *ALL)),
    ("per billion tokens", times("0.001", *ALL)),
    ("with its point two places too far right", times("100", *ALL)),
    ("the prices of claude-opus-4-1 give", lambda _: prices_of("claude-opus-4-1", IN_2026)),
    ("the prices of claude-haiku-4-5 give", lambda _: prices_of("claude-haiku-4-5", IN_2026)),
    ("the price in the US", lambda _: prices_of(OPUS, IN_2026, PriceContext(geo="us"))),
    ("the price of a batch", lambda _: prices_of(OPUS, IN_2026, PriceContext(tier="batch"))),
)
COUNT_SLIPS: tuple[tuple[str, Callable[[TokenCounts], TokenCounts]], ...] = (
    ("input and output swapped", lambda c: replace(c, input=c.output, output=c.input)),
    ("the cache left out", lambda c: TokenCounts(input=c.input, output=c.output)),
    ("the cache reads left out", lambda c: replace(c, cache_read=0)),
    ("the cache counted as input", lambda c: TokenCounts(input=c.prompt, output=c.output)),
    ("the cache counted twice", lambda c: replace(c, input=c.prompt)),
    (
        "1-hour writes at the 5-minute rate",
        lambda c: replace(c, cache_write_5m=c.cache_write_5m + c.cache_write_1h, cache_write_1h=0),
    ),
    ("all tokens at the input price", lambda c: TokenCounts(input=c.tokens)),
)


@given(st.lists(COUNTS, min_size=3, max_size=3), st.sampled_from(PRICE_SLIPS))
def test_a_slip_of_prices_is_named(
    rows: list[TokenCounts], slip: tuple[str, Callable[[UnitPrices], UnitPrices]]
) -> None:
    words, change = slip
    wrong = change(prices_of(OPUS, IN_2026))
    claims = [opus(counts, cost(wrong, counts), label=f"row {at}") for at, counts in enumerate(rows, 1)]
    (told,) = explain_costs(claims, BOOK)
    assert told.labels == ("row 1", "row 2", "row 3")
    assert words in told.words


@given(st.lists(COUNTS, min_size=3, max_size=3), st.sampled_from(COUNT_SLIPS))
def test_a_slip_of_counts_is_named(
    rows: list[TokenCounts], slip: tuple[str, Callable[[TokenCounts], TokenCounts]]
) -> None:
    words, change = slip
    prices = prices_of(OPUS, IN_2026)
    claims = [opus(counts, cost(prices, change(counts)), label=f"row {at}") for at, counts in enumerate(rows, 1)]
    claims = [claim for claim in claims if claim.stated != claim.expected]  # input and output may be as many
    if claims:
        (told, *rest) = explain_costs(claims, BOOK)
        assert rest == []
        assert len(told.labels) == len(claims)
        assert words in told.words or len(claims) < 3


@given(PLAIN_COUNTS, st.integers(0, 9))
def test_a_right_figure_gets_no_hint(counts: TokenCounts, decimals: int) -> None:
    exact = cost(prices_of(OPUS, IN_2026), counts)
    shown = opus(counts, Decimal(f"{exact:.{decimals}f}"), exact=False)
    assert explain_costs([shown, opus(counts, exact)], BOOK) == ()


@given(PLAIN_COUNTS, st.decimals(0, 100, places=4))
def test_an_explained_figure_is_wrong(counts: TokenCounts, stated: Decimal) -> None:
    claim = opus(counts, stated, exact=False)
    assert claim.expected is not None
    assert not (explain_costs([claim], BOOK) and agrees(stated, claim.expected))


@pytest.mark.parametrize(
    ("stated", "exact", "parts", "holds"),
    [
        ("0.048", "0.0480", 1, True),
        ("0.044", "0.0435", 1, True),
        ("0.044", "0.04349", 1, False),
        ("0.044", "0.0445", 1, True),
        ("0.11", "0.1047", 1, False),
        ("0.11", "0.1047", 4, True),
        ("0.44", "0.435", 1, True),
        ("12", "12.5", 1, True),
        ("12", "12.6", 1, False),
    ],
)
def test_tolerance_is_half_a_unit_of_the_last_place(stated: str, exact: str, parts: int, holds: bool) -> None:
    assert agrees(Decimal(stated), Decimal(exact), parts=parts) is holds


@given(st.lists(st.decimals(0, 1000, places=6), min_size=1, max_size=20), st.integers(0, 6))
def test_a_sum_of_rounded_figures_agrees(parts: list[Decimal], decimals: int) -> None:
    shown = sum((Decimal(f"{part:.{decimals}f}") for part in parts), Decimal())
    assert agrees(shown, sum(parts, Decimal()), parts=len(parts))


@pytest.mark.parametrize(
    ("stated", "expected", "words"),
    [
        (12_100, 11_200, "two digits are swapped"),
        (1_210, 11_210, "a digit is missing"),
        (11_210, 1_210, "a digit stands twice"),
        (123, 153, "one digit is wrong"),
        (1_210_000, 1_210, "a thousand times too high"),
        (5, 50, "ten times too low"),
        (-70, 70, "the sign is wrong"),
        (11_500, 12_200, None),
        (21, 12, None),
        (12, 12, None),
        (0, 12, None),
        (12, 0, None),
        (Decimal("91.2"), Decimal("19.2"), "two digits are swapped"),
        (Decimal("0.02"), Decimal("0.0156"), None),
    ],
)
def test_one_number_against_another(stated: Decimal | int, expected: Decimal | int, words: str | None) -> None:
    assert explain_number(stated, expected) == words


NUMBERS = st.integers(1000, 10**9)


@given(NUMBERS, st.data())
def test_a_slip_of_digits_is_found(right: int, data: st.DataObject) -> None:
    text = str(right).replace("0", "7")
    at = data.draw(st.integers(0, len(text) - 2))
    swapped = int(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    dropped = int(text[:at] + text[at + 1 :])
    doubled = int(text[:at] + text[at] + text[at:])
    for wrong in (swapped, dropped, doubled):
        if wrong != int(text):
            assert explain_number(wrong, int(text)) is not None
        assert explain_number(int(text), int(text)) is None


@pytest.mark.parametrize(
    ("stated", "parts", "words"),
    [
        (12_200, [4_200, 5_500, 1_800], None),
        (7_300, [4_200, 5_500, 1_800], "row 1 is left out"),
        (13_300, [4_200, 5_500, 1_800], "row 3 is counted twice"),
        (9_700, [4_200, 5_500, 1_800, 200], "rows 3 and 4 are left out"),
        (5_500, [4_200, 5_500, 1_800, 700], "it is row 2 alone"),
        (11_500, [4_200, 5_500, 1_800, 1_800], "row 3 or row 4 is left out"),
        (11_500, [4_200, 5_500, 1_800], None),
        (1_150, [4_200, 5_500, 1_800], "ten times too low"),
        (9_700, [4_200, 5_500, 1_800, 0], "row 3 is left out"),
        (49_300, [4_200, 5_500, 1_800], "row 1 is taken ten times too high"),
        (11_698, [4_231, 5_502, 1_876], None),
        (9_920, [4_231, 5_502, 1_870], "row 3 is taken ten times too low"),
        (
            Decimal("0.11"),
            list(map(Decimal, ("0.0156", "0.0555", "0.0144", "0.0192"))),
            "it is the sum of the rounded figures",
        ),
        (Decimal("0.1"), [Decimal("0.1047")], None),
        (10, [], None),
    ],
)
def test_sums(stated: Decimal | int, parts: list[Decimal | int], words: str | None) -> None:
    assert explain_sum(stated, parts, [f"row {at}" for at in range(1, len(parts) + 1)]) == words


@given(st.lists(st.integers(10_000, 10**7), min_size=3, max_size=12), st.data())
def test_a_row_left_out_or_counted_twice_is_named(parts: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(parts) - 1))
    labels = [f"row {number}" for number in range(len(parts))]
    left_out = explain_sum(sum(parts) - parts[at], parts, labels)
    twice = explain_sum(sum(parts) + parts[at], parts, labels)
    assert left_out is not None
    assert twice is not None
    assert f"row {at}" in left_out
    assert left_out.endswith("is left out")
    assert f"row {at}" in twice
    assert twice.endswith("is counted twice")
    assert explain_sum(sum(parts), parts, labels) is None


def test_names_are_put_together() -> None:
    assert named(["row 22"]) == "row 22"
    assert named(["row 22", "row 24", "row 25"]) == "rows 22, 24 and 25"
    assert named(["row 3", "the total"]) == "row 3 and the total"
    assert named([f"row {at}" for at in range(1, 21)]) == "rows 1, 2, 3, 4, 5, 6, 7 and 13 more"


def test_a_cut_figure_is_no_rounded_one() -> None:
    exact = cost(prices_of(SONNET, IN_2025), TokenCounts(input=1299, output=800))
    cut = exact.quantize(Decimal("0.0001"), ROUND_DOWN)
    assert explain_costs([sonnet("row 1", 1299, 800, str(cut))], BOOK)[0].words == "the right cost cut off, not rounded"
