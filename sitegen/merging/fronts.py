"""Two frontmatters and the one they come from: each key on its own, the tables by their rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sitegen.frontmatter import Document
from sitegen.masking import one_line
from sitegen.merging.cutting import Front, Item, Table, cut_front, cut_table
from sitegen.merging.rows import Tally, merge_rows
from sitegen.merging.sides import Conflict, Piece, joined_order, three_way
from sitegen.tokens import PriceContext, price_key

_NONE = Front({}, "")


@dataclass(frozen=True, slots=True)
class MergedKey:
    """A key's own lines, and the comments above them."""

    above: Piece
    own: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class MergedFront:
    """The keys in order, then the comments behind the last."""

    keys: Mapping[str, MergedKey]
    closing: Piece
    tally: Tally

    @property
    def pieces(self) -> list[Piece]:
        return [*(piece for key in self.keys.values() for piece in (key.above, *key.own)), self.closing]


def merge_fronts(base: Document | None, ours: Document, theirs: Document) -> MergedFront:
    """`totals` are those of ours, else of theirs: they are sums, to be made anew by whoever asked."""
    was, here, there = (cut_front(base) if base else _NONE, cut_front(ours), cut_front(theirs))
    rows, tally = _merge_usage(base, ours, theirs)
    keys: dict[str, MergedKey] = {}
    for key in joined_order(list(here.keys), list(there.keys)):
        one, two, three = (front.lines(key) for front in (was, here, there))
        if key == "usage":
            own: Sequence[Piece] = rows
        elif key == "prices":
            own = _merge_prices(base, ours, theirs, _used_prices(rows, ours, theirs))
        elif key == "totals":
            own = [two.own or three.own]
        else:
            own = [three_way(one.own, two.own, three.own, f"`{one_line(key)}`: changed on both sides")]
        above = three_way(one.above, two.above, three.above, f"comments above `{one_line(key)}`: changed on both sides")
        keys[key] = MergedKey(above, own)
    closing = three_way(was.closing, here.closing, there.closing, "comments: changed on both sides")
    return MergedFront(keys, closing, tally)


def _tables(name: str, base: Document | None, ours: Document, theirs: Document) -> tuple[Table, Table, Table]:
    return cut_table(base, name) if base else Table(), cut_table(ours, name), cut_table(theirs, name)


def _merge_usage(base: Document | None, ours: Document, theirs: Document) -> tuple[list[Piece], Tally]:
    was, here, there = _tables("usage", base, ours, theirs)
    rows, tally = merge_rows(was.items, here.items, there.items)
    header = _header("usage", was, here, there)
    if rows or not header:
        return [header, *rows], tally
    return [f"usage: []{ours.newline}"], tally


def _header(name: str, was: Table, here: Table, there: Table) -> Piece:
    """A side that took the key away has no say in how it is written."""
    if not (here.header and there.header):
        return here.header or there.header
    return three_way(was.header, here.header, there.header, f"the line of `{name}`: changed on both sides")


def _merge_prices(base: Document | None, ours: Document, theirs: Document, used: Collection[str]) -> list[Piece]:
    """A price that one side took away stays if a row of the other needs it."""
    tables = _tables("prices", base, ours, theirs)
    was, here, there = ({item.name: item for item in table.items} for table in tables)
    pieces: list[Piece] = []
    for name in joined_order(list(here), list(there)):
        one, two, three = (_text(table.get(name)) for table in (was, here, there))
        piece = three_way(one, two, three, f"`prices.{one_line(name)}`: changed on both sides")
        pieces.append(piece or (two or three if name in used else ""))
    return [_header("prices", *tables), *pieces] if any(pieces) else []


def _text(item: Item | None) -> str:
    return item.text if item else ""


def _used_prices(rows: Sequence[Piece], ours: Document, theirs: Document) -> set[str]:
    """The prices that the merged rows name; in a conflict, those of both sides."""
    kept = {piece for piece in rows if isinstance(piece, str)}
    open_rows = "".join(piece.ours + piece.theirs for piece in rows if isinstance(piece, Conflict))
    items = (*cut_table(ours, "usage").items, *cut_table(theirs, "usage").items)
    return {_price_of(item.data) for item in items if item.text in kept or item.text in open_rows}


def _price_of(row: Any) -> str:
    if not isinstance(row, Mapping):
        return ""
    speed, tier, geo, since = (str(row.get(key) or "") for key in ("speed", "tier", "geo", "price_from"))
    return price_key(str(row.get("model")), PriceContext(speed, tier, geo, row.get("context") == "long", since))
