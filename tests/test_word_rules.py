"""Rules over words in bodies: what they tell of the two old templates, and of all else, nothing that is right."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import Problem, ReplaceText
from sitegen.fixing.texts import replaced_texts
from sitegen.ledger import parse_session_file
from sitegen.rules import (
    body_words,
    boxes,
    claims_in_words,
    clock_formats,
    contradictions,
    goals,
    limits,
    model_policy,
    mojibake,
    open_items,
    placeholders,
    ratings,
)
from sitegen.rules.garbled import garbled_in
from sitegen.session import Session
from sitegen.settings import Settings

ROOT = Path(__file__).parent
SETTINGS = Settings()
HEAD = """---
schema: 1
title: JWT
project: shop-api
state: {state}
{more}---
"""
MODULES = (
    placeholders, boxes, open_items, limits, claims_in_words, ratings, clock_formats, goals, mojibake, contradictions,
    model_policy,
)  # fmt: skip
CHECKS = {rule.name: rule.file for module in MODULES for rule in module.RULES if rule.file}


def read(text: str, path: str = "sessions/a.md") -> Session:
    session, _ = parse_session_file(text.encode(), path)
    assert session is not None
    return session


def told(rule: str, body: str, *, state: str = "complete", more: str = "") -> list[Problem]:
    """The problems of one rule in a file whose body begins on line 7, or below what `more` adds."""
    return list(CHECKS[rule](read(HEAD.format(state=state, more=more) + body), SETTINGS))


def places(rule: str, session: Session) -> list[str]:
    found = []
    for problem in CHECKS[rule](session, SETTINGS):
        at = problem.location
        also = "".join(f" {place.line}:{place.column}" for place in problem.also)
        found.append(f"{at.line}:{at.column}{also}")
    return found


def test_every_module_of_word_rules_is_among_the_rules() -> None:
    assert {rule.name for rule in body_words.RULES} == set(CHECKS) - {"placeholder"}


OLD_TEMPLATES = {
    "seed-1": {
        "box-style": [],
        "claim-of-source": ["3:46", "111:9", "112:35", "113:9"],
        "mojibake": [
            "8:19", "9:20", "11:19", "34:12", "44:25", "90:28", "91:25", "94:21", "111:3", "112:3", "113:3", "114:3",
            "115:3", "119:69",
        ],
    },
    "2025-09-13-seed-2": {
        "box-style": ["38:3 39:3 40:3 41:3 51:3 52:3 53:3 54:3"],
        "claim-without-number": ["41:7 47:20", "116:7 48:22"],
        "clock-format": ["4:11 13:20 14:18 15:18"],
        "contradiction": ["60:30", "98:3 59:3 65:3", "99:3 61:3 66:3", "100:3 64:3"],
        "duplicate-item": ["69:7 124:7", "70:7 123:7", "71:7 122:7"],
        "model-policy": ["24:17 94:3"],
        "placeholder": [
            "3:11", "4:11", "10:22", "11:17", "12:20", "13:20", "14:18", "15:18", "32:23", "33:24", "44:23", "45:20",
            "46:22", "47:20", "48:22", "83:3", "109:21", "110:24", "128:21", "129:22", "130:19",
        ],
        "stars": ["128:28 129:29 130:26"],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", OLD_TEMPLATES)
def test_the_words_of_the_old_templates(name: str) -> None:
    session = read((ROOT / "check_cases" / f"{name}.md").read_text(encoding="utf-8"), f"sessions/{name}.md")
    found = {rule: places(rule, session) for rule in CHECKS}
    if name == "seed-1":
        assert len(found.pop("placeholder")) == 47
    expected = {rule: where for rule, where in OLD_TEMPLATES[name].items() if where}
    assert {rule: where for rule, where in found.items() if where} == expected


def test_the_strategy_names_what_the_smaller_model_of_the_time_would_have_cost() -> None:
    path = ROOT / "check_cases" / "2025-09-13-seed-2.md"
    session = read(path.read_text(encoding="utf-8"), "sessions/2025-09-13-seed-2.md")
    (problem,) = CHECKS["model-policy"](session, SETTINGS)
    cost = "on claude-3-5-haiku $0.00384: 73 % less for the row, 10 % of the session"
    assert problem.message.endswith(cost)


@pytest.mark.parametrize("path", sorted((ROOT.parent / "sessions").rglob("*.md")), ids=lambda path: path.stem[:30])
def test_the_sample_sessions_are_right(path: Path) -> None:
    session = read(path.read_text(encoding="utf-8"), f"sessions/{path.name}")
    assert {rule: places(rule, session) for rule in CHECKS if places(rule, session)} == {}


def test_words_in_code_comments_and_generated_tables_are_not_looked_at() -> None:
    body = """```
- [X] **Session Rating**: 11, itâ€™s, 100% accurate token counts
```
<!-- - [X] itâ€™s
- [X] 100% accurate token counts -->
<!-- sessions:overview -->
| Focus | itâ€™s 100% accurate token counts [fill in] |
<!-- /sessions:overview -->
- [ ] `itâ€™s` is quoted
"""
    for rule in ("box-style", "rating", "mojibake", "claim-of-source"):
        assert told(rule, body, more="source: {kind: manual}\n") == [], rule


@pytest.mark.parametrize(
    "body",
    [
        "see [the page](https://example.org), [other][ref], [ref] and [^1]\n\n[ref]: https://example.org\n",
        "a value[0], list[int], [1, 2], [3] and [sic], he said […] so",
        "> [!NOTE]\n> - [ ] quoted box",
        "| [x] | [ ] |\n|---|---|\n| [X] | done |",
        "TODO lists were tidied, TBD was said",
        "<!-- [not shown,\nand not here] -->",
        "- [ ]",
    ],
)
def test_what_is_no_placeholder(body: str) -> None:
    assert told("placeholder", body) == []


@pytest.mark.parametrize("body", ["**Branch**: TBD", "- Branch: TODO", "| Branch | **TBD** |", "_[who]_", "日期[填写]"])
def test_what_is_one(body: str) -> None:
    (problem,) = told("placeholder", body)
    assert problem.severity == "error"
    (problem,) = told("placeholder", body, state="active")
    assert problem.severity == "warning"


def repaired(body: str, rule: str) -> str:
    session = read(HEAD.format(state="complete", more="") + body)
    return replaced_texts(session.document, CHECKS[rule](session, SETTINGS)).decode("utf-8")


def test_boxes_are_repaired_at_every_place() -> None:
    body = "- [X] one [X] more  \r\n  * [X] two\n- [x] three\n[X] no box\n"
    assert repaired(body, "box-style") == "- [x] one [X] more  \r\n  * [x] two\n- [x] three\n[X] no box\n"


def test_boxes_that_are_all_alike_are_in_one_style() -> None:
    assert told("box-style", "- [X] one\n- [X] two\n") == []


@pytest.mark.parametrize(
    "item",
    [
        "Added a retry to the flaky tests",
        "No tests added, on purpose",
        "Added docs for the tests",
        "Test plan written",
        "Property tests for the validator",
    ],
)
def test_what_claims_no_new_tests(item: str) -> None:
    assert told("claim-without-number", f"- [x] {item}\n") == []


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ("code: {tests_added: 3, coverage: 80}\n", ""),
        ("", "- **Tests Added**: 3\n- **Test Coverage**: 80%\n"),
    ],
)
def test_a_claim_with_its_number_is_right(more: str, body: str) -> None:
    body += "- [x] Added property-based tests\n- [x] Improved the test coverage\n- [ ] Review generated test coverage\n"
    assert told("claim-without-number", body, more=more) == []
    assert told("claim-without-number", "- [x] Added tests\n", state="active") == []
    assert len(told("claim-without-number", body.replace("3", "0").replace("80", "0"))) == 3


def test_what_may_be_said_of_measured_and_billed_numbers() -> None:
    body = "- 100% accurate token counts\n- costs from actual billing data\n"
    measured = "source: {kind: api}\n"
    assert [problem.location.line for problem in told("claim-of-source", body, more=measured)] == [9]
    assert told("claim-of-source", body, more=f"{measured}billed: {{cost: 1.5}}\n") == []


APART = """### Next Session Optimization
- [ ] Write release notes for 1.4
- [ ] Add tests for the parser
- [ ] Fix login page layout
- [ ] Migrate table 1
- [ ] Read `a.py` again
- [ ] Use Haiku for reviews
- [ ] [Prepare the context]
### Questions for Next Session
- [ ] Publish release notes
- [ ] Add tests for the lexer
- [ ] Fix login page tests
- [ ] Migrate table 2
- [ ] Read `b.py` again
- [ ] Avoid Haiku for reviews
- [ ] [Prepare the context]
- [x] Write release notes for 1.4
"""


def test_items_that_share_words_and_mean_other_work() -> None:
    assert told("duplicate-item", APART) == []


def test_a_goal_that_was_not_reached_may_be_an_open_item() -> None:
    body = "### Key Accomplishments\n- [ ] Reports use Decimal\n### For Next Session\n- [ ] Reports use Decimal\n"
    assert told("duplicate-item", body) == []
    assert len(told("duplicate-item", body.replace("Key Accomplishments", "Questions"))) == 1


@pytest.mark.parametrize("score", range(1, 11))
def test_a_star_stands_for_two(score: int) -> None:
    right = f"- **Session Rating**: {score} {'⭐' * -(-score // 2)}\n"
    assert told("stars", right) == []
    assert told("rating", right) == []
    wrong = f"- **Session Rating**: {score}/10 ⭐ ⭐️{'⭐' * 4}\n"
    assert repaired(wrong, "stars") == right.replace(f"{score} ", f"{score}/10 ")


@pytest.mark.parametrize(
    "body",
    [
        "- **Session Rating**: done in one sitting",
        "- **Code Quality**: 85",
        "- **Session Rating**: 8/10, three models",
        "- **Session Rating**: [1-10]",
        "- **Session Rating**: ⭐⭐⭐⭐",
    ],
)
def test_what_is_no_wrong_rating(body: str) -> None:
    assert told("rating", body) == []
    assert told("stars", body) == []


@pytest.mark.parametrize(
    ("clocks", "problems"),
    [
        (("14:03 UTC", "15:10 UTC", "1:07"), 0),
        (("14:03", "15:10", "1:07"), 0),
        (("9:03 AM", "1:10 PM", "4:07"), 0),
        (("14:03 UTC", "15:10", "1h07m"), 1),
        (("14:03:10 +01:00", "15:10 +01:00", "1:07"), 1),
        (("2025-06-17T12:40-08:00", "2025-06-16T19:45", "7h5m"), 1),
        (("about noon", "14:10", ""), 0),
    ],
)
def test_clock_formats(clocks: tuple[str, str, str], problems: int) -> None:
    start, end, duration = clocks
    body = f"**Start Time**: {start}\n**End Time**: {end}\n**Duration**: {duration}\n"
    assert len(told("clock-format", body)) == problems


GOALS = """### Primary Goals (Must Complete)
1. [x] **One** - done
   - a remark
