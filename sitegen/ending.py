"""The end of a session: its file filled and closed, and what git counted of its work written where nothing stands.

Nothing that a person wrote is overwritten: where a count differs, the difference is what is given back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.frontmatter import Document, synced
from sitegen.importing import fill_one
from sitegen.ledger import Ledger, session_of
from sitegen.schema import KEYS
from sitegen.session import Session
from sitegen.settings import FILE_NAME
from sitegen.transcripts import AgentSession

FROM_TRANSCRIPT = "the last line of its transcript"
FROM_ROWS = "the last response in the file"
FROM_FILE = "as the file says"
FROM_CLOCK = "now, as no response tells when (says this command)"


@dataclass(frozen=True, slots=True)
class Closed:
    """`session` is complete, with the document that says so; its tables are yet to be rendered.

    `end_from` says where its end comes from. `agents` are those that its transcripts tell of.
    """

    session: Session
    end_from: str
    problems: tuple[Problem, ...]
    agents: tuple[AgentSession, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """What was counted: `commits` as people write their hashes, and values for the keys below `code`."""

    commits: tuple[str, ...] = ()
    code: Mapping[str, int | Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that stands in the file, and another that was counted."""

    place: Location
    name: str
    stated: str
    found: str


def close_session(ledger: Ledger, session: Session, agents: Sequence[AgentSession], now: datetime) -> Closed:
    """Raises ProblemError where the file, or the settings, cannot be read without an error."""
    for path in (FILE_NAME, session.path):
        if path in ledger.unsound:
            raise ProblemError(*_not_ended(ledger, path))
    complete = _with(session, {"state": "complete"})
    document, problems, present = fill_one(ledger.with_sessions([complete]), complete, agents)
    filled = session_of(document, session.path)[0]
    end_from = FROM_FILE
    if present and filled.ended is not None and not problems:
        last = max((agent.ended for agent in present if agent.ended), default=None)
        end_from = FROM_ROWS if last and filled.ended > last else FROM_TRANSCRIPT
    elif filled.ended is None:
        at, end_from = _end(filled, now)
        own = filled.started.tzinfo if filled.started else None
        zoned = at.astimezone(own or ledger.settings.zone)
        filled = _with(filled, {"ended": zoned.isoformat(timespec="seconds")})
    return Closed(filled, end_from, problems, present)


def _end(session: Session, now: datetime) -> tuple[datetime, str]:
    """A row tells the minute in which its prompt was sent: no session ends before it began. What somebody typed
    tells of work, and not of when it ended.
    """
    times = [row.at for row in session.rows if row.at]
    if any(row.at for row in session.rows if not row.manual):
        return max(*times, session.started or times[0]), FROM_ROWS
    return now, FROM_CLOCK


def _not_ended(ledger: Ledger, path: str) -> list[Problem]:
    wrong = [found for found in ledger.problems if found.location.path == path]
    return [*wrong, error("not-ended", Location(path), "not ended: the file has errors", "put them right first")]


def _with(session: Session, wanted: Mapping[str, Any]) -> Session:
    document = synced(session.document, wanted, order=KEYS)
    return session if document is session.document else session_of(document, session.path)[0]


def with_work(session: Session, work: Work, *, recount: bool) -> tuple[Document, tuple[Difference, ...]]:
    """The file with what was counted. Where it states something else, that stays and is given back; `recount`
    replaces it.
    """
    wanted: dict[str, Any] = {}
    differences = []
    code: dict[str, int | Decimal] = {}
    for key, value in work.code.items():
        stated = session.code.get(key)
        if stated is None or (recount and stated != value):
            code[key] = value
        elif stated != value:
            differences.append(Difference(session.locate("code", key), f"code.{key}", f"{stated}", f"{value}"))
    if code:
        wanted["code"] = code
    listed = session.git.commits
    if work.commits and not _are_same(listed, work.commits):
        if recount or not listed:
            wanted["git"] = {"commits": list(work.commits)}
        else:
            told = ", ".join(listed), ", ".join(work.commits)
            differences.append(Difference(session.locate("git", "commits"), "git.commits", *told))
    return synced(session.document, wanted, order=KEYS) if wanted else session.document, tuple(differences)


def _are_same(listed: Sequence[str], found: Sequence[str]) -> bool:
    """The same commits, in whatever order and however much of their hashes is written."""
    if len(listed) != len(found):
        return False
    return all(any(one.startswith(other) or other.startswith(one) for other in found) for one in listed)
