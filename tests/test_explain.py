"""`sessions explain`: each cent of a session, from its file and from its transcript."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.explaining.account import account_of
from sitegen.explaining.charges import sum_of
from sitegen.explaining.transcript import State, without_transcript
from sitegen.prices import UnitPrices
from sitegen.session import Session, Source
from sitegen.tokens import KINDS, TokenCounts, UsageRow
from tests.conftest import Run
from tests.made_sessions import made_row, made_session
from tests.transcript_lines import answer, prompt, write_transcript

COST_STATE = {
    "type": "cost-state",
    "sessionId": "s-1",
    "totalCostUSD": 0.0252,
    "hasUnknownModelCost": False,
    "modelUsage": {
        "claude-opus-4-6[1m]": {
            "inputTokens": 30,
            "outputTokens": 900,
            "cacheReadInputTokens": 0,
            "cacheCreationInputTokens": 0,
            "webSearchRequests": 0,
            "costUSD": 0.02265,
        },
        "claude-haiku-4-5-20251001": {"inputTokens": 50, "outputTokens": 500, "costUSD": 0.00255},
    },
}


@pytest.fixture
def shop(sessions: Run, ledger: Path, home: Path) -> tuple[Run, Path, Path]:
    """Two prompts, three responses on five lines, one of them of a sub-agent; a line without a model."""
    projects = write_transcript(
        home,
        prompt("Add a login", "2026-05-01T10:00:00.000Z"),
        answer("m1", "2026-05-01T10:00:05.000Z", output_tokens=1, more={"uuid": "first"}),
        answer("m1", "2026-05-01T10:00:06.000Z", output_tokens=300),
        answer("m1", "2026-05-01T10:00:06.000Z", output_tokens=300, more={"uuid": "third"}),
        answer("a1", "2026-05-01T10:00:20.000Z", output_tokens=20, more={"isSidechain": True}),
        prompt("Test it", "2026-05-01T10:05:00.000Z"),
        answer("m2", "2026-05-01T10:05:30.000Z", output_tokens=500),
        answer("x", "2026-05-01T10:06:00.000Z", model="<synthetic>", more={"isApiErrorMessage": True}),
        COST_STATE,
    )
    imported = sessions("-C", ledger, "import", "--from", projects)
    assert imported.returncode == 0, imported.stderr
    return sessions, ledger, projects


def explained(run: Run, ledger: Path, *arguments: object) -> dict[str, Any]:
    done = run("-C", ledger, "explain", *arguments, "--format", "json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_tells_the_whole_first_and_then_its_parts(shop: tuple[Run, Path, Path]) -> None:
    run, ledger, projects = shop
    done = run("-C", ledger, "explain", "add-a-login", "--from", projects)
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert (
        done.stdout
        == """\
Add a login
File       sessions/2026/2026-05-01-add-a-login.md
List cost  $0.02065, shown as $0.0207 (rounded half up, once)
From       850 tokens of 3 responses in 2 rows: each kind of token times its
           unit price, added up
Agrees     yes: each stated cost is its tokens times the prices in the file,
           the totals are their sums

Where it comes from
Model, kind      Tokens  USD per 1M  List cost
---------------  ------  ----------  ---------
claude-opus-4-6     850               $0.02065
  Input              30           5   $0.00015
  Output            820          25    $0.0205
---------------  ------  ----------  ---------
Total               850               $0.02065

Prices, as they are written in the file
- claude-opus-4-6: genai-prices 0.2.3, price of 2026-05-01 (UTC)

Rows (--row N shows one)
Row                            Model  Tokens  List cost
-------------------  ---------------  ------  ---------
1 10:00 Add a login  claude-opus-4-6     340    $0.0081
2 10:05 Test it      claude-opus-4-6     510   $0.01255
-------------------  ---------------  ------  ---------
Total                                    850   $0.02065

Transcript
- still there, the very one that the file was filled from
- 5 lines, 3 responses: the same answer is written once for each of its blocks
- first response 10:00:06, last 10:05:30
- 1 response of sub-agents
- 1 line that the agent wrote without a model, 1 error of the API among them:
  not counted
