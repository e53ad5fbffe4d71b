"""Usage rows merged by what they tell of: a time, a model, a price context, a response, a task."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sitegen.masking import one_line
from sitegen.merging.cutting import Item
from sitegen.merging.sides import Conflict, Piece, three_way

_SUBJECT = ("time", "model", "speed", "tier", "geo", "context", "price_from", "response")
_Clock = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows there are, and how many of them stand so in one side alone."""

    rows: int = 0
    only_ours: int = 0
    only_theirs: int = 0
    conflicts: int = 0

    def __str__(self) -> str:
        parts = (
            (self.only_ours, "only in ours"),
            (self.only_theirs, "only in theirs"),
            (self.conflicts, "changed on both sides"),
        )
        told = ", ".join(f"{number} {words}" for number, words in parts if number)
        rows = "1 usage row" if self.rows == 1 else f"{self.rows:,} usage rows"
        return f"{rows}: {told}" if told else rows


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of one side, with its place there. `clock` sorts as times do; a row without one goes with the last."""

    text: str
    data: Mapping[str, Any]
    clock: _Clock
    place: int
    is_theirs: bool

    @property
    def same(self) -> str:
        return self.text.replace("\r\n", "\n")


_Placed = tuple[Piece, _Row]
"""A piece of the result, and the row in whose place it stands."""
_Group = tuple[list[_Row], list[_Row], list[_Row]]
"""Rows of base, ours and theirs that tell of the same."""


def merge_rows(base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item]) -> tuple[list[Piece], Tally]:
    """The rows in order of time. What only one side changed, added or deleted is as that side has it."""
    sides = _rows(base), _rows(ours), _rows(theirs, is_theirs=True)
    groups = list(_groups(*sides))
    placed = [one for group in groups for one in _merged(*group)]
    order = _order(groups, sides[2])
    placed.sort(key=lambda one: order(one[1]))
    pieces = [piece for piece, _ in placed]
    return pieces, _tally(pieces, ours, theirs)


def _rows(items: Sequence[Item], *, is_theirs: bool = False) -> list[_Row]:
    rows = []
    clock: _Clock = (0, "")
    for place, item in enumerate(items):
        data = item.data if isinstance(item.data, Mapping) else {}
        time = str(data.get("time") or "")
        clock = (len(time), time) if time else clock
        rows.append(_Row(item.text, data, clock, place, is_theirs))
    return rows


def _groups(base: list[_Row], ours: list[_Row], theirs: list[_Row]) -> Iterable[_Group]:
    """The task tells rows apart only where there are several of one minute and model: it may be worded anew."""
    for group in _grouped(_SUBJECT, base, ours, theirs):
        if len(group[0]) == 1 and all(len(rows) <= 1 for rows in group):
            yield group
        else:
            yield from _grouped((*_SUBJECT, "task"), *group)


def _grouped(keys: Sequence[str], *sides: list[_Row]) -> Iterable[_Group]:
    groups: dict[tuple[str, ...], _Group] = {}
    for side, rows in enumerate(sides):
        for row in rows:
            subject = tuple(str(row.data.get(key, "")) for key in keys)
            groups.setdefault(subject, ([], [], []))[side].append(row)
    return groups.values()


def _merged(base: list[_Row], ours: list[_Row], theirs: list[_Row]) -> list[_Placed]:
    """One group. Where both sides changed it and it is not clear which row became which, it is one conflict."""
    was, here, there = ([row.same for row in rows] for rows in (base, ours, theirs))
    if there in (was, here):
        return _kept(ours)
    return _kept(theirs) if here == was else _both_changed(base, ours, theirs)


def _kept(rows: Iterable[_Row]) -> list[_Placed]:
    return [(row.text, row) for row in rows]


def _both_changed(base: list[_Row], ours: list[_Row], theirs: list[_Row]) -> list[_Placed]:
    in_both = _taken(ours, theirs)
    was, here, there = (_without(rows, in_both) for rows in (base, ours, theirs))
    new_here, new_there = _without(here, was), _without(there, was)
    if len(was) == len(here) == len(there):
        return [*_kept(in_both), *(_pair(*rows) for rows in zip(was, here, there, strict=True))]
    # Where one side only added rows, what the other deleted stays deleted.
    if not new_here and len(there) == len(was) + len(new_there):
        return _kept([*in_both, *new_there])
    if not new_there and len(here) == len(was) + len(new_here):
        return _kept([*in_both, *new_here])
    if not new_here and not new_there:
        return _kept(in_both)
    return [*_kept(in_both), _conflict(was, here, there)]


def _taken(rows: list[_Row], others: list[_Row]) -> list[_Row]:
    """The rows that are among the others too, each as often as there."""
    left = Counter(row.same for row in others)
    taken = []
    for row in rows:
        if left[row.same]:
            left[row.same] -= 1
            taken.append(row)
    return taken


def _without(rows: list[_Row], others: list[_Row]) -> list[_Row]:
    gone = [id(row) for row in _taken(rows, others)]
    return [row for row in rows if id(row) not in gone]


def _pair(base: _Row, ours: _Row, theirs: _Row) -> _Placed:
    piece = three_way(base.text, ours.text, theirs.text, "")
    return _conflict([base], [ours], [theirs]) if isinstance(piece, Conflict) else (piece, ours)


def _conflict(base: list[_Row], ours: list[_Row], theirs: list[_Row]) -> _Placed:
    first = (ours or theirs)[0]
    message = f"{_name(first)}: {_did(base, ours, theirs)}"
    return Conflict("".join(row.text for row in ours), "".join(row.text for row in theirs), message), first


def _name(row: _Row) -> str:
    words = (str(row.data.get(key) or "") for key in ("time", "model", "task"))
    return f"usage row `{one_line(' '.join(filter(None, words)))}`"


def _did(base: list[_Row], ours: list[_Row], theirs: list[_Row]) -> str:
    if len(base) > 1 or len(ours) > 1 or len(theirs) > 1:
        return f"both sides changed rows that look alike, {len(ours)} in ours and {len(theirs)} in theirs"
    if not ours:
        return f"deleted in ours, changed in theirs ({_differences(base[0], theirs[0], 'to')})"
    if not theirs:
        return f"changed in ours ({_differences(base[0], ours[0], 'to')}), deleted in theirs"
    verb = "changed" if base else "added"
    return f"{verb} on both sides, ours against theirs: {_differences(ours[0], theirs[0], 'against')}"


def _differences(one: _Row, other: _Row, word: str) -> str:
    """`output 2113 to 2200, cost 0.05 to 0.06`."""
    keys = dict.fromkeys((*one.data, *other.data))
    pairs = ((key, _shown(one.data.get(key)), _shown(other.data.get(key))) for key in keys)
    return ", ".join(f"{key} {was} {word} {now}" for key, was, now in pairs if was != now) or "how it is written"


def _shown(value: object) -> str:
    return "nothing" if value is None else one_line(str(value))


def _order(groups: Iterable[_Group], theirs: list[_Row]) -> "_Order":
    """By clock. At the same time rows stand as in ours; one that only theirs has follows the row before it there."""
    counterparts = {row.place: other.place for _, ours, others in groups for other, row in _pairs(ours, others)}
    anchors: dict[int, tuple[int, int]] = {}
    last = -1
    for row in theirs:
        last = counterparts.get(row.place, last)
        anchors[row.place] = (last, 0 if row.place in counterparts else row.place + 1)
    return _Order(anchors)


def _pairs(ours: list[_Row], theirs: list[_Row]) -> list[tuple[_Row, _Row]]:
    same_ours, same_theirs = _taken(ours, theirs), _taken(theirs, ours)
    rest = zip(_without(ours, same_ours), _without(theirs, same_theirs), strict=False)
    return [*zip(sorted(same_ours, key=_same), sorted(same_theirs, key=_same), strict=True), *rest]


def _same(row: _Row) -> str:
    return row.same


@dataclass(frozen=True, slots=True)
class _Order:
    anchors: Mapping[int, tuple[int, int]]

    def __call__(self, row: _Row) -> tuple[_Clock, int, int]:
        place, behind = self.anchors[row.place] if row.is_theirs else (row.place, 0)
        return row.clock, place, behind


def _tally(pieces: Collection[Piece], ours: Iterable[Item], theirs: Iterable[Item]) -> Tally:
    texts = Counter(piece for piece in pieces if isinstance(piece, str))
    here, there = (Counter(item.text for item in items) for items in (ours, theirs))
    conflicts = len(pieces) - texts.total()
    only_ours = (texts & here - there).total()
    return Tally(len(pieces), only_ours, (texts & there - here).total(), conflicts)
