"""Problems for other programs. The keys are a promise: none is renamed or dropped."""

from collections.abc import Sequence
from typing import Any

from sitegen.checking import Checked
from sitegen.errors import Problem


def as_json(problems: Sequence[Problem], checked: Checked) -> dict[str, Any]:
    """The problems with their place flattened, and how much was checked."""
    return {
        "problems": [_flat(problem) for problem in problems],
        "sessions": checked.sessions,
        "rows": checked.rows,
    }


def _flat(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "severity": problem.severity.value,
        "path": problem.location.path,
        "line": problem.location.line,
        "column": problem.location.column,
        "message": problem.text,
        "hint": problem.hint,
        "stated": problem.stated,
        "expected": problem.expected,
    }
