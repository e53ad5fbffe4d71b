"""What rules across files need to know of one file: small enough to keep for ten thousand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b

from sitegen.blocks import find_blocks
from sitegen.errors import Location
from sitegen.session import Phase, Session
from sitegen.tokens import Totals, UsageRow

Place = tuple[int, int]
"""Line and column, from 1."""
LOCATED = ("title", "project", "author", "started", "ended", "state", "phase", "billed", "source")


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A name that tells a file's responses from all others: a session id of the agent, a digest, or the id of one."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class RowIdentity:
    """Two rows of one project with the same `mark` tell of the same responses: same minute, model and counts."""

    mark: str
    index: int
    place: Place


@dataclass(frozen=True, slots=True)
class RunningBlock:
    """The lines between the marks of a `totals` block; the first of them stands on `line` of the file."""

    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`measured`: the numbers come from an agent's or an API's own record. `by_month`: list cost in USD.

    `sound`: the file was read without an error; `adds_up`: its rows and totals hold. `places` has those keys
    of `LOCATED` that stand in the file. `sample`: the session is invented.
    """

    path: str
    title: str = ""
    project: str = ""
    author: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    active: timedelta | None = None
    state: str = ""
    measured: bool = False
    phase: Phase | None = None
    totals: Totals = field(default_factory=Totals)
    rows: int = 0
    by_month: Mapping[str, Decimal] = field(default_factory=dict)
    sources: tuple[NamedSource, ...] = ()
    identities: tuple[RowIdentity, ...] = ()
    responses: tuple[NamedSource, ...] = ()
    running: RunningBlock | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    sound: bool = True
    adds_up: bool = True
    is_note: bool = False
    branch: str = ""
    sample: bool = False

    def locate(self, key: str) -> Location:
        return Location(self.path, *self.places.get(key, (1, 1)))


def facts_of(session: Session, *, sound: bool = True, adds_up: bool = True) -> FileFacts:
    return FileFacts(
        path=session.path,
        title=session.title,
        project=session.project,
        author=session.author,
        started=session.started,
        ended=session.ended,
        active=session.active,
        state=session.state,
        measured=is_measured(session),
        phase=session.phase,
        totals=session.totals,
        rows=len(session.rows),
        by_month=_by_month(session),
        sources=_sources(session),
        identities=_identities(session),
        responses=_responses(session),
        running=_running(session),
        places={key: session.document.locate(key) for key in LOCATED if session.document.node(key) is not None},
        sound=sound,
        adds_up=adds_up,
        is_note=session.is_note,
        branch=session.git.branch,
        sample=session.sample,
    )


def is_measured(session: Session) -> bool:
    """Whether the numbers come from an agent's or an API's own record; rows added by hand say so themselves."""
    return session.source is not None and session.source.kind in ("claude-code", "api")


def _by_month(session: Session) -> dict[str, Decimal]:
    costs: dict[str, Decimal] = {}
    for row in session.rows:
        at = row.at or session.started
        if at is not None and row.list_cost is not None:
            month = f"{at:%Y-%m}"
            costs[month] = costs.get(month, Decimal()) + row.list_cost
    return costs


def _sources(session: Session) -> tuple[NamedSource, ...]:
    source = session.source
    if source is None:
        return ()
    named = [
        NamedSource(name, session.document.locate("source", "sessions", index))
        for index, name in enumerate(source.sessions)
    ]
    if source.digest:
        named.append(NamedSource(source.digest, session.document.locate("source", "digest")))
    return tuple(named)


def _identities(session: Session) -> tuple[RowIdentity, ...]:
    return tuple(
        RowIdentity(_mark(row), index, session.document.locate("usage", index))
        for index, row in enumerate(session.rows)
        if row.is_derived and row.at is not None and row.counts.tokens
    )


def _responses(session: Session) -> tuple[NamedSource, ...]:
    return tuple(
        NamedSource(row.response, session.document.locate("usage", index, "response"))
        for index, row in enumerate(session.rows)
        if row.response
    )


def _mark(row: UsageRow) -> str:
    counts = row.counts
    told = (
        row.at and int(row.at.timestamp()),
        row.model,
        *row.context.words(),
        row.requests,
        *(counts.input, counts.cache_write_5m, counts.cache_write_1h, counts.cache_read, counts.output),
    )
    return blake2b(repr(told).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _running(session: Session) -> RunningBlock | None:
    blocks, _ = find_blocks(session.body, session.path, session.document.body_line)
    block = next((block for block in blocks if block.name == "totals"), None)
    if block is None:
        return None
    lines = session.body.split("\n")[block.first - 1 : block.last]
    return RunningBlock(session.document.body_line + block.first - 1, tuple(line.removesuffix("\r") for line in lines))
