"""`sessions reconcile`: the ledger against what was billed."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sitegen.bills import Bill, read_exports
from sitegen.cli.ledgers import carry_out_anew, end_with, ledger_to_write, open_ledger, plural, tell
from sitegen.cli.reconciled_json import as_json
from sitegen.cli.reconciled_text import as_text
from sitegen.cli.spooled import take_spooled
from sitegen.display import json_text, plain
from sitegen.errors import Location, Problem, ProblemError, error, warning
from sitegen.frontmatter import Document, synced
from sitegen.importing import Plan, plan_changed
from sitegen.ledger import Ledger
from sitegen.reconciling import Reconciliation, Share, compare_with_bill, shares_of
from sitegen.schema import KEYS
from sitegen.session import Session
from sitegen.settings import did_you_mean

ADMIN_KEY = "ANTHROPIC_ADMIN_KEY"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"`{text}` is no day such as 2026-02-11") from None


def reconcile(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE.csv]...", help="The Console's usage and cost exports; give both."),
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help=f"Ask the Admin API. Key: {ADMIN_KEY}.")] = False,
    first: Annotated[date | None, typer.Option("--from", parser=_day, metavar="DAY", help="First UTC day.")] = None,
    last: Annotated[date | None, typer.Option("--to", parser=_day, metavar="DAY", help="Last UTC day.")] = None,
    project: Annotated[str | None, typer.Option("--project", help="Only its sessions: the bill is its own.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also the days and models that agree.")] = False,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    write: Annotated[bool, typer.Option("--write", help="Record `billed` in files explained fully.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=600, help="Seconds for each answer.")] = 15,
) -> None:
    """Compare the ledger with a bill, by UTC day and model: the logs and the prices, each with its own verdict.

    Ends with 0 if both agree, or differ by no more than rounding, a lower bound or midnight explains; else with 1.
    """
    if bool(files) == admin:
        raise typer.BadParameter("give the exports as files, or --admin to ask the Admin API")
    if first and last and first > last:
        raise typer.BadParameter("--from is after --to")
    bill = _asked(first, last, timeout) if admin else _read(files or []).between(first, last)
    if write:
        take_spooled(context)
        with ledger_to_write(context) as ledger:
            found = _compare(ledger, project, bill)
            problems = _write(ledger, project, bill)
    else:
        ledger = open_ledger(context)
        found, problems = _compare(ledger, project, bill), ()
    typer.echo(json_text(as_json(found, project)) if output is Format.JSON else as_text(found, project, every=every))
    _tell_aside(ledger, found)
    end_with(problems)
    if not found.agrees:
        raise typer.Exit(1)


def _read(files: Sequence[Path]) -> Bill:
    read: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    for path in files:
        try:
            read.append((str(path), path.read_bytes()))
        except OSError as exc:
            problems.append(error("io", Location(str(path)), f"cannot be read: {exc.strerror}"))
    if problems:
        raise ProblemError(*problems)
    return read_exports(read)


def _asked(first: date | None, last: date | None, timeout: float) -> Bill:
    """From the Admin API; without days, the month so far."""
    from sitegen.api.asking import Patience
    from sitegen.api.reports import fetch_bill, open_admin_client

    today = datetime.now(UTC).date()
    to = last or max(today, first or today)
    days = (first or to.replace(day=1), to)
    with open_admin_client(timeout, os.environ.get(ADMIN_KEY)) as client:
        return fetch_bill(client, days, today, Patience(tell))


def _compare(ledger: Ledger, project: str | None, bill: Bill) -> Reconciliation:
    found = compare_with_bill(_sessions(ledger, project), bill, ledger.settings.price_book)
    if found is None:
        message = "the bill has no row in these days: nothing to compare with"
        raise ProblemError(error("bill", Location("."), message, "see --from and --to, which are UTC days"))
    return found


def _sessions(ledger: Ledger, project: str | None) -> tuple[Session, ...]:
    if project is None:
        return ledger.sound
    known = {session.project for session in ledger.sessions}
    if project not in known:
        message = f"no session is of the project `{project}`"
        raise ProblemError(error("project", Location("sessions"), message, did_you_mean(project, known)))
    return tuple(session for session in ledger.sound if session.project == project)


def _write(ledger: Ledger, project: str | None, bill: Bill) -> tuple[Problem, ...]:
    """Records what each file was billed, where the bill explains it fully; never over another figure."""

    def plan_for(current: Ledger) -> Plan:
        sessions = {session.path: session for session in _sessions(current, project)}
        shares = shares_of(sessions.values(), _compare(current, project, bill))
        free = (share for share in shares if not sessions[share.path].document.data.get("billed"))
        return plan_changed(current, {share.path: _recorded(sessions[share.path], share) for share in free})

    shares = shares_of(_sessions(ledger, project), _compare(ledger, project, bill))
    by_path = {share.path: share for share in shares}
    touched = [session for session in _sessions(ledger, project) if session.path in by_path]
    plan, problems = carry_out_anew(ledger, plan_for)
    written = len({change.path for change in plan.changes} & by_path.keys())
    tell(f"the bill explains {plural(len(shares), 'file')} fully; recorded `billed` in {written:,}")
    return (*(told for session in touched for told in _differing(session, by_path[session.path])), *problems)


def _recorded(session: Session, share: Share) -> Document:
    return synced(session.document, {"billed": share.as_mapping()}, order=KEYS)


def _differing(session: Session, share: Share) -> list[Problem]:
    """What already stands there holds to the places that it states, as `check` reads it."""
    if not session.document.data.get("billed"):
        return []
    stated = session.billed
    if stated is not None:
        places = int(stated.as_tuple().exponent)
        if abs(stated - share.cost) <= Decimal(5).scaleb(places - 1):
            return []
    told = "no cost" if stated is None else f"${plain(stated)}"
    message = f"`billed` states {told}, this bill comes to ${plain(share.cost)} for the file; nothing was changed"
    hint = "delete `billed` from the file to have it recorded anew"
    return [warning("billed-differs", session.locate("billed"), message, hint)]


def _tell_aside(ledger: Ledger, found: Reconciliation) -> None:
    if found.bill.repeated:
        tell(f"{plural(found.bill.repeated, 'row')} of the bill stood there more than once and count once")
    if found.undated:
        tell(f"{plural(found.undated, 'usage row')} without a time cannot be compared and were left out")
    if found.uneven:
        tell(f"{plural(found.uneven, 'day')} of only one half of the bill: no prices were held there")
    unread = len(ledger.unsound & {session.path for session in ledger.sessions})
    if unread:
        tell(f"{plural(unread, 'file')} with errors left out: see `sessions check`")
