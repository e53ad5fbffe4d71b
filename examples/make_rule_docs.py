"""Make docs/rules.md: what the rules say of themselves, and for each a problem from the tests with its line."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sitegen.cli.problem_text import plain_text, source_of
from sitegen.errors import Location, Problem, Severity
from sitegen.rules import LISTED
from sitegen.rules.exceptions import ALWAYS_TOLD
from sitegen.rules.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "examples" / "rules_page.md"
PAGE = ROOT / "docs" / "rules.md"
CASES = ROOT / "tests" / "check_cases"
WIDTH = 110
"""Characters of a line that an example shows."""
_LINE = re.compile(r"(.+?):(\d+):(\d+): (error|warning|note)\[([a-z-]+)\]: (.+)")
_HINT = "  hint: "
_PLACE = re.compile(r"\{\{([a-z ]+)(?:: ([a-z-]+))?\}\}")

Example = tuple[Problem, tuple[str, ...]]
"""A problem, and the line of its file with the mark below it."""


def page() -> str:
    return _PLACE.sub(lambda place: _part(place[1], place[2]), TEMPLATE.read_text(encoding="utf-8"))


def _part(name: str, rule: str | None) -> str:
    if rule is not None:
        return _shown(examples()[rule])
    if name == "always told":
        return ", ".join(f"`{each}`" for each in sorted(ALWAYS_TOLD))
    return {"rules": _table, "examples": _sections}[name]()


def _table() -> str:
    rows = (f"| `{rule.name}` | {_severity(rule)} | {rule.since} | {rule.reason} |" for rule in LISTED)
    return "\n".join(("| rule | severity | since schema | what it holds |", "|---|---|---|---|", *rows))


def _severity(rule: Rule) -> str:
    return f"{rule.severity}, if asked for in `[rules]`" if rule.asked_for else rule.severity


def _sections() -> str:
    return "\n\n".join(_section(rule) for rule in LISTED if rule.name in examples())


def _section(rule: Rule) -> str:
    reason = f"{rule.reason[0].upper()}{rule.reason[1:]}."
    return f"### `{rule.name}`\n\n{reason}\n\n```text\n{_shown(examples()[rule.name])}\n```"


def _shown(example: Example) -> str:
    problem, source = example
    first, *hint = plain_text(problem).split("\n")
    return "\n".join((first, *source, *hint))


def missing() -> tuple[str, ...]:
    """The rules without an example: no case in the tests shows them."""
    return tuple(rule.name for rule in LISTED if rule.name not in examples())


@cache
def examples() -> dict[str, Example]:
    """By rule: the first problem of the case that has the rule's name, else of the first case that shows it."""
    shown: dict[str, list[tuple[Path, Problem]]] = {}
    for golden in sorted((*CASES.glob("*.txt"), *CASES.glob("*/expected.txt")), key=_case_name):
        for problem in _problems(golden):
            shown.setdefault(problem.rule, []).append((golden, problem))
    chosen = {rule: min(found, key=lambda each: _case_name(each[0]) != rule) for rule, found in shown.items()}
    return {rule: (problem, _source(golden, problem)) for rule, (golden, problem) in chosen.items()}


def _case_name(golden: Path) -> str:
    return golden.parent.name if golden.name == "expected.txt" else golden.stem


def _problems(golden: Path) -> Iterator[Problem]:
    lines = golden.read_text(encoding="utf-8").splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if told := _LINE.fullmatch(line):
            path, at, column, severity, rule, message = told.groups()
            hint = following.removeprefix(_HINT) if following.startswith(_HINT) else None
            stated = re.match(r"stated (\S+),", message)
            place = Location(path, int(at), int(column))
            yield Problem(rule, Severity(severity), place, message, hint, stated[1] if stated else None)


def _source(golden: Path, problem: Problem) -> tuple[str, ...]:
    path = problem.location.path
    file = golden.parent / path if golden.name == "expected.txt" else CASES / Path(path).name
    return source_of(file.read_text(encoding="utf-8")).lines_at(problem, WIDTH) if file.is_file() else ()


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(LISTED)} rules")
    if missing():
        print(f"without an example: {', '.join(missing())}", file=sys.stderr)
    return 1 if missing() else 0


if __name__ == "__main__":
    sys.exit(main())