2. [{box}] **Two** - done
### Secondary Goals
3. **Three** - one page
### Achievements
- **Primary Goals**: {primary} completed - with words
- **Secondary Goals**: {secondary} completed
"""


@pytest.mark.parametrize(
    ("box", "primary", "secondary", "problems"),
    [
        ("x", "2/2", "1/1", 0),
        (" ", "1 of 2", "0/1", 0),
        (" ", "2/2", "1/1", 1),
        ("x", "2/3", "1/1", 1),
        ("x", "3/2", "2 of 1", 2),
    ],
)
def test_goals_are_those_that_stand_in_the_file(box: str, primary: str, secondary: str, problems: int) -> None:
    assert len(told("goals", GOALS.format(box=box, primary=primary, secondary=secondary))) == problems


@pytest.mark.parametrize(
    ("state", "problems"),
    [("🔄 in progress", 0), ("🔄 Transitioning to part 2", 0), ("[📋 | 🔄] [name]", 0), ("🔄", 1), ("🔄 Auth", 1)],
)
def test_an_ambiguous_glyph_is_no_state(state: str, problems: int) -> None:
    assert len(told("phase-glyph", f"**Phase State**: {state}\n")) == problems


USAGE = """usage:
- {{time: '20:36', task: {task}, model: claude-opus-4-6, requests: 1, input: 10, output: 5}}
- {{time: '20:36', task: {task}, model: {other}, requests: 1, input: 10, output: 5}}
"""
STRATEGY = """### Model Usage Strategy
- **Opus**: architecture decisions, code generation
- **Haiku**: simple questions, the review, where one point matters
"""


@pytest.mark.parametrize(
    ("task", "other", "problems"),
    [
        ("Code review", "claude-opus-4-6", 2),
        ("Review this as an attacker", "claude-opus-4-6", 2),
        ("Review this as an attacker", "claude-haiku-4-5", 0),
        ("Fix the question mark in the header of every page", "claude-opus-4-6", 0),
        ("Generation review", "claude-opus-4-6", 0),
        ("Code generation", "another-model", 0),
        ("One point matters", "claude-opus-4-6", 0),
    ],
)
def test_which_model_the_strategy_has_for_a_task(task: str, other: str, problems: int) -> None:
    found = told("model-policy", STRATEGY, more=USAGE.format(task=task, other=other))
    assert len(found) == problems
    assert all("less for the row" not in problem.message for problem in found), "no price without a cost of the row"


def test_a_refused_body_names_the_line_of_the_file() -> None:
    (problem,) = told("body-limits", "fine\n\n" + "> " * 21 + "deep\n")
    assert problem.location.line == 7 + 2
    (problem,) = told("body-limits", "words\n" * 100_000)
    assert problem.location.line == 7
    assert "longer than 512 KB" in problem.message


def test_conflict_markers_are_refused_in_every_body() -> None:
    note = (ROOT / "check_cases" / "2025-09-13-seed-2.md").read_text(encoding="utf-8")
    for text in (f"{note}\n<<<<<<< HEAD\n", HEAD.format(state="complete", more="") + "a\n>>>>>>> feat/jwt\n"):
        session, problems = parse_session_file(text.encode(), "sessions/a.md")
        assert session is None
        assert [problem.rule for problem in problems] == ["merge-conflict"]


def garble(text: str, codec: str) -> str:
    """As a program shows UTF-8 that it takes for another encoding; undefined bytes become controls."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())


