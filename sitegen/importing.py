"""From an agent's sessions to the files that change: a plan of values, written by the command line.

A session that a file names is refreshed in that file; one that a file was begun for by hand is joined to it;
any other becomes a new file. Words, own keys and layout of a file stay as they are.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sitegen.blocks import find_blocks, update_blocks
from sitegen.errors import Location, Problem, Severity, error, warning
from sitegen.fill import (
    OWNED_IN_ROWS,
    OWNED_IN_SOURCE,
    OWNED_IN_TOTALS,
    combine,
    frontmatter_by_hand,
    frontmatter_of,
    requests_of,
    rows_from_responses,
    same_row,
    title_of,
)
from sitegen.frontmatter import Document, parse_document, synced
from sitegen.ledger import Ledger, session_of
from sitegen.masking import one_line
from sitegen.rollups import Rollup, running_rollups
from sitegen.schema import KEYS, PRICE_KEYS
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.store import free_session_path
from sitegen.templates import fill_in, imported_template
from sitegen.tokens import KINDS
from sitegen.transcripts import AgentSession

_NOTHING: Mapping[str, bytes] = MappingProxyType({})
WITHOUT_TRANSCRIPT = ("api", "manual", "estimate")
"""Kinds of sources of which nothing is kept that could be read again."""
JOIN_WITHIN = timedelta(minutes=10)
"""How long before a file was begun a session may have started and still be the one it tells of."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file to write. `old` is what was read, None for a new file."""

    path: str
    new: bytes
    old: bytes | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`changes` are only those that change a byte, in order of path. `filled` are the paths whose source was read."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    filled: tuple[str, ...] = ()

    @property
    def created(self) -> int:
        return sum(change.old is None for change in self.changes)

    @property
    def refreshed(self) -> int:
        return len(self.changes) - self.created


@dataclass
class _Draft:
    """The ledger as it will be, while a plan is made."""

    ledger: Ledger
    template: str = ""
    documents: dict[str, Document] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)


def plan_import(
    ledger: Ledger,
    agents: Sequence[AgentSession],
    template: str,
    wants: Callable[[AgentSession], bool] = lambda _: True,
    unread: Mapping[str, bytes] = _NOTHING,
) -> Plan:
    """Every wanted session of an agent into its file, new or old. `agents` are all of the transcripts read.

    `unread` are the files of the ledger that are no sessions, by path: no new file may have such a name, and a
    session that such a file names gets no second one.
    """
    taken = {session.path for session in ledger.sessions} | unread.keys()
    draft = _Draft(ledger, imported_template(template), taken=taken)
    notes = {note.path for note in ledger.notes}
    unclear = {path: raw for path, raw in unread.items() if path not in notes}
    unclear |= {s.path: s.document.raw for s in ledger.sessions if s.path in ledger.unsound}
    files = _files_of(ledger, agents)
    by_id = {agent.id: agent for agent in agents}
    done: set[str] = set()
    for agent in agents:
        if not wants(agent) or agent.id in done:
            continue
        session = files.get(agent.id)
        if session is None and (path := _file_naming(agent.id, unclear)):
            draft.problems += _not_imported(ledger, path, agent.id)
        elif session is None:
            _create(draft, agent)
        else:
            ids = tuple(dict.fromkeys((*(session.source.sessions if session.source else ()), *_joined(files, session))))
            done.update(ids)
            _refresh(draft, session, ids, by_id)
    return _finish(draft)


def plan_fill(ledger: Ledger, sessions: Sequence[Session], agents: Sequence[AgentSession]) -> Plan:
    """These session files brought up to date from their source; their blocks rendered anew in any case."""
    draft = _Draft(ledger)
    _refresh_all(draft, sessions, agents)
    return _finish(draft, always={session.path for session in sessions})


