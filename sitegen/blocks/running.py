"""Block `totals`: what the session adds, and its project's sums up to and including it."""

from collections.abc import Callable

from sitegen.blocks.cost import hourly
from sitegen.blocks.tables import Cell, Table
from sitegen.display import count, hours_minutes, usd
from sitegen.rollups import Rollup

_HEAD = ("Project so far", "This session", "Project")


def _rate(sums: Rollup) -> str:
    rate = hourly(sums.totals.list_cost, sums.active)
    return "n/a" if rate is None else usd(rate, floor=sums.totals.is_floor)


_ROWS: tuple[tuple[str, Callable[[Rollup], str]], ...] = (
    ("List cost", lambda sums: usd(sums.totals.list_cost, floor=sums.totals.is_floor)),
    ("Sessions", lambda sums: count(sums.sessions)),
    ("Active hours", lambda sums: hours_minutes(sums.active)),
    ("List cost per active hour", _rate),
    ("Tokens", lambda sums: count(sums.totals.tokens)),
)


def running_table(own: Rollup, running: Rollup) -> Table:
    rows = tuple((Cell(name), Cell(show(own)), Cell(show(running))) for name, show in _ROWS)
    return Table(_HEAD, rows, tuple(name for name, _ in _ROWS), right=frozenset({1, 2}))


def running_lines(own: Rollup, running: Rollup) -> tuple[str, ...]:
    """The lines of block `totals`. `own` sums one session, `running` its project so far."""
    return running_table(own, running).lines
