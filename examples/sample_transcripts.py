"""Sample stories → the lines Claude Code would have written. No clock, no chance: always the same bytes."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from sample_stories import HAIKU_4_5, OPUS_4_8, OPUS_5, SONNET_5, SONNET_5_5, Story, Turn, load_stories

READ = {"Read": 3400, "Grep": 900, "Glob": 500, "Bash": 1300, "Edit": 350, "Write": 260, "Agent": 1500}
"""About how many tokens the result of a tool adds to the context."""
WRITTEN = {"Read": 160, "Grep": 130, "Glob": 110, "Bash": 220, "Edit": 900, "Write": 1900, "Agent": 420}
"""About how many tokens a response that calls a tool writes."""
ANSWER = 700
SYSTEM_PROMPT = 19_000

COUNTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
UNIT_PRICES = {
    OPUS_4_8: ("5", "10", "0.5", "25"),
    OPUS_5: ("5", "10", "0.5", "25"),
    SONNET_5: ("2", "4", "0.2", "10"),
    SONNET_5_5: ("2", "4", "0.1", "10"),
    HAIKU_4_5: ("1", "2", "0.1", "5"),
}
"""USD per million tokens of input, 1-hour cache write, cache read, output: for what the agent says."""
SIDE_CALL_INPUT, SIDE_CALL_OUTPUT = 412, 38
READ_BEFORE_OCTOBER_7 = "0.2"
WEB_SEARCH = Decimal("0.01")

Line: TypeAlias = dict[str, Any]


@dataclass
class _Writer:
    """One transcript being written: its lines, the tokens in its context, and what it spent, by model."""

    story: Story
    session: str
    at: datetime
    agent: str = ""
    lines: list[Line] = field(default_factory=list)
    context: int = 0
    parent: str | None = None
    responses: int = 0
    cached: dict[str, int] = field(default_factory=dict)
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    costs: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def number(self, *about: object, low: int, high: int) -> int:
        """A number that depends on the session and on what it is about, from low to high."""
        return low + int(_digest(self.session, self.agent, *about)[:12], 16) % (high - low + 1)

    def envelope(self, kind: str, *about: object) -> Line:
        uuid = _uuid(self.session, self.agent, len(self.lines), *about)
        line = {
            "parentUuid": self.parent,
            "isSidechain": bool(self.agent),
            **({"agentId": self.agent} if self.agent else {}),
            "type": kind,
            "uuid": uuid,
            "timestamp": _stamp(self.at),
            "sessionId": self.session,
            "cwd": self.story.cwd,
            "version": self.story.version,
            "gitBranch": self.story.branch,
            "entrypoint": "cli",
        }
        self.parent = uuid
        return line

    def add(self, line: Line) -> None:
        self.lines.append(line)

    def wait(self, *about: object) -> None:
        self.at += timedelta(milliseconds=self.number("wait", *about, low=12_000, high=95_000))


def transcripts() -> dict[str, bytes]:
    """The files below `projects/` by their path, in order of path."""
    files: dict[str, list[Line]] = {}
    written: dict[str, list[Line]] = {}
    for story in load_stories():
        main, agents = _write(story)
        written[story.name] = main
        if story.forked_from:
            main = [*_copied(written[story.forked_from], story, _session_id(story)), *main]
        folder = "".join(char if char.isascii() and char.isalnum() else "-" for char in story.cwd)
        files[f"{folder}/{_session_id(story)}.jsonl"] = main
        for agent, lines in agents.items():
            files[f"{folder}/{_session_id(story)}/subagents/agent-{agent}.jsonl"] = lines
    return {path: _jsonl(files[path]) for path in sorted(files)}


def _session_id(story: Story) -> str:
    return _uuid("session", story.name)


def _write(story: Story) -> tuple[list[Line], dict[str, list[Line]]]:
    writer = _Writer(story, _session_id(story), story.start, context=SYSTEM_PROMPT)
    agents: dict[str, list[Line]] = {}
    for index, turn in enumerate(story.turns):
        writer.at = max(writer.at + timedelta(seconds=20), story.start + timedelta(minutes=turn.minute))
        if turn.compact:
            _compact(writer)
        _prompt(writer, turn, index)
        _responses(writer, turn, index, agents)
    writer.lines += _closing(writer)
    return writer.lines, agents


def _prompt(writer: _Writer, turn: Turn, index: int) -> None:
    if turn.model and index:
        command = f"<command-name>/model</command-name>\n<command-args>{turn.model}</command-args>"
        line = writer.envelope("user", "model", index)
        writer.add({**line, "message": {"role": "user", "content": command}})
        writer.at += timedelta(seconds=4)
    line = writer.envelope("user", "prompt", index)
    writer.add(
        {**line, "origin": {"kind": "human"}, "promptSource": "typed", "message": _user(turn.prompt)},
    )
    writer.context += len(turn.prompt) // 4


def _responses(writer: _Writer, turn: Turn, index: int, agents: dict[str, list[Line]]) -> None:
    model = turn.model or writer.story.model
    for step, tool in enumerate(turn.tools.split()):
        writer.wait(index, step)
        call = _call_id(writer, index, step)
        _response(writer, model, WRITTEN[tool], _call(call, tool))
        if tool == "Agent":
            _sub_agent(writer, turn, index, step, agents)
        writer.wait(index, step, "result")
        _tool_result(writer, call, tool, index, step)
        if turn.api_error and step == 1:
            _api_error(writer)
    writer.wait(index, "answer")
    _response(writer, model, ANSWER, _text("Left out in this sample."), turn.searches, fast=turn.fast)


def _response(writer: _Writer, model: str, about: int, block: Line, searches: int = 0, *, fast: bool = False) -> None:
    """The lines of one response. Every other one begins with thinking, written at the start of the stream."""
    number = writer.responses
    output = writer.number("output", number, low=about // 2, high=about * 3)
    usage = _usage(writer, model, output, searches, fast=fast)
    message = {
        "id": f"msg_01{_letters(writer.session, writer.agent, 'message', number)}",
        "type": "message",
        "role": "assistant",
        "model": model,
    }
    request = f"req_011C{_letters(writer.session, writer.agent, 'request', number)}"
    if number % 2:
        start = {**usage, "output_tokens": writer.number("start", number, low=1, high=8)}
        line = {**writer.envelope("assistant", "thinking"), "requestId": request}
        thinking = {"type": "thinking", "thinking": ""}
        writer.add({**line, "message": {**message, "content": [thinking], "stop_reason": None, "usage": start}})
        writer.at += timedelta(milliseconds=1_700)
    stop = "tool_use" if block["type"] == "tool_use" else "end_turn"
    line = {**writer.envelope("assistant", "block"), "requestId": request}
    writer.add({**line, "message": {**message, "content": [block], "stop_reason": stop, "usage": usage}})
    writer.responses += 1
    writer.context += output
    _spend(writer, model, usage, fast=fast)


def _usage(writer: _Writer, model: str, output: int, searches: int, *, fast: bool) -> Line:
    """What was in the context before is read from the cache, what came since is written to it."""
    warm = 0 if writer.agent else writer.number("warm", model, low=11_000, high=14_000)
    read = min(writer.cached.get(model, warm), writer.context)
    fresh = writer.number("input", writer.responses, low=2, high=9)
    write = max(writer.context - read - fresh, 0)
    writer.cached[model] = read + write
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": write,
        "cache_read_input_tokens": read,
        "output_tokens": output,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": write},
        "server_tool_use": {"web_search_requests": searches, "web_fetch_requests": 0},
        "service_tier": "standard",
        "speed": "fast" if fast else "standard",
    }


def _spend(writer: _Writer, model: str, usage: Line, *, fast: bool) -> None:
    prices = [Decimal(price) for price in UNIT_PRICES[model]]
    if model == SONNET_5_5 and _stamp(writer.at) < "2026-10-07":
        prices[2] = Decimal(READ_BEFORE_OCTOBER_7)
    amounts = (usage[name] * price for name, price in zip(COUNTS, prices, strict=True))
    cost = sum(amounts, Decimal()) / 1_000_000 * (2 if fast else 1)
    writer.costs[model] += cost + usage["server_tool_use"]["web_search_requests"] * WEB_SEARCH
    writer.counts[model].update({name: usage[name] for name in COUNTS})


def _tool_result(writer: _Writer, call: str, tool: str, index: int, step: int) -> None:
    line = writer.envelope("user", "result", index, step)
    result = {"type": "tool_result", "tool_use_id": call, "content": "ok"}
    writer.add({**line, "message": _user([result])})
    about = READ[tool] * writer.story.size
    writer.context += writer.number("read", index, step, low=about // 3, high=about)


def _sub_agent(writer: _Writer, turn: Turn, index: int, step: int, agents: dict[str, list[Line]]) -> None:
    """A sub-agent reads three times and reports. Old versions put its lines into the main file."""
    agent = _digest(writer.session, "agent", index, step)[:17]
    inner = _Writer(writer.story, writer.session, writer.at, agent=agent, context=8_000)
    inner.add({**inner.envelope("user", "task"), "message": _user("Left out in this sample.")})
    for read in range(3):
        inner.wait(read)
        call = _call_id(inner, index, read)
        _response(inner, turn.agent_model, WRITTEN["Read"], _call(call, "Read"))
        inner.wait(read, "result")
        _tool_result(inner, call, "Read", index, read)
    inner.wait("report")
    _response(inner, turn.agent_model, ANSWER, _text("Left out in this sample."))
    writer.at = inner.at
    for model, counts in inner.counts.items():
        writer.counts[model].update(counts)
        writer.costs[model] += inner.costs[model]
    if writer.story.old_agents:
        writer.lines += list(_as_progress(inner.lines, _call_id(writer, index, step)))
    else:
        agents[agent] = inner.lines


def _as_progress(lines: list[Line], call: str) -> Iterator[Line]:
    shared = ("parentUuid", "timestamp", "sessionId", "cwd", "version", "gitBranch")
    inside = ("type", "timestamp", "uuid", "requestId", "message")
    for line in lines:
        inner = {key: line[key] for key in inside if key in line}
        yield {
            **{key: line[key] for key in shared},
            "isSidechain": False,
            "type": "progress",
            "uuid": _uuid("progress", line["uuid"]),
            "parentToolUseID": call,
            "data": {"type": "agent_progress", "agentId": line["agentId"], "message": inner},
        }


def _compact(writer: _Writer) -> None:
    before, writer.context = writer.context, 9_000
    writer.cached = {}
    boundary = writer.envelope("system", "compact")
    metadata = {"trigger": "auto", "preTokens": before, "postTokens": writer.context}
    writer.add({**boundary, "parentUuid": None, "subtype": "compact_boundary", "compactMetadata": metadata})
    line = writer.envelope("user", "compact summary")
    text = "This session is being continued from a previous conversation that ran out of context."
    writer.add({**line, "isCompactSummary": True, "message": _user(text)})
    writer.at += timedelta(seconds=15)


def _api_error(writer: _Writer) -> None:
    line = writer.envelope("assistant", "api error")
    message = {
        "id": _uuid(writer.session, "error"),
        "type": "message",
        "role": "assistant",
        "model": "<synthetic>",
        "content": [_text("API Error: Overloaded")],
        "stop_reason": "stop_sequence",
        "usage": dict.fromkeys(COUNTS, 0),
    }
    writer.add({**line, "isApiErrorMessage": True, "error": "overloaded", "message": message})
    writer.at += timedelta(seconds=35)


def _closing(writer: _Writer) -> Iterator[Line]:
    story = writer.story
    if story.title:
        yield {"type": "ai-title", "aiTitle": story.title, "sessionId": writer.session}
    if story.custom_title:
        yield {"type": "custom-title", "customTitle": story.custom_title, "sessionId": writer.session}
    if story.cost_state:
        for _ in range(story.side_calls):
            writer.counts[HAIKU_4_5].update(input_tokens=SIDE_CALL_INPUT, output_tokens=SIDE_CALL_OUTPUT)
            writer.costs[HAIKU_4_5] += (SIDE_CALL_INPUT + 5 * SIDE_CALL_OUTPUT) / Decimal(1_000_000)
        yield {
            "type": "cost-state",
            "sessionId": writer.session,
            "totalCostUSD": float(sum(writer.costs.values())),
            "totalLinesAdded": story.lines_added,
            "totalLinesRemoved": story.lines_removed,
            "hasUnknownModelCost": False,
            "modelUsage": {model: _model_usage(writer, model) for model in writer.counts},
        }


def _model_usage(writer: _Writer, model: str) -> Line:
    counts = writer.counts[model]
    return {
        "inputTokens": counts["input_tokens"],
        "outputTokens": counts["output_tokens"],
        "cacheReadInputTokens": counts["cache_read_input_tokens"],
        "cacheCreationInputTokens": counts["cache_creation_input_tokens"],
        "costUSD": float(writer.costs[model]),
    }


def _copied(lines: list[Line], story: Story, session: str) -> Iterator[Line]:
    """A fork begins with the lines of its parent, which keep everything but the session they name."""
    turns = 0
    for line in lines:
        turns += "promptSource" in line
        if turns > story.forked_turns or "uuid" not in line:
            return
        yield {**line, "sessionId": session}


def _user(content: str | list[Line]) -> Line:
    return {"role": "user", "content": content}


def _text(text: str) -> Line:
    return {"type": "text", "text": text}


def _call(call: str, tool: str) -> Line:
    return {"type": "tool_use", "id": call, "name": tool, "input": {}}


def _call_id(writer: _Writer, index: int, step: int) -> str:
    return f"toolu_01{_letters(writer.session, writer.agent, 'call', index, step)}"


def _digest(*about: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, about)).encode()).hexdigest()


def _letters(*about: object) -> str:
    return _digest(*about)[:22]


def _uuid(*about: object) -> str:
    digest = _digest(*about)
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _jsonl(lines: list[Line]) -> bytes:
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()