def fill_one(
    ledger: Ledger, session: Session, agents: Sequence[AgentSession]
) -> tuple[Document, tuple[Problem, ...], tuple[AgentSession, ...]]:
    """The session's file as `plan_fill` would bring it up to date, but for its tables; what hindered that; and the
    agents' sessions that it tells of.
    """
    draft = _Draft(ledger)
    ids = _refresh_all(draft, [session], agents)[session.path]
    present = tuple(agent for agent in agents if agent.id in ids)
    return draft.documents.get(session.path, session.document), tuple(draft.problems), present


def _refresh_all(
    draft: _Draft, sessions: Sequence[Session], agents: Sequence[AgentSession]
) -> dict[str, tuple[str, ...]]:
    """The ids of the agents' sessions that each tells of, by path."""
    files = _files_of(draft.ledger, agents)
    by_id = {agent.id: agent for agent in agents}
    named = {}
    for session in sessions:
        known = session.source.sessions if session.source else ()
        ids = named[session.path] = tuple(dict.fromkeys((*known, *_joined(files, session))))
        if ids:
            _refresh(draft, session, ids, by_id)
        else:
            _fill_by_hand(draft, session)
    return named


def plan_changed(ledger: Ledger, documents: Mapping[str, Document]) -> Plan:
    """These files, new or changed by other hands, with their tables rendered."""
    return _finish(_Draft(ledger, documents=dict(documents)))


def _joined(files: Mapping[str, Session], session: Session) -> tuple[str, ...]:
    return tuple(name for name, file in files.items() if file.path == session.path)


def _files_of(ledger: Ledger, agents: Sequence[AgentSession]) -> dict[str, Session]:
    """By id of an agent's session: the file that tells of it, because it says so or was begun for it."""
    claimed = {name: session for session in ledger.sessions if session.source for name in session.source.sessions}
    begun = [s for s in ledger.sessions if s.started and _has_no_rows_of_its_own(s)]
    files = {}
    for agent in agents:
        if agent.id in claimed:
            files[agent.id] = claimed[agent.id]
        elif (session := next((s for s in begun if _tells_of(s, agent, ledger)), None)) is not None:
            files[agent.id] = session
    return files


def _has_no_rows_of_its_own(session: Session) -> bool:
    """Prompts that were sent from the command line are part of the work that a transcript tells of; typed rows may
    be that work itself.
    """
    return not (session.source and session.source.sessions) and all(row.response for row in session.rows)


def _tells_of(session: Session, agent: AgentSession, ledger: Ledger) -> bool:
    if session.started is None or agent.started is None or agent.ended is None:
        return False
    same_project = session.project == ledger.settings.project_of(agent.cwd)
    not_over = session.ended is None or agent.started <= session.ended
    return same_project and agent.started >= session.started - JOIN_WITHIN and not_over


def _create(draft: _Draft, agent: AgentSession) -> None:
    settings = draft.ledger.settings
    title = title_of(agent, settings)
    day = agent.started.astimezone(settings.zone).date() if agent.started else None
    path = free_session_path(draft.taken, day, title, agent.id)
    draft.taken.add(path)
    values = {
        "title": title,
        "project": one_line(settings.project_of(agent.cwd)),
        "state": "complete",
        "branch": one_line(agent.branch) if agent.branch not in ("", "HEAD") else "",
    }
    text = fill_in(draft.template, values)
    document, problems = parse_document(text.encode("utf-8"), path)
    draft.problems += problems
    if document is not None:
        _fill(draft, path, document, [agent], None)


def _refresh(draft: _Draft, session: Session, ids: Sequence[str], by_id: Mapping[str, AgentSession]) -> None:
    present = [by_id[name] for name in ids if name in by_id]
    if len(present) < len(ids) and session.source and session.source.kind in WITHOUT_TRANSCRIPT:
        _fill_by_hand(draft, session)
    elif len(present) < len(ids):
        draft.problems.append(_gone(session))
    elif session.path in draft.ledger.unsound:
        draft.problems += _unsound(draft.ledger, session)
    elif sum(response.requests for agent in present for response in agent.responses) < requests_of(session):
        draft.problems.append(_shrunk(session))
    else:
        _fill(draft, session.path, session.document, present, session)


