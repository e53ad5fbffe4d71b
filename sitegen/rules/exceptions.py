"""Problems that are not told: those excepted by `sessions.toml`, and those that a baseline knows already."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sitegen.display import visible
from sitegen.errors import Location, Problem, Severity, error, sorted_problems, warning
from sitegen.masking import mask
from sitegen.rules.rule import Rule
from sitegen.settings import FILE_NAME, Ignore

BASELINE_FILE = "sessions-baseline.toml"
ALWAYS_TOLD = frozenset({"io", "merge-conflict", "path-outside", "secret", "settings", "yaml-unsafe"})
"""A file with one of these is not in the sums or must not be published, whatever anybody has decided before."""
_OF_EXCEPTIONS = frozenset({"unused-ignore", "unused-baseline"})
_BY_OPTION = frozenset({"commit-without-session", "drift"})
"""Rules that only an option of `sessions check` asks: an exception to one may well do nothing today."""
_POSITIONS = re.compile(
    r"(?:(?<=\.md)|(?<=\.toml)):\d+(?::\d+)?"
    r"|\b(?P<what>rows?|lines?|columns?|bytes?) \d+(?:(?:, | and | to )\d+)*"
)
_KEYS = ("path", "rule", "message", "count")
_HEADER = """\
# Problems that this ledger had when this file was written. `sessions check` passes them over and tells only others.
# `sessions check --write-baseline` writes it anew. A line less here is a mistake less in the ledger.
"""


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """What stays of a problem when lines are added above it, or rows: its file, rule and message without positions."""

    path: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each known problem was there. `path` is the file that says so."""

    path: str = BASELINE_FILE
    known: Mapping[Known, int] = field(default_factory=dict)


def without_ignored(problems: Sequence[Problem], ignores: Sequence[Ignore]) -> tuple[Problem, ...]:
    """Less what an `[[ignore]]` of `sessions.toml` names; with a problem for each of those that does nothing.

    To be asked of all problems of a ledger at once, before severities are changed: those it adds have some, too.
    """
    told = [problem for problem in problems if not is_ignored(problem, ignores)]
    for ignore in ignores:
        if ignore.rule in ALWAYS_TOLD:
            told.append(_refused(ignore))
        elif ignore.rule not in _BY_OPTION and not any(_names(ignore, problem) for problem in problems):
            told.append(_unused(ignore))
    return sorted_problems(told)


def is_ignored(problem: Problem, ignores: Iterable[Ignore]) -> bool:
    return problem.rule not in ALWAYS_TOLD and any(_names(ignore, problem) for ignore in ignores)


def _names(ignore: Ignore, problem: Problem) -> bool:
    return ignore.rule == problem.rule and fnmatchcase(problem.location.path, ignore.path)


def _refused(ignore: Ignore) -> Problem:
    message = f"[[ignore]]: `{ignore.rule}` is told whatever is decided here"
    return error("settings", Location(FILE_NAME, ignore.line), message, "put the file right and delete this entry")


def _unused(ignore: Ignore) -> Problem:
    message = f"[[ignore]]: no problem of `{ignore.rule}` in `{ignore.path}`"
    hint = "delete the entry, or put its rule and path right"
    return warning("unused-ignore", Location(FILE_NAME, ignore.line), message, hint)


def read_baseline(raw: bytes, path: str = BASELINE_FILE) -> tuple[Baseline, tuple[Problem, ...]]:
    """What can be read of it counts; everything else in it is a problem, and the problems it stood for are told."""
    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        return Baseline(path), (_unreadable(path, 1, f"not UTF-8, byte {fault.start + 1}"),)
    except tomllib.TOMLDecodeError as fault:
        line = re.search(r"at line (\d+)", str(fault))
        return Baseline(path), (_unreadable(path, int(line[1]) if line else 1, f"not valid TOML: {fault}"),)
    entries = table.get("known", [])
    known: Counter[Known] = Counter()
    wrong = 0
    for entry in entries if isinstance(entries, list) else [entries]:
        if _is_entry(entry):
            known[Known(entry["path"], entry["rule"], entry["message"])] += entry["count"]
        else:
            wrong += 1
    wrong += len(set(table) - {"known"})
    problems = (_unreadable(path, 1, f"{wrong} of its entries cannot be read"),) if wrong else ()
    return Baseline(path, known), problems


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or set(entry) != set(_KEYS):
        return False
    count = entry["count"]
    texts = all(isinstance(entry[key], str) for key in ("path", "rule", "message"))
    return texts and isinstance(count, int) and not isinstance(count, bool) and count > 0


def _unreadable(path: str, line: int, message: str) -> Problem:
    return error("settings", Location(path, line), message, "`sessions check --write-baseline` writes it anew")


def without_known(problems: Iterable[Problem], baseline: Baseline) -> tuple[Problem, ...]:
    """Less those that the baseline knows, each as often as it knows it. If some are gone, one problem says how many."""
    left = Counter(dict(baseline.known))
    told: list[Problem] = []
    for problem in problems:
        known = known_problem(problem)
        if _can_be_known(problem) and left[known] > 0:
            left[known] -= 1
        else:
            told.append(problem)
    gone = left.total()
    if gone:
        told.append(_gone(baseline.path, gone))
    return sorted_problems(told)


def _gone(path: str, gone: int) -> Problem:
    what = "1 known problem is" if gone == 1 else f"{gone} known problems are"
    hint = "run `sessions check --write-baseline`, so that they are told if they come back"
    return warning("unused-baseline", Location(path), f"{what} not in the ledger any more", hint)


def baseline_text(problems: Iterable[Problem]) -> str:
    """The baseline of these problems. The same problems give the same text, on whatever lines they stand."""
    counts = Counter(known_problem(problem) for problem in problems if _can_be_known(problem))
    return "".join((_HEADER, *(_entry(known, counts[known]) for known in sorted(counts))))


def _entry(known: Known, count: int) -> str:
    values = (known.path, known.rule, known.message, count)
    # JSON's strings are TOML's, once there is no control character in them.
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in zip(_KEYS, values, strict=True))
    return "\n[[known]]\n" + "".join(lines)


def _can_be_known(problem: Problem) -> bool:
    return problem.rule not in ALWAYS_TOLD and problem.rule not in _OF_EXCEPTIONS


def known_problem(problem: Problem) -> Known:
    """What tells a problem from others of its file in a later run."""
    message = _POSITIONS.sub(lambda found: f"{found['what']} N" if found["what"] else "", problem.message)
    return Known(visible(problem.location.path), problem.rule, visible(mask(message)))


RULES = (
    Rule("unused-ignore", Severity.WARNING, "each exception in `sessions.toml` excepts something"),
    Rule("unused-baseline", Severity.WARNING, "what the baseline knows is still there"),
)
