"""A prompt to a model, and its answer as it comes; what is known of its cost survives a stream that breaks."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import anthropic
from anthropic.types import MessageParam, RawMessageStreamEvent
from pydantic import BaseModel

from sitegen.api.asking import Patience, answer_of, ask
from sitegen.api.client import FAILURES, broken_off, not_understood, safe, told_as_problems
from sitegen.errors import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Prompt:
    model: str
    text: str
    system: str
    max_tokens: int

    @property
    def messages(self) -> list[MessageParam]:
        return [{"role": "user", "content": self.text}]


@dataclass(slots=True)
class Answer:
    """What is known of an answer so far. `usage` is as the API reported it, its output a start value until `ended`.

    `problem`: what cut it short. `interrupted`: a person did.
    """

    id: str = ""
    model: str = ""
    request_id: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    stop_reason: str = ""
    has_text: bool = False
    problem: Problem | None = None
    interrupted: bool = False

    @property
    def ended(self) -> bool:
        return bool(self.stop_reason)


def send(
    client: anthropic.Anthropic,
    prompt: Prompt,
    on_text: Callable[[str], None],
    patience: Patience,
    *,
    stream: bool,
    models: Collection[str] = (),
) -> Answer:
    """The answer, its text given to `on_text` piece by piece. ProblemError where there is none, not even a beginning.

    An answer that began and broke off is returned with its problem: it is billed as far as it came.
    """
    with told_as_problems(models):
        return _streamed(client, prompt, on_text, patience) if stream else _whole(client, prompt, on_text, patience)


def _whole(client: anthropic.Anthropic, prompt: Prompt, on_text: Callable[[str], None], patience: Patience) -> Answer:
    raw = ask(
        lambda headers: client.messages.with_raw_response.create(
            model=prompt.model,
            messages=prompt.messages,
            system=prompt.system or anthropic.omit,
            max_tokens=prompt.max_tokens,
            extra_headers=headers,
        ),
        patience,
    )
    told = answer_of(raw)
    answer = Answer(request_id=raw.http_response.headers.get("request-id") or "")
    _begin(answer, told)
    answer.stop_reason = _text(told.get("stop_reason")) or "unknown"
    blocks = told.get("content")
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict) and block.get("type") == "text":
            _say(answer, _text(block.get("text")), on_text)
    return answer


def _streamed(
    client: anthropic.Anthropic, prompt: Prompt, on_text: Callable[[str], None], patience: Patience
) -> Answer:
    """An error before the answer begins is tried again like any other."""
    answer = Answer()

    def attempt(headers: Mapping[str, str]) -> Iterator[RawMessageStreamEvent]:
        stream = client.messages.create(
            model=prompt.model,
            messages=prompt.messages,
            system=prompt.system or anthropic.omit,
            max_tokens=prompt.max_tokens,
            stream=True,
            extra_headers=headers,
        )
        answer.request_id = stream.response.headers.get("request-id") or ""
        kind = stream.response.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            answer_of(_Streamed(stream.response))
            what = f"it is no stream of events ({safe(kind)})"
            raise ProblemError(not_understood(what, answer.request_id))
        events = iter(stream)
        for event in events:
            _take(answer, _mapping(event), on_text)
            if answer.usage:
                break
        return events

    events = ask(attempt, patience)
    try:
        for event in events:
            _take(answer, _mapping(event), on_text)
    except KeyboardInterrupt:
        answer.interrupted = True
    except FAILURES as exc:
        answer.problem = broken_off(exc, answer.request_id)
    if not answer.usage:
        raise ProblemError(answer.problem or not_understood("it ended before it began", answer.request_id))
    if not answer.ended and not answer.interrupted and answer.problem is None:
        answer.problem = broken_off(None, answer.request_id)
    return answer


@dataclass(frozen=True, slots=True)
class _Streamed:
    http_response: Any


def _begin(answer: Answer, message: Mapping[str, Any]) -> None:
    usage = message.get("usage")
    if message.get("type") != "message" or not isinstance(usage, dict) or not usage:
        raise ProblemError(not_understood("it is no message with its usage", answer.request_id))
    answer.id, answer.model = _text(message.get("id")), _text(message.get("model"))
    answer.usage = dict(usage)


def _take(answer: Answer, event: Mapping[str, Any], on_text: Callable[[str], None]) -> None:
    kind = event.get("type")
    if kind == "message_start" and not answer.usage:
        _begin(answer, _mapping(event.get("message")))
    elif kind == "content_block_delta":
        delta = _mapping(event.get("delta"))
        if delta.get("type") == "text_delta":
            _say(answer, _text(delta.get("text")), on_text)
    elif kind == "message_delta":
        # Counts here are sums so far; what is left out keeps the value it began with.
        answer.usage |= {key: value for key, value in _mapping(event.get("usage")).items() if value is not None}
        answer.stop_reason = _text(_mapping(event.get("delta")).get("stop_reason")) or answer.stop_reason


def _say(answer: Answer, text: str, on_text: Callable[[str], None]) -> None:
    if text:
        answer.has_text = True
        on_text(text)


def _mapping(value: object) -> Mapping[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_unset=True, warnings=False)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
