"""What a token costs: a model's unit prices on a day in a context, from a price list and the user's rows."""

from sitegen.prices.book import PriceBook, Quote, Unpriced
from sitegen.prices.overrides import PriceOverride, parse_price_settings
from sitegen.prices.unit_prices import UnitPrices

__all__ = ["PriceBook", "PriceOverride", "Quote", "UnitPrices", "Unpriced", "parse_price_settings"]
