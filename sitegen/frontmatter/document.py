"""A session file taken apart: frontmatter with the position of every value, and the bytes around it."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from sitegen.errors import Location, Problem, SitegenError
from sitegen.frontmatter.nodes import Node, plain_data, scalars
from sitegen.frontmatter.reading import read_mapping
from sitegen.frontmatter.splitting import split

_COMMENT_LINE = re.compile(r"^[ \t]*#[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Document:
    """`raw` is the file; `head + front + tail` are its bytes again. `head` ends with the opening `---` line,
    `tail` begins with the closing one. `newline` is the line end of the opening line. Without frontmatter
    `head` and `front` are empty.
    """

    path: str
    raw: bytes
    head: bytes
    front: str
    tail: bytes
    newline: str

    @cached_property
    def root(self) -> Node:
        """The tree of the frontmatter. Read anew where a document comes from another process without it."""
        root, problems = read_mapping(self.front, self.path)
        if root is None:
            raise SitegenError(f"a document became unreadable: {problems[0]}")
        return root

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: a tree is larger to send than to make, and most are never looked at again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def data(self) -> dict[str, Any]:
        """The frontmatter as plain values, not to be changed; a decimal without quotes is a `NumberText`."""
        values: dict[str, Any] = plain_data(self.root)
        return values

    @cached_property
    def body(self) -> str:
        """Everything after the closing line; bytes that are not UTF-8 are replaced. To read, not to edit."""
        return self.body_bytes.decode("utf-8", "replace")

    @cached_property
    def comment_lines(self) -> tuple[tuple[int, str], ...]:
        """Offset and text of each comment that has a line of its own. A `#` in a scalar of many lines is none."""
        found = [(match.start(), match[0]) for match in _COMMENT_LINE.finditer(self.front)]
        if not found:
            return ()
        spans = [(node.start, node.end) for node in scalars(self.root) if "\n" in self.front[node.start : node.end]]
        return tuple(place for place in found if not _is_inside(place[0], spans))

    @property
    def body_bytes(self) -> bytes:
        return self.tail[self._fence_length :]

    @property
    def body_line(self) -> int:
        """The line of the file on which the body begins."""
        return self.front.count("\n") + 3 if self.head else 1

    @property
    def _fence_length(self) -> int:
        if not self.head:
            return 0
        return self.tail.find(b"\n") + 1 or len(self.tail)

    def node(self, *keys: str | int) -> Node | None:
        """The value under these keys (an int counts rows of a list from 0), or None where there is none."""
        found: Node | None = self.root
        for key in keys:
            found = _below(found, key) if found is not None else None
        return found

    def locate(self, *keys: str | int) -> tuple[int, int]:
        """Line and column of the value under these keys, else of the nearest value above that exists."""
        if not self.head:
            return 1, 1
        found = self.root
        for key in keys:
            below = _below(found, key)
            if below is None:
                break
            found = below
        return found.line, found.column

    def locate_key(self, *keys: str | int) -> tuple[int, int]:
        """Line and column of the last of these keys; of a list's row, where the row begins."""
        *above, last = keys
        parent = self.node(*above)
        entry = parent.entry(last) if parent is not None and isinstance(last, str) else None
        return (entry.key.line, entry.key.column) if entry else self.locate(*keys)

    def location(self, *keys: str | int) -> Location:
        return Location(self.path, *self.locate(*keys))

    def is_quoted(self, *keys: str | int) -> bool:
        found = self.node(*keys)
        return found is not None and found.style in ("'", '"')

    def without_text(self) -> "Document":
        """For a reader of thousands: of the file only the number of lines above its body is left."""
        return replace(self, raw=b"", front="\n" * self.front.count("\n"), tail=b"")

    def with_tail(self, tail: bytes) -> "Document":
        """The same frontmatter with another rest of the file, which must begin with the same closing line."""
        fence = self.tail[: self._fence_length]
        if not tail.startswith(fence):
            raise SitegenError("the closing line of the frontmatter must not change")
        raw = self.head + self.front.encode("utf-8") + tail
        return replace(self, raw=raw, tail=tail)

    def with_body(self, body: bytes) -> "Document":
        fence = self.tail[: self._fence_length]
        if body and not fence.endswith(b"\n"):
            fence += self.newline.encode()
        return replace(self, raw=self.head + self.front.encode("utf-8") + fence + body, tail=fence + body)


def bare_document(raw: bytes, path: str) -> Document:
    """A file without frontmatter: all of it is body, and every key stands at its first character."""
    return Document(path, raw, b"", "", raw, "\n")


def parse_document(raw: bytes, path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """The document, or None and every mistake that can be told. No file can hang or crash this."""
    parts = split(raw, path)
    if isinstance(parts, Problem):
        return None, (parts,)
    root, problems = read_mapping(parts.front, path)
    if root is None:
        return None, problems
    document = Document(path, raw, parts.head, parts.front, parts.tail, parts.newline)
    document.__dict__["root"] = root  # what the cached property would read once more
    return document, ()


def _is_inside(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of the spans, which are in order and apart, begins before the offset and ends behind it."""
    index = bisect_left(spans, (offset, 0)) - 1
    return index >= 0 and offset < spans[index][1]


def _below(node: Node, key: str | int) -> Node | None:
    if isinstance(key, str):
        entry = node.entry(key)
        return entry.value if entry else None
    return node.children[key] if 0 <= key < len(node.children) else None
