"""What an unquoted scalar means. Where YAML 1.1 and YAML 1.2 disagree it is refused: it must be quoted."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sitegen.frontmatter.nodes import NumberText

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ].*)?")
_AMBIGUOUS = re.compile(
    r"""(?ix: y | n | yes | no | on | off | = | <<
      | [-+]? 0 [0-9_]+ | [-+]? 0 [xob] [0-9a-f_]*           # octal, hexadecimal, binary
      | [-+]? [0-9][0-9_]* (?: : [0-9]{1,2} )+ (?: \. [0-9_]* )?   # base 60
      | [-+]? (?= [0-9_.,]* _ ) [0-9.] [0-9_.]*              # underscores
      | [-+]? (?: [0-9][0-9_]* \.? [0-9_]* | \. [0-9_]+ ) e [-+]? [0-9]+
      | [-+]? \. inf | \. nan )"""
)
_LONG_NUMBER = re.compile(r"(?i:[-+]?0[xob][0-9a-f_]*|[-+.0-9_:e]*)")
_ODD_NUMBER = re.compile(r"[-+.0-9]*[0-9][-+.0-9]*")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an unquoted scalar is not taken: `what` goes before the scalar in a message."""

    what: str


def plain_value(text: str) -> bool | int | str | Refused | None:
    """The value of an unquoted scalar. Dates and times stay text: the schema reads them."""
    return _cached_value(text) if len(text) <= 40 else _value(text)


@lru_cache(maxsize=8192)  # a ledger repeats the same keys, models and small numbers many thousand times
def _cached_value(text: str) -> bool | int | str | Refused | None:
    return _value(text)


def _value(text: str) -> bool | int | str | Refused | None:
    first = text[:1]
    if first.isascii() and first.isalpha() and len(text) > 5:
        return text  # no reserved word is longer than `false`, and no number begins with a letter
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return NumberText(text)
    return _unusual(text)


def _unusual(text: str) -> str | Refused:
    if len(text) > 64:  # the patterns below look at each character many times
        return Refused("not a plain number:") if _LONG_NUMBER.fullmatch(text) else text
    if _AMBIGUOUS.fullmatch(text):
        return Refused("ambiguous value")
    if _DATE.fullmatch(text):
        return text
    return Refused("not a plain number:") if _ODD_NUMBER.fullmatch(text) else text
