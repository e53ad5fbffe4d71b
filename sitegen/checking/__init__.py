"""A whole ledger checked: each file on its own, on all cores, then all of them together."""

from sitegen.checking.folders import Checked, check_folder, check_ledger
from sitegen.checking.lean import in_full, load_lean
from sitegen.checking.ledgers import CheckedLedger, load_checked
from sitegen.checking.repairing import Repaired, repair_ledger

__all__ = [
    "Checked",
    "CheckedLedger",
    "Repaired",
    "check_folder",
    "check_ledger",
    "in_full",
    "load_checked",
    "load_lean",
    "repair_ledger",
]
