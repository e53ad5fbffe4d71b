"""The account of a session from its file alone: what each row, kind and model adds to the total, exactly."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from sitegen.explaining.charges import REST, Charge, by_price_key, charges_of, sum_of
from sitegen.prices import UnitPrices
from sitegen.prices.unit_prices import EXACT
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import Totals, UsageRow, totals_of


@dataclass(frozen=True, slots=True)
class RowAccount:
    """`number` counts from 1. `charges` add up to the row's stated list cost; those of an unpriced row have no amount.

    `day` is the UTC day that its prices are of, None where the row has no time.
    """

    number: int
    row: UsageRow
    prices: UnitPrices | None
    charges: tuple[Charge, ...]
    day: date | None


@dataclass(frozen=True, slots=True)
class PriceAccount:
    """All priced rows of one model and price context: they share their unit prices. `days`: first and last."""

    key: str
    source: str
    charges: tuple[Charge, ...]
    days: tuple[date, date] | None
    totals: Totals


@dataclass(frozen=True, slots=True)
class Account:
    """`by_price`, `by_kind` and `by_model` each add up to `totals.list_cost`; so do `rows`."""

    session: Session
    totals: Totals
    rows: tuple[RowAccount, ...]
    by_price: tuple[PriceAccount, ...]
    by_kind: tuple[Charge, ...]
    by_model: tuple[tuple[str, Totals], ...]

    @property
    def floor_reasons(self) -> tuple[str, ...]:
        """Why the cost is a lower bound, if it is."""
        return tuple(_floor_reasons(self))


def account_of(session: Session) -> Account:
    rows = tuple(_row_account(session, index, row) for index, row in enumerate(session.rows))
    by_model: dict[str, list[UsageRow]] = {}
    for row in session.rows:
        by_model.setdefault(row.model, []).append(row)
    return Account(
        session,
        session.totals,
        rows,
        tuple(_price_account(session, key, rows) for key in by_price_key(session.rows)),
        _summed(charge for each in rows for charge in each.charges),
        tuple((model, totals_of(mine)) for model, mine in by_model.items()),
    )


def _row_account(session: Session, index: int, row: UsageRow) -> RowAccount:
    prices = session.prices.get(row.price_key)
    moment = moment_of(session, row)
    day = moment.astimezone(UTC).date() if moment else None
    return RowAccount(index + 1, row, prices, tuple(_row_charges(row, prices)), day)


def _row_charges(row: UsageRow, prices: UnitPrices | None) -> Iterator[Charge]:
    """What the prices in the file do not make of the stated cost stands last, as a part of its own."""
    if row.list_cost is None:
        for charge in charges_of(prices, row.counts, row.web_searches):
            yield Charge(charge.kind, charge.number, charge.unit_price, None)
        return
    charges = tuple(charges_of(prices, row.counts, row.web_searches))
    yield from charges
    rest = EXACT.subtract(row.list_cost, sum_of(charge.amount for charge in charges))
    if rest:
        yield Charge(REST, 0, None, rest)


def _price_account(session: Session, key: str, rows: Sequence[RowAccount]) -> PriceAccount:
    mine = [each for each in rows if each.row.price_key == key]
    days = sorted(each.day for each in mine if each.day)
    prices = session.prices.get(key)
    return PriceAccount(
        key,
        prices.source if prices else "",
        _summed(charge for each in mine for charge in each.charges),
        (days[0], days[-1]) if days else None,
        totals_of(each.row for each in mine),
    )


def _summed(charges: Iterable[Charge]) -> tuple[Charge, ...]:
    """By kind, in their order. A unit price stays where it is one; unpriced rows add no amount."""
    found: dict[str, list[Charge]] = {}
    for charge in charges:
        found.setdefault(charge.kind, []).append(charge)
    return tuple(_one(kind, found[kind]) for kind in sorted(found, key=_place_of_kind))


def _one(kind: str, charges: Sequence[Charge]) -> Charge:
    unit_prices = {charge.unit_price for charge in charges}
    known = [charge.amount for charge in charges if charge.amount is not None]
    return Charge(
        kind,
        sum(charge.number for charge in charges),
        unit_prices.pop() if len(unit_prices) == 1 else None,
        sum_of(known) if known else None,
    )


def _place_of_kind(kind: str) -> int:
    return ORDER.index(kind)


ORDER = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output", "web_search", REST)


def _floor_reasons(account: Account) -> Iterator[str]:
    floors = [str(each.number) for each in account.rows if each.row.output_floor]
    if floors:
        yield (f"{_rows(floors)}: an output count stayed at its start value in the transcript, so it is a lower bound")
    unpriced: dict[str, list[str]] = {}
    for each in account.rows:
        if each.row.list_cost is None:
            unpriced.setdefault(each.row.unpriced or "no cost is stated", []).append(str(each.number))
    for reason, numbers in unpriced.items():
        yield f"{_rows(numbers)} unpriced: {reason}"


def _rows(numbers: Sequence[str]) -> str:
    shown = numbers if len(numbers) <= 8 else [*numbers[:7], f"{len(numbers) - 7:,} more"]
    if len(shown) == 1:
        return f"row {shown[0]}"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"
