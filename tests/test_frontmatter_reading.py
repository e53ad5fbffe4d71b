"""What the bounded reader takes, what it refuses and where, and that no file hangs or crashes it."""

import time
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sitegen.frontmatter import Document, Node, NumberText, parse_document


def document(front: str, newline: str = "\n") -> Document:
    raw = f"---\n{front}---\nBody\n".replace("\n", newline).encode()
    found, problems = parse_document(raw, "s.md")
    assert found is not None, problems
    return found


def refusals(raw: bytes) -> list[str]:
    found, problems = parse_document(raw, "s.md")
    assert found is None
    return [f"{p.location}: {p.rule}: {p.message}" for p in problems]


def in_fences(front: str) -> bytes:
    return f"---\n{front}\n---\nBody\n".encode()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False), ("tRue", "tRue"),
        ("0", 0), ("-1", -1), ("12", 12), ("999999999999999999", 999_999_999_999_999_999),
        ("0.10", NumberText("0.10")), ("-1.5", NumberText("-1.5")), ("0.123456789012", NumberText("0.123456789012")),
        ("2026-01-02", "2026-01-02"), ("2026-13-45", "2026-13-45"), ("0000-01-01", "0000-01-01"),
        ("2026-02-11T20:36:53+01:00", "2026-02-11T20:36:53+01:00"), ("2026-02-11 20:36", "2026-02-11 20:36"),
        ("2026-01-02T03:04:05+99:99", "2026-01-02T03:04:05+99:99"),
        ("1,200", "1,200"), ("abc1234", "abc1234"), ("a: b"[:1], "a"), ("claude-opus-4-6", "claude-opus-4-6"),
        ("'1:30'", "1:30"), ('"yes"', "yes"), ("'0.10'", "0.10"), ("yes sir", "yes sir"), ("e5", "e5"),
    ],
)  # fmt: skip
def test_a_scalar_means_the_same_to_everyone(text: str, value: object) -> None:
    data = document(f"k: {text}\n").data
    assert data == {"k": value}
    assert type(data["k"]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "y", "n", "Y", "N", "yes", "No", "ON", "off", "017", "0o17", "0x1F", "0b1", "0b_", "0x_", "1:30", "12:30:45",
        "-1:30", "190:20:30.15", "1_000", "1__0", "1_000.5", "1e5", "1e-7", "12e4567", "0e12345", "1.5E+3", ".5e1",
        ".inf", "-.INF", ".nan", ".NaN", "=", "08", "0123456", "-017",
    ],
)  # fmt: skip
def test_what_yaml_versions_read_differently_is_refused(text: str) -> None:
    assert refusals(in_fences(f"k: {text}")) == [f"s.md:2:4: yaml: ambiguous value `{text}`"]
    _, problems = parse_document(in_fences(f"k: {text}"), "s.md")
    assert problems[0].hint == f"put it in quotes: `'{text}'`"


@pytest.mark.parametrize(
    "text", [".5", "5.", "+5", "-0", "1.2.3", "2026-1-2", "0.1234567890123", "1000000000000000000"]
)
def test_odd_numbers_are_refused(text: str) -> None:
    assert refusals(in_fences(f"k: {text}")) == [f"s.md:2:4: yaml: not a plain number: `{text}`"]


