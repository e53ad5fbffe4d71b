"""What is counted, once, and where it belongs. The cases are those on which tools of this kind differ."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.errors import Severity
from sitegen.tokens import PriceContext, Response, TokenCounts
from sitegen.transcripts import AgentSession, History, read_history

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SONNET = "claude-sonnet-4-5-20250929"
Fields = dict[str, Any]


def time(second: float) -> str:
    return (datetime(2026, 5, 1, 10, tzinfo=UTC) + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def answer(
    output: object = 100,
    *,
    key: str | None = "msg_1",
    usage: Fields | None = None,
    message: Fields | None = None,
    **top: Any,
) -> Fields:
    """A line of ccusage's test data: Sonnet 4.5, 10 in, 100 out, 10:00:05, session `s`."""
    counts: Fields = {"input_tokens": 10, "output_tokens": output, "cache_creation_input_tokens": 0}
    body: Fields = {"id": key, "model": SONNET, "stop_reason": "end_turn", "usage": counts | (usage or {})}
    line: Fields = {
        "type": "assistant",
        "sessionId": "s",
        "cwd": "/home/ana/shop",
        "gitBranch": "main",
        "timestamp": time(5),
        "requestId": "req_1",
    }
    return line | {"message": body | (message or {})} | top


def prompt(text: object, second: float, **top: Any) -> Fields:
    line = {"type": "user", "sessionId": "s", "timestamp": time(second), "uuid": f"u{second}"}
    return line | {"message": {"role": "user", "content": text}} | top


def tool(name: str, call: str) -> Fields:
    return {"type": "tool_use", "id": call, "name": name, "input": {}}


def write(folder: Path, **files: Sequence[Fields | str | bytes]) -> None:
    for name, lines in files.items():
        path = folder / "p" / f"{name.replace('__', '/')}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = (line if isinstance(line, bytes) else _text(line).encode() for line in lines)
        path.write_bytes(b"".join(line + b"\n" for line in raw))


def _text(line: Fields | str) -> str:
    return line if isinstance(line, str) else json.dumps(line)


def read(folder: Path) -> History:
    return read_history([folder], now=NOW)


def the_session(folder: Path) -> AgentSession:
    (session,) = read(folder).sessions
    return session


def cells(session: AgentSession) -> list[tuple[int, int, int, int, int]]:
    """input / output / 5-minute writes / 1-hour writes / reads of each response."""
    counts = [response.counts for response in session.responses]
    return [(c.input, c.output, c.cache_write_5m, c.cache_write_1h, c.cache_read) for c in counts]


