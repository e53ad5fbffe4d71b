"""A body with the marks of generated tables where figures stood that a person wrote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sitegen.body import prose_lines
from sitegen.handwritten.figures import Figures
from sitegen.handwritten.numbers import is_nothing, is_unfilled

_DERIVED = ("cost", "cost per hour", "tokens per hour", "tokens", "input", "output", "cache_read", "cache_write_5m")
"""The stated sums that the table of costs gives."""
_LABEL_ONLY = re.compile(rb"\s*(?:[-*+]|\d+[.)])?\s*(?:\*\*|__)?")
_HEADING = re.compile(rb" {0,3}#{1,6}\s")


@dataclass(frozen=True, slots=True)
class _Place:
    """Lines `first` to `last` (from 1) become the block `name`, or nothing where it is empty; `kept` are words of
    them that are not lost.
    """

    first: int
    last: int
    name: str
    kept: tuple[str, ...] = ()


def without_tables(body: bytes, figures: Figures) -> bytes:
    """All other lines stay as they are. A block that the body has already is not added again."""
    lines = body.split(b"\n")
    taken = {line.text.strip() for line in prose_lines(body.decode("utf-8", "replace"))}
    done = {name for name in ("usage", "cost", "totals") if f"<!-- sessions:{name} -->" in taken}
    new: list[bytes] = []
    at = 0
    for place in sorted(_places(lines, figures), key=lambda place: place.first):
        new += lines[at : place.first - 1]
        name = "" if place.name in done else place.name
        done.add(place.name)
        new += _block(name, place, new, lines)
        at = place.last
    return b"\n".join((*new, *lines[at:]))


def _places(lines: list[bytes], figures: Figures) -> Iterator[_Place]:
    for table in figures.usage:
        kept = tuple(line.notes.text for line in table.sums if _is_words(line.notes.text))
        yield _Place(table.first, table.last, "usage", kept)
    for running in figures.running:
        if all(line.of for line in running.lines):
            yield _Place(running.first, running.last, "totals")
    yield from (_Place(first, last, "cost") for first, last in _runs(sorted(_cost_lines(lines, figures))))


def _is_words(text: str) -> bool:
    return not is_nothing(text) and not is_unfilled(text)


def _cost_lines(lines: list[bytes], figures: Figures) -> Iterator[int]:
    """The lines that say nothing but a figure which the table of costs gives."""
    fields = [field.value.line for field in figures.fields]
    labels = {part.label.line: part.label for part in figures.parts}
    labels |= {each.label.line: each.label for each in figures.sums if each.whole_line and each.of in _DERIVED}
    for number, label in labels.items():
        before = lines[number - 1].decode("utf-8", "replace")[: label.column - 1].encode()
        if fields.count(number) == 1 and _LABEL_ONLY.fullmatch(before):
            yield number


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow each other, as first and last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    yield from ((run[0], run[-1]) for run in runs)


def _block(name: str, place: _Place, before: list[bytes], lines: list[bytes]) -> Iterator[bytes]:
    """The marks of the block, set off by empty lines from words beside them, in the line ends of what they replace."""
    end = b"\r" if lines[place.first - 1].endswith(b"\r") else b""
    words = [word.encode() for word in place.kept]
    marks = [f"<!-- sessions:{name} -->".encode(), f"<!-- /sessions:{name} -->".encode()] if name else []
    new = [*marks, *([b""] if marks and words else []), *words]
    if not new:
        return
    if before and before[-1].strip() and not _HEADING.match(before[-1]):
        yield end
    yield from (line + end for line in new)
    if place.last < len(lines) and lines[place.last].strip():
        yield end
