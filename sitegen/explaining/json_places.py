"""Where a value of a JSON text stands, for a message about it."""

import json
import re
from collections.abc import Sequence

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def place_in(text: str, keys: Sequence[str | int]) -> tuple[int, int]:
    """Line and column, from 1, of the value under these keys, or of the nearest one above it that is there.

    The text must have been read without a mistake before.
    """
    at = _past_space(text, 0)
    for key in keys:
        found = _member(text, at, key) if isinstance(key, str) else _item(text, at, key)
        if found is None:
            break
        at = found
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _member(text: str, at: int, key: str) -> int | None:
    """Of a key that stands twice the last one counts."""
    if text[at] != "{":
        return None
    found = None
    at = _past_space(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        value = _past_space(text, _past_space(text, at) + 1)
        if name == key:
            found = value
        at = _next(text, value)
    return found


def _item(text: str, at: int, index: int) -> int | None:
    if text[at] != "[":
        return None
    at = _past_space(text, at + 1)
    while text[at] != "]":
        if index == 0:
            return at
        index -= 1
        at = _next(text, at)
    return None


def _next(text: str, at: int) -> int:
    """Where the next member or item begins, or the bracket that closes them."""
    _, end = _DECODER.raw_decode(text, at)
    end = _past_space(text, end)
    return _past_space(text, end + 1) if text[end] == "," else end


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
