"""`sessions log`: a row by hand, for what no transcript and no API told of."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated

import typer

from sitegen.cli.ledgers import carry_out_anew, end_with, ledger_to_write, tell
from sitegen.cli.spooled import take_spooled
from sitegen.cli.writable import session_to_log_to
from sitegen.display import count, usd, visible
from sitegen.entering import add_typed_row
from sitegen.errors import Location, ProblemError, error
from sitegen.importing import Plan
from sitegen.ledger import Ledger
from sitegen.masking import one_line
from sitegen.schema import MAX_TOKENS
from sitegen.session import Session
from sitegen.tokens import TokenCounts, UsageRow

_CLOCK = re.compile(r"(?:(\d{4}-\d{2}-\d{2})[ T])?([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def log(
    context: typer.Context,
    task: Annotated[str, typer.Argument(help="What was asked, in a few words.")],
    model: Annotated[str, typer.Option("--model", help="Which model answered: its full id.")],
    fresh: Annotated[int, typer.Option("--input", min=0, max=MAX_TOKENS, help="Input tokens without the cache.")],
    output: Annotated[int, typer.Option("--output", min=0, max=MAX_TOKENS, help="Output tokens.")],
    write_5m: Annotated[
        int, typer.Option("--cache-write-5m", min=0, max=MAX_TOKENS, help="Written to the 5-minute cache.")
    ] = 0,
    write_1h: Annotated[
        int, typer.Option("--cache-write-1h", min=0, max=MAX_TOKENS, help="Written to the 1-hour cache.")
    ] = 0,
    read: Annotated[int, typer.Option("--cache-read", min=0, max=MAX_TOKENS, help="Read from the cache.")] = 0,
    time: Annotated[str | None, typer.Option("--time", metavar="HH:MM", help="When it began. Else now.")] = None,
    requests: Annotated[
        int | None, typer.Option("--requests", min=1, max=MAX_TOKENS, help="How many answers it sums up, if known.")
    ] = None,
    notes: Annotated[str, typer.Option("--notes", help="A remark that stands in the row.")] = "",
    name: Annotated[str | None, typer.Option("--session", help="Whose row it is. Else the active session.")] = None,
) -> None:
    """Add one row by hand to the active session, priced; it is marked as typed wherever its figures go."""
    take_spooled(context)
    counts = TokenCounts(fresh, write_5m, write_1h, read, output)
    now = datetime.now(UTC)
    added: list[tuple[Session, UsageRow]] = []
    with ledger_to_write(context) as ledger:

        def plan_for(current: Ledger) -> Plan:
            session = session_to_log_to(current, name, "`sessions new` begins one, --session names one")
            _refuse_unsound(current, session)
            row = UsageRow(
                at=_moment(session, time, now, current.settings.zone),
                task=one_line(task),
                model=one_line(model),
                requests=requests or 0,
                counts=counts,
                notes=one_line(notes, 400),
                manual=True,
            )
            plan, typed = add_typed_row(current, session, row)
            added[:] = [(session, typed)]
            return plan

        _, problems = carry_out_anew(ledger, plan_for)
    end_with(problems)
    for session, row in added:
        reason = f" ({visible(row.unpriced)})" if row.unpriced else ""
        cost = f"{usd(row.list_cost)}{reason}"
        tell(f"logged in {session.path}: {visible(row.model)}, {count(counts.tokens)} tokens, {cost}")


def _refuse_unsound(ledger: Ledger, session: Session) -> None:
    if session.path in ledger.unsound:
        wrong = [found for found in ledger.problems if found.location.path == session.path]
        message = "nothing was logged: the file has errors"
        raise ProblemError(*wrong, error("not-logged", Location(session.path), message, "put them right first"))


def _moment(session: Session, told: str | None, now: datetime, zone: tzinfo) -> datetime:
    """The minute the row tells of. A clock time is the last such moment before the session's end, or before now."""
    own = (session.started.tzinfo if session.started else None) or zone
    last = min(now, session.ended or now).astimezone(own)
    if told is None:
        return last.replace(second=0, microsecond=0)
    found = _CLOCK.fullmatch(told.strip())
    try:
        day = date.fromisoformat(found[1]) if found and found[1] else last.date()
    except ValueError:
        found = None
    if found is None:
        message = f"`--time {one_line(told)}` is no time, must be such as 09:05 or '2026-02-12 00:10'"
        raise ProblemError(error("time", Location(session.path), message))
    at = datetime(day.year, day.month, day.day, int(found[2]), int(found[3]), tzinfo=own)
    if at > last and not found[1]:
        at -= timedelta(days=1)
    began = session.started.replace(second=0, microsecond=0) if session.started else at
    if not began <= at <= last:
        message = f"`--time {one_line(told)}` is not within the session: it began at {began:%Y-%m-%d %H:%M}"
        until = f" and ended at {last:%Y-%m-%d %H:%M}" if session.ended else f", and it is {last:%Y-%m-%d %H:%M}"
        raise ProblemError(error("time", Location(session.path), message + until))
    return at
