"""The rule against counting twice: no response is claimed by two files, or twice by one."""

from collections.abc import Iterator

from sitegen.errors import Location, Problem, error
from sitegen.ledger import Ledger
from sitegen.session import Session
from sitegen.tokens import UsageRow


def check_claimed_twice(ledger: Ledger) -> Iterator[Problem]:
    """A source session named by two files; else a row that stands in two files with the same time and counts."""
    named: dict[str, Session] = {}
    pairs: set[tuple[str, str]] = set()
    for session in ledger.sound:
        for index, name in enumerate(session.source.sessions if session.source else ()):
            if name in named:
                pairs.add((named[name].path, session.path))
                yield _same_source(session, index, named[name])
            named.setdefault(name, session)
    rows: dict[tuple[object, ...], tuple[Session, int]] = {}
    for session in ledger.sound:
        for index, row in enumerate(session.rows):
            if row.manual or row.at is None or not row.counts.tokens:
                continue
            other, other_index = rows.setdefault(_identity(row), (session, index))
            if other.path != session.path and (other.path, session.path) not in pairs:
                yield _same_row(session, index, other, other_index)


def _identity(row: UsageRow) -> tuple[object, ...]:
    return (row.at and row.at.timestamp(), row.model, row.context, row.requests, row.counts)


def _same_source(session: Session, index: int, other: Session) -> Problem:
    place = session.locate("source", "sessions", index)
    elsewhere = Location(other.path, other.locate("source", "sessions").line)
    if other.path == session.path:
        return error("claimed-twice", place, "the same source session is named twice in this file")
    message = f"the source session is also claimed by {elsewhere.path}:{elsewhere.line}"
    return error("claimed-twice", place, message, "keep it in one of the two files")


def _same_row(session: Session, index: int, other: Session, other_index: int) -> Problem:
    elsewhere = other.locate("usage", other_index)
    message = (
        f"usage row {index + 1} is also row {other_index + 1} of {elsewhere.path}:{elsewhere.line}: "
        "the same minute, model and counts"
    )
    hint = "a forked or resumed session repeats the one before it; keep the row in one of the two files"
    return error("claimed-twice", session.locate("usage", index), message, hint)
