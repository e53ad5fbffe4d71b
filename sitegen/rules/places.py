"""Where in a frontmatter something would stand that is missing."""

from collections.abc import Sequence

from sitegen.blocks import Keys
from sitegen.errors import Location
from sitegen.frontmatter import Node
from sitegen.schema import KEYS
from sitegen.session import Session


def place_of(session: Session, keys: Keys) -> Location:
    """Where the value stands, or the nearest above it; of a missing key at the top, where it would stand."""
    root = session.document.root
    if session.document.node(keys[0]) is not None or keys[0] not in KEYS:
        return session.locate(*keys)
    later = KEYS[KEYS.index(str(keys[0])) + 1 :]
    return place_between(session, root, [key.value in later for key, _ in root.entries])


def place_between(session: Session, node: Node, is_behind: Sequence[bool]) -> Location:
    """Of the first member that belongs behind what is missing; where there is none, the line below the last."""
    members = node.children or tuple(entry.key for entry in node.entries)
    for member, behind in zip(members, is_behind, strict=True):
        if behind:
            return Location(session.path, member.line, member.column)
    front = session.document.front
    return Location(session.path, front.count("\n", 0, node.end) + (2 if front[: node.end].endswith("\n") else 3))


def place_below(session: Session, key: str) -> Location:
    """The line below a key that has no value."""
    line, column = session.document.locate_key(key)
    return Location(session.path, line + 1, column)
