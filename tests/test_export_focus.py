"""`sessions export focus`: charges that keep the published rules of FOCUS, with nothing guessed and nothing made 0."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.exporting.focus import COLUMNS
from sitegen.exporting.focus_charges import METERS, charges, left_out, seller_of
from sitegen.prices import UnitPrices
from sitegen.records import csv_lines
from sitegen.session import Git, Phase, Session
from sitegen.tokens import PriceContext, TokenCounts, UsageRow
from tests.conftest import Run
from tests.focus_rules import RULES, Row, broken_rules
from tests.made_sessions import SONNET, made_row, made_session

ROOT = Path(__file__).parent.parent
ALL_KINDS = TokenCounts(input=7, cache_write_5m=11, cache_write_1h=13, cache_read=1_234_567, output=89)


def priced(row: UsageRow, prices: UnitPrices = SONNET) -> UsageRow:
    return replace(row, list_cost=prices.list_cost(row.counts, row.web_searches))


def priced_session(*rows: UsageRow, **more: Any) -> Session:
    return made_session("sessions/2026/2026-02-11-jwt.md", *map(priced, rows), **more)


def table(*sessions: Session, account: str = "acme") -> list[Row]:
    return read("".join(csv_lines(COLUMNS, charges(sessions, account))))


def read(content: str) -> list[Row]:
    return [{key: value or None for key, value in row.items()} for row in csv.DictReader(io.StringIO(content))]


def test_the_sample_ledger_keeps_every_published_rule(sessions: Run) -> None:
    run = sessions("-C", ROOT, "export", "focus")
    assert (run.returncode, run.stderr) == (0, "")
    rows = read(run.stdout)
    names = run.stdout.split("\n", 1)[0].split(",")
    assert len(rows) > 200
    assert broken_rules(names, rows) == set()
    report = sessions("-C", ROOT, "report", "--format", "json")
    assert sum(Decimal(row["ListCost"] or "") for row in rows) == Decimal(
        json.loads(report.stdout)["totals"]["list_cost"]
    )


def test_a_row_becomes_one_charge_for_each_kind_that_was_used() -> None:
    row = replace(made_row(counts=ALL_KINDS, at="2026-02-28T23:30-05:00"), web_searches=2)
    session = replace(priced_session(row, tags=("auth",)), phase=Phase("Auth", 1), git=Git("feat/jwt"), author="Jane")
    rows = table(session)
    assert [(each["SkuMeter"], each["ConsumedQuantity"], each["ConsumedUnit"]) for each in rows] == [
        ("Input Tokens", "7.0", "Tokens"),
        ("Cache Write Tokens (5 Minutes)", "11.0", "Tokens"),
        ("Cache Write Tokens (1 Hour)", "13.0", "Tokens"),
        ("Cache Read Tokens", "1234567.0", "Tokens"),
        ("Output Tokens", "89.0", "Tokens"),
        ("Web Searches", "2.0", "Requests"),
    ]
    assert sum(Decimal(each["ListCost"] or "") for each in rows) == session.totals.list_cost
    told = rows[3]
    assert told == {
        **dict.fromkeys((column.name for column in COLUMNS), None),
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), "0.3703701"),
        "PricingCurrencyEffectiveCost": "0.3703701",
        **dict.fromkeys(("ListUnitPrice", "ContractedUnitPrice"), "0.3"),
        **dict.fromkeys(("PricingCurrencyListUnitPrice", "PricingCurrencyContractedUnitPrice"), "0.3"),
        "BillingAccountId": "acme",
        "BillingAccountName": "acme",
        "BillingCurrency": "USD",
        "PricingCurrency": "USD",
        "BillingPeriodStart": "2026-03-01T00:00:00Z",
        "BillingPeriodEnd": "2026-04-01T00:00:00Z",
        "ChargePeriodStart": "2026-03-01T00:00:00Z",
        "ChargePeriodEnd": "2026-03-02T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeDescription": "Cache Read Tokens of claude-sonnet-5, at the list price",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": "1234567.0",
        "ConsumedUnit": "Tokens",
        "InvoiceIssuerName": "Anthropic",
        "PricingCategory": "Standard",
        "PricingQuantity": "1.234567",
        "PricingUnit": "1000000 Tokens",
        "ProviderName": "Anthropic",
        "PublisherName": "Anthropic",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Claude API",
        "ServiceSubcategory": "Generative AI",
        "SkuId": "claude-sonnet-5/cache-read",
        "SkuMeter": "Cache Read Tokens",
        "SkuPriceDetails": '{"x_Model":"claude-sonnet-5"}',
        "SkuPriceId": "claude-sonnet-5/cache-read",
        "Tags": '{"project":"shop-api","session":"2026-02-11-jwt","phase":"Auth","branch":"feat/jwt",'
        '"author":"Jane","tag/auth":true}',
        "x_CostBasis": "List price",
        "x_PriceSource": "genai-prices 0.2.3",
        "x_SessionPath": "sessions/2026/2026-02-11-jwt.md",
        "x_UsageRow": "1",
        "x_InteractionStart": "2026-03-01T04:30:00Z",
        "x_QuantityIsFloor": "false",
        "x_Sample": "false",
    }
    assert broken_rules([column.name for column in COLUMNS], rows) == set()


def test_what_changes_a_price_is_in_its_id_and_its_details() -> None:
    context = PriceContext(speed="fast", tier="batch", geo="us", long=True, since="2026-02-01")
    row = replace(made_row(), context=context)
    session = replace(priced_session(row), prices={row.price_key: SONNET})
    told = table(session)[0]
    assert told["SkuId"] == "claude-sonnet-5/input"
    assert told["SkuPriceId"] == "claude-sonnet-5 fast batch us long from 2026-02-01/input"
    assert json.loads(told["SkuPriceDetails"] or "") == {
        "x_Model": "claude-sonnet-5",
        "x_Speed": "fast",
        "x_ServiceTier": "batch",
        "x_InferenceGeo": "us",
        "x_LongContext": True,
    }


def test_no_prompt_is_in_a_charge() -> None:
    session = priced_session(replace(made_row(task="the words of a prompt"), notes="a remark"))
    content = "".join(csv_lines(COLUMNS, charges([session], "acme")))
    assert "words of a prompt" not in content
    assert "remark" not in content


def test_typed_rows_and_lower_bounds_say_so() -> None:
    row = replace(made_row(), manual=True, output_floor=True)
    told = {row["SkuMeter"]: row for row in table(priced_session(row))}
    assert {each["x_UsageSource"] for each in told.values()} == {"manual"}
    assert (told["Output Tokens"]["x_QuantityIsFloor"], told["Input Tokens"]["x_QuantityIsFloor"]) == ("true", "false")


def test_a_row_without_a_charge_is_left_out_and_counted_and_never_0() -> None:
    unpriced = made_row(list_cost=None)
    free = replace(made_row(), counts=TokenCounts())
    foreign = made_row(model="gpt-9")
    without_prices = made_row(model="claude-opus-4-8")
    sessions = (
        made_session("sessions/2026/a.md", unpriced, made_row(list_cost="7"), without_prices, foreign, priced(free)),
        made_session("sessions/undated/b.md", priced(made_row(at=None)), started=None),
        priced_session(made_row(at=None)),
    )
    assert left_out(sessions) == {
        "neither the row nor its session has a time": 1,
        "no price is known": 1,
        "the cost is not that of the prices in the file": 2,
        "who sells the model is not known": 1,
    }
    rows = table(*sessions)
    assert {row["x_SessionPath"] for row in rows} == {"sessions/2026/2026-02-11-jwt.md"}
    assert all(Decimal(row["BilledCost"] or "0") > 0 for row in rows)


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("claude-opus-4-8", "Anthropic"),
        ("anthropic/claude-opus-4-8", "Anthropic"),
        ("us.anthropic.claude-opus-4-8-v1:0", "AWS"),
        ("vertex_ai/claude-opus-4-8", "Google Cloud"),
        ("openrouter/anthropic/claude-opus-4-8", "OpenRouter"),
        ("gpt-9", None),
        ("<synthetic>", None),
        ("", None),
    ],
)
def test_the_provider_is_read_from_the_name_and_never_guessed(model: str, provider: str | None) -> None:
    seller = seller_of(model)
    assert (seller.provider if seller else None) == provider


BROKEN = (
    ("ListCost", "1.5", "ListCost-C-009-C"),
    ("BilledCost", "", "BilledCost-C-003-M"),
    ("BilledCost", "$1", "BilledCost-C-002-M"),
    ("ChargePeriodStart", "2026-02-11", "ChargePeriodStart-C-002-M"),
    ("ChargeCategory", "Tokens", "ChargeCategory-C-003-M"),
    ("PricingQuantity", "", "PricingQuantity-C-005-C"),
    ("ProviderName", "Somebody", "BilledCost-C-005-C"),
    ("SkuId", "", "SkuId-C-005-C"),
    ("Tags", '{"a":[1]}', "Tags-C-001-M"),
    ("ServiceSubcategory", "Bots and more", "ServiceSubcategory-C-003-M"),
    ("BillingCurrency", "dollar", "BillingCurrency-C-003-M"),
)


@pytest.mark.parametrize(("column", "value", "rule"), BROKEN)
def test_the_rules_find_what_is_wrong(column: str, value: str, rule: str) -> None:
    """A check that finds nothing proves nothing."""
    names = [each.name for each in COLUMNS]
    rows = [dict(row) for row in table(priced_session(made_row()))]
    rows[0][column] = value or None
    assert rule in broken_rules(names, rows)
    assert broken_rules([name for name in names if name != "ServiceName"], rows) >= {"CostAndUsage-D-041-M"}


def test_columns_have_the_types_and_nulls_of_the_published_rules() -> None:
    types = {"TypeDecimal": "Decimal", "TypeString": "String", "TypeDateTime": "Date/Time"}
    published = {rule["then"][1]: types[rule["then"][0]] for rule in RULES if rule["then"][0] in types}
    never_null = {rule["then"][1] for rule in RULES if rule["then"][0] == "CheckNotValue" and _always(rule)}
    for column in COLUMNS:
        if column.name.startswith("x_"):
            continue
        assert published.get(column.name, "JSON") == column.kind, column.name
        assert column.nullable is (column.name not in never_null), column.name
    names = [column.name for column in COLUMNS]
    own = [name for name in names if name.startswith("x_")]
    assert names == sorted(names[: -len(own)]) + own
    assert len(set(names)) == len(names)


def _always(rule: Mapping[str, Any]) -> bool:
    """Whether a column may never be empty; a rule that is one of two alternatives does not say so."""
    alone = not rule["if"] and not any(rule["id"] in json.dumps(each["then"]) for each in RULES)
    return (
        alone
        and rule["keyword"] == "MUST NOT"
        and rule["then"][2] is None
        and "ACCOUNT_NAMING_SUPPORTED" not in rule["needs"]
    )


def test_every_kind_of_token_has_a_meter() -> None:
    assert [*TokenCounts().by_kind(), "web_search"] == [*METERS]
    assert len({meter.name for meter in METERS.values()}) == len(METERS)


def test_a_title_that_is_a_formula_stays_text(sessions: Run, ledger: Path) -> None:
    (ledger / "sessions.toml").write_text('title = "=1+1"\n', encoding="utf-8")
    run = sessions("-C", ledger, "export", "focus")
    assert (run.returncode, run.stdout.count("\n")) == (0, 1)
    session = replace(priced_session(made_row()), project="=1")
    assert table(session, account="=1+1")[0]["BillingAccountId"] == "'=1+1"
