"""`sessions todo`: what sessions left open, the oldest first."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sitegen.checking import in_full, load_lean
from sitegen.cli.git import git_line
from sitegen.cli.ledgers import ledger_root, plural, tell
from sitegen.cli.waiting import tell_spooled
from sitegen.display import json_text, visible
from sitegen.errors import Location, ProblemError, error
from sitegen.items import plain_words
from sitegen.ledger import Ledger, load_ledger
from sitegen.loops import OpenLoop, days_words, open_loops

_WIDEST = 100
_NARROWEST = 40


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


class Kind(StrEnum):
    ACTION = "action"
    QUESTION = "question"
    NEXT = "next"


_KINDS = {Kind.ACTION: "action item", Kind.QUESTION: "question", Kind.NEXT: "next session"}


def todo(
    context: typer.Context,
    project: Annotated[
        str | None, typer.Option("--project", help="Only of this one. Else of the folder you are in, if it has any.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only action items, questions or next steps.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Of all projects.")] = False,
    output: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.TEXT,
) -> None:
    """List open loops: questions, action items and next steps that no later session has ticked, the oldest first."""
    if every and project is not None:
        raise typer.BadParameter("it names one project, and --all means every one", param_hint="--project")
    tell_spooled(context)
    ledger = load_lean(ledger_root(context))
    today = datetime.now(UTC).astimezone(ledger.settings.zone).date()
    wanted = None if every else _project(ledger, project)
    if wanted is None:
        ledger = load_ledger(ledger.root)
    else:
        ledger = in_full(ledger, [session.path for session in ledger.sessions if session.project == wanted])
    found = open_loops(session for session in ledger.sessions if wanted in (None, session.project))
    loops = [loop for loop in found if kind is None or loop.kind == _KINDS[kind]]
    if output is Format.JSON:
        typer.echo(json_text({"loops": [_as_json(loop, today) for loop in loops]}))
    else:
        width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
        for line in _lines(loops, today, width):
            typer.echo(line)
    where = f" in `{visible(wanted)}`" if wanted is not None else " in all projects"
    tell(f"{plural(len(loops), 'open loop')}{where}; a tick in any later session closes one" if loops else _none(where))


def _none(where: str) -> str:
    return f"nothing is open{where}"


def _project(ledger: Ledger, named: str | None) -> str | None:
    known = {session.project for session in ledger.sessions}
    if named is None:
        top = git_line(Path.cwd(), "rev-parse", "--show-toplevel")
        here = [ledger.settings.project_of(folder) for folder in (top, str(Path.cwd())) if folder]
        return next((name for name in here if name in known), None)
    if named not in known:
        names = ", ".join(f"`{visible(name)}`" for name in sorted(known)[:8])
        message = f"no session is of project `{visible(named)}`"
        raise ProblemError(error("project", Location("sessions"), message, f"there are {names}" if names else None))
    return named


def _lines(loops: Sequence[OpenLoop], today: date, width: int) -> Iterator[str]:
    """For each its age, kind and project; its words; and where to tick it, the latest file in which it stands."""
    for number, loop in enumerate(loops):
        if number:
            yield ""
        days = loop.age(today)
        age = "no date" if days is None else days_words(days) if days else "today"
        carried = f", carried {times_words(loop.carried)}" if loop.carried else ""
        head = f"{age}, {loop.kind}, {visible(loop.project)}{carried}"
        yield from textwrap.wrap(head, width, break_on_hyphens=False)
        words = visible(plain_words(loop.text))
        yield from textwrap.wrap(words, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        yield f"  {visible(loop.last_path)}:{loop.last_line}"


def times_words(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _as_json(loop: OpenLoop, today: date) -> dict[str, Any]:
    """`path` and `line`: where it first stood. `last_path` and `last_line`: where it is to be ticked."""
    return {
        "text": plain_words(loop.text),
        "kind": loop.kind,
        "project": loop.project,
        "path": loop.path,
        "line": loop.line,
        "opened": loop.day.isoformat() if loop.day else None,
        "age_days": loop.age(today),
        "sessions": loop.sessions,
        "last_path": loop.last_path,
        "last_line": loop.last_line,
    }
