"""The corners of reading and editing: what a message says in full, what a proof refuses, odd layouts of rows."""

# ruff: noqa: E501  # messages in full

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from sitegen.errors import ProblemError, SitegenError
from sitegen.frontmatter import (
    apply_edits,
    bare_document,
    flow_text,
    parse_document,
    prove,
    remove_key,
    set_key,
)
from sitegen.frontmatter import synced as sync
from sitegen.frontmatter.editing import sync_list
from sitegen.frontmatter.reading import MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, MAX_SCALAR
from sitegen.frontmatter.splices import Edit
from tests.test_frontmatter_editing import document, reread, set_to, synced


def told(raw: bytes) -> list[str]:
    found, problems = parse_document(raw, "s.md")
    assert found is None
    return [f"{p.location.line}:{p.location.column} {p.rule}: {p.message} | {p.hint}" for p in problems]


def in_fences(front: str) -> bytes:
    return f"---\n{front}\n---\n".encode()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (in_fences("a: 1\nb: 2\na: 3"), "4:1 yaml: `a` is already set on line 2 | keep one of the two"),
        (in_fences("t: 1:30"), "2:4 yaml: ambiguous value `1:30` | put it in quotes: `'1:30'`"),
        (
            in_fences("t: 1" + "_0" * 30),
            "2:4 yaml: ambiguous value `1_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_0_…` | put it in quotes",
        ),
        (in_fences("t: .5"), "2:4 yaml: not a plain number: `.5` | put it in quotes: `'.5'`"),
        (in_fences("a: &x 1"), "2:4 yaml-unsafe: anchor `&x` | write the value out"),
        (in_fences("a: [1, *x]"), "2:8 yaml-unsafe: alias `*x` | write the value out"),
        (in_fences("a: !own 1"), "2:4 yaml-unsafe: tag `!own` | remove it"),
        (in_fences("<<: 1"), "2:1 yaml-unsafe: merge key `<<` | write the keys out"),
        (in_fences("%YAML 1.1\n---\na: 1"), "3:1 yaml: not YAML: did not find expected <document start> | None"),
        (in_fences("a: 1\n..."), "3:1 yaml: `...` ends the YAML here | remove the line"),
        (in_fences("~: 1"), "2:1 yaml: a key is `~`, must be text | put it in quotes"),
        (in_fences("? a\n: b"), "2:3 yaml: a key is written as `? key` | write it as `key: value`"),
        (in_fences("[a]: 1"), "2:1 yaml: a key is a list or a mapping, must be text | put it in quotes"),
        (in_fences("? [a]\n: 1"), "2:3 yaml: a key is a list or a mapping, must be text | put it in quotes"),
        (in_fences("text"), "2:1 yaml: the frontmatter is one value, must be `key: value` lines | None"),
        (in_fences("- a"), "2:1 yaml: the frontmatter is a list, must be `key: value` lines | None"),
        (
            in_fences("a: b: c"),
            "2:5 yaml: not YAML: mapping values are not allowed in this context | put the value in quotes",
        ),
        (
            in_fences("a:\n\t- b"),
            "3:1 yaml: not YAML: while scanning for the next token, found character that cannot start any token | indent with blanks, not tabs",
        ),
        (in_fences("a: ["), "3:1 yaml: not YAML: while parsing a flow node, did not find expected node content | None"),
        (
            in_fences('a: "\\ud800"'),
            "2:7 yaml: not YAML: while parsing a quoted scalar, found invalid Unicode character escape code | None",
        ),
        (
            in_fences("a: \u2028"),
            "2:4 frontmatter: the character U+2028 stands in the frontmatter | remove it, or write its escape in double quotes",
        ),
        (
            in_fences("a\rb: 1"),
            "2:2 frontmatter: a carriage return alone stands in the frontmatter | remove it, or write its escape in double quotes",
        ),
        (in_fences("a: " + "[" * 13), "2:15 yaml-unsafe: nested more than 12 deep | flatten it"),
        (
            in_fences("a: '" + "x" * 200_001 + "'"),
            "2:4 yaml-unsafe: a value has more than 200,000 characters | move it to the body",
        ),
        (
            b"---\na: 1\nb: Caf\xe9\n---\n",
            "3:7 frontmatter: the frontmatter is not UTF-8: byte 16 of the file is 0xE9 | save the file as UTF-8",
        ),
        (b"\xff\xfe-", "1:1 frontmatter: the file is UTF-16, must be UTF-8 | save it as UTF-8"),
        (b"text", "1:1 frontmatter: no frontmatter | begin the file with a line `---`"),
        (
            b"---\ra: 1",
            "1:1 frontmatter: a carriage return alone ends line 1, must be LF or CRLF | save the file with LF line ends",
        ),
        (
            b"\xef\xbb\xbf---\ra: 1",
            "1:1 frontmatter: a carriage return alone ends line 1, must be LF or CRLF | save the file with LF line ends",
        ),
        (b"---\na: 1", "1:1 frontmatter: the frontmatter is not closed | end it with a line `---` of its own"),
        (
            b"---\n---\n" + b"x" * 8_388_601,
            "1:1 frontmatter: the file has 8,388,609 bytes, must be 8 MB or less | None",
        ),
        (
            b"---\n" + b"a: 1\n" * 400_001 + b"---\n",
            "2:1 yaml-unsafe: the frontmatter has 2,000,005 characters, must be 2,000,000 or less | None",
        ),
        (
            b"---\na: 1\n---\n\n<<<<<<< ours\n",
            "5:1 merge-conflict: unresolved merge: `<<<<<<<` begins this line | `sessions resolve` settles usage rows; or take either side and run `sessions fill` while the transcripts still exist; indent the line if it is only quoted",
        ),
    ],
)
def test_a_refusal_says_what_is_and_what_to_do(raw: bytes, message: str) -> None:
    assert told(raw)[0] == message


