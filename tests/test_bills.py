"""The Console's exports, read by the names of their columns: everything rightly, or a mistake with its place."""

import csv
import io
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.bills import Bill, BilledTokens, model_of, read_exports
from sitegen.errors import ProblemError
from sitegen.settings import Settings
from sitegen.tokens import PriceContext, TokenCounts
from tests.made_bills import COST_HEAD, USAGE_HEAD, Line, cost_csv, usage_csv

LINE = Line(date(2026, 2, 11), "claude-sonnet-4-5-20250929", TokenCounts(10, 20, 30, 40, 50), web_searches=2)
BOOK = Settings().price_book
USAGE, COSTS = usage_csv([LINE]).decode(), cost_csv([LINE], BOOK).decode()
TOKENS = BilledTokens(LINE.day, "claude-sonnet-4-5", LINE.model, LINE.counts, 2, PriceContext(), (0, 200_000))


COUNT = "0.csv:2:109: error[bill]: `usage_output_tokens` is `1,050`, must be a whole number, 0 or more"
NEITHER = "0.csv:1:1: error[bill]: by its header this is neither a usage nor a cost export of the Console"


def read(*texts: str | bytes) -> Bill:
    files = [(f"{index}.csv", text if isinstance(text, bytes) else text.encode()) for index, text in enumerate(texts)]
    return read_exports(files)


def problems(*texts: str | bytes) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        read(*texts)
    return [str(problem).partition("\n")[0] for problem in caught.value.problems]


def test_the_two_exports_make_one_bill() -> None:
    for bill in (read(USAGE, COSTS), read(COSTS, USAGE)):
        assert (bill.source, bill.tokens, bill.days) == (
            "Console usage and cost export",
            (TOKENS,),
            (LINE.day, LINE.day),
        )
        assert {row.kind: row.amount for row in bill.costs or ()} == LINE.costs(BOOK)
        assert {row.model for row in bill.costs or ()} == {"claude-sonnet-4-5"}


@pytest.mark.parametrize(
    "changed",
    [
        "\ufeff" + USAGE,
        USAGE.replace("\n", "\r\n"),
        USAGE.rstrip("\n"),
        USAGE.replace("\n", "\n\n\n"),
        USAGE.replace("Claude Code", '"Claude, the ""Code"""'),
        USAGE.replace("Claude Code", '"two\nlines"'),
        USAGE.replace("usage_date_utc", " Usage_Date_UTC "),
        USAGE.replace("2026-02-11", "2026-02-11T23:30:00Z"),
        USAGE.replace("2026-02-11", "2026-02-12 00:30:00+02:00"),
        USAGE.replace(",speed\n", ",speed,api_key_id\n").replace("global,\n", "global,,apikey_01\n"),
        USAGE.replace("claude-sonnet-4-5-20250929", "Claude-Sonnet-4.5-20250929"),
    ],
)
def test_the_same_bill_in_other_clothes(changed: str) -> None:
    assert read(changed).tokens == (TOKENS,)