CODECS = ("mac_roman", "cp1252", "latin-1")
CERTAIN = ["✅", "📋", "🔄", "⏸️", "→", "’", "é", "ü", "ñ", "Привет", "日本語"]
WORDS = st.sampled_from([
    "Äpfel", "Öl", "über", "Überraschung", "école", "Été", "à", "là", "ça", "MAÇÃ", "ÚŽASNÉ", "Þú", "ert", "não", "É",
    "Ångström", "5 µm²", "√π", "2√πr", "≈£5", "¬π", "1.54 Å±0.02",
    "20 °C", "½", "日本語", "Привет", "✅", "📋🔄⏸️", "naïve", "ÅÄÖ",
    "Ü", "text", "œuvre", "Ελλάδα", "São", "Ñandú", "Łódź",
])  # fmt: skip
AROUND = st.sampled_from([
    "{}", "“{}”", "„{}“", "«{}»", "«\u00a0{}\u00a0»", "‘{}’", "‚{}‘", "({})", "{}…", "…{}", "{}—", "—{}",
    "–{}", "{}™", "»{}«", "{}†",
])  # fmt: skip


@given(st.lists(st.tuples(WORDS, AROUND), min_size=1, max_size=8))
def test_right_text_is_never_taken_for_garbled(pieces: list[tuple[str, str]]) -> None:
    text = " ".join(around.format(word) for word, around in pieces)
    assert garbled_in(text) == ()


