"""The foreign names of bills, each with the word that stands for it here."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sitegen.bills.values import ANY_PROMPT, OTHER, SEARCH, TOKENS
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.tokens import KINDS

_CLAUDE = re.compile(r"claude-(?:[a-z]{1,12}-){0,2}(?:v?\d{1,2}(?:-\d{1,2})?|preview)(?:-[a-z]{1,12})?", re.ASCII)

USAGE_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "day": ("usage_date_utc",),
        "model": ("model_version", "model"),
        "input": ("usage_input_tokens_no_cache",),
        "cache_write_5m": ("usage_input_tokens_cache_write_5m",),
        "cache_write_1h": ("usage_input_tokens_cache_write_1h",),
        "cache_read": ("usage_input_tokens_cache_read",),
        "output": ("usage_output_tokens",),
        "web_searches": ("web_search_count",),
        "tier": ("usage_type",),
        "window": ("context_window",),
        "geo": ("inference_geo",),
        "speed": ("speed",),
    }
)
"""Columns of the Console's usage export, by our name: the first of these that the header has."""
COST_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "day": ("usage_date_utc",),
        "model": ("model", "model_version"),
        "token_type": ("token_type",),
        "cost_type": ("cost_type",),
        "amount": ("cost_usd",),
        "list_amount": ("list_price_usd",),
        "currency": ("currency",),
    }
)
"""The same of the Console's cost export."""
USAGE_REQUIRED = ("day", "model", *KINDS)
COST_REQUIRED = ("day", "model", "amount")
MEASURES = ("web_searches", *KINDS, "amount", "list_amount")
"""What is counted or paid; every other column says what it is counted of."""
USAGE_MARK, COST_MARK = "usage_output_tokens", "cost_usd"
"""A header with the one is that of a usage export, with the other that of a cost export."""

TOKEN_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "input_no_cache": "input",
        "uncached_input_tokens": "input",
        "input_cache_write_5m": "cache_write_5m",
        "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
        "input_cache_write_1h": "cache_write_1h",
        "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
        "input_cache_read": "cache_read",
        "cache_read_input_tokens": "cache_read",
        "output": "output",
        "output_tokens": "output",
    }
)
COST_TYPES: Mapping[str, str] = MappingProxyType(
    {"": TOKENS, "token": TOKENS, "tokens": TOKENS, "web_search": SEARCH, "web_searches": SEARCH}
)
"""What is neither is charged by the hour: code execution, managed sessions."""
_STANDARD = frozenset({"", "standard", "message", "messages", "api", "default"})
_BATCH = frozenset({"batch", "message_batch", "message_batches", "batches"})
_NO_PLACE = frozenset({"", "global", "not_available"})
_WINDOWS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "0-200k": (0, 200_000),
        "<=200k": (0, 200_000),
        "200k": (0, 200_000),
        "200k-1m": (200_001, 1_000_000),
        ">200k": (200_001, ANY_PROMPT[1]),
    }
)


def model_of(reported: str) -> tuple[str, str]:
    """The id without and with the date of a snapshot, of an id or a display name: `Claude Sonnet 4.5`.

    Both are empty for whatever is no name of a model that Anthropic bills: no foreign text comes through here.
    """
    name = read_model_name("-".join(reported.split()))
    family = family_name(name.name)
    known = name.provider == "anthropic" and _CLAUDE.fullmatch(family)
    return (family, name.name) if known else ("", "")


def kind_of_cost(cost_type: str, token_type: str) -> str:
    """A token kind, or what else is paid. A type of token that nobody knows yet is still tokens."""
    kind = COST_TYPES.get(_word(cost_type), OTHER)
    known = TOKEN_TYPES.get(_word(token_type))
    if SEARCH in (kind, _word(token_type)):
        return SEARCH
    return known or kind


def tier_of(value: str) -> str:
    word = _word(value)
    return "" if word in _STANDARD else "batch" if word in _BATCH else _named(word)


def geo_of(value: str) -> str:
    return "" if _word(value) in _NO_PLACE else _named(_word(value))


def speed_of(value: str) -> str:
    return "" if _word(value) in ("", "standard") else _named(_word(value))


def prompts_of(window: str) -> tuple[int, int]:
    """The sizes of prompt in a context window as a bill names it: `≤ 200k`, `200k-1M`."""
    return _WINDOWS.get(_word(window).replace("≤", "<=").replace(" ", ""), ANY_PROMPT)


def _word(value: str) -> str:
    return value.strip().lower()


def _named(word: str) -> str:
    """A word that may come to be shown: short, and nothing but what names are made of."""
    return word if re.fullmatch(r"[a-z0-9_-]{1,20}", word) else "unknown"
