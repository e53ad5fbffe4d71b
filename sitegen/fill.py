"""Responses → usage rows → the frontmatter of a session file.

What is written depends on the transcripts, the prices and what the file already says, and on nothing else:
filling twice, in another order, on another day or machine gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from sitegen.display import hours_minutes, plain
from sitegen.masking import one_line
from sitegen.prices import PriceBook, Quote, UnitPrices, Unpriced
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import (
    KINDS,
    PriceContext,
    Response,
    Totals,
    UsageRow,
    price_key,
    totals_of,
)
from sitegen.transcripts import AgentSession

UNKNOWN_MODEL = "unknown"
OWNED_IN_ROWS = (
    "time", "model", "speed", "tier", "geo", "context", "price_from", "requests", *KINDS,
    "output_floor", "web_searches", "cost", "unpriced", "tools",
)  # fmt: skip
OWNED_IN_TOTALS = ("requests", *KINDS, "web_searches", "cost", "unpriced")
OWNED_IN_SOURCE = ("kind", "sessions", "digest", "output", "reported_cost")


@dataclass(frozen=True, slots=True)
class Filled:
    """What the transcripts say about one session file. `rows` are in order of time; `prices` in order of use.

    `responses`: for each row those that it sums up, in order of time.
    """

    rows: tuple[UsageRow, ...]
    prices: Mapping[str, UnitPrices]
    responses: tuple[tuple[Response, ...], ...] = ()


def combine(agents: Sequence[AgentSession]) -> AgentSession:
    """Several sessions of an agent, told in one file, as one: in order of start, prompts and responses in turn."""
    first, *rest = sorted(agents, key=lambda agent: (agent.started or datetime.max.replace(tzinfo=UTC), agent.id))
    for agent in rest:
        shift = len(first.prompts)
        moved = (replace(item, interaction=_shifted(item.interaction, shift)) for item in agent.responses)
        tools = {_shifted(index, shift): names for index, names in agent.tools.items()}
        ends = [end for end in (first.ended, agent.ended) if end]
        costs = [amount for amount in (first.reported_cost, agent.reported_cost) if amount is not None]
        first = replace(
            first,
            prompts=(*first.prompts, *agent.prompts),
            responses=(*first.responses, *moved),
            tools={**first.tools, **tools},
            ended=max(ends, default=None),
            active=first.active + agent.active,
            reported_cost=sum(costs, Decimal()) if costs else None,
        )
    return first


def _shifted(interaction: int, by: int) -> int:
    return interaction + by if interaction >= 0 else by - 1


def rows_from_responses(agent: AgentSession, settings: Settings, kept_prices: Mapping[str, UnitPrices]) -> Filled:
    """Usage rows, one for each interaction, model and price context, each response priced on its own.

    `kept_prices` are the ones a file already states: they hold for the file unless the price book that wrote
    them is the one in use, so that a changed price list never changes an old file.
    """
    dated = _with_price_dates(
        (_price(response, settings.price_book, kept_prices), response) for response in agent.responses
    )
    prices = dict(sorted(_first_uses(dated), key=lambda use: (" " in use[0], use[0])))
    by_interaction = sorted(dated, key=lambda item: item[1].interaction)
    rows = [
        row
        for interaction, items in groupby(by_interaction, key=lambda item: item[1].interaction)
        for row in _interaction_rows(agent, interaction, list(items), settings)
    ]
    rows.sort(key=lambda item: item[0].at.timestamp() if item[0].at else float("-inf"))
    return Filled(tuple(row for row, _ in rows), prices, tuple(tuple(responses) for _, responses in rows))


def session_zone(agent: AgentSession, settings: Settings) -> tzinfo:
    """The offset the ledger's zone had when the session began: one session keeps one offset."""
    if agent.started is None:
        return UTC
    return timezone(agent.started.astimezone(settings.zone).utcoffset() or timedelta())


@dataclass(frozen=True, slots=True)
class _Price:
    """The price of one response: either `unit_prices`, or `unpriced` and why."""

    context: PriceContext
    unit_prices: UnitPrices | None
    unpriced: str = ""


def _price(response: Response, book: PriceBook, kept: Mapping[str, UnitPrices]) -> _Price:
    quote = book.quote(response.model, response.at, response.context, response.counts.prompt)
    if isinstance(quote, Unpriced):
        return _Price(response.context, None, quote.reason)
    context = replace(response.context, long=quote.long)
    unit_prices = _kept(response, context, kept, book.source) or _named(quote, response.model)
    if unit_prices.list_cost(response.counts, response.web_searches) is None:
        return _Price(response.context, None, "no price for one of its token kinds")
    return _Price(context, unit_prices)


def _named(quote: Quote, model: str) -> UnitPrices:
    """The source says under which id a model was priced, where that is another than the one reported."""
    if quote.priced_as == model:
        return quote.prices
    return replace(quote.prices, source=f"{quote.prices.source} ({quote.priced_as})")


