"""`sessions import`: every session of the local transcripts into the ledger."""

import os
from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sitegen.cli.ledgers import (
    carry_out_anew,
    end_with,
    ledger_to_write,
    open_ledger,
    plural,
    read_template,
    tell,
)
from sitegen.cli.progress import reading_progress
from sitegen.errors import Location, Problem, error
from sitegen.importing import Plan, plan_import
from sitegen.ledger import Ledger
from sitegen.store import read_file, session_files
from sitegen.templates import DEFAULT
from sitegen.transcripts import AgentSession, History, find_transcript_folders, read_history
from sitegen.transcripts.history import severity_of

RULE = "transcript-damaged"


def import_sessions(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Where transcripts are. Else $CLAUDE_CONFIG_DIR, else Claude Code's own folders."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Only sessions that ended on or after it."),
    ] = None,
    project: Annotated[str | None, typer.Option("--project", help="Only sessions of this project.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written; write nothing.")] = False,
) -> None:
    """Turn Claude Code's history on this machine into session files, new or refreshed."""
    with nullcontext(open_ledger(context)) if dry_run else ledger_to_write(context) as ledger:
        history = read_transcripts(folders or [])
        _check_project(ledger, history, project)
        template = read_template(ledger.root, DEFAULT)
        zoned = since.replace(tzinfo=ledger.settings.zone) if since else None

        def wants(agent: AgentSession) -> bool:
            recent = zoned is None or agent.ended is None or agent.ended >= zoned
            return recent and project in (None, ledger.settings.project_of(agent.cwd))

        def plan_for(current: Ledger) -> Plan:
            return plan_import(current, history.sessions, template, wants, _unread(current))

        if dry_run:
            plan = plan_for(ledger)
            outcome = plan.problems
        else:
            plan, outcome = carry_out_anew(ledger, plan_for)
    _summary(history, plan, dry_run=dry_run)
    end_with((*damage_problems(history), *outcome))


def _unread(ledger: Ledger) -> dict[str, bytes]:
    """The files of the ledger that are no sessions, by path; empty where not even the bytes could be read."""
    read = {session.path for session in ledger.sessions}
    found = {path: read_file(ledger.root, path) for path in session_files(ledger.root) if path not in read}
    return {path: raw if isinstance(raw, bytes) else b"" for path, raw in found.items()}


def read_transcripts(folders: list[Path]) -> History:
    found = find_transcript_folders(folders, os.environ, Path.home())
    with reading_progress() as progress:
        return read_history(found, progress=progress)


def damage_problems(history: History) -> tuple[Problem, ...]:
    """The damaged lines of the transcripts by name; of each kind the first ones, and how many more there are."""
    named = tuple(
        Problem(RULE, damage.severity, Location(damage.path, damage.line), damage.message) for damage in history.damages
    )
    told = Counter(damage.kind for damage in history.damages)
    more = {kind: number - told[kind] for kind, number in history.damage_counts.items() if number > told[kind]}
    rest = (
        Problem(RULE, severity_of(kind), Location("transcripts"), f"{plural(number, 'more line')}: {kind}")
        for kind, number in sorted(more.items())
    )
    return (*named, *rest)


def _check_project(ledger: Ledger, history: History, project: str | None) -> None:
    names = {ledger.settings.project_of(agent.cwd) for agent in history.sessions}
    if project is not None and project not in names:
        known = ", ".join(f"`{name}`" for name in sorted(names)[:8])
        end_with([error("project", Location("."), f"no transcript is of project `{project}`", f"there are {known}")])


def _summary(history: History, plan: Plan, *, dry_run: bool) -> None:
    read = f"read {plural(history.files, 'transcript file')} with {plural(len(history.sessions), 'session')}"
    verb = "would write" if dry_run else "wrote"
    unchanged = len(plan.filled) - sum(change.path in plan.filled for change in plan.changes)
    tell(
        f"{read}; {verb} {plural(plan.created, 'new file')}, "
        f"refreshed {plural(plan.refreshed, 'file')}, {unchanged:,} unchanged"
    )
