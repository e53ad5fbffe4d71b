"""A value as one line of YAML that reads the same under YAML 1.1 and 1.2, and in the bounded reader."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sitegen.errors import SitegenError
from sitegen.frontmatter.nodes import NumberText

_PLAIN = re.compile(r"[A-Za-z][\w./-]*(?: [\w./-]+)*", re.ASCII)
_PRINTABLE = re.compile(r"[ -&(-~]*")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?")
# Escaped in double quotes: what YAML does not print, line ends of any kind, marks that cannot be seen or that
# turn the direction of writing, and characters outside Unicode's text.
_ESCAPED = re.compile(
    '[\\\\"\x00-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]'
)
_SHORT_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
MAX_KEY = 1000
"""Characters. YAML finds the end of a key only within 1,024."""


def flow_text(value: Any) -> str:
    """One value on one line: text, int, bool, None, Decimal, NumberText, or lists and mappings of these.

    Decimals are written in fixed point and without quotes. What the reader would not take back is a fault of
    ours: float, NaN, more than 18 digits before the point or 12 after it, half a character.
    """
    if isinstance(value, NumberText | Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(entry_text(key, below) for key, below in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    raise SitegenError(f"no YAML is written for a {type(value).__name__}")


def entry_text(key: str, value: Any) -> str:
    return f"{key_text(key)}: {flow_text(value)}"


def key_text(key: str) -> str:
    if not isinstance(key, str):
        raise SitegenError(f"a key must be text, not a {type(key).__name__}")
    text = _text(key)
    if len(text) > MAX_KEY:
        raise SitegenError(f"a key has more than {MAX_KEY} characters")
    return text


def _number(value: int | Decimal | NumberText) -> str:
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if not _NUMBER.fullmatch(text):
        raise SitegenError("a number is outside what a session file can hold")
    return text


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return str(text)
    if _PRINTABLE.fullmatch(text):
        return f"'{text}'"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise SitegenError("text holds half a character (a lone surrogate)") from None
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
