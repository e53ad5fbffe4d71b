"""Every field, table, check list and section of the two original templates has a home."""

import re
from pathlib import Path

import pytest

from sitegen.blocks import RENDERERS, find_blocks
from sitegen.body import boxes, placeholders
from sitegen.frontmatter import parse_document
from sitegen.schema import KEYS, parse_session
from sitegen.templates import fill_in, imported_template, render_template

ROOT = Path(__file__).parent.parent
HOMES = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
FIELDS = [f"A{number}" for number in range(1, 31)] + [f"B{number}" for number in range(1, 28)]
HEADINGS = {
    "api": (
        "API Token Session Template",
        "Session: Phase [X] Part [Y] - [SESSION_NAME]",
        "Objectives",
        "Primary Goals (Must Complete)",
        "Secondary Goals (If Time Allows)",
        "Success Criteria",
        "Real-Time API Tracking",
        "Current Task: [TASK_NAME]",
        "API Usage Log (Auto-populated from token tracker)",
        "Session Efficiency",
        "API Integration Commands",
        "During Session",
        "Session Management",
        "Session Summary",
        "Achievements",
        "Real API Token Analysis",
        "Quality Metrics",
        "Next Session Setup",
        "Workflow Notes",
        "API Token Workflow",
        "Benefits Over Manual Estimation",
    ),
    "claude-code": (
        "Claude Code Session Template",
        "Session Overview",
        "Cost Tracking",
        "Token Usage",
        "Cost Breakdown",
        "Session Activities",
        "Key Accomplishments",
        "Code Quality Metrics",
        "Security Considerations",
        "Efficiency Analysis",
        "What Went Well",
        "Areas for Improvement",
        "Next Session Optimization",
        "Development Notes",
        "Technical Decisions Made",
        "Blockers Encountered",
        "Questions for Next Session",
        "Cost Optimization Notes",
        "Model Usage Strategy",
        "Token Efficiency Tips Applied",
        "Project Totals (Running)",
        "Action Items",
        "For Next Session",
        "Cost Management",
    ),
}
LABELS = {
    "api": (
        "**Unexpected Issues**",
        "**Key Insights**",
        "**Rework Required**",
        "**Documentation Sync**",
        "**API Integration**",
        "**Phase State**",
        "**Context Notes**",
    ),
    "claude-code": ("**Session Rating**", "**Cost Efficiency**", "**Code Quality**"),
}
VALUES = {"title": "A title: with a colon", "project": "shop-api", "state": "active", "branch": "feat/x"}


def template(name: str) -> str:
    return (ROOT / "templates" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_the_originals_has_one_home(field: str) -> None:
    rows = re.findall(rf"^\| {field} \| [^|]+ \| ([^|]+) \|$", HOMES, re.MULTILINE)
    assert len(rows) == 1
    assert rows[0].strip()


@pytest.mark.parametrize(("name", "heading"), [(name, text) for name, texts in HEADINGS.items() for text in texts])
def test_each_heading_of_the_originals_stands_or_its_change_is_told(name: str, heading: str) -> None:
    kept = re.search(rf"^#+ {re.escape(heading)}$", template(name), re.MULTILINE)
    told = re.search(rf"^\| {re.escape(heading)} \| .+ \|$", HOMES, re.MULTILINE)
    assert kept or told


@pytest.mark.parametrize(("name", "label"), [(name, text) for name, texts in LABELS.items() for text in texts])
def test_what_only_a_person_knows_has_a_line(name: str, label: str) -> None:
    assert label in template(name)


@pytest.mark.parametrize("name", HEADINGS)
def test_a_new_file_is_good_but_for_what_a_person_fills_in(name: str) -> None:
    document, problems = parse_document(render_template(template(name), VALUES).encode(), f"{name}.md")
    assert problems == ()
    assert document is not None
    session, wrong = parse_session(document, f"{name}.md")
    assert wrong == ()
    assert (session.title, session.project, session.state) == ("A title: with a colon", "shop-api", "active")
    blocks, broken = find_blocks(session.body, f"{name}.md", document.body_line)
    assert broken == ()
    assert {block.name for block in blocks} == set(RENDERERS)
    assert placeholders(session.body)


@pytest.mark.parametrize("name", HEADINGS)
def test_an_imported_file_has_no_placeholder_and_no_open_box(name: str) -> None:
    body = fill_in(imported_template(template(name)), VALUES).split("---\n", 2)[2]
    assert placeholders(body) == ()
    assert boxes(body) == ()


def test_an_imported_file_keeps_only_headings_with_something_below() -> None:
    body = fill_in(imported_template(template("claude-code")), VALUES)
    assert re.findall(r"^(#+ .+)$", body, re.MULTILINE) == [
        "# A title: with a colon",
        "## Session Overview",
        "## Cost Tracking",
        "### Token Usage",
        "### Cost Breakdown",
        "## Session Activities",
        "### Code Quality Metrics",
        "## Efficiency Analysis",
        "## Project Totals (Running)",
    ]


@pytest.mark.parametrize("name", HEADINGS)
def test_keys_stand_in_the_order_of_the_schema(name: str) -> None:
    front = template(name).split("---")[1]
    keys = re.findall(r"^([a-z]+):", front, re.MULTILINE)
    assert keys == sorted(keys, key=KEYS.index)


@pytest.mark.parametrize("claim", ["100%", "accurate", "actual billing", "no estimation", "/1K", "per 1K", "√", "‚"])
@pytest.mark.parametrize("name", HEADINGS)
def test_no_claim_and_no_broken_character_of_the_originals_is_left(name: str, claim: str) -> None:
    assert claim.lower() not in template(name).lower()


@pytest.mark.parametrize("name", HEADINGS)
def test_templates_name_only_commands_that_exist(name: str) -> None:
    commands = {path.stem for path in (ROOT / "sitegen" / "cli").glob("*.py")}
    named = set(re.findall(r"(?:^|`)sessions ([a-z]+)", template(name), re.MULTILINE))
    assert named <= commands
