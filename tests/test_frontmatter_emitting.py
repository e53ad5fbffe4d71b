"""One line for every value, and the same value for every reader."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sitegen.errors import SitegenError
from sitegen.frontmatter import NumberText, flow_text, parse_document, same_value

TEXT = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="yesnoffNULtrua0178:._-+eE~=<>'\"#,{}[]&*!|%@` \n\t\x85\u2028\u200d🎉é", max_size=12),
)
NUMBERS = st.one_of(
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=12),
    st.decimals(min_value=0, max_value=1000, allow_nan=False, allow_infinity=False, places=4).map(Decimal.normalize),
)
SCALARS = st.one_of(TEXT, NUMBERS, st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=10,
)


def ours(line: str) -> Any:
    found, problems = parse_document(f"---\nk: {line}\n---\n".encode(), "s.md")
    assert found is not None, problems
    return found.data["k"]


def rounded(value: Any) -> Any:
    """As a reader with binary numbers sees it."""
    if isinstance(value, Decimal):
        return int(value) if "." not in format(value, "f") else float(value)
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(VALUES)
@example("yes")
@example("1:30")
@example("a\u0085b")
@example("it's: a # b")
@example({"y": {"null": ["~", "", "- a", "a: b", "#"]}})
def test_every_reader_reads_it_back_from_one_line(value: Any) -> None:
    line = flow_text(value)
    assert "\n" not in line
    assert "\r" not in line
    assert same_value(ours(line), value)
    assert yaml.safe_load(f"k: {line}\n")["k"] == rounded(value)
    assert yaml.safe_load(f"- {line}\n")[0] == rounded(value)


@given(st.one_of(TEXT, st.dictionaries(TEXT, TEXT, max_size=3)))
def test_a_yaml_1_2_reader_reads_the_same_text(value: Any) -> None:
    assert YAML(typ="safe", pure=True).load(f"k: {flow_text(value)}\n")["k"] == value


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"time": "20:36", "task": "it's: a # b", "input": 40, "cost": Decimal("0.336611")},
         """{time: '20:36', task: "it's: a # b", input: 40, cost: 0.336611}"""),
        ("Initial prompt", "Initial prompt"), ("claude-opus-4-6", "claude-opus-4-6"), ("feat/jwt", "feat/jwt"),
        ("12e4567", "'12e4567'"), ("1234567", "'1234567'"), ("No", "'No'"), ("", "''"), ("Café 🎉", '"Café 🎉"'),
        ('a\n\tb\\"\x1b\u202e', r'"a\n\tb\\\"\x1B\u202E"'), (Decimal("1E-7"), "0.0000001"), (Decimal("1E+2"), "100"),
        (Decimal(5), "5"), (NumberText("0.50"), "0.50"), (None, "null"), (True, "true"), ([], "[]"), ({}, "{}"),
        ({"claude-opus-4-8 fast us": {"web search": ["a", 1]}}, "{claude-opus-4-8 fast us: {web search: [a, 1]}}"),
    ],
)  # fmt: skip
def test_how_values_look(value: Any, line: str) -> None:
    assert flow_text(value) == line


@pytest.mark.parametrize(
    "value",
    [0.1, Decimal("NaN"), Decimal("Infinity"), Decimal("1E-13"), 10**18, "\ud800", {"\ud800": 1}, {1: 2},
     {"k" * 2000: 1}, b"x", object()],
)  # fmt: skip
def test_what_the_reader_would_not_take_back_is_not_written(value: Any) -> None:
    with pytest.raises(SitegenError):
        flow_text(value)
