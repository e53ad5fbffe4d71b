"""The small parts that pages share: amounts, dates, cards and tables."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sitegen.charts import NOTHING, dates
from sitegen.display import Amounts, count, grouped_hours, percent, plain
from sitegen.markup import Html, el, joined, lines, scroll_box, text
from sitegen.pages.site import Site
from sitegen.rollups import NO_KEY, Rollup
from sitegen.session import Session
from sitegen.tokens import Totals

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
BY_HAND = el("span", "*", class_="sg-by-hand", title="includes rows typed by hand")
"""Behind an amount: a person typed some of what it sums up."""
NUMBER = "sg-num"
CONTENT_ID = "sg"
"""Of the element that holds a whole page: where the link past the navigation leads."""


def cost_note(amounts: Amounts, whole: str = "ledger") -> Html:
    """What the amounts above it are; `whole` names what shares are taken of, where amounts are hidden."""
    words = "List cost is tokens times the price published for that day. It is not an invoice."
    if amounts.hidden:
        words = f"Amounts are hidden: list cost, tokens and requests are shares of the whole {whole}. {words}"
    return el("p", words, class_="sg-quiet")


def share_words(amounts: Amounts) -> str:
    return "of the whole ledger" if amounts.hidden else ""


def amount(value: Decimal | None, amounts: Amounts, *, floor: bool = False, why: str = "") -> Html:
    """Rounded for reading, exact on hover. None is `unpriced`, with the reason on hover."""
    shown = amounts.usd(value, floor=floor)
    if value is None:
        return el("span", shown, class_="sg-unpriced", title=why or "no price is known")
    if amounts.hidden:
        return el("span", shown)
    exact = amounts.exact_usd(value)
    return el("span", shown, title=f"at least {exact}" if floor else exact)


def cost_of(totals: Totals, amounts: Amounts) -> Html:
    """A dash where nothing was used, `unpriced` where nothing that was used has a price; a mark where a person typed
    some of it.
    """
    shown = _cost_of(totals, amounts)
    return joined((shown, BY_HAND)) if totals.manual_rows else shown


def _cost_of(totals: Totals, amounts: Amounts) -> Html:
    if not (totals.requests or totals.tokens or totals.list_cost or totals.unpriced_responses):
        return text(NOTHING)
    if totals.unpriced_responses and not totals.list_cost:
        return amount(None, amounts, why=unpriced_words(totals, amounts))
    return amount(totals.list_cost, amounts, floor=totals.is_floor)


def unpriced_words(totals: Totals, amounts: Amounts) -> str:
    number = totals.unpriced_responses
    if not number:
        return ""
    return "some responses unpriced" if amounts.hidden else f"{counted(number, 'response')} unpriced"


def by_hand_words(totals: Totals, amounts: Amounts) -> str:
    number = totals.manual_rows
    if not number:
        return ""
    return f"includes {'rows' if amounts.hidden else counted(number, 'row')} typed by hand"


def tokens_of(totals: Totals, amounts: Amounts) -> Html:
    if not totals.tokens:
        return text("0" if totals.requests else NOTHING)
    exact = None if amounts.hidden else f"{amounts.count_tokens(totals.tokens)} tokens"
    return el("span", amounts.short_tokens(totals.tokens), title=exact)


def cached_words(totals: Totals) -> str:
    return f"{percent(totals.counts.cache_read, totals.counts.prompt)} of the input from cache" if totals.tokens else ""


def span_of(span: timedelta | None) -> str:
    return grouped_hours(span) if span else NOTHING


def per_hour(list_cost: Decimal, span: timedelta, amounts: Amounts) -> str:
    """Empty where amounts are hidden: a share of the whole in an hour says nothing."""
    if not span or not list_cost or amounts.hidden:
        return ""
    return f"{amounts.usd(list_cost * 3600 / int(span.total_seconds() or 1))} an hour"


def times_input(price: Decimal, input_price: Decimal | None) -> str:
    """A unit price where amounts are hidden: how many times the price of the input it is."""
    return f"{plain((price / input_price).quantize(Decimal('0.01')))} ×" if input_price else NOTHING


def as_drawn(value: Decimal, amounts: Amounts) -> Decimal | None:
    """An amount as a chart draws it: where amounts are hidden, per cent of the whole; None of nothing."""
    if not amounts.hidden:
        return value
    return (value * 100 / amounts.list_cost).quantize(Decimal("0.1")) if amounts.list_cost else None


def axis_words(amounts: Amounts) -> Callable[[Decimal], str]:
    """How a tick of such a chart reads: exact, as ticks are round."""
    return (lambda value: f"{plain(value)} %") if amounts.hidden else amounts.exact_usd


def plural(number: int, word: str) -> str:
    return word if number == 1 else f"{word}s"


def counted(number: int, word: str) -> str:
    return f"{count(number)} {plural(number, word)}"


def day_words(day: date | None) -> str:
    return dates.day_words(day) if day else NOTHING


def month_words(key: str) -> str:
    """`May 2026` of `2026-05`."""
    return "Without a date" if key == NO_KEY else f"{_MONTHS[int(key[5:]) - 1]} {key[:4]}"


def period_words(first: date | None, last: date | None) -> str:
    if not first or not last:
        return ""
    return day_words(first) if first == last else f"{day_words(first)} to {day_words(last)}"


def period_of(sessions: Iterable[Session]) -> str:
    days = sorted(session.day for session in sessions if session.day)
    return period_words(days[0], days[-1]) if days else ""


def clock_words(at: datetime | None) -> str:
    return at.strftime("%H:%M") if at else NOTHING


def offset_words(at: datetime) -> str:
    """`UTC+01:00`, and `UTC` where there is no offset."""
    offset = at.strftime("%z")
    return "UTC" if offset in ("", "+0000") else f"UTC{offset[:3]}:{offset[3:5]}"


def change_of(now: Decimal, before: Decimal | None, amounts: Amounts) -> tuple[str, str]:
    """`+12 %` and `$3.20 more`; empty where there is nothing to compare with, or nothing to be told."""
    if not before:
        return "", ""
    difference = now - before
    if not difference:
        return "no change", ""
    sign, word = ("+", "more") if difference > 0 else ("−", "less")
    share = f"{sign}{percent(abs(difference), before)}"
    return share, "" if amounts.hidden else f"{amounts.usd(abs(difference))} {word}"


def change_words(now: Decimal, before: Decimal | None, amounts: Amounts) -> str:
    """`+12 % ($3.20 more)`."""
    share, amount = change_of(now, before, amounts)
    return f"{share} ({amount})" if amount else share


def card(label: str, value: str, note: str = "", url: str | None = None) -> Html:
    """One key figure: a label, a large value and a small line of sense below it."""
    return el(
        "a" if url else "div",
        el("span", label, class_="sg-card-label"),
        el("span", value, class_="sg-card-value"),
        el("span", note, class_="sg-card-note") if note else None,
        class_="sg-card",
        href=url,
    )


def cards(*shown: Html) -> Html:
    return el("div", *shown, class_="sg-cards")


def totals_cards(
    rollup: Rollup, site: Site, sessions_note: str = "", change: str = "", *, listed: str | None = None
) -> Html:
    """`listed` is the address of the sessions that are summed."""
    totals, amounts = rollup.totals, site.amounts
    told = (change, unpriced_words(totals, amounts), by_hand_words(totals, amounts))
    note = " · ".join(words for words in told if words)
    return cards(
        card("List cost", cost_of(totals, amounts), note or share_words(amounts) or "at published prices"),
        card("Tokens", tokens_of(totals, amounts), cached_words(totals)),
        card("Sessions", count(rollup.sessions), sessions_note, listed),
        card("Active hours", span_of(rollup.active), per_hour(totals.list_cost, rollup.active, amounts)),
    )


def facts(pairs: Iterable[tuple[str, str | None]]) -> Html:
    """A grid of names and values; what has no value is left out."""
    shown = [el("div", el("dt", name), el("dd", value)) for name, value in pairs if value]
    return el("dl", *shown, class_="sg-facts")


def table(
    label: str,
    head: Sequence[str],
    rows: Sequence[Sequence[Html]],
    foot: Sequence[Html] = (),
    numbers: frozenset[int] = frozenset(),
    extras: frozenset[int] = frozenset(),
) -> Html:
    """Rows are cells made by `cell`; it scrolls in its own box. `numbers` and `extras` are columns: those
    that are right-aligned, and those that a narrow screen leaves out.
    """
    headings = (
        _cell("th", name, number=at in numbers, extra="sg-extra" if at in extras else "", scope="col")
        for at, name in enumerate(head)
    )
    whole = el(
        "table",
        el("thead", el("tr", *headings)),
        el("tbody", lines(*(el("tr", *row) for row in rows))),
        el("tfoot", el("tr", *foot)) if foot else None,
        class_="sg-table",
    )
    return scroll_box(whole, label)


def cell(value: str, *, number: bool = False, extra: str = "") -> Html:
    return _cell("td", value, number=number, extra=extra)


def section(title: str, *content: str | None, name: str) -> Html:
    """`name` becomes the heading's id."""
    return lines(el("h2", title, id=name), *content)


def eyebrow(*parts: str | None) -> Html:
    """The small line above a title that says where one is."""
    return el("p", joined((part for part in parts if part), " · "), class_="sg-eyebrow")


def sample_note(site: Site) -> Html | None:
    if not site.has_samples:
        return None
    return el("p", "Sample data: made up to show what a ledger looks like.", class_="sg-note")


def whole_page(*blocks: str | None) -> Html:
    """One element, so that no Markdown parser looks inside. It explains the mark of what is by hand, if it has any."""
    shown = lines(*blocks)
    if BY_HAND in shown:
        shown = lines(shown, el("p", BY_HAND, " includes rows typed by hand", class_="sg-quiet"))
    return el("div", "\n", shown, "\n", id=CONTENT_ID, class_="sg")


def _cell(tag: str, value: str, *, number: bool, extra: str, scope: str | None = None) -> Html:
    classes = " ".join(word for word in (NUMBER if number else "", extra) if word)
    return el(tag, value, scope=scope, class_=classes or None)