def _kept(response: Response, context: PriceContext, kept: Mapping[str, UnitPrices], source: str) -> UnitPrices | None:
    """What the file states for this model, context and day, unless the same price book would write it anew."""
    base = price_key(response.model, context)
    day = response.at.astimezone(UTC).date().isoformat() if response.at else ""
    dated = sorted(key for key in kept if key.startswith(f"{base} from ") and key.rpartition(" ")[2] <= day)
    key = dated[-1] if dated else base
    prices = kept.get(key)
    return None if prices is None or prices.source.startswith(source) else prices


def _with_price_dates(priced: Iterable[tuple[_Price, Response]]) -> list[tuple[_Price, Response]]:
    """Where one model and context has two prices, the later ones carry the UTC day from which this file uses them."""
    items = sorted(priced, key=lambda item: (item[1].at or datetime.min.replace(tzinfo=UTC), item[1].key))
    current: dict[str, tuple[UnitPrices, PriceContext]] = {}
    dated = []
    for price, response in items:
        if price.unit_prices is None:
            dated.append((price, response))
            continue
        key = price_key(response.model, price.context)
        if key not in current:
            current[key] = (price.unit_prices, price.context)
        elif current[key][0] != price.unit_prices and response.at:
            since = response.at.astimezone(UTC).date().isoformat()
            current[key] = (price.unit_prices, replace(price.context, since=since))
        dated.append((replace(price, context=current[key][1]), response))
    return dated


def _first_uses(dated: Iterable[tuple[_Price, Response]]) -> Iterator[tuple[str, UnitPrices]]:
    seen: set[str] = set()
    for price, response in dated:
        key = price_key(response.model, price.context)
        if price.unit_prices is not None and key not in seen:
            seen.add(key)
            yield key, price.unit_prices


def _interaction_rows(
    agent: AgentSession, interaction: int, items: list[tuple[_Price, Response]], settings: Settings
) -> list[tuple[UsageRow, list[Response]]]:
    """The rows of one interaction with their responses, the one with the most tokens first; the tools it used stand
    on that one.
    """
    start = _interaction_start(agent, interaction, items, session_zone(agent, settings))
    task = _task(agent, interaction, settings.tasks)
    groups: dict[tuple[str, _Price], list[Response]] = {}
    for price, response in items:
        groups.setdefault((response.model, price), []).append(response)
    rows = [(_row(price, responses), responses) for (_, price), responses in groups.items()]
    rows.sort(key=lambda item: (-item[0].counts.tokens, item[0].model, item[0].context, item[0].unpriced))
    tools: dict[str, int] = {}
    for name, number in sorted(agent.tools.get(interaction, {}).items()):
        tools[_tool_name(name)] = tools.get(_tool_name(name), 0) + number
    (first, responses), *rest = [(replace(row, at=start, task=task), behind) for row, behind in rows]
    return [(replace(first, tools=tools), responses), *rest]


@lru_cache(maxsize=1024)  # a history names the same few tools many thousand times
def _tool_name(name: str) -> str:
    return one_line(name)


def _row(price: _Price, responses: Sequence[Response]) -> UsageRow:
    totals = totals_of(map(_as_row, responses))
    searches = totals.web_searches
    return UsageRow(
        at=None,
        task="",
        model=responses[0].model or UNKNOWN_MODEL,
        requests=totals.requests,
        counts=totals.counts,
        list_cost=price.unit_prices.list_cost(totals.counts, searches) if price.unit_prices else None,
        context=price.context,
        web_searches=searches,
        output_floor=totals.output_floor,
        unpriced=price.unpriced,
    )


def _as_row(response: Response) -> UsageRow:
    return UsageRow(
        at=None,
        task="",
        model=response.model,
        requests=response.requests,
        counts=response.counts,
        web_searches=response.web_searches,
        output_floor=response.output_floor,
    )


def _interaction_start(
    agent: AgentSession, interaction: int, items: Iterable[tuple[_Price, Response]], zone: tzinfo
) -> datetime | None:
    """The minute of the prompt, or of the first response where no prompt stands before it."""
    first_response = min((response.at for _, response in items if response.at), default=None)
    start = (agent.prompts[interaction].at if interaction >= 0 else None) or first_response
    if start is None:
        return None
    return max(start, agent.started or start).astimezone(zone).replace(second=0, microsecond=0)


def _task(agent: AgentSession, interaction: int, tasks: str) -> str:
    if tasks == "none":
        return ""
    if interaction < 0:
        return "Before the first prompt" if agent.prompts else ""
    return one_line(agent.prompts[interaction].text)


def frontmatter_of(
    agent: AgentSession, filled: Filled, settings: Settings, agents: Sequence[str], by_hand: Sequence[UsageRow] = ()
) -> dict[str, Any]:
    """The machine-owned keys of a file with their values, in the order in which they are written.

    `agents` are the ids of the sessions told in the file. `by_hand` are rows that a person or a single response
    added: they count in the totals and are not among the rows returned. A value of None means that the key is absent.
    """
    zone = session_zone(agent, settings)
    rows = (*filled.rows, *by_hand)
    floor = any(row.output_floor for row in rows)
    source = {
        "kind": "claude-code",
        "sessions": list(agents),
        "digest": agent.digest,
        "output": "at least" if floor else "exact",
        "reported_cost": agent.reported_cost,
    }
    return {
        "started": agent.started.astimezone(zone).isoformat(timespec="seconds") if agent.started else None,
        "ended": agent.ended.astimezone(zone).isoformat(timespec="seconds") if agent.ended else None,
        "active": hours_minutes(agent.active),
        "source": _present(source),
        "usage": [row_mapping(row, agent, zone) for row in filled.rows],
        "totals": totals_mapping(totals_of(rows)),
        "prices": prices_mapping(filled.prices, rows),
    }


