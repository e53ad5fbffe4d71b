"""`sessions report`: sums of the ledger by a key."""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Any

import typer

from sitegen.cli.ledgers import open_ledger, plural, tell
from sitegen.cli.waiting import tell_spooled
from sitegen.display import count, json_text, percent, plain, short_count, usd, visible
from sitegen.records import safe_cell
from sitegen.rollups import Rollup, rollup_by
from sitegen.session import Session
from sitegen.tokens import Totals, totals_of

FULL_HEAD = (
    "Sessions", "Requests", "Input", "Cache write 5m", "Cache write 1h", "Cache read", "Output", "Tokens", "List cost",
)  # fmt: skip
SHORT_HEAD = ("Sessions", "Tokens", "Cached", "Output", "List cost")
BY_HAND = "*"
"""Behind a list cost: a row that was typed by hand is in it."""


class Key(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    PROJECT = "project"
    MODEL = "model"
    TAG = "tag"
    PHASE = "phase"
    BRANCH = "branch"
    SESSION = "session"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def report(
    context: typer.Context,
    by: Annotated[Key, typer.Option("--by", help="What to sum by.")] = Key.MONTH,
    output: Annotated[Format, typer.Option("--format", help="How to print the table.")] = Format.TEXT,
) -> None:
    """Sums of tokens and list cost by day, project, model or another key."""
    tell_spooled(context)
    ledger = open_ledger(context)
    rollups = rollup_by(ledger.sessions, by.value)
    totals = as_mapping("total", len(ledger.sessions), _sum(ledger.sessions))
    rows = [as_mapping(rollup.key, rollup.sessions, rollup.totals) for rollup in rollups]
    if output is Format.JSON:
        typer.echo(json_text({"rows": rows, "totals": totals}))
    elif output is Format.CSV:
        typer.echo(as_csv([*rows, totals]), nl=False)
    elif output is Format.MARKDOWN:
        lines = [full_line(visible(rollup.key), rollup.sessions, rollup.totals) for rollup in rollups]
        total = full_line("Total", len(ledger.sessions), _sum(ledger.sessions))
        typer.echo(markdown_table((by.value.capitalize(), *FULL_HEAD), [*lines, total]))
        _explain_mark(_sum(ledger.sessions), before="\n", mark=f"\\{BY_HAND}")
    else:
        lines = [short_line(_name(rollup, by), rollup.sessions, rollup.totals) for rollup in rollups]
        total = short_line("Total", len(ledger.sessions), _sum(ledger.sessions))
        typer.echo(text_table((by.value.capitalize(), *SHORT_HEAD), [*lines, total]))
        _explain_mark(_sum(ledger.sessions))
    if ledger.unsound:
        tell(f"{plural(len(ledger.unsound), 'file')} could not be read in full: see `sessions check`")


def _explain_mark(totals: Totals, before: str = "", mark: str = BY_HAND) -> None:
    if totals.manual_rows:
        typer.echo(f"{before}{mark} includes {by_hand_words(totals)}")


def by_hand_words(totals: Totals) -> str:
    return f"{plural(totals.manual_rows, 'row')} typed by hand"


def _sum(sessions: Sequence[Session]) -> Totals:
    return totals_of(row for session in sessions for row in session.rows)


def as_mapping(key: str, sessions: int, totals: Totals) -> dict[str, Any]:
    """The stable contract of a line: counts as integers, amounts as decimal text."""
    return {
        "key": key,
        "sessions": sessions,
        "requests": totals.requests,
        **totals.counts.by_kind(),
        "tokens": totals.tokens,
        "web_searches": totals.web_searches,
        "list_cost": plain(totals.list_cost),
        "unpriced_responses": totals.unpriced_responses,
        "output_floor": totals.output_floor,
        "manual_rows": totals.manual_rows,
    }


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _csv_cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def _csv_cell(value: Any) -> Any:
    return safe_cell(value) if isinstance(value, str) else value


def _name(rollup: Rollup, by: Key) -> str:
    """A session by the stem of its file: short, and what other commands take for it."""
    return visible(PurePosixPath(rollup.key).stem if by is Key.SESSION else rollup.key)


def full_line(name: str, sessions: int, totals: Totals) -> tuple[str, ...]:
    kinds = (count(number) for number in totals.counts.by_kind().values())
    return (name, count(sessions), count(totals.requests), *kinds, count(totals.tokens), list_cost(totals))


def short_line(name: str, sessions: int, totals: Totals) -> tuple[str, ...]:
    """What fits 80 columns beside a name; every figure in full is in the other formats."""
    cached = percent(totals.counts.cache_read, totals.counts.prompt)
    tokens, output = short_count(totals.tokens), short_count(totals.counts.output)
    return (name, count(sessions), tokens, cached, output, list_cost(totals))


def list_cost(totals: Totals) -> str:
    """With a mark where a row that was typed by hand is in it."""
    mark = BY_HAND if totals.manual_rows else ""
    if totals.unpriced_responses and not totals.list_cost:
        return f"unpriced{mark}"
    return f"{usd(totals.list_cost, floor=totals.is_floor)}{mark}"


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, total: bool = True) -> str:
    """Columns two blanks apart, figures to the right. The first column is cut so that a line fits the terminal.

    `total`: the last row is the sum of the others.
    """
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    room = max(12, shutil.get_terminal_size().columns - sum(widths[1:]) - 2 * (len(head) - 1))
    widths[0] = min(widths[0], room)

    def line(row: Sequence[str]) -> str:
        name = row[0] if len(row[0]) <= widths[0] else f"{row[0][: widths[0] - 1]}…"
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        return "  ".join((name.ljust(widths[0]), *cells)).rstrip()

    rule = "  ".join("-" * width for width in widths)
    if not total:
        return "\n".join((line(head), rule, *map(line, rows)))
    return "\n".join((line(head), rule, *map(line, rows[:-1]), rule, line(rows[-1])))


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in (head, rule, *rows))
    return "\n".join("| " + " | ".join(row) + " |" for row in escaped)
