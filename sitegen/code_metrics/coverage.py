"""The share of lines that a test run reached, from the report it left behind."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

COVERAGE_FILES = ("coverage.xml", "coverage.json", "lcov.info")
"""By name: Cobertura's form, coverage.py's own, and lcov's."""
_ROOT = re.compile(r"<coverage\b([^<>]{0,4000})>")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*[\"']([^\"'<>]{0,200})[\"']")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEAD = 100_000
"""Characters in which the root of an XML report stands; nothing below it is read."""
_WHOLE = Decimal(100)
_MOST_DIGITS = 30
"""Before and behind the point. No report has a number beyond, and multiplying one overflows."""


def coverage_in(name: str, text: str) -> Decimal | None:
    """Percent, to two places; None where the report says none, or has another form. `name` is that of the file."""
    share = _READERS[name](text)
    if share is None or not 0 <= share <= _WHOLE:
        return None
    rounded = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return rounded if rounded < _WHOLE or share == _WHOLE else Decimal("99.99")


def _cobertura(text: str) -> Decimal | None:
    root = _ROOT.search(_COMMENT.sub("", text[:_HEAD]))
    told = dict(_ATTRIBUTE.findall(root[1])) if root else {}
    counted = _share(told.get("lines-covered"), told.get("lines-valid"))
    rate = _decimal(told.get("line-rate"))
    return counted if counted is not None else None if rate is None else rate * 100


def _coverage_py(text: str) -> Decimal | None:
    """coverage.py's totals, else those of Istanbul's summary."""
    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, InvalidOperation):
        return None
    totals = _mapping(_mapping(data).get("totals"))
    percent = _decimal(totals.get("percent_covered"))
    if percent is None:
        percent = _share(totals.get("covered_lines"), totals.get("num_statements"))
    if percent is None:
        percent = _decimal(_mapping(_mapping(_mapping(data).get("total")).get("lines")).get("pct"))
    return percent


def _lcov(text: str) -> Decimal | None:
    """Each line once, however many test runs it stands in; by their sums where single lines are not told."""
    hits: dict[tuple[str, str], bool] = {}
    found = reached = 0
    file = ""
    for line in text.splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            file = value
        elif kind == "DA":
            number, _, times = value.partition(",")
            key = file, number
            hits[key] = hits.get(key, False) or times.partition(",")[0].strip() not in ("0", "")
        elif kind == "LF":
            found += _lines(value)
        elif kind == "LH":
            reached += _lines(value)
    return _share(sum(hits.values()), len(hits)) if hits else _share(reached, found)


def _lines(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else 0


def _share(part: Any, whole: Any) -> Decimal | None:
    some, all_of = _decimal(part), _decimal(whole)
    return None if some is None or not all_of else some * 100 / all_of


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


_READERS: Mapping[str, Callable[[str], Decimal | None]] = {
    "coverage.xml": _cobertura,
    "coverage.json": _coverage_py,
    "lcov.info": _lcov,
}
