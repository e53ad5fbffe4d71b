"""The bounded reader: YAML events → nodes, with a stack of its own and a limit on everything.

No loader, composer or constructor of a YAML library runs on a file that other people can change.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import yaml

from sitegen.errors import Location, Problem, error
from sitegen.frontmatter.nodes import Entry, Node
from sitegen.frontmatter.plain_rows import blanked, read_row
from sitegen.frontmatter.scalars import Refused, plain_value

RULE = "yaml"
UNSAFE = "yaml-unsafe"
MAX_DEPTH = 12
MAX_NODES = 200_000
MAX_SCALAR = 200_000
MAX_PROBLEMS = 100
_MOST_WITH_PLAIN_ROWS = 400_000
"""Characters. A shorter text cannot have more values than `MAX_NODES` in rows that are not counted."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEEPS_BLANK_LINES = re.compile(r"[|>][0-9]?\+")
_COLON = re.compile(r"[ \t]*:")
_QUOTES = "put it in quotes"


class _StopReading(Exception):  # noqa: N818  # it is not an error: what was found stands in the problems
    """Nothing after this place can be read."""


@dataclass(slots=True)
class _Open:
    """A container whose end has not come yet. `key` is the key that waits for its value."""

    is_mapping: bool
    mark: Any = None
    flow: bool = False
    children: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    key: Node | None = None

    def node(self, end_mark: Any) -> Node:
        """A block ends with its last value: the library's mark is behind the comments that follow."""
        mark = self.mark
        last = self.entries[-1].value if self.entries else self.children[-1] if self.children else None
        end = end_mark.index if self.flow or last is None else last.end
        kind = "mapping" if self.is_mapping else "sequence"
        place = (mark.index, end, mark.line + 2, mark.column + 1)
        return Node(kind, *place, None, "", self.flow, tuple(self.children), tuple(self.entries))