@pytest.mark.parametrize(
    ("before", "keys", "value", "after"),
    [
        ("t:\n- a: 1\n  b: 2\nz: 1\n", ("t", 0), {"c": 3}, "t:\n- {c: 3}\nz: 1\n"),
        ("t:\n- a: 1\n  b: 2\nz: 1\n", ("t", 0), {"b": 2}, "t:\n- b: 2\nz: 1\n"),
        ("t:\n- a: 1\n  b: 2\nz: 1\n", ("t", 0), {"a": 1}, "t:\n- a: 1\nz: 1\n"),
        ("t:\n- a: 1 # x\n  # y\n  b: 2\n  c: 3\nz: 1\n", ("t", 0), {"c": 3}, "t:\n-   # y\n  c: 3\nz: 1\n"),
        ("t:\n- a: 1\n  b: 2\n", ("t", 0), {"b": 2, "a": 1, "d": 4}, "t:\n- a: 1\n  d: 4\n  b: 2\n"),
        ("t:\n- a: 1\n", ("t", 0), {"d": 4}, "t:\n- {d: 4}\n"),
        ("t:\n- a: 1\n  b: 2\n  c: 3\n", ("t", 0), {"q": 0, "c": 3}, "t:\n- c: 3\n  q: 0\n"),
        ("t:\n- a: 1\n  b: 2\n  c: 3\n", ("t", 0), {"b": 2, "q": 0, "c": 3}, "t:\n- b: 2\n  q: 0\n  c: 3\n"),
        ("t:\n- a: 1\n  b: 2 # e\n  c: 3\n", ("t", 0), {"q": 0, "b": 2}, "t:\n- b: 2 # e\n  q: 0\n"),
        ("t: {\n # one\n a: 1,\n # two\n b: 2 }\nz: 1\n", ("t",), 5, "t: 5\n # one\n # two\nz: 1\n"),
        ("t: {\n # one\n a: 1\n # two\n}  # end\nz: 1\n", ("t",), 5, "t: 5\n # one\n # two\n  # end\nz: 1\n"),
        ("q: {t: [ # in\n # own\n a], u: 1}\n", ("q", "t"), 5, "q: {t: 5\n # own\n, u: 1}\n"),
        ("t: {a: 1, # x\n b: 2, # y\n c: 3}\n", ("t",), {"c": 3}, "t: { # x\n  # y\n c: 3}\n"),
        ("t: {a: 1 # x\n , # y\n b: 2}\n", ("t",), {"b": 2}, "t: { # x\n  # y\n b: 2}\n"),
        ("t: {a: 1, b: 2}\n", ("t",), {"q": 3}, "t: {q: 3}\n"),
        ("t: [a, # x\n b]\n", ("t",), ["c"], "t: [c, # x\n ]\n"),
        ("t:\n-\n- a\n", ("t", 0), 1, "t:\n- 1\n- a\n"),
        ("t:\n- \n- a\n", ("t", 0), 1, "t:\n- 1 \n- a\n"),
        ("t:\n- a\n-\n", ("t", 1), 1, "t:\n- a\n- 1\n"),
        ("g: {a: }\n", ("g", "a"), {"x": 1}, "g: {a: {x: 1}}\n"),
        ("  a: 1\n  b: 2\n", ("c",), 3, "  a: 1\n  b: 2\n  c: 3\n"),
        ("a: |\n  x\n\n  y\nb: 1\n", ("a",), ["q"], "a: [q]\nb: 1\n"),
        ("t:\n- - a\n  - b\n- c\n", ("t", 0), ["b"], "t:\n- - b\n- c\n"),
        ("t:\n- - a\n  - b\n- c\n", ("t", 0, 1), "q", "t:\n- - a\n  - q\n- c\n"),
    ],
)
def test_values_in_odd_places(before: str, keys: tuple[str | int, ...], value: Any, after: str) -> None:
    assert set_to(before, keys, value, order=("a", "g", "z")) == after


