"""Lines of a transcript for tests: the shape Claude Code writes, with what a test cares about."""

import json
from pathlib import Path
from typing import Any

PRICED = "claude-opus-4-6"


def prompt(text: str, at: str, session: str = "s-1", **more: Any) -> dict[str, Any]:
    return {
        "type": "user",
        "uuid": f"user-{session}-{at}",
        "sessionId": session,
        "timestamp": at,
        "cwd": "/srv/projects/shop-api",
        "gitBranch": "main",
        "isSidechain": False,
        "message": {"role": "user", "content": text},
        **more,
    }


def answer(key: str, at: str, session: str = "s-1", model: str = PRICED, **usage: Any) -> dict[str, Any]:
    tools = usage.pop("tools", [])
    more = usage.pop("more", {})
    return {
        "type": "assistant",
        "uuid": f"line-{key}-{session}",
        "sessionId": session,
        "timestamp": at,
        "requestId": f"req_{key}",
        "cwd": "/srv/projects/shop-api",
        "gitBranch": "main",
        "isSidechain": False,
        "message": {
            "id": f"msg_{key}",
            "model": model,
            "role": "assistant",
            "stop_reason": "end_turn",
            "content": [{"type": "tool_use", "id": f"toolu_{key}_{tool}", "name": tool} for tool in tools],
            "usage": {
                "input_tokens": 10,
                "output_tokens": 100,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                **usage,
            },
        },
        **more,
    }


def write_transcript(home: Path, *lines: dict[str, Any] | str, name: str = "s-1") -> Path:
    """A transcript file in a folder of projects; text lines are written as they are. Returns the folder."""
    path = home / "projects" / "-srv-projects-shop-api" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = (line if isinstance(line, str) else json.dumps(line, separators=(",", ":")) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return home / "projects"
