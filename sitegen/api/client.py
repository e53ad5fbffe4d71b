"""The official client, opened for one command, and every failure of it as one clear problem.

Keys come from the environment or a profile and are read by the client alone: no text made here holds one.
"""

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil, isfinite
from types import MappingProxyType
from typing import NamedTuple

import anthropic
import httpx2

from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.masking import one_line
from sitegen.settings import did_you_mean

PLACE = Location("api")
_CONNECT_SECONDS = 10.0
_SECRET_NAMES = re.compile(r"KEY|TOKEN|SECRET|HEADERS|PASSWORD")
_KEY = re.compile(r"sk-[A-Za-z]+-\S+|(?i:bearer\s+)\S+")
_AGAIN = "try again in a minute"
_NO_KEY = "set ANTHROPIC_API_KEY to a key made at platform.claude.com, or name a profile in ANTHROPIC_PROFILE"


def open_client(timeout: float, retries: int) -> anthropic.Anthropic:
    """`timeout` seconds bound the wait for each piece of an answer, not the whole. Raises ProblemError."""
    bounds = httpx2.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS))
    try:
        # The client's own one complains on standard error when it could not be made.
        connection = anthropic.DefaultHttpxClient(timeout=bounds)
        return anthropic.Anthropic(timeout=bounds, max_retries=retries, http_client=connection)
    except anthropic.AnthropicError as exc:
        raise ProblemError(problem_of(exc)) from None
    except (ValueError, TypeError, ImportError, httpx2.InvalidURL) as exc:
        message = f"the connection cannot be set up ({type(exc).__name__})"
        hint = "check ANTHROPIC_BASE_URL, ANTHROPIC_PROFILE, HTTPS_PROXY and ALL_PROXY"
        raise ProblemError(error("api-settings", PLACE, message, hint)) from None


@contextmanager
def told_as_problems(models: Collection[str] = ()) -> Iterator[None]:
    """Whatever the client raises, no credentials included, becomes a ProblemError. `models` are names that exist."""
    try:
        yield
    except FAILURES as exc:
        raise ProblemError(problem_of(exc, models)) from None
    except TypeError as exc:
        if not is_without_key(exc):
            raise
        raise ProblemError(error("api-key", PLACE, "no key for the API is set", _NO_KEY)) from None


FAILURES = (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL, json.JSONDecodeError, UnicodeError)
"""What the client raises; a stream lets the errors of the transport through."""


def is_without_key(exc: TypeError) -> bool:
    """The client says only in words that it found no credentials."""
    return "authentication method" in str(exc)


def broken_off(exc: Exception | None, request_id: str) -> Problem:
    """For an answer that began and did not end. `exc`: what stopped it, None for an end that came too early."""
    end = _request(request_id)
    if isinstance(exc, anthropic.APIStatusError):
        told = problem_of(exc)
        return error(told.rule, PLACE, f"the answer broke off: {told.message}", told.hint)
    if isinstance(exc, anthropic.APITimeoutError | httpx2.TimeoutException):
        what = f"the answer broke off: no more of it came in time{end}"
        return error("api-timeout", PLACE, what, "give it longer with --timeout, or send it again")
    why = "" if exc is None else f": {_reason(exc)}" if isinstance(exc, httpx2.HTTPError) else ": it cannot be read"
    return error(
        "api-network", PLACE, f"the answer broke off before its end{why}{end}", "send it again for a whole one"
    )


def not_understood(what: str, request_id: str | None = None) -> Problem:
    """For an answer that came with success and is not what was asked for. `what` says what is wrong with it."""
    message = f"the API's answer cannot be used: {safe(what)}{_request(request_id)}"
    return error("api-answer", PLACE, message, "nothing is taken from it; see what answers at ANTHROPIC_BASE_URL")


def problem_of(exc: Exception, models: Collection[str] = ()) -> Problem:
    if isinstance(exc, anthropic.APIStatusError):
        return _of_status(exc, models)
    if isinstance(exc, anthropic.APIResponseValidationError):
        return not_understood("it has not the expected form", exc.response.headers.get("request-id"))
    if isinstance(exc, anthropic.CredentialsError):
        return error("api-key", PLACE, f"no key for the API: {safe(str(exc))}", _NO_KEY)
    if isinstance(exc, json.JSONDecodeError):
        return not_understood("it is no whole JSON")
    return _of_connection(exc)


class _Case(NamedTuple):
    rule: str
    what: str
    hint: str


