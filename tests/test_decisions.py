"""Decisions: found below their headings, told apart, and replaced by later ones."""

from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.decisions import Decision, decisions_of, session_decisions
from sitegen.frontmatter import parse_document
from sitegen.items import list_items, plain_words, same_words
from sitegen.session import Session
from tests.made_sessions import made_session


def decided(name: str, body: str, *, project: str = "shop-api") -> Session:
    """A session whose file is named by its day: `2026-02-11-jwt`."""
    return made_session(
        f"sessions/2026/{name}.md", title=name, project=project, started=f"{name[:10]}T10:00:00+01:00", body=body
    )


def titles(body: str) -> list[str]:
    return [each.title for each in session_decisions(decided("2026-02-11-a", body))]


def pairs(body: str) -> list[tuple[str, str]]:
    return [(each.title, each.reason) for each in session_decisions(decided("2026-02-11-a", body))]


@pytest.mark.parametrize(
    ("item", "title", "reason"),
    [
        ("1. **RS256, not HS256**: services verify", "RS256, not HS256", "services verify"),
        ("- **RS256:** services verify", "RS256", "services verify"),
        (
            "* **One owner for each section**, named in the outline.",
            "One owner for each section",
            "named in the outline.",
        ),
        ("1) __Fail open__ — logins work", "Fail open", "logins work"),
        ("- **Keys live 24 hours**", "Keys live 24 hours", ""),
        ("- Fail open: logins work", "Fail open", "logins work"),
        ("- Fail open – logins work", "Fail open", "logins work"),
        ("- Use https://example.org/x for it", "Use https://example.org/x for it", ""),
        ("- [x] **Fail open**: logins work", "Fail open", "logins work"),
        ("- [ ] Use RS256", "Use RS256", ""),
        ("- **Use `x` here**: why", "Use `x` here", "why"),
    ],
)
def test_an_item_is_a_title_and_a_reason(item: str, title: str, reason: str) -> None:
    assert pairs(f"## Decisions\n\n{item}\n") == [(title, reason)]


def test_items_count_below_a_heading_that_says_so_until_the_next_of_its_level() -> None:
    body = (
        "# Notes\n- before\n## Technical Decisions Made\n1. one\n### Storage\n2. two\n#### Deeper\n3. three\n"
        "## Blockers\n- not this\n# DECISIONS ##\n- four\n"
    )
    assert titles(body) == ["one", "two", "three", "four"]


def test_only_what_a_person_wrote_counts() -> None:
    body = (
        "## Decisions\n\n1. **[Decision]**: [why, and what was turned down]\n- none\n- N/A.\n\n"
        "```\n- in code\n```\n\n<!-- - in a comment\n- and here -->\n\n"
        "<!-- sessions:cost -->\n- in a block\n<!-- /sessions:cost -->\n\n- kept\n\nA paragraph.\n\n* * *\n"
    )
    assert titles(body) == ["kept"]


def test_a_block_that_is_never_closed_hides_nothing() -> None:
    assert titles("## Decisions\n<!-- sessions:cost -->\n- one\n<!-- sessions:usage -->\n- two\n") == ["one", "two"]


def test_what_goes_on_below_an_item_belongs_to_it() -> None:
    body = (
        "## Decisions\n\n1. **RS256**: services\n   verify, and\nonly one signs\n   - HS256 was turned down\n"
        "2. **Next**\n\nNot part of it.\n"
    )
    assert pairs(body) == [("RS256", "services verify, and only one signs; HS256 was turned down"), ("Next", "")]


def test_a_decision_knows_its_place_in_the_file() -> None:
    document, _ = parse_document(b"---\nschema: 1\ntitle: x\n---\n# X\n\n## Decisions\n\n- one\n- two\n", "x.md")
    assert document is not None
    session = replace(decided("2026-02-11-a", document.body), document=document)
    second = session_decisions(session)[1]
    assert (second.path, second.number, second.line) == ("sessions/2026/2026-02-11-a.md", 2, 10)
    assert document.raw.decode().split("\n")[second.line - 1] == "- two"
    assert (second.day, second.project) == (session.day, "shop-api")