PROGRESS: Fields = {
    "type": "progress",
    "sessionId": "s",
    "timestamp": time(5),
    "data": {
        "type": "agent_progress",
        "message": {
            "type": "assistant",
            "requestId": "req_p",
            "message": {"id": "msg_p", "model": SONNET, "usage": {"input_tokens": 11, "output_tokens": 22}},
        },
    },
}
CACHED = {"cache_creation_input_tokens": 500}
READ = "cache_read_input_tokens"
READS_DIFFER = ["repeat-differs:cache_read_input_tokens"]
CASES: dict[str, tuple[list[Fields], list[tuple[int, int, int, int, int]], list[str]]] = {
    "A streamed": ([answer(1), answer(1), answer(200)], [(10, 200, 0, 0, 0)], []),
    "B most output, not the last": ([answer(200), answer(5)], [(10, 200, 0, 0, 0)], []),
    "C whole record, no merge": (
        [answer(1, usage={READ: 1000}), answer(200, usage={READ: 0})],
        [(10, 200, 0, 0, 0)],
        READS_DIFFER,
    ),
    "Z output decides": (
        [answer(0, usage={"input_tokens": 100}), answer(100, usage={"input_tokens": 0})],
        [(0, 100, 0, 0, 0)],
        ["repeat-differs:input_tokens"],
    ),
    "D no request": ([answer(requestId=None), answer(requestId=None)], [(10, 100, 0, 0, 0)], []),
    "QA no request, other time": (
        [answer(requestId=None), answer(requestId=None, timestamp=time(9))],
        [(10, 100, 0, 0, 0)],
        [],
    ),
    "QB a gateway's id, other time": (
        [answer(key="chatcmpl-1", requestId=None), answer(key="chatcmpl-1", requestId=None, timestamp=time(9))],
        [(10, 100, 0, 0, 0)] * 2,
        [],
    ),
    "F other request": ([answer(), answer(requestId="req_2")], [(10, 100, 0, 0, 0)], []),
    "G replay of a sub-agent": (
        [answer(requestId="req_2", isSidechain=True, usage={READ: 5000}), answer()],
        [(10, 100, 0, 0, 0)],
        READS_DIFFER,
    ),
    "QJ replay with the same request": (
        [answer(usage={READ: 10}), answer(isSidechain=True, usage={READ: 900})],
        [(10, 100, 0, 0, 10)],
        READS_DIFFER,
    ),
    "I request on one copy": ([answer(), answer(requestId=None)], [(10, 100, 0, 0, 0)], []),
    "J no id, two lines": (
        [answer(key=None, uuid="a"), answer(key=None, uuid="b")],
        [(10, 100, 0, 0, 0)] * 2,
        ["no-message-id"] * 2,
    ),
    "no id at all": ([answer(key=None), answer(key=None)], [(10, 100, 0, 0, 0)] * 2, ["no-message-id"] * 2),
    "M only a progress line": ([PROGRESS], [(11, 22, 0, 0, 0)], []),
    "O speed null": ([answer(usage={"speed": None})], [(10, 100, 0, 0, 0)], []),
    "P odd version, ZH cwd null": ([answer(version="dev", cwd=None)], [(10, 100, 0, 0, 0)], []),
    "R split of nothing": (
        [answer(usage=CACHED | {"cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}})],
        [(10, 100, 500, 0, 0)],
        ["cache-split-short"],
    ),
    "R2 one hour": (
        [answer(usage=CACHED | {"cache_creation": {"ephemeral_1h_input_tokens": 500}})],
        [(10, 100, 0, 500, 0)],
        [],
    ),
    "R3 five minutes": (
        [answer(usage=CACHED | {"cache_creation": {"ephemeral_5m_input_tokens": 500}})],
        [(10, 100, 500, 0, 0)],
        [],
    ),
    "R4 no split": ([answer(usage=CACHED | {"cache_creation": None})], [(10, 100, 500, 0, 0)], ["no-cache-split"]),
    "a split above its total": (
        [answer(usage=CACHED | {"cache_creation": {"ephemeral_1h_input_tokens": 700}})],
        [(10, 100, 0, 700, 0)],
        ["cache-split-long"],
    ),
    "T integral float": ([answer(100.0)], [(10, 100, 0, 0, 0)], []),
    "output not reported": ([answer(None)], [(10, 0, 0, 0, 0)], ["missing-count:output_tokens"]),
    "AC bad time": ([answer(timestamp="soon")], [(10, 100, 0, 0, 0)], ["bad-timestamp"]),
    "time without offset": ([answer(timestamp="2026-05-01T10:00:05")], [(10, 100, 0, 0, 0)], ["bad-timestamp"]),
    "year 2019": ([answer(timestamp="2019-12-31T23:59:59Z")], [(10, 100, 0, 0, 0)], ["odd-date"]),
    "after tomorrow": ([answer(timestamp="2026-06-02T00:00:01Z")], [(10, 100, 0, 0, 0)], ["odd-date"]),
    "no time": ([answer(timestamp=None)], [(10, 100, 0, 0, 0)], ["no-timestamp"]),
}


@pytest.mark.parametrize("case", CASES)
def test_counted_once(case: str, tmp_path: Path) -> None:
    lines, expected, damages = CASES[case]
    write(tmp_path, s=lines)
    history = read(tmp_path)
    assert [cells(session) for session in history.sessions] == [expected]
    assert [damage.kind for damage in history.damages] == damages


UNCOUNTED: dict[str, tuple[Fields, dict[str, int]]] = {
    "AB no type": (answer(type=None), {"no-type": 1}),
    "AA usage of a tool's result": (
        prompt([{"type": "tool_result"}], 1, toolUseResult={"usage": {"input_tokens": 5}}),
        {},
    ),
    "usage on a user's line": (answer(type="user"), {}),
    "K2 synthetic": (answer(message={"model": "<synthetic>"}), {}),
    "usage null": (answer(message={"usage": None}), {"no-usage": 1}),
    "usage a list": (answer(message={"usage": [1]}), {"no-usage": 1}),
    "message a text": (answer() | {"message": "hello"}, {"no-usage": 1}),
    "ZK negative": (answer(-5), {"bad-count:output_tokens": 1}),
    "fraction": (answer(5.5), {"bad-count:output_tokens": 1}),
    "text": (answer("5"), {"bad-count:output_tokens": 1}),
    "truth": (answer(True), {"bad-count:output_tokens": 1}),  # the value is the case
    "NaN": (answer(float("nan")), {"bad-count:output_tokens": 1}),
    "Infinity": (answer(float("inf")), {"bad-count:output_tokens": 1}),
    "too many": (answer(10**15), {"bad-count:output_tokens": 1}),
    "bad reads": (answer(usage={READ: -1}), {"bad-count:cache_read_input_tokens": 1}),
}


@pytest.mark.parametrize("case", UNCOUNTED)
def test_not_counted_and_said_so(case: str, tmp_path: Path) -> None:
    line, damages = UNCOUNTED[case]
    write(tmp_path, s=[line])
    history = read(tmp_path)
    assert history.sessions == ()
    assert history.damage_counts == damages


def test_a_bad_copy_does_not_spoil_a_good_one(tmp_path: Path) -> None:
    write(tmp_path, s=[answer(7), answer(-5), answer(3)])
    assert cells(the_session(tmp_path)) == [(10, 7, 0, 0, 0)]


def test_spaces_in_the_json_and_other_orders_of_keys_change_nothing(tmp_path: Path) -> None:
    write(tmp_path, s=[json.dumps(answer(), indent=None, separators=(" , ", " : ")), dict(reversed(answer().items()))])
    assert cells(the_session(tmp_path)) == [(10, 100, 0, 0, 0)]


def test_the_response_itself(tmp_path: Path) -> None:
    usage = {
        "speed": "fast",
        "service_tier": "batch",
        "inference_geo": "us",
        "server_tool_use": {"web_search_requests": 2},
    }
    write(tmp_path, s=[prompt("Hello", 1), answer(usage=usage, message={"stop_reason": None})])
    assert the_session(tmp_path).responses == (
        Response(
            key="msg_1",
            session="s",
            at=datetime(2026, 5, 1, 10, 0, 5, tzinfo=UTC),
            model=SONNET,
            counts=TokenCounts(10, 0, 0, 0, 100),
            context=PriceContext("fast", "batch", "us"),
            web_searches=2,
            output_floor=True,
            requests=1,
            interaction=0,
        ),
    )


@pytest.mark.parametrize(
    ("usage", "context"),
    [
        ({"speed": "standard", "service_tier": "standard", "inference_geo": "not_available"}, PriceContext()),
        ({"speed": "", "service_tier": None, "inference_geo": "global"}, PriceContext()),
        (
            {"speed": "turbo", "service_tier": "priority", "inference_geo": "mars"},
            PriceContext("turbo", "priority", "mars"),
        ),
        ({"speed": {"level": 3}, "service_tier": 2}, PriceContext('{"level": 3}', "2")),
    ],
)
def test_a_price_context_is_standard_or_kept_as_reported(usage: Fields, context: PriceContext, tmp_path: Path) -> None:
    write(tmp_path, s=[answer(usage=usage)])
    assert [response.context for response in the_session(tmp_path).responses] == [context]


def test_no_model_is_the_empty_text(tmp_path: Path) -> None:
    write(tmp_path, s=[answer(message={"model": None})])
    assert [response.model for response in the_session(tmp_path).responses] == [""]


def test_output_is_a_floor_only_where_no_copy_is_final(tmp_path: Path) -> None:
    open_ = {"stop_reason": None}
    write(tmp_path, s=[answer(9, message=open_), answer(5), answer(9, key="msg_2", message=open_)])
    session = the_session(tmp_path)
    assert {response.key: response.output_floor for response in session.responses} == {"msg_1": False, "msg_2": True}
    assert session.output_floor


def entry(kind: str, input_: int, output: int, model: str | None = None) -> Fields:
    return {"type": kind, "input_tokens": input_, "output_tokens": output, "model": model}


OPUS = "claude-opus-4-6"
ITERATIONS: dict[str, tuple[list[Fields], list[tuple[str, str, int, int, int]], list[str]]] = {
    "AG advisor": (
        [entry("message", 10, 100), entry("advisor_message", 1000, 50, OPUS)],
        [("msg_1", SONNET, 1, 10, 100), ("msg_1#advisor-1", OPUS, 0, 1000, 50)],
        [],
    ),
    "two advisors": (
        [entry("advisor_message", 1, 2, OPUS), entry("advisor_message", 3, 4)],
        [("msg_1", SONNET, 1, 10, 100), ("msg_1#advisor-1", OPUS, 0, 1, 2), ("msg_1#advisor-2", "", 0, 3, 4)],
        [],
    ),
    "ZC messages above the total": (
        [entry("message", 10, 100), entry("message", 30, 70)],
        [("msg_1", SONNET, 1, 10, 100)],
        ["iterations-differ"],
    ),
    "ZD compaction left out of the total": (
        [entry("compaction", 180000, 3500), entry("message", 10, 100)],
        [("msg_1", SONNET, 1, 10, 100), ("msg_1#compaction-1", SONNET, 0, 180000, 3500)],
        [],
    ),
    "compaction inside the total": (
        [entry("compaction", 4, 40), entry("message", 6, 60)],
        [("msg_1", SONNET, 1, 10, 100)],
        [],
    ),
    "compaction that fits neither way": (
        [entry("compaction", 4, 40), entry("message", 6, 61)],
        [("msg_1", SONNET, 1, 10, 100)],
        ["iterations-differ"],
    ),
    "fallback": (
        [entry("message", 3, 0), entry("fallback_message", 10, 100, OPUS)],
        [("msg_1", OPUS, 1, 10, 100)],
        [],
    ),
    "fallback that does not sum": (
        [entry("message", 3, 0), entry("fallback_message", 11, 100, OPUS)],
        [("msg_1", OPUS, 1, 10, 100)],
        ["iterations-differ"],
    ),
}


@pytest.mark.parametrize("case", ITERATIONS)
def test_calls_inside_an_answer(case: str, tmp_path: Path) -> None:
    iterations, expected, damages = ITERATIONS[case]
    write(tmp_path, s=[answer(usage={"iterations": iterations})] * 2)
    history = read(tmp_path)
    (session,) = history.sessions
    found = [(r.key, r.model, r.requests, r.counts.input, r.counts.output) for r in session.responses]
    assert found == expected
    assert [damage.kind for damage in history.damages] == damages


def test_sub_agents_of_every_age_belong_to_the_session_on_their_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        s=[answer(10)],
        s__subagents__agent_a=[answer(20, key="msg_2", isSidechain=True)],
        s__subagents__workflows__wf_1__agent_b=[answer(40, key="msg_3", isSidechain=True, sessionId=None)],
        agent_old=[answer(80, key="msg_4", isSidechain=True)],
        s__subagents__journal=[answer(1000, key="msg_5")],
    )
    assert cells(the_session(tmp_path)) == [(10, output, 0, 0, 0) for output in (10, 20, 40, 80)]


def test_a_fork_keeps_only_what_is_new(tmp_path: Path) -> None:
    own = answer(7, key="msg_2", sessionId="a", timestamp=time(70), uuid="y")
    write(
        tmp_path,
        s=[prompt("First", 1), answer(uuid="x")],
        a=[
            prompt("First", 1, sessionId="a"),
            answer(uuid="x", sessionId="a"),
            prompt("Second", 60, sessionId="a"),
            own,
        ],
        b=[answer(uuid="x", sessionId="b"), own | {"sessionId": "b"}],
    )
    found = [(s.id, [p.text for p in s.prompts], cells(s), s.started) for s in read(tmp_path).sessions]
    assert found == [
        ("s", ["First"], [(10, 100, 0, 0, 0)], datetime(2026, 5, 1, 10, 0, 1, tzinfo=UTC)),
        ("a", ["Second"], [(10, 7, 0, 0, 0)], datetime(2026, 5, 1, 10, 1, tzinfo=UTC)),
    ]


def test_a_session_that_says_it_was_forked_is_never_the_origin(tmp_path: Path) -> None:
    fork = {"sessionId": "a", "forkedFrom": {"sessionId": "s", "messageUuid": "x"}}
    late = answer(key="msg_2", timestamp=time(90))
    early = answer(key="msg_3", timestamp=time(30))
    write(tmp_path, s=[answer(), late], a=[answer() | fork, early | fork])
    assert [(s.id, [r.key for r in s.responses]) for s in read(tmp_path).sessions] == [
        ("s", ["msg_1", "msg_2"]),
        ("a", ["msg_3"]),
    ]


def test_a_side_question_in_another_session_is_a_replay(tmp_path: Path) -> None:
    replay = answer(usage={READ: 500}, isSidechain=True, sessionId="a", requestId="req_9")
    write(tmp_path, z=[answer(sessionId="z")], a__subagents__agent_x=[replay])
    assert [(s.id, cells(s)) for s in read(tmp_path).sessions] == [("z", [(10, 100, 0, 0, 0)])]


def test_an_empty_session_id_is_the_files_name(tmp_path: Path) -> None:
    write(tmp_path, abc=[answer(sessionId="")])
    assert the_session(tmp_path).id == "abc"


NOT_TYPED = [
    prompt("x", 1, isMeta=True),
    prompt("x", 2, isSidechain=True),
    prompt("x", 3, isCompactSummary=True),
    prompt([{"type": "tool_result", "content": "x"}, {"type": "text", "text": "x"}], 4),
    prompt("x", 5, origin={"kind": "task-notification"}),
    prompt("x", 6, promptSource="system"),
    prompt("<command-name>/model</command-name>", 7),
    prompt("[Request interrupted by user]", 8),
    prompt([{"type": "text", "text": "[Request interrupted by user for tool use]"}], 9),
    prompt("This session is being continued from a previous conversation that ran out", 10),
]


def test_only_what_a_person_asked_is_a_prompt(tmp_path: Path) -> None:
    asked = [
        prompt("typed", 20, origin={"kind": "human"}, promptSource="typed"),
        prompt([{"type": "text", "text": "with"}, {"type": "image"}, {"type": "text", "text": "image"}], 21),
        prompt("by a program", 22, promptSource="sdk"),
        prompt("x" * 1000, 23),
    ]
    write(tmp_path, s=[answer(), *NOT_TYPED, *asked, *asked])
    prompts = the_session(tmp_path).prompts
    assert [(p.text, p.source) for p in prompts] == [
        ("typed", ""),
        ("with\nimage", ""),
        ("by a program", "sdk"),
        ("x" * 400, ""),
    ]
    assert prompts[0].at == datetime(2026, 5, 1, 10, 0, 20, tzinfo=UTC)


def test_an_interaction_is_a_prompt_and_what_follows_it(tmp_path: Path) -> None:
    def at(second: float, number: int, *calls: Fields, **top: Any) -> Fields:
        message = {"content": [{"type": "text", "text": "x"}, *calls]}
        return answer(number, key=f"msg_{number}", message=message, timestamp=time(second), **top)

    write(
        tmp_path,
        s=[
            at(0, 1, tool("Read", "t0")),
            prompt("First", 1),
            at(2, 2, tool("Edit", "t1"), tool("Edit", "t2")),
            at(3, 2, tool("Edit", "t2"), tool("Read", "t3")),
            prompt("Second", 10),
            at(10, 3),
            at(11, 4, tool("mcp__git__log", "t4")) | {"timestamp": None},
        ],
        s__subagents__agent_a=[at(5, 5, tool("Read", "t5"), isSidechain=True), at(12, 6, isSidechain=True)],
    )
    session = the_session(tmp_path)
    assert {r.key: r.interaction for r in session.responses} == {
        "msg_1": -1,
        "msg_2": 0,
        "msg_5": 0,
        "msg_3": 1,
        "msg_4": 1,
        "msg_6": 1,
    }
    assert session.tools == {-1: {"Read": 1}, 0: {"Edit": 2, "Read": 2}, 1: {"mcp__git__log": 1}}


def title(kind: str, key: str, text: str) -> Fields:
    return {"type": kind, key: text, "sessionId": "s"}


def test_titles_in_order_of_preference(tmp_path: Path) -> None:
    write(tmp_path, s=[answer(uuid="x"), title("summary", "summary", "summed up") | {"leafUuid": "x"}])
    assert the_session(tmp_path).title == "summed up"
    ai = [title("ai-title", "aiTitle", text) for text in ("first", "last")]
    write(tmp_path, s=[answer(), *ai])
    assert the_session(tmp_path).title == "last"
    sidecar = tmp_path / "p" / "s" / "custom-title.json"
    sidecar.parent.mkdir()
    sidecar.write_text('{"customTitle": "renamed"}')
    assert the_session(tmp_path).title == "renamed"
    write(tmp_path, s=[title("custom-title", "customTitle", "by \\ud83d hand"), answer(), *ai])
    assert the_session(tmp_path).title == "by \\ud83d hand"


def test_half_a_surrogate_pair_is_scrubbed(tmp_path: Path) -> None:
    write(tmp_path, s=[answer(), '{"type":"ai-title","aiTitle":"a \\ud83d b","sessionId":"s"}'])
    assert the_session(tmp_path).title == "a ? b"


def test_times_place_and_branch_are_of_its_own_conversation_lines(tmp_path: Path) -> None:
    def other(kind: str, second: float, **top: Any) -> Fields:
        return {"type": kind, "timestamp": time(second), "sessionId": "s"} | top

    write(
        tmp_path,
        s=[
            other("queue-operation", -900),
            other("system", 0, cwd=None, gitBranch="HEAD"),
            other("attachment", 100, cwd="/home/ana/first", gitBranch="feat/x"),
            answer(timestamp=time(700)),
            answer(key="msg_2", timestamp=time(1301)),
            other("user", 1400, cwd="/home/ana/later"),
        ],
        s__subagents__agent_a=[answer(key="msg_3", timestamp=time(1500.5), isSidechain=True)],
    )
    session = the_session(tmp_path)
    assert (session.cwd, session.branch) == ("/home/ana/first", "")
    assert session.started == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert session.ended == datetime(2026, 5, 1, 10, 25, 0, 500000, tzinfo=UTC)
    assert session.active == timedelta(seconds=100 + 600 + 99 + 100.5)


def test_the_agents_own_last_total(tmp_path: Path) -> None:
    def state(cost: str) -> str:
        return (
            f'{{"type":"cost-state","sessionId":"s","totalCostUSD":{cost},"hasUnknownModelCost":false,'
            '"totalLinesAdded":12,"totalLinesRemoved":3}'
        )

    write(tmp_path, s=[state("0.01"), answer(), state("0.031924600000000004")])
    session = the_session(tmp_path)
    assert session.reported_cost == Decimal("0.031924600000000004")
    assert (session.reported_unknown, session.lines_added, session.lines_removed) == (False, 12, 3)
    write(
        tmp_path, s=[answer(), '{"type":"cost-state","sessionId":"s","totalCostUSD":"much","hasUnknownModelCost":true}']
    )
    session = the_session(tmp_path)
    assert (session.reported_cost, session.reported_unknown, session.lines_added) == (None, True, None)


def test_failed_calls_are_counted_apart(tmp_path: Path) -> None:
    failed = answer(0, key="uuid", message={"model": "<synthetic>"}, isApiErrorMessage=True, uuid="e1")
    filler = answer(0, key="uuid", message={"model": "<synthetic>"}, isApiErrorMessage=False, uuid="e2")
    write(tmp_path, s=[answer(), failed, failed, filler, {"type": "new-thing"}])
    history = read(tmp_path)
    assert [session.api_errors for session in history.sessions] == [1]
    assert (history.synthetic, history.unknown_lines, history.lines, history.files) == (3, 1, 5, 1)


def test_the_digest_changes_with_the_numbers_only(tmp_path: Path) -> None:
    write(tmp_path, s=[answer(), answer(key="msg_2")])
    digest = the_session(tmp_path).digest
    assert digest == "sha256:9a3991489d3e9ed71d356afda6f91208391c9c4d2fba64078c323d9cfa4b61cb"
    write(tmp_path, s=[answer(key="msg_2"), prompt("More", 1), answer(), answer()])
    assert the_session(tmp_path).digest == digest
    write(tmp_path, s=[answer(101), answer(key="msg_2")])
    assert the_session(tmp_path).digest != digest


GOOD = json.dumps(answer()).encode()
OTHER = json.dumps(answer(7, key="msg_2")).encode()
DAMAGED: dict[str, tuple[bytes, list[int], list[tuple[int, str]]]] = {
    "BOM, CRLF, blank lines": (b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n  \n" + OTHER + b"\r\n", [100, 7], []),
    "a cut last line": (GOOD + b"\n" + OTHER[:-30], [100], [(2, "incomplete-last-line")]),
    "cut inside a character": (GOOD + b'\n{"type":"user","x":"\xc3', [100], [(2, "incomplete-last-line")]),
    "no newline at the end": (GOOD + b"\n" + OTHER, [100, 7], []),
    "a cut line in the middle": (OTHER[:-30] + b"\n" + GOOD + b"\n", [100], [(1, "not-json")]),
    "glued to a cut one": (b'{"type":"user","x":"cut' + GOOD + b"\n" + OTHER + b"\n", [100, 7], [(1, "spliced-line")]),
    "two on one line": (GOOD + OTHER + b"\n", [100, 7], [(1, "spliced-line")]),
    "NUL before a record": (b"\0" * 4096 + GOOD + b"\n", [100], [(1, "nul-bytes")]),
    "NUL only": (GOOD + b"\n\0\0\0\n", [100], [(2, "nul-bytes")]),
    "NUL inside": (GOOD + b"\n" + OTHER.replace(b"main", b"ma\0n") + b"\n", [100], [(2, "nul-bytes")]),
    "not UTF-8": (GOOD.replace(b"main", b"m\xffin") + b"\n", [100], [(1, "not-utf8")]),
    "not an object": (GOOD + b"\n[1]\n7\n", [100], [(2, "not-an-object"), (3, "not-an-object")]),
    "too deep": (GOOD + b'\n{"type":' + b"[" * 100_000 + b"\n", [100], [(2, "too-deep")]),
    "a record quoted in a text": (
        json.dumps({"type": "user", "x": OTHER.decode()}).encode()[:-1] + b"\n" + GOOD,
        [100],
        [(1, "not-json")],
    ),
    "a number of 5,000 digits": (GOOD + b'\n{"type":"user","n":' + b"9" * 5000 + b"}\n", [100], []),
    "a key twice": (
        GOOD.replace(b'"output_tokens": 100', b'"output_tokens": 100, "output_tokens": 8') + b"\n",
        [8],
        [],
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damage_is_named_and_the_rest_is_read(case: str, tmp_path: Path) -> None:
    raw, outputs, damages = DAMAGED[case]
    (tmp_path / "s.jsonl").write_bytes(raw)
    history = read(tmp_path)
    assert [r.counts.output for s in history.sessions for r in s.responses] == outputs
    assert [(damage.line, damage.kind) for damage in history.damages] == damages


def test_damage_says_where_and_never_what(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_bytes(b"password\n" * 30 + GOOD)
    history = read(tmp_path)
    assert len(history.damages) == 20
    assert history.damage_counts == {"not-json": 30}
    assert history.file_damage_counts == {f"{tmp_path}/s.jsonl": {"not-json": 30}}
    first = history.damages[0]
    assert (first.path, first.line, first.message) == (f"{tmp_path}/s.jsonl", 1, "not JSON, skipped")
    assert first.severity is Severity.ERROR


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, s=[answer()])
    path = tmp_path / "p" / "t.jsonl"
    path.write_text("")
    path.chmod(0)
    history = read(tmp_path)
    assert history.damage_counts == ({} if os.access(path, os.R_OK) else {"unreadable-file": 1})
    assert len(history.sessions) == 1


def test_a_very_long_line_is_skipped_in_little_memory(tmp_path: Path) -> None:
    from sitegen.transcripts import claude_code_reading

    path = tmp_path / "s.jsonl"
    with path.open("wb") as file:
        file.write(GOOD + b'\n{"type":"user","x":"')
        for _ in range(20):
            file.write(b"x" * 2**20)
        file.write(b'"}\n' + OTHER + b"\n")
    history = read(tmp_path)
    assert [(damage.line, damage.kind) for damage in history.damages] == [(2, "line-too-long")]
    assert cells(history.sessions[0]) == [(10, 100, 0, 0, 0), (10, 7, 0, 0, 0)]
    assert max(len(raw) for _, raw, _, _ in claude_code_reading.read_records(str(path))) < 1000


def test_a_line_just_below_the_limit_is_read(tmp_path: Path) -> None:
    write(tmp_path, s=[answer(filler="x" * (16 * 2**20 - 1000))])
    assert cells(the_session(tmp_path)) == [(10, 100, 0, 0, 0)]
