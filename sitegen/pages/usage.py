"""The tables of a session's page: what each interaction used, and how its cost adds up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sitegen.blocks import KIND_NAMES, row_model
from sitegen.charts import NOTHING
from sitegen.display import count, exact_usd
from sitegen.markup import Html, el, lines, text
from sitegen.pages.figures import (
    LIST_COST_NOTE,
    amount,
    cell,
    clock_words,
    cost_of,
    day_words,
    section,
    table,
)
from sitegen.prices import UnitPrices
from sitegen.session import Session
from sitegen.tokens import KINDS, TokenCounts, Totals, UsageRow, totals_of

_NUMBERS_FROM = 2


def usage_section(session: Session) -> Html:
    kinds = tuple(KIND_NAMES[kind] for kind in KINDS)
    head = ("Time", "Task", "Requests", *kinds, "List cost")
    numbers = frozenset(range(_NUMBERS_FROM, _NUMBERS_FROM + len(KINDS) + 2))
    rows = [_usage_row(session, row) for row in session.rows]
    return section(
        "Usage", table("Usage by interaction", head, rows, _usage_foot(session.totals), numbers), name="usage"
    )


def _usage_row(session: Session, row: UsageRow) -> tuple[Html, ...]:
    below = (row_model(row), _row_tools(row), row.notes)
    return (
        cell(_row_time(row, session.day), extra="sg-date"),
        cell(
            lines(text(row.task), *(el("span", words, class_="sg-below") for words in below if words)),
            extra="sg-main sg-task",
        ),
        cell(count(row.requests), number=True),
        *_kind_cells(row.counts),
        cell(amount(row.list_cost, floor=row.output_floor, why=row.unpriced), number=True),
    )


def _row_tools(row: UsageRow) -> str:
    return ", ".join(f"{name} {count(number)}" for name, number in row.tools.items())


def _row_time(row: UsageRow, day: date | None) -> str:
    if row.at is None:
        return NOTHING
    same_day = row.at.date() == day
    return clock_words(row.at) if same_day else f"{day_words(row.at.date())} {clock_words(row.at)}"


def _kind_cells(counts: TokenCounts) -> list[Html]:
    return [
        cell(count(number), number=True, extra="" if number else "sg-quiet") for number in counts.by_kind().values()
    ]


def _usage_foot(totals: Totals) -> tuple[Html, ...]:
    return (
        el("th", "Total", scope="row"),
        cell(f"{count(totals.tokens)} tokens"),
        cell(count(totals.requests), number=True),
        *_kind_cells(totals.counts),
        cell(cost_of(totals), number=True),
    )


def breakdown_section(session: Session) -> Html:
    head = ("Model", "Kind", "Tokens", "Unit price", "List cost", "Price from")
    rows = [row for key in _price_keys(session) for row in _breakdown_rows(session, key)]
    foot = (
        el("th", "Total", scope="row"),
        cell(""),
        cell(count(session.totals.tokens), number=True),
        cell(""),
        cell(_exact_total(session.totals), number=True),
        cell(""),
    )
    return section(
        "Where the cost comes from",
        table("Cost by model and token kind", head, rows, foot, frozenset((2, 3, 4))),
        el("p", LIST_COST_NOTE, class_="sg-quiet"),
        name="breakdown",
    )


def _price_keys(session: Session) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.price_key for row in session.rows))


def _breakdown_rows(session: Session, key: str) -> Iterator[tuple[Html, ...]]:
    totals = totals_of(row for row in session.rows if row.price_key == key)
    prices = session.prices.get(key)
    for kind, number in totals.counts.by_kind().items():
        if number:
            unit = getattr(prices, kind) if prices else None
            charge = prices.list_cost(TokenCounts(**{kind: number})) if prices else None
            yield _breakdown_row(key, KIND_NAMES[kind], number, _unit_words(unit, "per million"), charge, prices)
    if totals.web_searches:
        charge = prices.list_cost(TokenCounts(), totals.web_searches) if prices else None
        unit_words = _unit_words(prices.web_search if prices else None, "each")
        yield _breakdown_row(key, "Web searches", totals.web_searches, unit_words, charge, prices)


def _unit_words(unit: Decimal | None, per: str) -> str:
    return f"{exact_usd(unit)} {per}" if unit is not None else NOTHING


def _breakdown_row(
    key: str, kind: str, number: int, unit: str, charge: Decimal | None, prices: UnitPrices | None
) -> tuple[Html, ...]:
    return (
        cell(key or NOTHING, extra="sg-date"),
        cell(kind, extra="sg-date"),
        cell(count(number), number=True),
        cell(unit, number=True),
        cell(exact_usd(charge) if charge is not None else amount(None), number=True),
        cell(prices.source if prices and prices.source else NOTHING, extra="sg-quiet sg-source"),
    )


def _exact_total(totals: Totals) -> Html:
    if totals.unpriced_responses and not totals.list_cost:
        return cost_of(totals)
    return text(f"≥ {exact_usd(totals.list_cost)}" if totals.is_floor else exact_usd(totals.list_cost))
