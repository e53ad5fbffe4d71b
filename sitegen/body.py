"""What a body of a session file says to a program: its lines outside code fences, check boxes, placeholders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_BOX = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)$")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_PLACEHOLDER = re.compile(r"(?<![\[\]\\])\[(?!\^|\[)([^\[\]\n]{1,120})\](?![(\[:\]])")
_LIST_BOX = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)\[[ xX]\](?=\s)")
_COMMENT = re.compile(r"<!--.*?-->")
_UNDECIDED = re.compile(r"^(?:TBD|TODO|TBD-after-commit)\.?$")
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
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line.strip(" `~")
            fence = "" if closes else fence
            continue
        if mark:
            fence = mark[1]
            continue
        if found := _HEADING.match(line):
            heading = found[2].lower()
        yield Line(number, line, heading)


def boxes(body: str) -> tuple[Box, ...]:
    found = ((line, _BOX.match(line.text)) for line in prose_lines(body))
    return tuple(Box(line, match[1] != " ", match[2].strip()) for line, match in found if match)


def goals_met(body: str) -> tuple[int, int]:
    """Ticked and all check boxes below headings that name goals or what was accomplished."""
    goals = [box for box in boxes(body) if any(word in box.line.heading for word in GOAL_HEADINGS)]
    return sum(box.ticked for box in goals), len(goals)


def placeholders(body: str) -> tuple[Placeholder, ...]:
    """`[Text]` that is no check box, link, footnote or wiki link and stands outside code and comments."""
    return tuple(found for line in prose_lines(body) for found in _placeholders_in(line))


def _placeholders_in(line: Line) -> Iterator[Placeholder]:
    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    text = _LIST_BOX.sub(blank, _COMMENT.sub(blank, _CODE_SPAN.sub(blank, line.text)))
    if re.match(r"^ {0,3}\[[^\]]+\]:\s", text):
        return
    for match in _PLACEHOLDER.finditer(text):
        yield Placeholder(line.number, match.start() + 1, match[0])
    value = re.sub(r"^\s*(?:[-*+]|\d+[.)])?\s*(?:\*\*[^*]+\*\*:?)?\s*", "", text).strip()
    if _UNDECIDED.match(value):
        yield Placeholder(line.number, text.index(value) + 1, value)


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
