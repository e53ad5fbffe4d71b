"""A file as it may have been before one mistake: the same places, other values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from typing import Any

from sitegen.blocks import Keys
from sitegen.display import plain
from sitegen.errors import Location, Repair, SetValue
from sitegen.masking import one_line
from sitegen.rules.places import place_of
from sitegen.schema import parse_session
from sitegen.session import Session

Data = dict[str, Any]
_DECIMALS = frozenset({"cost", "reported_cost", "coverage"})


@dataclass(frozen=True, slots=True)
class Supposition:
    """`data` is the frontmatter without the mistake, which stands at `location`. `message` says what the mistake is
    and `verb` what its witnesses do: "say so". `stated` and `expected` are the value as it is and as it should be,
    where it is one value, at `keys`. No text holds a secret.
    """

    data: Data
    location: Location
    message: str
    verb: str = "say so"
    keys: Keys = ()
    stated: str | None = None
    expected: str | None = None
    repair: Repair | None = None


def supposing(session: Session, data: Data) -> Session | None:
    """The session as it would be, its places as they are; None where it could not be read without an error."""
    document = replace(session.document)
    document.__dict__.update(root=session.document.root, data=data)
    supposed, problems = parse_session(document, session.path)
    return None if problems else supposed


def supposed_value(session: Session, keys: Keys, value: Any) -> Iterator[Supposition]:
    """Nothing where this very value stands there."""
    data = session.document.data
    stated = _found(data, keys)
    if _same(stated, value):
        return
    if isinstance(value, list):
        missing = f"`{'.'.join(map(str, keys))}` is missing"
        yield Supposition(with_value(data, keys, value), place_of(session, keys), missing, "have it", keys)
        return
    written = plain(value) if isinstance(value, Decimal) else value
    if isinstance(value, str) and (keys[-1] in _DECIMALS or (keys[0] == "prices" and keys[-1] != "source")):
        value = Decimal(value)
    yield Supposition(
        with_value(data, keys, written),
        place_of(session, keys),
        _name(keys),
        keys=keys,
        stated=None if stated is None else one_line(str(stated)),
        expected=one_line(str(written)),
        repair=SetValue(keys, value),
    )


def _found(data: Any, keys: Keys) -> Any:
    for key in keys:
        if isinstance(data, Mapping):
            data = data.get(str(key))
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _same(stated: Any, value: Any) -> bool:
    if isinstance(value, list):
        return isinstance(stated, list) and stated == value
    if isinstance(value, str):
        return " ".join(str(stated or "").split()) == value
    try:
        return bool(Decimal(str(stated or 0)) == value)
    except DecimalException:
        return False


def with_value(data: Any, keys: Keys, value: Any) -> Any:
    """The data with another value under these keys; all else is shared, nothing is changed in place."""
    if not keys:
        return value
    key, *rest = keys
    if isinstance(data, list):
        return [with_value(each, tuple(rest), value) if at == key else each for at, each in enumerate(data)]
    known = data if isinstance(data, Mapping) else {}
    return {**known, key: with_value(known.get(str(key)), tuple(rest), value)}


def _name(keys: Keys) -> str:
    if keys[0] == "usage" and len(keys) > 2 and isinstance(keys[1], int):
        return f"usage row {keys[1] + 1}: `{'.'.join(map(str, keys[2:]))}`"
    return f"`{'.'.join(map(str, keys))}`"
