"""The rule against counting twice: no response is claimed by two files, or twice by one."""

from collections.abc import Iterable, Iterator, Sequence

from sitegen.errors import Location, Problem, Severity, error
from sitegen.rollups import in_order
from sitegen.rules.facts import FileFacts, NamedSource, RowIdentity
from sitegen.rules.rule import Rule, Together
from sitegen.session import Session
from sitegen.settings import Settings

RULE = "claimed-twice"
_Pairs = set[tuple[str, str]]
"""Paths of two files that were told to claim the same."""


def check_repeated_rows(session: Session, _: Settings) -> Iterator[Problem]:
    """A row that stands in the file twice, as a merge or a paste leaves it.

    Without a time or tokens two rows may be equal and right; so may rows of two equal calls of an API.
    """
    if session.source is not None and session.source.kind == "api":
        return
    first: dict[object, int] = {}
    for index, row in enumerate(session.rows):
        if not row.is_derived or row.at is None or not row.counts.tokens:
            continue
        told = (row.at, row.task, row.model, row.context, row.requests, row.counts, row.list_cost, row.unpriced)
        same = first.setdefault(told, index)
        if same != index:
            message = f"usage row {index + 1} repeats row {same + 1}: the same minute, task, model and counts"
            yield error(RULE, session.locate("usage", index), message, "keep one of them, then run `sessions fill`")


def check_claimed_twice(together: Together) -> Iterator[Problem]:
    """A source session named by two files, or the same responses by their digest; the id of a response that stands
    twice in the ledger; else rows that stand in two files of one project with the same minute and counts, as a fork
    repeats them.
    """
    sound = [file for file in in_order(together.files) if file.sound]
    pairs: _Pairs = set()
    yield from _check_responses(sound)
    yield from _check_sources(sound, pairs)
    yield from _check_rows(sound, pairs)


def _check_sources(files: Iterable[FileFacts], pairs: _Pairs) -> Iterator[Problem]:
    named: dict[str, tuple[FileFacts, NamedSource]] = {}
    for file in files:
        for source in file.sources:
            other, elsewhere = named.setdefault(source.name, (file, source))
            if elsewhere is not source and (other.path, file.path) not in pairs:
                pairs.add((other.path, file.path))
                yield _same_source(file, source, other, elsewhere)


def _check_responses(files: Iterable[FileFacts]) -> Iterator[Problem]:
    first: dict[str, tuple[FileFacts, NamedSource]] = {}
    for file in files:
        for response in file.responses:
            other, elsewhere = first.setdefault(response.name, (file, response))
            if elsewhere is not response:
                line = elsewhere.place[0]
                where = f"line {line}" if other.path == file.path else f"{other.path}:{line}"
                message = f"the response of this row stands in the ledger already, at {where}"
                hint = "it was billed once: keep one of the two rows, then run `sessions fill`"
                yield error(RULE, Location(file.path, *response.place), message, hint)


def _check_rows(files: Iterable[FileFacts], told: _Pairs) -> Iterator[Problem]:
    first: dict[tuple[str, str], tuple[FileFacts, RowIdentity]] = {}
    for file in files:
        shared: dict[str, list[tuple[RowIdentity, FileFacts, RowIdentity]]] = {}
        for row in file.identities:
            other, same = first.setdefault((file.project, row.mark), (file, row))
            if other.path != file.path and (other.path, file.path) not in told:
                shared.setdefault(other.path, []).append((row, other, same))
        yield from (_same_rows(file, rows) for rows in shared.values())


def _same_source(file: FileFacts, source: NamedSource, other: FileFacts, elsewhere: NamedSource) -> Problem:
    place = Location(file.path, *source.place)
    if other.path == file.path:
        return error(RULE, place, "the same source session is named twice in this file", "name it once")
    message = f"the source session is also claimed by {other.path}:{elsewhere.place[0]}"
    return error(RULE, place, message, "keep it in one of the two files")


def _same_rows(file: FileFacts, rows: Sequence[tuple[RowIdentity, FileFacts, RowIdentity]]) -> Problem:
    """The first of the rows that two files share; the others stand beside it."""
    (row, other, same), *more = rows
    message = (
        f"usage row {row.index + 1} is also row {same.index + 1} of {other.path}:{same.place[0]}: "
        "the same minute, model and counts"
    )
    hint = "a forked or resumed session repeats the one before it; keep the row in one of the two files"
    also = tuple(Location(file.path, *each.place) for each, _, _ in more)
    return error(RULE, Location(file.path, *row.place), message, hint, also=also)


RULES = (
    Rule(
        RULE,
        Severity.ERROR,
        "no response is counted in two files, or twice in one",
        file=check_repeated_rows,
        ledger=check_claimed_twice,
    ),
)
