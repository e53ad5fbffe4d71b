"""Repairs of the body: a mark or a glyph at a known place, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sitegen.errors import Location, Problem, ReplaceText
from sitegen.frontmatter import Document

_Change = tuple[int, ReplaceText]


def replaced_texts(document: Document, problems: Iterable[Problem]) -> bytes:
    """The body with each `ReplaceText` made at its problem's place and at the other places that it names.

    Where something else stands at a place by now, it is left alone.
    """
    changes: defaultdict[int, set[_Change]] = defaultdict(set)
    for problem in problems:
        if isinstance(problem.repair, ReplaceText):
            for place in (problem.location, *_elsewhere(problem)):
                changes[place.line - document.body_line].add((place.column - 1, problem.repair))
    lines = document.body_bytes.decode("utf-8", "surrogateescape").split("\n")
    for index, wanted in changes.items():
        if 0 <= index < len(lines):
            lines[index] = _replaced(lines[index], sorted(wanted, key=lambda change: change[0], reverse=True))
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _elsewhere(problem: Problem) -> Iterable[Location]:
    return (place for place in problem.also if place.path == problem.location.path)


def _replaced(line: str, changes: Sequence[_Change]) -> str:
    for column, repair in changes:
        if line.startswith(repair.old, column):
            line = line[:column] + repair.new + line[column + len(repair.old) :]
    return line
