"""`sessions fill`: numbers, blocks and prices of session files, from their source."""

from pathlib import Path
from typing import Annotated

import typer

from sitegen.cli.ledgers import carry_out_anew, end_with, find_session, ledger_to_write, plural, tell
from sitegen.cli.reading import damage_problems, read_transcripts
from sitegen.cli.spooled import take_spooled
from sitegen.errors import Problem, error
from sitegen.importing import Plan, plan_fill
from sitegen.ledger import Ledger
from sitegen.session import Session


def fill(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SESSION]...", help="Path, stem or part of one. Else the active one."),
    ] = None,
    folders: Annotated[list[Path] | None, typer.Option("--from", help="Where transcripts are.")] = None,
) -> None:
    """Bring session files up to date from their transcripts; render their generated tables anew."""
    take_spooled(context)
    wanted: list[str | None] = [*names] if names else [None]
    with ledger_to_write(context) as ledger:
        sessions = [find_session(ledger, name) for name in wanted]
        history = read_transcripts(folders or [])

        def plan_for(current: Ledger) -> Plan:
            return plan_fill(current, [find_session(current, name) for name in wanted], history.sessions)

        plan, told = carry_out_anew(ledger, plan_for)
    sound = [session for session in sessions if session.path not in ledger.unsound]
    problems = (*told, *_without_source(sound, plan.filled))
    tell(f"filled {plural(len(plan.filled), 'file')}, changed {plural(len(plan.changes), 'file')}")
    end_with((*damage_problems(history), *problems) if plan.filled else problems)


def _without_source(sessions: list[Session], filled: tuple[str, ...]) -> tuple[Problem, ...]:
    hint = "it is matched by project and time: see that `project` and `started` are those of the session"
    return tuple(
        error("no-source", session.locate("started"), "no transcript tells of this session", hint)
        for session in sessions
        if session.path not in filled and not session.rows
    )
