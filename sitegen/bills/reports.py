"""The Admin API's reports: what to ask for, and values from the answers. All pages, or an error: never a part."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sitegen.bills.amounts import read_day, read_money
from sitegen.bills.names import geo_of, kind_of_cost, model_of, prompts_of, speed_of, tier_of
from sitegen.bills.values import CREDIT, Bill, BilledCost, BilledTokens, with_rounding
from sitegen.prices.unit_prices import EXACT
from sitegen.tokens import PriceContext, TokenCounts

MOST_PAGES = 1000
_ANALYTICS_SINCE = date(2026, 1, 1)
_ANALYTICS_DAYS = 365
_DAYS_IN_ONE = 31
_ANALYTICS_BETA = "analytics-usage-cost-2026-08-24"
_FAST_BETA = "fast-mode-2026-02-01"
_CONTEXT = ("model", "context_window", "inference_geo", "service_tier", "speed")
_USAGE_PATHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "input": ("uncached_input_tokens",),
        "cache_write_5m": ("cache_creation", "ephemeral_5m_input_tokens"),
        "cache_write_1h": ("cache_creation", "ephemeral_1h_input_tokens"),
        "cache_read": ("cache_read_input_tokens",),
        "output": ("output_tokens",),
    }
)
_SEARCHES = ("server_tool_use", "web_search_requests")
_DESCRIBED = re.compile(r"^(?P<model>.+?) Usage\b")


class NotAReport(Exception):  # noqa: N818  # a statement about an answer, turned into a problem where it is met
    """An answer that came with success and is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """One report over some days. `params` are those of the query without the page; `headers` are sent with it."""

    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """What to ask for tokens and for costs, in order of days, and how the rows of the answers are laid out."""

    name: str
    usage: tuple[Question, ...]
    costs: tuple[Question, ...]
    nested: bool


def reports_of(first: date, last: date, today: date) -> tuple[Report, ...]:
    """The reports that tell of these UTC days, both included; the one to try first comes first."""
    known = first >= _ANALYTICS_SINCE and (today - first).days <= _ANALYTICS_DAYS
    classic = _classic(first, last)
    return (_analytics(first, last), classic) if known else (classic,)


def _classic(first: date, last: date) -> Report:
    base = {**_period(first, last), "bucket_width": "1d", "limit": _DAYS_IN_ONE}
    usage = Question(
        "/v1/organizations/usage_report/messages",
        {**base, "group_by": list(_CONTEXT)},
        {"anthropic-beta": _FAST_BETA},
    )
    costs = Question("/v1/organizations/cost_report", {**base, "group_by": ["description"]}, {})
    return Report("usage and cost reports", (usage,), (costs,), nested=True)


def _analytics(first: date, last: date) -> Report:
    def asked(path: str, groups: Sequence[str]) -> tuple[Question, ...]:
        return tuple(
            Question(
                path,
                {**_period(*span), "time_bucket_width": "1d", "limit": 1000, "group_by": list(groups)},
                {"anthropic-beta": _ANALYTICS_BETA},
            )
            for span in _slices(first, last)
        )

    usage = asked("/v1/organizations/analytics/usage", _CONTEXT)
    costs = asked("/v1/organizations/analytics/cost", ("model", "cost_type", "token_type"))
    return Report("analytics reports", usage, costs, nested=False)


def _period(first: date, last: date) -> dict[str, Any]:
    """Half-open, as the API counts: up to the beginning of the day after the last."""
    return {"starting_at": _midnight(first), "ending_at": _midnight(last + timedelta(days=1))}


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _slices(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, first + timedelta(days=_DAYS_IN_ONE - 1))
        yield first, end
        first = end + timedelta(days=1)