@pytest.mark.parametrize(
    ("before", "wanted", "pairs", "after"),
    [
        (
            "  usage: []\n  z: 1\n",
            {"usage": [{"a": 1}], "totals": {"cost": 1}},
            [None],
            "  usage:\n  - {a: 1}\n  totals: {cost: 1}\n  z: 1\n",
        ),
        ("usage:\n- text\n- {a: 1}\n", {"usage": [{"a": 1}, {"a": 2}]}, [0, 1], "usage:\n- {a: 1}\n- {a: 2}\n"),
        ("usage: []\n", {"usage": []}, [], "usage: []\n"),
        ("usage: [1]\n", {"usage": []}, [], "usage: [1]\n"),
        ("usage: text\n", {"usage": []}, [], "usage: []\n"),
        ("totals:\n  cost: 1\n  own: 2\n", {"totals": {}}, [], "totals:\n  own: 2\n"),
        ("totals: 5\n", {"totals": {"cost": 1}}, [], "totals: {cost: 1}\n"),
        (
            "prices:\n  m: {input: 1, source: x}\n",
            {"prices": {"m": {"input": 2}}},
            [],
            "prices:\n  m: {input: 2, source: x}\n",
        ),
        ("tags: x\nz: 1\n", {"tags": ["a", "b"]}, [], "tags: [a, b]\nz: 1\n"),
        (
            "z: 1\n",
            {"b": 1, "a": 2, "prices": {"m": {"a": 1}}, "title": "t"},
            [],
            "z: 1\ntitle: t\nprices:\n  m: {a: 1}\nb: 1\na: 2\n",
        ),
    ],
)
def test_keys_brought_up_to_date(before: str, wanted: dict[str, Any], pairs: Sequence[int | None], after: str) -> None:
    assert synced(before, wanted, pairs) == after


