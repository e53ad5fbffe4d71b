"""Figures that a person wrote into a body, moved into the frontmatter: the tables become generated ones.

What is not a figure is a person's and stays, byte for byte; the words of a usage table become tasks and notes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from sitegen.errors import Location, Problem, ProblemError, Severity, error
from sitegen.fill import UNKNOWN_MODEL, frontmatter_by_hand
from sitegen.fixing.moved_rows import usage_rows, with_row_words
from sitegen.fixing.moved_tables import without_tables
from sitegen.frontmatter import Document, parse_document, synced
from sitegen.frontmatter.splitting import BOM
from sitegen.handwritten.account import Account, account_of, row_times
from sitegen.handwritten.clocks import DATES
from sitegen.handwritten.figures import UsageLine
from sitegen.handwritten.notes import PROJECTS, TITLES, has_title_field, stated_title
from sitegen.handwritten.pricing import row_model
from sitegen.rules.words import shown
from sitegen.schema import KEYS, SCHEMA, parse_session
from sitegen.session import Session
from sitegen.settings import Settings

RULE = "handwritten"


def moved(session: Session, settings: Settings) -> bytes | tuple[Problem, ...]:
    """The file with its figures in the frontmatter, or what must be written first. Moving twice changes nothing."""
    account = account_of(session, settings)
    if account is None or not account.figures.rows:
        return session.document.raw
    if missing := tuple(_missing(account)):
        return missing
    try:
        document = synced(_with_frontmatter(account), _wanted(account), order=KEYS)
    except ProblemError as refused:
        return refused.problems
    _, problems = parse_session(document, session.path)
    wrong = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    return wrong or document.raw


def _missing(account: Account) -> Iterator[Problem]:
    session, figures = account.session, account.figures
    if not _title(account):
        yield _needed(account, TITLES, "a name of the session", "fill in `Session Name`, or add `**Session Name**: …`")
    if not session.project:
        yield _needed(account, PROJECTS, "its project", "fill in `Project`, or add a line `**Project**: …`")
    if account.at is None:
        hint = "fill in `Date`, or add a line `**Date**: 2025-09-13`: prices depend on the day"
        yield _needed(account, DATES, "its date", hint)
    for table in figures.usage:
        for row in table.rows:
            yield from _unfinished(account, row)


def _needed(account: Account, names: tuple[str, ...], what: str, hint: str) -> Problem:
    field = account.figures.field(*names)
    place = account.place(field.place) if field else Location(account.session.path)
    return error(RULE, place, f"the figures cannot be moved into the frontmatter without {what}", hint)


def _unfinished(account: Account, row: UsageLine) -> Iterator[Problem]:
    """A row of which nothing is filled in stands for no session; one with words and no tokens does."""
    if not row.is_filled and not row.has_words:
        return
    for kind, figure in row.counts.items():
        name = f"{kind.replace('_', ' ')} tokens"
        if figure.wrong:
            message = f"the row cannot be moved into the frontmatter: {shown(figure.text)} {figure.wrong}"
            yield error(RULE, account.place(figure.place), message, f"write the number of {name}")
        elif figure.value is None and (figure.unfilled or kind in ("input", "output")):
            message = f"the row cannot be moved into the frontmatter: its {name} are not filled in"
            yield error(RULE, account.place(figure.place), message, "write their number, or take the row out")


def _title(account: Account) -> str:
    """The session's name; the first heading only where the file has no other place for a name."""
    body, figures = account.session.body, account.figures
    if not account.session.is_note:
        return account.session.title
    title = stated_title(body, figures)
    return title if title or has_title_field(body, figures) else account.session.title


def _with_frontmatter(account: Account) -> Document:
    """The file with its hand-written tables replaced, and with a frontmatter that says nothing yet, if it had none."""
    session = account.session
    document = session.document
    body = without_tables(document.body_bytes, account.figures)
    if not session.is_note:
        return document.with_body(body)
    newline = b"\r\n" if b"\r\n" in body.partition(b"\n")[0] + b"\n" else b"\n"
    mark = BOM if body.startswith(BOM) else b""
    front = newline.join((mark + b"---", f"schema: {SCHEMA}".encode(), b"---", b"", b""))
    made, problems = parse_document(front + body.removeprefix(BOM), session.path)
    if made is None:
        raise ProblemError(*problems)
    return made


def _wanted(account: Account) -> dict[str, Any]:
    """The keys to write. What a frontmatter says already is kept."""
    session, data = account.session, account.session.document.data
    stated = {
        "title": _title(account),
        "project": session.project,
        "started": _written(_started(account)),
        "ended": _written(_ended(account)),
        "state": session.state,
        "phase": _phase(session),
        "focus": session.focus,
        "source": {"kind": "manual"},
    }
    own = {key: value for key, value in stated.items() if value and not data.get(key)}
    return {**own, **_figures(account)}


def _started(account: Account) -> datetime | None:
    """The stated start, else the time of the first row; None where no day is known."""
    if account.session.started or account.clocks.day is None:
        return account.session.started
    first = next((at for at in row_times(account) if at is not None), None)
    return account.clocks.start or first


def _ended(account: Account) -> datetime | None:
    return account.clocks.end if account.clocks.day and not account.session.started else None


def _written(at: datetime | None) -> str:
    """With its offset from UTC, as a zone's name is not kept in a file."""
    offset = at.utcoffset() if at else None
    return at.replace(tzinfo=timezone(offset)).isoformat(timespec="seconds") if at and offset is not None else ""


def _phase(session: Session) -> dict[str, Any]:
    phase = session.phase
    values = {"name": phase.name, "number": phase.number, "part": phase.part} if phase else {}
    return {key: value for key, value in values.items() if value not in (None, "")}


def _figures(account: Account) -> Mapping[str, Any]:
    """Usage, totals and prices, all derived from the tokens alone."""
    models = [row_model(row, account.figures) or UNKNOWN_MODEL for row in account.figures.rows]
    started = _started(account)
    rows = usage_rows(account, models)
    filled = frontmatter_by_hand(replace(account.session, rows=rows, started=started or account.at), account.settings)
    return {**filled, "usage": with_row_words(account, rows, filled["usage"], started)}
