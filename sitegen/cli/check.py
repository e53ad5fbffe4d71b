"""`sessions check`: all problems, sorted, with file, line and column. Silent and 0 when all is well."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sitegen.checking import check_ledger
from sitegen.cli.ledgers import open_ledger, plural, tell
from sitegen.errors import Location, Problem, ProblemError, Severity, error
from sitegen.ledger import Ledger


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def check(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Only problems in these files and folders.")] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print the problems.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 for warnings too.")] = False,
) -> None:
    """Derive every number anew and name, by file, line and column, each one that does not hold."""
    ledger = open_ledger(context)
    problems = _only(check_ledger(ledger), paths, ledger.root)
    if output is Format.JSON:
        typer.echo(json.dumps(as_json(ledger, problems), indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(problem)
        _summary(ledger, problems)
    failing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(problem.severity in failing for problem in problems):
        raise typer.Exit(1)


def as_json(ledger: Ledger, problems: Sequence[Problem]) -> dict[str, Any]:
    """The stable contract: problems with their place flattened, and how much was checked."""
    return {
        "problems": [_flat(problem) for problem in problems],
        "sessions": len(ledger.sessions),
        "rows": sum(len(session.rows) for session in ledger.sessions),
    }


def _flat(problem: Problem) -> dict[str, Any]:
    flat = asdict(problem)
    place = flat.pop("location")
    keys = ("rule", "severity", "path", "line", "column", "message", "hint", "stated", "expected")
    return {key: (flat | place)[key] for key in keys}


def _only(problems: Sequence[Problem], paths: Sequence[Path] | None, root: Path) -> tuple[Problem, ...]:
    if not paths:
        return tuple(problems)
    for path in paths:
        if not path.exists():
            raise ProblemError(error("path", Location(str(path)), "there is no such file or folder"))
    wanted = [path.resolve() for path in paths]
    return tuple(p for p in problems if any((root / p.location.path).is_relative_to(path) for path in wanted))


def _summary(ledger: Ledger, problems: Sequence[Problem]) -> None:
    if not problems:
        return
    counts = [(level, sum(problem.severity is level for problem in problems)) for level in Severity]
    told = ", ".join(plural(number, level.value) for level, number in counts if number)
    files = len({problem.location.path for problem in problems})
    tell(f"{told} in {plural(files, 'file')}; the ledger has {plural(len(ledger.sessions), 'readable session')}")
