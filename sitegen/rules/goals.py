"""Rules about goals in words: what is said to be reached is what is ticked, and a phase's state is a word."""

import re
from collections.abc import Collection, Iterable, Iterator

from sitegen.body import GOAL_HEADINGS
from sitegen.errors import Location, Problem, Severity, error
from sitegen.handwritten.figures import Field
from sitegen.rules.rule import Rule
from sitegen.rules.words import Item, fields_of, items_of, place
from sitegen.session import Session
from sitegen.settings import Settings

_STATED = re.compile(r"(\d{1,4})\s*(?:/|of|out of)\s*(\d{1,4})\b(?!\s*(?:/|%))")
_LISTS = {
    "primary goals": ("primary goal",),
    "secondary goals": ("secondary goal",),
    "success criteria": ("success criteria",),
    "goals": GOAL_HEADINGS,
    "goals met": GOAL_HEADINGS,
}
_AMBIGUOUS = "🔄"
_IN_WORDS = re.compile(r"\bin[ -]progress\b|\btransition", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\[\]]*\]")


def check_goals(session: Session, _: Settings) -> Iterator[Problem]:
    for field in fields_of(session.body):
        found = _STATED.match(field.value.text)
        if found and field.name in _LISTS:
            yield from _check_stated(session, field, found)


def _check_stated(session: Session, field: Field, found: re.Match[str]) -> Iterator[Problem]:
    at = place(session, field.value.line, field.value.column)
    met, goals = int(found[1]), int(found[2])
    items = _goals(items_of(session.body), _LISTS[field.name])
    ticked = sum(item.is_ticked for item in items)
    with_boxes = bool(items) and all(item.box for item in items)
    if met > goals:
        message = f"`{found[0]}` {field.name}: more are reached than there are"
        yield error("goals", at, message, "the second number counts all of them", stated=found[0])
    elif items and goals != len(items):
        told = "1 stands" if len(items) == 1 else f"{len(items)} stand"
        yield _differs(at, found[0], f"{told} in that list", f"{ticked}/{len(items)}" if with_boxes else "")
    elif with_boxes and met != ticked:
        told = "1 is" if ticked == 1 else f"{ticked} are"
        yield _differs(at, found[0], f"{told} ticked", f"{ticked}/{len(items)}")


def _differs(at: Location, stated: str, why: str, expected: str) -> Problem:
    message = f"stated {stated}, expected {expected}: {why}" if expected else f"stated {stated}, and {why}"
    hint = "tick what was reached, or put the figures right"
    return error("goals", at, message, hint, stated=stated, expected=expected or None)


def _goals(items: Iterable[Item], headings: Collection[str]) -> list[Item]:
    """Where several lists count, only boxes are goals; in a list of goals, its numbered items, else all of the
    outermost ones.
    """
    below = [item for item in items if any(heading in item.line.heading for heading in headings)]
    if headings is GOAL_HEADINGS:
        return [item for item in below if item.box]
    outermost = min((item.indent for item in below), default=0)
    outer = [item for item in below if item.indent == outermost]
    return [item for item in outer if item.is_numbered] or [item for item in outer if item.box] or outer


def check_phase_glyph(session: Session, _: Settings) -> Iterator[Problem]:
    for field in fields_of(session.body):
        words = _BRACKETS.sub(lambda found: " " * len(found[0]), field.value.text)
        at = words.find(_AMBIGUOUS)
        if field.name == "phase state" and at >= 0 and not _IN_WORDS.search(words):
            message = f"`{_AMBIGUOUS}` alone is no state of a phase: it stands for in progress and for transitioning"
            where = place(session, field.value.line, field.value.column + at)
            yield error("phase-glyph", where, message, "write the word beside it: `🔄 in progress`")


RULES = (
    Rule("goals", Severity.ERROR, "as many goals are stated as stand in the file", file=check_goals, notes=True),
    Rule("phase-glyph", Severity.ERROR, "the state of a phase is a word", file=check_phase_glyph, notes=True),
)