_CASES: Mapping[int, _Case] = MappingProxyType(
    {
        400: _Case("api-request", "the API does not take the request", "change what it names"),
        401: _Case("api-key", "the API does not accept the key", _NO_KEY),
        402: _Case("api-billing", "the account cannot pay", "see its balance at platform.claude.com"),
        403: _Case("api-permission", "the key may not do this", "use a key whose workspace and scopes allow it"),
        404: _Case("api-not-found", "the API does not know it", "check the name of the model"),
        408: _Case("api-timeout", "the API gave up waiting", _AGAIN),
        413: _Case("api-too-large", "the request is too large", "send less: 32 MB is the most in one request"),
        429: _Case("api-rate-limit", "too many requests or tokens a minute", _AGAIN),
        504: _Case("api-timeout", "the API gave up waiting", "stream the answer, or ask for less"),
        529: _Case("api-overloaded", "the API is overloaded", _AGAIN),
    }
)
_FAULT = _Case("api-fault", "the API failed", f"it is not your request; {_AGAIN}")
_OTHER = _Case("api-request", "the API refuses the request", "change what it names")
_FOREIGN = "something else answered for the API: check ANTHROPIC_BASE_URL and the proxy, or try again in a minute"
_SPEND = "a spending limit is reached: raise it at platform.claude.com or wait for the next period"
_KINDS: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
        "not_found_error": 404, "timeout_error": 408, "request_too_large": 413, "rate_limit_error": 429,
        "api_error": 500, "overloaded_error": 529,
    }
)  # fmt: skip
"""Statuses by `error.type`: a stream tells of an error in its middle under the status 200."""


def status_of(exc: anthropic.APIStatusError) -> int:
    """What the error says of itself, where the answer as a whole began well."""
    return _KINDS.get(exc.type or "", exc.status_code) if exc.status_code < 400 else exc.status_code


def _of_status(exc: anthropic.APIStatusError, models: Collection[str]) -> Problem:
    status = status_of(exc)
    rule, what, hint = _CASES.get(status, _FAULT if status >= 500 else _OTHER)
    told = safe(exc.api_message) if isinstance(exc.api_message, str) else ""
    if not exc.type and not told:
        kind = exc.response.headers.get("content-type", "no content type").partition(";")[0]
        told, hint = f"the answer is {safe(kind)}, not the API's JSON", hint if status == 413 else _FOREIGN
    if status == 404:
        hint = _meant(told, models) or hint
    asked = asked_pause(exc.response.headers)
    if status == 429 and "spend_limit" in (exc.error_code or ""):
        hint = _SPEND
    elif asked is not None and asked > 60:
        hint = f"the API asks to wait {_long(asked)} before another try"
    return error(rule, PLACE, f"{what} ({status}): {told}{_request(exc.request_id)}", hint)


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """Seconds that the API asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        if isfinite(seconds):
            return max(0.0, seconds)
    try:
        return max(0.0, (parsedate_to_datetime(headers["retry-after"]) - datetime.now(UTC)).total_seconds())
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _long(seconds: float) -> str:
    minutes = ceil(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{ceil(minutes / 60):,} hours"


def _meant(told: str, models: Collection[str]) -> str | None:
    """The API names what it did not find: `model: claude-sonet-5`."""
    name = told.rpartition("model:")[2].strip().partition(" ")[0]
    return did_you_mean(name, models) if name else None


def _of_connection(exc: Exception) -> Problem:
    host = _host(exc)
    if isinstance(exc, anthropic.APITimeoutError | httpx2.TimeoutException):
        what, hint = f"no answer from {host} in time", "give it longer with --timeout, or try again in a minute"
        return error("api-timeout", PLACE, what, hint)
    if isinstance(exc, UnicodeError) or any(isinstance(cause, httpx2.LocalProtocolError) for cause in _causes(exc)):
        what = "the key, or another header that is set, has a character that no header may have"
        return error("api-key", PLACE, what, "see whether a line end or a blank was copied with the key")
    if isinstance(exc, anthropic.APIConnectionError | httpx2.HTTPError | httpx2.InvalidURL):
        what = f"cannot reach {host}: {_reason(exc)}"
        return error("api-network", PLACE, what, "check the network, the proxy and ANTHROPIC_BASE_URL")
    return error("api-fault", PLACE, f"the client failed: {safe(str(exc))}", _AGAIN)


def _host(exc: Exception) -> str:
    for cause in _causes(exc):
        try:
            request = getattr(cause, "request", None)
        except RuntimeError:  # httpx2 has none to give
            continue
        if isinstance(request, httpx2.Request):
            return safe(request.url.netloc.decode("ascii", "replace")) or "the API"
    return "the API"


def _reason(exc: Exception) -> str:
    """The system's own words, never the client's: those may quote a header."""
    numbers = [cause.errno for cause in _causes(exc) if isinstance(cause, OSError) and cause.errno]
    if numbers:
        return os.strerror(numbers[-1]) if numbers[-1] > 0 else "its name is not known"
    broken = any(isinstance(cause, httpx2.RemoteProtocolError | httpx2.ReadError) for cause in _causes(exc))
    return "the connection was cut" if broken else "no connection"


def _causes(exc: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = exc
    for _ in range(12):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def safe(text: str) -> str:
    """A foreign text on one line, without anything that the environment holds as a secret, or that looks like one."""
    for name, value in os.environ.items():
        if _SECRET_NAMES.search(name.upper()) and len(value) >= 6:
            text = text.replace(value, "…")
    return one_line(_KEY.sub("…", text), 200)


def _request(request_id: str | None) -> str:
    return f" [request {safe(request_id)}]" if request_id else ""
