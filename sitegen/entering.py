"""Single rows into session files: a response that a command of ours got from an API, and what a person types.

A response goes in once: its id stands in its row, and one that the ledger has already adds nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sitegen.errors import Location, Problem, error, warning
from sitegen.fill import (
    OWNED_IN_TOTALS,
    priced_by_hand,
    prices_mapping,
    row_mapping,
    rows_from_responses,
    session_zone,
    totals_mapping,
)
from sitegen.frontmatter import Document, synced
from sitegen.importing import Plan, plan_changed
from sitegen.ledger import Ledger, session_of
from sitegen.prices import UnitPrices
from sitegen.prices.model_names import read_model_name
from sitegen.schema import KEYS
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import KINDS, Response, UsageRow, totals_of
from sitegen.transcripts import AgentSession, Prompt
from sitegen.transcripts.api_answers import UnknownUsage, responses_of

CURRENT_MODEL = "claude-sonnet-5-5"
"""Asked where nothing says which: not the dearest, and good at most things."""
_Priced = tuple[UsageRow, UnitPrices | None]


@dataclass(frozen=True, slots=True)
class LoggedResponse:
    """What a row needs to know of one answer; neither the prompt nor the answer itself.

    `path`: the session file it belongs to. `response`: its id. `at`: when the prompt was sent. `task` is masked.
    `usage` as the API reported it. `broken`: it ended before its end, its output count is a lower bound.
    """

    path: str
    response: str
    at: datetime
    task: str
    model: str
    usage: Mapping[str, Any]
    broken: bool = False

    def to_content(self) -> dict[str, Any]:
        """As it lies in the spool."""
        return {
            "path": self.path,
            "response": self.response,
            "at": self.at.isoformat(),
            "task": self.task,
            "model": self.model,
            "usage": dict(self.usage),
            "broken": self.broken,
        }


def response_in(content: Mapping[str, Any]) -> LoggedResponse | None:
    """What lies in the spool, or None where that cannot be read."""
    texts = [content.get(name) for name in ("path", "response", "task", "model")]
    usage, broken = content.get("usage"), content.get("broken")
    try:
        at = datetime.fromisoformat(str(content.get("at")))
    except ValueError:
        return None
    if at.tzinfo is None or not isinstance(usage, dict) or not all(isinstance(text, str) for text in texts):
        return None
    path, response, task, model = map(str, texts)
    return LoggedResponse(path, response, at, task, model, usage, broken is True) if path and response else None


def model_to_ask(sessions: Iterable[Session]) -> tuple[str, str]:
    """The model used last in the first of these sessions that names one which the API knows, and where it stands."""
    for session in sessions:
        for row in reversed(session.rows):
            if row.model.startswith("claude-") and read_model_name(row.model).name == row.model:
                return row.model, f"the last one in {session.stem}"
    return CURRENT_MODEL, "nothing here says another"


def responses_in(ledger: Ledger) -> frozenset[str]:
    """The ids of all responses that the ledger has a row of."""
    return frozenset(row.response for session in ledger.sessions for row in session.rows if row.response)


def add_kept_responses(ledger: Ledger, kept: Sequence[LoggedResponse]) -> Plan:
    """Each response that the ledger does not have yet as a row of its session. What cannot go in is a problem."""
    known = set(responses_in(ledger))
    sessions = {session.path: session for session in ledger.sessions}
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for logged in kept:
        session = sessions.get(logged.path)
        if logged.response in known:
            continue
        if session is None or session.path in ledger.unsound:
            problems.append(_not_entered(logged.path, is_there=session is not None))
            continue
        try:
            rows = _priced_rows(session, logged, ledger.settings)
        except UnknownUsage as exc:
            problems.append(_not_counted(logged.path, exc))
            continue
        documents[logged.path] = _with_rows(session, rows, "api", ledger.settings)
        sessions[logged.path], _ = session_of(documents[logged.path], logged.path)
        known.add(logged.response)
    plan = plan_changed(ledger, documents)
    return replace(plan, problems=(*plan.problems, *problems))


def add_typed_row(ledger: Ledger, session: Session, row: UsageRow) -> tuple[Plan, UsageRow]:
    """A row by hand, priced as those are, and the row as it will stand."""
    typed, unit_prices = priced_by_hand(session, row, ledger.settings.price_book)
    document = _with_rows(session, [(typed, unit_prices)], "manual", ledger.settings)
    return plan_changed(ledger, {session.path: document}), typed


def _not_entered(path: str, *, is_there: bool) -> Problem:
    if is_there:
        message, hint = "a response waits to be logged here, and the file has errors", "put them right, then fill it"
        return warning("not-logged", Location(path), message, hint)
    hint = "bring the file back under this name, then run `sessions fill`"
    return warning("not-logged", Location(path), "a response waits to be logged here, and the file is gone", hint)


def _not_counted(path: str, exc: UnknownUsage) -> Problem:
    return error("not-logged", Location(path), f"the usage of a response cannot be counted: {exc}")


def uncountable(logged: LoggedResponse) -> str:
    """Why its usage can make no row; the empty text where it can."""
    try:
        _responses(logged)
    except UnknownUsage as exc:
        return str(exc)
    return ""


def _responses(logged: LoggedResponse) -> tuple[Response, ...]:
    return responses_of(logged.usage, key=logged.response, model=logged.model, at=logged.at, broken=logged.broken)


def _priced_rows(session: Session, logged: LoggedResponse, settings: Settings) -> list[_Priced]:
    """One row for the response, and one more for each model that was called inside it."""
    return [_priced_row(session, logged, response, settings) for response in _responses(logged)]


def _priced_row(session: Session, logged: LoggedResponse, response: Response, settings: Settings) -> _Priced:
    """Priced like a response of a transcript: at its time, for its own prompt, by what the file states."""
    filled = rows_from_responses(_as_agent(session, logged.at, (response,)), settings, session.prices)
    row = replace(filled.rows[0], task=logged.task, response=response.key)
    unit_prices = filled.prices.get(row.price_key)
    return (row, None) if unit_prices is None else _with_price_date(row, unit_prices, session, logged.at)


def _as_agent(session: Session, at: datetime, responses: tuple[Response, ...] = ()) -> AgentSession:
    started = session.started or at
    return AgentSession("", "", "", "", started, at, timedelta(), (Prompt(at, ""),), responses, {})


def _with_price_date(row: UsageRow, prices: UnitPrices, session: Session, at: datetime) -> _Priced:
    """Where the file states another price under that name, this row's has the day from which it holds."""
    day = at.astimezone(UTC).date().isoformat()
    start = f"{row.price_key} from "
    days = [key.removeprefix(start) for key in session.prices if key.startswith(start)]
    since = max((known for known in days if known <= day), default="")
    stated = session.prices.get(_dated(row, since).price_key)
    if stated is None or all(getattr(stated, kind) == getattr(prices, kind) for kind in KINDS):
        return _dated(row, since), prices
    own = session.prices.get(_dated(row, day).price_key, prices)
    return replace(_dated(row, day), list_cost=own.list_cost(row.counts, row.web_searches)), own


