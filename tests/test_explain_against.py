"""Why another tool's figure differs: the causes, against what ccusage itself printed for the same transcripts."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import ProblemError
from sitegen.explaining.against import Told, compare
from sitegen.explaining.causes import Cause, difference_of
from sitegen.explaining.json_places import place_in
from sitegen.explaining.other_tools import MAX_BYTES, ToolModel, read_report
from sitegen.explaining.pricing import Books
from sitegen.explaining.units import Unit
from sitegen.prices import PriceBook, Quote
from sitegen.tokens import PriceContext, TokenCounts
from sitegen.transcripts import SummedCounts
from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript

CONFORMANCE = Path(__file__).parent / "conformance" / "projects"
CCUSAGE = Path(__file__).parent / "ccusage_conformance.json"
"""Rows of `ccusage claude session --json --offline -z UTC`, version 20.0.24, on the transcripts of `conformance/`."""

SESSIONS = (
    '{"sessions":[{"cacheCreationTokens":4000,"cacheReadTokens":0,"inputTokens":30,"modelBreakdowns":[{'
    '"cacheCreationTokens":4000,"cacheReadTokens":0,"cost":0.046900000000000004,"inputTokens":30,"modelName":'
    '"claude-opus-4-6","outputTokens":420}],"outputTokens":420,"projectPath":"-srv-projects-shop-api","sessionId":'
    '"s-1","totalCost":0.046900000000000004,"totalTokens":4450},{"cacheCreationTokens":0,"cacheReadTokens":0,'
    '"inputTokens":10,"modelBreakdowns":[{"cacheCreationTokens":0,"cacheReadTokens":0,"cost":0.00205,"inputTokens":10,'
    '"modelName":"claude-opus-4-6","outputTokens":80}],"outputTokens":80,"projectPath":"-srv-projects-shop-api",'
    '"sessionId":"agent-old","totalCost":0.00205,"totalTokens":90},{"cacheCreationTokens":0,"cacheReadTokens":0,'
    '"inputTokens":10,"modelBreakdowns":[{"cacheCreationTokens":0,"cacheReadTokens":0,"cost":0.00105,"inputTokens":10,'
    '"modelName":"claude-opus-4-6","outputTokens":40}],"outputTokens":40,"projectPath":'
    '"-srv-projects-shop-api/s-1/subagents/workflows","sessionId":"wf_1","totalCost":0.00105,"totalTokens":50}]}'
)
UNIFIED = SESSIONS.replace('"sessions"', '"session"').replace('"sessionId"', '"period"')
DAILY = (
    '{"daily":[{"cacheCreationTokens":4000,"cacheReadTokens":0,"date":"2026-05-01","inputTokens":60,"modelBreakdowns":'
    '[{"cacheCreationTokens":4000,"cacheReadTokens":0,"cost":0.06255000000000001,"inputTokens":60,"modelName":'
    '"claude-opus-4-6","outputTokens":1040}],"outputTokens":1040,"totalCost":0.06255000000000001}]}'
)
MONTHLY = DAILY.replace('"daily"', '"monthly"').replace('"date":"2026-05-01"', '"period":"2026-05"')
ONE = (
    '{"entries":[{"cacheCreationTokens":4000,"cacheReadTokens":0,"costUSD":0.0,"inputTokens":50,"model":'
    '"claude-opus-4-6","outputTokens":540,"timestamp":"2026-05-01T10:00:06.000Z"}],"sessionId":"s-1","totalCost":0.05}'
)


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path, dict[str, str]]:
    """The ledger of the awkward transcripts, and the path of its file by the id of the session."""
    folder = tmp_path_factory.mktemp("awkward")
    (folder / "home").mkdir()
    (folder / "ledger").mkdir()
    run = Run(folder / "home")
    run("-C", folder / "ledger", "init")
    run("-C", folder / "ledger", "import", "--from", CONFORMANCE)
    files = {}
    for path in (folder / "ledger" / "sessions").rglob("*.md"):
        line = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("source:"))
        files[line.partition("sessions: [")[2].partition("]")[0]] = path.relative_to(folder / "ledger").as_posix()
    return run, folder / "ledger", files


@pytest.mark.parametrize(
    ("session", "causes", "rest"),
    [
        ("s-c000", {}, "0"),  # the same
        ("s-c012", {"each-request": "0.00153"}, "0"),  # one id under two request ids
        ("s-c016", {}, "0"),  # a fork: told under the name of its file there
        ("s2-c016", {}, "0"),
        ("s-c132", {}, "0"),
        ("s-c006", {}, "0"),  # an advisor inside a response
        ("s-c028", {"other-counts": "-0.00153"}, "0"),  # a gateway's id that comes again
        ("s-c042", {"other-counts": "-0.001875"}, "0"),  # a split of 0/0 in place of its total
        ("s-c046", {}, "1.22847"),  # the cost that stands on an old line: nothing here knows of it
        ("s-c048", {"long-context": "-0.6075"}, "0"),
        ("s-c004", {"long-context": "-0.6"}, "0"),
        ("s-c112", {"long-context-ended": "4.8"}, "0"),
        ("s-c116", {"long-context-ended": "6"}, "0"),
        ("s-c090", {"fast-mode-6": "25"}, "0"),
        ("s-c102", {"unknown-model": "-8"}, "0"),
    ],
)
def test_explains_what_ccusage_says_of_awkward_transcripts(
    awkward: tuple[Run, Path, dict[str, str]], session: str, causes: dict[str, str], rest: str
) -> None:
    run, ledger, files = awkward
    told = against(run, ledger, files[session], "--from", CONFORMANCE, "--against", CCUSAGE)
    assert sums(told, known=True) == {name: Decimal(amount) for name, amount in causes.items()}
    assert Decimal(told["not_explained"]) == Decimal(rest)
    assert_adds_up(told)


def against(run: Run, ledger: Path, *arguments: object) -> dict[str, Any]:
    done = run("-C", ledger, "explain", *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)["against"]
    return told


def sums(told: Mapping[str, Any], *, known: bool = False) -> dict[str, Decimal]:
    """By name of the cause; without what binary numbers leave, where `known`."""
    found: dict[str, Decimal] = {}
    for cause in told["causes"]:
        if not (known and cause["name"] == "binary-numbers"):
            found[cause["name"]] = found.get(cause["name"], Decimal()) + Decimal(cause["amount"])
    return found


def assert_adds_up(told: Mapping[str, Any]) -> None:
    parts = sum(sums(told).values(), Decimal(told["not_explained"]))
    assert parts == Decimal(told["difference"]) == Decimal(told["figure"]) - Decimal(told["list_cost"])


@pytest.fixture
def shop(sessions: Run, ledger: Path, home: Path) -> tuple[Run, Path, Path]:
    """Sub-agents in three places, inference in the US, web searches; another session on the same day."""
    side = {"isSidechain": True, "agentId": "a1"}
    split = {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 3000}
    projects = write_transcript(
        home,
        prompt("Add a login", "2026-05-01T10:00:00.000Z"),
        answer("m1", "2026-05-01T10:00:05.000Z", output_tokens=1),
        answer("m1", "2026-05-01T10:00:06.000Z", output_tokens=300, more={"uuid": "second"}),
        answer(
            "m2",
            "2026-05-01T10:00:09.000Z",
            inference_geo="us",
            cache_creation_input_tokens=4000,
            cache_creation=split,
            server_tool_use={"web_search_requests": 2},
        ),
    )
    folder = projects / "-srv-projects-shop-api"
    for name, key, output in (
        ("s-1/subagents/agent-a1", "a1", 20),
        ("s-1/subagents/workflows/wf_1/agent-b1", "b1", 40),
        ("agent-old", "c1", 80),
    ):
        line = answer(key, f"2026-05-01T10:00:{output}.000Z".replace(":80.", ":59."), output_tokens=output, more=side)
        (folder / f"{name}.jsonl").parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    write_transcript(
        home,
        prompt("Other", "2026-05-01T12:00:00.000Z", session="s-2"),
        answer("n1", "2026-05-01T12:00:05.000Z", session="s-2", output_tokens=500),
        name="s-2",
    )
    imported = sessions("-C", ledger, "import", "--from", projects)
    assert imported.returncode == 0, imported.stderr
    return sessions, ledger, projects


ALWAYS = {"us-inference": Decimal("-0.00388"), "web-searches": Decimal("-0.02")}
ELSEWHERE = {"sub-agents-elsewhere": Decimal("-0.0031")}
OTHERS = {"other-sessions": Decimal("0.01255")}


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        (SESSIONS, ALWAYS | ELSEWHERE),
        (UNIFIED, ALWAYS | ELSEWHERE),
        (DAILY, ALWAYS | OTHERS),
        (MONTHLY, ALWAYS | OTHERS),
        (ONE, ALWAYS),
    ],
    ids=["session", "unified", "daily", "monthly", "one"],
)
def test_reads_each_report_of_ccusage(
    shop: tuple[Run, Path, Path], tmp_path: Path, text: str, causes: dict[str, Decimal]
) -> None:
    run, ledger, projects = shop
    (tmp_path / "ccusage.json").write_text(text, encoding="utf-8")
    told = against(run, ledger, "add-a-login", "--from", projects, "--against", tmp_path / "ccusage.json")
    assert sums(told, known=True) == causes
    assert told["not_explained"] == "0"
    assert_adds_up(told)
    names = [row["row"] for row in told["sub_agent_rows"]]
    assert names == (["agent-old", "wf_1"] if "sub-agents-elsewhere" in causes else [])


def test_a_fork_and_what_it_copied(sessions: Run, ledger: Path, home: Path, tmp_path: Path) -> None:
    """ccusage gives a copied response to the file that comes first by its name."""

    def first(session: str) -> list[dict[str, Any]]:
        asked = prompt("Add a login", "2026-05-01T10:00:00.000Z", session=session, uuid="u1")
        return [asked, answer("m1", "2026-05-01T10:00:06.000Z", session=session, output_tokens=300)]

    write_transcript(home, *first("s-1"), answer("m2", "2026-05-01T10:01:06.000Z", output_tokens=70))
    another = prompt("Another way", "2026-05-01T11:00:00.000Z", session="a-fork")
    last = answer("m9", "2026-05-01T11:00:06.000Z", session="a-fork", output_tokens=40)
    projects = write_transcript(home, *first("a-fork"), another, last, name="a-fork")
    sessions("-C", ledger, "import", "--from", projects)
    path = tmp_path / "ccusage.json"
    path.write_text(
        '{"sessions":[{"cacheCreationTokens":0,"cacheReadTokens":0,"inputTokens":20,"modelBreakdowns":[{'
        '"cacheCreationTokens":0,"cacheReadTokens":0,"cost":0.0086,"inputTokens":20,"modelName":"claude-opus-4-6",'
        '"outputTokens":340}],"outputTokens":340,"projectPath":"-srv-projects-shop-api","sessionId":"a-fork",'
        '"totalCost":0.0086},{"cacheCreationTokens":0,"cacheReadTokens":0,"inputTokens":10,"modelBreakdowns":[{'
        '"cacheCreationTokens":0,"cacheReadTokens":0,"cost":0.0018,"inputTokens":10,"modelName":"claude-opus-4-6",'
        '"outputTokens":70}],"outputTokens":70,"projectPath":"-srv-projects-shop-api","sessionId":"s-1",'
        '"totalCost":0.0018}]}',
        encoding="utf-8",
    )
    origin = against(sessions, ledger, "add-a-login", "--from", projects, "--against", path)
    assert sums(origin) == {"copies-elsewhere": Decimal("-0.00755")}
    fork = against(sessions, ledger, "another-way", "--from", projects, "--against", path)
    assert sums(fork) == {"copies-here": Decimal("0.00755")}
    assert origin["not_explained"] == fork["not_explained"] == "0"
    told = json.loads(sessions("-C", ledger, "explain", "add-a-login", "--from", projects, "--format", "json").stdout)
    assert (told["transcript"]["lines"], told["transcript"]["copied_to_others"]) == (2, 1)


def test_the_price_of_today_against_that_of_the_day() -> None:
    """Reading from the cache of Sonnet 5.5 cost twice as much before 2026-10-07."""
    day, today = datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    book = PriceBook()
    quote = book.quote("claude-sonnet-5-5", day, PriceContext(), 1_000_000)
    assert isinstance(quote, Quote)
    counts = TokenCounts(cache_read=1_000_000, cache_write_1h=100_000)
    unit = Unit("claude-sonnet-5-5", PriceContext(), day, counts, 0, quote.prices, 1_000_000)
    ours = unit.list_cost
    for cost, causes in (
        ("0.5", {"todays-price": "-0.1"}),
        ("0.35", {"todays-price": "-0.1", "hour-writes": "-0.15"}),
        ("0.45", {"hour-writes": "-0.15"}),
    ):
        model = ToolModel("claude-sonnet-5-5", SummedCounts(0, 100_000, 1_000_000, 0), Decimal(cost))
        told = Told(model.counts, Decimal(cost), (model,))
        found = compare("tokscale", ours, [unit], told, (), Books(book, today))
        assert {cause.name: cause.amount for cause in found.causes} == {k: Decimal(v) for k, v in causes.items()}
        assert not found.rest


def test_own_prices_of_the_ledger_are_a_cause() -> None:
    """A contract's multiplier is in our list cost, and no other tool knows of it."""
    day = datetime(2026, 5, 1, 12, tzinfo=UTC)
    book = PriceBook(multiplier=Decimal("0.8"))
    quote = book.quote("claude-opus-4-6", day, PriceContext(), 10)
    assert isinstance(quote, Quote)
    unit = Unit("claude-opus-4-6", PriceContext(), day, TokenCounts(output=1_000_000), 0, quote.prices, 10)
    model = ToolModel("claude-opus-4-6-20260205", SummedCounts(output=1_000_000), Decimal(25))
    told = Told(model.counts, Decimal(25), (model,))
    found = compare("ccusage", unit.list_cost, [unit], told, (), Books(book, day))
    assert [(cause.name, cause.amount) for cause in found.causes] == [("list-prices", Decimal(5))]
    assert not found.rest


