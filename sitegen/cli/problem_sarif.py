"""Problems as SARIF 2.1.0, the form in which code scanning services take them."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from sitegen import __version__
from sitegen.errors import Location, Problem
from sitegen.rules import LISTED
from sitegen.rules.exceptions import Known, known_problem
from sitegen.rules.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "sessionsProblem/v1"
_INDEX = {rule.name: index for index, rule in enumerate(LISTED)}


def as_sarif(problems: Sequence[Problem], folder: str) -> dict[str, Any]:
    """`folder`: where the ledger lies in its repository, with `/` at the end, or nothing: paths are told from there."""
    driver = {"name": "sessions", "version": __version__, "rules": [_rule(rule) for rule in LISTED]}
    seen: Counter[Known] = Counter()
    results = []
    for problem in problems:
        known = known_problem(problem)
        seen[known] += 1
        results.append({**_result(problem, folder), "partialFingerprints": {_FINGERPRINT: _digest(known, seen[known])}})
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.reason},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(problem: Problem, folder: str) -> dict[str, Any]:
    text = problem.text if problem.hint is None else f"{problem.text}\nhint: {problem.hint}"
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "level": problem.severity.value,
        "message": {"text": text},
        "locations": [_location(problem.location, folder)],
    }
    if problem.rule in _INDEX:
        result["ruleIndex"] = _INDEX[problem.rule]
    if problem.also:
        result["relatedLocations"] = [
            {"id": number, **_location(place, folder)} for number, place in enumerate(problem.also, start=1)
        ]
    return result


def _location(place: Location, folder: str) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(f"{folder}{place.path}")},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }


def _digest(known: Known, number: int) -> str:
    """Tells the same problem in the next run: other lines above it do not change it."""
    return sha256("\0".join((known.path, known.rule, known.message, str(number))).encode()).hexdigest()