@pytest.mark.parametrize(
    ("old", "new", "owned", "why"),
    [
        ("a: 1\nb: 2\n", "a: [\nb: 2\n", {"a": 1}, "an edit made a file that cannot be read: s.md:4:1: error"),
        ("a: 1\nb: 2\n", "a: 1\nb: 3\n", {"a": 1}, "an edit changed a key that is not ours"),
        ("a: 1\nb: 2\n", "b: 2\na: 1\n", {"a": 1}, "an edit changed the order of keys"),
        ("a: 1\n# c\n", "a: 1\n", {"a": 1}, "an edit lost a comment"),
        ("# c\n# d\na: 1\n", "# d\n# c\na: 1\n", {"a": 1}, "an edit lost a comment"),
        ("a: 1\n", "a: 2\n", {"a": 1}, "an edit did not write `a` as wanted"),
        ("a: 1\n", "a: 1\n", {"a": None}, "an edit did not write `a` as wanted"),
        ("a: 1\n", "b: 1\n", {"a": 1, "b": None}, "an edit did not write `a` as wanted"),
        ("a: {x: 1}\n", "a: {z: 1}\n", {"a": {"x": 1}}, "an edit did not write `a` as wanted"),
        ("a: {x: 1}\n", "a: {x: 2}\n", {"a": {"x": 1}}, "an edit did not write `a` as wanted"),
        ("a: {x: 1}\n", "a: 5\n", {"a": {"x": 1}}, "an edit did not write `a` as wanted"),
        ("a: {x: 1}\n", "a: {x: 1}\n", {"a": 5}, "an edit did not write `a` as wanted"),
        ("a: [1]\n", "a: [1, 2]\n", {"a": [1]}, "an edit did not write `a` as wanted"),
        ("a: [1]\n", "a: [2]\n", {"a": [1]}, "an edit did not write `a` as wanted"),
        ("a: [1]\n", "a: 5\n", {"a": [1]}, "an edit did not write `a` as wanted"),
        ("a: [1]\n", "a: [1]\n", {"a": 5}, "an edit did not write `a` as wanted"),
        ("a: [1]\n", "a:\n", {"a": [1]}, "an edit did not write `a` as wanted"),
        ("a: [1]\n", "a: 5\n", {"a": []}, "an edit did not write `a` as wanted"),
        ("a: x\n", "a:\n", {"a": "x"}, "an edit did not write `a` as wanted"),
    ],
)
def test_a_proof_says_what_is_wrong(old: str, new: str, owned: dict[str, Any], why: str) -> None:
    with pytest.raises(SitegenError) as raised:
        prove(document(old), f"---\n{new}---\nBody\n".encode(), owned)
    assert str(raised.value).startswith(why)


@pytest.mark.parametrize("new", ["---\na: 1\n---\nBodY\n", "--- \na: 1\n---\nBody\n"])
def test_a_proof_sees_bytes_around_the_frontmatter(new: str) -> None:
    with pytest.raises(SitegenError, match=r"^an edit changed bytes outside the frontmatter$"):
        prove(document("a: 1\n"), new.encode(), {"a": 1})


@pytest.mark.parametrize(
    ("old", "new", "owned"),
    [
        ("a: 1\n", "a: 1.0\n", {"a": 1}),
        ("a: 1\n", "a: {x: 1, own: 2}\n", {"a": {"x": 1}}),
        ("a: 1\n", "a: [{x: 1, own: 2}]\n", {"a": [{"x": 1}]}),
        ("a: 1\n", "a:\n", {"a": []}),
        ("a: 1\n", "a:\n", {"a": {}}),
        ("a: 1\nb: 2\n", "b: 2\n# more\n", {"a": None}),
    ],
)
def test_a_proof_holds_where_all_is_said(old: str, new: str, owned: dict[str, Any]) -> None:
    assert prove(document(old), f"---\n{new}---\nBody\n".encode(), owned).front == new


def test_faults_of_ours_say_which() -> None:
    found = document("a: [1, 2]\n")
    node = found.node("a")
    assert node is not None
    with pytest.raises(SitegenError, match=r"^the pairs of old and new items do not fit$"):
        sync_list(found, node, [1], [0, 1])
    with pytest.raises(SitegenError, match=r"^two edits of a frontmatter overlap$"):
        apply_edits(found, [Edit(0, 4, ""), Edit(3, 5, "")])
    with pytest.raises(SitegenError, match=r"^the closing line of the frontmatter must not change$"):
        found.with_tail(b"----\n")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (0.1, "no YAML is written for a float"),
        (10**18, "a number is outside what a session file can hold"),
        ({1: 2}, "a key must be text, not a int"),
        ({"k" * 1001: 2}, "a key has more than 1000 characters"),
        ("\ud800", "text holds half a character (a lone surrogate)"),
    ],
)
def test_what_is_never_written(value: Any, why: str) -> None:
    with pytest.raises(SitegenError) as raised:
        flow_text(value)
    assert str(raised.value) == why


