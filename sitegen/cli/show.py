"""`sessions show`: one session in a screenful."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from sitegen.blocks import row_model, row_time
from sitegen.cli.ledgers import find_session, open_ledger
from sitegen.cli.report import as_mapping, list_cost, text_table
from sitegen.display import count, exact_usd, hours_minutes, json_text, percent, plain, usd, visible
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
) -> None:
    """A session's summary: when, what, tokens, list cost, and what the agent itself reported."""
    session = find_session(open_ledger(context), name)
    if output is Format.JSON:
        typer.echo(json_text(_as_json(session)))
        return
    typer.echo(f"{visible(session.title)}\n")
    for label, value in _facts(session):
        typer.echo(f"{label:<14}{value}")
    if session.rows:
        typer.echo(f"\n{_rows(session)}")


def _facts(session: Session) -> list[tuple[str, str]]:
    totals = session.totals
    met, goals = session.goals
    facts = [
        ("File", visible(session.path)),
        ("Project", visible(session.project)),
        ("State", session.state),
        ("Started", session.started.strftime("%Y-%m-%d %H:%M %z") if session.started else ""),
        ("Ended", session.ended.strftime("%Y-%m-%d %H:%M %z") if session.ended else ""),
        ("Active", hours_minutes(session.active) if session.active is not None else ""),
        ("Branch", visible(session.git.branch)),
        ("Tags", visible(", ".join(session.tags))),
        ("Goals met", f"{met} of {goals}" if goals else ""),
        ("Tokens", f"{count(totals.tokens)} in {count(totals.requests)} requests"),
        ("From cache", percent(totals.counts.cache_read, totals.counts.prompt)),
        ("List cost", list_cost(totals)),
        ("Unpriced", f"{count(totals.unpriced_responses)} responses" if totals.unpriced_responses else ""),
        ("Reported", _reported(session)),
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


def _rows(session: Session) -> str:
    head = ("Task", "Time", "Model", "Tokens", "List cost")
    rows = [
        (
            visible(row.task) or "-",
            row_time(row, session),
            visible(row_model(row)),
            count(row.counts.tokens),
            usd(row.list_cost, floor=row.output_floor and row.list_cost is not None),
        )
        for row in session.rows
    ]
    return text_table(head, [*rows, ("Total", "", "", count(session.totals.tokens), list_cost(session.totals))])


def _as_json(session: Session) -> dict[str, Any]:
    source = session.source
    return {
        **as_mapping(session.path, 1, session.totals),
        "title": session.title,
        "project": session.project,
        "state": session.state,
        "started": session.started.isoformat() if session.started else None,
        "ended": session.ended.isoformat() if session.ended else None,
        "reported_cost": plain(source.reported_cost) if source and source.reported_cost is not None else None,
        "rows": [
            {
                "at": row.at.isoformat(timespec="minutes") if row.at else None,
                "task": row.task,
                "model": row.model,
                "context": list(row.context.words()),
                "requests": row.requests,
                **row.counts.by_kind(),
                "list_cost": plain(row.list_cost) if row.list_cost is not None else None,
            }
            for row in session.rows
        ],
    }
