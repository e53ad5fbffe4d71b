"""Session files with one thing changed: every digit, sign, model, time and row that a file has."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sitegen.blocks import find_blocks
from sitegen.frontmatter import Node
from sitegen.session import Session

_ROW = re.compile(r"- \{")
_PRICE = re.compile(r"  \S.*: \{")
_KEY_WITH_DIGIT = re.compile(r"[a-z]\w*:.*\d", re.ASCII)
_NUMBER = re.compile(r"(?<![\w.:#-])\d", re.ASCII)
_OFFSET = re.compile(r"(?<=\d)[+-](?=\d\d:\d\d$)", re.ASCII)
OTHER_TIMES = {
    "started": ("'2026-07-20T11:11:11+02:00'", "'2026-01-01T00:00:00Z'"),
    "ended": ("'2026-12-31T23:59:59+01:00'", "'2026-07-01T10:17:59+02:00'"),
    "active": ("'0:00'", "'12:34'", "'0:01'"),
    "time": ("'00:00'", "'23:59'", "'2026-07-07 00:10'"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """`raw` is the whole file. The change is found if a problem names one of `lines`."""

    what: str
    raw: bytes
    lines: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Text:
    """The frontmatter or the body of a file, and the lines of the file that it stands on."""

    before: bytes
    text: str
    after: bytes
    first_line: int

    def replaced(self, what: str, start: int, end: int, new: str) -> Change:
        line = self.text.count("\n", 0, start) + self.first_line
        near = self.text[max(0, start - 25) : end + 12].replace("\n", "⏎")
        return self._change(f"{what} {new!r} in {near!r}", self.text[:start] + new + self.text[end:], line)

    def rows_changed(self, what: str, indexes: Sequence[int]) -> Iterator[Change]:
        """Each of these lines taken away, doubled, and swapped with the next."""
        lines = self.text.split("\n")
        for index in indexes:
            line = self.first_line + index
            text = lines[index][:40]
            gone, twice = [*lines[:index], *lines[index + 1 :]], [*lines[:index], lines[index], *lines[index:]]
            yield self._change(f"{what} deleted: {text}", "\n".join(gone), line)
            yield self._change(f"{what} doubled: {text}", "\n".join(twice), line, line + 1)
            if index + 1 in indexes:
                turned = [*lines[:index], lines[index + 1], lines[index], *lines[index + 2 :]]
                yield self._change(f"{what} swapped: {text}", "\n".join(turned), line, line + 1)

    def _change(self, what: str, text: str, *lines: int) -> Change:
        raw = self.before + text.encode() + self.after
        return Change(f"line {lines[0]}: {what}", raw, frozenset(lines))


def _front(session: Session) -> _Text:
    document = session.document
    return _Text(document.head, document.front, document.tail, 2)


def _body(session: Session) -> _Text:
    document = session.document
    before = document.raw[: len(document.raw) - len(document.body_bytes)]
    return _Text(before, document.body, b"", document.body_line)


def _scalars(node: Node, *above: str) -> Iterator[tuple[str, Node]]:
    """Every scalar with the name of its place: `usage.cost`, `source.sessions`; keys are places of their own."""
    if node.kind == "scalar":
        yield ".".join(above), node
    for key, value in node.entries:
        yield ".".join((*above, "key")), key
        yield from _scalars(value, *above, str(key.value))
    for child in node.children:
        yield from _scalars(child, *above)


def _other(digit: str, at: int) -> str:
    """Another digit, a different step for each place."""
    return str((int(digit) + 1 + at % 9) % 10)


def changed_digits(session: Session, less: frozenset[str]) -> Iterator[Change]:
    """Each digit of the frontmatter, in keys, words, numbers and times, but not in the places named by `less`."""
    front = _front(session)
    for name, node in _scalars(session.document.root):
        for at in range(node.start, node.end if name not in less else node.start):
            digit = front.text[at]
            if digit.isascii() and digit.isdigit():
                yield front.replaced(name, at, at + 1, _other(digit, at))


def changed_digits_of_blocks(session: Session) -> Iterator[Change]:
    body = _body(session)
    for first, last in _spans(session, body.text):
        for at in range(first, last):
            if body.text[at].isascii() and body.text[at].isdigit():
                yield body.replaced("block", at, at + 1, _other(body.text[at], at))


def changed_signs(session: Session, less: frozenset[str]) -> Iterator[Change]:
    """A minus before each number, and offsets from UTC turned round."""
    front = _front(session)
    for name, node in _scalars(session.document.root):
        text = front.text[node.start : node.end]
        if name in less or name.endswith("key"):
            continue
        for found in _NUMBER.finditer(text):
            at = node.start + found.start()
            yield front.replaced(f"sign of {name}", at, at, "-")
        for found in _OFFSET.finditer(str(node.value)):
            at = node.start + found.start() + text.startswith(("'", '"'))
            yield front.replaced(f"sign of {name}", at, at + 1, "-" if found[0] == "+" else "+")
    body = _body(session)
    for first, last in _spans(session, body.text):
        for found in _NUMBER.finditer(body.text, first, last):
            yield body.replaced("sign in a block", found.start(), found.start(), "-")


def changed_models(session: Session, models: Sequence[str]) -> Iterator[Change]:
    front = _front(session)
    document = session.document
    nodes = [document.node("usage", index, "model") for index in range(len(session.rows))]
    prices = document.node("prices")
    nodes += [entry.key for entry in prices.entries] if prices else []
    for node in filter(None, nodes):
        for model in models:
            if model != node.value:
                yield front.replaced("model", node.start, node.end, model)


def changed_times(session: Session) -> Iterator[Change]:
    front = _front(session)
    rows = [("usage", index, "time") for index in range(len(session.rows))]
    for keys in (("started",), ("ended",), ("active",), *rows):
        node = session.document.node(*keys)
        for text in OTHER_TIMES[str(keys[-1])] if node else ():
            if node and text.strip("'") != node.value:
                yield front.replaced("time", node.start, node.end, text)


def changed_rows(session: Session, less: frozenset[str]) -> Iterator[Change]:
    """Rows of usage, prices, whole keys that carry a number, and the lines of generated tables.

    A title must be there: a missing one is told at the beginning of the frontmatter.
    """
    front, body = _front(session), _body(session)
    lines = front.text.split("\n")
    less = less | {"title"}
    keys = [i for i, line in enumerate(lines) if _KEY_WITH_DIGIT.match(line) and line.partition(":")[0] not in less]
    yield from front.rows_changed("row", [index for index, line in enumerate(lines) if _ROW.match(line)])
    yield from _unswapped(front.rows_changed("price", [i for i, line in enumerate(lines) if _PRICE.match(line)]))
    yield from _unswapped(front.rows_changed("key", keys))
    blocks, _ = find_blocks(body.text, session.path, body.first_line)
    for block in blocks:
        yield from body.rows_changed(f"line of {block.name}", range(block.first - 1, block.last))


def _unswapped(changes: Iterator[Change]) -> Iterator[Change]:
    """Keys of a mapping may stand in any order."""
    return (change for change in changes if " swapped: " not in change.what)


def _spans(session: Session, body: str) -> Iterator[tuple[int, int]]:
    """Where the lines of each block begin and end."""
    blocks, _ = find_blocks(body, session.path, session.document.body_line)
    starts = [0, *(found.end() for found in re.finditer("\n", body))]
    for block in blocks:
        yield starts[block.first - 1], starts[block.last]
