"""Figures written by hand in a body: read with their places, checked, and moved into the frontmatter."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.errors import MoveTables, Problem, ReplaceText, Severity, sorted_problems
from sitegen.fixing.moving import moved
from sitegen.frontmatter import bare_document
from sitegen.handwritten import empty_column_cells, has_usage_table, note_of, read_figures
from sitegen.handwritten.moments import Moment, read_moment, read_span
from sitegen.handwritten.numbers import read_amount, read_count
from sitegen.handwritten.pricing import model_id
from sitegen.handwritten.values import Text
from sitegen.ledger import load_ledger, parse_session_file
from sitegen.rules import handwritten
from sitegen.session import Session
from sitegen.settings import Settings
from tests.conftest import Run

CASES = Path(__file__).parent / "check_cases"
SEED_1 = (CASES / "seed-1.md").read_bytes()
SEED_2 = (CASES / "2025-09-13-seed-2.md").read_bytes()
HEAD = "| Task | Model | Input Tokens | Output Tokens | Cost |\n|---|---|---|---|---|\n"
SONNET = "claude-sonnet-4-20250514"
IN_BERLIN = Settings(timezone="Europe/Berlin")


def session_in(text: str | bytes, path: str = "sessions/2025-09-13-note.md") -> Session:
    session, problems = parse_session_file(text if isinstance(text, bytes) else text.encode(), path)
    assert session is not None, problems
    assert not [problem for problem in problems if problem.severity is Severity.ERROR], problems
    return session


def told(text: str | bytes, *, asked: bool = False, settings: Settings = IN_BERLIN) -> tuple[Problem, ...]:
    """What the rules about hand-written figures say, whatever else is wrong with the file."""
    session = session_in(text)
    rules = [rule for rule in handwritten.RULES if rule.file is not None and (asked or not rule.asked_for)]
    return sorted_problems([problem for rule in rules for problem in rule.file(session, settings)])  # type: ignore[misc]


def errors(problems: Iterable[Problem]) -> list[str]:
    return [str(problem) for problem in problems if problem.severity is Severity.ERROR]


def places(problem: Problem) -> str:
    return ", ".join(f"{place.line}:{place.column}" for place in (problem.location, *problem.also))


# The audit of the second template: each finding at its place, and nothing else.


def test_the_audit_of_the_second_template() -> None:
    found = [(problem.rule, places(problem)) for problem in told(SEED_2, asked=True)]
    assert found == [
        ("handwritten", "1:1"),
        ("no-cache-columns", "20:1"),
        ("model-name", "22:20, 23:21, 24:17, 25:13, 72:15, 93:5"),
        ("rounding", "22:52"),
        ("row-cost", "22:52"),
        ("row-cost", "23:55"),
        ("row-cost", "24:49"),
        ("row-cost", "25:45"),
        ("totals", "26:50, 31:29, 107:20"),
        ("unit-price", "29:42"),
        ("unit-price", "30:43"),
        ("cost-breakdown", "31:29"),
        ("empty-column", "107:30, 108:22, 109:31, 110:34, 111:31"),
    ]


def test_the_figures_of_the_audit() -> None:
    by_place = {places(problem).partition(",")[0]: problem for problem in told(SEED_2)}
    expected = {"22:52": "0.0156", "23:55": "0.0555", "24:49": "0.0144", "25:45": "0.0192", "26:50": "0.1047"}
    assert {place: by_place[place].expected for place in expected} == expected
    assert "3.08×, $0.0324 too much" in by_place["22:52"].message
    hint = by_place["22:52"].hint or ""
    assert "lines 22, 24 and 25" in hint
    assert "$30 per million" in hint
    assert "line 23: no single slip explains it" in hint
    assert "$0.019 + $0.086 = $0.105" in by_place["31:29"].message
    assert all(total in by_place["31:29"].message for total in ("$0.410", "$0.105", "$104.70"))
    assert "$19.20" in by_place["29:42"].message
    assert by_place["29:42"].repair == ReplaceText("$3.00/1K", "$3.00/1M")
    assert by_place["30:43"].repair == ReplaceText("$15.00/1K", "$15.00/1M")


def test_the_template_put_right_has_no_error_left() -> None:
    text = SEED_2.decode()
    for wrong, right in (
        ("$0.048", "$0.0156"),
        ("$0.255", "$0.0555"),
        ("$0.063", "$0.0144"),
        ("$0.044", "$0.0192"),
        ("$0.410", "$0.1047"),
        ("/1K", "/1M"),
        ("$[running_total]", "$1.00"),
    ):
        text = text.replace(wrong, right)
    assert errors(told(text)) == []


def test_the_first_template_has_nothing_filled_in() -> None:
    assert [(problem.rule, places(problem)) for problem in told(SEED_1)] == [
        ("handwritten", "1:1"),
        ("no-cache-columns", "37:1"),
        ("unpriced", "37:1"),
    ]


def test_placeholders_that_one_problem_tells_together() -> None:
    cells = {(107, 30), (108, 22), (109, 31), (110, 34), (111, 31)}
    assert empty_column_cells(read_figures(SEED_2.decode())) == cells
    assert empty_column_cells(read_figures(SEED_1.decode())) == frozenset()


# Reading.


@pytest.mark.parametrize(
    ("text", "value", "step"),
    [
        ("1,200", 1200, "0"),
        ("1200", 1200, "0"),
        ("1_200", 1200, "0"),
        ("1 200", 1200, "0"),
        ("1\u202f200", 1200, "0"),
        ("12,100 tokens", 12100, "0"),
        ("15.5K", 15500, "100"),
        ("15.5 k", 15500, "100"),
        ("2M", 2000000, "1000000"),
        ("0", 0, "0"),
    ],
)
def test_counts(text: str, value: int, step: str) -> None:
    figure = read_count(Text(text, 3, 7))
    assert (figure.value, figure.step, figure.place, figure.wrong) == (Decimal(value), Decimal(step), (3, 7), "")


@pytest.mark.parametrize("text", ["-", "–", "", "n/a", "[number]", "$[cost]", "[percentage]%", "TBD"])
def test_nothing_is_no_number_and_no_mistake(text: str) -> None:
    for read in (read_count, read_amount):
        figure = read(Text(text, 1, 1))
        assert (figure.value, figure.wrong) == (None, "")


@pytest.mark.parametrize("text", ["1,2OO", "-5", "1.200", "1,20", "12.5", "~1,200", "$5", "1,200,00", "9" * 30, "½"])
def test_what_is_no_count_is_told(text: str) -> None:
    figure = read_count(Text(text, 1, 1))
    assert figure.value is None
    assert figure.wrong


@pytest.mark.parametrize(
    ("text", "value", "step"),
    [
        ("$0.048", "0.048", "0.001"),
        ("$0.410", "0.410", "0.001"),
        ("0.048", "0.048", "0.001"),
        ("$1,234.50", "1234.50", "0.01"),
        ("0,048", "0.048", "0.001"),
        ("$5", "5", "1"),
        ("US$ 1.20 USD", "1.20", "0.01"),
    ],
)
def test_amounts(text: str, value: str, step: str) -> None:
    figure = read_amount(Text(text, 1, 1))
    assert (figure.value, figure.step) == (Decimal(value), Decimal(step))


@given(st.integers(0, 10**12))
def test_a_count_reads_back_with_and_without_commas(number: int) -> None:
    assert read_count(Text(f"{number:,}", 1, 1)).value == number
    assert read_count(Text(f"{number}", 1, 1)).value == number


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    cell = Text(text.strip(), 1, 1)
    for read in (read_count, read_amount):
        figure = read(cell)
        assert figure.value is None or not figure.wrong
    read_moment(text)
    read_span(cell)


@given(st.text(alphabet="|-: \n*$[]0123456789.,KInputOutputTokensCost`<!>/#", max_size=300))
def test_no_body_breaks_the_reader(body: str) -> None:
    figures = read_figures(body)
    lines = body.split("\n")
    for table in figures.usage:
        for row in table.rows:
            for figure in row.figures:
                assert lines[figure.line - 1][figure.column - 1 :].startswith(figure.text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14:03", Moment(None, time(14, 3))),
        ("2:03 pm", Moment(None, time(14, 3))),
        ("12:00 am", Moment(None, time(0))),
        ("14:03:59 UTC", Moment(None, time(14, 3, 59), timedelta(), "UTC")),
        ("2025-06-17T12:40-08:00", Moment(date(2025, 6, 17), time(12, 40), timedelta(hours=-8))),
        ("12:40 PST -08:00", Moment(None, time(12, 40), timedelta(hours=-8), "PST")),
        ("2025-06-17 12:40 PDT", Moment(date(2025, 6, 17), time(12, 40), None, "PDT")),
        ("2025-06-17T12:40Z", Moment(date(2025, 6, 17), time(12, 40), timedelta())),
        ("12:40 on 2025-06-12", Moment(date(2025, 6, 12), time(12, 40))),
        ("01:30 (+1)", Moment(None, time(1, 30), next_day=True)),
        ("01:30 next day", Moment(None, time(1, 30), next_day=True)),
        ("13 September 2025", Moment(date(2025, 9, 13))),
        ("Sep 13, 2025", Moment(date(2025, 9, 13))),
        ("2025-02-30", Moment()),
        ("25:00", Moment()),
        ("soon", Moment()),
    ],
)
def test_moments(text: str, moment: Moment) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("7:05", 425),
        ("7h5m", 425),
        ("7 hours 5 minutes", 425),
        ("1.5 h", 90),
        ("90 min", 90),
        ("0:36", 36),
        ("1:30:00", 90),
        ("2 hours and 15 minutes", 135),
        ("long", None),
        ("1:75", None),
    ],
)
def test_lengths_of_time(text: str, minutes: int | None) -> None:
    span = read_span(Text(text, 1, 1))
    assert (span.length if span else None) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sonnet 4", "claude-sonnet-4"),
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("Claude 3.5 Sonnet", "claude-3-5-sonnet"),
        ("sonnet-4", "claude-sonnet-4"),
        ("Sonnet", "Sonnet"),
        ("gpt-5", "gpt-5"),
    ],
)
def test_models_as_people_say_them(written: str, expected: str) -> None:
    assert model_id(written) == expected


def test_columns_in_any_order_case_and_dress() -> None:
    body = (
        "  | **COST** | output tokens | _Cache Read_ | Model | Branch | INPUT TOKENS (uncached) | Notes |\n"
        "  |:---|---:|---|---|---|---|---|\n"
        f"  | **$0.0156** | `800` | 1K | {SONNET} | main \\| dev | __1,200__ | a note |\n"
        "  | Sum | 800 |\n"
    )
    (table,) = read_figures(body).usage
    (row,) = table.rows
    assert table.kinds == ("input", "cache_read", "output")
    assert {kind: figure.value for kind, figure in row.counts.items()} == {
        "input": 1200,
        "output": 800,
        "cache_read": 1000,
    }
    assert row.cost is not None
    assert (row.cost.value, row.cost.place) == (Decimal("0.0156"), (3, 7))
    assert [(head, text.text) for head, text in row.extra] == [("Branch", "main \\| dev")]
    assert [line.line for line in table.sums] == [4]


@pytest.mark.parametrize(
    "body",
    [
        f"```\n{HEAD}| a | {SONNET} | 1 | 2 | $1 |\n```\n",
        f"<!-- sessions:usage -->\n{HEAD}| a | {SONNET} | 1 | 2 | $1 |\n<!-- /sessions:usage -->\n",
        f"<!--\n{HEAD}| a | {SONNET} | 1 | 2 | $1 |\n-->\n",
        "| Input | Output |\n|---|---|\n| 1 | 2 |\n",
        "| Input Tokens | Output Tokens |\n|---|---|\n| few | many |\n",
        "| Task | Cost |\n|---|---|\n| a | $1 |\n",
    ],
)
def test_what_is_no_usage_table(body: str) -> None:
    assert not has_usage_table(read_figures(body))
    assert note_of(bare_document(body.encode(), "sessions/x.md")) is None


def test_a_task_about_a_total_is_no_row_of_totals() -> None:
    body = f"{HEAD}| Total rewrite | {SONNET} | 1 | 2 | - |\n| Grand total: | - | 1 | 2 | - |\n"
    (table,) = read_figures(body).usage
    assert [(len(table.rows), len(table.sums))] == [(1, 1)]


@pytest.mark.parametrize(
    "line",
    [
        "**Input Cost**: $" + "1" * 19_000,
        "**Total Cost**: $1 (Input: " + "+a" * 9_000,
        "## Session: " + " " * 19_000 + "x",
        "# " + " " * 19_000 + "x",
        "**Duration**: " + "1h " * 6_000 + "x",
        "| " + "1," * 9_000 + " | " + "*" * 900 + " | - | - | - |",
        "| " * 9_000,
    ],
)
def test_no_long_line_takes_long(line: str) -> None:
    begin = perf_counter()
    row = f"| a | {SONNET} | 1 | 2 | - |\n"
    told("# Name\n\n" + f"{line}\n\n" * 20 + HEAD + row + f"{line}\n" * 20)
    assert perf_counter() - begin < 5


# No false alarm, and no mistake missed.

COUNTS = st.integers(0, 99_999)
"""Below every threshold from which a request has other prices."""
ROWS = st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=6)
PRICE_IN, PRICE_OUT = Decimal(3) / 10**6, Decimal(15) / 10**6


def rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    """As people write it: Python would write seven noughts as `0E-7`."""
    return f"${amount:,f}"


def note_with(rows: list[tuple[int, int]], costs: list[Decimal], total: Decimal, places: int) -> str:
    """A note in the form of the second template, in which each figure is derived from the rows."""
    total_in, total_out = sum(row[0] for row in rows), sum(row[1] for row in rows)
    lines = [
        f"| Task {n} | {SONNET} | {row[0]:,} | {row[1]:,} | {dollars(cost)} |"
        for n, (row, cost) in enumerate(zip(rows, costs, strict=True))
    ]
    return "\n".join(
        (
            "# A note\n\n**Project**: shop-api\n**Date**: 2025-09-13\n",
            HEAD + "\n".join(lines),
            f"| **TOTALS** | - | **{total_in:,}** | **{total_out:,}** | **{dollars(total)}** |\n",
            f"- **Input Cost**: {dollars(rounded(total_in * PRICE_IN, places))} ({total_in:,} tokens × $3.00/1M)",
            f"- **Output Cost**: {dollars(rounded(total_out * PRICE_OUT, places))} ({total_out:,} tokens × $15/MTok)",
            f"- **Total Session Cost**: **{dollars(total)}**\n",
            "| Metric | This Session | Project Total |\n|---|---|---|",
            f"| Total Cost | {dollars(total)} | $100,000 |\n| Sessions | 1 | 7 |",
            f"| Total Tokens | {total_in + total_out:,} | 100,000,000 |\n",
        )
    )


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(2, 8), st.booleans())
def test_right_figures_are_silent_at_any_precision(
    rows: list[tuple[int, int]], places: int, from_rounded: bool
) -> None:
    exact = [a * PRICE_IN + b * PRICE_OUT for a, b in rows]
    costs = [rounded(cost, places) for cost in exact]
    total = sum(costs, Decimal()) if from_rounded else rounded(sum(exact, Decimal()), places)
    assert errors(told(note_with(rows, costs, total, places))) == []


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(2, 8), st.data())
def test_a_wrong_cost_is_told_where_it_stands(rows: list[tuple[int, int]], places: int, data: st.DataObject) -> None:
    exact = [a * PRICE_IN + b * PRICE_OUT for a, b in rows]
    costs = [rounded(cost, places) for cost in exact]
    index = data.draw(st.integers(0, len(rows) - 1))
    costs[index] += data.draw(st.integers(1, 1000)) * Decimal(1).scaleb(-places)
    text = note_with(rows, costs, rounded(sum(exact, Decimal()), places), places)
    found = [problem for problem in told(text) if problem.severity is Severity.ERROR]
    assert [problem.rule for problem in found] == ["row-cost"]
    line, column = found[0].location.line, found[0].location.column
    assert text.split("\n")[line - 1][column - 1 :].startswith(f"${costs[index]:,}")


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 30)),  # noqa: DTZ001
    st.integers(1, 23 * 60),
    st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "UTC"]),
)
def test_a_right_duration_is_silent_over_midnight_and_summer_time(begin: datetime, minutes: int, name: str) -> None:
    zone = ZoneInfo(name)
    start = begin.replace(second=0, microsecond=0, tzinfo=ZoneInfo("UTC"))
    end = start + timedelta(minutes=minutes)
    text = f"**Start**: {start.astimezone(zone).isoformat(timespec='minutes')}\n"
    text += f"**End**: {end.astimezone(zone).isoformat(timespec='minutes')}\n"
    text += f"**Duration**: {minutes // 60}:{minutes % 60:02d}\n\n{HEAD}| a | {SONNET} | 1 | 1 | - |\n"
    assert errors(told(text, settings=Settings(timezone=name))) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("Start Time: 22:30|End Time: 01:10|Duration: 2:40", ""),
        ("Start Time: 22:30|End Time: 01:10|Duration: 3:40", "stated 3:40, from start to end it is 2 h 40 min"),
        ("Date: 2025-03-30|Start Time: 01:30|End Time: 03:30|Duration: 1:00", ""),
        ("Date: 2025-10-26|Start Time: 01:30|End Time: 03:30|Duration: 3h", ""),
        (
            "Date: 2025-10-26|Start Time: 01:30|End Time: 03:30|Duration: 2:00",
            "stated 2:00, from start to end it is 3 h",
        ),
        ("Start Time: 09:00|End Time: 10:30|Duration: 1.5 hours", ""),
        (
            "Start Time: 09:00|End Time: 10:20|Duration: 1.5 hours",
            "stated 1.5 hours, from start to end it is 1 h 20 min",
        ),
        ("Start Time: 09:00|End Time: [HH:MM]|Duration: 1:30", ""),
    ],
)
def test_durations(fields: str, message: str) -> None:
    lines = "\n".join(f"**{field.replace(':', '**:', 1)}" for field in fields.split("|"))
    found = [p.message for p in told(f"{lines}\n\n{HEAD}| a | {SONNET} | 1 | 1 | - |\n") if p.rule == "duration"]
    assert found == ([message] if message else [])


@pytest.mark.parametrize(
    ("time_field", "zone", "said"),
    [
        ("2025-06-17 12:40 PST", "UTC", "PDT -07:00"),
        ("2025-01-17 12:40 PDT", "UTC", "PST -08:00"),
        ("2025-06-17 12:40 PDT", "UTC", ""),
        ("2025-06-17 12:40 CET", "Europe/Berlin", "CEST +02:00"),
        ("2025-06-17 12:40 MST", "UTC", ""),
        ("2025-06-17 12:40 EST", "America/Panama", ""),
        ("2025-06-17 12:40 UTC", "UTC", ""),
        ("12:40 PST", "UTC", "PDT -07:00"),
    ],
)
def test_zones_that_are_not_in_force(time_field: str, zone: str, said: str) -> None:
    text = f"**Date**: 2025-06-17\n**Start Time**: {time_field}\n\n{HEAD}| a | {SONNET} | 1 | 1 | - |\n"
    if "2025-01" in time_field:
        text = text.replace("**Date**: 2025-06-17\n", "")
    found = [p.expected for p in told(text, settings=Settings(timezone=zone)) if p.rule == "zone"]
    assert found == ([said] if said else [])


def test_figures_in_a_file_with_usage_rows_are_not_looked_at() -> None:
    front = (
        "---\nschema: 1\ntitle: T\nproject: p\nusage:\n"
        "- {model: claude-sonnet-4, input: 1, output: 1, cost: 0.000018, manual: true}\n---\n"
    )
    assert told(f"{front}{HEAD}| a | {SONNET} | 1 | 1 | $9 |\n") == ()


PIECES = st.sampled_from(
    [
        *" |-*[]$.,:()/KM0123456789×",
        "| ",
        "**",
        "\r",
        "\n",
        "1,200",
        "$0.00",
        "0:00",
        "2025-13-01",
        "🟢",
        "TOTALS",
        "PST",
        "-08:00",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.booleans(), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES), max_size=12))
def test_no_damage_to_a_note_breaks_a_rule_or_the_move(first: bool, damages: list[tuple[float, int, str]]) -> None:
    text = (SEED_1 if first else filled_seed()).decode()
    for where, length, piece in damages:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    session, _ = parse_session_file(text.encode(), "sessions/2025-09-13-note.md")
    if session is None:
        return
    for problem in told(text, asked=True):
        assert 1 <= problem.location.line <= text.count("\n") + 1
    result = moved(session, IN_BERLIN)
    if isinstance(result, bytes) and result != session.document.raw:
        again, problems = parse_session_file(result, session.path)
        assert again is not None
        assert moved(again, IN_BERLIN) == result, problems


# Notes: files without frontmatter.


def test_a_note_is_read_and_never_counted(ledger: Path) -> None:
    (ledger / "sessions" / "2025-09-13-seed-2.md").write_bytes(SEED_2)
    loaded = load_ledger(ledger)
    assert (loaded.sessions, loaded.problems, loaded.unsound) == ((), (), frozenset())
    (note,) = loaded.notes
    assert (note.is_note, note.body, note.state, note.rows) == (True, SEED_2.decode(), "complete", ())


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"# A page of words\n", "frontmatter"),
        (SEED_2.decode().encode("utf-16"), "frontmatter"),
        (b"\xff" + SEED_2, "frontmatter"),
        (SEED_2.replace(b"\n## Cost", b"\n<<<<<<< HEAD\n## Cost"), "merge-conflict"),
        (SEED_2 + b"\n" * 8 * 1024 * 1024, "frontmatter"),
        (b"---\n" + SEED_2, "yaml"),
    ],
)
def test_what_is_no_note_stays_an_error(raw: bytes, rule: str) -> None:
    session, problems = parse_session_file(raw, "sessions/x.md")
    assert session is None
    assert next(problem.rule for problem in problems if problem.severity is Severity.ERROR) == rule


def test_what_a_note_says_of_itself() -> None:
    text = (
        "\ufeff# Log\r\n\r\n## Session: Phase 3 Part 1 - Find | things\r\n\r\n**Session State**: 🟢 Active  \r\n"
        "**Phase State**: 🔄 Search\r\n**Project**: shop-api\r\n\r\n"
        + HEAD.replace("\n", "\r\n")
        + "| a | b | 1 | 2 | - |\r\n"
    )
    note = session_in(text)
    assert (note.title, note.project, note.state) == ("Find | things", "shop-api", "active")
    assert note.phase is not None
    assert note.phase.words == "3 Search, part 1"


# Moving.


def filled_seed() -> bytes:
    return (
        SEED_2.replace(b"[Descriptive session name]", b"JWT auth")
        .replace(b"[Project/repository name]", b"shop-api")
        .replace(b"| **Start Time** | [HH:MM]", b"| **Start Time** | 20:10")
        .replace(b"| **End Time** | [HH:MM]", b"| **End Time** | 01:30")
    )


def moved_bytes(raw: bytes, path: str = "sessions/2025-09-13-note.md") -> bytes:
    result = moved(session_in(raw, path), IN_BERLIN)
    assert isinstance(result, bytes), [str(problem) for problem in result]
    return result


def test_moving_puts_the_figures_into_the_frontmatter() -> None:
    session = session_in(moved_bytes(filled_seed()))
    assert not session.is_note
    assert (session.title, session.project, session.state) == ("JWT auth", "shop-api", "complete")
    assert session.started == datetime.fromisoformat("2025-09-13T20:10+02:00")
    assert session.ended == datetime.fromisoformat("2025-09-14T01:30+02:00")
    assert session.source is not None
    assert session.source.kind == "manual"
    assert [(row.task, row.counts.input, row.counts.output, str(row.list_cost)) for row in session.rows] == [
        ("Initial prompt", 1200, 800, "0.0156"),
        ("Code generation", 2500, 3200, "0.0555"),
        ("Code review", 1800, 600, "0.0144"),
        ("Bug fix", 900, 1100, "0.0192"),
    ]
    assert all(row.manual for row in session.rows)
    assert session.rows[0].notes == "Setup JWT auth structure"
    assert "requests" not in session.document.data["usage"][0]
    assert session.stated_totals is not None
    assert str(session.stated_totals["cost"]) == "0.1047"
    assert session.prices["claude-sonnet-4"].input == 3


def test_moving_leaves_every_other_line_as_it_is() -> None:
    raw = filled_seed().replace(b"\n", b"\r\n")
    new = moved_bytes(raw)
    body = new.split(b"---\r\n", 2)[2].split(b"\r\n")
    old = raw.split(b"\r\n")
    assert body == [
        b"",
        *old[:19],
        b"<!-- sessions:usage -->",
        b"<!-- /sessions:usage -->",
        *old[26:28],
        b"<!-- sessions:cost -->",
        b"<!-- /sessions:cost -->",
        *old[33:104],
        b"<!-- sessions:totals -->",
        b"<!-- /sessions:totals -->",
        *old[111:],
    ]
    assert new.replace(b"\r\n", b"").find(b"\n") == -1


def test_moving_twice_changes_nothing() -> None:
    once = moved_bytes(filled_seed())
    assert moved_bytes(once) == once


def test_moving_says_what_must_be_written_first() -> None:
    result = moved(session_in(SEED_2, "sessions/seed-2.md"), IN_BERLIN)
    assert isinstance(result, tuple)
    assert [(places(problem), problem.hint) for problem in result] == [
        ("10:22", "fill in `Session Name`, or add `**Session Name**: …`"),
        ("11:17", "fill in `Project`, or add a line `**Project**: …`"),
        ("3:11", "fill in `Date`, or add a line `**Date**: 2025-09-13`: prices depend on the day"),
    ]
    assert [problem.repair for problem in told(SEED_2) if problem.rule == "handwritten"] == [MoveTables()]


def test_nothing_is_moved_before_anything_is_filled_in() -> None:
    assert moved_bytes(SEED_1) == SEED_1
    assert [problem.repair for problem in told(SEED_1) if problem.rule == "handwritten"] == [None]


def test_rows_of_the_first_template_stay_unpriced_and_keep_their_words() -> None:
    text = (
        "# API\n\n## Session: Phase 3 Part 1 - Search\n\n**Project**: shop-api\n**Date**: 2025-09-13\n\n"
        "| Time | Task/Decision | Input Tokens | Output Tokens | Total | Tools | Notes | Branch |\n"
        "|---|---|---|---|---|---|---|---|\n"
        "| 23:50 | Look \\| think | 1,200 | 800 | 2,000 | Read 4, Edit 2 | slow | main |\n"
        "| 00:10 | Write | 900 | 300 | 1,200 | Bash | - | - |\n"
        "| [HH:MM] | [DESCRIPTION] | [API_INPUT] | [API_OUTPUT] | [API_TOTAL] | [TOOLS] | [INSIGHTS] | - |\n\n"
        "### Session Efficiency\n"
        "**Real Token Rate**: 1,600  \n"
        "**Cost Tracking**: $0.05 (Input: $0.01 + Output: $0.04)  \n"
        "**Efficiency Status**: fine\n\n"
        "- **Total Input Tokens**: 2,100\n- **Key Insights**: none\n"
    )
    new = moved_bytes(text.encode(), "sessions/note.md")
    session = session_in(new)
    first, second = session.rows
    assert (first.model, first.list_cost, first.tools) == ("unknown", None, {"Read": 4, "Edit": 2})
    assert (first.task, first.notes) == ("Look | think", "slow; Branch: main")
    assert second.notes == "Tools: Bash"
    assert session.started == datetime.fromisoformat("2025-09-13T23:50+02:00")
    assert second.at == datetime.fromisoformat("2025-09-14T00:10+02:00")
    assert session.phase is not None
    assert session.phase.words == "3, part 1"
    assert "**Real Token Rate**: 1,600  \n\n<!-- sessions:cost -->" in session.body
    assert "<!-- /sessions:cost -->\n\n**Efficiency Status**: fine\n\n- **Key Insights**: none\n" in session.body


def test_a_frontmatter_keeps_what_it_says() -> None:
    front = (
        "---\nschema: 1  # mine\nproject: other\ntitle: 'My own'\nstarted: '2025-09-13T08:00:00+02:00'\n"
        "x_mine: 7\nstate: active\n---\n"
    )
    body = f"**Project**: shop-api\n**Start Time**: 20:10\n\nWords.\n{HEAD}| a | {SONNET} | 1,000 | 10 | $9 |\nMore.\n"
    new = moved_bytes((front + body).encode()).decode()
    assert new.startswith(front.removesuffix("state: active\n---\n").removesuffix("x_mine: 7\n"))
    session = session_in(new)
    assert (session.title, session.project, session.state) == ("My own", "other", "active")
    assert str(session.totals.list_cost) == "0.00315"
    assert session.body == (
        "**Project**: shop-api\n**Start Time**: 20:10\n\nWords.\n\n"
        "<!-- sessions:usage -->\n<!-- /sessions:usage -->\n\nMore.\n"
    )


def test_an_unfinished_row_stands_in_the_way() -> None:
    rows = f"| Plan it | {SONNET} | - | [number] | - |\n| Do it | {SONNET} | 1 | 2 | - |\n"
    result = moved(session_in(f"**Session Name**: A\n**Project**: p\n{HEAD}{rows}"), IN_BERLIN)
    assert isinstance(result, tuple)
    assert [places(problem) for problem in result] == ["5:40", "5:44"]


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30).filter(
    lambda words: not any(mark in words for mark in ("|", "<!--", "-->", "```", "~~~", "**", "__", ":"))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(WORDS, max_size=8), ROWS, st.sampled_from(["\n", "\r\n"]))
def test_words_outside_the_tables_survive(
    before: list[str], after: list[str], rows: list[tuple[int, int]], newline: str
) -> None:
    lines = [
        *(f"> {words}" for words in before),
        "",
        "**Session Name**: A",
        "**Project**: p",
        "",
        *HEAD.rstrip("\n").split("\n"),
        *(f"| Task | {SONNET} | {a:,} | {b} | $1 |" for a, b in rows),
        "",
        *(f"> {words}" for words in after),
    ]
    new = moved_bytes(newline.join(lines).encode())
    session = session_in(new)
    kept = iter(session.document.body_bytes.decode().split(newline))
    assert all(line in kept for line in lines if not line.startswith("|"))
    assert session.totals.counts.input == sum(row[0] for row in rows)
    assert session.totals.list_cost == sum((a * PRICE_IN + b * PRICE_OUT for a, b in rows), Decimal())
    assert moved_bytes(new) == new


def test_check_fix_moves_a_note_into_the_ledger(ledger: Path, sessions: Run) -> None:
    file = ledger / "sessions" / "2025-09-13-jwt.md"
    file.write_bytes(filled_seed())
    assert "error[row-cost]" in sessions("-C", ledger, "check").stdout
    sessions("-C", ledger, "check", "--fix")
    once = file.read_bytes()
    told = sessions("-C", ledger, "check").stdout
    rules = {line.partition("[")[2].partition("]")[0] for line in told.splitlines() if "]: " in line}
    assert not rules & {"row-cost", "totals", "handwritten", "stale-block", "schema", "cost-breakdown"}
    sessions("-C", ledger, "check", "--fix")
    assert file.read_bytes() == once
    assert "$0.1047" in once.decode()
