"""Tables in Markdown whose cells know the values of the frontmatter that they show."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sitegen.display import count, exact_usd

Keys = tuple[str | int, ...]
Reader = Callable[[str], Any]
"""From the text of a cell back to a value as a file holds it; None where the text does not tell."""

_COUNT = re.compile(r"(?:≥ )?(\d{1,3}(?:,\d{3})*)", re.ASCII)
_USD = re.compile(r"(?:≥ )?\$(\d{1,3}(?:,\d{3})*)(\.\d+)?", re.ASCII)
_MOMENT = re.compile(r"(\S+) (\S+) (\S+)")
_SPECIAL = re.compile(r"[\\|`*_\[\]<>]")
_ENTITIES = {"<": "&lt;", ">": "&gt;"}
_ESCAPE = re.compile(r"\\([\\|`*_\[\]])")


class Part(NamedTuple):
    """One value of the frontmatter that a cell shows. Without `read` it cannot be had back from the cell.

    Parts and cells are named tuples and not dataclasses: a check of a large ledger makes them by the million.
    """

    keys: Keys
    read: Reader | None = None


class Cell(NamedTuple):
    """`parts` is empty where the text is worked out from several values."""

    text: str
    parts: tuple[Part, ...] = ()


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first `key_cells` of a row tell it from others. `names` say for each row how a message calls it.

    `absent` has the rows that are left out because the frontmatter says nothing for them, by their first cell.
    """

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...]
    key_cells: int = 1
    right: frozenset[int] = frozenset()
    absent: Mapping[str, Row] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[str, ...]:
        rule = ("---:" if index in self.right else "---" for index in range(len(self.head)))
        texts = ([cell.text for cell in row] for row in self.rows)
        return tuple(f"| {' | '.join(cells)} |" for cells in (self.head, rule, *texts))


def fields_table(head: tuple[str, str], fields: Sequence[tuple[str, Cell]]) -> Table:
    """A row for each field that says something."""
    told = [(name, cell) for name, cell in fields if cell.text]
    return Table(
        head,
        tuple((Cell(name), cell) for name, cell in told),
        tuple(name for name, _ in told),
        absent={name: (Cell(name), cell) for name, cell in fields if not cell.text},
    )


def escaped(text: str) -> str:
    """Foreign text inside a table: one line, no pipe, no HTML, no link."""
    flat = " ".join(text.split())
    if not _SPECIAL.search(flat):
        return flat
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), flat)


def read_words(text: str) -> str | None:
    """The words that `escaped` made this text from, save for the width of blanks."""
    return _ESCAPE.sub(r"\1", text.replace("&lt;", "<").replace("&gt;", ">")) or None


def words_cell(text: str, *keys: str | int) -> Cell:
    return Cell(escaped(text), (Part(keys, read_words),))


def plain_cell(text: str, *keys: str | int) -> Cell:
    """Text of ours, as it stands in the file."""
    return Cell(text, (Part(keys, lambda shown: shown or None),))


def read_count(text: str) -> int | None:
    found = _COUNT.fullmatch(text)
    return int(found[1].replace(",", "")) if found else None


def count_cell(number: int, *keys: str | int, floor: bool = False) -> Cell:
    return Cell(f"≥ {count(number)}" if floor else count(number), (Part(keys, read_count),))


def read_usd(text: str) -> str | None:
    """The amount that begins the text, without the zeros that only fill up the cents."""
    found = _USD.match(text)
    if not found:
        return None
    cents = (found[2] or "").rstrip("0").rstrip(".")
    return found[1].replace(",", "") + cents


def usd_cell(amount: Decimal, *keys: str | int) -> Cell:
    """Every decimal there is."""
    return Cell(exact_usd(amount), (Part(keys, read_usd),))


def moment_cell(at: datetime | None, *keys: str | int) -> Cell:
    """`2026-07-06 09:13:00 +02:00`: all that a file says about an instant."""
    return Cell(_moment(at) if at else "", (Part(keys, _read_moment),))


def _moment(at: datetime) -> str:
    local = at.replace(tzinfo=None).isoformat(" ")
    return f"{local} {at.isoformat(' ')[len(local) :]}"


def _read_moment(text: str) -> str | None:
    found = _MOMENT.fullmatch(text)
    return f"{found[1]}T{found[2]}{found[3]}" if found else None
