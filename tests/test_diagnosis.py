"""One mistake is told once, where it is, in words that say who contradicts it; and its repair undoes it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from sitegen.display import plain
from sitegen.errors import Problem, RenderBlocks, SetValue, SortRows
from sitegen.fixing.values import with_value
from sitegen.frontmatter import parse_document
from sitegen.ledger import load_ledger, parse_session_file
from sitegen.rules import check_file
from sitegen.session import Session
from sitegen.settings import Settings
from tests.changed_files import changed_digits, changed_models, changed_times

ROOT = Path(__file__).parent.parent
SESSION = next(s for s in load_ledger(ROOT).sessions if s.stem == "2026-07-06-jwt-authentication-for-the-shop-api")
TEXT = SESSION.document.raw.decode()
BARE = TEXT[: TEXT.index("# JWT authentication")].replace("source: genai-prices 0.2.3", "source: my own list")
"""The frontmatter alone: no table repeats it, and no price list bears it out."""


def read(text: str) -> Session:
    session, problems = parse_session_file(text.encode(), SESSION.path)
    assert (session is not None, problems) == (True, ())
    assert session is not None
    return session


def problems_of(text: str, *changes: tuple[str, str]) -> list[Problem]:
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return list(check_file(read(text), Settings()))


def told(text: str, *changes: tuple[str, str]) -> list[str]:
    return [
        f"{each.location.line}:{each.location.column} {each.rule}: {each.text}" for each in problems_of(text, *changes)
    ]


ONCE = {
    ("input: 27", "input: 72"): (
        "17:141 row-cost: usage row 1: `input`: stated 72, expected 27 (the cost, the totals and the tables say so)"
    ),
    ("requests: 5, input: 27", "requests: 6, input: 27"): (
        "17:131 totals: usage row 1: `requests`: stated 6, expected 5 (the totals and the tables say so)"
    ),
    ("cost: 0.513927", "cost: 0.513929"): "17:227 row-cost: stated $0.513929, expected $0.513927 ($0.000002 too much)",
    ("cost: 2.370945", "cost: 2.371945"): "22:121 totals: stated $2.371945, expected $2.370945 ($0.001 too much)",
    ("input: 5, cache_write_5m", "input: 6, cache_write_5m"): (
        "24:28 price-book: stated $6 per 1M for input, genai-prices 0.2.3 has $5"
    ),
    ("model: claude-opus-4-8", "model: claude-opus-4-9"): (
        "17:104 row-cost: usage row 1: `model`: stated claude-opus-4-9, expected claude-opus-4-8 "
        "(the cost and the tables say so)"
    ),
    ("time: '10:03'", "time: '10:30'"): (
        "20:10 times: usage row 4: `time`: stated 10:30, expected 10:03 (the other times and the tables say so)"
    ),
    ("started: '2026-07-06T", "started: '2026-07-05T"): (
        "7:10 stale-block: `started`: stated 2026-07-05T09:13:00+02:00, expected 2026-07-06T09:13:00+02:00 "
        "(the tables and the file's name say so)"
    ),
    ("active: '0:46'", "active: '0:45'"): (
        "9:9 stale-block: `active`: stated 0:45, expected 0:46 (the tables say so); also at 49:12, 84:40, 85:31"
    ),
    ("session: 8", "session: 7"): (
        "131:20 stale-block: table `efficiency`, Session rating: says ★★★★☆ 8 of 10, the frontmatter ★★★★☆ 7 of 10; "
        "also at 28:20"
    ),
    ("  claude-opus-4-8: {", "  claude-opus-4-7: {"): (
        "24:3 row-cost: no row uses the prices of `claude-opus-4-7`, and rows use those of `claude-opus-4-8` "
        "(the cost and the tables say so)"
    ),
    ("phase: {name: Auth, number: 1, part: 1, state: in progress}\n", ""): (
        "41:11 stale-block: table `overview`, Phase: says 1 Auth, part 1, in progress, the frontmatter nothing; "
        "also at 11:1"
    ),
    ("code: {files: 9, added: 412, deleted: 167, tests_added: 14, coverage: 91.2}\n", ""): (
        "26:1 stale-block: `code` is missing (the tables have it); "
        "also at 103:20, 104:17, 105:19, 106:17, 107:19, 124:29"
    ),
    ("| 09:13 | Replace", "| 09:14 | Replace"): (
        "64:3 stale-block: table `usage`, row 1, Time: says 09:14, the frontmatter 09:13; also at 17:10"
    ),
}


@pytest.mark.parametrize(("change", "expected"), ONCE.items(), ids=lambda each: str(each)[:40])
def test_one_mistake_is_told_once(change: tuple[str, str], expected: str) -> None:
    assert told(TEXT, change) == [expected]


def row(number: int) -> str:
    return str(re.findall(r"- \{time.*\n", TEXT)[number - 1])


ROWS = {
    "missing": ((row(2), ""), "18:3 totals: usage row 2 is missing: 09:22 Good plan."),
    "last missing": (
        (row(5), ""),
        "21:1 totals: usage row 5 is missing: 10:16 Summarise what is left for tomorrow. (the",
    ),
    "twice": (
        (row(2), row(2) * 2),
        "19:3 claimed-twice: usage row 3 repeats row 2 (the totals and the tables have it once)",
    ),
    "new": (
        (row(3), row(2).replace("'09:22'", "'09:30'") + row(3)),
        "19:3 totals: usage row 3 is new (the totals and the tables do not have it)",
    ),
    "turned": (
        (row(2) + row(3), row(3) + row(2)),
        "18:3 times: usage rows 2 and 3 stand in the wrong order (the other",
    ),
}


@pytest.mark.parametrize(("change", "expected"), ROWS.values(), ids=ROWS)
def test_rows_that_go_come_and_move(change: tuple[str, str], expected: str) -> None:
    (problem,) = told(TEXT, change)
    assert problem.startswith(expected)


def test_without_a_table_the_sums_and_costs_say_it() -> None:
    assert told(BARE) == []
    assert told(BARE, ("input: 27", "input: 26")) == [
        "17:141 row-cost: usage row 1: `input`: stated 26, expected 27 (the cost and the totals say so)"
    ]
    assert told(BARE, ("output: 25,", "output: 26,")) == [
        "24:98 row-cost: `prices.claude-opus-4-8.output`: stated 26, expected 25 (the costs and the price list say so)"
    ]
    assert told(BARE, (row(2), row(2) * 2))[0].startswith("19:3 claimed-twice: usage row 3 repeats row 2")
    assert told(BARE, (row(2) + row(3), row(3) + row(2)))[0].startswith(
        "19:10 times: usage row 3 is at 2026-07-06 09:22"
    )


def test_two_mistakes_are_two_problems_each_at_its_place() -> None:
    changes = ("input: 27", "input: 26"), ("output: 9564", "output: 9565"), ("session: 8", "session: 9")
    assert sorted(text.split(" (the")[0] for text in told(TEXT, *changes)) == [
        "131:20 stale-block: table `efficiency`, Session rating: says ★★★★☆ 8 of 10, the frontmatter ★★★★★ 9 of 10; "
        "also at 28:20",
        "17:141 row-cost: usage row 1: `input`: stated 26, expected 27",
        "18:217 row-cost: usage row 2: `output`: stated 9565, expected 9564",
    ]


def test_a_key_on_a_line_of_its_own_is_told_on_that_line() -> None:
    opened = row(1).replace(", requests: 5, input: 27,", "\n  ,\n    requests: 5,\n    input: 28,")
    (problem,) = told(TEXT, (row(1), opened))
    assert problem.startswith("20:12 row-cost: usage row 1: `input`: stated 28, expected 27")


def test_tables_that_were_not_rendered_are_one_problem() -> None:
    changes = [(f"| {name} |", f"| Old {name} |") for name in ("Branch", "Input", "Files modified", "Estimate")]
    (problem,) = problems_of(TEXT, *changes)
    assert "; 4 lines of tables are not what the frontmatter gives" in problem.message
    assert {place.line for place in problem.also} == {62, 104, 129}
    assert problem.repair == RenderBlocks()


def test_costs_that_nothing_explains_name_the_slip_once() -> None:
    wrong = BARE
    for cost in ("0.513927", "0.7362055", "0.450331", "0.5760265", "0.094455"):
        wrong = wrong.replace(cost, plain(Decimal(cost) * 1000))
    found = problems_of(wrong, ("cost: 2.370945", "cost: 2370.945"))
    assert [each.rule for each in found] == ["row-cost"] * 5
    assert found[0].hint is not None
    assert "a thousand times too high" in found[0].hint
    assert len({each.hint for each in found[1:]}) == 1


def test_no_secret_is_printed() -> None:
    secret = "-".join(("sk", "ant", "api03", "Q" * 40))
    text = TEXT.replace("Write property tests for the token validator.", f"Use {secret} now")
    for problem in problems_of(text, (f"task: Use {secret}", f"task: Used {secret}")):
        assert secret not in f"{problem} {problem.stated} {problem.expected}"


def test_what_is_switched_off_is_no_witness() -> None:
    text = TEXT.replace("input: 27", "input: 26")
    found = check_file(read(text), Settings(severities={"row-cost": "off", "stale-block": "off"}))
    assert [str(each.location.line) for each in found] == ["22"]


def repairs(session: Session) -> list[tuple[str, bytes, SetValue]]:
    """Every change whose problem has one right answer."""
    changes = (
        *changed_digits(session, frozenset()),
        *changed_models(session, ["claude-opus-5"]),
        *changed_times(session),
    )
    found = []
    for change in changes:
        changed, problems = parse_session_file(change.raw, session.path)
        if changed is not None and not problems:
            found += [
                (change.what, change.raw, each.repair)
                for each in check_file(changed, Settings())
                if isinstance(each.repair, SetValue)
            ]
    return found


def test_each_repair_of_a_figure_brings_back_what_was_there() -> None:
    made = repairs(SESSION)
    assert len(made) > 150
    wrong = []
    for what, raw, repair in made:
        document, _ = parse_document(raw, SESSION.path)
        assert document is not None
        if with_value(document, repair).data != SESSION.document.data:
            wrong.append(what)
    assert wrong == []


def test_what_is_repaired_and_what_is_not() -> None:
    def repair_of(old: str, new: str, text: str = TEXT) -> object:
        (problem,) = problems_of(text, (old, new))
        return problem.repair

    assert repair_of("input: 27", "input: 26") == SetValue(("usage", 0, "input"), 27)
    assert repair_of("added: 412", "added: 413") == RenderBlocks()
    assert repair_of("active: '0:46'", "active: '0:45'") is None
    assert repair_of(row(2) + row(3), row(3) + row(2)) == SortRows()
    assert repair_of("input: 118", "input: 119", BARE) == SetValue(("totals", "input"), 118)
    assert repair_of("requests: 22", "requests: 23", BARE) is None