- 2 rows: the responses add up to each of them

Claude Code's own figure
Says  $0.0252, $0.00455 more than the file (22 %)
    +$0.002  claude-opus-4-6: 80 output tokens more, no line shows them
  +$0.00255  claude-haiku-4-5: calls beside the conversation, which no line
             shows
      $0.00  not explained
  +$0.00455  the difference: the sum of these
"""
    )


def test_one_row_with_its_responses(shop: tuple[Run, Path, Path]) -> None:
    run, ledger, projects = shop
    done = run("-C", ledger, "explain", "add-a-login", "--from", projects, "--row", "1")
    assert (
        done.stdout.partition("\n\n")[2]
        == """\
Row 1
Row        1 of 2, sessions/2026/2026-05-01-add-a-login.md:16:3
Task       Add a login
Time       10:00
Model      claude-opus-4-6
List cost  $0.0081
Price      claude-opus-4-6: genai-prices 0.2.3, price of 2026-05-01 (UTC)
Kind    Tokens  USD per 1M  List cost
------  ------  ----------  ---------
Input       20           5    $0.0001
Output     320          25     $0.008
------  ------  ----------  ---------
Total      340                $0.0081

Responses
#  Time        Input  Written  Read  Output  Lines  List cost
-------------  -----  -------  ----  ------  -----  ---------
1  10:00:06       10        0     0     300      3   $0.00755
2  10:00:20 s     10        0     0      20      1   $0.00055
- Written, Read: to and from the cache. Lines: those of the transcript that
  hold the response
