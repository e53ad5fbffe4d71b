"""What slip made a figure wrong: the smallest change that gives the stated figure exactly, and nothing else."""

from sitegen.slips.claims import CostClaim
from sitegen.slips.costs import Explanation, explain_costs, hint_for_costs
from sitegen.slips.figures import agrees, explain_number
from sitegen.slips.sums import explain_sum

__all__ = [
    "CostClaim",
    "Explanation",
    "agrees",
    "explain_costs",
    "explain_number",
    "explain_sum",
    "hint_for_costs",
]
