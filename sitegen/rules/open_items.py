"""The rule about open items that say nearly the same in two lists: one of them is forgotten when the other is done."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sitegen.body import GOAL_HEADINGS
from sitegen.errors import Problem, Severity, warning
from sitegen.loops import without_age
from sitegen.rules.rule import Rule
from sitegen.rules.stems import ordered_words, stem, stems
from sitegen.rules.words import Item, items_of, place, shown, unfilled_lines
from sitegen.session import Session
from sitegen.settings import Settings

_MOST = 200
"""Every item is compared with every other."""
_LONGEST = 300
_EQUAL = 0.75
_RELATION = re.compile(r"\b(?:about|after|at|before|by|for|from|in|into|of|on|so that|to|when|while|with|without)\b")
_REFUSING = frozenset({"avoid", "stop", "never", "not", "don't", "don’t", "no", "without", "drop"})
_NAME = re.compile(r"`[^`]+`|\b\S*\d\S*\b")
_MODEL = re.compile(r"^\W*(?:\w+\W+){1,2}?(opus|sonnet|haiku|fable|mythos|gpt|gemini)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """`first` is the stem of the first word, `object` that of the last one before a relation such as `for`, and
    `relation` what follows it. `model` is the model that the item tells to take.
    """

    item: Item
    words: frozenset[str]
    first: str
    object: str
    relation: frozenset[str]
    names: frozenset[str]
    refuses: bool
    model: str


def check_duplicate_items(session: Session, _: Settings) -> Iterator[Problem]:
    unfilled = unfilled_lines(session.body)
    found = [
        _meaning(item)
        for item in items_of(session.body)
        if item.is_open and len(item.text) <= _LONGEST and item.line.number not in unfilled and not _is_goal(item)
    ]
    told: set[int] = set()
    for one, other in combinations(found[:_MOST], 2):
        if one.item.line.heading == other.item.line.heading or other.item.line.number in told:
            continue
        if _say_the_same(one, other):
            told.add(other.item.line.number)
            yield _told(session, one.item, other.item)


def _told(session: Session, one: Item, other: Item) -> Problem:
    message = f"{shown(one.text)} and {shown(other.text)} say nearly the same, in two lists"
    hint = "keep one of them; each would be carried over to the next session"
    also = (place(session, other.line.number, other.column),)
    return warning("duplicate-item", place(session, one.line.number, one.column), message, hint, also=also)


def _is_goal(item: Item) -> bool:
    """A goal that was not reached may well be an open item for the next session."""
    return any(word in item.line.heading for word in GOAL_HEADINGS)


def _meaning(item: Item) -> _Meaning:
    text = without_age(item.text)
    before, *after = _RELATION.split(text, maxsplit=1)
    words = ordered_words(text)
    in_object = ordered_words(before) or words
    model = _MODEL.match(text)
    return _Meaning(
        item=item,
        words=stems(text),
        first=stem(words[0]) if words else "",
        object=stem(in_object[-1]) if in_object else "",
        relation=stems(" ".join(after)),
        names=frozenset(name.lower() for name in _NAME.findall(text)),
        refuses=not _REFUSING.isdisjoint(words),
        model=model[1].lower() if model else "",
    )


def _say_the_same(one: _Meaning, other: _Meaning) -> bool:
    """The same words but few; or the same verb and object; or the advice to take the same model."""
    if one.refuses != other.refuses or not one.words or not other.words:
        return False
    if one.names != other.names and (one.names and other.names):
        return False
    shared = one.words & other.words
    if len(shared) >= _EQUAL * len(one.words | other.words):
        return one.names == other.names
    return _same_model(one, other) or _same_work(one, other, len(shared))


def _same_model(one: _Meaning, other: _Meaning) -> bool:
    return bool(one.model) and one.model == other.model


def _same_work(one: _Meaning, other: _Meaning, shared: int) -> bool:
    if one.first != other.first or shared < 2 or 2 * shared < min(len(one.words), len(other.words)):
        return False
    if one.relation and other.relation and one.relation.isdisjoint(other.relation):
        return False
    return one.object in other.words or other.object in one.words


RULES = (
    Rule(
        "duplicate-item",
        Severity.WARNING,
        "an open item stands in one list only",
        file=check_duplicate_items,
        notes=True,
    ),
)
