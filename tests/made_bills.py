"""Bills as the Console exports them, made from what a ledger's own rows say."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from sitegen.display import plain
from sitegen.prices import PriceBook, Quote
from sitegen.prices.model_names import family_name
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import PriceContext, TokenCounts, UsageRow

USAGE_HEAD = (
    "usage_date_utc", "model_version", "api_key", "workspace", "usage_type", "context_window",
    "usage_input_tokens_no_cache", "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h",
    "usage_input_tokens_cache_read", "usage_output_tokens", "web_search_count", "inference_geo", "speed",
)  # fmt: skip
COST_HEAD = (
    "usage_date_utc", "model", "workspace", "api_key", "usage_type", "context_window", "token_type", "cost_usd",
    "list_price_usd", "cost_type", "inference_geo", "speed",
)  # fmt: skip
TOKEN_TYPES = {
    "input": "input_no_cache",
    "cache_write_5m": "input_cache_write_5m",
    "cache_write_1h": "input_cache_write_1h",
    "cache_read": "input_cache_read",
    "output": "output",
}
STANDARD = PriceContext()
KEY, WORKSPACE = "claude_code_key_jane.doe_abcd", "Claude Code"


@dataclass(frozen=True)
class Line:
    """Tokens of one day, model and price context, as one row of a usage export."""

    day: date
    model: str
    counts: TokenCounts
    web_searches: int = 0
    context: PriceContext = STANDARD
    key: str = KEY

    def costs(self, book: PriceBook) -> dict[str, Decimal]:
        """USD by kind, exact, at list price."""
        size = 200_001 if self.context.long else 1
        context = replace(self.context, long=False)
        quote = book.quote(self.model, datetime.combine(self.day, time(12), UTC), context, size)
        assert isinstance(quote, Quote), quote
        costs = {kind: number * getattr(quote.prices, kind) / 10**6 for kind, number in self.counts.by_kind().items()}
        searched = {"web_search": self.web_searches * (quote.prices.web_search or Decimal())}
        return {**costs, **(searched if self.web_searches else {})}


def lines_of(sessions: Iterable[Session]) -> list[Line]:
    """As a bill would have them if every response came on the UTC day on which its interaction began."""
    sums: dict[tuple[date, str, PriceContext], Line] = {}
    for session in sessions:
        for row in session.rows:
            line = _line(session, row)
            key = (line.day, line.model, line.context)
            known = sums.get(key)
            sums[key] = line if known is None else added(known, line)
    return [sums[key] for key in sorted(sums)]


def _line(session: Session, row: UsageRow) -> Line:
    at = moment_of(session, row)
    assert at is not None
    context = replace(row.context, since="")
    return Line(at.astimezone(UTC).date(), row.model, row.counts, row.web_searches, context)


def added(one: Line, other: Line) -> Line:
    return replace(one, counts=one.counts + other.counts, web_searches=one.web_searches + other.web_searches)


def usage_csv(lines: Sequence[Line], head: Sequence[str] = USAGE_HEAD) -> bytes:
    return _csv(head, [_usage_cells(line) for line in lines])


def _usage_cells(line: Line) -> Mapping[str, object]:
    counts = dict(zip(USAGE_HEAD[6:11], line.counts.by_kind().values(), strict=True))
    return {
        "usage_date_utc": line.day.isoformat(),
        "model_version": line.model,
        "api_key": line.key,
        "workspace": WORKSPACE,
        "usage_type": line.context.tier or "standard",
        "context_window": "> 200k" if line.context.long else "≤ 200k",
        **counts,
        "web_search_count": line.web_searches,
        "inference_geo": line.context.geo or "global",
        "speed": line.context.speed,
    }


def cost_csv(
    lines: Sequence[Line],
    book: PriceBook,
    *,
    cents: bool = False,
    factor: str = "1",
    head: Sequence[str] = COST_HEAD,
    more: Sequence[Mapping[str, object]] = (),
) -> bytes:
    """`cents`: rounded to cents as the Console does. `factor`: what a discount leaves of the list price."""
    cells: list[Mapping[str, object]] = []
    for line in lines:
        for kind, cost in line.costs(book).items():
            searched = kind == "web_search"
            cells.append(
                {
                    "usage_date_utc": line.day.isoformat(),
                    "model": display_name(line.model),
                    "workspace": WORKSPACE,
                    "api_key": line.key,
                    "usage_type": line.context.tier or "message",
                    "context_window": "> 200k" if line.context.long else "≤ 200k",
                    "token_type": "" if searched else TOKEN_TYPES[kind],
                    "cost_usd": _money(cost * Decimal(factor), cents=cents),
                    "list_price_usd": _money(cost, cents=cents),
                    "cost_type": "web_search" if searched else "token",
                    "inference_geo": line.context.geo or "global",
                    "speed": line.context.speed,
                }
            )
    return _csv(head, [*cells, *more])


def _money(amount: Decimal, *, cents: bool) -> str:
    return format(amount.quantize(Decimal("0.01"), ROUND_HALF_UP), "f") if cents else plain(amount)


def display_name(model: str) -> str:
    """`Claude Sonnet 4.5` of `claude-sonnet-4-5-20250929`."""
    vendor, family, *version = family_name(model).split("-")
    return f"{vendor.capitalize()} {family.capitalize()} {'.'.join(version)}"


def _csv(head: Sequence[str], rows: Sequence[Mapping[str, object]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, head, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
