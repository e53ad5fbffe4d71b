"""The Admin API's reports of usage and cost on loopback: pages, empty days, betas, and what can go wrong."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sitegen.display import plain
from sitegen.prices import PriceBook
from tests.made_bills import Line, display_name

KEY = "sk-ant-admin01-test"
CLASSIC_USAGE, CLASSIC_COST = "/v1/organizations/usage_report/messages", "/v1/organizations/cost_report"
ANALYTICS_USAGE, ANALYTICS_COST = "/v1/organizations/analytics/usage", "/v1/organizations/analytics/cost"
_BETA = "analytics-usage-cost-2026-08-24"
_WRITES = {"5m": "ephemeral_5m_input_tokens", "1h": "ephemeral_1h_input_tokens"}
_TOKEN_TYPES = {
    "input": "uncached_input_tokens",
    "cache_write_5m": f"cache_creation.{_WRITES['5m']}",
    "cache_write_1h": f"cache_creation.{_WRITES['1h']}",
    "cache_read": "cache_read_input_tokens",
    "output": "output_tokens",
}


@dataclass
class Bills:
    """What the server knows and does. `most` rows or days make a page. `wrong`: by path and number of the page, from
    1, what stands in its place: a status, `"cut"`, or any JSON. `closed` paths are not open to the key.
    """

    lines: Sequence[Line]
    book: PriceBook
    most: int = 1000
    wrong: Mapping[tuple[str, int], Any] = field(default_factory=dict)
    closed: Sequence[str] = ()
    factor: Decimal = Decimal(1)
    asked: list[tuple[str, Mapping[str, list[str]], Mapping[str, str]]] = field(default_factory=list)
    failed: int = 0
    url: str = ""

    def rows(self, path: str, query: Mapping[str, list[str]]) -> list[Any]:
        first, end = (date.fromisoformat(query[name][0][:10]) for name in ("starting_at", "ending_at"))
        days = [first + timedelta(days=number) for number in range((end - first).days)]
        found = {day: [line for line in self.lines if line.day == day] for day in days}
        if path == CLASSIC_USAGE:
            return [_bucket(day, [_usage(line, _group(line)) for line in found[day]]) for day in days]
        if path == CLASSIC_COST:
            return [_bucket(day, [cost for line in found[day] for cost in self.costs(line)]) for day in days]
        if path == ANALYTICS_USAGE:
            return [
                _flat(line, {"group": _group(line), "usage": _usage(line, {})}) for day in days for line in found[day]
            ]
        return [row for day in days for line in found[day] for row in self.analytics_costs(line)]

    def costs(self, line: Line) -> Iterator[dict[str, Any]]:
        for kind, cost in line.costs(self.book).items():
            yield {
                "amount": plain(cost * 100 * self.factor),
                "currency": "USD",
                "cost_type": "web_search" if kind == "web_search" else "tokens",
                "token_type": _TOKEN_TYPES.get(kind),
                "description": f"{display_name(line.model)} Usage - {kind}",
                "model": line.model,
                "context_window": "0-200k",
                "inference_geo": line.context.geo or "global",
                "service_tier": line.context.tier or "standard",
                "workspace_id": "wrkspc_01private",
            }

    def analytics_costs(self, line: Line) -> Iterator[dict[str, Any]]:
        for row, cost in zip(self.costs(line), line.costs(self.book).values(), strict=True):
            group = {name: row[name] for name in ("model", "cost_type", "token_type")}
            money = {"amount": row["amount"], "list_amount": plain(cost * 100), "currency": "USD", "requests": 3}
            yield _flat(line, {"group": group, "cost": money})


def _group(line: Line) -> dict[str, Any]:
    return {
        "model": line.model,
        "context_window": "200k-1M" if line.context.long else "0-200k",
        "inference_geo": line.context.geo or "not_available",
        "service_tier": line.context.tier or "standard",
        "speed": line.context.speed or "standard",
    }


def _usage(line: Line, more: Mapping[str, Any]) -> dict[str, Any]:
    counts = line.counts
    return {
        "uncached_input_tokens": counts.input,
        "cache_read_input_tokens": counts.cache_read,
        "cache_creation": {_WRITES["1h"]: counts.cache_write_1h, _WRITES["5m"]: counts.cache_write_5m},
        "output_tokens": counts.output,
        "server_tool_use": {"web_search_requests": line.web_searches},
        "account_id": "user_01private",
        "api_key_id": "apikey_01private",
        **more,
    }


def _span(day: date) -> dict[str, str]:
    return {"starting_at": f"{day}T00:00:00Z", "ending_at": f"{day + timedelta(days=1)}T00:00:00Z"}


def _bucket(day: date, results: Sequence[Any]) -> dict[str, Any]:
    return {**_span(day), "results": list(results)}


def _flat(line: Line, more: Mapping[str, Any]) -> dict[str, Any]:
    return {**_span(line.day), **more}


@contextmanager
def admin_server(bills: Bills) -> Iterator[Bills]:
    """Serves until the end of the block; `url` is for ANTHROPIC_BASE_URL."""

    class Handler(_Handler):
        known = bills

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    bills.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bills
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    known: Bills
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Says nothing."""

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        query = {name.removesuffix("[]"): values for name, values in parse_qs(split.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.known.asked.append((split.path, query, headers))
        refused = self._refused(split.path, query, headers)
        if refused is not None:
            self._error(*refused)
            return
        self._page(split.path, query)

    def _refused(
        self, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]
    ) -> tuple[int, str, str] | None:
        key = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("x-api-key", "")
        if key != KEY:
            return 401, "authentication_error", "invalid admin key"
        if "anthropic-version" not in headers:
            return 400, "invalid_request_error", "anthropic-version: header is required"
        if path not in (CLASSIC_USAGE, CLASSIC_COST, ANALYTICS_USAGE, ANALYTICS_COST):
            return 404, "not_found_error", "Not found"
        if path in self.known.closed:
            return 403, "permission_error", "This report is not enabled for your organization"
        if "starting_at" not in query:
            return 400, "invalid_request_error", "starting_at: Field required"
        return _refused_by_report(path, query, headers)

    def _page(self, path: str, query: Mapping[str, list[str]]) -> None:
        known = self.known
        start = int(base64.b64decode(query["page"][0].removeprefix("page_"))) if "page" in query else 0
        size = min(known.most, int(query.get("limit", ["7"])[0]))
        wrong = known.wrong.get((path, start // size + 1))
        if isinstance(wrong, int):
            known.failed += 1
            self._error(wrong, "api_error" if wrong != 529 else "overloaded_error", "Internal server error")
            return
        rows = known.rows(path, query)
        more = len(rows) > start + size
        following = f"page_{base64.b64encode(str(start + size).encode()).decode()}" if more else None
        body = {"data": rows[start : start + size], "has_more": more, "next_page": following}
        if wrong == "cut":
            self._send(200, body, cut=True)
        else:
            self._send(200, body if wrong is None else wrong)

    def _error(self, status: int, kind: str, message: str) -> None:
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": _REQUEST}
        self._send(status, body, {"retry-after-ms": "1"} if status in (429, 500, 529) else {})

    def _send(self, status: int, body: object, headers: Mapping[str, str] | None = None, *, cut: bool = False) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.send_header("request-id", _REQUEST)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if cut else raw)
        self.close_connection = cut


def _refused_by_report(
    path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]
) -> tuple[int, str, str] | None:
    groups, betas = query.get("group_by", []), headers.get("anthropic-beta", "")
    if path in (ANALYTICS_USAGE, ANALYTICS_COST):
        first, end = (date.fromisoformat(query[name][0][:10]) for name in ("starting_at", "ending_at"))
        if _BETA not in betas:
            return 400, "invalid_request_error", "anthropic-beta: this endpoint is in beta"
        if (end - first).days > 31 or len([name for name in groups if name not in ("cost_type", "token_type")]) > 5:
            return 400, "invalid_request_error", "ending_at: at most 31 days; group_by: at most 5"
        return None
    if int(query.get("limit", ["7"])[0]) > 31 or query.get("bucket_width") != ["1d"]:
        return 400, "invalid_request_error", "limit: at most 31 for 1d"
    if "speed" in groups and "fast-mode-2026-02-01" not in betas:
        return 400, "invalid_request_error", "speed: needs a beta header"
    return None


_REQUEST = "req_0123456789abcdef01234567"
