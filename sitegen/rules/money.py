"""Rules about money and sums: each figure is derived anew and compared, exactly.

Each `repair` is what would make this one figure fit the others; which of them is wrong, `diagnosis` finds out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sitegen.display import count, plain
from sitegen.errors import Problem, SetValue, Severity, error, note, warning
from sitegen.fill import totals_mapping
from sitegen.prices import PriceBook, UnitPrices
from sitegen.rules.places import place_of
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import UsageRow

_MOST_DAYS = 60
_Differences = tuple[tuple[str, Decimal, Decimal], ...]
_PRICE_HINT = "give its price under [[prices.model]] in sessions.toml, then run `sessions fill`"


def check_row_costs(session: Session, _: Settings) -> Iterator[Problem]:
    without_price: dict[str, list[int]] = {}
    for index, row in enumerate(session.rows):
        prices = session.prices.get(row.price_key)
        if prices is not None:
            yield from _check_row_cost(session, index, row, prices)
        elif row.list_cost is not None:
            without_price.setdefault(row.price_key, []).append(index)
    for key, indexes in without_price.items():
        yield _no_price(session, key, indexes)


def _check_row_cost(session: Session, index: int, row: UsageRow, prices: UnitPrices) -> Iterator[Problem]:
    keys = ("usage", index, "cost")
    expected = prices.list_cost(row.counts, row.web_searches)
    if row.list_cost is None:
        if not row.unpriced:
            message = f"usage row {index + 1} has a price and no cost"
            repair = None if expected is None else SetValue(keys, expected)
            yield error("row-cost", session.locate("usage", index), message, "run `sessions fill`", repair=repair)
    elif expected is None:
        message = f"usage row {index + 1} uses a kind of token that `prices.{row.price_key}` has no price for"
        yield error("row-cost", session.locate(*keys), message)
    elif expected != row.list_cost:
        yield _differs("row-cost", session, keys, row.list_cost, expected)


def _no_price(session: Session, key: str, indexes: Sequence[int]) -> Problem:
    """One missing price, however many rows it was used by."""
    first, *rest = (session.locate("usage", index, "cost") for index in indexes)
    who = f"usage row {indexes[0] + 1} has" if not rest else f"{len(indexes)} usage rows have"
    message = f"{who} a cost, and `prices` has no `{key}`"
    return error("row-cost", first, message, "run `sessions fill`, or write the prices into the file", also=tuple(rest))


def _differs(rule: str, session: Session, keys: tuple[str | int, ...], stated: Decimal, expected: Decimal) -> Problem:
    off = abs(stated - expected)
    side = "too much" if stated > expected else "too little"
    return error(
        rule,
        session.locate(*keys),
        f"stated ${plain(stated)}, expected ${plain(expected)} (${plain(off)} {side})",
        "run `sessions fill` to derive it anew, or put the tokens right",
        stated=plain(stated),
        expected=plain(expected),
        repair=SetValue(keys, Decimal(plain(expected))),
    )


def check_totals(session: Session, _: Settings) -> Iterator[Problem]:
    stated = session.stated_totals
    if stated is not None:
        yield from _check_totals(session, stated)
    elif session.rows:
        place = place_of(session, ("totals",))
        yield error("totals", place, "the file has usage rows and no `totals`", "run `sessions fill`")


def _check_totals(session: Session, stated: Mapping[str, int | str]) -> Iterator[Problem]:
    expected = totals_mapping(session.totals)
    for key, figure in expected.items():
        if key not in stated and figure:
            message = f"`totals.{key}` is missing, the rows add up to {_figure(figure)}"
            repair = SetValue(("totals", key), figure)
            yield error("totals", session.locate("totals"), message, "run `sessions fill`", repair=repair)
        elif key in stated and Decimal(str(stated[key])) != figure:
            yield _wrong_sum(session, key, stated[key], figure)
    for key, figure in stated.items():
        if key in ("requests", "cost", "unpriced", "web_searches") and key not in expected and str(figure) != "0":
            message = f"`totals.{key}` is {figure}, and no row has any"
            repair = SetValue(("totals", key), None)
            yield error("totals", session.locate("totals", key), message, "run `sessions fill`", repair=repair)


def _wrong_sum(session: Session, key: str, stated: int | str, expected: int | Decimal) -> Problem:
    if key == "cost":
        return _differs("totals", session, ("totals", key), Decimal(str(stated)), Decimal(expected))
    message = f"stated {count(int(stated))} for `totals.{key}`, the rows add up to {count(int(expected))}"
    hint = "run `sessions fill` to derive it anew"
    place = session.locate("totals", key)
    repair = SetValue(("totals", key), int(expected))
    return error("totals", place, message, hint, stated=str(stated), expected=str(expected), repair=repair)


def _figure(number: int | Decimal) -> str:
    return f"${plain(number)}" if isinstance(number, Decimal) else count(number)


def check_unpriced(session: Session, _: Settings) -> Iterator[Problem]:
    for index, row in enumerate(session.rows):
        if row.list_cost is None and row.counts.tokens:
            number = row.unpriced_responses
            responses = "1 response" if number == 1 else f"{count(number)} responses"
            reason = row.unpriced or "no cost is stated"
            message = f"usage row {index + 1}: {responses} of `{row.model}` unpriced: {reason}"
            hint = _PRICE_HINT if row.at is not None else "without a time no price list can be asked"
            yield warning("unpriced", session.locate("usage", index, "model"), message, hint)


def check_price_book(session: Session, settings: Settings) -> Iterator[Problem]:
    """An error where the file names the very list in use and differs from it; a note where the list has changed."""
    for key, prices in session.prices.items():
        row = next((row for row in session.rows if row.price_key == key), None)
        if row is not None:
            yield from _check_price(session, key, prices, row, settings.price_book)


def _check_price(session: Session, key: str, prices: UnitPrices, row: UsageRow, book: PriceBook) -> Iterator[Problem]:
    same_list = book.wrote(prices)
    context = replace(row.context, since="")
    on_days = (book.compare(row.model, context, day, prices) for day in _days(session, row))
    for kind, stated, expected in _fewest(on_days):
        place = session.locate("prices", key, kind)
        message = f"stated ${plain(stated)} per 1M for {kind}, {book.source} has ${plain(expected)}"
        if same_list:
            hint = f"the file names {prices.source} as its source; run `sessions fill`, or name your own source"
            repair = SetValue(("prices", key, kind), Decimal(plain(expected)))
            yield error(
                "price-book", place, message, hint, stated=plain(stated), expected=plain(expected), repair=repair
            )
        else:
            yield note("price-book", place, f"{message} (this file is from {prices.source or 'no named source'})")


def _days(session: Session, row: UsageRow) -> Iterator[datetime | None]:
    """When the price of a row may have held: a row begins with its prompt, and its responses came until the end."""
    if row.context.since:
        yield datetime.fromisoformat(row.context.since).replace(tzinfo=UTC)
        return
    start = row.at or session.started
    yield start
    if start and session.ended:
        days = (session.ended.astimezone(UTC).date() - start.astimezone(UTC).date()).days
        yield from (start + timedelta(days=day) for day in range(1, min(days, _MOST_DAYS) + 1))


def _fewest(on_days: Iterator[_Differences]) -> _Differences:
    """Of the first day without a difference; where there is none, of the first day."""
    first = next(on_days)
    return first if not first or all(on_days) else ()


RULES = (
    Rule(
        "row-cost", Severity.ERROR, "a row's cost is its tokens times the prices written in the file", check_row_costs
    ),
    Rule("totals", Severity.ERROR, "the totals are the sums of the rows", check_totals),
    Rule(
        "unpriced",
        Severity.WARNING,
        "a response without a known price is named, never counted as free",
        check_unpriced,
    ),
    Rule("price-book", Severity.ERROR, "the prices in the file are those of the list that it names", check_price_book),
)