def test_the_newest_session_comes_first_and_one_without_a_day_last() -> None:
    undated = replace(decided("2026-09-09-x", "## Decisions\n- never\n"), started=None)
    found = decisions_of(
        [
            undated,
            decided("2026-02-11-a", "## Decisions\n- one\n- two\n"),
            decided("2026-03-01-b", "## Decisions\n- three\n"),
        ]
    )
    assert [each.title for each in found] == ["three", "one", "two", "never"]


def superseded(*sessions: Session) -> dict[str, str]:
    """Titles, each with the title of what replaced it."""
    found = decisions_of(sessions)
    by_place = {each.place: each.title for each in found}
    return {each.title: by_place[each.superseded_by] for each in found if each.superseded_by}


OLD = decided("2026-02-11-jwt", "## Decisions\n1. **RS256**: one\n2. **No leeway**: two\n")


@pytest.mark.parametrize(
    "words",
    [
        "supersedes [JWT](2026-02-11-jwt.md) #2",
        "supersedes [JWT](2026-02-11-jwt.md), decision 2",
        "replaces decision 2 of [JWT](2026-02-11-jwt.md).",
        "Replaces [decision 2](./2026-02-11-jwt.md)",
        "supersedes [JWT](../2026/2026-02-11-jwt.md#2)",
        "supersedes [no leeway](2026-02-11-jwt.md)",
        "clocks drift; supersedes **[No leeway](2026-02-11-jwt.md#notes)**",
    ],
)
def test_an_item_names_what_it_replaces(words: str) -> None:
    new = decided("2026-03-01-clocks", f"## Decisions\n- **A minute of leeway**: {words}\n", project="another")
    assert superseded(OLD, new) == {"No leeway": "A minute of leeway"}


def test_without_a_number_it_replaces_all_of_that_session() -> None:
    new = decided(
        "2026-03-01-paseto", "## Decisions\n- **PASETO**: supersedes [the session on JWT](2026-02-11-jwt.md)\n"
    )
    assert superseded(OLD, new) == {"RS256": "PASETO", "No leeway": "PASETO"}


def test_several_links_are_all_replaced() -> None:
    more = decided("2026-02-12-more", "## Decisions\n- **Third**: x\n")
    words = "supersedes [JWT](2026-02-11-jwt.md) #1 and [the other](2026-02-12-more.md)"
    new = decided("2026-03-01-new", f"## Decisions\n- **New**: {words}\n")
    assert superseded(OLD, more, new) == {"RS256": "New", "Third": "New"}


@pytest.mark.parametrize(
    "words",
    [
        "supersedes [JWT](2026-02-11-jwt.md) #9",
        "supersedes [JWT](2026-02-11-gone.md)",
        "supersedes [JWT](https://example.org/2026-02-11-jwt.md)",
        "supersedes [JWT](//[)",
        "superseded by [JWT](2026-02-11-jwt.md)",
        "this replaces the cookie; see [JWT](2026-02-11-jwt.md)",
        "replaces the cookie, see [JWT](2026-02-11-jwt.md)",
        "supersedes [itself](2026-03-01-new.md)",
        "supersedes [what is to come](2026-04-01-later.md)",
    ],
)
def test_what_names_no_earlier_decision_replaces_nothing(words: str) -> None:
    new = decided("2026-03-01-new", f"## Decisions\n- **New**: {words}\n")
    later = decided("2026-04-01-later", "## Decisions\n- **Later**: x\n")
    assert superseded(OLD, new, later) == {}


def test_the_same_title_in_a_later_session_of_the_project_replaces_the_earlier() -> None:
    new = decided("2026-03-01-new", "## Decisions\n- **no `leeway`!**: three\n")
    newest = decided("2026-04-01-newest", "## Decisions\n- No Leeway: four\n")
    elsewhere = decided("2026-05-01-x", "## Decisions\n- **No leeway**: five\n", project="other")
    found = decisions_of([newest, elsewhere, OLD, new])
    assert [(each.reason, each.superseded_by and each.superseded_by[0][14:24]) for each in found] == [
        ("five", None),
        ("four", None),
        ("three", "2026-04-01"),
        ("one", None),
        ("two", "2026-03-01"),
    ]


