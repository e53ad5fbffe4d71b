"""What a number of tokens of one kind costs: the parts whose sum is a list cost."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sitegen.prices import UnitPrices
from sitegen.prices.unit_prices import EXACT
from sitegen.session import Session
from sitegen.tokens import TokenCounts, UsageRow, totals_of

SEARCH = "web_search"
REST = ""
"""The kind of what a file states without prices that it comes from."""


@dataclass(frozen=True, slots=True)
class Charge:
    """So many tokens of a kind, or web searches, and their cost in USD, exact; both None where no price is known.

    `unit_price` is USD per million tokens, or per search. A charge of the kind `REST` has an amount only.
    """

    kind: str
    number: int
    unit_price: Decimal | None
    amount: Decimal | None


def charges_of(prices: UnitPrices | None, counts: TokenCounts, web_searches: int) -> Iterator[Charge]:
    """In the order of the token kinds, then searches; only what was used."""
    for kind, number in (*counts.by_kind().items(), (SEARCH, web_searches)):
        if number:
            unit_price: Decimal | None = getattr(prices, kind, None)
            yield Charge(kind, number, unit_price, charge_of(prices, kind, number) if prices else None)


def charge_of(prices: UnitPrices, kind: str, number: int) -> Decimal | None:
    """USD of so many tokens of a kind, or of so many web searches; None where that has no price."""
    if kind == SEARCH:
        return prices.list_cost(TokenCounts(), number)
    return prices.list_cost(TokenCounts(**{kind: number}))


def cost_by_kind(session: Session) -> Mapping[str, Decimal]:
    """USD by token kind, `web_search` and, for rows whose unit prices the file does not state, the empty text."""
    found: dict[str, Decimal] = {}
    rows = [row for row in session.rows if row.list_cost is not None]
    for key, mine in by_price_key(rows).items():
        totals, prices = totals_of(mine), session.prices.get(key)
        if prices is None or prices.list_cost(totals.counts, totals.web_searches) is None:
            found[REST] = found.get(REST, Decimal()) + totals.list_cost
            continue
        for charge in charges_of(prices, totals.counts, totals.web_searches):
            found[charge.kind] = found.get(charge.kind, Decimal()) + (charge.amount or Decimal())
    return found


def by_price_key(rows: Iterable[UsageRow]) -> dict[str, list[UsageRow]]:
    found: dict[str, list[UsageRow]] = {}
    for row in rows:
        found.setdefault(row.price_key, []).append(row)
    return found


def sum_of(amounts: Iterable[Decimal | None]) -> Decimal:
    """Exact however many decimals there are; None adds nothing."""
    total = Decimal()
    for amount in amounts:
        total = total if amount is None else EXACT.add(total, amount)
    return total