def test_columns_come_in_any_order_and_may_be_missing() -> None:
    shuffled = (*reversed(USAGE_HEAD[:6]), *USAGE_HEAD[6:])
    assert read(usage_csv([LINE], shuffled)).tokens == (TOKENS,)
    least = (*USAGE_HEAD[:2], *USAGE_HEAD[6:11])
    (bare,) = read(usage_csv([LINE], least)).tokens or ()
    assert bare == replace(TOKENS, web_searches=None, prompts=(0, 10**9))
    few = ("usage_date_utc", "model", "token_type", "cost_usd")
    costs = read(cost_csv([LINE], BOOK, head=few)).costs or ()
    assert all(row.list_amount is None for row in costs)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["0.csv:1:1: error[bill]: the file is empty"]),
        ("\ufeff\n", [NEITHER]),
        (
            USAGE.split("\n")[0],
            [
                "0.csv:1:1: error[bill]: there is a header and no row: nothing was billed in its period, or the export "
                "is cut off"
            ],
        ),
        (USAGE.encode("utf-16"), ["0.csv:1:1: error[bill]: not UTF-8, byte 0"]),
        ("a,b\n1,2\n", [NEITHER]),
        (
            USAGE.replace(",usage_input_tokens_cache_read", "").replace(",40,", ","),
            ["0.csv:1:226: error[bill]: the header has no column `usage_input_tokens_cache_read`"],
        ),
        (
            USAGE.replace("web_search_count", "usage_output_tokens"),
            ["0.csv:1:220: error[bill]: the column `usage_output_tokens` is there twice"],
        ),
        (USAGE.replace(",50,", ',"1,050",'), [COUNT]),
        (USAGE.replace(",50,", ",-50,"), [COUNT.replace("1,050", "-50")]),
        (USAGE.replace(",50,", ",1.050,"), [COUNT.replace("1,050", "1.050")]),
        (USAGE.replace(",50,", ",1E+06,"), [COUNT.replace("1,050", "1E+06")]),
        (USAGE.replace(",50,", ",,"), [COUNT.replace("is `1,050`", "is empty")]),
        (USAGE.replace(",50,", ",jane@example.org,"), [COUNT.replace("is `1,050`", "is no figure")]),
        (
            USAGE.replace("2026-02-11", "11/02/2026"),
            ["0.csv:2:1: error[bill]: `usage_date_utc` is no figure, must be a day such as 2026-02-11"],
        ),
        (USAGE.rstrip("\n")[:-20], ["0.csv:2:1: error[bill]: the row has 8 cells, the header 14"]),
        (USAGE + '2026-02-11,"', ["0.csv:1:1: error[bill]: not readable as CSV: unexpected end of data"]),
        (COSTS.replace("cost_usd", "cost_eur"), [NEITHER]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_place(text: str | bytes, told: list[str]) -> None:
    assert problems(text) == told


def costs_of(*amounts: str, head: str = "usage_date_utc,model,token_type,cost_usd", more: str = "") -> str:
    return "\n".join((head, *(f"2026-02-11,Claude Opus 4.8,output,{amount}{more}" for amount in amounts), ""))


@pytest.mark.parametrize(
    "wrong", ["$1.20", '"1,234.50"', '"1,20"', "1.234.567", "NaN", "Infinity", "", "(5.00)", "0x10"]
)
def test_an_amount_that_could_be_read_in_two_ways_is_refused(wrong: str) -> None:
    (told,) = problems(costs_of("1.00", wrong))
    assert told.startswith("0.csv:3:35: error[bill]: `cost_usd` is ")
    assert told.endswith("must be an amount in USD such as 12.25")


def test_amounts_are_exact_and_know_their_rounding() -> None:
    rows = read(costs_of("1.00", "0.3", "1.5e-05")).costs or ()
    assert [row.amount for row in rows] == [Decimal(1), Decimal("0.3"), Decimal("0.000015")]
    assert {row.rounding for row in rows} == {Decimal("0.0000005")}
    assert {row.rounding for row in read(costs_of("1.00", "5")).costs or ()} == {Decimal("0.005")}
    (noisy,) = read(costs_of("0.30000000000000004")).costs or ()
    assert noisy.rounding < Decimal("1e-8")


def test_a_negative_amount_is_a_credit() -> None:
    assert [row.kind for row in read(costs_of("1.00", "-5.00")).costs or ()] == ["output", "credit"]


def test_another_currency_is_refused() -> None:
    head = "usage_date_utc,model,token_type,cost_usd,currency"
    assert problems(costs_of("1.00", head=head, more=",EUR")) == ["0.csv:2:40: error[bill]: `currency` is not USD"]
    assert read(costs_of("1.00", head=head, more=",usd")).costs


def test_what_is_told_twice_counts_once() -> None:
    row = USAGE.split("\n")[1]
    for bill in (read(f"{USAGE}{row}\n"), read(USAGE, USAGE), read(USAGE, usage_csv([LINE, next_day()]))):
        assert (bill.tokens or ())[0] == TOKENS
        assert bill.repeated == 1
    assert len(read(USAGE, usage_csv([LINE, next_day()])).tokens or ()) == 2
    assert read(USAGE, usage_csv([next_day()])).repeated == 0


def next_day() -> Line:
    return replace(LINE, day=date(2026, 2, 12))


def test_two_exports_that_contradict_each_other_are_refused() -> None:
    later = replace(LINE, counts=LINE.counts + TokenCounts(output=1))
    assert problems(USAGE, usage_csv([later])) == [
        "1.csv:2:1: error[bill]: this row has other figures than line 2 of the file 0.csv"
    ]
    two_keys = usage_csv([LINE, replace(later, key="another key")])
    assert len(read(two_keys).tokens or ()) == 2


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("Claude Haiku 3.5", "claude-haiku-3-5"),
        ("claude-3-5-haiku-20241022", "claude-haiku-3-5"),
        ("Claude  Opus 4", "claude-opus-4"),
        ("claude-opus-4-20250514", "claude-opus-4"),
        ("claude-opus-4-6[1m]", "claude-opus-4-6"),
        ("", ""),
        ("claude_code_key_jane.doe_abcd", ""),
        ("jane@example.org", ""),
        ("Claude Code", ""),
        ("claude-jane-doe", ""),
        ("gpt-6", ""),
        ("us.anthropic.claude-opus-4-6-v1:0", ""),
    ],
)
def test_a_model_has_one_name(name: str, model: str) -> None:
    assert model_of(name)[0] == model


@pytest.mark.parametrize(
    ("column", "value", "context"),
    [
        ("usage_type", "batch", PriceContext(tier="batch")),
        ("usage_type", "message", PriceContext()),
        ("usage_type", "Jane's key", PriceContext(tier="unknown")),
        ("inference_geo", "us", PriceContext(geo="us")),
        ("inference_geo", "not_available", PriceContext()),
        ("speed", "fast", PriceContext(speed="fast")),
        ("speed", "standard", PriceContext()),
    ],
)
def test_what_sets_the_price_is_read(column: str, value: str, context: PriceContext) -> None:
    (row,) = csv.DictReader(io.StringIO(USAGE))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow({**row, column: value})
    (tokens,) = read(out.getvalue()).tokens or ()
    assert tokens.context == context


@pytest.mark.parametrize(
    ("window", "prompts"),
    [
        ("≤ 200k", (0, 200_000)),
        ("> 200k", (200_001, 10**9)),
        ("200k-1M", (200_001, 10**6)),
        ("", (0, 10**9)),
        ("?", (0, 10**9)),
    ],
)
def test_a_context_window_bounds_the_prompts(window: str, prompts: tuple[int, int]) -> None:
    (tokens,) = read(USAGE.replace("≤ 200k", window)).tokens or ()
    assert tokens.prompts == prompts


@given(st.binary(max_size=300))
def test_any_bytes_are_a_bill_or_a_problem(raw: bytes) -> None:
    for head in (b"", USAGE.encode(), COSTS.encode(), f"{','.join(COST_HEAD)}\n".encode()):
        with suppress(ProblemError):
            assert read(head + raw).days
