"""Open loops: the questions and next steps that no session has ticked yet, carried from session to session."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sitegen.body import GOAL_HEADINGS
from sitegen.items import ListItem, list_items, same_words
from sitegen.masking import mask
from sitegen.rollups import in_order
from sitegen.session import Session

Kind = Literal["action item", "question", "next session"]

_QUESTION = re.compile(r"\bquestions?\b")
_ACTION = re.compile(
    r"\baction items?\b|\bblockers?\b|\bcost management\b"
    r"|\bto-?dos?\b|\bfollow-?ups?\b|\bopen (?:items?|points?|loops?)\b"
)
_NEXT = re.compile(r"\bnext (?:sessions?|steps?|tasks?)\b|\bpriority tasks?\b|\bcarried over\b")
_OWN_ONLY = re.compile(r"\boptimi[sz]ation\b")
"""Speaks to the next session where it heads the list itself; as a chapter it also holds what was done."""
_MAY_BE_MASKED = re.compile(r"[@/\\:=]|\S{16}")
_MAY_SPEAK = re.compile(r"\[[ xX]\]|~~")
_STRUCK = re.compile(r"^~~(?=\S)(.+?)(?<=\S)~~")


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """`text` is Markdown on one line, as it was last written. `path`, `line` and `day` say where it first stood.

    `sessions` counts those in which it stood open, the first included; `last_path` is the latest of them.
    """

    text: str
    kind: Kind
    project: str
    path: str
    line: int
    day: date | None
    last_path: str
    sessions: int = 1

    @property
    def carried(self) -> int:
        """How often it was taken over into a later session."""
        return self.sessions - 1

    def age(self, on: date | None) -> int | None:
        """Days until then; None where one of the two days is not known."""
        return max((on - self.day).days, 0) if on and self.day else None


def open_loops(sessions: Iterable[Session]) -> tuple[OpenLoop, ...]:
    """The oldest first, those without a day last.

    Two boxes are one loop where they belong to one project and say the same, but for case, spacing, punctuation
    and marks. The last word counts: a box ticked or struck through closes it, in whatever list that stands, and one
    left open later opens it anew.
    """
    found: dict[tuple[str, str], OpenLoop] = {}
    for session in in_order(sessions):
        for item in list_items(session.body) if _MAY_SPEAK.search(session.body) else ():
            _look_at(item, session, found)
    return tuple(sorted(found.values(), key=lambda loop: (loop.day or date.max, loop.path, loop.line)))


def kind_of(headings: Sequence[str]) -> Kind | None:
    """What an open box below these headings is, the outermost first, in lower case; None for a goal or a check."""
    own = headings[-1] if headings else ""
    if _OWN_ONLY.search(own):
        return "next session"
    for heading in reversed(headings):
        if kind := _kind(heading):
            inside = kind == "next session" and any(_ACTION.search(outer) for outer in headings)
            return "action item" if inside else kind
        if any(word in heading for word in GOAL_HEADINGS):
            return None
    return None


def _kind(heading: str) -> Kind | None:
    if _QUESTION.search(heading):
        return "question"
    if _ACTION.search(heading):
        return "action item"
    return "next session" if _NEXT.search(heading) else None


def _look_at(item: ListItem, session: Session, found: dict[tuple[str, str], OpenLoop]) -> None:
    struck = _STRUCK.match(item.text)
    if not item.box and not struck:
        return
    key = session.project, _sameness(struck[1] if struck else item.text)
    if item.box == "x" or struck:
        found.pop(key, None)
    elif kind := kind_of(item.headings):
        found[key] = _carried(found[key], item, session) if key in found else _new(item, session, kind)


def _new(item: ListItem, session: Session, kind: Kind) -> OpenLoop:
    line = session.document.body_line + item.line - 1
    return OpenLoop(item.text, kind, session.project, session.path, line, session.day, session.path)


def _carried(loop: OpenLoop, item: ListItem, session: Session) -> OpenLoop:
    again = loop.last_path != session.path
    return replace(loop, text=item.text, last_path=session.path, sessions=loop.sessions + again)


def _sameness(text: str) -> str:
    """Of the text as a later session gets it, that is masked; only where there may be something to mask."""
    return same_words(mask(text) if _MAY_BE_MASKED.search(text) else text)
