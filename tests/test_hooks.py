"""Hooks by the real command: what they keep, that they never disturb the agent, and that their work gets done."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sitegen.hooks.keeping import LEDGER_FILE, Call, hook_call, ledger_above, note_of, read_payload
from sitegen.hooks.waiting import Step, extent_of, step_for, waiting_sessions
from sitegen.settings import FILE_NAME
from sitegen.spool import entries
from tests.conftest import COMMAND, Run
from tests.hook_calls import LONG_AGO, Agent, once

HEAVY = ("typer", "click", "anthropic", "yaml", "ruamel", "frontmatter", "mkdocs", "rich", "msgspec", "genai_prices")
OF_OURS = {"sitegen", "sitegen.start", "sitegen.hooks", "sitegen.hooks.keeping", "sitegen.spool"}
JUNK = [
    b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b"{}", b'{"session_id": 1}', b"[" * 100_000, b"x" * 2_000_000,
    b'{"session_id": "a", "transcript_path": "relative/projects/x/a.jsonl"}',
    b'{"session_id": "a", "transcript_path": "/etc/passwd"}',
    b'{"session_id": "a", "transcript_path": "/projects/x/a\\u0000.jsonl"}',
    b'{"session_id": "", "transcript_path": "/projects/x/a.jsonl"}',
    b'{"session_id": ["a"], "transcript_path": {"x": 1}, "cwd": 7}',
]  # fmt: skip


@pytest.fixture
def agent(home: Path, ledger: Path) -> Agent:
    return Agent(home, ledger)


@contextmanager
def held_lock(agent: Agent) -> Iterator[None]:
    code = """
        import sys
        from pathlib import Path
        from sitegen.store import locked
        with locked(Path(sys.argv[1])):
            print("held", flush=True)
            sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), agent.ledger],
        env=agent.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        assert holder.poll() is None
        holder.kill()


# What is kept, and what is not


def test_a_hook_keeps_what_is_needed_and_says_nothing(agent: Agent) -> None:
    more = {"session_title": "a secret", "prompt": "another", "model": "claude-opus-5", "reason": "unheard of"}
    for event in ("session-start", "session-end"):
        run = agent.hook(event, "s-1", "--later", **more)
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    start, end = sorted(agent.spool.iterdir())
    for path, kind in ((start, "session-start"), (end, "session-end")):
        assert json.loads(path.read_bytes()) == {
            "schema": 1,
            "kind": kind,
            "root": str(agent.ledger),
            "content": {"session": "s-1", "transcript": str(agent.transcript("s-1"))},
        }
        assert path.stat().st_mode & 0o777 == 0o600


def test_without_c_the_ledger_is_the_nearest_above_the_agents_folder(agent: Agent, tmp_path: Path) -> None:
    command = [str(COMMAND), "hook", "session-end", "--later"]
    inside = agent.ledger / "sessions" / "deep"
    for cwd in (inside, agent.ledger, tmp_path, "relative", 3):
        run = agent.call(command, agent.payload("s-1", cwd=str(cwd) if isinstance(cwd, Path) else cwd))
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert agent.noted() == ["session-end s-1", "session-end s-1"]


@pytest.mark.parametrize("payload", JUNK, ids=range(len(JUNK)))
def test_junk_is_accepted_quietly(payload: bytes, agent: Agent) -> None:
    run = agent.call(agent.command("session-end"), payload)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert not agent.spool.exists()


