"""The lists in a body: what each item says, below which headings, and its words without the marks of Markdown."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sitegen.body import Line, placeholders, written_lines

_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_ITEM = re.compile(r"^(\s*)(?:[-*+]|\d+[.)])\s+(?:\[([ xX])\](?=\s|$)\s*)?(.*)$")
_BEGINS_ITEM = frozenset("-*+0123456789")
_BEGINS_OTHER = ("#", "|", ">", "<")
_RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_MARK = re.compile(r"^<!--[ \t]*(/?)sessions:([a-z_]+)[ \t]*-->[ \t\r]*$", re.MULTILINE)
_TABLES = re.compile(
    r"^<!--[ \t]*sessions:([a-z_]+)[ \t]*-->[ \t\r]*\n(?:\|[^\n]*\n|[ \t\r]*\n)*"
    r"<!--[ \t]*/sessions:\1[ \t]*-->[ \t\r]*$",
    re.MULTILINE,
)
_MAY_BE_UNFILLED = re.compile(r"\[|TBD|TODO")
LONGEST_ITEM = 2_000
"""Characters of one item: an item is a remark, and what is longer is read in its session."""

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_KEPT = re.compile(r"\x00(\d+)\x00")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])")
_ADDRESS = re.compile(r"<((?:https?|mailto):[^<>\s]*)>")
_STRONG = re.compile(r"(\*\*|~~|(?<!\w)__)(?=\S)(.+?)(?<=\S)\1")
_STARS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*]+?)(?<![\s\\])\*(?![\w*])")
_BARS = re.compile(r"(?<![\w\\])_(?=[^\s_])([^_]+?)(?<![\s\\])_(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKS = frozenset("`*_[<&\\~\x00")
_BETWEEN_WORDS = re.compile(r"[^\w+#]+")
_NOTHING_SAID = frozenset({"", "none", "none yet", "n a", "na", "no", "nothing", "nothing yet"})


@dataclass(frozen=True, slots=True)
class ListItem:
    """`text` is Markdown on one line, without the mark of the list and the box. `line` counts from 1 in the body.

    `headings` are those above it in lower case, the outermost first. `indent` counts columns. `box` is " " or "x",
    and empty without a box.
    """

    line: int
    text: str
    headings: tuple[str, ...]
    indent: int
    box: str


def list_items(body: str) -> tuple[ListItem, ...]:
    """In the order of the body; none from code, comments and generated blocks, and none that is still to be filled in.

    What goes on over several lines is one text, up to the next blank line.
    """
    found = tuple(item for item in _items(_own_lines(body)) if not _says_nothing(item.text))
    if not any(_MAY_BE_UNFILLED.search(item.text) for item in found):
        return found
    unfilled = {each.line for each in placeholders(body)}
    return tuple(item for item in found if item.line not in unfilled)


def plain_words(markdown: str) -> str:
    """Inline Markdown as a reader sees it: no stars, no backticks, the words of a link without its target."""
    if _MARKS.isdisjoint(markdown):
        return " ".join(markdown.split())
    code: list[str] = []

    def keep(span: re.Match[str]) -> str:
        code.append(span[2].strip())
        return f"\x00{len(code) - 1}\x00"

    words = _CODE.sub(keep, markdown.replace("\x00", ""))
    words = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", words))
    words = _STRONG.sub(r"\2", words)
    words = _BARS.sub(r"\1", _STARS.sub(r"\1", words))
    words = html.unescape(_ESCAPED.sub(r"\1", words))
    return " ".join(_KEPT.sub(lambda place: code[int(place[1])], words).split())


def same_words(markdown: str) -> str:
    """Equal for two texts that differ in case, spacing, punctuation or marks only."""
    words = unicodedata.normalize("NFKC", plain_words(markdown)).casefold()
    return _BETWEEN_WORDS.sub(" ", words).strip() or " ".join(words.split())


def _says_nothing(text: str) -> bool:
    return len(text) < 20 and same_words(text) in _NOTHING_SAID


def _own_lines(body: str) -> Iterator[Line]:
    """Without generated blocks. Those that hold nothing but tables go first: most of a file is such lines."""
    rest = _TABLES.sub(lambda block: "\n" * block[0].count("\n"), body) if "<!--" in body else body
    lines = written_lines(rest)
    generated = _generated(rest, lines) if "<!--" in rest else frozenset()
    return (line for line in lines if line.number not in generated)


def _generated(body: str, lines: Sequence[Line]) -> frozenset[int]:
    """The lines of generated blocks, by number. Their marks are comments, which `lines` no longer show."""
    outside_code = {line.number for line in lines}
    found: set[int] = set()
    open_name, open_line = "", 0
    number, at = 1, 0
    for mark in _MARK.finditer(body):
        number += body.count("\n", at, mark.start())
        at = mark.start()
        if number not in outside_code:
            continue
        if mark[1] and mark[2] == open_name:
            found.update(range(open_line, number + 1))
        open_name, open_line = ("", 0) if mark[1] else (mark[2], number)
    return frozenset(found)


def _items(lines: Iterator[Line]) -> Iterator[ListItem]:
    above: list[tuple[int, str]] = []
    item: ListItem | None = None
    last = 0
    for line in lines:
        text = line.text.strip()
        begins = _item(line, above) if text[:1] in _BEGINS_ITEM and not _RULE.match(text) else None
        goes_on = bool(item and text) and line.number == last + 1 and not text.startswith(_BEGINS_OTHER)
        if item and (begins or not goes_on or _RULE.match(text)):
            yield item
            item = None
        if begins:
            item = begins
        elif item:
            item = _longer(item, text)
        elif found := _HEADING.match(line.text):
            above = [*(each for each in above if each[0] < len(found[1])), (len(found[1]), _heading(found[2]))]
        last = line.number
    if item:
        yield item


def _item(line: Line, above: Sequence[tuple[int, str]]) -> ListItem | None:
    found = _ITEM.match(line.text)
    if not found or not found[3].strip():
        return None
    headings = tuple(words for _, words in above)
    indent = len(found[1].expandtabs(4))
    return ListItem(line.number, found[3].strip()[:LONGEST_ITEM], headings, indent, (found[2] or "").lower())


def _longer(item: ListItem, text: str) -> ListItem:
    whole = f"{item.text} {text}"[:LONGEST_ITEM]
    return ListItem(item.line, whole, item.headings, item.indent, item.box)


def _heading(words: str) -> str:
    return words.rstrip().rstrip("#").rstrip().lower()
