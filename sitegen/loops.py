"""Open loops: the questions and next steps that no session has ticked yet, carried from session to session.

Where one is carried, its age stands behind it: `(open for 12 days, since 2026-02-11)`. That note is none of its words:
it changes nothing about which loop it is, and each carrying writes it anew. Only at the end is it a note; such words
within a sentence are their author's.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Literal

from sitegen.body import GOAL_HEADINGS, without_code
from sitegen.items import LONGEST_ITEM, ListItem, list_items, same_words
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
_AGE = re.compile(r"\(open (?:for [\d,]{1,9} days?, )?since (\d{4}-\d\d-\d\d)\)[\s.,;:!]*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """`text` is Markdown on one line, as it was last written, without a note of its age.

    `path` and `line` say where it first stood, `day` when: the day of that session, or an older one that a note of
    its age names. `sessions` counts those in which it stood open, the first included; `last_path` and `last_line`
    are where it stands in the latest of them.
    """

    text: str
    kind: Kind
    project: str
    path: str
    line: int
    day: date | None
    last_path: str
    sessions: int = 1
    last_line: int = 0

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
        for item in session.once("boxes and struck items", partial(_that_speak, session)):
            _look_at(item, session, found)
    return tuple(sorted(found.values(), key=lambda loop: (loop.day or date.max, loop.path, loop.line)))


def carried_text(loop: OpenLoop, on: date) -> str:
    """As a session of that day takes it over: masked, with its age, and without the beginning of a comment."""
    text = mask(loop.text)
    blank = without_code(text)
    for start in reversed([found.start() for found in re.finditer("<!--", blank)]):
        text = f"{text[:start]}&lt;{text[start + 1 :]}"
    days = loop.age(on)
    if days is None:
        return text
    told = f"{text} (open {f'for {days_words(days)}, ' if days else ''}since {loop.day})"
    return told if len(told) <= LONGEST_ITEM else text


def days_words(days: int) -> str:
    return f"{days:,} day" if days == 1 else f"{days:,} days"


def without_age(text: str) -> str:
    """An item's text without the note of its age, or the notes, at its end."""
    return _apart(text)[0] if "(open " in text else text


def _apart(text: str) -> tuple[str, tuple[date, ...]]:
    """An item's words, and the days that the notes behind them name."""
    days: list[date] = []
    words = text.strip()
    while (note := _AGE.search(words)) and note.start():
        with suppress(ValueError):  # no day of any calendar
            days.append(date.fromisoformat(note[1]))
        words = words[: note.start()].rstrip()
    return words, tuple(days)


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


def _that_speak(session: Session) -> tuple[ListItem, ...]:
    if not _MAY_SPEAK.search(session.body):
        return ()
    return tuple(item for item in list_items(session.body) if item.box or _STRUCK.match(item.text))


def _look_at(item: ListItem, session: Session, found: dict[tuple[str, str], OpenLoop]) -> None:
    struck = _STRUCK.match(item.text)
    key = session.project, _sameness(without_age(struck[1] if struck else item.text))
    if item.box == "x" or struck:
        found.pop(key, None)
    elif kind := kind_of(item.headings):
        found[key] = _carried(found[key], item, session) if key in found else _new(item, session, kind)


def _new(item: ListItem, session: Session, kind: Kind) -> OpenLoop:
    line = _line(item, session)
    text, days = _apart(item.text)
    day = min(filter(None, (session.day, *days)), default=None)
    return OpenLoop(text, kind, session.project, session.path, line, day, session.path, last_line=line)


def _carried(loop: OpenLoop, item: ListItem, session: Session) -> OpenLoop:
    again = loop.last_path != session.path
    place = session.path, _line(item, session)
    text, sessions = without_age(item.text), loop.sessions + again
    return replace(loop, text=text, last_path=place[0], last_line=place[1], sessions=sessions)


def _line(item: ListItem, session: Session) -> int:
    return session.document.body_line + item.line - 1


def _sameness(text: str) -> str:
    """Of the text as a later session gets it, that is masked; only where there may be something to mask."""
    return same_words(mask(text) if _MAY_BE_MASKED.search(text) else text)
