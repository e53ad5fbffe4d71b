"""Rows read by pattern are what the reader of events makes of them, down to the place of each value."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sitegen.frontmatter import reading
from sitegen.frontmatter.plain_rows import blanked
from sitegen.frontmatter.reading import read_mapping

ROOT = Path(__file__).parent.parent
VALUES = (
    "20", "0", "-1", "007", "1.50", ".5", "1e5", "yes", "null", "~", "true", "'20:36'", "20:36", "'it''s'", '"a \\" b"',
    '"…"', "claude-opus-4-6", "a b  c", "a - b", "a #b", "a: b", "{Read: 4, Edit: 2}", "{}", "{Read: 4, Read: 5}",
    "[a, b]", "&a x", "*a", "!!str x", "a\tb", "", "é", "'#'", "{a: {b: 1}}", "2026-02-11", "{a: 1",
)  # fmt: skip
KEYS = ("time", "model", "input", "y", "on", "no", "<<", "a b", "null", "x_own", "1", "x-y")
pairs = st.builds("{}: {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES))
rows = st.builds(
    "{}- {{{}}}{}".format,
    st.sampled_from(("", "  ", " ", "- ")),
    st.lists(pairs, max_size=4).map(", ".join),
    st.sampled_from(("", " ", " # note", "\r", ",")),
)
lines = st.one_of(
    rows, st.sampled_from(("usage:", "usage: |", 'usage: "', 'x"', "a: {}", "# c", "- b", "[", "]", "x:", "  y: z"))
)


def plainly(front: str) -> object:
    return reading._read(reading._Reader(front, "x.md"), "x.md")


@settings(max_examples=600)
@given(st.lists(lines, max_size=8).map("\n".join))
@example("usage:\n- {time: '20:36', tools: {Read: 4}, input: 3}\na: {}")
@example("usage: |\n  - {time: '20:36'}\n")
@example("usage:\n- {a: 1, a: 2}\n")
@example("usage:\n- {" + "k" * 1100 + ": 1}\n")
@example('usage: "\n- {a: 1}\n"')
@example("usage:\n- {tools: {a: 1}x: 2}\n- {a: 1}\n")
def test_a_pattern_never_reads_what_the_events_do_not_say(front: str) -> None:
    assert read_mapping(front, "x.md") == plainly(front)


@given(st.text(alphabet="- {}:,'\"ab1\n#", max_size=60).map("usage:\n- {a: 1}\n".__add__))
def test_neither_of_arbitrary_text(front: str) -> None:
    assert read_mapping(front, "x.md") == plainly(front)


@pytest.mark.parametrize("path", sorted((ROOT / "sessions").rglob("*.md")), ids=lambda path: path.stem[:28])
def test_the_sample_ledger_is_read_by_pattern(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    front = path.read_text(encoding="utf-8").split("---\n")[1]
    assert len(blanked(front)[1]) == front.count("\n- {")
    expected = plainly(front)
    readings = 0
    kept = reading._read

    def counted(reader: reading._Reader, name: str) -> object:
        nonlocal readings
        readings += 1
        return kept(reader, name)

    monkeypatch.setattr(reading, "_read", counted)
    assert read_mapping(front, "x.md") == expected
    assert readings == 1