@pytest.mark.parametrize(
    ("counts", "cost", "causes"),
    [
        # 1-hour writes at the 5-minute price, no surcharge, no searches: what tokscale is known to do.
        ((50, 4000, 0, 540), "0.03875", ALWAYS | {"hour-writes": Decimal("-0.01125")}),
        # The first copy of each answer: 299 output tokens fewer.
        ((50, 4000, 0, 241), "0.042525", ALWAYS | {"first-copy": Decimal("-0.007475")}),
        # Each line: 10 input and 1 output token more.
        ((60, 4000, 0, 541), "0.050075", ALWAYS | {"each-line": Decimal("0.000075")}),
        # Without sub-agents.
        ((20, 4000, 0, 400), "0.04635", ALWAYS | {"no-sub-agents": Decimal("-0.00365")}),
        # Nothing known gives this count, so only the count is told: 7 output tokens fewer.
        (
            (50, 4000, 0, 533),
            "0.049825",
            {
                "us-inference": Decimal("-0.0038625"),
                "web-searches": Decimal("-0.02"),
                "other-counts": Decimal("-0.0001925"),
            },
        ),
    ],
)
def test_finds_how_a_tool_counted_and_priced(
    shop: tuple[Run, Path, Path],
    tmp_path: Path,
    counts: tuple[int, int, int, int],
    cost: str,
    causes: dict[str, Decimal],
) -> None:
    run, ledger, projects = shop
    names = ("input", "cacheWrite", "cacheRead", "output")
    entry = {
        "client": "claude",
        "sessionId": "s-1",
        "model": "claude-opus-4-6",
        **dict(zip(names, counts, strict=True)),
    }
    text = json.dumps({"entries": [entry | {"cost": float(cost)}], "totalCost": float(cost)})
    (tmp_path / "tokscale.json").write_text(text, encoding="utf-8")
    told = against(run, ledger, "add-a-login", "--from", projects, "--against", tmp_path / "tokscale.json")
    assert told["tool"] == "tokscale"
    assert sums(told, known=True) == causes
    assert told["not_explained"] == "0"
    assert_adds_up(told)


