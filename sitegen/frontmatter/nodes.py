"""What stands in a frontmatter: a tree of nodes that know their value and their place."""

from collections.abc import Iterator
from typing import Any, NamedTuple


class NumberText(str):
    """A decimal number as its digits stand in the file, without quotes: `0.10` stays `0.10`."""

    __slots__ = ()


class Node(NamedTuple):
    """One value. `start` and `end` are character offsets into the frontmatter, `line` and `column` count
    from 1 in the file. `end` is behind the last character, before comments and blank lines that follow.

    `kind` is "scalar", "mapping" or "sequence"; `style` of a scalar is "" (plain), `'`, `"`, `|` or `>`.
    A named tuple and not a dataclass: a check of a large ledger makes them by the hundred thousand.
    """

    kind: str
    start: int
    end: int
    line: int
    column: int
    value: bool | int | str | None = None
    style: str = ""
    flow: bool = False
    children: "tuple[Node, ...]" = ()
    entries: "tuple[Entry, ...]" = ()

    @property
    def is_null(self) -> bool:
        return self.kind == "scalar" and self.value is None

    def entry(self, key: str) -> "Entry | None":
        return next((entry for entry in self.entries if entry.key.value == key), None)


class Entry(NamedTuple):
    """One `key: value` of a mapping. The value of the key's node is always text."""

    key: Node
    value: Node


def scalars(node: Node) -> Iterator[Node]:
    """Every scalar in the tree, keys included, in the order of the file."""
    if node.kind == "scalar":
        yield node
    for key, value in node.entries:
        yield key
        yield from scalars(value)
    for child in node.children:
        yield from scalars(child)


def plain_data(node: Node) -> Any:
    """The node as int, bool, str, NumberText, None, list and dict. The tree is at most 12 deep."""
    if node.kind == "scalar":
        return node.value
    if node.kind == "mapping":
        return {key.value: plain_data(value) for key, value in node.entries}
    return [plain_data(child) for child in node.children]
