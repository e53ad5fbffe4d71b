"""What genai-prices leaves out, with dates and sources. A row is never edited: a new price is a new row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sitegen.prices.model_names import family_name
from sitegen.prices.unit_prices import PriceBands, UnitPrices

_PER_WEB_SEARCH = Decimal("0.01")

MISSING_MODELS: Mapping[str, UnitPrices] = {
    "claude-mythos-5": UnitPrices(
        Decimal(10),
        Decimal("12.5"),
        Decimal(20),
        Decimal(1),
        Decimal(50),
        _PER_WEB_SEARCH,
        "built-in: Anthropic's price table of 2026-08-22",
    ),
    "claude-mythos-5-1": UnitPrices(
        Decimal(10),
        Decimal("12.5"),
        Decimal(20),
        Decimal("0.25"),
        Decimal(50),
        _PER_WEB_SEARCH,
        "built-in: Anthropic's published prices as of 2026-11",
    ),
}
"""Models that the price list does not know; on any date, since no change of their prices is known."""


@dataclass(frozen=True, slots=True)
class DatedChange:
    """Prices that held before the UTC day `until`, for prompts of more than `above` tokens (-1: for all)."""

    model: str
    until: date
    prices: Mapping[str, Decimal] = field(hash=False)
    source: str
    above: int = -1


DATED_CHANGES = (
    DatedChange(
        "claude-sonnet-5-5",
        date(2026, 10, 7),
        {"cache_read": Decimal("0.20")},
        "Anthropic's cache read price before 2026-10-07",
    ),
    # The beta of the 1 M context ended on 2026-04-30; that day still counts to it.
    DatedChange(
        "claude-sonnet-4",
        date(2026, 5, 1),
        {
            "input": Decimal(6),
            "cache_write_5m": Decimal("7.5"),
            "cache_write_1h": Decimal(12),
            "cache_read": Decimal("0.60"),
            "output": Decimal("22.5"),
        },
        "Anthropic's 1 M context beta before 2026-05-01",
        above=200_000,
    ),
)
"""Earlier prices of models that the price list knows only at their later price.

Fast mode on Opus 4.6 and 4.7 (six times the standard, retired) is not here: from which day to which it was
charged is not known for certain. Who needs it writes it into `[[prices.model]]`.
"""


def with_earlier_prices(bands: PriceBands, model: str, day: date) -> PriceBands:
    """The bands of a model as they were on that UTC day."""
    for change in DATED_CHANGES:
        if change.model == family_name(model) and day < change.until:
            bands = _changed(bands, change)
    return bands


def _changed(bands: PriceBands, change: DatedChange) -> PriceBands:
    if change.above < 0:
        return tuple((above, _patched(prices, change)) for above, prices in bands)
    below = tuple(band for band in bands if band[0] < change.above)
    return (*below, (change.above, _patched(below[-1][1], change)))


def _patched(prices: UnitPrices, change: DatedChange) -> UnitPrices:
    source = f"{prices.source} + built-in: {change.source}"
    return replace(prices, **change.prices, source=source)
