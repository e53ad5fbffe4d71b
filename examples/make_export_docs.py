"""Make the tables of columns in docs/exports.md: what the columns say of themselves."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sitegen.exporting.focus import COLUMNS
from sitegen.records import SESSION_COLUMNS, USAGE_COLUMNS, Column

PAGE = Path(__file__).resolve().parent.parent / "docs" / "exports.md"
_TABLE = re.compile(r"(<!-- columns: ([a-z]+) -->\n).*?(<!-- /columns -->)", re.DOTALL)


def page(text: str) -> str:
    """The text with each table made anew."""
    return _TABLE.sub(lambda found: f"{found[1]}{_table(found[2])}\n{found[3]}", text)


def _table(name: str) -> str:
    if name == "focus":
        rows = (f"| `{c.name}` | {c.kind} | {'yes' if c.nullable else 'no'} | {c.words} |" for c in COLUMNS)
        return "\n".join(("| column | type | may be empty | what it holds |", "|---|---|---|---|", *rows))
    columns: dict[str, Iterable[Column[Any]]] = {"sessions": SESSION_COLUMNS, "usage": USAGE_COLUMNS}
    return "\n".join(("| column | what it holds |", "|---|---|", *_rows(columns[name])))


def _rows(columns: Iterable[Column[Any]]) -> Iterator[str]:
    return (f"| `{column.name}` | {column.words} |" for column in columns)


def main() -> int:
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"docs/exports.md: {len(SESSION_COLUMNS)}, {len(USAGE_COLUMNS)} and {len(COLUMNS)} columns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
