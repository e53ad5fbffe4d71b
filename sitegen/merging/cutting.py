"""A frontmatter cut into lines: those of each key, and the rows and prices one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sitegen.errors import ProblemError, error
from sitegen.frontmatter import Document, Node
from sitegen.frontmatter.members import members_of_list
from sitegen.frontmatter.nodes import plain_data
from sitegen.frontmatter.splices import line_start, next_line

RULE = "merge-conflict"
BY_HAND = "settle the file by hand, then `git add` it"


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a key, and the comments and blank lines above them."""

    above: str = ""
    own: str = ""


@dataclass(frozen=True, slots=True)
class Front:
    """The lines of each top-level key, in order; `closing` are those behind the last."""

    keys: Mapping[str, Lines]
    closing: str

    def lines(self, key: str) -> Lines:
        """Empty where there is no such key."""
        return self.keys.get(key) or Lines()


@dataclass(frozen=True, slots=True)
class Item:
    """One row or one price: its lines, with the comments above them. `name` is the key of a price, else empty."""

    name: str
    text: str
    data: Any


@dataclass(frozen=True, slots=True)
class Table:
    """`header` is the line of the key; empty where the file has no such key."""

    header: str = ""
    items: tuple[Item, ...] = ()


def cut_front(document: Document) -> Front:
    if document.root.flow:
        message = "the frontmatter is one `{…}`, so its keys have no lines of their own"
        raise ProblemError(error(RULE, document.location(), message, BY_HAND))
    keys: dict[str, Lines] = {}
    at = 0
    for key, value in document.root.entries:
        start, end = line_start(document.front, key.start), next_line(document.front, value.end)
        keys[str(key.value)] = Lines(document.front[at:start], document.front[start:end])
        at = end
    return Front(keys, document.front[at:])


def cut_table(document: Document, name: str) -> Table:
    """The list of rows or the mapping of prices under a key, in lines of their own or in brackets."""
    entry = document.root.entry(name)
    if entry is None:
        return Table()
    key, node = entry
    if node.flow or not (node.children or node.entries):
        return Table(f"{name}:{document.newline}", _items_in_brackets(document, node))
    first = next_line(document.front, key.end)
    header = document.front[line_start(document.front, key.start) : first]
    return Table(header, _items_in_lines(document, node, first))


def _items_in_lines(document: Document, node: Node, start: int) -> tuple[Item, ...]:
    items = []
    at = start
    for end, (name, data) in zip(_ends(document, node), _named(node), strict=True):
        items.append(Item(name, document.front[at:end], data))
        at = end
    return tuple(items)


def _ends(document: Document, node: Node) -> list[int]:
    if node.kind == "sequence":
        members = members_of_list(document.front, node, [True] * len(node.children))
        return [next_line(document.front, member.end) for member in members]
    return [next_line(document.front, value.end) for _, value in node.entries]


def _named(node: Node) -> list[tuple[str, Any]]:
    if node.kind == "sequence":
        return [("", plain_data(child)) for child in node.children]
    return [(str(key.value), plain_data(value)) for key, value in node.entries]


def _items_in_brackets(document: Document, node: Node) -> tuple[Item, ...]:
    """Each member on a line of its own, as fill writes it; its own characters stay as they are."""
    front = document.front
    if "\n" in front[node.start : node.end] and "#" in front[node.start : node.end]:
        message = "a table in brackets over several lines may hold comments, and they would be lost"
        raise ProblemError(error(RULE, document.location(), message, BY_HAND))
    if node.kind == "sequence":
        texts = [f"- {front[child.start : child.end]}" for child in node.children]
    else:
        texts = [f"  {front[key.start : value.end]}" for key, value in node.entries]
    lines = (" ".join(text.split("\n")) + document.newline for text in texts)
    return tuple(Item(name, line, data) for line, (name, data) in zip(lines, _named(node), strict=True))
