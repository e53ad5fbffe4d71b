"""Usage rows as `fill` writes them, read by pattern: most of a ledger is such lines, and a parser is slow on them.

`blanked` puts blanks in the place of what is inside the braces of each such row, so that every other place stays
where it is. The reader puts the rows back, or reads the whole text once more where anything is not as it seemed.
"""

import re
from collections.abc import Mapping

from sitegen.frontmatter.nodes import Entry, Node
from sitegen.frontmatter.scalars import Refused, plain_value

Row = tuple[Entry, ...]
_LINE = re.compile(r"^(?: {2})?- (\{[^\n#]{2,8000}\})\r?$", re.MULTILINE)
_SCALAR = r"'[^'\n]*'|\"[^\"\\\n]*\"|[A-Za-z0-9][A-Za-z0-9_./-]*(?: [A-Za-z0-9][A-Za-z0-9_./-]*)*"
_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,99}"  # YAML ends a key within 1,024 characters
_PAIR = re.compile(rf"({_KEY}): (?:({_SCALAR})|(\{{))(?:(, )|(\}}))?")
_INNER = re.compile(rf"({_KEY}): ({_SCALAR})(?:(, )|(\}}))")


def blanked(front: str) -> tuple[str, Mapping[int, str]]:
    """The text with its plain rows emptied, and what stood in each, by the offset of its brace."""
    rows = {match.start(1): match[1] for match in _LINE.finditer(front)}
    if not rows:
        return front, {}
    parts: list[str] = []
    at = 0
    for start, text in rows.items():
        parts += (front[at : start + 1], " " * (len(text) - 2))
        at = start + len(text) - 1
    return "".join((*parts, front[at:])), rows


def read_row(text: str, start: int, line: int, column: int) -> Node | None:
    """The row that begins at this place, or None where a pattern cannot tell what it says."""
    entries: list[Entry] = []
    at = 1
    while pair := _PAIR.match(text, at):
        key = _scalar(pair[1], start, line, column, pair.start(1))
        if pair[3]:
            value, at, more = _mapping(text, pair.start(3), start, line, column)
        else:
            value = _scalar(pair[2], start, line, column, pair.start(2))
            at, more = pair.end(), bool(pair[4])
            if not (pair[4] or pair[5]):
                return None
        if key is None or value is None or key.value != pair[1]:
            return None
        entries.append(Entry(key, value))
        if not more:
            return _node(entries, text, 0, start, line, column) if at == len(text) else None
    return None


def _mapping(text: str, brace: int, start: int, line: int, column: int) -> tuple[Node | None, int, bool]:
    """The mapping inside a row, where the text behind it begins, and whether another pair follows."""
    entries: list[Entry] = []
    at = brace + 1
    while pair := _INNER.match(text, at):
        key = _scalar(pair[1], start, line, column, pair.start(1))
        value = _scalar(pair[2], start, line, column, pair.start(2))
        at = pair.end()
        if key is None or value is None or key.value != pair[1]:
            return None, at, False
        entries.append(Entry(key, value))
        if pair[4]:
            node = _node(entries, text[:at], brace, start, line, column)
            if text.startswith(", ", at):
                return node, at + 2, True
            return (node, at + 1, False) if text.startswith("}", at) else (None, at, False)
    return None, at, False


def _scalar(text: str, start: int, line: int, column: int, at: int) -> Node | None:
    begin, end, place = start + at, start + at + len(text), column + at
    if text[0] in "'\"":
        return Node("scalar", begin, end, line, place, text[1:-1], text[0])
    value = plain_value(text)
    return None if isinstance(value, Refused) else Node("scalar", begin, end, line, place, value)


def _node(entries: list[Entry], text: str, at: int, start: int, line: int, column: int) -> Node | None:
    """None where a key stands twice: the reader tells of it."""
    if len({entry.key.value for entry in entries}) < len(entries):
        return None
    return Node(
        "mapping", start + at, start + len(text), line, column + at, None, "", flow=True, entries=tuple(entries)
    )
