"""A file in three parts: what stands before the frontmatter, the frontmatter, and everything after it."""

import re
from dataclasses import dataclass

from sitegen.errors import Location, Problem, error

RULE = "frontmatter"
MAX_BYTES = 8 * 1024 * 1024
MAX_CHARACTERS = 2_000_000
BOM = b"\xef\xbb\xbf"
_OPEN = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*(\r\n|\n)")
_CLOSE = re.compile(rb"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_CONFLICT = re.compile(rb"^(?:<{7}|\|{7}|>{7})(?: |\r?$)", re.MULTILINE)
_LONE_RETURN = re.compile(r"\r(?!\n)")
# What YAML does not print, and what some programs take for the end of a line.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Parts:
    """`head` ends with the opening `---` line, `tail` begins with the closing one. `newline` is that of line 1."""

    head: bytes
    front: str
    tail: bytes
    newline: str


def split(raw: bytes, path: str) -> Parts | Problem:
    """Cuts without changing a byte. The first line `---` after the opening one closes the frontmatter."""
    if refused := _refused_file(raw, path):
        return refused
    opening = _OPEN.match(raw)
    if not opening:
        return _not_open(raw, path)
    closing = _CLOSE.search(raw, opening.end())
    if not closing:
        hint = "end it with a line `---` of its own"
        return error(RULE, Location(path, 1, 1), "the frontmatter is not closed", hint)
    front = raw[opening.end() : closing.start()]
    try:
        text = front.decode("utf-8")
    except UnicodeDecodeError as fault:
        return _not_utf8(front, fault.start, opening.end(), path)
    if refused := _refused_text(text, path):
        return refused
    return Parts(raw[: opening.end()], text, raw[closing.start() :], opening[1].decode())


def _refused_file(raw: bytes, path: str) -> Problem | None:
    if len(raw) > MAX_BYTES:
        return error(RULE, Location(path), f"the file has {len(raw):,} bytes, must be 8 MB or less")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return error(RULE, Location(path), "the file is UTF-16, must be UTF-8", "save it as UTF-8")
    if marker := _CONFLICT.search(raw):
        line = raw.count(b"\n", 0, marker.start()) + 1
        return error(
            "merge-conflict",
            Location(path, line, 1),
            f"unresolved merge: `{marker[0].decode().strip()}` begins this line",
            "`sessions resolve` settles usage rows; or take either side and run `sessions fill` while the "
            "transcripts still exist; indent the line if it is only quoted",
        )
    return None


def _not_open(raw: bytes, path: str) -> Problem:
    first = raw.removeprefix(BOM)
    if first.startswith(b"---\r"):
        message = "a carriage return alone ends line 1, must be LF or CRLF"
        return error(RULE, Location(path), message, "save the file with LF line ends")
    return error(RULE, Location(path), "no frontmatter", "begin the file with a line `---`")


def _not_utf8(front: bytes, at: int, before: int, path: str) -> Problem:
    line_start = front.rfind(b"\n", 0, at) + 1
    column = len(front[line_start:at].decode("utf-8")) + 1
    line = front.count(b"\n", 0, at) + 2
    message = f"the frontmatter is not UTF-8: byte {before + at + 1} of the file is 0x{front[at]:02X}"
    return error(RULE, Location(path, line, column), message, "save the file as UTF-8")


def _refused_text(text: str, path: str) -> Problem | None:
    if len(text) > MAX_CHARACTERS:
        message = f"the frontmatter has {len(text):,} characters, must be {MAX_CHARACTERS:,} or less"
        return error("yaml-unsafe", Location(path, 2), message)
    found = _LONE_RETURN.search(text) or _REFUSED.search(text)
    if not found:
        return None
    at = found.start()
    what = "a carriage return alone" if found[0] == "\r" else f"the character U+{ord(found[0]):04X}"
    message = f"{what} stands in the frontmatter"
    return error(RULE, location_at(text, at, path), message, "remove it, or write its escape in double quotes")


def location_at(front: str, offset: int, path: str) -> Location:
    """The place in the file of an offset into its frontmatter, which begins on line 2."""
    return Location(path, front.count("\n", 0, offset) + 2, offset - front.rfind("\n", 0, offset))
