"""Where the cost of a session comes from, what its tokens were, and what they would have cost otherwise."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sitegen.blocks import KIND_NAMES
from sitegen.charts import NOTHING, Part, mix_bar
from sitegen.display import Amounts, count, percent, share
from sitegen.explaining.charges import charge_of, cost_by_kind
from sitegen.markup import Html, el, text
from sitegen.pages.figures import amount, cell, cost_note, cost_of, day_words, section, table, times_input
from sitegen.pages.site import Site
from sitegen.pages.tables import model_link
from sitegen.pages.what_if import SHORT_WRITES, Otherwise, ways
from sitegen.prices import UnitPrices
from sitegen.session import Session
from sitegen.tokens import KINDS, Totals, totals_of

_NAMES: Mapping[str, str] = {**KIND_NAMES, "web_search": "Web searches", "": "Without unit prices"}
_DIFFERENCE = 2
"""The column of what-ifs that a narrow screen leaves out: the change says the same."""
_COLOURS = {name: min(number, 6) for number, name in enumerate(_NAMES, 1)}


def breakdown_section(session: Session, totals: Totals, amounts: Amounts) -> Html:
    head = ("Model", "Kind", "Tokens", "Unit price", "List cost", "Price from")
    rows = [row for key in _price_keys(session) for row in _breakdown_rows(session, key, amounts)]
    foot = (
        el("th", "Total", scope="row"),
        cell(""),
        cell(amounts.count_tokens(totals.tokens), number=True),
        cell(""),
        cell(_exact_total(totals, amounts), number=True),
        cell(""),
    )
    return section(
        "Where the cost comes from",
        table("Cost by model and token kind", head, rows, foot, frozenset((2, 3, 4))),
        cost_note(amounts, "session"),
        name="breakdown",
    )


def mix_section(session: Session, totals: Totals, amounts: Amounts) -> Html | None:
    """None for a session that used one kind only."""
    counts, costs = totals.counts.by_kind(), cost_by_kind(session)
    by_tokens = [
        _part(kind, Decimal(number), "" if amounts.hidden else count(number))
        for kind, number in counts.items()
        if number
    ]
    by_cost = [
        _part(kind, cost, "" if amounts.hidden else amounts.usd(cost)) for kind in _NAMES if (cost := costs.get(kind))
    ]
    bars = (mix_bar(by_tokens, "mix-tokens", "By tokens"), mix_bar(by_cost, "mix-cost", "By list cost"))
    if not any(bars):
        return None
    return section("Token mix", _mix_words(counts, costs), el("div", *bars, class_="sg-mixes"), name="mix")


def _part(kind: str, amount_of_it: Decimal, shown: str) -> Part:
    return Part(_NAMES[kind], amount_of_it, text(shown), _COLOURS[kind])


def _mix_words(counts: Mapping[str, int], costs: Mapping[str, Decimal]) -> Html | None:
    """The kind that cost most, against how many of the tokens it was."""
    kinds = [kind for kind in KINDS if costs.get(kind)]
    if len(kinds) < 2:
        return None
    most = max(kinds, key=lambda kind: costs[kind])
    of_tokens, of_cost = percent(counts[most], sum(counts.values())), percent(costs[most], sum(costs.values()))
    words = f"{_NAMES[most]} was {of_tokens} of the tokens and {of_cost} of the list cost."
    return el("p", words, class_="sg-mix-words")


def what_if_section(
    site: Site, here: str, session: Session, models: Mapping[str, str], amounts: Amounts
) -> Html | None:
    """`models`: those to compare with. None where nothing has a price, or nothing to compare it with."""
    totals = session.totals
    actual, floor = totals.list_cost, totals.is_floor
    found = ways(session, models, site.settings.price_book) if actual else ()
    if not found:
        return None
    head = ("The same tokens", *(() if amounts.hidden else ("List cost", "Difference")), "Change")
    extras = frozenset() if amounts.hidden else frozenset((_DIFFERENCE,))
    highest = max(actual, *(way.high for way in found))
    rows = [
        _way_row(text("As it was"), (amounts.usd(actual, floor=floor), NOTHING, NOTHING), actual / highest, amounts)
    ]
    for way in found:
        name = _model_name(site, here, way.model) if way.model else text(way.name)
        words = (_span(way, lambda cost: amounts.usd(cost, floor=floor)), *_against(way, actual, amounts))
        rows.append(_way_row(name, words, way.high / highest, amounts))
    return section(
        "What if",
        table("The same tokens at other prices", head, rows, (), frozenset(range(1, len(head))), extras),
        el("p", " ".join(_way_notes(session.day, found, totals)), class_="sg-quiet"),
        name="what-if",
    )


def _way_row(name: Html, words: tuple[str, str, str], of_highest: Decimal, amounts: Amounts) -> tuple[Html, ...]:
    """`words`: cost, difference and change, of which only the last may be shown where amounts are hidden."""
    bar = el("span", class_="sg-way-bar", style=f"width:{of_highest * 100:.1f}%", aria_hidden="true")
    cost, difference, change = words
    money = (cell(cost, number=True), cell(difference, number=True, extra="sg-extra"))
    return (
        el("th", name, bar, scope="row", class_="sg-way"),
        *(() if amounts.hidden else money),
        cell(change, number=True),
    )


def _model_name(site: Site, here: str, model: str) -> Html:
    """With a link where the ledger knows it."""
    return model_link(site, here, model) if model in site.model_uri else text(model)


def _span(way: Otherwise, words_of: Callable[[Decimal], str]) -> str:
    if way.low == way.high:
        return words_of(way.low)
    return f"{words_of(way.low)} to {words_of(way.high)}"


def _against(way: Otherwise, actual: Decimal, amounts: Amounts) -> tuple[str, str]:
    """The difference in USD and in percent of what it did cost."""

    def sign(cost: Decimal) -> str:
        return "+" if cost >= actual else "−"

    if way.low == way.high == actual:
        return "the same", "0 %"
    return (
        _span(way, lambda cost: f"{sign(cost)}{amounts.usd(abs(cost - actual))}"),
        _span(way, lambda cost: f"{sign(cost)}{share(abs(cost - actual), actual)}"),
    )


def _way_notes(day: date | None, found: Sequence[Otherwise], totals: Totals) -> Iterator[str]:
    yield "The counts are those of this session, only their prices change."
    if any(way.model for way in found):
        yield (
            "Another model would have counted its tokens in its own way and taken other steps. Its price is the list "
            f"price of {day_words(day)}, even where it came out later."
        )
    if any(way.low != way.high for way in found):
        yield "A range stands where the price depends on how long each prompt was, since only their sum is known."
    if any(way.name == SHORT_WRITES for way in found):
        yield "Entries that last 5 minutes may run out in a break and then be written again: that is not counted."
    if totals.unpriced_responses:
        yield "Responses without a price are left out of every line."
    if totals.output_floor:
        yield "Some output counts are lower bounds, so these costs are too."


def _price_keys(session: Session) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.price_key for row in session.rows))


def _breakdown_rows(session: Session, key: str, amounts: Amounts) -> Iterator[tuple[Html, ...]]:
    """The model and the source of its prices stand beside all of its lines."""
    rows = [row for row in session.rows if row.price_key == key]
    totals, prices = totals_of(rows), session.prices.get(key)
    used = [(kind, number) for kind, number in _numbers(totals).items() if number]
    for at, (kind, number) in enumerate(used):
        charge = charge_of(prices, kind, number) if prices else None
        middle = (
            cell(_NAMES[kind], extra="sg-date sg-kind"),
            cell(_number_words(kind, number, amounts), number=True),
            cell(_unit_words(kind, prices, amounts), number=True),
            cell(_charge_words(charge, amounts), number=True, extra="sg-charge"),
        )
        if at:
            yield middle
        else:
            first = el("th", key or NOTHING, scope="row", rowspan=len(used), class_="sg-main sg-model")
            last = el("td", *_source_words(session, prices), rowspan=len(used), class_="sg-quiet sg-source")
            yield first, *middle, last


def _charge_words(charge: Decimal | None, amounts: Amounts) -> str:
    return amount(None, amounts) if charge is None else amounts.exact_usd(charge)


def _numbers(totals: Totals) -> dict[str, int]:
    return {**totals.counts.by_kind(), "web_search": totals.web_searches}


def _number_words(kind: str, number: int, amounts: Amounts) -> str:
    if kind != "web_search":
        return amounts.count_tokens(number)
    return NOTHING if amounts.hidden else count(number)


def _unit_words(kind: str, prices: UnitPrices | None, amounts: Amounts) -> str:
    """`$5.00 per million`; where amounts are hidden, how many times the price of the input it is."""
    unit: Decimal | None = getattr(prices, kind, None)
    if unit is None or prices is None:
        return NOTHING
    if not amounts.hidden:
        return f"{amounts.exact_usd(unit)} {'each' if kind == 'web_search' else 'per million'}"
    if kind == "web_search" or not prices.input:
        return NOTHING
    return f"{times_input(unit, prices.input)} input"


def _source_words(session: Session, prices: UnitPrices | None) -> tuple[Html, ...]:
    if prices is None or not prices.source:
        return (text(NOTHING),)
    day = el("span", f"price of {day_words(session.day)}", class_="sg-below") if session.day else text("")
    return text(prices.source), day


def _exact_total(totals: Totals, amounts: Amounts) -> Html:
    if totals.unpriced_responses and not totals.list_cost:
        return cost_of(totals, amounts)
    exact = amounts.exact_usd(totals.list_cost)
    return text(f"≥ {exact}" if totals.is_floor else exact)
