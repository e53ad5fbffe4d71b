"""From problems to the files that change: the repairs of each file made, and generated tables rendered anew."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from sitegen.errors import MoveTables, Problem, RenderBlocks, ReplaceText, SetValue, SortRows
from sitegen.fixing.moving import moved
from sitegen.fixing.texts import replaced_texts
from sitegen.fixing.values import with_sorted_rows, with_value
from sitegen.frontmatter import Document, parse_document
from sitegen.importing import Change, Plan, plan_changed
from sitegen.ledger import Ledger
from sitegen.session import Session
from sitegen.settings import Settings


def plan_repairs(ledger: Ledger, problems: Iterable[Problem]) -> Plan:
    """One round of repairs. What a repair brings to light is found by checking the result, and repaired next."""
    sessions = {session.path: session for session in (*ledger.sessions, *ledger.notes)}
    repairable = sorted((p for p in problems if p.repair is not None), key=lambda p: p.location)
    documents: dict[str, Document] = {}
    unrepaired: list[Problem] = []
    for path, group in groupby(repairable, key=lambda problem: problem.location.path):
        session = sessions.get(path)
        if session is not None and path not in ledger.unsound:
            result = repaired(session, tuple(group), ledger.settings)
            if isinstance(result, Document):
                documents[path] = result
            else:
                unrepaired += result
    plan = plan_changed(ledger, {path: document for path, document in documents.items() if document.head})
    # A file without frontmatter has no tables to render, and no sums depend on it.
    bare = (
        Change(path, document.raw, sessions[path].document.raw)
        for path, document in documents.items()
        if not document.head and document.raw != sessions[path].document.raw
    )
    changes = sorted((*plan.changes, *bare), key=lambda change: change.path)
    return Plan(tuple(changes), (*plan.problems, *unrepaired), plan.filled)


def repaired(session: Session, problems: Sequence[Problem], settings: Settings) -> Document | tuple[Problem, ...]:
    """The file with its repairs made, all but the rendering of its tables; or why it cannot be."""
    if any(isinstance(problem.repair, MoveTables) for problem in problems):
        return _moved(session, settings)
    if any(isinstance(problem.repair, SortRows) for problem in problems) and not _stale(problems):
        return with_sorted_rows(session)  # all else is addressed by the line or the row it stands in: next round
    document = session.document
    if any(isinstance(problem.repair, ReplaceText) for problem in problems):
        document = document.with_body(replaced_texts(document, problems))
    for repair in dict.fromkeys(problem.repair for problem in problems):
        if isinstance(repair, SetValue):
            document = with_value(document, repair)
    return document


def _stale(problems: Sequence[Problem]) -> bool:
    """A table that says otherwise leaves open whether a row is in the wrong place or its time is wrong."""
    return any(isinstance(problem.repair, RenderBlocks) for problem in problems)


def _moved(session: Session, settings: Settings) -> Document | tuple[Problem, ...]:
    result = moved(session, settings)
    if isinstance(result, tuple):
        return result
    document, problems = parse_document(result, session.path)
    return problems if document is None else document
