"""Text in UTF-8 that was read as another encoding, told from text that only looks like it.

Two letters such as `Ü“` may be right (the end of a quotation) or be one garbled letter. So only what right text can
hardly contain counts as garbled; what right text may contain counts where the rest of its line is garbled, too.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MAC_ROMAN = "Mac Roman"
WINDOWS_1252 = "Windows-1252"
_CONTROLS = frozenset(range(0x80, 0xA0))


@dataclass(frozen=True, slots=True)
class Garbled:
    """`text` stands from `start` up to `end` (from 0), and was `restored` before it was read as `codec`."""

    start: int
    end: int
    text: str
    restored: str
    codec: str


@dataclass(frozen=True, slots=True)
class _Sequence:
    """The bytes of one character as they were read. `certain`: right text does not have them."""

    start: int
    end: int
    character: str
    certain: bool


def garbled_in(text: str) -> tuple[Garbled, ...]:
    """The garbled runs of a line, in order; at most one encoding was mistaken in a line."""
    if text.isascii():
        return ()
    found = {codec: _runs(text, codec) for codec in _BYTES}
    codec = max(found, key=lambda each: _evidence(found[each]))
    return tuple(_garbled(text, run, codec) for run in found[codec])


def _evidence(runs: Sequence[Sequence[_Sequence]]) -> tuple[int, int]:
    sequences = [each for run in runs for each in run]
    return sum(each.certain for each in sequences), len(sequences)


def _garbled(text: str, run: Sequence[_Sequence], codec: str) -> Garbled:
    start, end = run[0].start, run[-1].end
    return Garbled(start, end, text[start:end], "".join(each.character for each in run), codec)


def _runs(text: str, codec: str) -> list[list[_Sequence]]:
    runs: list[list[_Sequence]] = []
    for each in _sequences(text, codec):
        if runs and runs[-1][-1].end == each.start:
            runs[-1].append(each)
        else:
            runs.append([each])
    certain = [run for run in runs if _is_certain(run)]
    covered = sum(each.end - each.start for run in runs for each in run)
    whole_line = covered == sum(not character.isascii() for character in text)
    return runs if certain and whole_line else certain


def _is_certain(run: Sequence[_Sequence]) -> bool:
    """A long chain of lead and following bytes is no accident either."""
    long = sum(each.end - each.start > 2 for each in run)
    return any(each.certain for each in run) or len(run) >= 3 or long >= 2


def _sequences(text: str, codec: str) -> Iterator[_Sequence]:
    table = _BYTES[codec]
    for found in _PATTERNS[codec].finditer(text):
        character = _decoded(bytes(table[each] for each in found[0]))
        if character:
            length = len(found[0])
            certain = _IS_CERTAIN[codec](text, found.start(), length, character)
            yield _Sequence(found.start(), found.end(), character, certain)


def _decoded(raw: bytes) -> str:
    """The character, or nothing where the bytes are none or one that nobody writes."""
    try:
        character = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    category = unicodedata.category(character)
    lone_accent = category == "Mn" and len(raw) == 2
    return "" if lone_accent or category in ("Cc", "Cn", "Co", "Cs") else character


_AFTER_LETTERS = frozenset("“”‘’–—…\u00a0«»‹›•")
"""What right text has after a letter: closing quotes, dashes and the like."""
_AFTER_NAMES = frozenset("†‡™")
_AFTER_UNITS = frozenset("®©°²³¹±·ªº")
_LETTERS_BY_LEAD = "ÂÃÄÅ"


def _is_certain_windows(text: str, at: int, length: int, character: str) -> bool:
    following = text[at + 1 : at + length]
    if all(mark in _AFTER_LETTERS for mark in following):
        return False
    if length == 2:
        measured = text[at] in "ÄÅ" and following in _AFTER_UNITS
        return text[at] in _LETTERS_BY_LEAD and not measured and following not in _AFTER_NAMES
    return length == 4 or text[at] == "â" or character in "\ufe0f\ufeff"


_AFTER_ROOTS = frozenset("πΩµ∂∑∏∫∞")
"""What formulas have after a root or a negation."""


_USUAL_SIGNS = (range(0x2010, 0x203B), range(0x2190, 0x2200), range(0x2300, 0x2400), range(0x2500, 0x27C0))
"""Quotes, dashes, arrows, shapes and pictures: a quoted word that begins with two letters like `ää` gives none."""


def _is_certain_mac(text: str, at: int, length: int, character: str) -> bool:
    if length == 2:
        before, after = text[at - 1 : at] if at else "", text[at + 2 : at + 3]
        in_word = _is_letter(before) and _is_letter(after)
        measured = text[at] == "¬" and before.isdecimal()
        return text[at] in "¬√" and (in_word or measured or text[at + 1] not in _AFTER_ROOTS)
    if length == 3 and text[at] == "‚" and text[at + 1 : at + 3].isalpha():
        return any(ord(character) in usual for usual in _USUAL_SIGNS)
    return length == 4 or text[at] == "‚" or character in "\ufe0f\ufeff"


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _mac_bytes() -> Mapping[str, int]:
    return {bytes([byte]).decode("mac_roman"): byte for byte in range(0x80, 0x100)}


def _windows_bytes() -> Mapping[str, int]:
    """With the controls that stand for its five gaps, and for all of 80 to 9F where Latin-1 was taken for it."""
    table = {chr(byte): byte for byte in _CONTROLS}
    for byte in range(0x80, 0x100):
        character = bytes([byte]).decode("cp1252", "ignore")
        table |= {character: byte} if character else {}
    return table


_BYTES: Mapping[str, Mapping[str, int]] = {MAC_ROMAN: _mac_bytes(), WINDOWS_1252: _windows_bytes()}
_IS_CERTAIN: Mapping[str, Callable[[str, int, int, str], bool]] = {
    MAC_ROMAN: _is_certain_mac,
    WINDOWS_1252: _is_certain_windows,
}


def _pattern(table: Mapping[str, int]) -> re.Pattern[str]:
    """A first byte of UTF-8 with as many following bytes as it announces, as they were read."""

    def among(first: int, last: int) -> str:
        return f"[{''.join(re.escape(each) for each, byte in table.items() if first <= byte <= last)}]"

    following = among(0x80, 0xBF)
    lengths = ((among(0xC2, 0xDF), 1), (among(0xE0, 0xEF), 2), (among(0xF0, 0xF4), 3))
    return re.compile("|".join(f"{lead}{following}{{{count}}}" for lead, count in lengths))


_PATTERNS = {codec: _pattern(table) for codec, table in _BYTES.items()}
