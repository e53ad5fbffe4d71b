"""Open loops: what was left open, how long ago, and what closes it."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.frontmatter import parse_document
from sitegen.loops import OpenLoop, carried_text, kind_of, open_loops, without_age
from sitegen.session import Session
from tests.made_sessions import made_session


def wrote(day: str, body: str, *, project: str = "shop-api") -> Session:
    return made_session(
        f"sessions/2026/{day}-{project}.md", project=project, started=f"{day}T10:00:00+01:00", body=body
    )


def texts(*sessions: Session) -> list[str]:
    return [loop.text for loop in open_loops(sessions)]


ASKED = wrote("2026-02-11", "## Questions for Next Session\n- [ ] How do we roll keys?\n- [x] Is it safe?\n")


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (("questions for next session",), "question"),
        (("open questions",), "question"),
        (("next session optimization",), "next session"),
        (("next steps carried over",), "next session"),
        (("objectives", "next steps carried over"), "next session"),
        (("session summary", "next session setup", "priority tasks for the next session"), "next session"),
        (("for next session",), "next session"),
        (("action items", "for next session"), "action item"),
        (("action items", "cost management"), "action item"),
        (("action items", "anything else"), "action item"),
        (("action items", "questions"), "question"),
        (("blockers encountered",), "action item"),
        (("to-do",), "action item"),
        (("key accomplishments",), None),
        (("objectives", "success criteria"), None),
        (("next session", "goals"), None),
        (("goals for the next session",), "next session"),
        (("cost optimization notes", "token efficiency tips applied"), None),
        (("security considerations",), None),
        (("questionnaire",), None),
        ((), None),
    ],
)
def test_the_heading_says_what_an_open_box_is(headings: tuple[str, ...], kind: str | None) -> None:
    assert kind_of(headings) == kind


def test_a_loop_knows_where_it_began() -> None:
    document, _ = parse_document(b"---\nschema: 1\n---\n## Questions\n\n- [ ] Why?\n", "x.md")
    assert document is not None
    session = replace(wrote("2026-02-11", document.body), document=document)
    (loop,) = open_loops([session])
    day = date(2026, 2, 11)
    assert loop == OpenLoop("Why?", "question", "shop-api", session.path, 6, day, session.path, last_line=6)
    assert document.raw.decode().split("\n")[loop.line - 1] == "- [ ] Why?"
    assert (loop.carried, loop.sessions) == (0, 1)


def test_a_loop_is_carried_through_sessions() -> None:
    again = wrote(
        "2026-02-12",
        "### Next Steps Carried Over\n- [ ] how do we **roll keys**\n## Questions\n- [ ] How do we roll keys?\n",
    )
    last = wrote("2026-02-20", "### Next Steps Carried Over\n- [ ] How do we roll `keys`?\n")
    (loop,) = open_loops([last, ASKED, again])
    assert (loop.path, loop.last_path) == (ASKED.path, last.path)
    assert (loop.kind, loop.sessions, loop.carried) == ("question", 3, 2)
    assert loop.text == "How do we roll `keys`?"
    assert [loop.age(date(2026, 2, 21)), loop.age(date(2026, 2, 1)), loop.age(None)] == [10, 0, None]
    assert replace(loop, day=None).age(date(2026, 2, 21)) is None


@pytest.mark.parametrize(
    "later",
    [
        "### Next Steps Carried Over\n- [x] How do we roll keys?\n",
        "## Questions\n* [X] how do we roll KEYS\n",
        "## Key Accomplishments\n1. [x] **How do we roll keys?**\n",
        "## Questions\n- [ ] ~~How do we roll keys?~~ nobody needs it\n",
        "## Questions\n- ~~How do we roll keys~~\n",
        "## Questions\n- [ ] How do we roll keys?\n\n## Achievements\n- [x] How do we\n  roll keys?\n",
    ],
)
def test_what_closes_a_loop(later: str) -> None:
    assert texts(ASKED, wrote("2026-02-12", later)) == []


@pytest.mark.parametrize(
    "later",
    [
        "## Questions\n- [x] How do we roll other keys?\n",
        "## Questions\n- How do we roll keys?\n",
        "## Questions\n```\n- [x] How do we roll keys?\n```\n",
        "<!--\n## Questions\n- [x] How do we roll keys?\n-->\n",
        "<!-- sessions:cost -->\n- [x] How do we roll keys?\n<!-- /sessions:cost -->\n",
        "## Key Accomplishments\n- [ ] How do we roll keys?\n",
        "## Questions\n- [x] How do we roll keys?\n- [ ] How do we roll keys?\n",
        "",
    ],
)
def test_what_leaves_it_open(later: str) -> None:
    assert texts(ASKED, wrote("2026-02-12", later)) == ["How do we roll keys?"]


def test_another_project_closes_nothing() -> None:
    assert texts(ASKED, wrote("2026-02-12", "## Questions\n- [x] How do we roll keys?\n", project="other"))


def test_a_tick_from_before_closes_nothing_later_and_a_loop_may_open_anew() -> None:
    ticked = wrote("2026-02-12", "## Questions\n- [x] How do we roll keys?\n")
    anew = wrote("2026-02-13", "## Questions\n- [ ] How do we roll keys?\n")
    (loop,) = open_loops([anew, ASKED, ticked])
    assert (loop.path, loop.sessions) == (anew.path, 1)


def test_what_is_left_to_fill_in_or_says_nothing_is_no_loop() -> None:
    body = "## Action Items\n\n- [ ] [Next piece of work]\n- [ ] none\n- [ ]\n- [ ] N/A\n- [ ] TBD\n- [ ] Real\n"
    assert texts(wrote("2026-02-11", body)) == ["Real"]


def test_a_masked_copy_is_the_same_loop() -> None:
    asked = wrote("2026-02-11", "## Questions\n- [ ] Ask jane.doe@corp.invalid about /home/jane/x\n")
    carried = wrote("2026-02-12", "## Questions\n- [x] Ask [REDACTED:email] about ~/x\n")
    assert texts(asked, carried) == []


def test_the_oldest_comes_first_and_one_without_a_day_last() -> None:
    undated = replace(wrote("2026-01-01", "## Questions\n- [ ] When?\n"), started=None)
    new = wrote("2026-03-01", "## Next Steps\n- [ ] B\n- [ ] A\n")
    assert texts(new, undated, ASKED) == ["How do we roll keys?", "B", "A", "When?"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Roll keys (open since 2026-02-11)", "Roll keys"),
        ("Roll keys (open for 1 day, since 2026-02-11)", "Roll keys"),
        ("Roll keys (open for 1,204 days, since 2026-02-11).", "Roll keys"),
        ("Roll keys (open since 2026-02-11) (open for 3 days, since 2026-02-11)", "Roll keys"),
        ("Roll keys (open since 2026-99-99)", "Roll keys"),
        ("Explain (open since 2026-02-11) in the list", "Explain (open since 2026-02-11) in the list"),
        ("Is the shop (open since May)", "Is the shop (open since May)"),
        ("Is the door open since 2026-02-11", "Is the door open since 2026-02-11"),
        ("(open since 2026-02-11)", "(open since 2026-02-11)"),
        ("Roll keys", "Roll keys"),
    ],
)
def test_only_the_note_at_the_end_is_none_of_the_words(text: str, words: str) -> None:
    assert without_age(text) == words


def test_a_note_of_age_tells_the_day_where_the_first_session_is_gone() -> None:
    items = "- [ ] Roll keys (open for 9 days, since 2026-02-02)\n- [ ] B (open since 2026-99-99)\n"
    first, second = open_loops([wrote("2026-02-11", f"### Next Steps Carried Over\n{items}")])
    assert (first.text, first.day) == ("Roll keys", date(2026, 2, 2))
    assert (second.text, second.day) == ("B", date(2026, 2, 11))


def test_a_note_from_the_future_makes_no_loop_younger() -> None:
    (loop,) = open_loops([wrote("2026-02-11", "## Questions\n- [ ] Why? (open since 2031-01-01)\n")])
    assert loop.day == date(2026, 2, 11)


@pytest.mark.parametrize(
    "line",
    [
        "- [x] How do we roll keys? (open for 1 day, since 2026-02-11)",
        "- [x] How do we roll keys?",
        "- [X] how do we **roll keys** (open since 2026-02-11).",
        "- ~~How do we roll keys? (open since 2026-02-11)~~ nobody needs it",
        "- [ ] ~~How do we roll keys?~~ (open since 2026-02-11)",
        "- [x] How do we roll keys? (open for 1 day,\n  since 2026-02-11)",
    ],
)
def test_a_carried_box_is_closed_with_and_without_the_note(line: str) -> None:
    carried = wrote("2026-02-12", f"### Next Steps Carried Over\n- [ ] {carried_text(*open_on('2026-02-12', ASKED))}\n")
    assert texts(ASKED, carried) == ["How do we roll keys?"]
    assert texts(ASKED, carried, wrote("2026-02-13", f"## Done\n{line}\n")) == []


def open_on(day: str, *sessions: Session) -> tuple[OpenLoop, date]:
    (loop,) = open_loops(sessions)
    return loop, date.fromisoformat(day)


def test_a_carried_item_is_masked_and_begins_no_comment() -> None:
    asked = wrote("2026-02-11", "## Questions\n- [ ] Ask jane.doe@corp.invalid <!-- and `<!--`\n")
    assert carried_text(*open_on("2026-02-12", asked)) == (
        "Ask [REDACTED:email] &lt;!-- and `<!--` (open for 1 day, since 2026-02-11)"
    )


def test_an_item_without_a_day_is_carried_without_an_age() -> None:
    assert carried_text(*open_on("2026-02-12", replace(ASKED, started=None))) == "How do we roll keys?"


WORDS = st.text(alphabet="abcXYZ äß-`*?", min_size=1, max_size=12).filter(lambda words: any(map(str.isalpha, words)))
BOXES = st.lists(st.tuples(st.booleans(), WORDS), max_size=5)
LISTS = st.lists(BOXES, max_size=5)


def written(lists: list[list[tuple[bool, str]]]) -> list[Session]:
    return [
        wrote(
            f"2026-02-{11 + number}",
            "## Questions\n\n" + "".join(f"- [{'x' if ticked else ' '}] {words}\n" for ticked, words in boxes),
        )
        for number, boxes in enumerate(lists)
    ]


@given(LISTS)
def test_ticking_every_open_loop_closes_all(lists: list[list[tuple[bool, str]]]) -> None:
    sessions = written(lists)
    ticks = "".join(f"- [x] {loop.text}\n" for loop in open_loops(sessions))
    assert open_loops([*sessions, wrote("2026-03-01", f"## Done\n{ticks}")]) == ()


@given(LISTS, st.integers(0, 10_000))
def test_the_order_of_the_sessions_does_not_matter(lists: list[list[tuple[bool, str]]], seed: int) -> None:
    sessions = written(lists)
    mixed = sessions.copy()
    Random(seed).shuffle(mixed)  # noqa: S311  # an order, not a secret
    assert open_loops(mixed) == open_loops(sessions)


@given(LISTS, st.sampled_from(["", "## Questions\n", "# Words\n\n- one\n- two\n", "## Questions\n- none\n"]))
def test_a_session_without_boxes_changes_nothing(lists: list[list[tuple[bool, str]]], body: str) -> None:
    sessions = written(lists)
    assert open_loops([*sessions, wrote("2026-02-13", body, project="later")]) == open_loops(sessions)
    assert open_loops([*sessions, wrote("2026-03-01", body)]) == open_loops(sessions)


@given(LISTS)
def test_carrying_all_of_it_keeps_each_loop_where_it_began(lists: list[list[tuple[bool, str]]]) -> None:
    sessions = written(lists)
    before = open_loops(sessions)
    carried = "".join(f"- [ ] {loop.text}\n" for loop in before)
    after = open_loops([*sessions, wrote("2026-03-01", f"## Next Steps Carried Over\n{carried}")])
    assert [(loop.path, loop.line, loop.kind, loop.sessions) for loop in after] == [
        (loop.path, loop.line, loop.kind, loop.sessions + 1) for loop in before
    ]


@given(LISTS, st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_carrying_again_and_again_adds_no_word_and_no_loop(
    lists: list[list[tuple[bool, str]]], later: list[int]
) -> None:
    sessions = written(lists)
    before = open_loops(sessions)
    day = date(2026, 3, 1)
    for days in later:
        day += timedelta(days)
        items = [carried_text(loop, day) for loop in open_loops(sessions)]
        assert all(item.count("(open for") == 1 for item in items)
        body = "".join(f"- [ ] {item}\n" for item in items)
        sessions.append(wrote(day.isoformat(), f"## Objectives\n\n### Next Steps Carried Over\n\n{body}"))
    after = open_loops(sessions)
    assert [(loop.text, loop.kind, loop.day, loop.path, loop.line) for loop in after] == [
        (loop.text, loop.kind, loop.day, loop.path, loop.line) for loop in before
    ]
    assert [loop.carried for loop in after] == [loop.carried + len(later) for loop in before]


@given(LISTS)
def test_what_was_carried_alone_keeps_its_age(lists: list[list[tuple[bool, str]]]) -> None:
    before = open_loops(written(lists))
    body = "".join(f"- [ ] {carried_text(loop, date(2026, 3, 1))}\n" for loop in before)
    after = open_loops([wrote("2026-03-01", f"### Next Steps Carried Over\n\n{body}")])
    assert [(loop.text, loop.day) for loop in after] == [(loop.text, loop.day) for loop in before]


def test_many_sessions_are_read_in_linear_time() -> None:
    def seconds(number: int) -> float:
        body = "## Questions\n" + "".join(f"- [ ] Question {at} of {{}}?\n" for at in range(5))
        sessions = [replace(ASKED, path=f"sessions/2026/{at}.md", body=body.format(*[at] * 5)) for at in range(number)]
        start = process_time()
        assert len(open_loops(sessions)) == 5 * number
        return process_time() - start

    seconds(200)
    few = seconds(200)
    assert seconds(1600) < 8 * few * 3 + 0.5
