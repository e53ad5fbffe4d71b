"""The ledger as plain rows, for spreadsheets and programs: columns with their meaning, CSV and JSON piece by piece.

Nothing is held in memory but the row that is written.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Generic, TypeVar

from sitegen.display import plain
from sitegen.rollups import session_totals
from sitegen.session import Session
from sitegen.tokens import KINDS, Totals, UsageRow

Value = str | int | Decimal | tuple[str, ...] | None
"""None is what the session file does not say. It is an empty cell in CSV, and `null` in JSON."""
JSON_FORMAT = 1
JSON_HEAD = f'{{"format": {JSON_FORMAT}, "title": '
"""What every JSON text of ours begins with."""
_BETWEEN = "; "
# Also in full width, and after blanks: a spreadsheet takes what follows for a formula.
_FORMULA = re.compile("\\s*[=+\\-@|\uff1d\uff0b\uff0d\uff20\uff5c]|[\t\r\n]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_KIND_WORDS = {
    "input": "Tokens that were neither read from a cache nor written to one",
    "cache_write_5m": "Tokens written to a cache for five minutes",
    "cache_write_1h": "Tokens written to a cache for one hour",
    "cache_read": "Tokens read from a cache",
    "output": "Tokens that the model wrote, its thinking included",
}


@dataclass(frozen=True, slots=True)
class UsageEntry:
    """A usage row with its session; `number` counts the rows of the session from 1."""

    session: Session
    number: int
    row: UsageRow


Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Column(Generic[Entry]):
    """`words` say what it holds. `amount`: money, tokens or requests. `private`: what no page of a site shows."""

    name: str
    words: str
    value: Callable[[Entry], Value]
    amount: bool = False
    private: bool = False


def _used(read: Callable[[Totals], Value]) -> Callable[[Session], Value]:
    """A session without rows reports no sums, not sums of zero."""
    return lambda session: read(session.totals) if session.rows else None


def _priced(totals: Totals) -> Decimal | None:
    return None if totals.unpriced_responses and not totals.list_cost else totals.list_cost


def _kind_of_session(kind: str) -> Column[Session]:
    return Column(kind, _KIND_WORDS[kind], _used(lambda totals: getattr(totals.counts, kind)), amount=True)


def _kind_of_row(kind: str) -> Column[UsageEntry]:
    return Column(kind, _KIND_WORDS[kind], lambda entry: getattr(entry.row.counts, kind), amount=True)


def _active_minutes(session: Session) -> int | None:
    return None if session.active is None else int(session.active.total_seconds()) // 60


def _requests(entry: UsageEntry) -> int | None:
    return entry.row.requests if entry.row.requests or not entry.row.manual else None


def _phase(session: Session) -> str | None:
    return session.phase.words or None if session.phase else None


SESSION_COLUMNS: tuple[Column[Session], ...] = (
    Column("path", "The session file; the key of a session in both tables", lambda s: s.path),
    Column("title", "What it was about", lambda s: s.title or s.stem),
    Column("project", "The project it belongs to", lambda s: s.project),
    Column("author", "Who worked", lambda s: s.author or None, private=True),
    Column("state", "active, break, blocked, documenting or complete", lambda s: s.state or None),
    Column("started", "Local time with its offset from UTC, ISO 8601", lambda s: _moment(s.started)),
    Column("ended", "The same, of its end", lambda s: _moment(s.ended)),
    Column("active_minutes", "Minutes at work, without long pauses", _active_minutes),
    Column("phase", "Number, name, part and state of the phase", _phase),
    Column("focus", "What the session concentrated on", lambda s: s.focus or None),
    Column("tags", "Its tags", lambda s: s.tags),
    Column("branch", "The git branch", lambda s: s.git.branch or None),
    Column("commits", "The commits it led to", lambda s: s.git.commits),
    Column("pull_request", "The number of its pull request", lambda s: s.git.pull_request),
    Column("models", "The models that answered, in order of use", lambda s: s.models),
    Column(
        "source",
        "Where the counts come from: claude-code, api, manual or estimate",
        lambda s: s.source.kind if s.source else None,
    ),
    Column("usage_rows", "How many rows of the usage table are its own", lambda s: len(s.rows)),
    Column("manual_rows", "How many of them were typed by hand", lambda s: s.totals.manual_rows),
    Column("goals", "Check boxes among its goals and success criteria", lambda s: s.goals[1] or None),
    Column("goals_met", "How many of them are ticked", lambda s: s.goals[0] if s.goals[1] else None),
    Column("files_changed", "Files changed", lambda s: s.code.get("files")),
    Column("lines_added", "Lines of code added", lambda s: s.code.get("added")),
    Column("lines_deleted", "Lines of code deleted", lambda s: s.code.get("deleted")),
    Column("rework", "none, minor or major", lambda s: s.quality.get("rework")),
    Column("rating", "The author's rating, 1 to 10", lambda s: s.ratings.get("session")),
    Column("sample", "true for an invented session", lambda s: s.sample),
    Column("requests", "Answers of a model", _used(lambda t: t.requests), amount=True),
    *map(_kind_of_session, KINDS),
    Column("tokens", "The five kinds together", _used(lambda t: t.tokens), amount=True),
    Column("web_searches", "Web searches, which are charged one by one", _used(lambda t: t.web_searches), amount=True),
    Column("list_cost", "USD, exact; empty where nothing has a price", _used(_priced), amount=True),
    Column("at_least", "true where the list cost is a lower bound", _used(lambda t: t.is_floor)),
    Column(
        "unpriced_responses",
        "Answers without a known price, not in the list cost",
        _used(lambda t: t.unpriced_responses),
        amount=True,
    ),
    Column("estimate", "USD expected beforehand", lambda s: s.estimate, amount=True, private=True),
    Column("billed", "USD on an invoice", lambda s: s.billed, amount=True, private=True),
)

USAGE_COLUMNS: tuple[Column[UsageEntry], ...] = (
    Column("path", "The session file, as in the table of sessions", lambda e: e.session.path),
    Column("row", "The place of the row in its session, from 1", lambda e: e.number),
    Column("project", "The project of the session", lambda e: e.session.project),
    Column("time", "When the interaction began: local time with its offset", lambda e: _moment(e.row.at)),
    Column("task", "What was asked, in short", lambda e: e.row.task),
    Column("model", "The model, as reported", lambda e: e.row.model or None),
    Column("speed", "fast; empty is the standard", lambda e: e.row.context.speed or None),
    Column("tier", "The service tier, such as batch; empty is the standard", lambda e: e.row.context.tier or None),
    Column("geo", "Where the model ran, if that has a price: us", lambda e: e.row.context.geo or None),
    Column(
        "context", "long above the model's long-context threshold", lambda e: "long" if e.row.context.long else None
    ),
    Column("price_from", "From which day the price holds, if one file has two", lambda e: e.row.context.since or None),
    Column("requests", "Answers of the model; empty where nobody counted them", _requests, amount=True),
    *map(_kind_of_row, KINDS),
    Column("tokens", "The five kinds together", lambda e: e.row.counts.tokens, amount=True),
    Column("web_searches", "Web searches", lambda e: e.row.web_searches, amount=True),
    Column("list_cost", "USD, exact; empty where no price is known", lambda e: e.row.list_cost, amount=True),
    Column("output_floor", "true where the output count is a lower bound", lambda e: e.row.output_floor),
    Column("unpriced", "Why there is no list cost", lambda e: e.row.unpriced or None),
    Column("tools", "Tools and how often each was called", lambda e: _tools(e.row), amount=True),
    Column("manual", "true for a row typed by hand", lambda e: e.row.manual),
    Column("notes", "The author's notes", lambda e: e.row.notes or None),
)


def session_columns(*, amounts: bool = True, private: bool = True) -> tuple[Column[Session], ...]:
    return _chosen(SESSION_COLUMNS, amounts=amounts, private=private)


def usage_columns(*, amounts: bool = True, private: bool = True) -> tuple[Column[UsageEntry], ...]:
    return _chosen(USAGE_COLUMNS, amounts=amounts, private=private)


def usage_entries(sessions: Iterable[Session]) -> Iterator[UsageEntry]:
    return (
        UsageEntry(session, number, row) for session in sessions for number, row in enumerate(session.rows, start=1)
    )


def csv_lines(columns: Sequence[Column[Entry]], entries: Iterable[Entry]) -> Iterator[str]:
    """A head, then a row for each entry, each ended by a line feed. A cell may itself hold line feeds, in quotes."""
    yield csv_head(columns)
    yield from csv_rows(columns, entries)


def csv_head(columns: Sequence[Column[Entry]]) -> str:
    return f"{','.join(column.name for column in columns)}\n"


def csv_rows(columns: Sequence[Column[Entry]], entries: Iterable[Entry]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\n")
    read = [column.value for column in columns]
    for entry in entries:
        values = (value(entry) for value in read)
        yield writer.writerow([value if value is None or type(value) is int else _cell(value) for value in values])


def json_pieces(
    title: str,
    sessions: Sequence[Session],
    *,
    amounts: bool = True,
    private: bool = True,
    of: Callable[[Session], str] | None = None,
) -> Iterator[str]:
    """One JSON text: the sessions in the order given, each with its usage rows, and the totals of all.

    Amounts are decimal text, so that no reader makes them inexact; counts are integers. `of` gives what
    `json_session` makes of a session, where that is known already.
    """
    told = of or partial(json_session, amounts=amounts, private=private)
    yield f'{JSON_HEAD}{_encode(title)}, "currency": "USD",\n"sessions": ['
    for number, session in enumerate(sessions):
        yield f"{',' if number else ''}\n{told(session)}"
    totals = totals_record(len(sessions), session_totals(sessions)) if amounts else {"sessions": len(sessions)}
    yield f'],\n"totals": {_encode(totals)}}}\n'


def json_session(session: Session, *, amounts: bool = True, private: bool = True) -> str:
    own = session_columns(amounts=amounts, private=private)
    # The session around a row says already whose it is.
    rows = [column for column in usage_columns(amounts=amounts, private=private) if column.name != "path"]
    usage = ",".join(f"\n  {_encode(_record(rows, entry))}" for entry in usage_entries((session,)))
    return f'{_encode(_record(own, session)).removesuffix("}")},"usage":[{usage}]}}'


def json_rows(title: str, sessions: Sequence[Session]) -> Iterator[str]:
    """As `json_pieces`, but one flat list of usage rows under `rows`, each with the path of its session."""
    yield f'{JSON_HEAD}{_encode(title)}, "currency": "USD",\n"rows": ['
    for number, entry in enumerate(usage_entries(sessions)):
        yield f"{',' if number else ''}\n{_encode(_record(USAGE_COLUMNS, entry))}"
    yield f'],\n"totals": {_encode(totals_record(len(sessions), session_totals(sessions)))}}}\n'


def totals_record(sessions: int, totals: Totals) -> dict[str, str | int]:
    """The sums of so many sessions, under the names of the columns."""
    return {
        "sessions": sessions,
        "requests": totals.requests,
        **totals.counts.by_kind(),
        "tokens": totals.tokens,
        "web_searches": totals.web_searches,
        "list_cost": plain(totals.list_cost),
        "at_least": totals.is_floor,
        "unpriced_responses": totals.unpriced_responses,
        "manual_rows": totals.manual_rows,
    }


def safe_cell(words: str) -> str:
    """For a spreadsheet: what it would run as a formula begins with an apostrophe, and lines end with a line feed."""
    one = _clean(words)
    guarded = f"'{one}" if _FORMULA.match(one) else one
    return guarded.replace("\r\n", "\n").replace("\r", "\n")


class _Echo:
    """A file for the csv module that hands each line back instead of keeping it."""

    @staticmethod
    def write(line: str) -> str:
        return line


def _chosen(columns: Sequence[Column[Entry]], *, amounts: bool, private: bool) -> tuple[Column[Entry], ...]:
    return tuple(c for c in columns if (amounts or not c.amount) and (private or not c.private))


def _record(columns: Iterable[Column[Entry]], entry: Entry) -> dict[str, Value]:
    return {column.name: column.value(entry) for column in columns}


_json = json.JSONEncoder(ensure_ascii=False, default=plain, separators=(",", ":"))
"""The one kind of value that JSON does not know is Decimal."""


def _encode(data: Mapping[str, Value] | str) -> str:
    return _clean(_json.encode(data))


def _cell(value: Value) -> Value:
    """What the csv module is to write; it writes None as an empty cell."""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return safe_cell(_BETWEEN.join(value))
    return plain(value) if isinstance(value, Decimal) else value


def _clean(words: str) -> str:
    """Halves of characters cannot be written as UTF-8."""
    return words if words.isascii() else _SURROGATES.sub("\ufffd", words)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _tools(row: UsageRow) -> tuple[str, ...]:
    return tuple(f"{name} {number}" for name, number in row.tools.items())
