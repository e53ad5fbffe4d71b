"""One request tried with patience, and its answer read as what it is: bounded waiting, nothing taken on trust."""

import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import anthropic
import httpx2

from sitegen.api.client import asked_pause, not_understood, safe, status_of
from sitegen.errors import ProblemError

TRIES = 4
LONGEST_WAIT = 120.0
"""Seconds from the first try to the last one."""
_AGAIN = frozenset((408, 409, 429, 500, 502, 503, 504, 529))
_FIRST_PAUSE = 0.5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """What waiting needs of the world: someone to tell, a clock that never goes back, a way to sleep (seconds)."""

    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def ask(attempt: Callable[[Mapping[str, str]], T], patience: Patience) -> T:
    """What the attempt returns, tried four times at most and begun 120 s at most after the first.

    Only what the API itself refused for now is tried again: what was sent and never answered may have been billed.
    `attempt` gets the headers of this try.
    """
    began = patience.clock()
    for retries in range(TRIES):
        try:
            with _deprecations_told(patience.tell):
                return attempt({"x-stainless-retry-count": str(retries)})
        except anthropic.APIStatusError as exc:
            pause = _pause(exc, retries)
            is_last = retries == TRIES - 1
            if pause is None or is_last or patience.clock() - began + pause > LONGEST_WAIT:
                raise
            patience.tell(_waiting(exc, pause, retries))
            patience.sleep(pause)
    raise AssertionError  # the last try returns or raises


def _pause(exc: anthropic.APIStatusError, retries: int) -> float | None:
    """Seconds to wait before another try; None where none would help."""
    told = exc.response.headers.get("x-should-retry")
    refused = status_of(exc) not in _AGAIN or "spend_limit" in (exc.error_code or "")
    if told == "false" or (refused and told != "true"):
        return None
    asked = asked_pause(exc.response.headers)
    return asked if asked is not None else _FIRST_PAUSE * 2**retries


def _waiting(exc: anthropic.APIStatusError, pause: float, retries: int) -> str:
    asked = asked_pause(exc.response.headers) is not None
    why = "the API asks for it" if asked else f"the API answered {status_of(exc)}"
    return f"waiting {pause:.2g} s, {why} (try {retries + 2} of {TRIES} follows)"


class _Raw(Protocol):
    """What the client gives of an answer before it reads it."""

    @property
    def http_response(self) -> httpx2.Response: ...


def answer_of(raw: _Raw) -> dict[str, Any]:
    """The JSON object of an answer. ProblemError where it is none, or tells of an error under a good status."""
    response = raw.http_response
    request_id = response.headers.get("request-id")
    try:
        answer = json.loads(response.read())
    except (ValueError, RecursionError):
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        raise ProblemError(not_understood(f"it is no whole JSON ({safe(kind)})", request_id)) from None
    if not isinstance(answer, dict):
        raise ProblemError(not_understood("it is no JSON object", request_id))
    if answer.get("type") == "error" or "error" in answer:
        raise ProblemError(not_understood(f"it tells of an error: {error_words(answer)}", request_id))
    return answer


def error_words(answer: Mapping[str, Any]) -> str:
    told = answer.get("error")
    return str(told.get("message")) if isinstance(told, dict) else str(told)


@contextmanager
def _deprecations_told(tell: Callable[[str], None]) -> Iterator[None]:
    """The client warns of models whose end is near, as Python does for programmers: nobody else would see it."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", DeprecationWarning)
        try:
            yield
        finally:
            for one in found:
                if issubclass(one.category, DeprecationWarning):
                    tell(safe(str(one.message)))
