"""Commands killed at random moments, and many at once: no file is torn, no row lost, no row doubled.

The quick tests run always; `make crash` runs the full ones, which are marked `slow`.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sitegen.importing import plan_import
from sitegen.ledger import load_ledger
from sitegen.store import session_files
from sitegen.transcripts import read_history
from tests.conftest import Run
from tests.fault_files import contents
from tests.transcript_lines import answer, prompt

START = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)
SESSIONS = 8
LONGEST_RUN = 60.0


@dataclass(frozen=True)
class Server:
    """Commands in forked children of one process."""

    process: "subprocess.Popen[str]"

    def start(self, *arguments: object) -> int:
        return self._number(json.dumps([str(argument) for argument in arguments]))

    def wait(self) -> int:
        """The exit code, negative for a signal."""
        return os.waitstatus_to_exitcode(self._number("wait"))

    def _number(self, line: str) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def server(home: Path) -> Iterator[Server]:
    command = [sys.executable, "-m", "tests.kill_server"]
    root = Path(__file__).parent.parent
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(root), "TZ": "UTC"}
    with subprocess.Popen(
        command, cwd=root, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        yield Server(process)
        assert process.stdin is not None
        process.stdin.close()


def grow(home: Path, name: str, number: int) -> None:
    """One more interaction at the end of a transcript, as an agent appends it."""
    at = START + timedelta(minutes=5 * number)
    tokens = 1000 * number + int(name[2:])
    lines: list[dict[str, Any]] = [
        prompt(f"Task {number} of {name}", at.isoformat(), session=name),
        answer(f"{name}-{number}", (at + timedelta(seconds=5)).isoformat(), session=name, input_tokens=tokens),
    ]
    path = home / "projects" / "-srv-projects-shop-api" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))


def tasks(text: str) -> Counter[str]:
    return Counter(re.findall(r"^- \{time: [^,]*, task: (Task \d+ of [\w-]+),", text, re.MULTILINE))


def outcome(ledger: Path, home: Path) -> Mapping[str, bytes]:
    """What a whole import would make of every file now."""
    current = load_ledger(ledger)
    assert current.unsound == frozenset()
    template = (ledger / "templates" / "claude-code.md").read_text(encoding="utf-8")
    plan = plan_import(current, read_history([home / "projects"]).sessions, template)
    assert plan.problems == ()
    return {change.path: change.new for change in plan.changes}


def state(ledger: Path) -> dict[str, bytes]:
    return {path: (ledger / path).read_bytes() for path in session_files(ledger)}


def wait_to_kill(paths: Sequence[Path], stood: Sequence[object], chance: random.Random) -> None:
    """Any time at all, or, for every other one, until the first of the paths is not what stood there."""
    if chance.random() < 0.5:
        time.sleep(chance.uniform(0.0, 0.25))
        return
    latest = time.monotonic() + LONGEST_RUN
    while [identity(path) for path in paths] == stood and time.monotonic() < latest:
        time.sleep(0.0002)


def identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def kill_at_random(ledger: Path, home: Path, run: Run, kills: int) -> int:
    """Kills imports of transcripts that grow; returns how many were in the middle of their work."""
    chance = random.Random(os.environ.get("KILL_SEED", "1"))  # noqa: S311  # a moment, not a secret
    halfway = 0
    with server(home) as commands:
        for name in range(SESSIONS):
            grow(home, f"s-{name}", 0)
        for turn in range(1, kills + 1):
            for step in range(0, SESSIONS, 2):
                grow(home, f"s-{(turn + step) % SESSIONS}", turn)
            before, expected = state(ledger), outcome(ledger, home)
            paths = [ledger / path for path in expected]
            stood = [identity(path) for path in paths]
            child = commands.start("-C", ledger, "import", "--from", home / "projects")
            wait_to_kill(paths, stood, chance)
            os.kill(child, signal.SIGKILL)
            assert commands.wait() in (0, -signal.SIGKILL)
            after = state(ledger)
            for path, content in after.items():
                assert content in (before.get(path), expected.get(path)), f"{path} is neither old nor new"
            assert before.keys() <= after.keys()
            changed = {path for path in after if after[path] != before.get(path)}
            halfway += 0 < len(changed) < len(expected)
        commands.start("-C", ledger, "import", "--from", home / "projects")
        assert commands.wait() == 0
    check_whole(ledger, home, run)
    return halfway


def check_whole(ledger: Path, home: Path, run: Run) -> None:
    """Every interaction of the transcripts is one row of one file, and the files are those of one whole import."""
    found = sum((tasks(content.decode()) for content in state(ledger).values()), Counter[str]())
    asked = Counter(
        json.loads(line)["message"]["content"]
        for path in (home / "projects").rglob("*.jsonl")
        for line in path.read_text().splitlines()
        if '"type": "user"' in line
    )
    assert found == asked
    assert max(found.values()) == 1
    check = run("-C", ledger, "check")
    assert (check.returncode, check.stdout) == (0, "")
    fresh = home / "fresh"
    fresh.mkdir()
    assert run("-C", fresh, "init").returncode == 0
    assert run("-C", fresh, "import", "--from", home / "projects").returncode == 0
    assert state(ledger) == state(fresh)
    assert all(name.endswith((".md", ".gitkeep")) or ".tmp" in name for name in contents(ledger / "sessions"))


def fill_in_parallel(ledger: Path, home: Path, run: Run, fills: int) -> None:
    """Four processes fill one file, each after it added an interaction to a transcript of its own."""
    workers = [f"w-{worker}" for worker in range(4)]
    for name in workers:
        grow(home, name, 0)
    assert run("-C", ledger, "new", "One file", "--project", "shop-api").returncode == 0
    (path,) = (ledger / "sessions").rglob("*.md")
    path = path.rename(path.with_name("2026-03-02-one-file.md"))
    path.write_text(re.sub(r"started: .*", f"started: '{START.isoformat()}'", path.read_text()))

    def work(name: str) -> list[int]:
        codes = []
        with server(home) as commands:
            for number in range(1, fills):
                grow(home, name, number)
                commands.start("-C", ledger, "fill", path.stem, "--from", home / "projects")
                codes.append(commands.wait())
        return codes

    assert run("-C", ledger, "fill", path.stem, "--from", home / "projects").returncode == 0
    with ThreadPoolExecutor(4) as pool:
        codes = [code for found in pool.map(work, workers) for code in found]
    assert set(codes) == {0}
    found = tasks(path.read_text())
    assert found == Counter(f"Task {number} of {name}" for name in workers for number in range(fills))
    check = run("-C", ledger, "check")
    assert (check.returncode, " error[" in check.stdout) == (0, False)


def test_a_few_kills_lose_and_double_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    assert kill_at_random(ledger, home, sessions, 16) >= 1


def test_a_few_parallel_fills_lose_and_double_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    fill_in_parallel(ledger, home, sessions, 5)


@pytest.mark.slow
def test_kills_lose_and_double_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    """200, at least a tenth of them between the first file written and the last."""
    kills = int(os.environ.get("KILLS", "200"))
    assert kill_at_random(ledger, home, sessions, kills) >= kills // 10


@pytest.mark.slow
def test_parallel_fills_lose_and_double_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    """4 × 40 fills: 160 rows."""
    fill_in_parallel(ledger, home, sessions, 40)
