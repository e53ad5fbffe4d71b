"""An API on loopback that answers in the shapes of the real one: for tests of the real client against it.

What it does is chosen by the name of the model:

- `error-NNN` answers with that status; the names in `_FORCED` with what stands there;
- `flaky-429` refuses until the client says that it tries again, `twice-529` is overloaded twice, then answers;
- `slow-MS` waits before it answers;
- `break-N` breaks off after N pieces of the answer, `stop-N` ends there without a word, `sse-error-N` tells an error,
  `hang-N` says nothing more until the test lets it go;
- `empty` answers without a text, `refused` with a refusal, `cut` as far as `max_tokens`, `loud` with escape sequences,
  `surrogate` with half of a character, `nameless` under an id that another answer has too;
- `noisy` reports every field of `usage`, `odd` figures that are none, `bare` no split of cache writes.

Any other name answers well, as itself.
"""

import base64
import json
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

KEY = "sk-ant-api03-loopback-key-that-nobody-may-ever-see-0123456789"
MODEL = "claude-sonnet-5-5"
"""Answers for every name below that stands for a behaviour."""
_SPECIAL = re.compile(
    r"(?:flaky|twice|slow|break|stop|hang|sse-error)-\d+|empty|refused|cut|loud|surrogate|noisy|odd|bare|nameless"
)
_KINDS = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 408: "timeout_error", 413: "request_too_large", 429: "rate_limit_error",
    500: "api_error", 529: "overloaded_error",
}  # fmt: skip
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True)
class Request:
    """One request as it came. `headers` have names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Api:
    """The running server: where it is, what was asked of it, and what it answers.

    `respond` may take a request over: it gets the request and returns (status, headers, body), or None.
    """

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    text: str = "Use a token bucket for each client."
    on_answer: Callable[[], None] = lambda: None
    respond: Callable[[Request], tuple[int, Mapping[str, str], bytes] | None] = lambda _: None
    hanging: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        """What points a client at this server, and at nothing else."""
        return {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": KEY, "NO_PROXY": "127.0.0.1"}

    def forget(self) -> None:
        """As when it was started, for the next test."""
        fresh = Api()
        self.requests.clear()
        self.tries.clear()
        self.text, self.on_answer, self.respond = fresh.text, fresh.on_answer, fresh.respond
        self.hanging.clear()
        self.let_go.clear()

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def next_id(self) -> str:
        with self._lock:
            self.answers += 1
            return f"msg_{self.answers:024d}"


@contextmanager
def running_api() -> Iterator[Api]:
    api = Api()
    server = _Server(api)
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def tokens_of(*texts: str) -> int:
    """What this server counts: a quarter of the bytes of each text, and 8."""
    return 8 + sum(math.ceil(len(text.encode()) / 4) for text in texts)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: Api) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        self._take("GET")

    def do_POST(self) -> None:
        self._take("POST")

    def _take(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = urlsplit(self.path).path
        request = Request(method, self.path if method == "GET" else path, headers, body)
        self.server.api.requests.append(request)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._answer(request, path)

    def _answer(self, request: Request, path: str) -> None:
        own = self.server.api.respond(request)
        refused = _refused(request)
        if own is not None:
            self._send(own[0], own[2], own[1])
        elif refused is not None:
            self._fail(*refused)
        elif path in ("/v1/messages/count_tokens", "/v1/messages") and request.method == "POST":
            self._model(request, counts=path.endswith("count_tokens"))
        else:
            self._fail(404, f"no such path: {path}")

    def _model(self, request: Request, *, counts: bool) -> None:
        body, api = request.body, self.server.api
        if wrong := _wrong(body, counts=counts):
            return self._fail(400, wrong)
        model: str = body["model"]
        api.tries[model] += 1
        forced = _forced(model, api.tries[model], is_first=request.headers.get("x-stainless-retry-count", "0") == "0")
        if forced is not None:
            return self._send(*forced)
        if model.startswith("slow-"):
            time.sleep(_number(model) / 1000)
        if counts:
            return self._json(200, {"input_tokens": tokens_of(*_texts(body))})
        message = _message_of(api, body)
        if body.get("stream") is True:
            return self._stream(message, model)
        api.on_answer()
        return self._json(200, message)

    def _stream(self, message: dict[str, Any], model: str) -> None:
        self.send_response(200)
        self._head({"content-type": "text/event-stream; charset=utf-8", "connection": "close"})
        self.close_connection = True
        is_chunked = model.startswith("break-")
        if is_chunked:  # only then can a client tell from the bytes that the end is missing
            self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        left = _number(model) if model.startswith(("break-", "stop-", "sse-error-", "hang-")) else 10**9
        for event in _events(message):
            if event["type"] == "content_block_delta":
                if left == 0:
                    return self._break_off(model)
                left -= 1
            if event["type"] == "message_delta":
                self.server.api.on_answer()
            self._event(event, is_chunked=is_chunked)
        return None

    def _break_off(self, model: str) -> None:
        if model.startswith("sse-error-"):
            self._event(error_body("overloaded_error", "Overloaded"), is_chunked=False)
        elif model.startswith("hang-"):
            self.server.api.hanging.set()
            self.server.api.let_go.wait(60)

    def _event(self, event: Mapping[str, Any], *, is_chunked: bool) -> None:
        raw = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw) if is_chunked else raw)
        self.wfile.flush()

    def _fail(self, status: int, message: str) -> None:
        self._json(status, error_body(_KINDS.get(status, "api_error"), message))

    def _json(self, status: int, data: Any) -> None:
        self._send(status, json.dumps(data).encode(), {})

    def _send(self, status: int, raw: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self._head({"content-type": "application/json", "content-length": str(len(raw)), **headers})
        self.end_headers()
        self.wfile.write(raw)

    def _head(self, headers: Mapping[str, str]) -> None:
        for name, value in {"request-id": f"req_{len(self.server.api.requests):024x}", **headers}.items():
            self.send_header(name, value)


def _forced(model: str, tries: int, *, is_first: bool) -> tuple[int, bytes, Mapping[str, str]] | None:
    """The status, body and headers that the name of the model asks for in place of an answer."""
    number, soon = _number(model), {"retry-after-ms": "5"}
    if model == "flaky-429":
        return _error(429, "too fast", soon) if is_first else None
    if model == "twice-529":
        return _error(529, "Overloaded", soon) if tries < 3 else None
    if model in _FORCED:
        return _FORCED[model]
    if model.startswith("error-"):
        return _error(number, f"forced by the name of the model, key {KEY}", soon if number >= 429 else {})
    return None


def error_body(kind: str, message: str, **details: str) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "message": message}
    if details:
        told["details"] = details
    return {"type": "error", "error": told, "request_id": "req_in_the_body"}


def _error(
    status: int, message: str, headers: Mapping[str, str], **details: str
) -> tuple[int, bytes, Mapping[str, str]]:
    return status, json.dumps(error_body(_KINDS.get(status, "api_error"), message, **details)).encode(), headers


_HTML = {"content-type": "text/html"}
_FORCED: Mapping[str, tuple[int, bytes, Mapping[str, str]]] = {
    "error-200": (200, json.dumps(error_body("api_error", "wrong under a good status")).encode(), {}),
    "error-200-bare": (200, b'{"error": {"message": "wrong without a type"}}', {}),
    "error-404": _error(404, "model: claude-sonet-5-5", {}),
    "error-429-spend": _error(429, "the monthly limit is reached", {}, error_code="enforced_spend_limit_reached"),
    "error-529-final": _error(529, "Overloaded", {"x-should-retry": "false"}),
    "html-502": (502, _PAGE, {**_HTML, "retry-after-ms": "5"}),
    "html-200": (200, _PAGE, _HTML),
    "truncated": (200, b'{"id": "msg_1", "type": "message", "input_tokens": 1', {}),
    "list-200": (200, b"[1, 2]", {}),
    "deep-200": (200, b"[" * 100_000, {}),
    "zero-200": (200, b"{}", {}),
    "text-200": (200, b'{"input_tokens": "17", "type": "message", "usage": {}}', {}),
    "long-429": _error(429, "come back tomorrow", {"retry-after": "86400"}),
    "endless-429": _error(429, "come back never", {"retry-after": "inf"}),
}


def _refused(request: Request) -> tuple[int, str] | None:
    given = request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get("x-api-key", "")
    if given != KEY:
        return 401, f"invalid credentials: {given}"
    if "anthropic-version" not in request.headers:
        return 400, "anthropic-version: header is required"
    return None


def _wrong(body: Any, *, counts: bool) -> str:
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        return "model: Field required"
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        return "messages: Field required"
    limit = body.get("max_tokens")
    is_number = isinstance(limit, int) and not isinstance(limit, bool) and limit > 0
    return "" if counts or is_number else "max_tokens: Field required"


def _texts(body: Mapping[str, Any]) -> list[str]:
    """Every text of the request, the system's first."""
    found = [body["system"]] if isinstance(body.get("system"), str) else []
    for message in body["messages"]:
        content = message["content"]
        found += [content] if isinstance(content, str) else [block.get("text", "") for block in content]
    return found


