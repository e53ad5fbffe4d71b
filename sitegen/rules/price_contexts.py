"""The rule about what changes the price of a row: speed, tier, geography, the length of prompts, and the day."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sitegen.display import count
from sitegen.errors import Problem, Severity, error
from sitegen.prices import PriceBook, Quote
from sitegen.rules.facts import is_measured
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings, did_you_mean
from sitegen.tokens import UsageRow

RULE = "price-context"
KNOWN: Mapping[str, tuple[str, ...]] = {
    "speed": ("standard", "fast"),
    "tier": ("standard", "batch", "priority"),
    "geo": ("global", "not_available", "us"),
}


def check_price_contexts(session: Session, settings: Settings) -> Iterator[Problem]:
    measured = is_measured(session)
    for index, row in enumerate(session.rows):
        typed = row.manual or not (measured or row.response)
        if not any(row.context.words()) and not typed:
            continue
        if typed or row.list_cost is not None:  # what was reported and has no price is told as unpriced
            yield from _check_values(session, index, row)
        yield from _check_length(session, index, row, settings.price_book, typed=typed)
        if row.context.since:
            yield from _check_since(session, index, row)


def _check_values(session: Session, index: int, row: UsageRow) -> Iterator[Problem]:
    for key, known in KNOWN.items():
        value = getattr(row.context, key)
        if value and value not in known:
            message = f"usage row {index + 1}: `{key}` is `{value}`, must be one of: {', '.join(known)}"
            hint = did_you_mean(value, known) or "leave it out where the price is the standard one"
            yield error(RULE, session.locate("usage", index, key), message, hint)


def _check_length(session: Session, index: int, row: UsageRow, book: PriceBook, *, typed: bool) -> Iterator[Problem]:
    """Each request of a long row is above the model's threshold, so their mean is; and below it in any other.

    A measured row may hold parts of a response that are no requests of their own, which lift its mean. Prices of
    another list than the one in use had thresholds of their own.
    """
    prices = session.prices.get(row.price_key)
    if prices is None or not book.wrote(prices):
        return
    mean = -(-row.counts.prompt // max(row.requests, 1))
    context = replace(row.context, long=False, since="")
    quote = book.quote(row.model, row.at or session.started, context, mean)
    if not isinstance(quote, Quote) or not book.wrote(quote.prices):
        return
    size = f"a request of usage row {index + 1} has {count(mean)} prompt tokens"
    if row.context.long and not quote.long:
        message = f"{size} on average, too few for `context: long`"
        yield error(RULE, session.locate("usage", index, "context"), message, "take it out and run `sessions fill`")
    elif typed and quote.long and not row.context.long:
        message = f"{size}{' on average' if row.requests > 1 else ''}, which has a price of its own"
        hint = "add `context: long` and run `sessions fill`; shorter requests stand in another row"
        yield error(RULE, session.locate("usage", index), message, hint)


def _check_since(session: Session, index: int, row: UsageRow) -> Iterator[Problem]:
    """A price holds from the UTC day of a response, which may come long after the minute its row is told at."""
    place = session.locate("usage", index, "price_from")
    since = date.fromisoformat(row.context.since)
    last = session.ended or (row.at + timedelta(days=1) if row.at else None)
    if last is not None and since > _utc_day(last):
        message = f"usage row {index + 1} uses a price that holds from {since}, after the row's own day"
        yield error(RULE, place, message, "`price_from` is the UTC day of its first response, or earlier")


def _utc_day(at: datetime) -> date:
    return at.astimezone(UTC).date()


RULES = (
    Rule(
        RULE,
        Severity.ERROR,
        "what changes a row's price is known, and fits its tokens and its day",
        file=check_price_contexts,
    ),
)
