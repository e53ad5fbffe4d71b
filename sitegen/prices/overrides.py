"""The user's own prices: the table `[prices]` of sessions.toml."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from sitegen.errors import Location, Problem, error
from sitegen.masking import one_line
from sitegen.prices.model_names import read_model_name
from sitegen.prices.unit_prices import UnitPrices
from sitegen.tokens import KINDS

_TABLE_KEYS = ("multiplier", "model")
_REQUIRED_PRICES = ("input", "output")
_PRICE_KEYS = (*KINDS, "web_search")
_REQUIRED_KEYS = ("match", "from", *_REQUIRED_PRICES, "source")
_ROW_KEYS = ("match", "from", *_PRICE_KEYS, "source")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """Prices that hold for the models in `match` from the UTC day `since` on; a later row replaces them.

    A name in `match` stands for every spelling of that model and, if it has no date itself, for its dated
    snapshots. The `source` of the prices is `override: ` and this `source`.
    """

    match: tuple[str, ...]
    since: date
    prices: UnitPrices
    source: str


class _Complaints:
    """Collects the problems of one file. A TOML reader tells no lines, so they all stand at the first."""

    def __init__(self, path: str) -> None:
        self.location = Location(path)
        self.problems: list[Problem] = []

    def add(self, message: str, hint: str | None = None) -> None:
        self.problems.append(error("settings", self.location, message, hint))


def parse_price_settings(
    table: Mapping[str, Any], path: str
) -> tuple[tuple[PriceOverride, ...], Decimal, tuple[Problem, ...]]:
    """The rows, the multiplier (1 if none is given) and all problems; a row with a problem is left out."""
    complaints = _Complaints(path)
    _check_keys(table, _TABLE_KEYS, "[prices]", complaints)
    multiplier = _multiplier(table, complaints)
    rows = table.get("model", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        complaints.add("prices.model must be a list of tables", "write each row under its own [[prices.model]]")
        rows = []
    parsed = (_override(row, number, complaints) for number, row in enumerate(rows, 1))
    overrides = tuple(override for override in parsed if override is not None)
    _check_overlaps(overrides, complaints)
    return overrides, multiplier, tuple(complaints.problems)


def _check_keys(table: Mapping[str, Any], known: Collection[str], where: str, complaints: _Complaints) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
            complaints.add(f"unknown key {one_line(key)!r} in {where}", hint)


def _multiplier(table: Mapping[str, Any], complaints: _Complaints) -> Decimal:
    if "multiplier" not in table:
        return Decimal(1)
    multiplier = _number(table["multiplier"], "prices.multiplier", complaints)
    if multiplier == 0:
        complaints.add("prices.multiplier is 0: every cost would be 0", 'write "1" for list prices')
    return multiplier or Decimal(1)


def _override(row: Mapping[str, Any], number: int, complaints: _Complaints) -> PriceOverride | None:
    where = f"[[prices.model]] row {number}"
    before = len(complaints.problems)
    _check_keys(row, _ROW_KEYS, where, complaints)
    for key in _REQUIRED_KEYS:
        if key not in row:
            complaints.add(f"{where} has no {key!r}", _HINTS.get(key))
    match = _match(row, where, complaints)
    since = _day(row, where, complaints)
    prices = {key: _number(row[key], f"{key!r} of {where}", complaints) for key in _PRICE_KEYS if key in row}
    source = _source(row, where, complaints)
    if len(complaints.problems) > before or since is None:
        return None
    unit_prices = UnitPrices(**{key: prices.get(key) for key in _PRICE_KEYS}, source=f"override: {source}")
    return PriceOverride(match, since, unit_prices, source)


_HINTS = {
    "from": 'write the first UTC day of the price, for instance from = "2026-09-01"',
    "source": "say where the price is published: a link or a contract",
}


def _match(row: Mapping[str, Any], where: str, complaints: _Complaints) -> tuple[str, ...]:
    names = row.get("match")
    if names is None:
        return ()
    if isinstance(names, list) and names and all(isinstance(name, str) and name.strip() for name in names):
        return tuple(names)
    complaints.add(f"'match' of {where} must be a list of model ids", 'for instance match = ["claude-opus-5"]')
    return ()


def _day(row: Mapping[str, Any], where: str, complaints: _Complaints) -> date | None:
    """A TOML date or the same as text; None where it is missing or wrong."""
    value = row.get("from")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if value is not None:
        complaints.add(f"'from' of {where} is {_shown(value)}, not a day", _HINTS["from"])
    return None


def _source(row: Mapping[str, Any], where: str, complaints: _Complaints) -> str:
    value = row.get("source")
    text = one_line(value, 200) if isinstance(value, str) else ""
    if not text and value is not None:
        complaints.add(f"'source' of {where} is empty or not text", _HINTS["source"])
    return text


def _number(value: Any, what: str, complaints: _Complaints) -> Decimal | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        hint = f'put it in quotes, so that it stays exact: "{value}"' if value >= 0 else "a price is 0 or more"
        complaints.add(f"{what} is a bare number: {_shown(value)}", hint)
    elif isinstance(value, str) and value.strip().startswith("-"):
        complaints.add(f"{what} is negative: {_shown(value)}", "a price is 0 or more")
    else:
        complaints.add(f"{what} is not a number: {_shown(value)}", 'write digits, for instance "12.5"')
    return None


def _shown(value: object) -> str:
    return one_line(repr(value), 40)


def _check_overlaps(overrides: Iterable[PriceOverride], complaints: _Complaints) -> None:
    starts = Counter((read_model_name(name), row.since) for row in overrides for name in row.match)
    for (model, since), times in starts.items():
        if times > 1:
            complaints.add(
                f"[[prices.model]] has {times} prices for {one_line(model.name)} from {since}",
                "remove one of them, or give it another `from`",
            )