def test_the_same_title_twice_in_one_session_replaces_nothing() -> None:
    assert superseded(decided("2026-02-11-a", "## Decisions\n- **Same**: x\n- **Same**: y\n")) == {}


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**Bold**, *soft*, _soft_, ~~gone~~ and `code`", "Bold, soft, soft, gone and code"),
        ("[words](https://example.org/a_(b)), [ref][1], ![alt](x.png)", "words, ref, alt"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("`**kwargs` of `a [b](c)`", "**kwargs of a [b](c)"),
        ("``a `b` c``", "a `b` c"),
        ("**Use `x` here**", "Use x here"),
        (r"\*not soft\* &lt;b&gt; &amp;", "*not soft* <b> &"),
        ("<https://example.org>  two\tblanks", "https://example.org two blanks"),
        ("\x000\x00 and `x`", "0 and x"),
        ("***both*** and [**bold** link](x.md)", "both and bold link"),
        ("unclosed ** and ` and [x", "unclosed ** and ` and [x"),
    ],
)
def test_words_without_marks(markdown: str, words: str) -> None:
    assert plain_words(markdown) == words


@given(st.text(alphabet="ab `*_[]()~\\<>&\x00", max_size=60))
def test_any_text_has_words(markdown: str) -> None:
    words = plain_words(markdown)
    assert words == " ".join(words.split())
    assert "\x00" not in words


def test_texts_that_say_the_same() -> None:
    assert same_words("Is **this**  safe?") == same_words("is this safe") == "is this safe"
    assert same_words("Reports use `Decimal`") != same_words("Reports use `Decimal`, for 1.5")
    assert same_words("C++") != same_words("C#")
    assert same_words("???") == "???"
    assert same_words("¿Qué?") != same_words("¿Quién?")


def test_headings_above_an_item_are_told_from_the_outside_in() -> None:
    (item,) = list_items("# One\n## Two\n### Three\n## Four\n- [X] done\n")
    assert (item.headings, item.box, item.line, item.text) == (("one", "four"), "x", 5, "done")


LINES = [
    "## Decisions",
    "## Other",
    "- **A**: one",
    "- b: supersedes [x](2026-02-11-jwt.md) #1",
    "  - in",
    "```",
    "",
    "text",
]


@given(st.lists(st.lists(st.sampled_from(LINES), max_size=8), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_sessions_does_not_matter(bodies: list[list[str]], random: object) -> None:
    sessions = [OLD, *(decided(f"2026-03-0{n + 1}-x", "\n".join(body)) for n, body in enumerate(bodies))]
    found = decisions_of(sessions)
    random.shuffle(sessions)  # type: ignore[attr-defined]
    assert decisions_of(sessions) == found
    days = {each.place: each.day for each in found}
    assert len(days) == len(found)
    for each in found:
        assert each.superseded_by is None or days[each.superseded_by] >= each.day  # type: ignore[operator]


def test_many_sessions_and_long_items_are_read_in_linear_time() -> None:
    def seconds(sessions: list[Session]) -> float:
        start = process_time()
        decisions_of(sessions)
        return process_time() - start

    body = "## Decisions\n" + "".join(f"- **Title {n}**: supersedes [x](2026-02-11-jwt.md) #{n}\n" for n in range(5))
    few = [decided(f"2026-03-01-{n}", body) for n in range(200)]
    many = [decided(f"2026-03-01-{n}", body) for n in range(1600)]
    seconds(few)
    assert seconds(many) < 8 * seconds(few) * 3 + 0.5
    for hostile in ("[" * 9_000, "**" * 9_000, "`" * 9_000, "supersedes [a](b) " * 1_000, "~~" * 9_000, "a_ _" * 4_000):
        assert seconds([decided("2026-03-01-x", f"## Decisions\n- {hostile}\n" * 3)]) < 2


def test_a_decision_is_a_value() -> None:
    assert Decision("a.md", 1, "t", "", 1, None, "p") == Decision("a.md", 1, "t", "", 1, None, "p")
