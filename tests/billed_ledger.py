"""A ledger whose sessions were begun at given times, filled by the real command: what a bill is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sitegen.ledger import Ledger, load_ledger
from tests.conftest import Run

_HEAD = """---
schema: 1
title: {title}
project: {project}
started: '{started}'
{ended}state: {state}
usage:
"""
_BODY = "---\n\n# {title}\n\n<!-- sessions:cost -->\n<!-- /sessions:cost -->\n"


@dataclass(frozen=True)
class Told:
    """One session. `rows` are flow mappings without their braces, a clock time first: `time: '20:36', model: …`."""

    title: str
    started: datetime
    rows: Sequence[str]
    project: str = "shop-api"
    state: str = "complete"
    lasts: timedelta = timedelta(hours=1)

    def text(self) -> str:
        end = (self.started + self.lasts).isoformat(timespec="seconds")
        head = _HEAD.format(
            title=self.title,
            project=self.project,
            started=self.started.isoformat(timespec="seconds"),
            ended=f"ended: '{end}'\n" if self.state == "complete" else "",
            state=self.state,
        )
        rows = "".join(f"- {{{row}}}\n" for row in self.rows)
        return f"{head}{rows}{_BODY.format(title=self.title)}"


def row(time: str, model: str, *counts: int, more: str = "") -> str:
    """`counts` in the order of the token kinds."""
    kinds = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
    numbers = ", ".join(f"{kind}: {number}" for kind, number in zip(kinds, counts, strict=True))
    return f"time: '{time}', task: Work, model: {model}, requests: 3, {numbers}{more}"


def write_sessions(root: Path, sessions: Run, *told: Told) -> Ledger:
    """Their files, priced by `sessions fill`."""
    for one in told:
        folder = root / "sessions" / f"{one.started:%Y}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{one.started:%Y-%m-%d}-{one.title.lower()}.md").write_text(one.text(), encoding="utf-8")
    filled = sessions("-C", root, "fill", *(one.title.lower() for one in told))
    assert filled.returncode == 0, filled.stderr
    return load_ledger(root)