def test_what_is_just_written() -> None:
    assert flow_text(False) == "false"
    assert flow_text({"k" * 1000: 1}) == "{" + "k" * 1000 + ": 1}"
    assert flow_text("\xff\x85\xad\u061c\uffff\U000e0001") == '"\xff\\x85\\xAD\\u061C\\uFFFF\\U000E0001"'


def test_no_place_for_rows_or_keys_is_told() -> None:
    with pytest.raises(ProblemError) as raised:
        synced("usage: text\n", {"usage": [{"a": 1}]}, [None])
    assert str(raised.value) == (
        "s.md:2:8: error[schema]: `usage` must be a list of rows\n  hint: write each row as `- {…}`"
    )
    with pytest.raises(ProblemError) as raised:
        synced("{a: 1}\n", {"b": 1})
    assert str(raised.value) == (
        "s.md:2:1: error[frontmatter]: the frontmatter is one `{…}`\n"
        "  hint: write each key on a line of its own, without braces"
    )
    for keys in (("g", "x"), ("g", 0), ("l", 1), ("l", "x")):
        with pytest.raises(ProblemError, match=rf"frontmatter.: there is no place for `{keys[0]}\.{keys[1]}` in this"):
            set_key(document("g: text\nl: [a]\n"), keys, 1)


def test_where_things_are() -> None:
    found = document("a: {b: [x, z]}\n")
    assert found.node("a", "b", 2) is None
    assert found.node("a", "z", "b") is None
    assert found.locate("a", "b", 1) == (2, 12)
    assert found.locate("a", "b", 2) == (2, 8)
    assert found.locate_key("a", "b", 1) == (2, 12)
    assert not found.is_quoted("z")
    bare = bare_document(b"# T\n", "n.md")
    assert (bare.locate("a"), bare.body_line, bare.body, bare.data) == ((1, 1), 1, "# T\n", {})
    assert remove_key(found, ("a", "b", 0)) == ()
    assert remove_key(found, ("z", "b")) == ()


def test_the_rest_of_a_file() -> None:
    found, _ = parse_document(b"---\na: 1\n---", "s.md")
    assert found is not None
    assert found.with_body(b"").raw == found.raw
    longer = found.with_body(b"x")
    assert (longer.raw, longer.tail, longer.body_bytes) == (b"---\na: 1\n---\nx", b"---\nx", b"x")
    other = found.with_tail(b"---\ny")
    assert (other.raw, other.tail, other.body) == (b"---\na: 1\n---\ny", b"---\ny", "y")


def test_limits_are_where_they_are_said_to_be() -> None:
    deep = "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse_document(in_fences(deep), "s.md")[0] is not None
    assert told(in_fences(deep.replace("[", "[[", 1).replace("]", "]]", 1)))[0].startswith(
        f"2:{3 + MAX_DEPTH} yaml-unsafe: nested more than 12 deep"
    )
    assert parse_document(in_fences("a: '" + "x" * MAX_SCALAR + "'"), "s.md")[0] is not None
    assert len(told(in_fences("".join(f"k{i}: yes\n" for i in range(MAX_PROBLEMS + 5))))) == MAX_PROBLEMS
    assert told(in_fences("k: [" + "1, " * MAX_NODES + "1]"))[0].endswith("more than 200,000 values | split the file")


def test_comments_in_texts_of_many_lines_are_none() -> None:
    found = document('a: |\n  # text\n  x\n# one\nb: "x\n  # text"\n  # two\nc: 1 # behind\n')
    assert [text for _, text in found.comment_lines] == ["# one", "  # two"]


def test_a_change_of_one_row_leaves_the_others_alone() -> None:
    front = "usage:\n- a: 1\n  b: 2\n- {a: 2}\n"
    wanted = {"usage": [{"b": 2}, {"a": Decimal("2.0")}]}
    new = sync(document(front), wanted, order=(), row_pairs=[0, 1], owned_inner={"usage": ("a",)})
    assert reread(new.raw).front == "usage:\n- b: 2\n- {a: 2}\n"
