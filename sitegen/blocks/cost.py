"""Block `cost`: tokens times unit prices, and what else is said about the cost."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from sitegen.blocks.tables import Cell, Part, Row, Table, escaped, read_usd, read_words, usd_cell
from sitegen.blocks.usage import KIND_NAMES, total_cost
from sitegen.display import count, exact_usd, plain, usd
from sitegen.prices import UnitPrices
from sitegen.session import Session
from sitegen.tokens import KINDS, Totals, UsageRow

Prices = dict[str, dict[str, str]]
"""By price key and kind, as a file holds them."""
_PRICE = re.compile(r"\$(\d+(?:\.\d+)?)(?: per 1M| each)", re.ASCII)
_SEARCHES = "Web searches"
_SOURCE = "Price source"
_KINDS_BY_NAME = {name: kind for kind, name in KIND_NAMES.items()} | {_SEARCHES: "web_search"}
_AGENTS = {"claude-code": "Claude Code", "api": "the API"}
_EMPTY = Cell("")
_HEAD = ("Model", "Kind", "Tokens", "Unit price", "List cost")


def cost_table(session: Session) -> Table:
    """One line for each price that the file states, used or not, so that each stands in two places."""
    lines: list[Row] = []
    for key in sorted(session.prices, key=lambda key: (" " in key, key)):
        rows = [row for row in session.rows if row.price_key == key and row.list_cost is not None]
        lines += _priced(key, session.prices[key], rows)
    lines += _sums(session)
    names = tuple(" ".join(filter(None, (cells[0].text, cells[1].text))) for cells in lines)
    return Table(_HEAD, tuple(lines), names, 2, frozenset({2, 3, 4}), _ABSENT)


def _priced(key: str, prices: UnitPrices, rows: Sequence[UsageRow]) -> Iterator[Row]:
    model = Cell(escaped(key))
    for kind in KINDS:
        price = getattr(prices, kind)
        if price is not None:
            tokens = sum(getattr(row.counts, kind) for row in rows)
            each = _price_cell(price, "per 1M", key, kind)
            yield model, Cell(KIND_NAMES[kind]), Cell(count(tokens)), each, _amount(tokens * price / 1_000_000)
    if prices.web_search is not None:
        searches = sum(row.web_searches for row in rows)
        each = _price_cell(prices.web_search, "each", key, "web_search")
        yield model, Cell(_SEARCHES), Cell(count(searches)), each, _amount(searches * prices.web_search)
    if prices.source:
        source = Cell(escaped(prices.source), (Part(("prices", key, "source"), read_words),))
        yield model, Cell(_SOURCE), _EMPTY, source, _EMPTY


def _price_cell(price: Decimal, unit: str, key: str, kind: str) -> Cell:
    return Cell(f"${plain(price)} {unit}", (Part(("prices", key, kind), _read_price),))


def _read_price(text: str) -> str | None:
    found = _PRICE.fullmatch(text)
    return found[1] if found else None


def _amount(amount: Decimal) -> Cell:
    return Cell(exact_usd(amount))


def _sums(session: Session) -> Iterator[Row]:
    totals = session.totals
    yield Cell("**Total**"), _EMPTY, Cell(count(totals.tokens)), _EMPTY, _total(session, totals)
    if totals.unpriced_responses:
        number = Cell(count(totals.unpriced_responses), (Part(("totals", "unpriced")),))
        yield Cell("Unpriced responses"), _EMPTY, number, _EMPTY, Cell("unpriced")
    if session.active is not None:
        per_hour = hourly(totals.list_cost, session.active)
        cost = usd(per_hour, floor=totals.is_floor) if per_hour is not None else "n/a"
        yield Cell("List cost per active hour"), _EMPTY, _EMPTY, _EMPTY, Cell(cost)
        rate = hourly(Decimal(totals.tokens), session.active)
        tokens = count(int(rate)) if rate is not None else "n/a"
        yield Cell("Tokens per active hour"), _EMPTY, Cell(tokens), _EMPTY, _EMPTY
    yield from _other_figures(session, totals)


def _total(session: Session, totals: Totals) -> Cell:
    parts = (Part(("totals", "cost")),)
    if not session.rows or total_cost(totals) == "unpriced":
        return Cell("unpriced", parts)
    exact = exact_usd(totals.list_cost)
    return Cell(f"≥ {exact}" if totals.is_floor else exact, parts)


def _other_figures(session: Session, totals: Totals) -> Iterator[Row]:
    """What others say that it cost."""
    source = session.source
    if source is not None and source.reported_cost is not None:
        cell = usd_cell(source.reported_cost, "source", "reported_cost")
        against = _against(source.reported_cost, totals.list_cost) if session.rows else ""
        yield Cell(_reported_by(source.kind)), _EMPTY, _EMPTY, Cell(against), cell
    if session.billed is not None:
        yield Cell("Billed"), _EMPTY, _EMPTY, _invoice(session), usd_cell(session.billed, "billed", "cost")


def _reported_by(kind: str) -> str:
    return f"Reported by {_AGENTS.get(kind, 'its source')}"


def _left_out(*keys: str) -> Row:
    return _EMPTY, _EMPTY, _EMPTY, _EMPTY, Cell("", (Part(keys, read_usd),))


_ABSENT = {_reported_by(kind): _left_out("source", "reported_cost") for kind in (*_AGENTS, "")}
_ABSENT["Billed"] = _left_out("billed", "cost")


def _against(amount: Decimal, list_cost: Decimal) -> str:
    if amount == list_cost:
        return "the same"
    word = "more" if amount > list_cost else "less"
    return f"{exact_usd(abs(amount - list_cost))} {word}"


def _invoice(session: Session) -> Cell:
    billed = session.document.data.get("billed")
    told = billed if isinstance(billed, Mapping) else {}
    keys = [key for key in ("source", "date") if isinstance(told.get(key), str)]
    parts = tuple(Part(("billed", key)) for key in keys)
    return Cell(escaped(", ".join(told[key] for key in keys)), parts)


def hourly(amount: Decimal, active: timedelta) -> Decimal | None:
    """None below a minute: a rate over almost no time says nothing."""
    seconds = int(active.total_seconds())
    return amount * 3600 / seconds if seconds >= 60 else None


def prices_in(lines: Sequence[Sequence[str]]) -> Prices:
    """The prices that a rendered table tells of."""
    prices: Prices = {}
    for cells in lines[2:]:
        if len(cells) != 5:
            continue
        key, name = read_words(cells[0]) or "", cells[1]
        if name == _SOURCE:
            prices.setdefault(key, {})["source"] = read_words(cells[3]) or ""
        elif name in _KINDS_BY_NAME and (price := _read_price(cells[3])):
            prices.setdefault(key, {})[_KINDS_BY_NAME[name]] = price
    return prices
