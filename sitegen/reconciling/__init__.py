"""A ledger against a bill: do the logs have what was billed, and do the prices give what was charged?"""

from sitegen.reconciling.comparing import Reconciliation, compare_with_bill
from sitegen.reconciling.costs import PriceLine, PriceState
from sitegen.reconciling.coverage import Coverage, LeftOver
from sitegen.reconciling.days import Cell
from sitegen.reconciling.logs import DayLogs, State
from sitegen.reconciling.shares import Share, shares_of

__all__ = [
    "Cell",
    "Coverage",
    "DayLogs",
    "LeftOver",
    "PriceLine",
    "PriceState",
    "Reconciliation",
    "Share",
    "State",
    "compare_with_bill",
    "shares_of",
]
