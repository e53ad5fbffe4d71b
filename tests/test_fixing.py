"""Repairs: one right answer is put in place, and not another byte changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import Location, Problem, ReplaceText, SetValue, warning
from sitegen.fixing.texts import replaced_texts
from sitegen.fixing.values import with_sorted_rows, with_value
from sitegen.frontmatter import Document, bare_document, parse_document
from sitegen.ledger import session_of

PATH = "sessions/2026/2026-02-11-jwt.md"
FILE = """---
schema: 1
title: JWT   # a comment of its own
project: shop-api
started: '2026-02-11T20:36:53+01:00'
usage:
# the last one, typed first
- {time: '21:10', model: claude-opus-4-6, requests: 1, input: 3,   output: 9, cost: 0.00024}
- {time: '20:36', model: claude-opus-4-6, requests: 2, input: 40, output: 2113, cost: 0.053025}  # first
# between
- time: '20:50'
  model: claude-opus-4-6
  requests: 1
  input: 1
  output: 1
totals: {requests: 4, input: 44, output: 2123}
---

# JWT

- [X] done
- [X] also [X]
"""


def parsed(text: str) -> Document:
    document, problems = parse_document(text.encode(), PATH)
    assert document is not None, problems
    return document


def test_a_value_is_set_and_nothing_else_changes() -> None:
    document = with_value(parsed(FILE), SetValue(("usage", 0, "input"), 4))
    assert document.raw.decode() == FILE.replace("input: 3,   output", "input: 4,   output")


def test_a_value_is_removed() -> None:
    document = with_value(parsed(FILE), SetValue(("usage", 1, "cost"), None))
    assert document.raw.decode() == FILE.replace(", cost: 0.053025}", "}")


def test_a_value_under_a_key_that_is_missing_is_added() -> None:
    document = with_value(parsed(FILE), SetValue(("totals", "web_searches"), 1))
    assert document.data["totals"]["web_searches"] == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rows_are_sorted_with_their_lines_and_comments(newline: str) -> None:
    text = FILE.replace("\n", newline)
    session, _ = session_of(parsed(text), PATH)
    lines = with_sorted_rows(session).raw.decode().split(newline)
    assert next(line for line in lines if "time:" in line).endswith("# first")
    assert sorted(lines) == sorted(text.split(newline))
    between = lines.index("# between")
    assert lines[between + 1] == "- time: '20:50'"
    again, _ = session_of(with_sorted_rows(session), PATH)
    assert with_sorted_rows(again).raw == with_sorted_rows(session).raw
    times = [row.at for row in again.rows if row.at]
    assert len(times) == 3
    assert times == sorted(times)


def box_style(*places: tuple[int, int]) -> Problem:
    first, *others = (Location(PATH, *place) for place in places)
    return warning("box-style", first, "[X]", also=tuple(others), repair=ReplaceText("[X]", "[x]"))


def test_marks_are_replaced_where_they_were_found_and_nowhere_else() -> None:
    document = parsed(FILE)
    line = document.body_line + 3
    body = replaced_texts(document, [box_style((line, 3), (line + 1, 3))]).decode()
    assert body.endswith("- [x] done\n- [x] also [X]\n")


def test_what_has_changed_meanwhile_is_left_alone() -> None:
    document = bare_document(b"- [x] done\r\n\xff", PATH)
    assert replaced_texts(document, [box_style((1, 3), (9, 1))]) == b"- [x] done\r\n\xff"


@given(st.text(alphabet="ab[X] \r\n", max_size=60), st.integers(1, 5), st.integers(1, 10))
def test_a_replacement_changes_its_own_characters_only(body: str, line: int, column: int) -> None:
    document = bare_document(body.encode(), PATH)
    new = replaced_texts(document, [box_style((line, column))]).decode()
    assert new.lower() == body.lower()
    assert sum(old != now for old, now in zip(body, new, strict=True)) <= 1