def _dated(row: UsageRow, since: str) -> UsageRow:
    return replace(row, context=replace(row.context, since=since))


def _with_rows(session: Session, added: Sequence[_Priced], kind: str, settings: Settings) -> Document:
    """The file with these rows at their times, and everything that follows from them. Each row has a time."""
    every = (*session.rows, *(row for row, _ in added))
    at = next(row.at for row, _ in added if row.at)
    zone = _zone(session, at, settings)
    agent = _as_agent(session, at)
    told = [row_mapping(replace(row, at=row.at and row.at.astimezone(zone)), agent, zone) for row, _ in added]
    rows, pairs = _placed(session.document.data.get("usage") or [], told)
    prices = {row.price_key: unit_prices for row, unit_prices in added if unit_prices is not None}
    wanted: dict[str, Any] = {
        "usage": rows,
        "totals": totals_mapping(totals_of(every)),
        **_source(session, every, kind),
    }
    if prices:
        wanted["prices"] = prices_mapping(prices, every)
    if session.started is None and not session.rows:
        wanted["started"] = at.astimezone(zone).isoformat(timespec="seconds")
    if session.ended is not None and at > session.ended:  # it went on
        wanted["ended"] = at.astimezone(zone).isoformat(timespec="seconds")
    owned = {"totals": OWNED_IN_TOTALS}
    return synced(session.document, wanted, order=KEYS, row_pairs=pairs, owned_inner=owned)


def _zone(session: Session, at: datetime, settings: Settings) -> tzinfo:
    """The offset in which the times of the file are told."""
    told = session.started.tzinfo if session.started else None
    return told or session_zone(_as_agent(session, at), settings)


def _placed(
    old: Sequence[Mapping[str, Any]], added: Iterable[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[int | None]]:
    """Old rows as they stand, which is all that is wanted of them, with each new one behind the last earlier one."""
    rows: list[Mapping[str, Any]] = [{} for _ in old]
    pairs: list[int | None] = list(range(len(old)))
    clocks = [_clock(row) for row in old]
    for row in added:
        place = 1 + max((index for index, clock in enumerate(clocks) if clock <= _clock(row)), default=-1)
        rows.insert(place, row)
        pairs.insert(place, None)
        clocks.insert(place, _clock(row))
    return rows, pairs


def _clock(row: Mapping[str, Any]) -> tuple[int, str]:
    time = str(row.get("time") or "")
    return (len(time), time)


def _source(session: Session, rows: Iterable[UsageRow], kind: str) -> dict[str, Any]:
    """What the file says of its numbers' source, where these rows make that other than it was."""
    source = session.source
    floor = "at least" if any(row.output_floor for row in rows) else "exact"
    changed = {} if source is not None and source.kind else {"kind": kind}
    if floor != (source.output if source is not None else "exact"):
        changed["output"] = floor
    return {"source": changed} if changed else {}
