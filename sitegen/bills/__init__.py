"""Bills: what an invoice says of tokens and costs, by UTC day and model. Foreign names stop here, as tables."""

from sitegen.bills.exports import read_exports
from sitegen.bills.names import model_of
from sitegen.bills.values import CREDIT, OTHER, SEARCH, TOKENS, Bill, BilledCost, BilledTokens

__all__ = [
    "CREDIT",
    "OTHER",
    "SEARCH",
    "TOKENS",
    "Bill",
    "BilledCost",
    "BilledTokens",
    "model_of",
    "read_exports",
]
