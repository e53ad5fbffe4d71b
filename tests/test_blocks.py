"""The generated tables: what they show can be had back from them, and only what they say is compared."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.blocks import RENDERERS, differences, find_blocks, prices_in, rows_in, split_cells
from sitegen.blocks.marks import NAMES
from sitegen.blocks.tables import (
    Cell,
    Table,
    count_cell,
    escaped,
    fields_table,
    moment_cell,
    read_count,
    read_usd,
    read_words,
    usd_cell,
    words_cell,
)
from sitegen.ledger import load_ledger
from sitegen.rollups import Rollup
from sitegen.session import Session
from sitegen.settings import EfficiencyBands

SESSIONS = load_ledger(Path(__file__).parent.parent).sessions
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(lambda text: " ".join(text.split()))


def table_of(name: str, session: Session) -> Table:
    return RENDERERS[name](session, Rollup(""), EfficiencyBands())


def cells_of(table: Table) -> list[tuple[str, ...]]:
    return [split_cells(line) for line in table.lines]


def test_marks_and_renderers_name_the_same_blocks() -> None:
    assert tuple(RENDERERS) == NAMES


@given(WORDS.filter(lambda text: "&lt;" not in text and "&gt;" not in text))
def test_words_are_had_back_and_stay_in_their_cell(text: str) -> None:
    assert read_words(escaped(text)) == (text or None)
    assert split_cells(f"| {escaped(text)} | next |") == (escaped(text), "next")


@given(st.integers(0, 10**12), st.booleans())
def test_counts_are_had_back(number: int, floor: bool) -> None:
    assert read_count(count_cell(number, "x", floor=floor).text) == number


@given(st.decimals(0, 10**9, places=7))
def test_amounts_are_had_back(amount: Decimal) -> None:
    assert Decimal(read_usd(usd_cell(amount, "x").text) or "-1") == amount


@given(st.datetimes(timezones=st.timezones()))
def test_instants_are_had_back(at: datetime) -> None:
    cell = moment_cell(at, "started")
    read = cell.parts[0].read
    assert read is not None
    assert datetime.fromisoformat(read(cell.text)) == datetime.fromisoformat(at.isoformat())


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.stem[:28])
def test_rows_and_prices_are_had_back_from_their_tables(session: Session) -> None:
    rows = list(rows_in(cells_of(table_of("usage", session))))
    own = [{key: value for key, value in row.items() if key != "cost"} for row in session.document.data["usage"]]
    assert [{"web_searches": 0, **row} for row in rows] == [{"web_searches": 0, **row} for row in own]
    assert prices_in(cells_of(table_of("cost", session))) == {
        key: {name: str(value) for name, value in prices.items()}
        for key, prices in session.document.data["prices"].items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_layout_says_nothing(name: str) -> None:
    """As an editor sets a table: blank lines around it, cells as wide as their column."""
    table = table_of(name, SESSIONS[0])
    wide = [f"|   {'   |  '.join(cells)}  |  " for cells in cells_of(table)]
    wide[1] = wide[1].replace("-", "----")
    assert differences(["", *wide, ""], table) == ()


SMALL = fields_table(
    ("Field", "Value"),
    [("One", count_cell(1, "a")), ("Two", count_cell(2, "b")), ("Three", words_cell("", "c")), ("Four", Cell("4"))],
)
LINES = ("| Field | Value |", "| --- | --- |", "| One | 1 |", "| Two | 2 |", "| Four | 4 |")


def told(*lines: str) -> list[tuple[int, str | None, str | None, str, list[tuple[int, str, str]]]]:
    return [
        (
            each.index,
            each.stated,
            each.expected,
            each.name,
            [(cell.column, cell.stated, cell.expected.text) for cell in each.cells],
        )
        for each in differences(lines, SMALL)
    ]


def test_differences_name_line_column_and_cell() -> None:
    one, two = "| One | 1 |", "| Two | 2 |"
    assert SMALL.lines == LINES
    assert told(*LINES[:2], "| One |  7 |", *LINES[3:]) == [(2, "| One |  7 |", one, "One", [(10, "7", "1")])]
    assert told(*LINES[:3], LINES[4]) == [(3, None, two, "Two", [])]
    assert told(*LINES[:4]) == [(4, None, LINES[4], "Four", [])]
    assert told(*LINES[:3], *LINES[2:]) == [(3, one, None, "", [])]
    assert told(*LINES, "| Three | 3 |") == [(5, "| Three | 3 |", None, "Three", [(11, "3", "")])]
    assert told(*LINES[:2], two, one, LINES[4])[0][:4] in [(2, two, two, "Two"), (3, one, one, "One")]
    assert len(told(*LINES[:2], two, one, LINES[4])) == 1
    assert told(*LINES[:2], "words", *LINES[3:]) == [(2, "words", one, "One", [])]
    assert told("| Field | Sum |", *LINES[1:]) == [(0, "| Field | Sum |", LINES[0], "the head", [])]
    assert told("") == [(0, None, None, "the head", [])]


def test_a_cell_of_foreign_words_is_one_line_without_html() -> None:
    cell = words_cell("a | <b> `c`\n[d](e) \\ *f* _g_", "task")
    assert cell.text == r"a \| &lt;b&gt; \`c\` \[d\](e) \\ \*f\* \_g\_"


def test_a_block_in_a_code_fence_is_none() -> None:
    body = (
        "```\n<!-- sessions:usage -->\n<!-- /sessions:usage -->\n```\n<!-- sessions:cost -->\n<!-- /sessions:cost -->\n"
    )
    blocks, problems = find_blocks(body, "s.md", 10)
    assert ([block.name for block in blocks], problems) == (["cost"], ())
