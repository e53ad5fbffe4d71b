"""Tokens of a prompt, as the API estimates them before anything is sent to a model."""

from collections.abc import Collection

import anthropic

from sitegen.api.asking import Patience, answer_of, ask
from sitegen.api.client import not_understood, told_as_problems
from sitegen.errors import ProblemError

_LARGEST = 10**9


def count_tokens(
    client: anthropic.Anthropic, model: str, prompt: str, system: str, patience: Patience, models: Collection[str] = ()
) -> int:
    """Input tokens, by the tokenizer of this model: an estimate, and of the input only. Raises ProblemError."""
    with told_as_problems(models):
        raw = ask(
            lambda headers: client.messages.with_raw_response.count_tokens(
                model=model,
                messages=[{"role": "user", "content": prompt}],
                system=system or anthropic.omit,
                extra_headers=headers,
            ),
            patience,
        )
        tokens = answer_of(raw).get("input_tokens")
    if isinstance(tokens, bool) or not isinstance(tokens, int) or not 0 <= tokens <= _LARGEST:
        request_id = raw.http_response.headers.get("request-id")
        raise ProblemError(not_understood("`input_tokens` is no whole number", request_id))
    return tokens
