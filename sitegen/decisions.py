"""Decisions: what was decided in which session and why, and which later decision replaced it."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from urllib.parse import unquote, urlsplit

from sitegen.items import ListItem, list_items, plain_words, same_words
from sitegen.rollups import in_order
from sitegen.session import Session

Place = tuple[str, int]
"""The path of a session, and which of its decisions, from 1."""

_WORD = "decision"
_TITLED = re.compile(r"^(\*\*|__)(?=\S)(.+?)(?<=\S)\1\s*(.*)$")
_LABELLED = re.compile(r"^([^:]{1,80}?)(?::\s+|\s[–—-]\s)(.+)$")
_REPLACES = re.compile(r"\b(?:supersedes|replaces)\b", re.IGNORECASE)
_LINK = re.compile(
    r"((?:[\s*_]|#\d{1,4}\b|\d{1,4}\b|(?:all|the|both|decisions?|number|of|in|from|sessions?)\b){0,16})"
    r"\[([^\[\]]*)\]\(([^()\s]+)\)(\s*[,(]?\s*(?:#|decision\s+#?)\d{1,4})?",
    re.IGNORECASE,
)
"""Behind the word: what may stand before a link, its words and target, and a number behind it."""
_AND = re.compile(r"\)?\s*(?:,\s*(?:and\b)?|and\b|&)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:#(?:d-|decision-)?|\bdecision[\s-]+#?)(\d{1,4})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Replaced:
    """What an item says that it replaces: a session's decisions, one of them by `number` or by the link's `label`."""

    path: str
    number: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`title` and `reason` are Markdown on one line; the reason may be empty. `line` counts in the session's file.

    `number` counts the decisions of its session from 1. `replaces` is what its own text says, found or not.
    """

    path: str
    number: int
    title: str
    reason: str
    line: int
    day: date | None
    project: str
    replaces: tuple[Replaced, ...] = ()
    superseded_by: Place | None = None

    @property
    def place(self) -> Place:
        return self.path, self.number


def decisions_of(sessions: Iterable[Session]) -> tuple[Decision, ...]:
    """The newest session first, those without a day last; within a session in the order of its file."""
    ordered = in_order(sessions)
    oldest_first = [
        *(session for session in ordered if not session.started),
        *(session for session in ordered if session.started),
    ]
    by_path = {session.path: session_decisions(session) for session in oldest_first}
    later = _superseded(by_path)
    return tuple(
        replace(each, superseded_by=later.get(each.place)) for path in reversed(by_path) for each in by_path[path]
    )


def session_decisions(session: Session) -> tuple[Decision, ...]:
    """Of one session alone: which of them were superseded is not known here."""
    return session.once("decisions", partial(_session_decisions, session))


def _session_decisions(session: Session) -> tuple[Decision, ...]:
    if _WORD not in session.body.lower():
        return ()
    below = [item for item in list_items(session.body) if any(_WORD in heading for heading in item.headings)]
    return tuple(_decision(session, number, item) for number, item in enumerate(_outermost(below), start=1))


def _outermost(items: Sequence[ListItem]) -> Iterator[ListItem]:
    """Items further in belong to the one above them, and add to its text."""
    whole: ListItem | None = None
    for item in items:
        if whole and item.headings == whole.headings and item.indent >= whole.indent + 2:
            between = " " if whole.text.endswith((".", "!", "?", ":", ";", ",")) else "; "
            whole = replace(whole, text=f"{whole.text}{between}{item.text}")
            continue
        if whole:
            yield whole
        whole = item
    if whole:
        yield whole


def _decision(session: Session, number: int, item: ListItem) -> Decision:
    title, reason = _title_and_reason(item.text)
    line = session.document.body_line + item.line - 1
    told = tuple(_told(session.path, item.text))
    return Decision(session.path, number, title, reason, line, session.day, session.project, told)


def _title_and_reason(text: str) -> tuple[str, str]:
    """Of `**Title**: why`, else of `Title: why`; any other text is all title."""
    if found := _TITLED.match(text):
        return found[2].rstrip(" :.,;"), found[3].lstrip(" :.,;–—-")
    found = _LABELLED.match(text)
    return (found[1].strip(), found[2].strip()) if found else (text, "")


def _told(path: str, text: str) -> Iterator[Replaced]:
    """`supersedes [JWT](2026-07-06-jwt.md) #2`: the number may also stand before the link, in it, or in its target."""
    for word in _REPLACES.finditer(text):
        link = _LINK.match(text, word.end())
        while link:
            target = _ledger_path(path, link[3])
            if target and target[0] != path:
                number = next((int(n[1]) for part in (*target[1:], *link.groups("")) for n in _numbers(part)), None)
                yield Replaced(target[0], number, link[2])
            more = _AND.match(text, link.end())
            link = _LINK.match(text, more.end()) if more else None


def _numbers(part: str) -> Iterator[re.Match[str]]:
    return _NUMBER.finditer(part)


def _ledger_path(path: str, target: str) -> tuple[str, str] | None:
    """The file that a relative link names, and what stands behind its `#`, with it."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path.endswith(".md"):
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))
    return found, f"#{parts.fragment}" if parts.fragment else ""


def _superseded(by_path: Mapping[str, Sequence[Decision]]) -> dict[Place, Place]:
    """What replaced each: the first that did. `by_path` is in order, the oldest session first."""
    at = {path: index for index, path in enumerate(by_path)}
    later: dict[Place, Place] = {}
    named: dict[tuple[str, str], Decision] = {}
    for path, decisions in by_path.items():
        for decision in decisions:
            for told in decision.replaces:
                if at.get(told.path, len(at)) < at[path]:
                    for place in _places(told, by_path[told.path]):
                        later.setdefault(place, decision.place)
            name = decision.project, same_words(decision.title)
            before = named.get(name)
            if before and before.path != path:
                later.setdefault(before.place, decision.place)
            named[name] = decision
    return later


def _places(told: Replaced, there: Sequence[Decision]) -> list[Place]:
    """The one that is named by number or title, else all of that session."""
    if told.number is not None:
        return [each.place for each in there if each.number == told.number]
    label = same_words(told.label)
    return [each.place for each in there if same_words(plain_words(each.title)) == label] or [e.place for e in there]
