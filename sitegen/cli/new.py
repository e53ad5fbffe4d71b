"""`sessions new`: a session file from a template, begun now."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from sitegen.cli.git import git_line
from sitegen.cli.ledgers import carry_out, end_with, open_ledger, read_template, tell
from sitegen.frontmatter import parse_document, synced
from sitegen.importing import plan_changed
from sitegen.ledger import Ledger
from sitegen.masking import mask, one_line
from sitegen.schema import KEYS
from sitegen.store import free_session_path, session_files
from sitegen.templates import DEFAULT, carried_over, render_template


def new(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="What the session is about. Else the branch's name.")] = "",
    template: Annotated[str, typer.Option("--template", help="A template of the ledger, by name.")] = DEFAULT,
    project: Annotated[str | None, typer.Option("--project", help="Else that of the folder you are in.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given again.")] = None,
) -> None:
    """Begin a session: a file from a template with branch, project and what was left open filled in."""
    ledger = open_ledger(context)
    started = datetime.now(tz=UTC).astimezone(ledger.settings.zone)
    branch = one_line(git_line(Path.cwd(), "branch", "--show-current"))
    name = one_line(project or _project_here(ledger))
    heading = one_line(title) or branch or f"Session at {started:%H:%M}"
    text = render_template(
        read_template(ledger.root, template),
        {
            "title": heading,
            "project": name,
            "state": "active",
            "branch": branch,
            "started": started.isoformat(timespec="seconds"),
            "carried": _carried(ledger, name),
        },
    )
    path = free_session_path(session_files(ledger.root), started.date(), heading, f"{started:%H%M%S}")
    document, problems = parse_document(text.encode("utf-8"), path)
    if document is None:
        end_with(problems)
        raise typer.Exit(1)
    wanted: dict[str, Any] = {"started": started.isoformat(timespec="seconds")}
    if tags:
        wanted["tags"] = [one_line(tag) for tag in tags]
    end_with(carry_out(ledger, plan_changed(ledger, {path: synced(document, wanted, order=KEYS)})))
    typer.echo(path)
    tell("now work; then `sessions fill` puts the numbers in")


def _carried(ledger: Ledger, project: str) -> str:
    last = next((s for s in reversed(ledger.sessions) if s.project == project and s.started), None)
    return "\n".join(f"- [ ] {mask(text)}" for text in carried_over(last.body)) if last else ""


def _project_here(ledger: Ledger) -> str:
    top = git_line(Path.cwd(), "rev-parse", "--show-toplevel")
    return ledger.settings.project_of(top or str(Path.cwd()))