def test_what_nothing_explains_is_told_as_that(shop: tuple[Run, Path, Path], tmp_path: Path) -> None:
    run, ledger, projects = shop
    (tmp_path / "odd.json").write_text(ONE.replace('"totalCost":0.05', '"totalCost":1.05'), encoding="utf-8")
    told = against(run, ledger, "add-a-login", "--from", projects, "--against", tmp_path / "odd.json")
    assert sums(told) == ALWAYS
    assert told["not_explained"] == "1"
    shown = run("-C", ledger, "explain", "add-a-login", "--from", projects, "--against", tmp_path / "odd.json").stdout
    assert "+$1.00  not explained\n" in shown
    assert "+$0.97612  the difference: the sum of these" in shown


def test_rests_on_rows_where_the_transcript_is_gone(shop: tuple[Run, Path, Path], tmp_path: Path) -> None:
    run, ledger, _ = shop
    (tmp_path / "empty").mkdir()
    (tmp_path / "ccusage.json").write_text(SESSIONS, encoding="utf-8")
    told = against(run, ledger, "add-a-login", "--from", tmp_path / "empty", "--against", tmp_path / "ccusage.json")
    assert sums(told, known=True).keys() == {"other-counts", "us-inference", "web-searches"}
    assert told["not_explained"] == "0"
    assert "the transcript is gone: copies, sub-agents and long prompts cannot be looked at" in told["notes"]
    assert_adds_up(told)


