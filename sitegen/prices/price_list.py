"""The price list that comes with the program. Only this module imports genai-prices, and only when asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from sitegen.prices.model_names import ModelName, family_name, read_model_name
from sitegen.prices.unit_prices import PriceBands, UnitPrices

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

_PRICE_KEYS = {
    "input": "input_mtok",
    # The list has one price for writes that live five minutes and writes of unnamed lifetime.
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "cache_read": "cache_read_mtok",
    "output": "output_mtok",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list says of a model on a day. `has_variant`: the asked-for variant has prices of its own."""

    model: str
    bands: PriceBands
    has_variant: bool


@cache
def list_source() -> str:
    """`genai-prices 0.2.3`. Read from the installed package's metadata: importing it takes half a second."""
    return f"genai-prices {version('genai-prices')}"


def listed_prices(name: ModelName, day: date, variant: Mapping[str, str]) -> Listed | None:
    """Prices on that UTC day; the standard ones where the model has no such variant. None: not in the list.

    The list itself matches loosely (`claude-3-opus-latest-foo` passes for `claude-3-opus`). Here a name is
    known only if it is an id of the list, but for the date of a snapshot and the order of its words.
    """
    models = _models(name.provider)
    found = next((models[spelling] for spelling in name.spellings if spelling in models), None)
    if found is None:
        return None
    noon = datetime.combine(day, time(12), UTC)
    standard = found.get_prices(noon)
    priced = found.get_prices(noon, dict(variant))
    return Listed(found.id, _bands(priced), priced != standard)


def listed_models() -> tuple[str, ...]:
    """The ids of Anthropic's models in the list, sorted."""
    return tuple(sorted({model.id for model in _models("anthropic").values()}))


@cache
def _models(provider: str) -> "Mapping[ModelName, ModelInfo]":
    """By exact id and, where no id says otherwise, by the id without the date of a snapshot."""
    from genai_prices import data_snapshot  # noqa: PLC0415  # takes half a second: only where prices are needed

    listed = next(each for each in data_snapshot.get_snapshot().providers if each.id == provider).models
    models = [(read_model_name(model.id), model) for model in listed if "claude" in model.id]
    exact = dict(models)
    return {ModelName(family_name(name.name), name.provider, name.region): model for name, model in models} | exact


def _bands(listed: "ModelPrice") -> PriceBands:
    prices = {kind: getattr(listed, key) for kind, key in _PRICE_KEYS.items()}
    starts = {tier.start for price in prices.values() for tier in getattr(price, "tiers", ())}
    searches = getattr(listed, "web_searches_kcount", None)
    per_search = searches / 1000 if isinstance(searches, Decimal) else None
    return tuple(
        (
            above,
            UnitPrices(
                **{k: _price(p, above) for k, p in prices.items()},
                web_search=per_search,
                source=list_source(),
            ),
        )
        for above in (-1, *sorted(starts))
    )


def _price(price: "Decimal | TieredPrices | None", above: int) -> Decimal | None:
    """The price of a prompt just over `above` tokens: the highest tier that begins there or below."""
    if price is None or isinstance(price, Decimal):
        return price
    return next((tier.price for tier in reversed(price.tiers) if tier.start <= above), price.base)
