"""Hooks called as Claude Code calls them, and what is in the spool and in the ledger afterwards."""

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import COMMAND, Run
from tests.transcript_lines import answer, prompt

LONG_AGO = 1_772_000_000
"""When the transcripts were last written, in seconds since 1970: they have stopped growing."""
PATIENCE = 120.0


@dataclass(frozen=True)
class Agent:
    """An agent on a machine with this home, whose hooks are those of this ledger."""

    home: Path
    ledger: Path

    @property
    def spool(self) -> Path:
        return self.home / ".local" / "state" / "sessions-daybook" / "spool"

    def transcript(self, name: str) -> Path:
        return self.home / ".claude" / "projects" / "-srv-projects-shop-api" / f"{name}.jsonl"

    def work(self, name: str, *tasks: int, written: float | None = LONG_AGO) -> None:
        """Adds an interaction for each number to the session's transcript; `written` None is now."""
        path = self.transcript(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            for task in tasks:
                at = f"2026-03-02T09:{task:02d}"
                key = f"{name}-{task}"
                tokens = 1000 * task + int(name.rpartition("-")[2])
                lines = (
                    prompt(f"Task {task} of {name}", f"{at}:00Z", session=name),
                    answer(key, f"{at}:05Z", session=name, input_tokens=tokens),
                )
                file.write("".join(f"{json.dumps(line)}\n" for line in lines))
        if written is not None:
            os.utime(path, (written, written))

    def payload(self, name: str, **more: Any) -> bytes:
        whole = {
            "session_id": name,
            "transcript_path": str(self.transcript(name)),
            "cwd": "/srv/projects/shop-api",
            "hook_event_name": "SessionEnd",
            "reason": "prompt_input_exit",
            **more,
        }
        return json.dumps(whole).encode()

    def command(self, event: str, *options: str) -> list[str]:
        return [str(COMMAND), "-C", str(self.ledger), "hook", event, *options]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "TZ": "UTC"}

    def hook(self, event: str, name: str, *options: str, **more: Any) -> "subprocess.CompletedProcess[bytes]":
        return self.call(self.command(event, *options), self.payload(name, **more))

    def call(self, command: Sequence[str], payload: bytes, **environment: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            command, input=payload, capture_output=True, check=False, timeout=120, cwd=self.home,
            env={**self.environment, **environment},
        )  # fmt: skip

    def age_notes(self, seconds: int = 10) -> None:
        """Makes the notes older, so that the agent has written all it had to write."""
        for path in self.spool.glob("[!.]*"):
            told, _, rest = path.name.partition("-")
            path.rename(path.with_name(f"{int(told) - seconds * 10**9:020d}-{rest}"))

    def noted(self) -> list[str]:
        """`session-end s-1` for each note, in order."""
        whole = [json.loads(path.read_bytes()) for path in sorted(self.spool.glob("[!.]*"))]
        return [f"{each['kind']} {each['content']['session']}" for each in whole]

    def wait_until_taken(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.noted_now():
            time.sleep(0.05)
        assert self.noted() == []

    def noted_now(self) -> bool:
        return any(not path.name.startswith(".") for path in self.spool.iterdir())

    def tasks(self) -> Counter[str]:
        """How often each task is a row of the ledger."""
        texts = (path.read_text(encoding="utf-8") for path in (self.ledger / "sessions").rglob("*.md"))
        found = (re.findall(r"^- \{time: [^,]*, task: (Task \d+ of [\w-]+),", text, re.MULTILINE) for text in texts)
        return Counter(task for tasks in found for task in tasks)

    def check(self, sessions: Run) -> None:
        run = sessions("-C", self.ledger, "check")
        assert (run.returncode, " error[" in run.stdout) == (0, False), run.stdout


def once(*tasks: str) -> Counter[str]:
    return Counter(tasks)
