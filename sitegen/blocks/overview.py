"""Block `overview`: what the session was, when, and where its work is."""

import re
from functools import partial

from sitegen.blocks.tables import (
    Cell,
    Part,
    Table,
    escaped,
    fields_table,
    moment_cell,
    plain_cell,
    read_words,
    words_cell,
)
from sitegen.display import hours_minutes, usd
from sitegen.session import Session

_PHASE = re.compile(
    r"(?:(?P<number>\d+)(?: |(?=,|$)))?(?P<name>.*?)"
    r"(?:(?:, |^)part (?P<part>\d+))?(?:(?:, |^)(?P<state>[a-z ]+))?",
    re.ASCII,
)
_PULL_REQUEST = re.compile(r"#(\d+)", re.ASCII)


def overview_table(session: Session) -> Table:
    totals = session.totals
    models = dict.fromkeys(row.model for row in session.rows)
    fields = [
        ("Session", words_cell(session.title, "title")),
        ("Project", words_cell(session.project, "project")),
        ("Author", words_cell(session.author, "author")),
        ("Phase", _phase(session)),
        ("State", plain_cell(session.state, "state")),
        ("Focus", words_cell(session.focus, "focus")),
        ("Tags", _list(session.tags, "tags")),
        ("Start", moment_cell(session.started, "started")),
        ("End", moment_cell(session.ended, "ended")),
        ("Duration", Cell(hours_minutes(session.duration) if session.duration is not None else "")),
        ("Active", plain_cell(hours_minutes(session.active) if session.active is not None else "", "active")),
        ("Models", Cell(", ".join(map(escaped, models)))),
        ("Branch", words_cell(session.git.branch, "git", "branch")),
        ("Commits", _list(session.git.commits, "git", "commits")),
        ("Pull request", _pull_request(session)),
        ("List cost", Cell(usd(totals.list_cost, floor=totals.is_floor) if session.rows else "")),
    ]
    return fields_table(("Field", "Value"), fields)


def _phase(session: Session) -> Cell:
    parts = tuple(Part(("phase", key), partial(_phase_part, key)) for key in ("name", "number", "part", "state"))
    return Cell(escaped(session.phase.words) if session.phase else "", parts)


def _phase_part(key: str, text: str) -> int | str | None:
    found = _PHASE.fullmatch(read_words(text) or "")
    value = found[key] if found else None
    return int(value) if value and key in ("number", "part") else value or None


def _list(texts: tuple[str, ...], *keys: str) -> Cell:
    if not texts:
        return Cell("", (Part(keys, lambda text: [read_words(item) for item in text.split(", ")]),))
    parts = (Part((*keys, index), partial(_item, index, len(texts))) for index in range(len(texts)))
    return Cell(", ".join(map(escaped, texts)), tuple(parts))


def _item(index: int, length: int, text: str) -> str | None:
    items = text.split(", ")
    return read_words(items[index]) if len(items) == length else None


def _pull_request(session: Session) -> Cell:
    number = session.git.pull_request
    return Cell("" if number is None else f"#{number}", (Part(("git", "pull_request"), _read_pull_request),))


def _read_pull_request(text: str) -> int | None:
    found = _PULL_REQUEST.fullmatch(text)
    return int(found[1]) if found else None