def test_a_session_that_is_not_there_is_told_with_what_is(shop: tuple[Run, Path, Path], tmp_path: Path) -> None:
    run, ledger, projects = shop
    path = tmp_path / "ccusage.json"
    path.write_text(SESSIONS.replace('"s-1"', '"s-9"'), encoding="utf-8")
    done = run("-C", ledger, "explain", "add-a-login", "--from", projects, "--against", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{path}:1:1: error[other-tool]: no row of it tells of `s-1`\n")
    assert "it has `s-9`, `agent-old`, `wf_1`" in done.stderr


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (1, 1), "the file is empty"),
        ('{"sessions": [\n  {,}\n]}', (2, 4), "not JSON: "),
        ("[" * 100_000, (1, 1), "nested too deeply"),
        ("[1]", (1, 1), "no object of ccusage or tokscale"),
        ('{"blocks": []}', (1, 1), "this is ccusage blocks"),
        ('{"rows": []}', (1, 1), "neither ccusage nor tokscale wrote this"),
        ('{"sessions":\n [7]}', (2, 3), "an item of `sessions` is no object"),
        ('{"sessions": [{"sessionId": "s",\n "totalCost": NaN}]}', (2, 15), "`totalCost` is `NaN`, must be an amount"),
        ('{"sessions": [{"sessionId": "s",\n\t"totalCost": "1"}]}', (2, 15), "`totalCost` is `1`, must be an amount"),
        ('{"sessions": [{"sessionId": "s", "totalCost": -1}]}', (1, 47), "`totalCost` is -1, must be an amount"),
        ('{"sessions": [{"sessionId": "s"}]}', (1, 15), "`totalCost` is missing"),
        ('{"sessions": [{"totalCost": 1}]}', (1, 15), "`sessionId` is missing, must be a text"),
        ('{"sessions": [{"sessionId": 5, "totalCost": 1}]}', (1, 29), "`sessionId` is 5, must be a text"),
        (
            '{"sessions": [{"sessionId": "s", "totalCost": 1, "inputTokens": 1.5}]}',
            (1, 65),
            "`inputTokens` is 1.5, must be a whole number",
        ),
        (
            '{"sessions": [{"sessionId": "s", "totalCost": 1, "inputTokens": true}]}',
            (1, 65),
            "`inputTokens` is no figure, must be a whole number",
        ),
        (
            f'{{"sessions": [{{"sessionId": "s", "totalCost": {"9" * 5000}}}]}}',
            (1, 47),
            f"`totalCost` is `{'9' * 40}`, must be an amount",
        ),
        (
            '{"sessions": [{"sessionId": "s", "totalCost": 1, "modelBreakdowns": [{"modelName": "m"}]}]}',
            (1, 70),
            "`totalCost` is missing",
        ),
        ('{"daily": [{"date": "yesterday", "totalCost": 1}]}', (1, 21), "`yesterday` is no day such as 2026-02-11"),
        ('{"entries": {}}', (1, 13), "`entries` must be a list"),
    ],
)
def test_foreign_json_is_told_by_its_place(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_report("ccusage.json", text.encode())
    first = caught.value.problems[0]
    assert first.message.startswith(message)
    assert (first.location.line, first.location.column) == place


def test_a_file_that_is_too_large_or_no_text_is_refused() -> None:
    for raw, message in ((b" " * (MAX_BYTES + 1), "more than 64 MB"), (b'{"\xff"}', "not UTF-8, byte 2")):
        with pytest.raises(ProblemError, match=message):
            read_report("ccusage.json", raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.sampled_from([None, 0, 1, 4]), st.randoms(use_true_random=False))
def test_each_value_is_found_where_it_stands(value: Any, indent: int | None, choose: Any) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    keys: list[str | int] = []
    while isinstance(value, dict | list) and value:
        key = choose.choice(list(value) if isinstance(value, dict) else range(len(value)))
        keys.append(key)
        value = value[key]
    line, column = place_in(text, keys)
    at = "\n".join([*text.split("\n")[: line - 1], ""])
    assert json.JSONDecoder().raw_decode(text, len(at) + column - 1)[0] == value


AMOUNTS = st.decimals(min_value=-100, max_value=100, places=9)


@given(AMOUNTS, AMOUNTS, st.lists(st.tuples(st.sampled_from("abc"), AMOUNTS)))
def test_causes_and_rest_add_up_to_the_difference(
    ours: Decimal, theirs: Decimal, given_causes: list[tuple[str, Decimal]]
) -> None:
    found = difference_of(ours, theirs, [Cause(name, name, amount) for name, amount in given_causes])
    assert sum((cause.amount for cause in found.causes), found.rest) == found.amount == theirs - ours
    assert all(cause.amount for cause in found.causes)


def test_counts_of_others_are_as_they_state_them() -> None:
    report = read_report("x.json", ONE.encode("utf-8-sig"))
    assert report.rows[0].counts == SummedCounts(50, 4000, 0, 540)
    assert read_report("x.json", b'{"sessions":[],"totals":{"totalCost":-0.0}}').rows == ()