- s: of a sub-agent
"""
    )
    outside = run("-C", ledger, "explain", "add-a-login", "--row", "3")
    assert outside.returncode == 2
    assert "the session has 2 rows" in outside.stderr


def test_json_has_everything_and_adds_up(shop: tuple[Run, Path, Path]) -> None:
    run, ledger, projects = shop
    told = explained(run, ledger, "add-a-login", "--from", projects)
    total = Decimal(told["total"]["list_cost"])
    for key in ("by_kind", "by_model", "rows"):
        assert sum(Decimal(part["list_cost"]) for part in told[key]) == total == Decimal("0.02065")
    assert told["agrees"] is True
    for row in told["rows"]:
        assert sum(Decimal(charge["list_cost"]) for charge in row["charges"]) == Decimal(row["list_cost"])
        responses = row["responses"]["list"]
        assert sum(Decimal(each["list_cost"]) for each in responses) == Decimal(row["list_cost"])
        assert sum(each["output"] for each in responses) == row["charges"][-1]["number"]
    assert told["transcript"] == {
        "state": "here",
        "same": True,
        "lines": 5,
        "responses": 3,
        "first": "2026-05-01T10:00:06+00:00",
        "last": "2026-05-01T10:05:30+00:00",
        "sub_agent_responses": 1,
        "copied_to_others": 0,
        "copied_from_others": 0,
        "without_row": 0,
        "synthetic": 1,
        "api_errors": 1,
    }
    assert told["reported"]["difference"] == "0.00455"
    assert [cause["name"] for cause in told["reported"]["causes"]] == ["output-tokens", "not-in-lines"]
    assert told["reported"]["not_explained"] == "0"
    assert "msg_" not in json.dumps(told)
    only = explained(run, ledger, "add-a-login", "--from", projects, "--row", "2")
    assert [row["row"] for row in only["rows"]] == [2]
    assert only["total"] == told["total"]


def test_markdown_is_a_document(shop: tuple[Run, Path, Path]) -> None:
    run, ledger, projects = shop
    text = run("-C", ledger, "explain", "add-a-login", "--from", projects, "--format", "markdown").stdout
    assert text.startswith("# Add a login\n\n- **File**: sessions/2026/2026-05-01-add-a-login.md\n")
    assert "\n## Where it comes from\n\n| Model, kind | Tokens | USD per 1M | List cost |\n| --- | ---: |" in text
    assert "\n| claude-haiku-4-5: calls beside the conversation, which no line shows | +$0.00255 |\n" in text


def test_needs_no_transcript(shop: tuple[Run, Path, Path], tmp_path: Path) -> None:
    run, ledger, _ = shop
    (tmp_path / "empty").mkdir()
    told = explained(run, ledger, "add-a-login", "--from", tmp_path / "empty")
    assert told["transcript"] == {"state": "gone"}
    assert told["rows"][0]["responses"] is None
    assert told["reported"]["not_explained"] == "0.00455"
    assert told["reported"]["reasons"] == [
        "the agent also counts calls beside the conversation (titles, summaries), which no line shows"
    ]
    text = run("-C", ledger, "explain", "add-a-login").stdout
    assert "this one is gone since 2026-05-31 or later\n" in text.replace("\n  ", " ")
    unset = run("-C", ledger, "explain", "add-a-login", CLAUDE_CONFIG_DIR="/nowhere")
    assert unset.returncode == 0
    assert "CLAUDE_CONFIG_DIR:1:1: error[transcripts]" in unset.stderr
    assert run("-C", ledger, "explain", "add-a-login", "--from", "/nowhere").returncode == 1


def test_a_transcript_that_went_on_is_told(shop: tuple[Run, Path, Path]) -> None:
    run, ledger, projects = shop
    path = projects / "-srv-projects-shop-api" / "s-1.jsonl"
    more = [answer("m3", "2026-05-01T10:05:50.000Z"), prompt("More", "2026-05-01T10:10:00.000Z")]
    more.append(answer("m4", "2026-05-01T10:10:09.000Z"))
    path.write_text(path.read_text(encoding="utf-8") + "".join(f"{json.dumps(line)}\n" for line in more))
    text = run("-C", ledger, "explain", "add-a-login", "--from", projects).stdout
    assert "- still there, changed since the file was filled\n" in text
    assert "- the responses do not add up to row 2: `sessions fill` brings them up to date\n" in text
    assert "- 1 response of the transcript in no row of the file\n" in text


def test_a_changed_digit_of_a_cost_is_named_with_its_place(shop: tuple[Run, Path, Path]) -> None:
    run, ledger, projects = shop
    path = ledger / "sessions" / "2026" / "2026-05-01-add-a-login.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("cost: 0.0081}", "cost: 0.0091}"), encoding="utf-8")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "cost: 0.0081}" in line)
    column = text.splitlines()[line - 1].index("0.0081}") + 1
    done = run("-C", ledger, "explain", "add-a-login", "--from", projects)
    assert done.returncode == 1
    flat = re.sub(r"\n +", " ", done.stdout)
    place = f"sessions/2026/2026-05-01-add-a-login.md:{line}:{column}"
    assert f"- {place}: stated $0.0091, expected $0.0081 ($0.001 too much)\n" in flat
    assert "Not from prices" in done.stdout
    told = json.loads(run("-C", ledger, "explain", "add-a-login", "--format", "json").stdout)
    assert told["agrees"] is False
    assert {(found["line"], found["column"]) for found in told["problems"]} >= {(line, column)}
    assert sum(Decimal(charge["list_cost"]) for charge in told["by_kind"]) == Decimal(told["total"]["list_cost"])


def test_what_the_figures_rest_on_is_marked(sessions: Run, ledger: Path) -> None:
    path = ledger / "sessions" / "2026" / "2026-05-01-odd.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        """\
---
schema: 1
title: "Odd \\e[31m one"
project: shop-api
started: '2026-05-01T10:00:00+02:00'
state: complete
source: {kind: manual}
usage:
- {time: '10:00', task: Typed, model: claude-opus-4-6, input: 1000000, output: 0, cost: 5, manual: true}
- {time: '10:01', task: Sent, model: claude-opus-4-6, requests: 1, input: 0, output: 1000, output_floor: true, cost: 0.025, response: msg_01abc}
- {time: '10:02', task: New, model: claude-next-1, requests: 3, input: 7, output: 9, unpriced: no price of claude-next-1 is known}
totals: {requests: 4, input: 1000007, cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 1009, cost: 5.025, unpriced: 3}
prices:
  claude-opus-4-6: {input: 5, output: 25, source: my own table}
