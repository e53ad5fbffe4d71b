"""Tokens, responses, usage rows and their totals: plain values that add up; no files, no price lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

KINDS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
"""The token kinds, in the order of every table. They are disjoint: their sum is the tokens of a response."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Counts of one or more responses, each 0 or more. `input` is what was neither read from nor written to a cache."""

    input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0

    def __add__(self, other: "TokenCounts") -> "TokenCounts":
        return TokenCounts(
            self.input + other.input,
            self.cache_write_5m + other.cache_write_5m,
            self.cache_write_1h + other.cache_write_1h,
            self.cache_read + other.cache_read,
            self.output + other.output,
        )

    @property
    def tokens(self) -> int:
        return self.prompt + self.output

    @property
    def prompt(self) -> int:
        """Everything the model read: what a long-context threshold is compared with."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read

    def by_kind(self) -> dict[str, int]:
        return {kind: getattr(self, kind) for kind in KINDS}


@dataclass(frozen=True, slots=True, order=True)
class PriceContext:
    """What changes the unit price of a response, as reported. The empty text is the standard in each field.

    `speed`: "fast" or a value nobody knows yet; `tier`: "batch", "priority", …; `geo`: "us", ….
    `long` says that the prompt was above the model's long-context threshold; `since` is the UTC date
    (YYYY-MM-DD) from which a price holds, given only where one file needs two prices of a kind for one model.
    """

    speed: str = ""
    tier: str = ""
    geo: str = ""
    long: bool = False
    since: str = ""

    def words(self) -> tuple[str, ...]:
        """The fields that differ from the standard, as they stand in the key of a price: `fast`, `us`, `long`."""
        named = (
            self.speed,
            self.tier,
            self.geo,
            "long" if self.long else "",
            self.since and f"from {self.since}",
        )
        return tuple(word for word in named if word)


def price_key(model: str, context: PriceContext) -> str:
    """The name of a price in a session file: `claude-opus-4-8`, `claude-opus-4-8 fast us`."""
    return " ".join((model, *context.words()))


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a model: what is billed, priced and counted once.

    `key` names it in all transcripts of the world; `at` is None where no time was reported; `model` is as
    reported, or the empty text. `context.long` and `context.since` are always unset here: only a price list
    knows them. `output_floor`: the output count is a start value that was never made final, so a lower bound.
    `requests` is 1, or 0 for a part that another model did inside a response already counted (an advisor).
    `interaction` is the index of the prompt that led to it, -1 when it came before the first.
    """

    key: str
    session: str
    at: datetime | None
    model: str
    counts: TokenCounts
    context: PriceContext = PriceContext()
    web_searches: int = 0
    output_floor: bool = False
    requests: int = 1
    interaction: int = -1


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One line of the token table: one interaction × model × price context.

    `at` is the minute the interaction began, with the session's offset from UTC. `list_cost` is None and
    `unpriced` says why where no price is known. `manual`: typed by a person. `response`: the id of the one response
    it tells of, where a command of ours got that from an API; no page and no export shows it.
    """

    at: datetime | None
    task: str
    model: str
    requests: int
    counts: TokenCounts
    list_cost: Decimal | None = None
    context: PriceContext = PriceContext()
    web_searches: int = 0
    output_floor: bool = False
    tools: Mapping[str, int] = field(default_factory=dict)
    notes: str = ""
    unpriced: str = ""
    manual: bool = False
    response: str = ""

    @property
    def price_key(self) -> str:
        return price_key(self.model, self.context)

    @property
    def is_derived(self) -> bool:
        """Made from a transcript, so that filling makes it anew. Rows by hand and of single responses stay."""
        return not (self.manual or self.response)

    @property
    def unpriced_responses(self) -> int:
        return 0 if self.list_cost is not None else max(self.requests, 1)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over rows. `list_cost` is the sum of the priced rows, in USD, exact.

    `manual_rows`: how many of the rows a person typed; each figure here rests on them too.
    """

    requests: int = 0
    counts: TokenCounts = TokenCounts()
    list_cost: Decimal = Decimal()
    unpriced_responses: int = 0
    web_searches: int = 0
    output_floor: bool = False
    manual_rows: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.requests + other.requests,
            self.counts + other.counts,
            self.list_cost + other.list_cost,
            self.unpriced_responses + other.unpriced_responses,
            self.web_searches + other.web_searches,
            self.output_floor or other.output_floor,
            self.manual_rows + other.manual_rows,
        )

    @property
    def tokens(self) -> int:
        return self.counts.tokens

    @property
    def is_floor(self) -> bool:
        """True where the cost is at least `list_cost`: a response has no price or an unfinished output count."""
        return self.output_floor or self.unpriced_responses > 0


def totals_of_row(row: UsageRow) -> Totals:
    return Totals(
        row.requests,
        row.counts,
        row.list_cost if row.list_cost is not None else Decimal(),
        row.unpriced_responses,
        row.web_searches,
        row.output_floor,
        int(row.manual),
    )


def totals_of(rows: Iterable[UsageRow]) -> Totals:
    """As `totals_of_row` of each, added up; in one go, since every check of a file asks for it."""
    known = tuple(rows)
    counts = [row.counts for row in known]
    return Totals(
        sum(row.requests for row in known),
        TokenCounts(
            sum(each.input for each in counts),
            sum(each.cache_write_5m for each in counts),
            sum(each.cache_write_1h for each in counts),
            sum(each.cache_read for each in counts),
            sum(each.output for each in counts),
        ),
        sum((row.list_cost for row in known if row.list_cost is not None), Decimal()),
        sum(row.unpriced_responses for row in known),
        sum(row.web_searches for row in known),
        any(row.output_floor for row in known),
        sum(row.manual for row in known),
    )
