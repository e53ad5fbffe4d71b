"""Usage rows → charges: one for each row and kind of token. What has no price is left out and counted, never 0."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from sitegen.prices import UnitPrices
from sitegen.prices.model_names import read_model_name
from sitegen.prices.unit_prices import EXACT
from sitegen.records import UsageEntry, usage_entries
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import KINDS

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Meter:
    """What is counted: `unit` names what is consumed, `per` how many of them the unit price is for."""

    name: str
    sku: str
    unit: str = "Tokens"
    per: int = _MILLION

    @property
    def pricing_unit(self) -> str:
        return self.unit if self.per == 1 else f"{self.per} {self.unit}"


METERS: Mapping[str, Meter] = {
    "input": Meter("Input Tokens", "input"),
    "cache_write_5m": Meter("Cache Write Tokens (5 Minutes)", "cache-write-5m"),
    "cache_write_1h": Meter("Cache Write Tokens (1 Hour)", "cache-write-1h"),
    "cache_read": Meter("Cache Read Tokens", "cache-read"),
    "output": Meter("Output Tokens", "output"),
    "web_search": Meter("Web Searches", "web-search", "Requests", 1),
}


@dataclass(frozen=True, slots=True)
class Seller:
    """`provider` sells and invoices the service, `publisher` made the model."""

    provider: str
    service: str
    publisher: str = "Anthropic"


_ANTHROPIC = Seller("Anthropic", "Claude API")
_AWS = Seller("AWS", "Amazon Bedrock")
_ROUTES = {"vertex_ai/": Seller("Google Cloud", "Vertex AI"), "openrouter/": Seller("OpenRouter", "OpenRouter")}


@dataclass(frozen=True)
class Charge:
    """So many of one kind, used by one row at one price. `day` is the row's in UTC."""

    entry: UsageEntry
    account: str
    seller: Seller
    meter: Meter
    quantity: int
    unit_price: Decimal
    source: str
    moment: datetime

    @cached_property
    def pricing_quantity(self) -> Decimal:
        return EXACT.divide(Decimal(self.quantity), Decimal(self.meter.per))

    @cached_property
    def list_cost(self) -> Decimal:
        return EXACT.multiply(self.pricing_quantity, self.unit_price)

    @property
    def day(self) -> date:
        return self.moment.date()

    @property
    def sku(self) -> str:
        return f"{read_model_name(self.entry.row.model).name}/{self.meter.sku}"

    @property
    def sku_price(self) -> str:
        """The unit price is looked up by this: the model with what changes its price, as a session file names it."""
        return f"{self.entry.row.price_key}/{self.meter.sku}"


def charges(sessions: Iterable[Session], account: str) -> Iterator[Charge]:
    """In the order of the sessions, their rows and the kinds of tokens. `account` names who is billed."""
    for entry in usage_entries(sessions):
        found = _charges_of(entry, account)
        if not isinstance(found, str):
            yield from found


def left_out(sessions: Iterable[Session]) -> Mapping[str, int]:
    """How many usage rows are no charges, by the reason."""
    found = (_charges_of(entry, "") for entry in usage_entries(sessions))
    return dict(sorted(Counter(each for each in found if isinstance(each, str)).items()))


def _charges_of(entry: UsageEntry, account: str) -> tuple[Charge, ...] | str:
    row, session = entry.row, entry.session
    if row.list_cost is None:
        return "no price is known"
    moment = moment_of(session, row)
    if moment is None:
        return "neither the row nor its session has a time"
    seller = seller_of(row.model)
    if seller is None:
        return "who sells the model is not known"
    prices = session.prices.get(row.price_key)
    if prices is None or prices.list_cost(row.counts, row.web_searches) != row.list_cost:
        return "the cost is not that of the prices in the file"
    return tuple(
        Charge(entry, account, seller, METERS[kind], quantity, price, prices.source, moment.astimezone(UTC))
        for kind, quantity, price in _used(entry, prices)
    )


def _used(entry: UsageEntry, prices: UnitPrices) -> Iterator[tuple[str, int, Decimal]]:
    quantities = {**{kind: getattr(entry.row.counts, kind) for kind in KINDS}, "web_search": entry.row.web_searches}
    for kind, quantity in quantities.items():
        price: Decimal | None = getattr(prices, kind)
        if quantity and price is not None:
            yield kind, quantity, price


def seller_of(model: str) -> Seller | None:
    """By the name as it was reported; None for a model that is none of Claude's."""
    name = read_model_name(model)
    if not name.name.startswith("claude"):
        return None
    if name.provider == "aws":
        return _AWS
    return next((seller for route, seller in _ROUTES.items() if model.strip().lower().startswith(route)), _ANTHROPIC)
