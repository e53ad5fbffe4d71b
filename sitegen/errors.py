"""What can be wrong: a user's mistake is a `Problem` with an address, a fault of ours an exception."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


def visible(text: str) -> str:
    """Foreign text for a terminal: controls, bidi overrides and what has no width are shown, not obeyed."""
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        code = ord(character)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return character


class Severity(StrEnum):
    """How much a problem weighs: an error makes `sessions check` end with 1, a warning only with `--strict`."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. `path` is relative to the ledger with `/`; line and column count characters from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class SetValue:
    """The frontmatter value under `keys` (an int counts rows of a list from 0) becomes `value`; None: no such key."""

    keys: tuple[str | int, ...]
    value: int | str | Decimal | None


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """At the problem's place the text `old` becomes `new`: a figure, a mark or a glyph, never a word."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RenderBlocks:
    """The generated tables of the file are rendered anew."""


@dataclass(frozen=True, slots=True)
class SortRows:
    """The usage rows are put in the order of their times."""


@dataclass(frozen=True, slots=True)
class MoveTables:
    """Figures written by hand in the body move into the frontmatter."""


Repair = SetValue | ReplaceText | RenderBlocks | SortRows | MoveTables
"""What puts a mistake right, where there is exactly one right answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what is and what should be (`message`), and the cure (`hint`).

    `rule` is a short stable name. `stated` and `expected` are the figures as text where there are any.
    `also` are other places that the same cause makes wrong, or that contradict this one, in order.
    Neither text ever holds a secret that was found.
    """

    rule: str
    severity: Severity
    location: Location
    message: str
    hint: str | None = None
    stated: str | None = None
    expected: str | None = None
    also: tuple[Location, ...] = ()
    repair: Repair | None = None

    @property
    def text(self) -> str:
        """The message with the other places: `…; also at 31:29, 107:20`."""
        if not self.also:
            return self.message
        path = self.location.path
        places = (f"{at.line}:{at.column}" if at.path == path else str(at) for at in self.also)
        return f"{self.message}; also at {', '.join(places)}"

    def __str__(self) -> str:
        first = visible(f"{self.location}: {self.severity}[{self.rule}]: {self.text}")
        return first if self.hint is None else f"{first}\n  hint: {visible(self.hint)}"


def error(rule: str, location: Location, message: str, hint: str | None = None, **more: Any) -> Problem:
    return Problem(rule, Severity.ERROR, location, message, hint, **more)


def warning(rule: str, location: Location, message: str, hint: str | None = None, **more: Any) -> Problem:
    return Problem(rule, Severity.WARNING, location, message, hint, **more)


def note(rule: str, location: Location, message: str, hint: str | None = None, **more: Any) -> Problem:
    return Problem(rule, Severity.NOTE, location, message, hint, **more)


def sorted_problems(problems: "list[Problem] | tuple[Problem, ...]") -> tuple[Problem, ...]:
    """By path, line, column, then rule; the same problem told twice is kept once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.location, p.rule, p.message)))


class ProblemError(Exception):
    """Carries problems of the user's to the command line, where work cannot go on without their cure."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class SitegenError(Exception):
    """A fault of ours: an assumption that the code relies on does not hold."""
