"""`sessions init --hooks`: what is printed, what is written into Claude Code's settings, and what stays as it was."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import ProblemError
from sitegen.hooks.claude_settings import hook_handlers, merge_hooks
from sitegen.hooks.retention import Endangered, Transcript, endangered, kept_days
from tests.conftest import COMMAND, Run
from tests.hook_calls import Agent

HANDLERS = hook_handlers(["/opt/bin/sessions"], Path("/srv/ledger"))
KEPT = """{
\t"$schema": "https://json.schemastore.org/claude-code-settings.json",
\t"cleanupPeriodDays": 365, "big": 1.50e+400,   "same": "\\u00e9 \u00e9",
\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}],
\t  "SessionEnd": [{"matcher": "clear", "hooks": [{"type": "command", "command": "tidy", "once": true}]}]},
\t"permissions": {"allow": ["Read"],
\t\t"deny": []}
}
"""


def handlers_of(text: str, event: str) -> list[dict[str, object]]:
    return [handler for group in json.loads(text)["hooks"][event] for handler in group["hooks"]]


def test_the_snippet_is_what_a_settings_file_needs(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "init", "--hooks")
    assert run.returncode == 0
    assert json.loads(run.stdout) == {
        "hooks": {
            event: [
                {
                    "matcher": "",
                    "hooks": [
                        {
                            "type": "command",
                            "command": str(COMMAND),
                            "args": ["-C", str(ledger), "hook", name],
                            "timeout": 10,
                        }
                    ],
                }
            ]
            for event, name in (("SessionStart", "session-start"), ("SessionEnd", "session-end"))
        }
    }
    assert not (ledger / ".claude").exists()
    assert "--write --settings " in run.stderr


def test_the_printed_handler_works(ledger: Path, home: Path, sessions: Run) -> None:
    agent = Agent(home, ledger)
    agent.work("s-1", 1)
    snippet = sessions("-C", ledger, "init", "--hooks").stdout
    for event in ("SessionStart", "SessionEnd"):
        (handler,) = handlers_of(snippet, event)
        assert isinstance(handler["args"], list)
        run = agent.call([str(handler["command"]), *handler["args"]], agent.payload("s-1"), PATH="/nowhere")
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    agent.wait_until_taken()
    assert sum(agent.tasks().values()) == 1


def test_a_folder_without_a_ledger_gets_one_and_only_the_snippet_is_data(tmp_path: Path, sessions: Run) -> None:
    run = sessions("-C", tmp_path, "init", "--hooks")
    assert json.loads(run.stdout)["hooks"]
    assert "sessions.toml\n" in run.stderr


def test_writing_makes_the_file_and_then_nothing_more(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "init", "--hooks", "--write")
    path = ledger / ".claude" / "settings.local.json"
    assert (run.returncode, run.stdout) == (0, "")
    assert f"wrote the hooks into {path}\n" in run.stderr
    snippet = sessions("-C", ledger, "init", "--hooks").stdout
    assert path.read_text() == snippet
    before = path.stat().st_mtime_ns
    assert f"the hooks are already in {path}\n" in sessions("-C", ledger, "init", "--hooks", "--write").stderr
    assert path.stat().st_mtime_ns == before


def test_what_is_there_stays_where_it_is(ledger: Path, home: Path, sessions: Run) -> None:
    settings = home / "settings.json"
    settings.write_text(KEPT)
    settings.chmod(0o600)
    link = home / "link.json"
    link.symlink_to("settings.json")
    arguments = ("-C", ledger, "init", "--hooks", "--write", "--settings", link)
    assert sessions(*arguments).returncode == 0
    assert link.is_symlink()
    assert settings.stat().st_mode & 0o777 == 0o600
    after = settings.read_text()
    start, end = KEPT.index('{"Stop"'), KEPT.index(',\n\t"permissions"')
    assert after.startswith(KEPT[:start])
    assert after.endswith(KEPT[end:])
    hooks = json.loads(after)["hooks"]
    assert list(hooks) == ["Stop", "SessionEnd", "SessionStart"]
    assert hooks["Stop"] == json.loads(KEPT)["hooks"]["Stop"]
    assert hooks["SessionEnd"][0] == json.loads(KEPT)["hooks"]["SessionEnd"][0]
    assert [handler.get("command") for handler in handlers_of(after, "SessionEnd")] == ["tidy", str(COMMAND)]
    assert sessions(*arguments).returncode == 0
    assert settings.read_text() == after
    assert [path.name for path in home.iterdir() if path.name.endswith(".tmp")] == []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{\n  "a": 1,\n  // no comment is JSON\n}', "3:3", "not JSON: "),
        ('{"hooks": {}', "1:13", "not JSON: "),
        ("[]", "1:1", "the settings are no JSON object"),
        ('{\n  "hooks": []\n}', "2:12", "`hooks` is not an object"),
        ('{"a": {"hooks": 1},\n "hooks": {"Stop": {}}}', "2:11", "`hooks` is not an object"),
        ('{"hooks": {"Stop": [{"hooks": ["x"]}]}}', "1:11", "`hooks` is not an object"),
        ("[" * 100_000, "1:1", "nested too deeply"),
    ],
)
def test_what_is_no_settings_file_is_refused_where_it_is_wrong(
    text: str, place: str, message: str, ledger: Path, home: Path, sessions: Run
) -> None:
    path = home / "settings.json"
    path.write_text(text)
    run = sessions("-C", ledger, "init", "--hooks", "--write", "--settings", path)
    assert run.returncode == 1
    assert run.stderr.startswith(f"{path}:{place}: error[hook-settings]: {message}")
    assert path.read_text() == text


def test_what_cannot_be_written_is_told(ledger: Path, home: Path, sessions: Run) -> None:
    (home / "folder.json").mkdir()
    (home / "bytes.json").write_bytes(b"\xff")
    (home / "fixed.json").write_text("{}")
    (home / "fixed.json").chmod(0o444)
    for name, message in (("folder", "folder"), ("bytes", "not UTF-8, byte 0"), ("fixed", "the file is read-only")):
        run = sessions("-C", ledger, "init", "--hooks", "--write", "--settings", home / f"{name}.json")
        assert run.returncode == 1
        assert run.stderr.startswith(f"{home / name}.json:1:1: error[")
        assert message in run.stderr
    assert (home / "fixed.json").read_text() == "{}"
    for wrong in (("--write",), ("--settings", "x"), ("--hooks", "--settings", "x")):
        assert sessions("-C", ledger, "init", *wrong).returncode == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", '{\n  "hooks": {'),
        (" \n", '{\n  "hooks": {'),
        ("{}", '{\n  "hooks": {'),
        ("\ufeff{}", '\ufeff{\n  "hooks": {'),
        ('{\n    "a": 1\n}\n', '{\n    "a": 1,\n    "hooks": {\n        "SessionStart"'),
        ('{\r\n  "a": 1\r\n}\r\n', '{\r\n  "a": 1,\r\n  "hooks": {\r\n    "SessionStart"'),
        ('{"a": 1, "hooks": {"b": []}, "hooks": {}}', '{"a": 1, "hooks": {"b": []}, "hooks": {\n    "SessionStart"'),
        ('{"hooks"\n :\n {} }', '{"hooks"\n :\n {\n    "SessionStart"'),
    ],
)
def test_the_hooks_are_spelled_as_the_rest_of_the_file(text: str, wanted: str) -> None:
    merged = merge_hooks(text, HANDLERS, "settings.json")
    assert merged.startswith(wanted)
    assert merge_hooks(merged, HANDLERS, "settings.json") == merged
    for event, handler in HANDLERS.items():
        assert handlers_of(merged.removeprefix("\ufeff"), event) == [handler]


def test_a_handler_of_this_ledger_is_brought_up_to_date_and_one_of_another_stays() -> None:
    old = {
        "type": "command",
        "command": "/old/sessions",
        "args": ["-C", "/srv/ledger", "hook", "session-end", "--later"],
    }
    line = {"type": "command", "command": "sessions -C /srv/ledger hook session-start", "timeout": 3, "async": True}
    other = {"type": "command", "command": "sessions", "args": ["-C", "/srv/other", "hook", "session-end"]}
    broken = {"type": "command", "command": "echo 'hook -C"}
    text = json.dumps({"hooks": {"SessionEnd": [{"hooks": [old, other, broken]}], "SessionStart": [{"hooks": [line]}]}})
    merged = merge_hooks(text, HANDLERS, "settings.json")
    end, start = HANDLERS["SessionEnd"], HANDLERS["SessionStart"]
    assert handlers_of(merged, "SessionEnd") == [
        {**old, "command": end["command"], "args": [*end["args"], "--later"]},
        other,
        broken,
    ]
    assert handlers_of(merged, "SessionStart") == [{**line, "command": start["command"], "args": start["args"]}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=6).filter(lambda key: key != "hooks"), JSON, max_size=5),
    st.sampled_from([None, 2]),
)
def test_every_other_setting_means_the_same_afterwards(settings: dict[str, object], indent: int | None) -> None:
    text = json.dumps(settings, indent=indent, ensure_ascii=False)
    merged = json.loads(merge_hooks(text, HANDLERS, "settings.json"))
    assert list(merged) == [*settings, "hooks"]
    del merged["hooks"]
    assert merged == settings


@given(st.text(alphabet='{}[]",:hooks 1\\n', max_size=30))
def test_any_text_is_merged_or_refused(text: str) -> None:
    try:
        merged = merge_hooks(text, HANDLERS, "settings.json")
    except ProblemError:
        return
    assert merge_hooks(merged, HANDLERS, "settings.json") == merged


# Transcripts about to be deleted

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def day(number: int) -> float:
    return datetime(2026, 3, number, 12, tzinfo=UTC).timestamp()


def test_only_what_the_ledger_lacks_and_is_deleted_soon_counts() -> None:
    found = [Transcript("a", day(5)), Transcript("b", day(3)), Transcript("c", day(20))]
    assert endangered(found, {"b"}, 30, NOW, UTC) == Endangered(2, datetime(2026, 4, 4, tzinfo=UTC).date())
    assert endangered(found, {"a", "b", "c"}, 30, NOW, UTC) is None
    assert endangered(found, set(), 365, NOW, UTC) is None
    assert endangered(found, set(), 45, NOW, UTC) == Endangered(2, datetime(2026, 4, 17, tzinfo=UTC).date())
    assert endangered([], set(), 30, NOW, UTC) is None


def test_the_first_file_that_sets_a_valid_period_counts(tmp_path: Path) -> None:
    texts = [
        '{"cleanupPeriodDays": 0}',
        "{",
        '{"cleanupPeriodDays": true}',
        "[]",
        '{"cleanupPeriodDays": 7}',
        '{"cleanupPeriodDays": 9}',
    ]
    files = [tmp_path / f"{number}.json" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    assert kept_days([tmp_path / "none", *files]) == 7
    assert kept_days([tmp_path / "none", *files[:4]]) == 30


def test_init_warns_of_transcripts_that_are_not_in_the_ledger(ledger: Path, home: Path, sessions: Run) -> None:
    agent = Agent(home, ledger)
    assert "transcripts-expire" not in sessions("-C", ledger, "init").stderr
    for name in ("s-1", "s-2"):
        agent.work(name, 1, written=None)
    agent.transcript("s-3").write_text('{"type": "user"}\n')
    agent.transcript("s-4").write_text("")
    inner = agent.transcript("s-1").with_suffix("") / "subagents" / "agent-1.jsonl"
    inner.parent.mkdir(parents=True)
    inner.write_text('{"usage": 1}\n')
    run = sessions("-C", ledger, "init")
    assert run.returncode == 0
    assert (
        "warning[transcripts-expire]: 2 transcripts not in this ledger; Claude Code deletes the oldest on "
        in run.stderr
    )
    assert "(cleanupPeriodDays is 30)\n  hint: `sessions import` brings them in" in run.stderr
    assert "transcripts-expire" in sessions("-C", ledger, "init", "--hooks").stderr
    (ledger / ".claude").mkdir()
    (ledger / ".claude" / "settings.local.json").write_text('{"cleanupPeriodDays": 3650}')
    assert "transcripts-expire" not in sessions("-C", ledger, "init").stderr
    (ledger / ".claude" / "settings.local.json").unlink()
    (home / ".claude" / "settings.json").write_text('{"cleanupPeriodDays": 3}')
    os.utime(agent.transcript("s-1"), (0, 0))
    run = sessions("-C", ledger, "init")
    assert (
        "2 transcripts not in this ledger; Claude Code may delete the oldest any time (cleanupPeriodDays is 3)"
        in run.stderr
    )
    assert sessions("-C", ledger, "import").returncode == 0
    assert "transcripts-expire" not in sessions("-C", ledger, "init").stderr
