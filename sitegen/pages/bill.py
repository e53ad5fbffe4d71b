"""The two tables of a month that read like an invoice: a line for each session, and quantity times unit price.

Every amount has all its decimals, so that the lines add up to the total by hand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from sitegen.charts import NOTHING
from sitegen.display import Amounts, count, plain
from sitegen.markup import Html, el, joined, lines, scroll_box, text
from sitegen.pages.figures import (
    NUMBER,
    amount,
    cell,
    cost_of,
    counted,
    day_words,
    times_input,
    tokens_of,
    unpriced_words,
)
from sitegen.pages.positions import WEB_SEARCHES, Account, Position, accounts_of
from sitegen.pages.site import Site
from sitegen.pages.tables import costliest_first, model_link, project_link, session_link, state_badges
from sitegen.rollups import rollup_by, session_totals
from sitegen.session import Session
from sitegen.tokens import Totals

_MOST_PLACES = 10
"""Tokens times a price per million have no more decimals than these, unless a multiplier adds its own."""


def session_bill(site: Site, here: str, sessions: Sequence[Session], whole: Mapping[str, int], label: str) -> Html:
    """Grouped by project, the costliest first, each with its sum; sessions in the order given.

    `whole` says how many rows each session has in all, by path: one that began or went on elsewhere is marked.
    """
    places = places_of(session.totals.list_cost for session in sessions)
    groups = [
        _project_group(site, here, tuple(s for s in sessions if s.project == rollup.key), whole, places)
        for rollup in costliest_first(rollup_by(sessions, "project"))
    ]
    totals = session_totals(sessions)
    foot = _sums(counted(len(sessions), "session"), "Total", totals, site.amounts, places)
    return _bill(label, ("Date", "Session", "Tokens", "List cost"), groups, foot, frozenset((2,)))


def kind_bill(site: Site, here: str, sessions: Sequence[Session], label: str) -> Html:
    """By model and kind of token: quantity, unit price and list cost."""
    accounts = accounts_of(sessions)
    places = places_of(position.list_cost for account in accounts for position in account.positions)
    groups = [_account_group(site, here, account, places) for account in accounts]
    totals = session_totals(sessions)
    foot = (
        el("th", "Total", scope="row"),
        cell(site.amounts.count_tokens(totals.tokens), number=True),
        cell(""),
        cell(exact_cost(totals, site.amounts, places), number=True),
    )
    head = ("Kind", "Tokens", "Unit price" if site.amounts.hidden else "Per million", "List cost")
    return _bill(label, head, groups, foot, frozenset(), numbers_from=1)


def exact_cost(totals: Totals, amounts: Amounts, places: int) -> Html:
    """A dash for no usage, `unpriced` for no price; else `places` decimals, the last of them quiet."""
    if amounts.hidden or not totals.list_cost:
        return cost_of(totals, amounts)
    return joined(("≥ " if totals.is_floor else "", _exact(totals.list_cost, amounts, places)))


def places_of(costs: Iterable[Decimal | None]) -> int:
    """Decimals that show each of them in full, two at least; 2 where that would take too many."""
    needed = max((_places(cost) for cost in costs if cost is not None), default=2)
    return max(2, needed) if needed <= _MOST_PLACES else 2


def is_rounded(sessions: Iterable[Session]) -> bool:
    """Whether the lines are too long to be shown in full."""
    return any(_places(session.totals.list_cost) > _MOST_PLACES for session in sessions)


def _places(cost: Decimal) -> int:
    return len(plain(cost).partition(".")[2])


def _exact(cost: Decimal, amounts: Amounts, places: int) -> Html:
    if _places(cost) > places:
        return amount(cost, amounts)
    whole, _, cents = amounts.exact_usd(cost).partition(".")
    digits = cents.ljust(places, "0")
    # As many as elsewhere, where amounts are rounded, and one at least that is not zero.
    first = next((at for at, digit in enumerate(digits, start=1) if digit != "0"), 0)
    loud = 2 if cost >= 1 or not cost else max(4, first)
    rest = el("span", digits[loud:], class_="sg-last-digits") if digits[loud:] else ""
    return joined((f"{whole}.{digits[:loud]}", rest))


def _project_group(
    site: Site, here: str, sessions: Sequence[Session], whole: Mapping[str, int], places: int
) -> list[Html]:
    head = el(
        "tr",
        el("th", project_link(site, here, sessions[0].project), colspan=2, scope="rowgroup"),
        cell("", extra="sg-extra"),
        cell(""),
        class_="sg-group",
    )
    rows = [el("tr", *_session_line(site, here, session, whole, places)) for session in sessions]
    if len(sessions) == 1:
        return [head, *rows]
    sums = _sums(counted(len(sessions), "session"), "Sum", session_totals(sessions), site.amounts, places)
    return [head, *rows, el("tr", *sums, class_="sg-sum")]


def _session_line(site: Site, here: str, session: Session, whole: Mapping[str, int], places: int) -> tuple[Html, ...]:
    totals, in_part = session.totals, len(session.rows) < whole.get(session.path, 0)
    below = [", ".join(session.models), unpriced_words(totals, site.amounts)]
    below += ["the rest is in another month"] if in_part else []
    words = " · ".join(filter(None, below))
    return (
        cell(day_words(session.day), extra="sg-date"),
        cell(
            joined(
                [
                    session_link(site, here, session),
                    *state_badges(session),
                    *([el("span", words, class_="sg-below")] if words else []),
                ],
                " ",
            ),
            extra="sg-main",
        ),
        cell(tokens_of(totals, site.amounts), number=True, extra="sg-extra"),
        cell(exact_cost(totals, site.amounts, places), number=True),
    )


def _sums(words: str, name: str, totals: Totals, amounts: Amounts, places: int) -> tuple[Html, ...]:
    return (
        el("th", name, scope="row"),
        cell(words),
        cell(tokens_of(totals, amounts), number=True, extra="sg-extra"),
        cell(exact_cost(totals, amounts, places), number=True),
    )


def _account_group(site: Site, here: str, account: Account, places: int) -> list[Html]:
    context = account.key.removeprefix(account.model).strip()
    name = model_link(site, here, account.model) if account.model in site.model_uri else text("Without a model")
    head = el(
        "tr",
        el("th", name, f" {context}" if context else None, scope="rowgroup"),
        cell(site.amounts.count_tokens(account.totals.tokens), number=True),
        cell(""),
        cell(exact_cost(account.totals, site.amounts, places), number=True),
        class_="sg-group",
    )
    return [head, *(el("tr", *_position_line(position, site.amounts, places)) for position in account.positions)]


def _position_line(position: Position, amounts: Amounts, places: int) -> tuple[Html, ...]:
    searches = position.kind == WEB_SEARCHES
    number = count(position.number) if searches and not amounts.hidden else amounts.count_tokens(position.number)
    return (
        el("td", position.kind, el("span", position.why, class_="sg-below") if position.why else None),
        cell(NOTHING if searches and amounts.hidden else number, number=True),
        cell(_unit_words(position, amounts), number=True),
        cell(_position_cost(position, amounts, places), number=True),
    )


def _unit_words(position: Position, amounts: Amounts) -> str:
    """`$5.00`, a million; where amounts are hidden, how many times the price of the input it is."""
    if position.unit is None:
        return NOTHING
    if not amounts.hidden:
        return f"{amounts.exact_usd(position.unit)}{' each' if position.kind == WEB_SEARCHES else ''}"
    if not position.input_price:
        return NOTHING
    return f"{times_input(position.unit, position.input_price)} input"


def _position_cost(position: Position, amounts: Amounts, places: int) -> Html:
    if position.list_cost is None or amounts.hidden:
        return amount(position.list_cost, amounts, why=position.why)
    return _exact(position.list_cost, amounts, places)


def _bill(
    label: str,
    head: Sequence[str],
    groups: Sequence[Sequence[Html]],
    foot: Sequence[Html],
    extras: frozenset[int],
    numbers_from: int = 2,
) -> Html:
    """A table of several bodies, one for each group; not to be sorted by column, which would mix them."""
    headings = (
        el("th", name, scope="col", class_=" ".join(_classes(at, numbers_from, extras)) or None)
        for at, name in enumerate(head)
    )
    whole = el(
        "table",
        "\n",
        lines(
            el("thead", el("tr", *headings)),
            *(el("tbody", "\n", lines(*group), "\n") for group in groups),
            el("tfoot", el("tr", *foot)),
        ),
        "\n",
        class_="sg-table",
    )
    return el("div", scroll_box(whole, label), class_="sg-bill")


def _classes(at: int, numbers_from: int, extras: frozenset[int]) -> Iterator[str]:
    if at >= numbers_from:
        yield NUMBER
    if at in extras:
        yield "sg-extra"
