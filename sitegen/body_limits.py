"""What of a body the site turns into HTML, and what of that it refuses because converting it would take too long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sitegen.body import LONGEST_LINE

_LONGEST_RUN = 500
_DEEPEST = 20
_LARGEST = 512 * 1024
_MOST_OPENERS = 1_000
_MOST_OPENERS_IN_ALL = 10_000
_TAB = 4

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_BLOCK = re.compile(r"^<!--\s*(/?)sessions:([a-z_]+)\s*-->\s*$")
_RUN = re.compile(rf"([^\w\s])\1{{{_LONGEST_RUN}}}")
_QUOTES = re.compile(r"^(?:\s*>)+")
_ITEM = re.compile(r"^(\s*)(?:[-*+]|\d+[.)])\s")
Numbered = tuple[int, str, bool]
"""Number from 1 in the body, text, and whether it is in a code fence."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`line` counts from 1 in the body; 0 where no line alone is the cause."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line} {self.reason}" if self.line else f"it {self.reason}"


def without_blocks(body: str) -> str:
    """The lines outside `<!-- sessions:NAME -->` … `<!-- /sessions:NAME -->`: the site makes those anew."""
    return "\n".join(text for _, text, _ in _kept(body))


def refusal_of(body: str) -> Refusal | None:
    """Why what stands outside the blocks would take very long to convert, or crash; None for all that people write."""
    kept = _kept(body)
    if len("\n".join(text for _, text, _ in kept).encode("utf-8", "replace")) > _LARGEST:
        return Refusal(0, f"is longer than {_LARGEST // 1024} KB")
    openers = openers_in_all = 0
    for number, text, in_code in kept:
        if reason := _too_much(text, in_code=in_code):
            return Refusal(number, reason)
        if in_code:
            continue
        found = text.count("[") + text.count("<")
        openers = openers + found if text.strip() else 0
        openers_in_all += found
        if openers > _MOST_OPENERS or openers_in_all > _MOST_OPENERS_IN_ALL:
            return Refusal(number, "brings more brackets than can be converted")
    return None


def _too_much(line: str, *, in_code: bool) -> str:
    if len(line) > LONGEST_LINE:
        return f"is longer than {LONGEST_LINE:,} characters"
    if in_code:
        return ""
    if _RUN.search(line):
        return f"repeats one character more than {_LONGEST_RUN} times"
    return f"is nested more than {_DEEPEST} levels deep" if _depth(line) > _DEEPEST else ""


def _depth(line: str) -> int:
    if not line.startswith((" ", "\t", ">")):
        return 0
    quotes = _QUOTES.match(line)
    item = _ITEM.match(line.expandtabs(_TAB))
    return (quotes[0].count(">") if quotes else 0) + (len(item[1]) // _TAB if item else 0)


def _kept(body: str) -> list[Numbered]:
    numbered = list(_lines(body))
    marks = [(number, mark) for number, line, in_code in numbered if not in_code and (mark := _BLOCK.match(line))]
    after_block = _ends(marks)
    kept: list[Numbered] = []
    next_kept = 1
    marked = dict(marks)
    for number, line, in_code in numbered:
        if number < next_kept:
            continue
        if number in after_block:
            next_kept = after_block[number]
        elif number not in marked:
            kept.append((number, line, in_code))
    return kept


def _lines(body: str) -> Iterator[Numbered]:
    fence = ""
    for number, line in enumerate(body.split("\n"), start=1):
        mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            yield number, line, True
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        else:
            fence = mark[1] if mark else ""
            yield number, line, bool(mark)


def _ends(marks: list[tuple[int, re.Match[str]]]) -> dict[int, int]:
    """By the line of each opening mark, the first line after its block; the one below it where it is never closed."""
    ends: dict[int, int] = {}
    following: dict[str, tuple[int, bool]] = {}
    for number, mark in reversed(marks):
        other, closes = following.get(mark[2], (number, False))
        if not mark[1]:
            ends[number] = other + 1 if closes else number + 1
        following[mark[2]] = (number, bool(mark[1]))
    return ends
