"""What counts as a placeholder, a check box or a goal, and what an imported file leaves out."""

import pytest

from sitegen.body import goals_met, placeholders, without_placeholders


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Date**: [YYYY-MM-DD]", [(1, 11, "[YYYY-MM-DD]")]),
        ("- **Cost**: $[cost] (Input: $[part])", [(1, 14, "[cost]"), (1, 30, "[part]")]),
        ("- [X] done", []),
        ("- [ ] [MEASURABLE_OUTCOME]", [(1, 7, "[MEASURABLE_OUTCOME]")]),
        ("## Session: Phase [X]", [(1, 19, "[X]")]),
        ("1. [x] numbered box", []),
        ("see [the page](https://example.org) and [other][ref]", []),
        ("[ref]: https://example.org", []),
        ("a footnote[^1] and a [[wiki link]]", []),
        ("`list[int]` is code", []),
        ("<!-- [not shown] -->", []),
        ("- **Rework**: [NONE | MINOR | MAJOR]", [(1, 15, "[NONE | MINOR | MAJOR]")]),
        ("- **Commit**: TBD", [(1, 15, "TBD")]),
        ("TODO lists were tidied", []),
        ("```\n[in a fence]\n```\n[after]", [(4, 1, "[after]")]),
        ("````\n```\n[still inside]\n````", []),
        ("crlf [here]\r\n", [(1, 6, "[here]")]),
    ],
)
def test_placeholders(text: str, found: list[tuple[int, int, str]]) -> None:
    assert [(each.line, each.column, each.text) for each in placeholders(text)] == found


def test_an_imported_body_keeps_what_is_filled_and_drops_empty_headings() -> None:
    template = """# Title

## Overview

<!-- sessions:overview -->
<!-- /sessions:overview -->

## Goals

- [ ] [Goal]

### Criteria

- [ ] [Criterion]

## Decisions

Words that stand for themselves.

| Head | Row |
|---|---|
| [cell] | x |
"""
    expected = """# Title

## Overview

<!-- sessions:overview -->
<!-- /sessions:overview -->

## Decisions

Words that stand for themselves.

| Head | Row |
|---|---|
"""
    assert without_placeholders(template) == expected


def test_goals_are_counted_below_goal_headings_only() -> None:
    body = "## Primary Goals\n- [x] one\n- [ ] two\n### Success Criteria\n* [X] three\n## Next Steps\n- [ ] four\n"
    assert goals_met(body) == (2, 3)
