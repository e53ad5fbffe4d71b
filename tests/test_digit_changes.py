"""Every digit, sign, model, time and row of the sample ledger is changed, one at a time, and `check` must tell it.

Not once, and not a sample of them: each place, at its line, as one problem. What cannot be found is `NOT_FOUND`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from sitegen.errors import Problem, Severity
from sitegen.ledger import Ledger, load_ledger, parse_session_file, session_of
from sitegen.rollups import in_order
from sitegen.rules import RULES, adds_up, check_file, check_together
from sitegen.rules.exceptions import ALWAYS_TOLD
from sitegen.rules.facts import FileFacts, facts_of
from sitegen.rules.rule import Together
from sitegen.session import Session
from tests.changed_files import (
    Change,
    changed_digits,
    changed_digits_of_blocks,
    changed_models,
    changed_rows,
    changed_signs,
    changed_times,
)

ROOT = Path(__file__).parent.parent
PATHS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "sessions").rglob("*.md"))
NOT_FOUND = {
    "source.sessions": "the id of a session in its transcript: a name, which nothing in the ledger repeats",
    "source": "a file whose rows were typed by hand has none, so that one that is gone is not missed",
    "source.digest": "made from the transcript, which is not in the ledger: only `fill` can make it again",
}
"""Places of a session file where a change cannot be found, and why. docs/not-found.md says the same."""


@dataclass(frozen=True)
class Samples:
    """The ledger as it is, with the facts of each file."""

    ledger: Ledger
    facts: dict[str, FileFacts]

    def session(self, path: str) -> Session:
        return next(session for session in self.ledger.sessions if session.path == path)

    def problems(self, path: str, raw: bytes) -> list[Problem]:
        """What `check` says of the ledger with these bytes in that file, less notes."""
        session, problems = self._read(path, raw)
        if session is None:
            return list(problems)
        sound = not any(problem.severity is Severity.ERROR for problem in problems)
        found = check_file(session, self.ledger.settings) if sound else ()
        facts = facts_of(session, sound=sound, adds_up=adds_up(found))
        projects = (facts.project, self.facts[path].project)
        near = [each for each in self.facts.values() if each.path != path and each.project in projects]
        together = check_together(Together(in_order((*near, facts)), self.ledger.settings))
        return [each for each in (*problems, *found, *together) if each.severity is not Severity.NOTE]

    def _read(self, path: str, raw: bytes) -> tuple[Session | None, tuple[Problem, ...]]:
        """Where only the body has changed, the frontmatter is not read 7,000 times more."""
        known = self.session(path).document
        front = known.raw[: len(known.raw) - len(known.body_bytes)]
        if not raw.startswith(front):
            return parse_session_file(raw, path)
        document = known.with_body(raw[len(front) :])
        document.__dict__["root"] = known.root
        return session_of(document, path)


@cache
def samples() -> Samples:
    """Rules that look at words, in any file, are off: they take half of the time, 20,000 times."""
    ledger = load_ledger(ROOT)
    numbers = {rule.name for rule in RULES if not rule.notes} | ALWAYS_TOLD
    words = {rule.name for rule in RULES} - numbers
    ledger = replace(ledger, settings=replace(ledger.settings, severities=dict.fromkeys(words, "off")))
    return Samples(ledger, {session.path: facts_of(session) for session in ledger.sessions})


def models() -> list[str]:
    used = {row.model for session in samples().ledger.sessions for row in session.rows}
    return sorted({*used, "claude-opus-4-1", "made-up-model"})


CHANGES: dict[str, Callable[[Session], Iterator[Change]]] = {
    "digits": lambda session: changed_digits(session, frozenset(NOT_FOUND)),
    "digits of blocks": changed_digits_of_blocks,
    "signs": lambda session: changed_signs(session, frozenset(NOT_FOUND)),
    "models": lambda session: changed_models(session, models()),
    "times": changed_times,
    "rows": lambda session: changed_rows(session, frozenset(NOT_FOUND)),
}


def test_the_unchanged_ledger_is_silent() -> None:
    assert [problem for path in PATHS for problem in samples().problems(path, (ROOT / path).read_bytes())] == []


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: Path(path).stem[:28])
def test_each_change_is_found_at_its_line_and_told_once(path: str, kind: str) -> None:
    changes = list(CHANGES[kind](samples().session(path)))
    missed = [change.what for change in changes if not _is_told_once(path, change)]
    assert changes
    assert missed == []


def _is_told_once(path: str, change: Change) -> bool:
    problems = samples().problems(path, change.raw)
    return len(problems) == 1 and _names_a_line(problems[0], path, change)


def _names_a_line(problem: Problem, path: str, change: Change) -> bool:
    places = (problem.location, *problem.also)
    at_once = any(place.path == path and place.line in change.lines for place in places)
    return at_once or any(problem.message.endswith(f" on line {line}") for line in change.lines)


def test_what_cannot_be_found_is_documented() -> None:
    text = (ROOT / "docs" / "not-found.md").read_text(encoding="utf-8")
    assert [name for name in NOT_FOUND if f"`{name}`" not in text] == []
    assert [reason for reason in NOT_FOUND.values() if reason not in text.replace("\n", " ")] == []


def test_those_places_are_really_silent() -> None:
    """A place that is found has no business in the table."""
    path = PATHS[0]
    session = samples().session(path)
    everything = {change.what: change for change in changed_digits(session, frozenset())}
    known = {change.what for change in changed_digits(session, frozenset(NOT_FOUND))}
    left_out = [change for what, change in everything.items() if what not in known]
    assert len(left_out) > 60
    assert [change.what for change in left_out if samples().problems(path, change.raw)] == []
