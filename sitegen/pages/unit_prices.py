"""The unit prices that were paid for one model in this ledger: from when to when, and where they come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sitegen.blocks import KIND_NAMES
from sitegen.charts import NOTHING
from sitegen.display import Amounts, count
from sitegen.markup import Html, el
from sitegen.pages.figures import cell, counted, period_words, section, table, times_input
from sitegen.pages.site import METHOD, Site
from sitegen.prices import UnitPrices
from sitegen.session import Session
from sitegen.tokens import KINDS

_MOST_PRICES = 50


@dataclass(frozen=True, slots=True)
class PaidPrice:
    """One set of prices as session files hold it. `context` is empty for the standard: `fast`, `us`, `long`."""

    context: str
    prices: UnitPrices
    sessions: int
    first: date | None
    last: date | None


def paid_prices(sessions: Sequence[Session]) -> tuple[PaidPrice, ...]:
    """Of the rows that these sessions have; the latest first."""
    found: dict[tuple[str, UnitPrices], PaidPrice] = {}
    for session in sessions:
        for context, prices in _prices_of(session).items():
            key = context, prices
            before = found.get(key, PaidPrice(context, prices, 0, session.day, session.day))
            found[key] = replace(
                before,
                sessions=before.sessions + 1,
                first=min(_known(before.first, session.day), default=None),
                last=max(_known(before.last, session.day), default=None),
            )
    ordered = sorted(found.values(), key=lambda paid: (paid.context, paid.prices.source))
    return tuple(sorted(ordered, key=lambda paid: (paid.last or date.min, paid.first or date.min), reverse=True))


def unit_price_section(site: Site, here: str, sessions: Sequence[Session]) -> Html:
    paid = paid_prices(sessions)
    if not paid:
        priced = any(row.list_cost is not None for session in sessions for row in session.rows)
        words = "Costs were written down without unit prices." if priced else "No price is known for this model."
        return section("Unit prices paid", el("p", words), name="unit-prices")
    hidden = site.amounts.hidden
    head = ("When", *(KIND_NAMES[kind] for kind in KINDS), "Sessions", "Price from")
    rows = [_row(each, site.amounts) for each in paid[:_MOST_PRICES]]
    words = (
        "As multiples of the price of uncached input." if hidden else "USD per million tokens, as the sessions hold it."
    )
    rest = len(paid) - _MOST_PRICES
    more = f" {counted(rest, 'older price')} not shown." if rest > 0 else ""
    how = el("a", "How the numbers are made", href=site.link(here, METHOD))
    return section(
        "Unit prices paid",
        table("Unit prices paid", head, rows, (), frozenset(range(1, len(KINDS) + 2))),
        el("p", f"{words}{more} ", how, class_="sg-quiet"),
        name="unit-prices",
    )


def _prices_of(session: Session) -> Mapping[str, UnitPrices]:
    """By context; of priced rows only."""
    return {
        " ".join(row.context.words()): session.prices[row.price_key]
        for row in session.rows
        if row.list_cost is not None and row.price_key in session.prices
    }


def _known(*days: date | None) -> list[date]:
    return [day for day in days if day]


def _row(paid: PaidPrice, amounts: Amounts) -> tuple[Html, ...]:
    when = [el("span", period_words(paid.first, paid.last) or "no date")]
    if paid.context:
        when.append(el("span", paid.context, class_="sg-below"))
    return (
        el("th", *when, scope="row", class_="sg-when"),
        *(cell(_price(paid.prices, kind, amounts), number=True) for kind in KINDS),
        cell(count(paid.sessions), number=True),
        cell(paid.prices.source or NOTHING, extra="sg-quiet sg-source"),
    )


def _price(prices: UnitPrices, kind: str, amounts: Amounts) -> str:
    price: Decimal | None = getattr(prices, kind)
    if price is None:
        return NOTHING
    if not amounts.hidden:
        return amounts.exact_usd(price)
    return times_input(price, prices.input)