---
""",  # noqa: E501
        encoding="utf-8",
    )
    done = sessions("-C", ledger, "explain", "odd")
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        "Odd \\x1b[31m one",
        "List cost  ≥ $5.025, shown as ≥ $5.03 (rounded half up, once)",
        "By hand    1 row typed by a person, marked *",
        "Sent       rows marked + are single responses that `sessions send` got",
        "- at least (≥), since row 3 unpriced: no price of claude-next-1 is known",
        "- claude-opus-4-6: my own table, price of 2026-05-01 (UTC)",
        "- claude-next-1: no price is known",
        "1 10:00 Typed  claude-opus-4-6  1,000,000     $5.00*",
        "2 10:01 Sent   claude-opus-4-6      1,000  ≥ $0.025+",
        "3 10:02 New      claude-next-1         16   unpriced",
        "- the figures do not come from a transcript",
    ):
        assert f"{line}\n" in done.stdout
    assert "msg_" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_day_from_which_a_transcript_may_be_gone() -> None:
    session = made_session(source=Source("claude-code", ("s-1",)))
    assert session.ended is not None
    early, late = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert without_transcript(session, early).gone_since is None
    assert str(without_transcript(session, late).gone_since) == "2026-03-13"
    assert without_transcript(made_session(), late).state is State.NEVER


COUNTS = st.builds(TokenCounts, *(st.integers(0, 10**7) for _ in KINDS))
PRICE = st.none() | st.decimals(min_value=0, max_value=200, places=5)
PRICES = st.builds(UnitPrices, PRICE, PRICE, PRICE, PRICE, PRICE, PRICE, st.just("a list"))
STATED = st.sampled_from(["right", "wrong", "none"])


@st.composite
def rows_of_any_kind(draw: st.DrawFn) -> Session:
    """Rows whose stated costs are what the prices make, or are not, or are missing; prices that are missing too."""
    prices = draw(st.dictionaries(st.sampled_from(["claude-a", "claude-b"]), PRICES))
    rows: list[UsageRow] = []
    for _ in range(draw(st.integers(0, 5))):
        row = replace(
            made_row(model=draw(st.sampled_from(["claude-a", "claude-b", "claude-c"])), counts=draw(COUNTS)),
            web_searches=draw(st.integers(0, 9)),
        )
        known = prices.get(row.model)
        right = known.list_cost(row.counts, row.web_searches) if known else None
        wrong = draw(st.decimals(min_value=0, max_value=10**6, places=12))
        rows.append(replace(row, list_cost={"right": right, "wrong": wrong, "none": None}[draw(STATED)]))
    return replace(made_session("sessions/2026/any.md", *rows), prices=prices)


@given(rows_of_any_kind())
def test_the_parts_of_any_session_add_up_to_its_total_exactly(session: Session) -> None:
    account = account_of(session)
    total = session.totals.list_cost
    assert sum_of(charge.amount for each in account.rows for charge in each.charges) == total
    assert sum_of(charge.amount for charge in account.by_kind) == total
    assert sum_of(charge.amount for price in account.by_price for charge in price.charges) == total
    assert sum_of(totals.list_cost for _, totals in account.by_model) == total
    for each in account.rows:
        known = sum_of(charge.amount for charge in each.charges)
        assert known == (each.row.list_cost or 0)
        for charge in each.charges:
            if charge.kind in KINDS and charge.amount is not None and charge.unit_price is not None:
                assert charge.amount == charge.number * charge.unit_price / 10**6
    numbers = {charge.kind: charge.number for charge in account.by_kind}
    assert all(numbers.get(kind, 0) == number for kind, number in session.totals.counts.by_kind().items())
