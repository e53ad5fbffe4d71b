"""`sessions explain`: how each figure of a session came about."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sitegen.cli.explained_json import as_json
from sitegen.cli.explained_sections import sections_of
from sitegen.cli.explained_text import as_markdown, as_text
from sitegen.cli.ledgers import find_session, open_ledger, tell
from sitegen.cli.reading import read_transcripts
from sitegen.display import json_text
from sitegen.errors import Location, Problem, ProblemError, Severity, error, sorted_problems
from sitegen.explaining.explanation import explain as explained
from sitegen.explaining.other_tools import MAX_BYTES, ToolReport, read_report
from sitegen.explaining.transcript import (
    Transcript,
    agents_of,
    foreign_responses,
    names_of,
    transcript_of,
    without_transcript,
)
from sitegen.ledger import Ledger
from sitegen.rules.money import check_row_costs, check_totals
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.transcripts import find_transcript_folders, read_copies


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def explain(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[SESSION]", help="Path, stem or part of one. Else the active one."),
    ] = None,
    row: Annotated[int | None, typer.Option("--row", min=1, help="One usage row, with its responses.")] = None,
    folders: Annotated[list[Path] | None, typer.Option("--from", help="Where transcripts are.")] = None,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="JSON", help="What ccusage or tokscale says (their --json).")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Show each cent of a session: tokens times unit price, the responses behind them, and why other figures differ.

    Needs the file alone. Where its transcript is still there, the responses behind each row are shown too.
    Ends with 1 where the figures in the file do not agree with each other.
    """
    ledger = open_ledger(context)
    session = find_session(ledger, name)
    if row is not None and row > len(session.rows):
        raise typer.BadParameter(f"the session has {len(session.rows):,} rows", param_hint="--row")
    report = _read_report(against) if against else None
    now = datetime.now(UTC)
    explanation = explained(ledger, session, _transcript(session, ledger.settings, folders or [], now), report, now)
    problems = _problems(ledger, session)
    if output is Format.JSON:
        typer.echo(json_text(as_json(explanation, problems, row)))
    else:
        sections = sections_of(explanation, problems, row)
        typer.echo(as_markdown(sections) if output is Format.MARKDOWN else as_text(sections))
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise typer.Exit(1)


def _transcript(session: Session, settings: Settings, given: Sequence[Path], now: datetime) -> Transcript:
    if not (session.source and session.source.sessions):
        return without_transcript(session, now)
    try:
        folders = find_transcript_folders(given, os.environ, Path.home())
    except ProblemError as exc:
        if given:
            raise
        tell(str(exc))
        return without_transcript(session, now)
    all_agents = read_transcripts(given).sessions
    agents = agents_of(session, all_agents)
    if agents is None:
        return without_transcript(session, now)
    names = names_of(agents)
    foreign = foreign_responses(all_agents, names)
    keys = {response.key for agent in agents for response in agent.responses} | {each.key for each in foreign}
    others = {name for agent in agents for held in agent.copied_in.values() for name in held}
    others |= {each.session for each in foreign}
    copies = read_copies(folders, keys, names, others, now)
    return transcript_of(session, settings, agents, copies, foreign)


def _read_report(path: Path) -> ToolReport:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise ProblemError(error("io", Location(str(path)), f"cannot be read: {exc.strerror}")) from None
    return read_report(str(path), raw)


def _problems(ledger: Ledger, session: Session) -> tuple[Problem, ...]:
    """What keeps rows from being read, and where the file's figures do not agree."""
    unread = [found for found in ledger.problems if found.location.path == session.path]
    errors = [found for found in unread if found.severity is Severity.ERROR]
    sums = () if errors else (*check_row_costs(session, ledger.settings), *check_totals(session, ledger.settings))
    return sorted_problems([*errors, *sums])