def read_mapping(front: str, path: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """The frontmatter as one mapping, or all that can be told of what is wrong with it."""
    text, rows = blanked(front) if len(front) <= _MOST_WITH_PLAIN_ROWS else (front, {})
    if rows:
        reader = _Reader(text, path, rows)
        root, problems = _read(reader, path)
        if not problems and reader.rows_read == len(rows):
            return root, ()
    return _read(_Reader(front, path), path)


def _read(reader: "_Reader", path: str) -> tuple[Node | None, tuple[Problem, ...]]:
    try:
        reader.read()
    except yaml.MarkedYAMLError as fault:
        reader.syntax_error(fault)
    except (yaml.YAMLError, UnicodeEncodeError, ValueError, OverflowError):
        # The Python parser, used where the C one is missing, chokes on escapes such as "\Uffffffff".
        reader.problems.append(error(RULE, Location(path, 2), "the frontmatter is not YAML"))
    except _StopReading:
        pass
    root = reader.root or Node("mapping", 0, 0, 2, 1)
    return (None if reader.problems else root), tuple(reader.problems)


class _Reader:
    """Takes events in turn. The bottom of the stack is a list that takes the document's value."""

    def __init__(self, front: str, path: str, rows: Mapping[int, str] = MappingProxyType({})) -> None:
        self.front = front
        self.path = path
        self.rows_read = 0
        self._rows = rows
        self.problems: list[Problem] = []
        self._top = _Open(is_mapping=False)
        self._stack = [self._top]

    @property
    def root(self) -> Node | None:
        values = self._stack[0].children
        return values[0] if values else None

    def read(self) -> None:
        """Takes every event; the ends of containers count as nodes, which makes the limit a little stricter."""
        events: Iterable[Any] = yaml.parse(self.front, Loader=_LOADER)
        for count, event in enumerate(events):
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(event)
            else:
                self._other(event)
            if count > MAX_NODES:
                self._stop(event.start_mark, UNSAFE, f"more than {MAX_NODES:,} values", "split the file")

    def syntax_error(self, fault: yaml.MarkedYAMLError) -> None:
        mark: Any = fault.problem_mark or fault.context_mark
        place = self._place(mark) if mark else Location(self.path, 2)
        told = ", ".join(part for part in (fault.context, fault.problem) if part)
        hint = "put the value in quotes" if "mapping values are not allowed" in told else None
        if mark and self.front.startswith("\t", mark.index):
            hint = "indent with blanks, not tabs"
        self.problems.append(error(RULE, place, f"not YAML: {told}", hint))

    def _other(self, event: Any) -> None:
        mark = event.start_mark
        end = event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            self._refuse(mark, UNSAFE, f"alias `*{_short(str(event.anchor))}`", "write the value out")
            self._add(self._scalar_node(mark, end, "", ""))
        elif isinstance(event, yaml.DocumentStartEvent):
            if event.version or event.tags:
                self._refuse(mark, UNSAFE, "a `%` directive", "remove it")
            if self.root is not None:
                self._stop(mark, UNSAFE, "a second YAML document begins here", "keep one")
        elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
            self._refuse(mark, RULE, "`...` ends the YAML here", "remove the line")

    def _scalar(self, event: Any) -> None:
        mark = event.start_mark
        end = event.end_mark.index
        text = event.value
        style = event.style or ""
        if event.tag or event.anchor:
            self._check_properties(event)
        if len(text) > MAX_SCALAR:
            message = f"a value has more than {MAX_SCALAR:,} characters"
            self._stop(mark, UNSAFE, message, "move it to the body")
        if style:
            end = self._check_styled(event, end)
        if len(self._stack) == 1:
            self._stop(mark, RULE, "the frontmatter is one value, must be `key: value` lines")
        self._add(self._scalar_node(mark, end, text, style))

    def _scalar_node(self, mark: Any, end: int, text: str, style: str) -> Node:
        value = text if style else plain_value(text)
        if isinstance(value, Refused):
            self._refuse_plain(mark, value, text)
            value = text
        elif value is not text and self._top.is_mapping and self._top.key is None:
            if value is None or isinstance(value, bool):
                self._refuse(mark, RULE, f"a key is `{text}`, must be text", _QUOTES)
            value = text
        return Node("scalar", mark.index, end, mark.line + 2, mark.column + 1, value, style)

    def _refuse_plain(self, mark: Any, refused: Refused, text: str) -> None:
        shown = _short(text)
        if text == "<<":
            self._refuse(mark, UNSAFE, "merge key `<<`", "write the keys out")
            return
        example = f": `'{text}'`" if shown == text else ""
        self._refuse(mark, RULE, f"{refused.what} `{shown}`", f"{_QUOTES}{example}")

    def _check_styled(self, event: Any, end: int) -> int:
        """Where a scalar in quotes or in a block ends. Blank lines after a block are part of its value only
        where its header says so (`|+`).
        """
        mark = event.start_mark
        if event.style == '"' and not _encodes(event.value):
            self._refuse(mark, RULE, "half of a character (a lone surrogate)", "write the whole character")
        if event.style in "'\"" or _KEEPS_BLANK_LINES.match(self.front, mark.index):
            return end
        return int(mark.index) + len(self.front[mark.index : end].rstrip())

    def _check_properties(self, event: Any) -> None:
        if event.anchor:
            self._refuse(event.start_mark, UNSAFE, f"anchor `&{_short(event.anchor)}`", "write the value out")
        if event.tag:
            self._refuse(event.start_mark, UNSAFE, f"tag `{_short(event.tag)}`", "remove it")

    def _begin(self, event: Any) -> None:
        self._check_properties(event)
        mark = event.start_mark
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if len(self._stack) > MAX_DEPTH:
            self._stop(mark, UNSAFE, f"nested more than {MAX_DEPTH} deep", "flatten it")
        if self._top.is_mapping and self._top.key is None:
            self._stop(mark, RULE, "a key is a list or a mapping, must be text", _QUOTES)
        if len(self._stack) == 1 and not is_mapping:
            self._stop(mark, RULE, "the frontmatter is a list, must be `key: value` lines")
        self._top = _Open(is_mapping, mark, bool(event.flow_style))
        self._stack.append(self._top)

    def _end(self, event: Any) -> None:
        done = self._stack.pop()
        self._top = self._stack[-1]
        is_row = done.is_mapping and done.mark.index in self._rows
        self._add(self._plain_row(done) if is_row else done.node(event.end_mark))

    def _plain_row(self, done: _Open) -> Node:
        """A row that was emptied before, read by pattern; a reading without patterns is to follow if it cannot be."""
        mark = done.mark
        row = read_row(self._rows[mark.index], mark.index, mark.line + 2, mark.column + 1)
        if row is None:
            raise _StopReading
        self.rows_read += 1
        return row

    def _add(self, node: Node) -> None:
        top = self._top
        if not top.is_mapping:
            top.children.append(node)
        elif top.key is None:
            self._add_key(top, node)
        else:
            top.entries.append(Entry(top.key, node))
            top.key = None

    def _add_key(self, top: _Open, node: Node) -> None:
        top.key = node
        name = str(node.value)
        first = top.starts.setdefault(name, node.start)
        is_usual = top.flow or _COLON.match(self.front, node.end)
        if first == node.start and is_usual:
            return
        place = Location(self.path, node.line, node.column)
        if not is_usual:
            self._report(place, RULE, "a key is written as `? key`", "write it as `key: value`")
            raise _StopReading
        line = self.front.count("\n", 0, first) + 2
        self._report(place, RULE, f"`{_short(name)}` is already set on line {line}", "keep one of the two")

    def _place(self, mark: Any) -> Location:
        return Location(self.path, mark.line + 2, mark.column + 1)

    def _refuse(self, mark: Any, rule: str, message: str, hint: str | None = None) -> None:
        self._report(self._place(mark), rule, message, hint)

    def _stop(self, mark: Any, rule: str, message: str, hint: str | None = None) -> None:
        self._refuse(mark, rule, message, hint)
        raise _StopReading

    def _report(self, place: Location, rule: str, message: str, hint: str | None = None) -> None:
        self.problems.append(error(rule, place, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _StopReading


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