@given(st.lists(st.sampled_from(CERTAIN), min_size=1, max_size=5), st.sampled_from(CODECS), st.sampled_from(["", "a "]))
def test_garbled_text_is_restored(pieces: list[str], codec: str, before: str) -> None:
    right = before + " b ".join(pieces)
    found = garbled_in(garble(right, codec))
    restored = garble(right, codec)
    for each in reversed(found):
        assert len(each.restored) < len(each.text)
        restored = restored[: each.start] + each.restored + restored[each.end :]
    assert restored == right


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_counts_as_garbled_came_from_the_restored_text(text: str) -> None:
    for each in garbled_in(text):
        codec = "mac_roman" if each.codec == "Mac Roman" else "cp1252"
        assert text[each.start : each.end] == each.text
        raw = b"".join(character.encode(codec if ord(character) > 0x9F else "latin-1") for character in each.text)
        assert raw.decode("utf-8") == each.restored


def test_garbled_lines_are_repaired_as_a_whole() -> None:
    right = "- [🟢 Efficient | 🟡 Monitor | 🔴 Review] – “naïve” café\n"
    for codec in CODECS:
        assert repaired(garble(right, codec), "mojibake") == right


def test_a_repair_replaces_no_more_than_the_garbled_part() -> None:
    (problem,) = told("mojibake", "so itâ€™s “right” here\n")
    assert problem.repair == ReplaceText("â€™", "’")


ROW = "usage:\n- {task: itâ€™s, model: m, requests: 1, input: 1, output: 1}\n"


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ("focus: cafÃ©\n", [(6, 8)]),
        ("tags: [ok, cafÃ©]\n", [(6, 12)]),
        (f"source: {{kind: claude-code, sessions: [a]}}\n{ROW}", []),
        (f"source: {{kind: manual}}\n{ROW}", [(8, 10)]),
    ],
)
def test_garbled_words_of_the_frontmatter_have_their_place(more: str, places: list[tuple[int, int]]) -> None:
    found = told("mojibake", "", more=more)
    assert [(problem.location.line, problem.location.column) for problem in found] == places
    assert all(problem.repair is None for problem in found)