@given(st.text(alphabet="yYnNoOeExb0189:._+-<=~TrufalsNi, ", min_size=1, max_size=8))
def test_plain_text_that_is_taken_is_text_for_pyyaml_too(text: str) -> None:
    raw = in_fences(f"k: {text}")
    found, _ = parse_document(raw, "s.md")
    if found is None or isinstance(found.data["k"], dict | list) or str(found.data["k"])[4:5] == "-":
        return
    value = found.data["k"]
    expected = yaml.safe_load(f"k: {text}\n")["k"]
    assert value == expected if not isinstance(value, NumberText) else float(value) == expected


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (in_fences("a: 1\nb: {x: 1, x: 2}\na: 2"), [
            "s.md:3:11: yaml: `x` is already set on line 3", "s.md:4:1: yaml: `a` is already set on line 2"]),
        (in_fences("a: 1\n1: 2\n'1': 3"), ["s.md:4:1: yaml: `1` is already set on line 3"]),
        (in_fences("t: 1:30\nv: yes\nx: [a, 017]\na: b: c"), [
            "s.md:2:4: yaml: ambiguous value `1:30`", "s.md:3:4: yaml: ambiguous value `yes`",
            "s.md:4:8: yaml: ambiguous value `017`",
            "s.md:5:5: yaml: not YAML: mapping values are not allowed in this context"]),
        (in_fences("~"), ["s.md:2:1: yaml: the frontmatter is one value, must be `key: value` lines"]),
        (in_fences("- a"), ["s.md:2:1: yaml: the frontmatter is a list, must be `key: value` lines"]),
        (in_fences("a: &x [*x]"), ["s.md:2:4: yaml-unsafe: anchor `&x`", "s.md:2:8: yaml-unsafe: alias `*x`"]),
        (in_fences("a: !!python/object/apply:os.system [x]"), [
            "s.md:2:4: yaml-unsafe: tag `tag:yaml.org,2002:python/object/apply:os…`"]),
        (in_fences("a: !!bool x\nb: !own z"), [
            "s.md:2:4: yaml-unsafe: tag `tag:yaml.org,2002:bool`", "s.md:3:4: yaml-unsafe: tag `!own`"]),
        (in_fences("a: {<<: {b: 1}}"), ["s.md:2:5: yaml-unsafe: merge key `<<`"]),
        (in_fences("? [a, b]\n: c"), ["s.md:2:3: yaml: a key is a list or a mapping, must be text"]),
        (in_fences("a: 1\n? b\n: c"), ["s.md:3:3: yaml: a key is written as `? key`"]),
        (in_fences("~: 1\ntrue: 2"), [
            "s.md:2:1: yaml: a key is `~`, must be text", "s.md:3:1: yaml: a key is `true`, must be text"]),
        (in_fences("a: 1\n..."), ["s.md:3:1: yaml: `...` ends the YAML here"]),
        (in_fences("a: '" + "x" * 200_001 + "'"), [
            "s.md:2:4: yaml-unsafe: a value has more than 200,000 characters"]),
        (in_fences("é: \u2028"), ["s.md:2:4: frontmatter: the character U+2028 stands in the frontmatter"]),
        (in_fences("a: 1\nb: \x85"), ["s.md:3:4: frontmatter: the character U+0085 stands in the frontmatter"]),
        (in_fences("a: 1\rb: 2"), ["s.md:2:5: frontmatter: a carriage return alone stands in the frontmatter"]),
        (in_fences("a: \0"), ["s.md:2:4: frontmatter: the character U+0000 stands in the frontmatter"]),
        ("---\nb: Caf\xe9\n---\n".encode("latin-1"), [
            "s.md:2:7: frontmatter: the frontmatter is not UTF-8: byte 11 of the file is 0xE9"]),
        ("---\na: 1\n---\n".encode("utf-16"), ["s.md:1:1: frontmatter: the file is UTF-16, must be UTF-8"]),
        (b"---\ra: 1\r---\r", ["s.md:1:1: frontmatter: a carriage return alone ends line 1, must be LF or CRLF"]),
        (b"Prose\n", ["s.md:1:1: frontmatter: no frontmatter"]),
        (b"", ["s.md:1:1: frontmatter: no frontmatter"]),
        (b"---\na: 1\n", ["s.md:1:1: frontmatter: the frontmatter is not closed"]),
        (b"---\na: 1\n# T\nProse, here: too\nmore\n---\n", [
            "s.md:6:1: yaml: not YAML: while scanning a simple key, could not find expected ':'"]),
        (b"---\na: 1\n<<<<<<< ours\nb: 2\n=======\nb: 3\n>>>>>>> theirs\n---\n", [
            "s.md:3:1: merge-conflict: unresolved merge: `<<<<<<<` begins this line"]),
        (b"---\na: 1\n---\nx\n||||||| base\n", [
            "s.md:5:1: merge-conflict: unresolved merge: `|||||||` begins this line"]),
        (b"---\n---\n" + b"x" * (8 << 20), [
            "s.md:1:1: frontmatter: the file has 8,388,616 bytes, must be 8 MB or less"]),
    ],
)  # fmt: skip
def test_refusals_name_the_place(raw: bytes, told: list[str]) -> None:
    assert refusals(raw) == told


