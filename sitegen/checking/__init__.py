"""A whole ledger checked: each file on its own, on all cores, then all of them together."""

from sitegen.checking.folders import Checked, check_folder, check_ledger
from sitegen.checking.ledgers import CheckedLedger, load_checked
from sitegen.checking.repairing import Repaired, repair_ledger

__all__ = ["Checked", "CheckedLedger", "Repaired", "check_folder", "check_ledger", "load_checked", "repair_ledger"]
