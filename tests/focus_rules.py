"""The published rules of FOCUS, applied to a table. The rules are in focus_rules.json, with their source."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Row = Mapping[str, str | None]
"""A cell that is empty in the file is None: in CSV null and an empty text look the same."""
RULES: Sequence[Mapping[str, Any]] = json.loads(
    (Path(__file__).parent / "focus_rules.json").read_text(encoding="utf-8")
)["rules"]
SUPPORTED = frozenset(
    {
        *("ACCOUNT_NAMING_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED", "UNIT_PRICING_SUPPORTED"),
        *("USAGE_MEASUREMENT_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED", "MULTIPLE_PRICING_CATEGORIES_SUPPORTED"),
        *("REGION_SUPPORTED", "SUB_ACCOUNT_SUPPORTED", "TAGGING_SUPPORTED", "VIRTUAL_CURRENCY_SUPPORTED"),
        "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED",
    }
)
"""What holds of the provider: more than a ledger knows of, so that more rules apply."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_UNIT = re.compile(r"(\d+ )?[A-Z][A-Za-z]*(-[A-Z][a-z]+s?|/[A-Z][a-z]+)?")


def broken_rules(columns: Sequence[str], rows: Sequence[Row]) -> set[str]:
    """The ids of the rules that the table breaks, recommendations included."""
    either = {reference for rule in RULES for reference in _references(rule["then"])}
    judged = [rule for rule in RULES if rule["id"] not in either and SUPPORTED.issuperset(rule["needs"])]
    return {rule["id"] for rule in judged if not _holds(rule, columns, rows)}


def _references(term: Sequence[Any]) -> Iterator[str]:
    """Rules that stand as alternatives in another one are not judged on their own."""
    if term[0] == "CheckModelRule":
        yield term[1]
    for part in term[1:]:
        if isinstance(part, list):
            yield from _references(part)


def _holds(rule: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> bool:
    term = rule["then"]
    if term[0] == "ColumnPresent":
        return term[1] in columns
    if term[0] == "OR" and term[1][0] == "CheckModelRule":
        by_id = {each["id"]: each for each in RULES}
        return any(_holds(by_id[reference], columns, rows) for reference in _references(term))
    if not set(_columns_of(term)) <= set(columns):
        return True  # that the column is there is a rule of its own
    if term[0] == "CheckDistinctCount":
        return _counts(term, rows)
    return all(_is(term, row) for row in rows if all(_is(condition, row) for condition in rule["if"]))


def _columns_of(term: Sequence[Any]) -> Iterator[str]:
    if term[0] in ("AND", "OR"):
        for part in term[1:]:
            yield from _columns_of(part)
    elif term[0] == "ColumnByColumnEqualsColumnValue":
        yield from term[1:4]
    elif term[0] in ("CheckSameValue", "CheckNotSameValue", "CheckDistinctCount"):
        yield from term[1:3]
    else:
        yield term[1]


def _counts(term: Sequence[Any], rows: Sequence[Row]) -> bool:
    _, one, other, number = term
    found: dict[str | None, set[str | None]] = {}
    for row in rows:
        found.setdefault(row[one], set()).add(row[other])
    return all(len(values) == number for values in found.values())


def _is(term: Sequence[Any], row: Row) -> bool:
    name, *rest = term
    if name in ("AND", "OR"):
        return (all if name == "AND" else any)(_is(part, row) for part in rest)
    return _CHECKS[name](row, *rest)


def _equal(cell: str | None, value: Any) -> bool:
    if cell is None or value is None:
        return cell is value
    return Decimal(cell) == value if isinstance(value, int) else cell == value


def _number(cell: str | None) -> Decimal | None:
    """None for an empty cell; NaN for what is no number."""
    try:
        return None if cell is None else Decimal(cell)
    except InvalidOperation:
        return Decimal("NaN")


def _fits(pattern: re.Pattern[str]) -> Callable[..., bool]:
    return lambda row, column, *_: row[column] is None or pattern.fullmatch(row[column] or "") is not None


def _is_product(row: Row, one: str, other: str, product: str) -> bool:
    factors = _number(row[one]), _number(row[other])
    return None in factors or factors[0] * factors[1] == _number(row[product])  # type: ignore[operator]


def _is_instant(row: Row, column: str, *_: Any) -> bool:
    return bool(_fits(_INSTANT)(row, column)) and (
        row[column] is None or bool(datetime.fromisoformat(row[column] or ""))
    )


def _is_object(row: Row, column: str) -> bool:
    if row[column] is None:
        return True
    pairs = json.loads(row[column] or "", object_pairs_hook=list)
    keys = [key for key, _ in pairs]
    return len(set(keys)) == len(keys) and not any(isinstance(value, list) for _, value in pairs)


_CHECKS: Mapping[str, Callable[..., bool]] = {
    "CheckValue": lambda row, column, value: _equal(row.get(column), value),
    "CheckNotValue": lambda row, column, value: not _equal(row.get(column), value),
    "CheckSameValue": lambda row, one, other: row[one] == row[other],
    "CheckNotSameValue": lambda row, one, other: row[one] != row[other],
    "CheckGreaterOrEqualThanValue": lambda row, column, value: (_number(row[column]) or 0) >= value,
    "CheckDecimalValue": _fits(_NUMBER),
    "TypeDecimal": _fits(_NUMBER),
    "FormatNumeric": _fits(_NUMBER),
    "TypeDateTime": _is_instant,
    "FormatDateTime": _is_instant,
    "TypeString": lambda row, column: row[column] is None or bool((row[column] or "").strip()),
    "FormatString": lambda row, column: row[column] is None or bool((row[column] or "").strip()),
    "FormatUnit": _fits(_UNIT),
    "FormatKeyValue": _is_object,
    "FormatCurrency": _fits(re.compile("[A-Z]{3}")),
    "CheckNationalCurrency": _fits(re.compile("[A-Z]{3}")),
    "ColumnByColumnEqualsColumnValue": _is_product,
}
