"""The tables of a session's page: what each interaction used, and how its cost adds up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sitegen.blocks import KIND_NAMES, row_model
from sitegen.charts import NOTHING
from sitegen.display import Amounts, count, plain
from sitegen.markup import Html, el, lines, text
from sitegen.pages.figures import (
    amount,
    cell,
    clock_words,
    cost_note,
    cost_of,
    day_words,
    section,
    table,
)
from sitegen.prices import UnitPrices
from sitegen.session import Session
from sitegen.tokens import KINDS, TokenCounts, Totals, UsageRow, totals_of

_NUMBERS_FROM = 2


def usage_section(session: Session, amounts: Amounts) -> Html:
    kinds = tuple(KIND_NAMES[kind] for kind in KINDS)
    head = ("Time", "Task", "Requests", *kinds, "List cost")
    numbers = frozenset(range(_NUMBERS_FROM, _NUMBERS_FROM + len(KINDS) + 2))
    rows = [_usage_row(session, row, amounts) for row in session.rows]
    return section(
        "Usage", table("Usage by interaction", head, rows, _usage_foot(session.totals, amounts), numbers), name="usage"
    )


def _usage_row(session: Session, row: UsageRow, amounts: Amounts) -> tuple[Html, ...]:
    below = (row_model(row), _row_tools(row, amounts), row.notes)
    return (
        cell(_row_time(row, session.day), extra="sg-date"),
        cell(
            lines(text(row.task), *(el("span", words, class_="sg-below") for words in below if words)),
            extra="sg-main sg-task",
        ),
        cell(amounts.count_requests(row.requests), number=True),
        *_kind_cells(row.counts, amounts),
        cell(amount(row.list_cost, amounts, floor=row.output_floor, why=row.unpriced), number=True),
    )


def _row_tools(row: UsageRow, amounts: Amounts) -> str:
    return ", ".join(name if amounts.hidden else f"{name} {count(number)}" for name, number in row.tools.items())


def _row_time(row: UsageRow, day: date | None) -> str:
    if row.at is None:
        return NOTHING
    same_day = row.at.date() == day
    return clock_words(row.at) if same_day else f"{day_words(row.at.date())} {clock_words(row.at)}"


def _kind_cells(counts: TokenCounts, amounts: Amounts) -> list[Html]:
    return [
        cell(amounts.count_tokens(number), number=True, extra="" if number else "sg-quiet")
        for number in counts.by_kind().values()
    ]


def _usage_foot(totals: Totals, amounts: Amounts) -> tuple[Html, ...]:
    return (
        el("th", "Total", scope="row"),
        cell(f"{amounts.count_tokens(totals.tokens)} {'of the ' if amounts.hidden else ''}tokens"),
        cell(amounts.count_requests(totals.requests), number=True),
        *_kind_cells(totals.counts, amounts),
        cell(cost_of(totals, amounts), number=True),
    )


def breakdown_section(session: Session, amounts: Amounts) -> Html:
    head = ("Model", "Kind", "Tokens", "Unit price", "List cost", "Price from")
    rows = [row for key in _price_keys(session) for row in _breakdown_rows(session, key, amounts)]
    foot = (
        el("th", "Total", scope="row"),
        cell(""),
        cell(amounts.count_tokens(session.totals.tokens), number=True),
        cell(""),
        cell(_exact_total(session.totals, amounts), number=True),
        cell(""),
    )
    return section(
        "Where the cost comes from",
        table("Cost by model and token kind", head, rows, foot, frozenset((2, 3, 4))),
        cost_note(amounts, "session"),
        name="breakdown",
    )


def _price_keys(session: Session) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.price_key for row in session.rows))


def _breakdown_rows(session: Session, key: str, amounts: Amounts) -> Iterator[tuple[Html, ...]]:
    totals = totals_of(row for row in session.rows if row.price_key == key)
    prices = session.prices.get(key)
    for kind, number in totals.counts.by_kind().items():
        if number:
            unit = getattr(prices, kind) if prices else None
            charge = prices.list_cost(TokenCounts(**{kind: number})) if prices else None
            words = _unit_words(unit, "per million", prices, amounts)
            yield _breakdown_row(
                key, KIND_NAMES[kind], amounts.count_tokens(number), words, _charge(charge, amounts), prices
            )
    if totals.web_searches:
        charge = prices.list_cost(TokenCounts(), totals.web_searches) if prices else None
        searches, words = NOTHING, NOTHING
        if not amounts.hidden:
            searches = count(totals.web_searches)
            words = _unit_words(prices.web_search if prices else None, "each", prices, amounts)
        yield _breakdown_row(key, "Web searches", searches, words, _charge(charge, amounts), prices)


def _unit_words(unit: Decimal | None, per: str, prices: UnitPrices | None, amounts: Amounts) -> str:
    """`$5.00 per million`; where amounts are hidden, how many times the price of the input it is."""
    if unit is None or prices is None:
        return NOTHING
    if not amounts.hidden:
        return f"{amounts.exact_usd(unit)} {per}"
    return f"{plain((unit / prices.input).quantize(Decimal('0.01')))} × input" if prices.input else NOTHING


def _charge(charge: Decimal | None, amounts: Amounts) -> str:
    return amounts.exact_usd(charge) if charge is not None else amount(None, amounts)


def _breakdown_row(
    key: str, kind: str, number: str, unit: str, charge: str, prices: UnitPrices | None
) -> tuple[Html, ...]:
    return (
        cell(key or NOTHING, extra="sg-date"),
        cell(kind, extra="sg-date"),
        cell(number, number=True),
        cell(unit, number=True),
        cell(charge, number=True),
        cell(prices.source if prices and prices.source else NOTHING, extra="sg-quiet sg-source"),
    )


def _exact_total(totals: Totals, amounts: Amounts) -> Html:
    if totals.unpriced_responses and not totals.list_cost:
        return cost_of(totals, amounts)
    exact = amounts.exact_usd(totals.list_cost)
    return text(f"≥ {exact}" if totals.is_floor else exact)
