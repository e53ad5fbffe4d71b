"""`sessions new`: a session file from a template, begun now."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from sitegen.beginning import carried_items, completed_phase, left_open, next_phase, still_active
from sitegen.checking import in_full, load_lean
from sitegen.cli.git import git_line
from sitegen.cli.ledgers import carry_out, end_with, ledger_root, plural, read_template, tell
from sitegen.cli.spooled import take_spooled
from sitegen.display import visible
from sitegen.frontmatter import parse_document, synced
from sitegen.importing import plan_changed
from sitegen.ledger import Ledger
from sitegen.loops import OpenLoop, days_words
from sitegen.masking import one_line
from sitegen.schema import KEYS
from sitegen.session import Phase
from sitegen.settings import AMOUNT
from sitegen.store import free_session_path, session_files
from sitegen.templates import DEFAULT, render_template


def new(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="What the session is about. Else the branch's name.")] = "",
    template: Annotated[str, typer.Option("--template", help="A template of the ledger, by name.")] = DEFAULT,
    project: Annotated[str | None, typer.Option("--project", help="Else that of the folder you are in.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given again.")] = None,
    phase: Annotated[
        str | None, typer.Option("--phase", help="Else the project's last one. An empty name leaves it out.")
    ] = None,
    part: Annotated[
        int | None, typer.Option("--part", min=1, max=9999, help="Of the phase. Else one above the highest.")
    ] = None,
    estimate: Annotated[str | None, typer.Option("--estimate", metavar="USD", help="What it may cost.")] = None,
) -> None:
    """Begin a session: a file from a template with branch, project, phase and what was left open filled in."""
    amount = _amount(estimate)
    take_spooled(context)
    ledger = load_lean(ledger_root(context))
    started = datetime.now(tz=UTC).astimezone(ledger.settings.zone)
    branch = one_line(git_line(Path.cwd(), "branch", "--show-current"))
    name = one_line(project or _project_here(ledger))
    heading = one_line(title) or branch or f"Session at {started:%H:%M}"
    ledger = in_full(ledger, [session.path for session in ledger.sessions if session.project == name])
    before = [session for session in ledger.sessions if session.project == name]
    loops = left_open(before, name)
    next_part = next_phase(before, None if phase is None else one_line(phase), part)
    source = read_template(ledger.root, template)
    text = render_template(
        source,
        {
            "title": heading,
            "project": name,
            "state": "active",
            "branch": branch,
            "started": started.isoformat(timespec="seconds"),
            "carried": carried_items(loops, started.date()),
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
    if next_part:
        wanted["phase"] = _phase_mapping(next_part)
    if amount is not None:
        wanted["estimate"] = {"cost": amount}
    told = carry_out(ledger, plan_changed(ledger, {path: synced(document, wanted, order=KEYS)}))
    end_with((*still_active(before, name), *told))
    typer.echo(path)
    if phase is None and not next_part and (last := completed_phase(before)):
        tell(f"no phase: `{visible(last.name or str(last.number))}` is complete; `--phase NAME` says what comes next")
    _tell_filled(next_part, loops, started, has_place=re.search(r"\{\{ *carried *\}\}", source) is not None)
    tell("now work; then `sessions end` puts the numbers in and closes it")


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = text.strip().removeprefix("$")
    if not AMOUNT.fullmatch(amount):
        raise typer.BadParameter(f"`{visible(text)}` must be an amount in USD, such as 2.50", param_hint="--estimate")
    return Decimal(amount)


def _phase_mapping(phase: Phase) -> dict[str, Any]:
    told = {"name": phase.name or None, "number": phase.number, "part": phase.part, "state": phase.state}
    return {key: value for key, value in told.items() if value is not None}


def _tell_filled(phase: Phase | None, loops: tuple[OpenLoop, ...], now: datetime, *, has_place: bool) -> None:
    if phase:
        tell(f"phase: {visible(phase.words)}")
    if not loops:
        return
    if not has_place:
        tell(f"{plural(len(loops), 'open item')} not carried over: the template has no line `{{{{carried}}}}`")
        return
    age = loops[0].age(now.date())
    oldest = f", the oldest open for {days_words(age)}" if age else ""
    tell(f"carried over: {plural(len(loops), 'open item')}{oldest}")


def _project_here(ledger: Ledger) -> str:
    top = git_line(Path.cwd(), "rev-parse", "--show-toplevel")
    return ledger.settings.project_of(top or str(Path.cwd()))