def _message_of(api: Api, body: Mapping[str, Any]) -> dict[str, Any]:
    model: str = body["model"]
    text, reason = _words(api.text, model, body["max_tokens"])
    content = [{"type": "text", "text": text}] if text else []
    named = MODEL if _SPECIAL.match(model) else model
    return {
        "id": "gateway-1" if model == "nameless" else api.next_id(),
        "type": "message",
        "role": "assistant",
        "model": named,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": _usage(body, text, model),
    }


def _words(text: str, model: str, limit: int) -> tuple[str, str]:
    if model == "empty":
        return "", "end_turn"
    if model == "refused":
        return "", "refusal"
    if model == "surrogate":
        return "half \ud83d", "end_turn"
    if model == "cut":
        return text[: limit * 4], "max_tokens"
    if model == "loud":
        return "\x1b]0;stolen\x07\x1b[31mred\x1b[0m\u202e\r\n\tdone\x9b2J", "end_turn"
    return text, "end_turn"


def _usage(body: Mapping[str, Any], text: str, model: str) -> dict[str, Any]:
    texts = _texts(body)
    marker = next((block["cache_control"] for block in _blocks(body) if "cache_control" in block), None)
    read_in = tokens_of(*texts)
    hour = read_in if marker and marker.get("ttl") == "1h" else 0
    five = read_in - hour if marker else 0
    usage: dict[str, Any] = {
        "input_tokens": 0 if marker else read_in,
        "cache_creation_input_tokens": five + hour,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
        "output_tokens": max(1, math.ceil(len(text.encode("utf-8", "replace")) / 4)),
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": "global",
        "speed": "standard",
    }
    return {**usage, **_ODD.get(model, {})}


