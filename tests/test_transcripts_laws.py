"""What must hold for any transcripts: no line, file or order may change what was used."""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sitegen.transcripts import AgentSession, History, read_history

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Files = dict[str, list[str]]


def line(session: str, kind: str, second: int, number: int, output: int, cache: int, side: bool, final: bool) -> str:
    fields: dict[str, Any] = {
        "type": kind,
        "sessionId": session,
        "timestamp": f"2026-05-01T10:{second // 60:02d}:{second % 60:02d}.{number:03d}Z",
        "uuid": f"uuid-{session}-{second}-{number}-{output}",
        "isSidechain": side,
        "cwd": f"/home/ana/{cache}",
    }
    if kind == "user":
        fields["message"] = {"content": f"Prompt {number}"}
    elif kind == "ai-title":
        fields |= {"aiTitle": f"Title {number}", "timestamp": None}
    else:
        prefix = ("msg_", "chatcmpl-")[number % 5 == 4]
        usage = {"input_tokens": 10, "output_tokens": output, "cache_read_input_tokens": cache}
        if number == 3:
            usage["iterations"] = [{"type": "advisor_message", "model": "m", "output_tokens": output}]  # type: ignore[assignment]
        call = {"type": "tool_use", "id": f"t{number}{output}", "name": f"Tool{number % 2}"}
        fields["message"] = {
            "id": f"{prefix}{number}",
            "model": "m",
            "usage": usage,
            "content": [call],
            "stop_reason": "end_turn" if final else None,
        }
    return json.dumps(fields)


LINES = st.builds(
    line,
    session=st.sampled_from(["s", "t", "u"]),
    kind=st.sampled_from(["assistant", "assistant", "assistant", "user", "ai-title"]),
    second=st.integers(0, 3000),
    number=st.integers(0, 6),
    output=st.integers(0, 3),
    cache=st.integers(0, 1),
    side=st.booleans(),
    final=st.booleans(),
)
FILES = st.dictionaries(st.sampled_from(["a/s", "a/t", "b/s", "b/u"]), st.lists(LINES, max_size=8), min_size=1)
SLOW = settings(max_examples=40, deadline=None)


def read(files: Files) -> History:
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in files.items():
            path = Path(folder, f"{name}.jsonl")
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(f"{line}\n" for line in lines))
        return read_history([Path(folder)], now=NOW)


def sessions(files: Files) -> tuple[AgentSession, ...]:
    return read(files).sessions


def used(found: Sequence[AgentSession]) -> dict[str, tuple[Any, ...]]:
    """Each response of the history with its figures, whatever session and interaction it is in."""
    return {r.key: (r.at, r.model, r.counts, r.context, r.output_floor, r.requests) for s in found for r in s.responses}


@SLOW
@given(FILES, st.randoms(use_true_random=False))
def test_repeating_any_line_changes_nothing(files: Files, chance: random.Random) -> None:
    name = chance.choice(sorted(files))
    if files[name]:
        place = chance.randrange(len(files[name]))
        again = files[name][: place + 1] + files[name][place:]
        assert sessions(files | {name: again}) == sessions(files)


@SLOW
@given(FILES, st.randoms(use_true_random=False))
def test_repeating_any_file_changes_nothing(files: Files, chance: random.Random) -> None:
    """Copies of equal rank that contradict each other are reported, and the last path decides."""
    copied = files[chance.choice(sorted(files))]
    history = read(files)
    assume(not any(kind.startswith("repeat-differs") for kind in history.damage_counts))
    for name in ("a/copy", "z/copy"):
        assert used(sessions(files | {name: copied})) == used(history.sessions)


@SLOW
@given(FILES)
def test_names_of_files_and_the_order_they_are_read_in_change_no_figure(files: Files) -> None:
    turned = dict(zip(files, reversed(files.values()), strict=True))
    figures = used(sessions(turned))
    assert figures.keys() == used(sessions(files)).keys()
    assert Counter(map(_output, figures.values())) == Counter(map(_output, used(sessions(files)).values()))


def _output(figures: tuple[Any, ...]) -> int:
    return int(figures[2].output)


@SLOW
@given(FILES, LINES)
def test_appending_lowers_neither_responses_nor_output(files: Files, more: str) -> None:
    before = used(sessions(files))
    after = used(sessions(files | {"a/s": [*files.get("a/s", []), more]}))
    assert before.keys() <= after.keys()
    assert all(_output(after[key]) >= _output(before[key]) for key in before)


@SLOW
@given(st.lists(LINES, max_size=12), st.randoms(use_true_random=False))
def test_splitting_a_session_over_files_changes_nothing(lines: list[str], chance: random.Random) -> None:
    ordered = sorted(lines, key=lambda text: str(json.loads(text)["timestamp"]))
    timed = [text for text in ordered if json.loads(text)["type"] != "ai-title"]
    cut = chance.randrange(len(timed) + 1)
    assert sessions({"a/one": timed[:cut], "a/two": timed[cut:]}) == sessions({"a/all": timed})


@SLOW
@given(FILES)
def test_every_response_is_in_one_session(files: Files) -> None:
    keys = Counter(r.key for s in sessions(files) for r in s.responses)
    assert set(keys.values()) <= {1}


def test_any_number_of_processes_gives_the_same(tmp_path: Path) -> None:
    text = "x" * 40_000
    for file in range(40):
        lines = [
            line(f"s{file % 30}", "assistant", i * 20, i * 7 % 20, i, 0, side=False, final=True) for i in range(20)
        ]
        padded = [text.join(('{"type":"user","x":"', '"}')) for _ in range(20)]
        (tmp_path / f"{file}.jsonl").write_text("\n".join([*lines, *padded, "not json"]))
    done: list[tuple[int, int]] = []
    alone = read_history([tmp_path], jobs=1, now=NOW, progress=lambda *seen: done.append(seen))
    assert done[-1] == (alone.bytes, alone.bytes)
    assert alone.damage_counts == {"incomplete-last-line": 40}
    assert read_history([tmp_path], jobs=3, now=NOW) == alone


@SLOW
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "s.jsonl").write_bytes(raw)
        read_history([Path(folder)], now=NOW)


@SLOW
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "message",
                        "usage",
                        "id",
                        "content",
                        "data",
                        "iterations",
                        "input_tokens",
                        "text",
                        "speed",
                        "timestamp",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_no_shape_makes_it_fail(shape: Any) -> None:
    for kind in ("assistant", "user", "progress", "cost-state", "ai-title"):
        fields = {"type": kind, "message": {"id": "msg_1", "usage": shape, "content": shape}}
        read({"s": [json.dumps(fields | (shape if isinstance(shape, dict) else {})), json.dumps(shape)]})