def test_an_input_that_is_never_closed_is_not_waited_for(agent: Agent) -> None:
    reading, writing = os.pipe()
    os.write(writing, agent.payload("s-1"))
    run = subprocess.run(
        agent.command("session-end", "--later"), stdin=reading, capture_output=True, check=False, timeout=60,
        env=agent.environment,
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert agent.noted() == ["session-end s-1"]
    os.write(writing, b'{"session_id": "cut of')
    assert read_payload(reading, 0.05) == b'{"session_id": "cut of'
    os.close(writing)
    os.close(reading)
    assert read_payload(reading, 60.0) == b""


@pytest.mark.parametrize("stream", ["0", "1", "2"])
def test_a_closed_stream_does_not_disturb(stream: str, agent: Agent) -> None:
    line = f'exec {stream}>&-; exec "$@"'
    run = agent.call(["sh", "-c", line, "sh", *agent.command("session-end", "--later")], agent.payload("s-1"))
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert (agent.spool.exists() and agent.noted() == ["session-end s-1"]) or stream == "0"


def test_what_goes_wrong_is_one_line_and_still_no_failure(agent: Agent, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    cases = [
        (agent.command("session-end"), {"SESSIONS_SPOOL": str(blocked / "spool")}, "Not a directory"),
        (agent.command("session-end"), {"SESSIONS_SPOOL": str(blocked)}, "File exists"),
        ([str(COMMAND), "-C", str(tmp_path / "no\nne"), "hook", "session-end"], {}, "not kept: no sessions.toml in "),
        ([str(COMMAND), "hook", "stop"], {}, "there is no such hook, only session-start and session-end"),
    ]
    for command, environment, message in cases:
        run = agent.call(command, agent.payload("s-1"), **environment)
        assert (run.returncode, run.stdout) == (0, b"")
        (line,) = run.stderr.decode().splitlines()
        assert line.startswith(f"sessions hook {command[-1]}: ")
        assert message in line
    run = agent.call(agent.command("session-end"), agent.payload("s-1", transcript_path="/elsewhere/s-1.jsonl"))
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr.endswith(b"/elsewhere/s-1.jsonl does not lie where Claude Code keeps transcripts\n")


def test_a_full_disk_loses_only_the_note(agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    line = 'ulimit -f 0; exec "$@"'
    run = agent.call(["sh", "-c", line, "sh", *agent.command("session-end")], agent.payload("s-1"))
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr == b"sessions hook session-end: not kept: File too large\n"
    assert list(agent.spool.iterdir()) == []
    assert sessions("-C", agent.ledger, "import").returncode == 0
    assert agent.tasks() == once("Task 1 of s-1")


def test_a_hook_does_not_wait_for_the_ledgers_lock(agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    with held_lock(agent):
        run = agent.hook("session-end", "s-1", "--later")
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
        assert agent.noted() == ["session-end s-1"]
    assert sessions("-C", agent.ledger, "new", "Next", "--project", "other").returncode == 0


# The short way


def test_a_hook_imports_nothing_heavy(agent: Agent) -> None:
    code = """
        import os, sys
        from sitegen.start import main
        os._exit = lambda code: print(code, *sorted(sys.modules))
        sys.argv = ["sessions", "-C", sys.argv[1], "hook", "session-end", "--later"]
        main()
    """
    run = agent.call([sys.executable, "-P", "-c", textwrap.dedent(code), str(agent.ledger)], agent.payload("s-1"))
    assert agent.noted() == ["session-end s-1"]
    code, *modules = run.stdout.decode().splitlines()[0].split()
    assert code == "0"
    assert {name for name in modules if name.partition(".")[0] == "sitegen"} == OF_OURS
    foreign = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"sitegen", "__main__"}
    assert foreign.isdisjoint(HEAVY)
    slow = {
        "asyncio",
        "dataclasses",
        "email",
        "importlib.metadata",
        "inspect",
        "logging",
        "pathlib",
        "ssl",
        "subprocess",
    }
    assert slow.isdisjoint(modules)


def test_only_a_call_of_a_hook_goes_the_short_way() -> None:
    assert hook_call(["hook", "session-end"]) == Call(None, "session-end", later=False)
    assert hook_call(["-C", "a", "hook", "x", "--later"]) == Call("a", "x", later=True)
    assert hook_call(["-Ca", "hook", "session-start"]) == Call("a", "session-start", later=False)
    for other in (["hook"], ["hook", "-h"], ["hook", "session-end", "--help"], ["new", "hook"], ["-C"], ["-C", "hook"]):
        assert hook_call(other) is None


def test_the_list_of_commands_and_the_help_know_the_hooks(agent: Agent, sessions: Run) -> None:
    assert "\n  hook" in sessions("--help").stdout
    assert "session-start" in sessions("hook", "--help").stdout
    assert "--later" in sessions("hook", "session-end", "-h").stdout
    run = agent.call(
        [sys.executable, "-m", "sitegen.cli", *agent.command("session-end", "--later")[1:]], agent.payload("s-1")
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert agent.noted() == ["session-end s-1"]


def test_the_hook_looks_for_the_same_file_as_every_other_command(agent: Agent) -> None:
    assert LEDGER_FILE == FILE_NAME
    assert ledger_above(f"{agent.ledger}/sessions/../x") == str(agent.ledger)


def test_a_path_in_the_home_folder_may_be_written_with_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    note = note_of(b'{"session_id": "a", "transcript_path": "~/.claude/projects/x/a.jsonl"}')
    assert note is not None
    assert note.transcript == "/home/ana/.claude/projects/x/a.jsonl"


# The work


def test_the_session_is_imported_by_a_process_that_outlives_the_agent(agent: Agent, sessions: Run) -> None:
    """It holds no pipe of the agent's and is in no group of its; the transcript comes after the hook is gone."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        agent.command("session-end"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=agent.environment, start_new_session=True, pass_fds=[writing],
    ) as hook:  # fmt: skip
        os.close(writing)
        assert hook.communicate(agent.payload("s-1"), timeout=60) == (b"", b"")
    assert os.read(reading, 1) == b""  # nobody holds it open
    os.close(reading)
    assert agent.noted() == ["session-end s-1"]
    with pytest.raises(ProcessLookupError):
        os.killpg(hook.pid, 9)
    agent.work("s-1", 1, 2)
    agent.wait_until_taken()
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-1")
    agent.check(sessions)


@pytest.mark.parametrize("command", [["import"], ["fill", "s-1"], ["new", "Next", "--project", "other"]])
def test_the_next_command_that_writes_does_the_work(command: list[str], agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    agent.hook("session-start", "s-1")
    agent.hook("session-end", "s-1", "--later")
    agent.age_notes()
    run = sessions("-C", agent.ledger, *command)
    assert "hooks told of ended sessions: 1 new file, 0 refreshed\n" in run.stderr
    assert agent.tasks() == once("Task 1 of s-1")
    assert agent.noted() == []
    agent.work("s-1", 2)
    agent.hook("session-end", "s-1", "--later")
    agent.age_notes()
    run = sessions("-C", agent.ledger, "import")
    assert "hooks told of ended sessions: 0 new files, 1 refreshed\n" in run.stderr
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-1")
    run = sessions("-C", agent.ledger, "import")
    assert "hooks" not in run.stderr


@pytest.mark.parametrize("command", ["show", "report"])
def test_a_command_that_only_reads_says_what_waits(command: str, agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    sessions("-C", agent.ledger, "import")
    assert sessions("-C", agent.ledger, command).stderr == ""
    agent.work("s-1", 2)
    agent.hook("session-end", "s-1", "--later")
    run = sessions("-C", agent.ledger, command)
    assert (run.returncode, run.stderr) == (0, "1 session to import: `sessions import` takes what hooks told of\n")
    assert agent.tasks() == once("Task 1 of s-1")


def test_a_session_joins_the_file_that_was_begun_for_it(agent: Agent, sessions: Run) -> None:
    made = sessions("-C", agent.ledger, "new", "Limits", "--project", "shop-api")
    path = agent.ledger / made.stdout.strip()
    words = path.read_text().replace("state: active", "state: active\nstarted: '2026-03-02T09:00:00+00:00'", 1)
    path.write_text(
        "\n".join(line for line in words.split("\n") if not line.startswith("started: '202") or "03-02" in line)
    )
    agent.work("s-1", 1)
    agent.hook("session-end", "s-1", "--later")
    assert sessions("-C", agent.ledger, "import").returncode == 0
    assert "Task 1 of s-1" in path.read_text()
    assert agent.tasks() == once("Task 1 of s-1")


def test_a_transcript_that_still_grows_is_read_again(agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1, written=None)
    later = time.time() + 3600
    os.utime(agent.transcript("s-1"), (later, later))
    agent.hook("session-end", "s-1", "--later")
    agent.work("s-2", 1)
    agent.hook("session-end", "s-2", "--later")
    agent.age_notes()
    sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-1", "Task 1 of s-2")
    assert agent.noted() == ["session-end s-1"]
    agent.work("s-1", 2, written=later)
    sessions("-C", agent.ledger, "new", "Two", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-1", "Task 1 of s-2")
    assert agent.noted() == ["session-end s-1"]
    os.utime(agent.transcript("s-1"), (LONG_AGO, LONG_AGO))
    run = sessions("-C", agent.ledger, "new", "Three", "--project", "other")
    assert "hooks" not in run.stderr
    assert agent.noted() == []


def test_a_note_of_just_now_is_looked_at_once_more(agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    agent.hook("session-end", "s-1", "--later")
    agent.age_notes(-3600)  # however slow this test is
    sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert (agent.tasks(), agent.noted()) == (once("Task 1 of s-1"), ["session-end s-1"])
    agent.work("s-1", 2)
    sessions("-C", agent.ledger, "new", "Two", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-1")
    (note,) = entries(agent.spool, agent.ledger)
    (waiting,) = waiting_sessions([note])
    extent = extent_of(waiting.transcript)
    assert extent is not None
    steps = [step_for(waiting, extent, waiting.told + seconds) for seconds in (0.0, 1.9, 2.1)]
    assert steps == [Step.WAIT, Step.WAIT, Step.DROP]
    grown = replace(extent, size=extent.size + 1)
    assert step_for(waiting, grown, waiting.told) is Step.READ


def test_a_session_that_nobody_ended_is_imported_once_it_is_silent(agent: Agent, sessions: Run) -> None:
    now = time.time()
    for name, silence in (("s-1", 60), ("s-2", 2 * 3600), ("s-3", 40 * 3600)):
        agent.work(name, 1, written=now - silence)
        agent.hook("session-start", name, source="startup")
        agent.hook("session-start", name, source="compact")
    agent.hook("session-start", "s-4")
    sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-2", "Task 1 of s-3")
    assert set(agent.noted()) == {f"session-start s-{number}" for number in (1, 2, 3, 4)}
    sessions("-C", agent.ledger, "new", "Two", "--project", "other")
    assert set(agent.noted()) == {f"session-start s-{number}" for number in (1, 2, 4)}
    agent.work("s-2", 2, written=now - 3700)
    sessions("-C", agent.ledger, "new", "Three", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-2", "Task 2 of s-2", "Task 1 of s-3")


def test_a_session_that_was_taken_up_again_runs_until_its_next_end(agent: Agent, sessions: Run) -> None:
    now = time.time()
    agent.work("s-1", 1, written=now)
    agent.hook("session-end", "s-1", "--later", reason="clear")
    agent.hook("session-start", "s-1", source="resume")
    sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert agent.tasks() == once()
    agent.work("s-1", 2)
    agent.hook("session-end", "s-1", "--later")
    agent.age_notes()
    sessions("-C", agent.ledger, "new", "Two", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-1")
    assert agent.noted() == []


def test_a_session_whose_file_cannot_be_written_waits(agent: Agent, sessions: Run) -> None:
    agent.work("s-1", 1)
    sessions("-C", agent.ledger, "import")
    (path,) = (agent.ledger / "sessions").rglob("*.md")
    good = path.read_bytes()
    path.write_bytes(good.replace(b"schema: 1", b"schema: one"))
    agent.work("s-1", 2)
    agent.hook("session-end", "s-1", "--later")
    agent.age_notes()
    run = sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert (run.returncode, "not filled: the file has errors" in run.stderr) == (0, True)
    assert agent.noted() == ["session-end s-1"]
    path.write_bytes(good)
    path.chmod(0o444)
    run = sessions("-C", agent.ledger, "new", "Two", "--project", "other")
    assert (run.returncode, "error[io]: the file is read-only" in run.stderr) == (0, True)
    assert agent.noted() == ["session-end s-1"]
    path.chmod(0o644)
    sessions("-C", agent.ledger, "new", "Three", "--project", "other")
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-1")
    assert agent.noted() == []


def test_a_fork_gets_only_what_is_its_own(agent: Agent, sessions: Run) -> None:
    """The responses that it copied are those of the older session, though no hook told of that one."""
    agent.work("s-1", 1)
    copied = agent.transcript("s-1").read_text().replace('"sessionId": "s-1"', '"sessionId": "s-2"')
    agent.transcript("s-2").write_text(copied)
    agent.work("s-2", 2)
    agent.hook("session-end", "s-2", "--later")
    agent.age_notes()
    sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert agent.tasks() == once("Task 2 of s-2")
    sessions("-C", agent.ledger, "import")
    assert agent.tasks() == once("Task 1 of s-1", "Task 2 of s-2")
    agent.check(sessions)


def test_transcripts_of_another_configuration_are_found_where_the_payload_says(agent: Agent, sessions: Run) -> None:
    other = Agent(agent.home / "elsewhere", agent.ledger)
    other.work("s-1", 1)
    agent.call(agent.command("session-end", "--later"), other.payload("s-1"))
    agent.work("s-2", 1)
    agent.hook("session-end", "s-2", "--later")
    agent.age_notes()
    sessions("-C", agent.ledger, "new", "One", "--project", "other", CLAUDE_CONFIG_DIR="/nowhere")
    assert agent.tasks() == once("Task 1 of s-1", "Task 1 of s-2")


def test_a_session_without_a_transcript_is_forgotten_after_a_while(agent: Agent, sessions: Run) -> None:
    agent.hook("session-end", "s-1", "--later")
    sessions("-C", agent.ledger, "new", "One", "--project", "other")
    assert agent.noted() == ["session-end s-1"]
    (note,) = agent.spool.iterdir()
    note.rename(note.with_name(f"{LONG_AGO * 10**9:020d}-1-x.session-end.json"))
    sessions("-C", agent.ledger, "new", "Two", "--project", "other")
    assert agent.noted() == []
