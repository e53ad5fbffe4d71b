"""Lines that are not as they should be: takes the whole records on them and names what is wrong."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Struct

from sitegen.transcripts.claude_code_lines import LARGEST_COUNT, Line

Record = tuple[Line, tuple[str, ...]]
"""A record and the kinds of damage inside it."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_MOST_TRIES = 200
_RECORD_START = re.compile(
    r'\{"(?:parentUuid|type|uuid|sessionId|message|timestamp|isSidechain|requestId|leafUuid)"\s*:'
)
_DECODER = json.JSONDecoder()


def salvage_line(raw: bytes, *, first: bool) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The records on a line and the kinds of damage to the line itself. A blank line has neither."""
    text = raw.removeprefix(_BOM) if first else raw
    text = text.strip(_BLANK)
    bare = text.lstrip(b"\0").strip(_BLANK)
    kinds: tuple[str, ...] = ("nul-bytes",) if bare != text else ()
    if not bare:
        return (), kinds
    if b"\0" in bare:
        return (), ("nul-bytes",)
    try:
        records, broken = _parse(bare.decode())
    except UnicodeDecodeError:
        kinds += ("not-utf8",)
        records, broken = _parse(bare.decode(errors="replace"))
    if broken == "not-json" and not raw.endswith(b"\n"):
        return (), ("incomplete-last-line",)
    return records, kinds + ((broken,) if broken else ())


def _parse(text: str) -> tuple[tuple[Record, ...], str]:
    try:
        value = json.loads(text)
    except RecursionError:
        return (), "too-deep"
    except ValueError:
        records = tuple(map(lenient_record, _whole_records(text)))
        return records, "spliced-line" if records else "not-json"
    return ((lenient_record(value),), "") if isinstance(value, dict) else ((), "not-an-object")


def _whole_records(text: str) -> Iterator[dict[str, Any]]:
    """Records that stand whole on a line with others or with fragments. Fragments are never repaired.

    The quotes of a record that is quoted in a text are escaped, which keeps it from being taken for one.
    """
    position, effort = 0, 4 * len(text)
    for _ in range(_MOST_TRIES):
        start = _RECORD_START.search(text, position)
        if start is None or effort < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, start.start())
        except json.JSONDecodeError as problem:
            effort -= problem.pos - start.start()
            position = start.start() + 1
            continue
        except (RecursionError, ValueError):
            return
        if isinstance(value.get("type"), str) and text[end : end + 1] in ("", "{"):
            yield value
            position = end
        else:
            position = start.start() + 1
            effort -= end - start.start()


def lenient_record(value: Mapping[str, Any]) -> Record:
    """Fields of another type than expected count as not reported; bad counts and times are named."""
    kinds: list[str] = []
    record = _struct(Line, value, kinds)
    assert isinstance(record, Line)  # noqa: S101  # for mypy: _struct makes what it is given
    return record, tuple(dict.fromkeys(kinds))


def _struct(wanted: type[Struct], value: Mapping[str, Any], kinds: list[str]) -> Struct:
    return wanted(
        **{
            name: _field(choices, value[key], key, kinds)
            for name, key, choices in _fields(wanted)
            if value.get(key) is not None
        }
    )


@cache
def _fields(wanted: type[Struct]) -> tuple[tuple[str, str, tuple[Any, ...]], ...]:
    return tuple((field.name, field.encode_name, _choices(field.type)) for field in msgspec.structs.fields(wanted))


def _choices(annotation: Any) -> tuple[Any, ...]:
    """`str | list[Block] | None` → (str, list[Block])."""
    union = isinstance(annotation, UnionType) or NoneType in get_args(annotation)
    return tuple(part for part in get_args(annotation) if part is not NoneType) if union else (annotation,)


def _field(choices: tuple[Any, ...], value: Any, key: str, kinds: list[str]) -> Any:
    for wanted in choices:
        if get_origin(wanted) is Annotated:
            return _count(value, key, kinds)
        if wanted is datetime:
            return _time(value, kinds)
        if isinstance(value, get_origin(wanted) or (dict if issubclass(wanted, Struct) else wanted)):
            return _fitting(wanted, value, kinds)
    return json.dumps(value)[:40] if key in _OPEN_TEXTS else None


def _fitting(wanted: Any, value: Any, kinds: list[str]) -> Any:
    """A value of the JSON type that is wanted, as the type itself."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        (item,) = get_args(wanted)
        return [_struct(item, part, kinds) for part in value if isinstance(part, dict)]
    return _struct(wanted, value, kinds) if isinstance(value, dict) else value


_OPEN_TEXTS = ("speed", "service_tier", "inference_geo")
"""A price context that is not text is kept as text: it must end as unpriced, not as the standard."""


def _count(value: Any, key: str, kinds: list[str]) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole or (isinstance(value, float) and value.is_integer()):
        number = int(value)
        if 0 <= number <= LARGEST_COUNT:
            return number
    kinds.append(f"bad-count:{key}")
    return None


def _time(value: Any, kinds: list[str]) -> datetime | None:
    if isinstance(value, str):
        try:
            return msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            pass
    kinds.append("bad-timestamp")
    return None