def frontmatter_by_hand(session: Session, settings: Settings) -> dict[str, Any]:
    """Cost, totals and prices for a file whose rows were typed: one mapping for each row, with its cost alone."""
    priced = [priced_by_hand(session, row, settings.price_book) for row in session.rows]
    rows = [row for row, _ in priced]
    prices = {row.price_key: unit_prices for row, unit_prices in priced if unit_prices is not None}
    return {
        "usage": [_present({"cost": _money(row.list_cost), "unpriced": row.unpriced or None}) for row in rows],
        "totals": totals_mapping(totals_of(rows)),
        "prices": prices_mapping(prices, rows),
    }


def priced_by_hand(session: Session, row: UsageRow, book: PriceBook) -> tuple[UsageRow, UnitPrices | None]:
    """A row that was typed, with its list cost or why it has none, and the prices that it comes from.

    It may sum several requests; where a price depends on the size of each, it stays unpriced.
    """
    unit_prices = session.prices.get(row.price_key)
    reason = ""
    if unit_prices is None:
        when = row.at or session.started
        context = replace(row.context, long=False, since="")
        whole = book.quote(row.model, when, context, row.counts.prompt)
        single = book.quote(row.model, when, context, row.counts.prompt // max(row.requests, 1))
        if isinstance(whole, Unpriced):
            reason = whole.reason
        elif whole != single or whole.long != row.context.long:
            reason = "its price depends on the size of each request"
        else:
            unit_prices = _named(whole, row.model)
    list_cost = unit_prices.list_cost(row.counts, row.web_searches) if unit_prices else None
    return replace(row, list_cost=list_cost, unpriced=reason), unit_prices if list_cost is not None else None


def prices_mapping(prices: Mapping[str, UnitPrices], rows: Iterable[UsageRow]) -> dict[str, Any] | None:
    """As they stand in a file: by model and context, the price of a web search only where one was made."""
    searched = {row.price_key for row in rows if row.web_searches}
    return {key: known.to_mapping(web_search=key in searched) for key, known in prices.items()} or None


def row_mapping(row: UsageRow, agent: AgentSession, zone: tzinfo) -> dict[str, Any]:
    started = agent.started.astimezone(zone) if agent.started else None
    time = None
    if row.at is not None:
        time = row.at.strftime("%H:%M" if started and row.at.date() == started.date() else "%Y-%m-%d %H:%M")
    return _present(
        {
            "time": time,
            "task": row.task or None,
            "model": row.model,
            "speed": row.context.speed or None,
            "tier": row.context.tier or None,
            "geo": row.context.geo or None,
            "context": "long" if row.context.long else None,
            "price_from": row.context.since or None,
            "requests": row.requests if row.requests or not row.manual else None,
            **row.counts.by_kind(),
            "output_floor": row.output_floor or None,
            "web_searches": row.web_searches or None,
            "cost": _money(row.list_cost),
            "unpriced": row.unpriced or None,
            "tools": dict(row.tools) or None,
            "notes": row.notes or None,
            "manual": row.manual or None,
            "response": row.response or None,
        }
    )


def totals_mapping(totals: Totals) -> dict[str, Any]:
    """The sums as a file states them. Without a priced row there is no cost: unknown is never 0. Nor are requests
    that nobody counted.
    """
    any_priced = totals.list_cost or not totals.unpriced_responses
    return _present(
        {
            "requests": totals.requests if totals.requests or not totals.tokens else None,
            **totals.counts.by_kind(),
            "web_searches": totals.web_searches or None,
            "cost": _money(totals.list_cost) if any_priced else None,
            "unpriced": totals.unpriced_responses or None,
        }
    )


def _money(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else Decimal(plain(amount))


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def title_of(agent: AgentSession, settings: Settings) -> str:
    """The title the agent or its user gave, else the first prompt's first line; a neutral one where tasks stay out."""
    if settings.tasks == "none":
        local = agent.started.astimezone(settings.zone).strftime("%H:%M") if agent.started else "an unknown time"
        return f"Session at {local}"
    texts = (agent.title, *(prompt.text for prompt in agent.prompts))
    return next((line for text in texts if (line := one_line(text))), "Untitled session")


def same_row(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a row of a file and a row made anew tell of the same interaction, model and price context."""
    return all(old.get(key) == new.get(key) for key in ("time", "model", "speed", "tier", "geo", "context"))


def requests_of(session: Session) -> int:
    """Requests in the rows that filling made, not those a person or a single response added."""
    return sum(row.requests for row in session.rows if row.is_derived)