def _gone(session: Session) -> Problem:
    where = session.locate("source", "sessions")
    message = "the transcript is gone, the numbers stay as they are"
    hint = "Claude Code deletes transcripts after 30 days; the ledger is the record"
    return warning("transcript-gone", where, message, hint)


def _unsound(ledger: Ledger, session: Session) -> list[Problem]:
    message, hint = "not filled: the file has errors", "put them right first"
    return [*_errors_in(ledger, session.path), warning("not-filled", Location(session.path), message, hint)]


def _errors_in(ledger: Ledger, path: str) -> list[Problem]:
    return [found for found in ledger.problems if found.location.path == path and found.severity is Severity.ERROR]


def _file_naming(name: str, files: Mapping[str, bytes]) -> str | None:
    """The first of these files in which the id of an agent's session stands."""
    word = re.compile(rb"(?<![\w-])%b(?![\w-])" % re.escape(name.encode()))
    return next((path for path in sorted(files) if word.search(files[path])), None)


def _not_imported(ledger: Ledger, path: str, name: str) -> list[Problem]:
    message = f"the file names session `{name}` and cannot be read in full; no second file was made for it"
    problem = error("not-imported", Location(path), message, "put its errors right, then import again")
    return [*_errors_in(ledger, path), problem]


def _shrunk(session: Session) -> Problem:
    message = "the transcript now holds fewer responses than this file; the numbers stay as they are"
    hint = "part of the transcript was deleted, or another session claims part of it"
    return warning("transcript-shrunk", session.locate("totals", "requests"), message, hint)


def _fill(
    draft: _Draft, path: str, document: Document, agents: Sequence[AgentSession], session: Session | None
) -> None:
    """`session` is what the file says so far, None for a new file."""
    settings = draft.ledger.settings
    agent = combine(agents)
    by_hand = tuple(row for row in session.rows if not row.is_derived) if session else ()
    kept = session.prices if session else {}
    filled = rows_from_responses(agent, settings, kept)
    own_prices = {row.price_key: kept[row.price_key] for row in by_hand if row.price_key in kept}
    filled = replace(filled, prices={**own_prices, **filled.prices})
    wanted = frontmatter_of(agent, filled, settings, [each.id for each in agents], by_hand)
    if session and session.state not in ("complete", ""):
        del wanted["ended"]  # a session in work has no end yet
    elif wanted["ended"]:
        ends = (datetime.fromisoformat(wanted["ended"]), *(row.at for row in by_hand if row.at))
        wanted["ended"] = max(ends).astimezone(ends[0].tzinfo).isoformat(timespec="seconds")
    wanted["usage"], pairs = pair_rows(document.data.get("usage") or [], wanted["usage"])
    _sync(draft, path, document, wanted, pairs, OWNED_IN_ROWS)


def _fill_by_hand(draft: _Draft, session: Session) -> None:
    """Costs, totals and prices of rows that a person typed; nothing else in them is touched."""
    if session.path in draft.ledger.unsound:
        draft.problems += _unsound(draft.ledger, session)
    elif session.rows:
        wanted = frontmatter_by_hand(session, draft.ledger.settings)
        _sync(draft, session.path, session.document, wanted, range(len(session.rows)), ("cost", "unpriced"))


def pair_rows(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], list[int | None]]:
    """The rows to write, and for each the index of the old row it continues, or None.

    A continued row keeps the task that stands in the file: a person may have written it. Rows added by hand or for
    a single response stay, and rows that a person moved stay where they are.
    """
    pairs = _continued(old, new)
    rows = [row if pair is None else _without_task(row) for row, pair in zip(new, pairs, strict=True)]
    for index, row in enumerate(old):
        if _is_added(row):
            place = next((i for i, other in enumerate(rows) if _clock(other) > _clock(row)), len(rows))
            rows.insert(place, row)
            pairs.insert(place, index)
    return _in_order_of_file(rows, pairs)


