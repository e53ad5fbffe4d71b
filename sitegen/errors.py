"""What can be wrong: a user's mistake is a `Problem` with an address, a fault of ours an exception."""

from dataclasses import dataclass
from enum import StrEnum


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
class Problem:
    """One mistake: what is and what should be (`message`), and the cure (`hint`).

    `rule` is a short stable name. `stated` and `expected` are the figures as text where there are any.
    Neither text ever holds a secret that was found.
    """

    rule: str
    severity: Severity
    location: Location
    message: str
    hint: str | None = None
    stated: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        first = f"{self.location}: {self.severity}[{self.rule}]: {self.message}"
        return first if self.hint is None else f"{first}\n  hint: {self.hint}"


def error(rule: str, location: Location, message: str, hint: str | None = None) -> Problem:
    return Problem(rule, Severity.ERROR, location, message, hint)


def warning(rule: str, location: Location, message: str, hint: str | None = None) -> Problem:
    return Problem(rule, Severity.WARNING, location, message, hint)


def note(rule: str, location: Location, message: str, hint: str | None = None) -> Problem:
    return Problem(rule, Severity.NOTE, location, message, hint)


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