_ODD: Mapping[str, Mapping[str, Any]] = {
    "noisy": {
        "cache_creation_input_tokens": 700,
        "cache_read_input_tokens": 5000,
        "cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 400},
        "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 1},
        "service_tier": "batch",
        "inference_geo": "us",
    },
    "odd": {"input_tokens": "many", "output_tokens": -4},
    "bare": {"cache_creation_input_tokens": 700, "cache_creation": None, "service_tier": None, "speed": None},
}


def _blocks(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for message in body["messages"]:
        if isinstance(message["content"], list):
            yield from message["content"]


def _events(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """As the API tells an answer: the final number of output tokens comes with the last events."""
    usage = message["usage"]
    begun = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    yield {"type": "ping"}
    for index, block in enumerate(message["content"]):
        yield {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        for piece in re.findall(r"(?s).{1,8}", block["text"]):
            delta = {"type": "text_delta", "text": piece}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "ping"}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    told = {name: usage[name] for name in ("input_tokens", "output_tokens", "server_tool_use")}
    yield {"type": "message_delta", "delta": ended, "usage": told}
    yield {"type": "message_stop"}


def _number(model: str) -> int:
    found = re.search(r"\d+", model)
    return int(found.group()) if found else 0


def page_token(offset: int) -> str:
    """How a report names its next page."""
    return f"page_{base64.b64encode(str(offset).encode()).decode()}"