def rows_and_next(page: object) -> tuple[list[Any], str | None]:
    """The rows of one page, and the name of the next page, None behind the last. NotAReport for anything else."""
    if not isinstance(page, Mapping):
        raise NotAReport("it is no JSON object")
    if page.get("type") == "error" or "error" in page:
        raise NotAReport("it is an error that came with the status of a success")
    rows, more, following = page.get("data"), page.get("has_more"), page.get("next_page")
    if not isinstance(rows, list):
        raise NotAReport("it has no list `data`")
    if not isinstance(more, bool):
        raise NotAReport("it does not say with `has_more` whether there are more pages")
    if not more:
        return rows, None
    if not isinstance(following, str) or not following:
        raise NotAReport("it has more pages and no `next_page`")
    return rows, following


def bill_of(report: Report, usage: Iterable[Any], costs: Iterable[Any], asked: tuple[date, date]) -> Bill:
    """The bill in all rows of all pages. NotAReport where a row is not as documented."""
    tokens = tuple(_tokens(*row) for row in _flat(usage, "usage", nested=report.nested))
    money = [_cost(*row) for row in _flat(costs, "cost", nested=report.nested)]
    return Bill(f"Admin API {report.name}", tokens, with_rounding(money), asked)


def _flat(
    rows: Iterable[Any], figures: str, *, nested: bool
) -> Iterator[tuple[date, Mapping[str, Any], Mapping[str, Any]]]:
    """Day, what it was counted of, and the figures. A classic row holds a day's results, an analytics row is one."""
    for row in rows:
        day = read_day(str(_at(row, "starting_at")))
        if day is None:
            raise NotAReport("a row has no day in `starting_at`")
        if not nested:
            yield day, _object(row, "group"), _object(row, figures)
            continue
        results = _at(row, "results")
        if not isinstance(results, list):
            raise NotAReport("a day has no list `results`")
        for result in results:
            if not isinstance(result, Mapping):
                raise NotAReport("a result is no JSON object")
            yield day, result, result


def _tokens(day: date, group: Mapping[str, Any], figures: Mapping[str, Any]) -> BilledTokens:
    model, name = model_of(_text(group, "model"))
    searches = figures.get(_SEARCHES[0])
    speed, tier, geo = (_text(group, key) for key in ("speed", "service_tier", "inference_geo"))
    return BilledTokens(
        day,
        model,
        name,
        TokenCounts(**{kind: _count(figures, path) for kind, path in _USAGE_PATHS.items()}),
        None if searches is None else _count(figures, _SEARCHES),
        PriceContext(speed_of(speed), tier_of(tier), geo_of(geo)),
        prompts_of(_text(group, "context_window")),
    )


def _cost(day: date, group: Mapping[str, Any], figures: Mapping[str, Any]) -> BilledCost:
    if _text(figures, "currency").upper() != "USD":
        raise NotAReport("a cost is not in USD")
    amount = _cents(figures, "amount")
    list_amount = _cents(figures, "list_amount") if figures.get("list_amount") is not None else None
    described = _DESCRIBED.match(_text(group, "description"))
    model, _ = model_of(_text(group, "model") or (described["model"] if described else ""))
    kind = kind_of_cost(_text(group, "cost_type"), _text(group, "token_type"))
    return BilledCost(day, model, CREDIT if amount < 0 else kind, amount, list_amount)


def _cents(figures: Mapping[str, Any], name: str) -> Decimal:
    """USD of a decimal text in cents. A JSON number may have been rounded: it is refused."""
    value = figures.get(name)
    amount = read_money(value) if isinstance(value, str) else None
    if amount is None:
        raise NotAReport(f"`{name}` is no decimal number of cents, as text")
    return EXACT.scaleb(amount, Decimal(-2))


def _count(figures: Mapping[str, Any], path: Sequence[str]) -> int:
    value: Any = figures
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise NotAReport(f"`{'.'.join(path)}` is no whole number, 0 or more")
    return value


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _at(row: object, name: str) -> Any:
    if not isinstance(row, Mapping):
        raise NotAReport("a row is no JSON object")
    return row.get(name)


def _object(row: object, name: str) -> Mapping[str, Any]:
    value = _at(row, name)
    if not isinstance(value, Mapping):
        raise NotAReport(f"a row has no object `{name}`")
    return value
