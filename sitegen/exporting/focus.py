"""Charges in the columns of FOCUS 1.2, the FinOps Open Cost and Usage Specification.

FOCUS allows no empty cost. All four costs are the list cost: a ledger knows of no invoice line by line.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sitegen.display import plain
from sitegen.exporting.focus_charges import METERS, Charge
from sitegen.records import Column, Value

BASIS = "List price"


@dataclass(frozen=True, slots=True)
class FocusColumn(Column[Charge]):
    """`kind`: String, Decimal, Date/Time or JSON. `nullable`: whether FOCUS allows that it is empty."""

    kind: str = "String"
    nullable: bool = False


def _day(at: date) -> str:
    return _instant(datetime.combine(at, time(), UTC))


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _month(charge: Charge, later: int = 0) -> str:
    months = charge.day.year * 12 + charge.day.month - 1 + later
    return _day(date(months // 12, months % 12 + 1, 1))


def _description(charge: Charge) -> str:
    row = charge.entry.row
    context = f" ({', '.join(row.context.words())})" if row.context.words() else ""
    return f"{charge.meter.name} of {row.model}{context}, at the list price"


def _price_details(charge: Charge) -> str:
    context = charge.entry.row.context
    details: dict[str, Any] = {"x_Model": charge.entry.row.model}
    details |= {"x_Speed": context.speed} if context.speed else {}
    details |= {"x_ServiceTier": context.tier} if context.tier else {}
    details |= {"x_InferenceGeo": context.geo} if context.geo else {}
    details |= {"x_LongContext": True} if context.long else {}
    return _json(details)


def _tags(charge: Charge) -> str:
    session = charge.entry.session
    named = {
        "project": session.project,
        "session": session.stem,
        "phase": session.phase.name if session.phase else "",
        "branch": session.git.branch,
        "author": session.author,
    }
    told: dict[str, Any] = {key: value for key, value in named.items() if value}
    # A tag has a name and no value: FOCUS wants `true` then.
    return _json(told | {f"tag/{each}": True for each in session.tags})


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _source(charge: Charge) -> str | None:
    source = charge.entry.session.source
    return "manual" if charge.entry.row.manual else source.kind if source else None


def _text(name: str, words: str, value: Callable[[Charge], Value], *, nullable: bool = False) -> FocusColumn:
    return FocusColumn(name, words, value, nullable=nullable)


def _decimal(number: Decimal) -> str:
    """Exact, and always with a point: readers of CSV take a column of whole numbers for one of integers."""
    text = plain(number)
    return text if "." in text else f"{text}.0"


def _number(name: str, words: str, value: Callable[[Charge], Decimal], *, nullable: bool = False) -> FocusColumn:
    return FocusColumn(name, words, lambda charge: _decimal(value(charge)), kind="Decimal", nullable=nullable)


def _time(name: str, words: str, value: Callable[[Charge], Value]) -> FocusColumn:
    return FocusColumn(name, words, value, kind="Date/Time")


def _pairs(name: str, words: str, value: Callable[[Charge], Value]) -> FocusColumn:
    return FocusColumn(name, words, value, kind="JSON", nullable=True)


COLUMNS: tuple[FocusColumn, ...] = (
    _number("BilledCost", "The list cost: no invoice is known line by line", lambda c: c.list_cost),
    _text("BillingAccountId", "As given with `--account`, else the title of the ledger", lambda c: c.account),
    _text("BillingAccountName", "The same", lambda c: c.account, nullable=True),
    _text("BillingCurrency", "USD", lambda _: "USD"),
    _time("BillingPeriodEnd", "The first day of the next calendar month, UTC; exclusive", lambda c: _month(c, 1)),
    _time("BillingPeriodStart", "The first day of the calendar month, UTC", _month),
    _text("ChargeCategory", "Usage", lambda _: "Usage"),
    _text("ChargeClass", "Empty: no charge corrects an earlier one", lambda _: None, nullable=True),
    _text("ChargeDescription", "The kind of tokens and the model; never a prompt", _description, nullable=True),
    _text("ChargeFrequency", "Usage-Based", lambda _: "Usage-Based"),
    _time("ChargePeriodEnd", "The end of that UTC day; exclusive", lambda c: _day(c.day + timedelta(days=1))),
    _time("ChargePeriodStart", "The UTC day on which the interaction began", lambda c: _day(c.day)),
    _text("CommitmentDiscountStatus", "Empty: no commitment is known", lambda _: None, nullable=True),
    _number("ConsumedQuantity", "How many tokens, or web searches", lambda c: Decimal(c.quantity), nullable=True),
    _text("ConsumedUnit", "Tokens, or Requests for web searches", lambda c: c.meter.unit, nullable=True),
    _number("ContractedCost", "The list cost", lambda c: c.list_cost),
    _number("ContractedUnitPrice", "The list unit price", lambda c: c.unit_price, nullable=True),
    _number("EffectiveCost", "The list cost", lambda c: c.list_cost),
    _text("InvoiceId", "Empty: no invoice is known", lambda _: None, nullable=True),
    _text("InvoiceIssuerName", "Who would invoice it: the provider", lambda c: c.seller.provider),
    _number("ListCost", "PricingQuantity × ListUnitPrice, exact", lambda c: c.list_cost),
    _number(
        "ListUnitPrice", "USD for one PricingUnit, as the session file has it", lambda c: c.unit_price, nullable=True
    ),
    _text("PricingCategory", "Standard", lambda _: "Standard", nullable=True),
    _text("PricingCurrency", "USD", lambda _: "USD"),
    _number("PricingCurrencyContractedUnitPrice", "The list unit price", lambda c: c.unit_price, nullable=True),
    _number("PricingCurrencyEffectiveCost", "The list cost", lambda c: c.list_cost),
    _number("PricingCurrencyListUnitPrice", "The list unit price", lambda c: c.unit_price, nullable=True),
    _number("PricingQuantity", "How many PricingUnits, exact", lambda c: c.pricing_quantity, nullable=True),
    _text("PricingUnit", "1000000 Tokens, or Requests for web searches", lambda c: c.meter.pricing_unit, nullable=True),
    _text("ProviderName", "Who sells the model: by its name as reported", lambda c: c.seller.provider),
    _text("PublisherName", "Who made the model", lambda c: c.seller.publisher),
    _text("RegionId", "Empty: no region is known", lambda _: None, nullable=True),
    _text("RegionName", "Empty", lambda _: None, nullable=True),
    _text("ServiceCategory", "AI and Machine Learning", lambda _: "AI and Machine Learning"),
    _text("ServiceName", "Claude API, Amazon Bedrock, …", lambda c: c.seller.service),
    _text("ServiceSubcategory", "Generative AI", lambda _: "Generative AI"),
    _text("SkuId", "The model and the kind of tokens", lambda c: c.sku, nullable=True),
    _text("SkuMeter", "The kind of tokens", lambda c: c.meter.name, nullable=True),
    _pairs(
        "SkuPriceDetails", "The model, and what changes its price: speed, tier, place, long context", _price_details
    ),
    _text(
        "SkuPriceId", "The price: model, what changes its price, kind of tokens", lambda c: c.sku_price, nullable=True
    ),
    _text("SubAccountId", "Empty: no workspace is known", lambda _: None, nullable=True),
    _text("SubAccountName", "Empty", lambda _: None, nullable=True),
    _pairs("Tags", "project, session, phase, branch, author, and `tag/…` for each tag", _tags),
    _text("x_CostBasis", "List price: what each of the four costs is", lambda _: BASIS),
    _text("x_PriceSource", "Where the unit price comes from", lambda c: c.source or None, nullable=True),
    _text("x_SessionPath", "The session file", lambda c: c.entry.session.path),
    FocusColumn("x_UsageRow", "The place of the row in its session, from 1", lambda c: c.entry.number, kind="Integer"),
    _time("x_InteractionStart", "When the interaction began, UTC", lambda c: _instant(c.moment)),
    _text(
        "x_UsageSource",
        "Where the counts come from: claude-code, api, manual or estimate",
        _source,
        nullable=True,
    ),
    _text(
        "x_QuantityIsFloor",
        "true where the count of the output is a lower bound",
        lambda c: c.entry.row.output_floor and c.meter is METERS["output"],
    ),
    _text("x_Sample", "true for an invented session", lambda c: c.entry.session.sample),
)
"""FOCUS's columns by name, then ours. Source: FOCUS 1.2, requirements model 1.2.0.1."""
