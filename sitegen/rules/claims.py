"""The rule against counting twice: no response is claimed by two files, or twice by one."""

from collections.abc import Iterator

from sitegen.errors import Location, Problem, error
from sitegen.ledger import Ledger
from sitegen.session import Session
from sitegen.tokens import UsageRow


def check_claimed_twice(ledger: Ledger) -> Iterator[Problem]:
    """A source session named by two files, or the same responses by their digest; else a row that stands in two
    files of one project with the same minute and counts, as a fork repeats them.
    """
    named: dict[str, Session] = {}
    pairs: set[tuple[str, str]] = set()
    for session in ledger.sound:
        for keys, name in _names(session):
            if name in named and (named[name].path, session.path) not in pairs:
                pairs.add((named[name].path, session.path))
                yield _same_source(session, keys, named[name])
            named.setdefault(name, session)
    rows: dict[tuple[object, ...], tuple[Session, int]] = {}
    for session in ledger.sound:
        for index, row in enumerate(session.rows):
            if row.manual or row.at is None or not row.counts.tokens:
                continue
            identity = (session.project, *_identity(row))
            other, other_index = rows.setdefault(identity, (session, index))
            if other.path != session.path and (other.path, session.path) not in pairs:
                yield _same_row(session, index, other, other_index)


def _names(session: Session) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What tells a session's responses from all others, each with its place."""
    source = session.source
    if source is None:
        return
    for index, name in enumerate(source.sessions):
        yield ("source", "sessions", index), name
    if source.digest:
        yield ("source", "digest"), source.digest


def _identity(row: UsageRow) -> tuple[object, ...]:
    return (row.at and row.at.timestamp(), row.model, row.context, row.requests, row.counts)


def _same_source(session: Session, keys: tuple[str | int, ...], other: Session) -> Problem:
    place = session.locate(*keys)
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
