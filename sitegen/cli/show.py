"""`sessions show`: one session in a screenful."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sitegen.blocks import efficiency_of, efficiency_words, row_model, row_time
from sitegen.checking import in_full, load_lean
from sitegen.cli.ledgers import find_session, ledger_root, plural
from sitegen.cli.report import BY_HAND, as_mapping, by_hand_words, list_cost, text_table
from sitegen.cli.waiting import tell_spooled
from sitegen.display import count, exact_usd, hours_minutes, json_text, percent, plain, usd, visible
from sitegen.ledger import Ledger
from sitegen.rollups import running_rollups
from sitegen.session import Session


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def show(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[SESSION]", help="Path, stem or part of one. Else the active one."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and show it as its transcripts grow.")] = False,
    interval: Annotated[
        float, typer.Option("--interval", min=0.05, max=3600, metavar="SECONDS", help="Between two looks.")
    ] = 2.0,
    folders: Annotated[
        list[Path] | None, typer.Option("--from", metavar="DIR", help="With --watch: where transcripts are.")
    ] = None,
) -> None:
    """A session's summary: when, what, tokens, list cost, and what the agent itself reported."""
    if folders and not watch:
        raise typer.BadParameter("only with --watch", param_hint="--from")
    if watch and output is not Format.TEXT:
        raise typer.BadParameter("it shows text only", param_hint="--watch")
    tell_spooled(context)
    ledger = load_lean(ledger_root(context))
    path = find_session(ledger, name).path
    ledger = in_full(ledger, [path])
    session = next(session for session in ledger.sessions if session.path == path)
    if watch:
        from sitegen.cli.watching import watch_session

        watch_session(ledger, session, folders or (), interval, lambda current, newer: summary(newer, current))
    elif output is Format.JSON:
        typer.echo(json_text(_as_json(session, ledger)))
    else:
        for line in summary(session, ledger):
            typer.echo(line)


def summary(session: Session, ledger: Ledger) -> Sequence[str]:
    """The lines that are printed of a session."""
    facts = [f"{label:<14}{value}" for label, value in _facts(session, ledger)]
    return [visible(session.title), "", *facts, *(["", *_rows(session).split("\n")] if session.rows else [])]


def _facts(session: Session, ledger: Ledger) -> list[tuple[str, str]]:
    totals = session.totals
    met, goals = session.goals
    facts = [
        ("File", visible(session.path)),
        ("Project", visible(session.project)),
        ("State", session.state),
        ("Started", session.started.strftime("%Y-%m-%d %H:%M %z") if session.started else ""),
        ("Ended", session.ended.strftime("%Y-%m-%d %H:%M %z") if session.ended else ""),
        ("Active", hours_minutes(session.active) if session.active is not None else ""),
        ("Phase", visible(session.phase.words) if session.phase else ""),
        ("Branch", visible(session.git.branch)),
        ("Tags", visible(", ".join(session.tags))),
        ("Goals met", f"{met} of {goals}" if goals else ""),
        ("Tokens", f"{count(totals.tokens)} in {plural(totals.requests, 'request')}"),
        ("From cache", percent(totals.counts.cache_read, totals.counts.prompt)),
        ("List cost", list_cost(totals)),
        ("By hand", f"{BY_HAND} includes {by_hand_words(totals)}" if totals.manual_rows else ""),
        ("Unpriced", plural(totals.unpriced_responses, "response") if totals.unpriced_responses else ""),
        ("Reported", _reported(session)),
        ("Billed", usd(session.billed) if session.billed is not None else ""),
        ("Estimate", usd(session.estimate) if session.estimate is not None else ""),
        ("Efficiency", efficiency_words(session, ledger.settings.bands)),
        ("Project sum", _project_so_far(session, ledger)),
    ]
    return [(label, value) for label, value in facts if value]


def _reported(session: Session) -> str:
    """What the agent said the session cost, and how far that is from our sum."""
    reported = session.source.reported_cost if session.source else None
    if reported is None:
        return ""
    difference = session.totals.list_cost - reported
    if not difference:
        return f"{exact_usd(reported)} by the agent itself, the same"
    side = "more" if difference > 0 else "less"
    return f"{usd(reported)} by the agent itself; the rows come to {usd(abs(difference))} {side}"


def _project_so_far(session: Session, ledger: Ledger) -> str:
    """All its sessions up to this one."""
    running = running_rollups(ledger.with_sessions([session]).sessions)[session.path]
    return f"{plural(running.sessions, 'session')} so far, {list_cost(running.totals)}"


def _rows(session: Session) -> str:
    head = ("Task", "Time", "Model", "Tokens", "List cost")
    rows = [
        (
            visible(row.task) or "-",
            row_time(row, session),
            visible(row_model(row)),
            count(row.counts.tokens),
            usd(row.list_cost, floor=row.output_floor and row.list_cost is not None) + (BY_HAND if row.manual else ""),
        )
        for row in session.rows
    ]
    return text_table(head, [*rows, ("Total", "", "", count(session.totals.tokens), list_cost(session.totals))])


def _as_json(session: Session, ledger: Ledger) -> dict[str, Any]:
    source = session.source
    efficiency = efficiency_of(session, ledger.settings.bands)
    met, goals = session.goals
    return {
        **as_mapping(session.path, 1, session.totals),
        "title": session.title,
        "project": session.project,
        "state": session.state,
        "started": session.started.isoformat() if session.started else None,
        "ended": session.ended.isoformat() if session.ended else None,
        "reported_cost": plain(source.reported_cost) if source and source.reported_cost is not None else None,
        "billed_cost": plain(session.billed) if session.billed is not None else None,
        "estimate": plain(session.estimate) if session.estimate is not None else None,
        "efficiency": efficiency.word if efficiency else None,
        "goals": {"met": met, "all": goals},
        "rows": [
            {
                "at": row.at.isoformat(timespec="minutes") if row.at else None,
                "task": row.task,
                "model": row.model,
                "context": list(row.context.words()),
                "requests": row.requests,
                **row.counts.by_kind(),
                "list_cost": plain(row.list_cost) if row.list_cost is not None else None,
                "manual": row.manual,
            }
            for row in session.rows
        ],
    }
