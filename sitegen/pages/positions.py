"""What a month is made of, as an invoice would list it: model, kind of token, quantity, unit price, list cost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import compress
from operator import not_

from sitegen.blocks import KIND_NAMES
from sitegen.prices import UnitPrices
from sitegen.session import Session
from sitegen.tokens import KINDS, TokenCounts, Totals, UsageRow, totals_of

WEB_SEARCHES = "Web searches"
_WHOLE_ROW = "All kinds, as stated"
_LAST = len(KINDS) + 2
"""The place of what has no price, below web searches and what is not split."""


@dataclass(frozen=True, slots=True)
class Position:
    """A line of the bill: so many tokens (or searches) at one unit price, in USD per million tokens (or each).

    `unit` is None where no price is stated; `list_cost` is None where none is known, and `why` says so.
    """

    kind: str
    number: int
    unit: Decimal | None
    list_cost: Decimal | None
    why: str = ""
    input_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The positions of one model in one price context; `key` is the name of its price in a session file."""

    key: str
    model: str
    totals: Totals
    positions: tuple[Position, ...] = ()


def accounts_of(sessions: Iterable[Session]) -> tuple[Account, ...]:
    """By price key, the costliest first. Positions add up to the totals, exactly.

    Rows are split into kinds only where unit prices are stated and give just their list cost.
    """
    rows: dict[str, list[tuple[Session, UsageRow]]] = {}
    for session in sessions:
        for row in session.rows:
            rows.setdefault(row.price_key, []).append((session, row))
    accounts = (
        Account(key, own[0][1].model, totals_of(row for _, row in own), _positions(own)) for key, own in rows.items()
    )
    return tuple(sorted(accounts, key=lambda account: (-account.totals.list_cost, account.key)))


def _positions(rows: Sequence[tuple[Session, UsageRow]]) -> tuple[Position, ...]:
    """One for each kind and unit price, in the order of the kinds; then what has no stated or no known price."""
    by_prices: dict[UnitPrices | str | None, list[UsageRow]] = {}
    for session, row in rows:
        unpriced = row.unpriced or "no price is known"
        place = unpriced if row.list_cost is None else session.prices.get(row.price_key)
        by_prices.setdefault(place, []).append(row)
    found: dict[tuple[int, str, Decimal | None], Position] = {}
    for prices, own in by_prices.items():
        for order, position in _positions_at(prices, own):
            same = (order, position.why, position.unit)
            found[same] = _sum(found[same], position) if same in found else position
    return tuple(found[place] for place in sorted(found, key=lambda place: (place[0], place[1], place[2] or 0)))


def _positions_at(prices: UnitPrices | str | None, rows: Sequence[UsageRow]) -> Iterator[tuple[int, Position]]:
    """With their places in the order; `prices` is a text where there are none, which says why."""
    whole = totals_of(rows)
    if isinstance(prices, str):
        yield _LAST, Position(_WHOLE_ROW, whole.tokens, None, None, prices)
    elif prices is None:
        yield _LAST - 1, Position(_WHOLE_ROW, whole.tokens, None, whole.list_cost)
    elif prices.list_cost(whole.counts, whole.web_searches) == whole.list_cost:
        yield from _split(prices, whole)
    else:
        follows = [prices.list_cost(row.counts, row.web_searches) == row.list_cost for row in rows]
        yield from _split(prices, totals_of(compress(rows, follows)))
        stated = totals_of(compress(rows, map(not_, follows)))
        yield _LAST - 1, Position(_WHOLE_ROW, stated.tokens, None, stated.list_cost)


def _split(prices: UnitPrices, totals: Totals) -> Iterator[tuple[int, Position]]:
    for order, (kind, number) in enumerate(totals.counts.by_kind().items()):
        if number:
            cost = prices.list_cost(TokenCounts(**{kind: number}))
            yield order, Position(KIND_NAMES[kind], number, getattr(prices, kind), cost, input_price=prices.input)
    if totals.web_searches:
        cost = prices.list_cost(TokenCounts(), totals.web_searches)
        yield _LAST - 2, Position(WEB_SEARCHES, totals.web_searches, prices.web_search, cost)


def _sum(one: Position, other: Position) -> Position:
    """Of the same kind, and so both with or both without a price."""
    number = one.number + other.number
    if one.list_cost is None or other.list_cost is None:
        return replace(one, number=number)
    return replace(one, number=number, list_cost=one.list_cost + other.list_cost)
