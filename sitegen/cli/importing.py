"""`sessions import`: every session of the local transcripts into the ledger."""

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
from sitegen.cli.reading import damage_problems, read_transcripts, unread_files
from sitegen.cli.spooled import LOCK_PATIENCE, take_spooled
from sitegen.errors import Location, error
from sitegen.importing import Plan, plan_import
from sitegen.ledger import Ledger
from sitegen.templates import DEFAULT
from sitegen.transcripts import AgentSession, History


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
    spooled: Annotated[bool, typer.Option("--spooled", hidden=True, help="Only what hooks told of.")] = False,
) -> None:
    """Turn Claude Code's history on this machine into session files, new or refreshed."""
    if spooled:
        take_spooled(context, LOCK_PATIENCE)
        return
    if not dry_run:
        take_spooled(context)
    with nullcontext(open_ledger(context)) if dry_run else ledger_to_write(context) as ledger:
        history = read_transcripts(folders or [])
        _check_project(ledger, history, project)
        template = read_template(ledger.root, DEFAULT)
        zoned = since.replace(tzinfo=ledger.settings.zone) if since else None

        def wants(agent: AgentSession) -> bool:
            recent = zoned is None or agent.ended is None or agent.ended >= zoned
            return recent and project in (None, ledger.settings.project_of(agent.cwd))

        def plan_for(current: Ledger) -> Plan:
            return plan_import(current, history.sessions, template, wants, unread_files(current))

        if dry_run:
            plan = plan_for(ledger)
            outcome = plan.problems
        else:
            plan, outcome = carry_out_anew(ledger, plan_for)
    _summary(history, plan, dry_run=dry_run)
    end_with((*damage_problems(history), *outcome))


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
