"""Edits by splice: what is wanted is there, and every byte that belongs to a person is as it was."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import ProblemError, SitegenError
from sitegen.frontmatter import (
    Document,
    apply_edits,
    flow_text,
    parse_document,
    prove,
    remove_key,
    same_value,
    set_key,
)
from sitegen.frontmatter import (
    synced as sync,
)

ORDER = ("schema", "title", "started", "source", "usage", "totals", "prices", "code")
ROW = {"time": "20:36", "model": "m", "input": 1, "cost": Decimal("0.5")}
OWNED = {"usage": ("time", "model", "input", "cost", "tools"), "totals": ("requests", "input", "cost")}


def document(front: str, body: bytes = b"Body\n") -> Document:
    found, problems = parse_document(b"---\n" + front.encode() + b"---\n" + body, "s.md")
    assert found is not None, problems
    return found


def reread(raw: bytes) -> Document:
    found, problems = parse_document(raw, "s.md")
    assert found is not None, problems
    return found


def synced(front: str, wanted: Mapping[str, Any], pairs: Sequence[int | None] = ()) -> str:
    """The frontmatter after a sync, which must be the same after a second one."""
    new = sync(document(front), wanted, order=ORDER, row_pairs=pairs, owned_inner=OWNED).raw
    again = list(range(len(wanted.get("usage") or ())))
    assert sync(reread(new), wanted, order=ORDER, row_pairs=again, owned_inner=OWNED).raw == new
    return reread(new).front


def set_to(front: str, keys: tuple[str | int, ...], value: Any, order: Sequence[str] = ()) -> str:
    found = document(front)
    new = reread(apply_edits(found, set_key(found, keys, value, order)))
    assert set_key(new, keys, value, order) == ()
    return new.front


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # F01: a comment above the first row and one behind the last
        ("usage:\n  # hand note\n  - {time: '20:36', model: m, input: 1, cost: 0.50, own: x} # r\nz: 1\n",
         "usage:\n  # hand note\n  - {time: '20:36', model: m, input: 1, cost: 0.50, own: x} # r\n"
         "  - {time: '20:40', model: m}\nz: 1\n"),
        # F02: rows at column 0, a comment that heads the next key
        ("usage:\n- {time: '20:36', model: m, input: 1, cost: 0.5}\n\n# head of z\nz: 1\n",
         "usage:\n- {time: '20:36', model: m, input: 1, cost: 0.5}\n- {time: '20:40', model: m}\n"
         "\n# head of z\nz: 1\n"),
        # block rows that a person typed
        ("usage:\n- time: '20:36'\n  # why\n  model: m\n  own: x\n  input: 2\n  cost: 0.5\n",
         "usage:\n- time: '20:36'\n  # why\n  model: m\n  own: x\n  input: 1\n  cost: 0.5\n"
         "- {time: '20:40', model: m}\n"),
        ("usage: [{time: '20:36', model: m, input: 1, cost: 0.5, tools: {A: 1}}]  # flow\n",
         "usage: [{time: '20:36', model: m, input: 1, cost: 0.5}, {time: '20:40', model: m}]  # flow\n"),
        ("usage:\n-\n  # on its own line\n  {time: '20:36', model: m, input: 1, cost: 0.5}\n# end\n",
         "usage:\n-\n  # on its own line\n  {time: '20:36', model: m, input: 1, cost: 0.5}\n"
         "- {time: '20:40', model: m}\n# end\n"),
        ("usage: [\n  # one\n  {time: '20:36', model: m, input: 1, cost: 0.5}, # r\n  # two\n]\n",
         "usage: [\n  # one\n  {time: '20:36', model: m, input: 1, cost: 0.5}, {time: '20:40', model: m}, # r\n"
         "  # two\n]\n"),
    ],
)  # fmt: skip
def test_a_row_is_appended(before: str, after: str) -> None:
    assert synced(before, {"usage": [ROW, {"time": "20:40", "model": "m"}]}, [0, None]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [  # F03
        ("usage: []  # none yet\nz: 1\n", "usage:  # none yet\n- {a: 1}\nz: 1\n"),
        ("usage:\n# of z\nz: 1\n", "usage:\n- {a: 1}\n# of z\nz: 1\n"),
        ("usage: null # x\n", "usage: # x\n- {a: 1}\n"),
        ("usage: [ ]\n", "usage:\n- {a: 1}\n"),
        ("usage: [\n  # none yet\n]\n", "usage: [{a: 1}\n  # none yet\n]\n"),
        ("title: x\nz: 1\ncode: {}\n", "title: x\nusage:\n- {a: 1}\nz: 1\ncode: {}\n"),
        ("z: 1\n# end\n", "z: 1\n# end\nusage:\n- {a: 1}\n"),
        ("", "usage:\n- {a: 1}\n"),
        ("# only a comment\n", "# only a comment\nusage:\n- {a: 1}\n"),
        ("title: |+\n  long\n\n# c\nz: 1\n", "title: |+\n  long\n\nusage:\n- {a: 1}\n# c\nz: 1\n"),
    ],
)
def test_the_first_row(before: str, after: str) -> None:
    assert synced(before, {"usage": [{"a": 1}]}, [None]) == after


def test_rows_come_and_go_where_they_belong() -> None:
    before = "usage:\n# first\n- {time: a1}\n# second\n- {time: b1}  # gone\n# third\n- {time: c1}\n# end\nz: 1\n"
    wanted = {"usage": [{"time": "Z"}, {"time": "a1"}, {"time": "a2"}, {"time": "a3"}, {"time": "c1", "input": 2}]}
    assert synced(before, wanted, [None, 0, None, None, 2]) == (
        "usage:\n# first\n- {time: Z}\n- {time: a1}\n- {time: a2}\n- {time: a3}\n"
        "# second\n# third\n- {time: c1, input: 2}\n# end\nz: 1\n"
    )
    assert synced(before, {"usage": [{"time": "n1"}]}, [None]) == (
        "usage:\n# first\n# second\n# third\n- {time: n1}\n# end\nz: 1\n"
    )
    assert synced(before, {"usage": []}) == "usage: []\n# first\n# second\n# third\n# end\nz: 1\n"


def test_mappings_keep_own_keys_comments_and_layout() -> None:
    before = (
        "totals:  # sums\n  requests:   1   # r\n  # mine\n  own: x\n  cost: 0.50\nprices:\n  # checked by hand\n"
        "  m: {input: 5.0, note: mine}   # of m\n  old-m: {input: 1}\nsource: {kind: x, sessions: ['a1']}\n"
    )
    wanted = {
        "totals": {"requests": 2, "input": 7, "cost": Decimal("0.5")},
        "prices": {"m": {"input": 5, "output": Decimal("25.5")}, "n m": {"input": 1}},
        "source": {"kind": "x", "sessions": ["a1", "b2"], "output": "at least"},
    }
    assert synced(before, wanted) == (
        "totals:  # sums\n  requests:   2   # r\n  input: 7\n  # mine\n  own: x\n  cost: 0.50\nprices:\n"
        "  # checked by hand\n  m: {input: 5.0, output: 25.5, note: mine}   # of m\n  n m: {input: 1}\n"
        "  old-m: {input: 1}\nsource: {kind: x, sessions: ['a1', b2], output: at least}\n"
    )


def test_keys_go_only_where_they_are_owned() -> None:
    before = (
        "totals: {requests: 1, own: x, cost: 3}\nprices:\n  a-m: {input: 1}\n  # c\n  b-m: {input: 1}\nstarted: x\n"
    )
    wanted = {"totals": {"requests": 1}, "prices": {"a-m": {"input": 1}}, "started": None, "title": None}
    owned = {"totals": ("cost", "input"), "prices": ("b-m",)}
    new = sync(document(before), wanted, order=ORDER, owned_inner=owned).raw
    assert reread(new).front == "totals: {requests: 1, own: x}\nprices:\n  a-m: {input: 1}\n  # c\n"


def test_new_keys_stand_in_order_and_in_their_shape() -> None:
    wanted = {
        "prices": {"claude-opus-4-8 fast": {"input": Decimal("6.25"), "source": "genai-prices 0.2.3"}},
        "usage": [ROW], "totals": {"requests": 1}, "started": "2026-02-11T20:36:53+01:00",
    }  # fmt: skip
    assert synced("schema: 1\ntitle: x\n# mine\nown: 1\n", wanted, [None]) == (
        "schema: 1\ntitle: x\nstarted: '2026-02-11T20:36:53+01:00'\nusage:\n"
        "- {time: '20:36', model: m, input: 1, cost: 0.5}\ntotals: {requests: 1}\nprices:\n"
        "  claude-opus-4-8 fast: {input: 6.25, source: genai-prices 0.2.3}\n# mine\nown: 1\n"
    )


def test_what_is_equal_keeps_its_bytes() -> None:
    front = "title:   'x'   # t\nusage:\n  -   { model: \"m\", cost: 0.500,\n       own: [1] }\ntotals: {cost: 1.0}\n"
    wanted = {"title": "x", "usage": [{"cost": Decimal("0.5"), "model": "m"}], "totals": {"cost": Decimal(1)}}
    assert synced(front, wanted, [0]) == front
    assert synced("usage:\n", {"usage": []}) == "usage:\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    "body", [b"", b"\n", b"\na: 1\n---\nTitle\n---\n\r \xff\x00 no newline", b"\n---\nb: 2\n---\n"]
)
def test_bytes_around_the_frontmatter_stay(newline: str, bom: bytes, body: bytes) -> None:
    """F05, F06."""
    front = "title: x\n# c\nusage:\n  - {time: '20:36'}\nz: 1\n"
    raw = bom + f"---  \n{front}---\n".replace("\n", newline).encode() + body
    new = sync(reread(raw), {"usage": [{"time": "20:36"}, {"time": "b"}]}, order=ORDER, row_pairs=[0, None]).raw
    changed = front.replace("z: 1", "  - {time: b}\nz: 1")
    assert new == bom + f"---  \n{changed}---\n".replace("\n", newline).encode() + body


@pytest.mark.parametrize("value", ["{a: 1}", "text", "5"])
def test_rows_in_a_value_that_is_no_list_are_refused(value: str) -> None:
    """F04."""
    with pytest.raises(ProblemError, match=r"^s\.md:2:8: error\[schema\]: `usage` must be a list of rows"):
        synced(f"usage: {value}\n", {"usage": [ROW]}, [None])


def test_a_frontmatter_in_braces_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"^s\.md:2:1: error\[frontmatter\]"):
        synced("{title: x}\n", {"usage": [ROW]}, [None])


def test_pairs_that_do_not_fit_are_a_fault() -> None:
    front = "usage:\n- {a: 1}\n- {b: 1}\n"
    for rows, pairs in (([ROW], []), ([ROW, ROW], [0, 0])):
        with pytest.raises(SitegenError):
            sync(document(front), {"usage": rows}, order=ORDER, row_pairs=pairs)


@pytest.mark.parametrize(
    ("before", "keys", "value", "after"),
    [
        ("a:\n", ("a",), "x y", "a: x y\n"), ("a:   # c\n", ("a",), "x", "a: x   # c\n"),
        ("a: {b, c: }\n", ("a", "b"), 1, "a: {b: 1, c: }\n"), ("a: {b, c: }\n", ("a", "c"), 1, "a: {b, c: 1}\n"),
        ("a: {b}\n", ("a", "d"), 1, "a: {b, d: 1}\n"), ("a: {}\n", ("a", "d"), 1, "a: {d: 1}\n"),
        ("a: {b: 1, }\n", ("a", "d"), 1, "a: {b: 1, d: 1, }\n"),
        ("t:\n- a\n# c\n- b\nz: 1\n", ("t",), "s", "t: s\n# c\nz: 1\n"),
        ("t:\n- a\n-\n- b\n", ("t", 1), "s", "t:\n- a\n- s\n- b\n"),
        ("t: |\n  a\n\n  b\n\nz: 1\n", ("t",), 5, "t: 5\n\nz: 1\n"),
        ("t: >+\n  a\n\nz: 1\n", ("t",), 5, "t: 5\nz: 1\n"),
        ("t: a\n  b # c\nz: 1\n", ("t",), "d", "t: d # c\nz: 1\n"), ("t: 'a'\n", ("t",), "a", "t: 'a'\n"),
        ("t: '0.5'\n", ("t",), Decimal("0.5"), "t: 0.5\n"), ("t: 1\n", ("t",), True, "t: true\n"),
        ("g:\n", ("g", "b"), "x", "g: {b: x}\n"), ("a: 1\nz: 1\n", ("g",), "x", "a: 1\ng: x\nz: 1\n"),
        ("z: 1\n", ("a",), "x", "a: x\nz: 1\n"), ("q: 1\n", ("a", "b"), "x", "q: 1\na: {b: x}\n"),
        ("t: 'a'# c\n", ("t",), 5, "t: 5 # c\n"), ("t:\n|\n  a\nz: 1\n", ("t",), 5, "t: 5\nz: 1\n"),
        ("t: [a, b]\n", ("t",), [], "t: []\n"),
        ("t:\n - a\n - b\n", ("t",), ["b"], "t:\n - b\n"), ('"é🎉": 1\nz: 2\n', ("z",), 3, '"é🎉": 1\nz: 3\n'),
        ("t: {a: 1, b: 2, c: 3}\n", ("t",), {"c": 3}, "t: {c: 3}\n"),
        ("t: {a: 1, b: 2, c: 3}\n", ("t",), {"a": 1}, "t: {a: 1}\n"),
        ("t: {\n a: 1, # x\n # y\n b: 2, # z\n c: 3 }\n", ("t",), {"a": 1}, "t: {\n a: 1, # x\n # y\n  # z\n  }\n"),
    ],
)  # fmt: skip
def test_one_value_is_set(before: str, keys: tuple[str | int, ...], value: Any, after: str) -> None:
    assert set_to(before, keys, value, order=("a", "g", "z")) == after


def test_no_place_for_a_key_is_told() -> None:
    with pytest.raises(ProblemError, match=r"s\.md:2:4: .* there is no place for `g\.branch` in this value"):
        set_key(document("g: text\n"), ("g", "branch"), "x")


def test_a_key_is_removed() -> None:
    front = "a: 1  # a\n# b\nb:\n  # inside\n  c: 1\n  d: {e: 1, f: 2}\nz: 1\n"
    found = document(front)
    assert reread(apply_edits(found, remove_key(found, ("b",)))).front == "a: 1  # a\n# b\n  # inside\nz: 1\n"
    assert reread(apply_edits(found, remove_key(found, ("b", "d", "e")))).front == front.replace("e: 1, ", "")
    assert remove_key(found, ("x", "q")) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1\nb: 2\n", "a: 1\nb: 3\n"), ("a: 1\nb: 2\n", "a: 1\nb:  2\n"), ("a: 1\nb: 2\n", "b: 2\na: 1\n"),
        ("a: 1\n# c\nb: 2\n", "a: 1\nb: 2\n"), ("a: 1\nb: 2\n", "a: 1\nb: 2\nc: 3\n"), ("a: 1\n", "a: 2\n"),
        ("a: 1\nb: 2\n", "a: 1\n"), ("a: 1\n", "a: [\n"), ("a: 1\n", "{}\n"),
    ],
)  # fmt: skip
def test_the_proof_fails_on_any_other_change(old: str, new: str) -> None:
    with pytest.raises(SitegenError):
        prove(document(old), f"---\n{new}---\nBody\n".encode(), {"a": 1})


def test_the_proof_fails_on_a_changed_body() -> None:
    with pytest.raises(SitegenError):
        prove(document("a: 1\n"), b"---\na: 1\n---\nbody\n", {"a": 1})


def test_same_value_is_about_data() -> None:
    assert same_value(document("a: 0.50\n").data["a"], Decimal("0.5"))
    assert not same_value("0.5", Decimal("0.5"))
    assert not same_value(True, 1)
    assert not same_value(0, None)
    assert same_value({"a": [1, {"b": None}]}, {"a": (1, {"b": None})})
    assert not same_value([1], [1, 2])


WORD = st.sampled_from(["a", "b", "c d", "1:30", "yes", "it's", "é: 🎉", "#", "- x", "0.5", ""])
KEY = st.sampled_from(["a", "b", "c", "d e", "yes", "é"])
SCALAR = st.one_of(WORD, st.integers(-5, 5), st.booleans(), st.none(), st.sampled_from([Decimal("0.5"), Decimal(2)]))
VALUE = st.recursive(
    SCALAR, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEY, inner, max_size=3)), max_leaves=6
)


@st.composite
def spelled(draw: st.DrawFn, value: Any, indent: int = 0) -> str:
    """Some way in which a person may write a value behind `key:`, comments and blank lines included."""
    comment = draw(st.sampled_from(["", "", "  # c", "\n" + " " * (indent + 2) + "# own line", "\n"]))
    inside = " " * (indent + 2)
    if isinstance(value, list | dict) and value and draw(st.booleans()):
        lines = []
        for item in value:
            head = f"{flow_text(item)}:" if isinstance(value, dict) else "-"
            below = value[item] if isinstance(value, dict) else item
            note = draw(st.sampled_from(["", "", f"{inside}# note\n", "\n"]))
            lines.append(f"{note}{inside}{head}{draw(spelled(below, indent + 2))}")
        return f"{comment if comment.strip() else ''}\n" + "".join(lines)
    if isinstance(value, list | dict) and value and draw(st.booleans()):
        gap = f" # in flow\n{inside}# alone\n{inside}" if draw(st.booleans()) else " "
        parts = [
            f"{flow_text(item)}: {flow_text(value[item])}" if isinstance(value, dict) else flow_text(item)
            for item in value
        ]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        return f" {opening}{gap}{f',{gap}'.join(parts)}{draw(st.sampled_from(['', ',']))}{gap}{closing}{comment}\n"
    if value is None and draw(st.booleans()):
        return f"{comment}\n"
    if isinstance(value, str) and value in ("a", "b", "c d") and draw(st.booleans()):
        header, blank = draw(st.sampled_from(["|", "|-", "|+", ">-"])), draw(st.sampled_from(["", "\n"]))
        return f" {header}\n{inside}{value}\n{blank}"
    return f" {flow_text(value)}{comment}\n"


@st.composite
def documents(draw: st.DrawFn) -> Document:
    data = draw(st.dictionaries(st.sampled_from(["one", "two", "three", "usage"]), VALUE, max_size=4))
    parts = []
    for key, value in data.items():
        parts += [draw(st.sampled_from(["", "", "# head\n", "\n"])), f"{key}:{draw(spelled(value))}"]
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    front = "".join(parts) + draw(st.sampled_from(["", "# end\n"]))
    raw = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + f"---\n{front}---".replace("\n", newline).encode()
    return reread(raw + draw(st.sampled_from([b"", b"\n", b"\r\nx\xff---\n"])))


def comments(found: Document) -> list[str]:
    return [line.strip() for line in found.front.split("\n") if line.strip().startswith("# ")]


@given(documents(), st.data())
def test_setting_any_value_keeps_all_others(found: Document, data: st.DataObject) -> None:
    keys: list[Any] = [data.draw(st.sampled_from(["one", "two", "usage"]))]
    below = found.data.get(str(keys[0]))
    while isinstance(below, list | dict) and below and data.draw(st.booleans()):
        keys.append(data.draw(st.sampled_from(list(below) if isinstance(below, dict) else list(range(len(below))))))
        below = below[keys[-1]]
    value = data.draw(VALUE)
    edits = set_key(found, keys, value)
    new = reread(apply_edits(found, edits))
    expected = dict(found.data)
    _put(expected, keys, value)
    assert same_value(new.data, expected)
    assert set_key(new, keys, value) == ()
    assert (new.head, new.tail) == (found.head, found.tail)
    assert new.raw.count(b"\r") - new.tail.count(b"\r") in (0, new.head.count(b"\n") + new.front.count("\n"))
    kept = iter(comments(new))
    assert all(comment in kept for comment in comments(found))
    untouched = [key for key in found.data if key != keys[0]]
    for key in untouched:
        old_entry, new_entry = found.root.entry(key), new.root.entry(key)
        assert old_entry is not None
        assert new_entry is not None
        assert (
            new.front[new_entry.key.start : new_entry.value.end]
            == found.front[old_entry.key.start : old_entry.value.end]
        )


def _put(into: Any, keys: Sequence[Any], value: Any) -> None:
    first, *rest = keys
    if rest:
        into[first] = into[first].copy()
        _put(into[first], rest, value)
    else:
        into[first] = value


ROWS = st.lists(
    st.dictionaries(KEY, st.one_of(SCALAR, st.dictionaries(KEY, SCALAR, max_size=2)), min_size=1), max_size=4
)


@given(st.data(), ROWS, ROWS, st.sampled_from(["\n", "\r\n"]))
def test_syncing_rows_twice_is_syncing_once(
    data: st.DataObject, old: list[dict[str, Any]], wanted: list[dict[str, Any]], newline: str
) -> None:
    """Own keys of a row that goes on stay with it, and so does every comment on a line of its own."""
    old = [{**row, "own": index} for index, row in enumerate(old)]
    front = f"# top\ntitle: x\nusage:{data.draw(spelled(old))}# z\nz: 1\n"
    found = reread(f"---\n{front}---\n# T\n".replace("\n", newline).encode())
    free = list(range(len(old)))
    pairs = [data.draw(st.sampled_from([None, *free])) for _ in wanted]
    pairs = [pair if pair is not None and pair not in pairs[:index] else None for index, pair in enumerate(pairs)]
    pairs = _increasing(pairs)
    owned = {"usage": ("a", "b", "c", "d e", "yes", "é")}
    wanted_keys = {"usage": wanted, "totals": {"cost": Decimal("0.10")}}
    new = sync(found, wanted_keys, order=ORDER, row_pairs=pairs, owned_inner=owned).raw
    done = reread(new)
    rows = done.data["usage"] or []
    expected = [row if pair is None else {**row, "own": pair} for row, pair in zip(wanted, pairs, strict=True)]
    assert same_value(rows, expected)
    again = sync(done, wanted_keys, order=ORDER, row_pairs=range(len(wanted)), owned_inner=owned).raw
    assert again == new
    kept = iter(comments(done))
    assert all(comment in kept for comment in comments(found))


def _increasing(pairs: list[int | None]) -> list[int | None]:
    highest = -1
    kept: list[int | None] = []
    for pair in pairs:
        kept.append(pair if pair is not None and pair > highest else None)
        highest = max(highest, pair if pair is not None else -1)
    return kept


TOKENS = ["usage:", "totals:", "a: 1", "b", "model: m", " ", "  ", "\n", "\n  ", "\r\n", "- ", "{", "}", "[", "]",
          ",", ": ", "'x'", '"y"', "# c\n", "\n# d\n", "|", "|+\n", ">-\n", "? ", "null"]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join), st.sampled_from(["", "usage:", "usage:\n"]))
def test_any_file_that_can_be_read_can_be_edited(front: str, prefix: str) -> None:
    found, _ = parse_document(f"---\n{prefix}{front}\n---\nB".encode(), "s.md")
    if found is None:
        return
    wanted = {"usage": [{"model": "m", "a": 2}, {"tools": {"x": 1}}], "totals": {"a": 1}}
    pairs: list[int | None] = [None, None]
    try:
        new = sync(found, wanted, order=ORDER, row_pairs=pairs, owned_inner=OWNED).raw
    except ProblemError:
        return
    assert sync(reread(new), wanted, order=ORDER, row_pairs=[0, 1], owned_inner=OWNED).raw == new
    for key in found.data:
        for value in ("x", 5, ["q"], {"k": 1}, {}, [], None):
            changed = reread(apply_edits(found, set_key(found, [key], value)))
            assert same_value(changed.data, {**found.data, key: value})
