"""What a body of a session file says to a program: its lines outside code fences, check boxes, placeholders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_BOX = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)$")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
# A bracket after a letter is an index, `[!` a kind of note, and numbers alone are a list or a reference.
_PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9\[\]\\])\[(?!\^|\[|!)(?![\d\s.,]+\])([^\[\]\n]{1,120})\](?![(\[:\]])")
_OMISSIONS = frozenset({"[sic]", "[…]", "[...]"})
_MASKED = "REDACTED:"
"""What `masking` puts in place of a secret: nobody is to fill that in."""
_LIST_BOX = re.compile(r"^((?:\s*>)*\s*(?:[-*+]|\d+[.)])\s+)\[[ xX]\](?=\s|$)")
_CELL_BOX = re.compile(r"(?<=\|)\s*\[[ xX]\]\s*(?=\|)")
_LINK_TARGET = re.compile(r"^ {0,3}\[([^\]]+)\]:\s")
_LABEL = re.compile(r"^(?:(?:[-*+]|\d+[.)])\s+)?(?:\*\*[^*]+\*\*:?|[A-Z][\w /-]{0,40}:\s)?\s*")
_MAY_BE_UNDECIDED = re.compile("TBD|TODO")
_UNDECIDED = re.compile(r"(?:TBD|TODO|TBD-after-commit)\.?")
LONGEST_LINE = 20_000
"""Characters. Nobody writes longer lines, and looking for marks in them could take very long."""
GOAL_HEADINGS = ("goals", "success criteria", "objectives", "key accomplishments", "achievements")


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1 in the body; `heading` is the nearest heading above, in lower case."""

    number: int
    text: str
    heading: str


@dataclass(frozen=True, slots=True)
class Box:
    line: Line
    ticked: bool
    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Text that a person was to replace. `line` counts from 1 in the body, `column` characters from 1."""

    line: int
    column: int
    text: str


def prose_lines(body: str) -> Iterator[Line]:
    """The lines outside code fences, in order."""
    fence = ""
    heading = ""
    for number, text in enumerate(body.split("\n"), start=1):
        line = text.removesuffix("\r")
        mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            closes = mark and mark[1].startswith(fence) and not line.strip(" `~")
            fence = "" if closes else fence
            continue
        if mark:
            fence = mark[1]
            continue
        if line.startswith("#") and (found := _HEADING.match(line)):
            heading = found[2].rstrip().rstrip("#").rstrip().lower()
        yield Line(number, line, heading)


def boxes(body: str) -> tuple[Box, ...]:
    found = ((line, _BOX.match(line.text)) for line in prose_lines(body))
    return tuple(Box(line, match[1] != " ", match[2].strip()) for line, match in found if match)


def goals_met(body: str) -> tuple[int, int]:
    """Ticked and all check boxes below headings that name goals or what was accomplished."""
    goals = [box for box in boxes(body) if any(word in box.line.heading for word in GOAL_HEADINGS)]
    return sum(box.ticked for box in goals), len(goals)


def without_code(text: str) -> str:
    """Code spans become blanks, so that every column stays."""
    return _CODE_SPAN.sub(_blank, text)


@lru_cache(maxsize=2)
def written_lines(body: str) -> tuple[Line, ...]:
    """The lines outside code fences, without those longer than `LONGEST_LINE`.

    Comments, also of several lines, are blanks, so that columns stay.
    """
    lines = tuple(line for line in prose_lines(body) if len(line.text) <= LONGEST_LINE)
    text = "\n".join(line.text for line in lines)
    if "<!--" not in text:
        return lines
    parts: list[str] = []
    at = 0
    for start, end in _comments(without_code(text)):
        parts += (text[at:start], _blanks(text[start:end]))
        at = end
    texts = "".join((*parts, text[at:])).split("\n")
    pairs = zip(lines, texts, strict=True)
    return tuple(line if line.text == found else replace(line, text=found) for line, found in pairs)


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each; what is never closed is none."""
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start)) >= 0:
        end = close + len("-->")
        yield start, end


def _blank(found: re.Match[str]) -> str:
    return _blanks(found[0])


def _blanks(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


@lru_cache(maxsize=2)
def placeholders(body: str) -> tuple[Placeholder, ...]:
    """`[Text]` that is no check box, link, footnote or wiki link and stands outside code and comments."""
    lines = written_lines(body)
    targets = frozenset(found[1].lower() for line in lines if (found := _LINK_TARGET.match(line.text)))
    return tuple(found for line in lines for found in _placeholders_in(line, targets))


def _placeholders_in(line: Line, targets: frozenset[str]) -> Iterator[Placeholder]:
    if "[" not in line.text and not _MAY_BE_UNDECIDED.search(line.text):
        return
    text = _CELL_BOX.sub(_blank, _LIST_BOX.sub(_blank, without_code(line.text)))
    if _LINK_TARGET.match(text):
        return
    for match in _PLACEHOLDER.finditer(text):
        known = match[0].lower() in _OMISSIONS or match[1].lower() in targets
        if not known and not match[1].startswith(_MASKED):
            yield Placeholder(line.number, match.start() + 1, match[0])
    for column, value in _values(text):
        if _UNDECIDED.fullmatch(value):
            yield Placeholder(line.number, column, value)


def _values(text: str) -> Iterator[tuple[int, str]]:
    """What stands behind the label of a line, or in each cell of a table row; with its column."""
    if not text.lstrip().startswith("|"):
        start = len(text) - len(text.lstrip())
        label = _LABEL.match(text.lstrip())
        start += label.end() if label else 0
        yield start + 1, text[start:].strip()
        return
    at = 0
    for part in text.split("|"):
        yield at + len(part) - len(part.lstrip()) + 1, part.strip().strip("*")
        at += len(part) + 1


def without_placeholders(body: str) -> str:
    """The body less every line that holds a placeholder, and less the headings that then have nothing below them."""
    unfilled = {found.line for found in placeholders(body)}
    lines = body.split("\n")
    kept = [text for number, text in enumerate(lines, start=1) if number not in unfilled]
    return without_empty_sections("\n".join(kept))


def without_empty_sections(body: str) -> str:
    lines = body.split("\n")
    levels = {line.number - 1: len(found[1]) for line in prose_lines(body) if (found := _HEADING.match(line.text))}
    kept: list[str] = []
    for index, text in enumerate(lines):
        level = levels.get(index)
        if level is not None and level > 1 and not _has_content(lines, levels, index, level):
            continue
        kept.append(text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept))


def _has_content(lines: list[str], levels: dict[int, int], start: int, level: int) -> bool:
    for index in range(start + 1, len(lines)):
        if index in levels:
            if levels[index] <= level:
                return False
        elif (text := lines[index].strip()) and text != "---" and not _is_table_frame(lines, index):
            return True
    return False


def _is_table_frame(lines: list[str], index: int) -> bool:
    """A table's head and rule say nothing where no row follows."""
    text = lines[index].strip()
    if not text.startswith("|"):
        return False
    table = index
    while table + 1 < len(lines) and lines[table + 1].strip().startswith("|"):
        table += 1
    first = index
    while first > 0 and lines[first - 1].strip().startswith("|"):
        first -= 1
    return table - first < 2