def _is_added(row: Mapping[str, Any]) -> bool:
    """By hand or for a single response: as `UsageRow.is_derived` tells of a row that was read."""
    return bool(row.get("manual") or row.get("response"))


def _continued(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """For each new row the old one that tells of the same. Where several of one minute could, those of the same
    task are taken first, then those of the same figures, then in order.
    """
    free = [index for index, row in enumerate(old) if not _is_added(row)]
    pairs: list[int | None] = [None] * len(new)
    for keys in (("task",), ("requests", *KINDS), ()):
        for place, row in enumerate(new):
            if pairs[place] is None:
                pairs[place] = next((index for index in free if _is_same(old[index], row, keys)), None)
                free = [index for index in free if index != pairs[place]]
    return pairs


def _is_same(old: Mapping[str, Any], new: Mapping[str, Any], keys: Collection[str]) -> bool:
    return same_row(old, new) and all(old.get(key) == new.get(key) for key in keys)


def _in_order_of_file(
    rows: Sequence[Mapping[str, Any]], pairs: Sequence[int | None]
) -> tuple[list[Mapping[str, Any]], list[int | None]]:
    """Old rows in their order, each new one behind the row it follows."""
    place, ordered = -1, []
    for row, pair in zip(rows, pairs, strict=True):
        place = place if pair is None else pair
        ordered.append((place, row, pair))
    ordered.sort(key=lambda item: item[0])
    return [row for _, row, _ in ordered], [pair for _, _, pair in ordered]


def _without_task(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in row.items() if key != "task"}


def _clock(row: Mapping[str, Any]) -> tuple[int, str]:
    time = str(row.get("time") or "")
    return (len(time), time)


def _sync(
    draft: _Draft,
    path: str,
    document: Document,
    wanted: Mapping[str, Any],
    pairs: Sequence[int | None],
    owned_in_rows: Collection[str],
) -> None:
    owned = {
        "usage": owned_in_rows,
        "totals": OWNED_IN_TOTALS,
        "source": OWNED_IN_SOURCE,
        "prices": tuple(document.data.get("prices") or ()),
        "prices.*": PRICE_KEYS,
    }
    draft.documents[path] = synced(document, wanted, order=KEYS, row_pairs=pairs, owned_inner=owned)


def _finish(draft: _Draft, always: Iterable[str] = ()) -> Plan:
    """Blocks rendered for every file that changes, and running totals of the projects that change with them."""
    sessions = {session.path: session for session in draft.ledger.sessions}
    originals = {session.path: session.document.raw for session in (*draft.ledger.sessions, *draft.ledger.notes)}
    drafted = [session_of(document, path)[0] for path, document in draft.documents.items()]
    ledger = draft.ledger.with_sessions(drafted)
    running = running_rollups(ledger.sessions)
    touched = {session.project for session in drafted} | {sessions[path].project for path in always}
    changes = []
    for session in ledger.sessions:
        if session.path in draft.ledger.unsound or session.project not in touched:
            continue
        new = _with_blocks(session, running[session.path], draft.ledger.settings)
        old = originals.get(session.path)
        if new != old:
            changes.append(Change(session.path, new, old))
    changes.sort(key=lambda change: change.path)
    return Plan(tuple(changes), tuple(draft.problems), tuple(draft.documents))


def _with_blocks(session: Session, running: Rollup, settings: Settings) -> bytes:
    document = session.document
    body = document.body_bytes.decode("utf-8", "surrogateescape")
    blocks, _ = find_blocks(body, session.path, document.body_line)
    if not blocks:
        return document.raw
    changed = update_blocks(body, blocks, session, running, settings.bands)
    if changed == body:
        return document.raw
    return document.raw[: len(document.raw) - len(document.body_bytes)] + changed.encode("utf-8", "surrogateescape")
