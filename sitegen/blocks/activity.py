"""Block `activity`: what was done, in numbers."""

from decimal import Decimal

from sitegen.blocks.tables import Cell, Part, Table, count_cell, escaped, fields_table, read_count
from sitegen.body import goals_met
from sitegen.display import count, plain
from sitegen.session import Session

_CODE = {
    "files": "Files modified",
    "added": "Lines added",
    "deleted": "Lines deleted",
    "tests_added": "Tests added",
}


def activity_table(session: Session) -> Table:
    met, goals = goals_met(session.body)
    fields = [
        ("Goals met", Cell(f"{met} of {goals}" if goals else "")),
        *((name, _code(session, key)) for key, name in _CODE.items()),
        ("Test coverage", _coverage(session)),
        ("Interactions", Cell(count(interactions(session)))),
        ("Tools used", _tools(session)),
    ]
    return fields_table(("Activity", "Value"), fields)


def interactions(session: Session) -> int:
    return len({(row.at, row.task) for row in session.rows})


def _code(session: Session, key: str) -> Cell:
    number = session.code.get(key)
    return Cell("", (Part(("code", key), read_count),)) if number is None else count_cell(int(number), "code", key)


def _coverage(session: Session) -> Cell:
    coverage = session.code.get("coverage")
    text = "" if coverage is None else f"{plain(Decimal(coverage))} %"
    return Cell(text, (Part(("code", "coverage"), lambda shown: shown.removesuffix(" %") or None),))


def _tools(session: Session) -> Cell:
    tools: dict[str, int] = {}
    for row in session.rows:
        for name, number in row.tools.items():
            tools[name] = tools.get(name, 0) + number
    ranked = sorted(tools.items(), key=lambda item: (-item[1], item[0]))
    return Cell(", ".join(f"{escaped(name)} {number}" for name, number in ranked))
