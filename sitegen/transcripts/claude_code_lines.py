"""The fields of a line of a Claude Code transcript that are read; all others are passed over.

The types are strict on purpose: a line that fits them has only good counts and well-formed times. What does
not fit goes to `claude_code_salvage`, which is slow and takes what can be taken.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

LARGEST_COUNT = 10**9

Count = Annotated[int, Meta(ge=0, le=LARGEST_COUNT)] | None


class CacheCreation(Struct, gc=False):
    ephemeral_5m_input_tokens: Count = None
    ephemeral_1h_input_tokens: Count = None


class ServerToolUse(Struct, gc=False):
    web_search_requests: Count = None


class Iteration(Struct, gc=False):
    """A call that the server made inside one answer."""

    type: str | None = None
    model: str | None = None
    input_tokens: Count = None
    output_tokens: Count = None
    cache_creation_input_tokens: Count = None
    cache_read_input_tokens: Count = None
    cache_creation: CacheCreation | None = None


class Usage(Struct, gc=False):
    input_tokens: Count = None
    cache_creation_input_tokens: Count = None
    cache_read_input_tokens: Count = None
    cache_creation: CacheCreation | None = None
    output_tokens: Count = None
    server_tool_use: ServerToolUse | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    speed: str | None = None
    iterations: list[Iteration] | None = None


class Block(Struct, gc=False):
    type: str | None = None
    id: str | None = None
    name: str | None = None
    text: str | None = None


class Message(Struct, gc=False):
    model: str | None = None
    id: str | None = None
    content: str | list[Block] | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class Origin(Struct, gc=False):
    kind: str | None = None


class ForkedFrom(Struct, gc=False, rename="camel"):
    session_id: str | None = None


class AgentMessage(Struct, gc=False, rename="camel"):
    """The line of a sub-agent inside an old `agent_progress` line."""

    type: str | None = None
    timestamp: datetime | None = None
    message: Message | None = None
    request_id: str | None = None
    uuid: str | None = None


class ProgressData(Struct, gc=False):
    type: str | None = None
    message: AgentMessage | None = None


class Line(Struct, gc=False, rename="camel"):
    """The fields that are read, in about the order they are written: that makes finding them quicker."""

    is_sidechain: bool | None = None
    cwd: str | None = None
    session_id: str | None = None
    git_branch: str | None = None
    message: Message | None = None
    request_id: str | None = None
    type: str | None = None
    uuid: str | None = None
    timestamp: datetime | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error_message: bool | None = None
    origin: Origin | None = None
    prompt_source: str | None = None
    forked_from: ForkedFrom | None = None
    data: ProgressData | None = None
    custom_title: str | None = None
    ai_title: str | None = None
    summary: str | None = None
    leaf_uuid: str | None = None
