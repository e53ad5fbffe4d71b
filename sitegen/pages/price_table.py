"""The unit prices that the ledger's own files state, with the days on which each was used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from sitegen.charts import NOTHING
from sitegen.display import Amounts
from sitegen.markup import Html, el, joined, text
from sitegen.pages.figures import cell, period_words, table, times_input
from sitegen.pages.incognito import hide_amounts
from sitegen.pages.site import METHOD, Site
from sitegen.pages.tables import model_link
from sitegen.prices import UnitPrices
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import KINDS, UsageRow

_HEAD = ("Model", "Input", "Cache write 5 min", "Cache write 1 h", "Cache read", "Output")
_MOST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class UsedPrices:
    """One model in one context at one set of prices. `prices` has no source: `sources` lists all that stated them.

    `prices` is None where rows state no unit prices: `sources` then says why.
    """

    key: str
    model: str
    prices: UnitPrices | None
    sources: tuple[str, ...]
    first: date | None
    last: date | None


def used_prices(sessions: Iterable[Session]) -> tuple[UsedPrices, ...]:
    """By model, then by the first day of use."""
    found = _by_place(
        used for session in sessions for used in session.once("prices used", partial(_of_session, session))
    )
    return tuple(sorted(_with_searches(found.values()), key=lambda used: (used.key, used.first or date.min)))


def price_table(site: Site, lines: Sequence[UsedPrices]) -> Html:
    searches = any(session.totals.web_searches for session in site.sessions)
    head = (*_HEAD, *(["Web search, each"] if searches else []), "Used", "Source")
    numbers = frozenset(range(1, len(head) - 2))
    rows = [_line(site, used, searches=searches) for used in lines]
    return el("div", table("Prices used, USD per million tokens", head, rows, (), numbers), class_="sg-prices")


def changes_with_the_day(lines: Iterable[UsedPrices]) -> tuple[str, ...]:
    """The keys that have more than one set of prices, sorted."""
    priced = [used.key for used in lines if used.prices]
    return tuple(sorted({key for key in priced if priced.count(key) > 1}))


def _of_session(session: Session) -> tuple[UsedPrices, ...]:
    return tuple(_by_place(_of_row(session, row) for row in session.rows).values())


def _by_place(every: Iterable[UsedPrices]) -> dict[tuple[str, UnitPrices | None], UsedPrices]:
    found: dict[tuple[str, UnitPrices | None], UsedPrices] = {}
    for used in every:
        place = (used.key, used.prices)
        found[place] = _together(found[place], used) if place in found else used
    return found


def _of_row(session: Session, row: UsageRow) -> UsedPrices:
    at = moment_of(session, row)
    day = at.date() if at else None
    stated = session.prices.get(row.price_key) if row.list_cost is not None else None
    if stated is None:
        why = "unpriced" if row.list_cost is None else "costs stated by hand"
        reason = f"{why}: {row.unpriced}" if row.list_cost is None and row.unpriced else why
        return UsedPrices(row.price_key, row.model, None, (reason,), day, day)
    prices = replace(stated, source="", web_search=stated.web_search if row.web_searches else None)
    return UsedPrices(row.price_key, row.model, prices, (stated.source,) if stated.source else (), day, day)


def _with_searches(found: Iterable[UsedPrices]) -> Iterable[UsedPrices]:
    """A file states the price of a search only where there were some: other rows at the same prices join those."""
    known: dict[tuple[str, UnitPrices | None], UsedPrices] = {}
    for used in sorted(found, key=lambda used: not (used.prices and used.prices.web_search)):
        place = (used.key, replace(used.prices, web_search=None) if used.prices else None)
        known[place] = _together(known[place], used) if place in known else used
    return known.values()


def _together(one: UsedPrices, other: UsedPrices) -> UsedPrices:
    firsts = [day for day in (one.first, other.first) if day]
    lasts = [day for day in (one.last, other.last) if day]
    return replace(
        one,
        sources=tuple(dict.fromkeys((*one.sources, *other.sources))),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
    )


def _line(site: Site, used: UsedPrices, *, searches: bool) -> tuple[Html, ...]:
    context = used.key.removeprefix(used.model).strip()
    name = model_link(site, METHOD, used.model) if used.model in site.model_uri else text("Without a model")
    kinds = (*KINDS, *(["web_search"] if searches else []))
    return (
        el("th", name, f" {context}" if context else None, scope="row"),
        *(cell(_unit_words(used.prices, kind, site.amounts), number=True) for kind in kinds),
        cell(period_words(used.first, used.last) or NOTHING, extra="sg-date"),
        cell(_source_words(used.sources, site.amounts), extra="sg-quiet sg-source"),
    )


def _unit_words(prices: UnitPrices | None, kind: str, amounts: Amounts) -> str:
    """`$5.00`; where amounts are hidden, how many times the price of the input it is."""
    unit: Decimal | None = getattr(prices, kind) if prices else None
    if unit is None or prices is None:
        return NOTHING
    if not amounts.hidden:
        return amounts.exact_usd(unit)
    if not prices.input or kind == "web_search":
        return NOTHING
    return f"{times_input(unit, prices.input)} input"


def _source_words(sources: tuple[str, ...], amounts: Amounts) -> Html:
    shown = [hide_amounts(source) if amounts.hidden else source for source in sources[:_MOST_SOURCES]]
    more = len(sources) - len(shown)
    return joined((*shown, *([f"and {more} more"] if more else [])), ", ") if shown else text(NOTHING)