@pytest.mark.parametrize("front", ["", "# only a comment\n", "\n\n"])
def test_an_empty_frontmatter_is_an_empty_mapping(front: str) -> None:
    assert document(front).data == {}


def merge_bomb() -> str:
    return "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 27))


@pytest.mark.parametrize(
    "front",
    [
        "[" * 100_000, "a: " + "{a: " * 100_000, "- " * 100_000, "? " * 50_000, "&a " * 100_000, "]" * 100_000,
        merge_bomb(), "a: b: " * 50_000, "'" + "x" * 1_900_000, "a: " + "9" * 100_000, "[a" + "," * 100_000,
        "".join(f"k{i}: y\n" for i in range(60_000)), "k: [" + "1, " * 250_000 + "]", "*a " * 100_000, "!" * 100_000,
        "k: |\n" + " x\n" * 300_000, "\t" * 100_000, '"\\Uffffffff"', 'a: "\\ud800"', "%YAML 1.1\n%TAG ! !",
    ],
)  # fmt: skip
def test_hostile_files_are_refused_at_once(front: str) -> None:
    begin = time.monotonic()
    assert refusals(in_fences(front))
    assert time.monotonic() - begin < 20  # a hang, not a slow machine


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(noise: bytes) -> None:
    for raw in (noise, b"---\n" + noise + b"\n---\n"):
        found, problems = parse_document(raw, "s.md")
        assert (found is None) == bool(problems)


@given(st.text(alphabet="ab:-{}[]'\"#,|>?!&*% \n\t1é🎉", max_size=60))
def test_parts_are_the_file_again_and_values_stand_where_they_are_said_to(front: str) -> None:
    raw = f"---\n{front}\n---\nBody".encode()
    found, _ = parse_document(raw, "s.md")
    if found is None:
        return
    assert found.head + found.front.encode() + found.tail == raw
    for node in nodes(found.root) if found.data else ():
        before = found.front[: node.start]
        assert node.line == before.count("\n") + 2
        assert node.column == node.start - (before.rfind("\n") + 1) + 1
        if isinstance(node.value, str) and not node.style and "\n" not in found.front[node.start : node.end]:
            assert found.front[node.start : node.end] == node.value


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for entry in node.entries:
        yield entry.key
        yield from nodes(entry.value)
    for child in node.children:
        yield from nodes(child)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_places_body_and_line_ends(newline: str, bom: bytes) -> None:
    text = "---\ntitle: 'Ünder'\nusage:\n- {time: '20:36', cost: 0.10}\n- model: m\n---\n\n# T\n---\nx: y\n"
    raw = bom + text.replace("\n", newline).encode() + b"\xff\x00\r"
    found, problems = parse_document(raw, "s.md")
    assert found is not None, problems
    assert found.newline == newline
    assert found.body_line == 7
    assert found.body.startswith(f"{newline}# T{newline}---")
    assert found.data == {"title": "Ünder", "usage": [{"time": "20:36", "cost": "0.10"}, {"model": "m"}]}
    assert found.locate("usage", 0, "cost") == (4, 25)
    assert found.locate("usage", 1, "cost", "x") == (5, 3)
    assert found.locate("nothing") == (2, 1)
    assert found.locate_key("usage", 0, "cost") == (4, 19)
    assert found.locate_key("usage", 1) == (5, 3)
    assert found.locate_key("usage", 1, "cost") == (5, 3)
    assert found.is_quoted("usage", 0, "time")
    assert not found.is_quoted("usage", 0, "cost")
    assert found.node("usage", 5) is None


def test_the_rest_of_the_file_can_be_exchanged() -> None:
    found, _ = parse_document(b"---\na: 1\n---", "s.md")
    assert found is not None
    assert found.body == ""
    changed = found.with_body(b"new\n")
    assert changed.raw == b"---\na: 1\n---\nnew\n"
    assert changed.with_tail(b"---\nother").raw == b"---\na: 1\n---\nother"
