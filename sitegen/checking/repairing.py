"""Repairs made and checked, until nothing is left that can be repaired."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sitegen.checking.folders import check_ledger
from sitegen.errors import Problem, Severity
from sitegen.fixing import plan_repairs
from sitegen.importing import Change
from sitegen.ledger import Ledger, parse_session_file

ROUNDS = 5
"""More than any mistake needs: order, then figures, then what they bring to light, then tables."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """`changes` lead from the files as they are to the repaired ones. `problems` are those of repairing itself."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def repair_ledger(ledger: Ledger, wanted: Callable[[Problem], bool]) -> Repaired:
    """The wanted problems repaired, wherever there is one right answer. Repairing the result changes nothing."""
    before = {session.path: session.document.raw for session in (*ledger.sessions, *ledger.notes)}
    told: dict[Problem, None] = {}
    changed: dict[str, bytes] = {}
    for _ in range(ROUNDS):
        plan = plan_repairs(ledger, filter(wanted, check_ledger(ledger)))
        told.update(dict.fromkeys(plan.problems))
        if not plan.changes:
            break
        changed.update((change.path, change.new) for change in plan.changes)
        ledger = _with_changes(ledger, plan.changes)
    changes = (Change(path, new, before.get(path)) for path, new in sorted(changed.items()))
    return Repaired(tuple(change for change in changes if change.new != change.old), tuple(told))


def _with_changes(ledger: Ledger, changes: Iterable[Change]) -> Ledger:
    """The ledger as it reads once the changes are written."""
    new = {change.path: change.new for change in changes}
    read, problems = [], [problem for problem in ledger.problems if problem.location.path not in new]
    for path, raw in new.items():
        session, wrong = parse_session_file(raw, path)
        problems += wrong
        if session is not None:
            read.append(session)
    unsound = {path for path in ledger.unsound if path not in new}
    unsound |= {problem.location.path for problem in problems if problem.severity is Severity.ERROR}
    kept = replace(
        ledger,
        notes=(*(note for note in ledger.notes if note.path not in new), *(each for each in read if each.is_note)),
        problems=tuple(problems),
        unsound=frozenset(unsound),
    )
    return kept.with_sessions(session for session in read if not session.is_note)
