"""Repairs of the frontmatter: one value, or the order of the usage rows. Each is proved before it is used."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sitegen.errors import SetValue
from sitegen.frontmatter import Document, Edit, apply_edits, prove, remove_key, set_key
from sitegen.schema import KEYS
from sitegen.session import Session


def with_value(document: Document, repair: SetValue) -> Document:
    """The same file with one value changed, and not a byte elsewhere."""
    keys, value = repair.keys, repair.value
    edits = remove_key(document, keys) if value is None else set_key(document, keys, value, KEYS)
    if not edits:
        return document
    top = str(keys[0])
    return prove(document, apply_edits(document, edits), {top: _changed(document.data.get(top), repair)})


def _changed(data: Any, repair: SetValue) -> Any:
    """What stands under the first of the keys, with the repair made."""
    return _with(data, repair.keys[1:], repair.value)


def _with(data: Any, keys: Sequence[str | int], value: Any) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(data, list) and isinstance(key, int):
        return [_with(item, rest, value) if index == key else item for index, item in enumerate(data)]
    known = dict(data) if isinstance(data, dict) else {}
    known[key] = _with(known.get(key), rest, value)
    return {name: kept for name, kept in known.items() if kept is not None or name != key}


def with_sorted_rows(session: Session) -> Document:
    """The usage rows in the order of their times, each with its lines and the comments above it.

    Unchanged where a row has no time, or where the rows do not each have lines of their own.
    """
    document = session.document
    times = [row.at for row in session.rows]
    node = document.node("usage")
    if node is None or node.flow or len(node.children) != len(times) or None in times:
        return document
    known = [at for at in times if isinstance(at, datetime)]
    order = sorted(range(len(known)), key=lambda index: (known[index], index))
    if order == list(range(len(order))):
        return document
    bounds = _row_bounds(document)
    rows = [document.front[start:end] for start, end in pairwise(bounds)]
    text = "".join(row if row.endswith("\n") else row + document.newline for row in (rows[index] for index in order))
    data = document.data["usage"]
    new = apply_edits(document, [Edit(bounds[0], bounds[-1], text)])
    return prove(document, new, {"usage": [data[index] for index in order]})


def _row_bounds(document: Document) -> list[int]:
    """Where each row begins, the comments above it included, and where the last one ends."""
    front = document.front
    node = document.node("usage")
    if node is None:
        return []
    first = front.rfind("\n", 0, node.children[0].start) + 1
    ends = [front.find("\n", child.end) + 1 or len(front) for child in node.children]
    return [first, *ends]
