"""Problems as text: a line each and its hint; on a terminal also the line of the file, with a mark under the place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import typer

from sitegen.display import visible
from sitegen.errors import Problem, Severity
from sitegen.masking import find_secrets, mask
from sitegen.store import read_file

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_ABOUT_SECRETS = frozenset({"secret", "personal-data"})
_TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[^\s,|{}\[\]()]+")
_QUOTED = re.compile(r"`([^`]+)`")
_LEAST_WIDTH = 30
_CUT = "…"


def plain_text(problem: Problem) -> str:
    """As for a file or a pipe: `path:line:column: severity[rule]: …`, and the hint below. No terminal obeys it."""
    return "\n".join((_first_line(problem, f"{problem.severity}[{problem.rule}]"), *_hint(problem)))


def _first_line(problem: Problem, mark: str) -> str:
    return f"{visible(str(problem.location))}: {mark}: {visible(problem.text)}"


def _hint(problem: Problem) -> tuple[str, ...]:
    return () if problem.hint is None else (f"  hint: {visible(problem.hint)}",)


def terminal_text(problems: Sequence[Problem], root: Path, width: int, *, coloured: bool) -> Iterator[str]:
    """Each problem with the line of its file, cut to `width` cells of the terminal around the place."""
    for path, each in groupby(problems, lambda problem: problem.location.path):
        source = _read(root, path)
        for problem in each:
            yield _problem_text(problem, source, width, coloured=coloured)


def _problem_text(problem: Problem, source: "Source | None", width: int, *, coloured: bool) -> str:
    mark = f"{problem.severity}[{problem.rule}]"
    if coloured:
        mark = typer.style(mark, fg=COLOURS[problem.severity], bold=True)
    shown = source.lines_at(problem, width) if source else ()
    return "\n".join((_first_line(problem, mark), *shown, *_hint(problem)))


def _read(root: Path, path: str) -> "Source | None":
    raw = read_file(root, path)
    return None if isinstance(raw, Problem) else source_of(raw.decode("utf-8-sig", "replace"))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some characters of a line, from column `start` (0 is the first) up to `end`, and how they are shown."""

    start: int
    end: int
    shown: str

    @property
    def width(self) -> int:
        return cells(self.shown)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, and where in it, counted in characters, a secret or a personal detail stands."""

    lines: Sequence[str]
    starts: Sequence[int]
    hidden: Sequence[tuple[int, int]]

    def lines_at(self, problem: Problem, width: int) -> tuple[str, ...]:
        """The line of the problem and a line with carets under its place, or nothing where it says nothing more."""
        number = problem.location.line
        line = self.lines[number - 1] if number <= len(self.lines) else ""
        if line.strip() in ("", "---"):
            return ()
        start = min(problem.location.column - 1, len(line))
        end = start + max(1, _token_length(problem, line, start))
        spans = self._hidden_in(number - 1)
        if problem.rule in _ABOUT_SECRETS and not any(first <= start < last for first, last in spans):
            return ()
        return _shown(str(number), _pieces(line, spans), start, end, max(width, _LEAST_WIDTH))

    def _hidden_in(self, index: int) -> list[tuple[int, int]]:
        """The columns of this line that must not be shown."""
        first = self.starts[index]
        last = first + len(self.lines[index])
        inside = (each for each in self.hidden if each[0] < last and each[1] > first)
        return [(max(start, first) - first, min(end, last) - first) for start, end in inside]


def source_of(text: str) -> Source:
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    hidden = [(each.start, each.end) for each in find_secrets(text)]
    return Source([line.removesuffix("\r") for line in lines], starts, hidden)


def cells(text: str) -> int:
    """The columns that a text takes on a terminal: two for a wide character, none for an accent of its own."""
    from rich.cells import cell_len

    return cell_len(text)


def _token_length(problem: Problem, line: str, start: int) -> int:
    """How far the mark goes: what the message speaks of if it stands here, else the word or the quoted text."""
    rest = line[start:]
    spoken = (problem.stated, *_QUOTED.findall(problem.message))
    named = next((len(text) for text in spoken if text and rest.startswith(text)), 0)
    word = _TOKEN.match(rest)
    return named or (len(word[0]) if word else 1)


def _pieces(line: str, hidden: Sequence[tuple[int, int]]) -> Iterator[_Piece]:
    at = 0
    for start, end in sorted(hidden):
        yield from (_Piece(index, index + 1, _character(line[index])) for index in range(at, start))
        yield _Piece(start, end, _masked(line[start:end]))
        at = end
    yield from (_Piece(index, index + 1, _character(line[index])) for index in range(at, len(line)))


def _character(character: str) -> str:
    return "    " if character == "\t" else visible(character)


def _masked(text: str) -> str:
    """A part of a secret may look like nothing that is known: then only that there is something."""
    masked = visible(mask(text))
    return masked if masked != visible(text) else "[REDACTED]"


def _shown(number: str, pieces: Iterator[_Piece], start: int, end: int, width: int) -> tuple[str, str]:
    """The line and its carets. What is marked comes first, then what stands before it, then what comes after."""
    before: list[_Piece] = []
    marked: list[_Piece] = []
    after: list[_Piece] = []
    for piece in pieces:
        (before if piece.end <= start else marked if piece.start < end else after).append(piece)
    free = width - len(number) - len(" | ")
    token = _fitting(marked, free // 2) or [_Piece(start, end, " ")]
    room = free - _width(token)
    left = _fitting(before[::-1], room - min(_width(after), room // 3))[::-1]
    right = _fitting(after, room - _width(left))
    line = "".join(piece.shown for piece in (*left, *token, *right))
    return f"{number} | {line}".rstrip(), f"{' ' * len(number)} | {' ' * _width(left)}{'^' * _width(token)}"


def _width(pieces: Sequence[_Piece]) -> int:
    return sum(piece.width for piece in pieces)


def _fitting(pieces: Sequence[_Piece], room: int) -> list[_Piece]:
    """As many from the front as fit into the room, with a mark behind them if that is not all."""
    if _width(pieces) <= room:
        return list(pieces)
    kept: list[_Piece] = []
    used = len(_CUT)
    for piece in pieces:
        used += piece.width
        if used > room:
            break
        kept.append(piece)
    return [*kept, _Piece(0, 0, _CUT)]
