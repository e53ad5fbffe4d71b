"""Hooks and the imports they start, killed at every point, many at once, on a full disk: each row once in the end."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sitegen.spool import entries, keep
from tests.conftest import COMMAND, Run
from tests.hook_calls import LONG_AGO, Agent, once

OF_A_HOOK = ("sitegen/start.py", "sitegen/hooks/keeping.py", "sitegen/spool.py")
OF_AN_IMPORT = ("sitegen/cli/spooled.py", "sitegen/spool.py", "sitegen/cli/ledgers.py", "sitegen/store/saving.py")
KILLED = -signal.SIGKILL


@pytest.fixture
def agent(home: Path, ledger: Path) -> Agent:
    return Agent(home, ledger)


@dataclass(frozen=True)
class Killer:
    process: "subprocess.Popen[str]"
    files: tuple[str, ...]

    def run(self, line: int, input_file: Path, *arguments: object) -> int:
        """The exit code of a command that is killed at this line of these files, negative for the signal."""
        wanted: dict[str, Any] = {"line": line, "input": str(input_file), "files": self.files}
        wanted["arguments"] = [str(argument) for argument in arguments]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(wanted)}\n")
        self.process.stdin.flush()
        return os.waitstatus_to_exitcode(int(self.process.stdout.readline()))


@contextmanager
def killer(agent: Agent, files: tuple[str, ...]) -> Iterator[Killer]:
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-m", "tests.killed_lines"], cwd=root, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**agent.environment, "PYTHONPATH": str(root)},
    ) as process:  # fmt: skip
        yield Killer(process, files)
        assert process.stdin is not None
        process.stdin.close()


def whole_notes(agent: Agent) -> int:
    """How many notes there are; none of them is torn."""
    names = [path.name for path in agent.spool.glob("*")] if agent.spool.exists() else []
    visible = [name for name in names if not name.startswith(".")]
    assert len(entries(agent.spool, agent.ledger)) == len(visible)
    return len(visible)


def test_a_hook_killed_at_any_line_leaves_a_whole_note_or_none(agent: Agent, sessions: Run, tmp_path: Path) -> None:
    agent.work("s-1", 1)
    payload = tmp_path / "payload"
    payload.write_bytes(agent.payload("s-1"))
    outcomes = set()
    with killer(agent, OF_A_HOOK) as commands:
        for line in range(1000):
            before = whole_notes(agent)
            code = commands.run(line, payload, "-C", agent.ledger, "hook", "session-end", "--later")
            outcomes.add((code, whole_notes(agent) - before))
            if code != KILLED:
                break
    assert outcomes == {(KILLED, 0), (KILLED, 1), (0, 1)}
    left = [path for path in agent.spool.iterdir() if path.name.startswith(".")]
    assert left
    for path in left:
        os.utime(path, (LONG_AGO, LONG_AGO))
    agent.age_notes()
    sessions("-C", agent.ledger, "import")
    assert list(agent.spool.iterdir()) == []
    assert agent.tasks() == once("Task 1 of s-1")


def test_hooks_killed_at_random_moments_leave_whole_notes(agent: Agent, sessions: Run) -> None:
    chance = random.Random(os.environ.get("KILL_SEED", "1"))  # noqa: S311  # a moment, not a secret
    for number in range(1, 31):
        name = f"s-{number % 4}"
        agent.work(name, number)
        with subprocess.Popen(
            agent.command("session-end", "--later"), stdin=subprocess.PIPE, env=agent.environment
        ) as hook:
            assert hook.stdin is not None
            hook.stdin.write(agent.payload(name))
            hook.stdin.flush()
            time.sleep(chance.uniform(0.0, 0.1))
            hook.kill()
        whole_notes(agent)
    sessions("-C", agent.ledger, "import")
    assert agent.tasks() == once(*(f"Task {number} of s-{number % 4}" for number in range(1, 31)))
    agent.check(sessions)


def killed_imports(agent: Agent, sessions: Run, lines: range) -> set[int]:
    """A session more or a task more before each; returns how the imports ended."""
    done, codes = [], set()
    call = (f"-C{agent.ledger}", "import", "--spooled")  # spelled so that it does not wait
    with killer(agent, OF_AN_IMPORT) as commands:
        for number, line in enumerate(lines, start=1):
            name, task = f"s-{number % 4 + 4 * (number // 60)}", number % 60
            agent.work(name, task)
            done.append(f"Task {task} of {name}")
            content = {"session": name, "transcript": str(agent.transcript(name))}
            keep(agent.spool, "session-end", agent.ledger, content)
            if number % 2:
                agent.age_notes()
            codes.add(commands.run(line, Path(os.devnull), *call))
            assert max(agent.tasks().values(), default=1) == 1
        agent.age_notes()
        codes.add(commands.run(10**9, Path(os.devnull), *call))
    assert agent.tasks() == once(*done)
    assert agent.noted() == []
    agent.check(sessions)
    run = sessions("-C", agent.ledger, "import")
    assert "wrote 0 new files, refreshed 0 files" in run.stderr
    return codes


def test_imports_killed_at_some_lines_lose_and_double_nothing(agent: Agent, sessions: Run) -> None:
    assert killed_imports(agent, sessions, range(3, 600, 17)) == {0, KILLED}


@pytest.mark.slow
def test_imports_killed_at_any_line_lose_and_double_nothing(agent: Agent, sessions: Run) -> None:
    assert killed_imports(agent, sessions, range(700)) == {0, KILLED}


def test_eight_hooks_at_once_lose_and_double_nothing(agent: Agent, sessions: Run) -> None:
    """With eight imports, each in a process of its own."""
    names = [f"s-{number}" for number in range(8)]
    for name in names:
        agent.work(name, 1, 2)
    hooks = [
        subprocess.Popen(
            agent.command("session-end"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=agent.environment,
        )
        for name in names
    ]  # fmt: skip
    for name, hook in zip(names, hooks, strict=True):
        said, _ = hook.communicate(agent.payload(name), timeout=60)
        assert said == b""
        assert hook.returncode == 0
    agent.wait_until_taken()
    assert agent.tasks() == once(*(f"Task {task} of {name}" for name in names for task in (1, 2)))
    agent.check(sessions)


def test_a_disk_that_is_full_for_the_ledger_keeps_the_note(agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    agent.hook("session-end", "s-1", "--later")
    agent.age_notes()
    before = sorted(agent.ledger.rglob("*"))
    full = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", str(COMMAND), "-C", str(agent.ledger), "import", "--spooled"]
    run = agent.call(full, b"")
    assert run.returncode == 0
    assert b"File too large" in run.stderr
    assert [path for path in sorted(agent.ledger.rglob("*")) if path not in before and path.is_file()] == []
    assert agent.noted() == ["session-end s-1"]
    sessions("-C", agent.ledger, "import")
    assert (agent.noted(), agent.tasks()) == ([], once("Task 1 of s-1"))
