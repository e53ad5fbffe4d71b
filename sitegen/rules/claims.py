"""The rule against counting twice: no response is claimed by two files, or twice by one."""

from collections.abc import Iterator

from sitegen.errors import Location, Problem, Severity, error
from sitegen.rules.facts import FileFacts, NamedSource, RowIdentity
from sitegen.rules.rule import Rule, Together


def check_claimed_twice(together: Together) -> Iterator[Problem]:
    """A source session named by two files, or the same responses by their digest; else a row that stands in two
    files of one project with the same minute and counts, as a fork repeats them.
    """
    named: dict[str, tuple[FileFacts, NamedSource]] = {}
    pairs: set[tuple[str, str]] = set()
    sound = [file for file in together.files if file.sound]
    for file in sound:
        for source in file.sources:
            other, elsewhere = named.setdefault(source.name, (file, source))
            if elsewhere is not source and (other.path, file.path) not in pairs:
                pairs.add((other.path, file.path))
                yield _same_source(file, source, other, elsewhere)
    rows: dict[tuple[str, str], tuple[FileFacts, RowIdentity]] = {}
    for file in sound:
        for row in file.identities:
            other, same = rows.setdefault((file.project, row.mark), (file, row))
            if other.path != file.path and (other.path, file.path) not in pairs:
                yield _same_row(file, row, other, same)


def _same_source(file: FileFacts, source: NamedSource, other: FileFacts, elsewhere: NamedSource) -> Problem:
    place = Location(file.path, *source.place)
    if other.path == file.path:
        return error("claimed-twice", place, "the same source session is named twice in this file")
    message = f"the source session is also claimed by {other.path}:{elsewhere.place[0]}"
    return error("claimed-twice", place, message, "keep it in one of the two files")


def _same_row(file: FileFacts, row: RowIdentity, other: FileFacts, same: RowIdentity) -> Problem:
    message = (
        f"usage row {row.index + 1} is also row {same.index + 1} of {other.path}:{same.place[0]}: "
        "the same minute, model and counts"
    )
    hint = "a forked or resumed session repeats the one before it; keep the row in one of the two files"
    return error("claimed-twice", Location(file.path, *row.place), message, hint)


RULES = (Rule("claimed-twice", Severity.ERROR, "no response is counted in two files", ledger=check_claimed_twice),)
