"""The sample sessions as `stories.toml` tells them."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

OPUS_4_8 = "claude-opus-4-8"
OPUS_5 = "claude-opus-5"
SONNET_5 = "claude-sonnet-5"
SONNET_5_5 = "claude-sonnet-5-5"
HAIKU_4_5 = "claude-haiku-4-5-20251001"


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt, `minute` minutes after the session began.

    Each word of `tools` is one response that ends in a call of that tool; one without a call follows.
    `Agent` starts a sub-agent on `agent_model`. `model` is the session's where empty. `searches` are web
    searches in the last response; `fast` makes that one fast; `compact` compacts before the prompt.
    """

    minute: int
    prompt: str
    tools: str
    model: str = ""
    agent_model: str = HAIKU_4_5
    searches: int = 0
    fast: bool = False
    compact: bool = False
    api_error: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One session. `size` scales how much is read: 1 is a small repository.

    `forked_from` names an earlier story of the same folder whose first `forked_turns` turns are copied into
    the file. `old_agents` writes sub-agents as progress lines in the main file, as old versions did.
    `side_calls` are calls of the smallest model that only the agent's own sums know.
    """

    name: str
    cwd: str
    branch: str
    version: str
    start: datetime
    model: str
    turns: tuple[Turn, ...]
    title: str = ""
    custom_title: str = ""
    size: int = 2
    cost_state: bool = False
    lines_added: int = 0
    lines_removed: int = 0
    forked_from: str = ""
    forked_turns: int = 0
    old_agents: bool = False
    side_calls: int = 0


def _story(table: dict[str, Any]) -> Story:
    return Story(**{**table, "turns": tuple(Turn(**turn) for turn in table["turns"])})


def load_stories() -> tuple[Story, ...]:
    text = Path(__file__).with_name("stories.toml").read_text(encoding="utf-8")
    return tuple(_story(table) for table in tomllib.loads(text)["story"])
