"""The page of problems: all of them, the gravest first, with place and cure; and nothing of it for strangers."""

import re
from dataclasses import replace
from html import unescape

import pytest

from sitegen.errors import Location, Problem, error, note, warning
from sitegen.ledger import Ledger
from sitegen.pages.problems import problems_page
from sitegen.pages.site import site_of
from tests.made_sessions import made_ledger, made_row, made_session

PATH = "sessions/2026/2026-02-11-jwt.md"
HOSTILE = "</li><script>alert(1)</script>\x1b\u202e"


def words_of(content: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def ledger_with(*problems: Problem) -> Ledger:
    return made_ledger(made_session(PATH, made_row(), made_row()), problems=problems)


def test_problems_are_grouped_by_weight_and_file() -> None:
    page = problems_page(
        site_of(
            ledger_with(
                note("words", Location(PATH, 9, 1), "a note"),
                warning("budget", Location("sessions.toml", 3), "$3 too much"),
                error("row-cost", Location(PATH, 22, 5), "stated $1", "see row 1", also=(Location(PATH, 31, 2),)),
                error("row-cost", Location(PATH, 4, 1), "stated $2"),
                error("goals", Location("sessions/2026/gone.md", 1, 1), "unreadable"),
            )
        )
    )
    assert words_of(page.body) == (
        "Problems What sessions check has to say about 1 session with 2 usage rows. "
        "Errors 3 sessions check ends with 1 Warnings 1 worth a look Notes 1 good to know "
        "Files 3 with something to look at "
        f"3 errors {PATH} stated $2 {PATH}:4:1 row-cost "
        f"stated $1; also at 31:2 Hint: see row 1 {PATH}:22:5 row-cost "
        "sessions/2026/gone.md unreadable sessions/2026/gone.md:1:1 goals "
        "1 warning sessions.toml $3 too much sessions.toml:3:1 budget "
        f"1 note {PATH} a note {PATH}:9:1 words"
    )
    assert page.description == "5 problems in the session files"
    assert re.findall(r'<h2 id="(\w+)"', page.body) == ["errors", "warnings", "notes"]
    assert re.findall(r'href="([^"]*)"', page.body) == ["../2026/2026-02-11-jwt.html"] * 2


def test_a_clean_ledger_says_what_was_looked_at() -> None:
    page = problems_page(site_of(ledger_with()))
    assert words_of(page.body) == "Problems Nothing found by sessions check in 1 session with 2 usage rows."
    assert page.description == "No problems found"


@pytest.mark.parametrize(("marked_only", "incognito"), [(True, False), (False, True), (True, True)])
def test_strangers_learn_neither_problems_nor_that_there_are_none(*, marked_only: bool, incognito: bool) -> None:
    for ledger in (ledger_with(), ledger_with(error("row-cost", Location("sessions/secret.md"), "stated $123"))):
        marked = replace(ledger, sessions=tuple(replace(session, publish=True) for session in ledger.sessions))
        page = problems_page(site_of(marked, marked_only=marked_only, incognito=incognito))
        assert "Not shown on this site" in words_of(page.body)
        assert not re.search(r"\$123|secret|[Nn]othing found|[0-9]", words_of(page.body + page.description))


def test_more_than_a_thousand_are_cut_and_it_says_so() -> None:
    many = tuple(warning("words", Location(PATH, line), f"message {line}") for line in range(1, 1501))
    page = problems_page(site_of(ledger_with(*many, error("row-cost", Location(PATH, 1), "the one error"))))
    assert page.body.count("<li>") == 1000
    assert "the one error" in page.body
    assert "1,500 warnings" in words_of(page.body)
    assert "Shown are the first 1,000 of 1,501 problems" in words_of(page.body)


def test_what_stands_in_backticks_is_code() -> None:
    problem = error("x", Location(PATH), "`a<b` is no `c`", "a ` alone")
    body = problems_page(site_of(ledger_with(problem))).body
    assert "<code>a&lt;b</code> is no <code>c</code>" in body
    assert "a ` alone" in body


def test_foreign_text_is_escaped() -> None:
    page = problems_page(site_of(ledger_with(error("x", Location(HOSTILE), HOSTILE, HOSTILE))))
    assert "<script" not in page.body
    assert "\x1b" not in page.body
    assert "\u202e" not in page.body
