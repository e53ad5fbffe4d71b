"""Words converted once: the same HTML from the store, and never from a store that would be wrong."""

import sqlite3
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from sitegen.html_store import (
    Database,
    Kept,
    Maker,
    NothingKept,
    Words,
    fill_store,
    kept_page,
    kept_prose,
    make_ahead,
    open_store,
)
from sitegen.markup import Html
from sitegen.prose import prose_html

BODY = "# Title\n\nSee [the other](b.md) and [nothing](c.md).\n\n- [x] Done\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path)
    assert isinstance(opened, Database)
    yield opened
    opened.close()


def resolve(target: str, found: str = "../b.html") -> str | None:
    return found if target == "b.md" else None


def resolve_from(path: str, target: str) -> str | None:
    return f"{path}-{target}" if target == "b.md" else None


def test_the_second_time_the_words_come_from_the_store(store: Database) -> None:
    words = Words("sessions/a.md", "Title", BODY)
    first = kept_prose(store, words, resolve)
    assert first == prose_html(BODY, "Title", resolve)
    store.put(words.key, Kept("<p>known</p>", {"b.md": "../b.html", "c.md": None}))
    assert kept_prose(store, words, resolve) == "<p>known</p>"


def test_a_link_that_leads_elsewhere_now_is_made_anew(store: Database) -> None:
    words = Words("sessions/a.md", "Title", BODY)
    kept_prose(store, words, resolve)
    moved = partial(resolve, found="../moved.html")
    assert kept_prose(store, words, moved) == prose_html(BODY, "Title", moved)
    assert "../moved.html" in kept_prose(store, words, moved)


@pytest.mark.parametrize(
    "other", [Words("sessions/a.md", "Another", BODY), Words("sessions/a.md", "Title", BODY + "\nMore.\n")]
)
def test_other_words_have_another_key(other: Words) -> None:
    assert other.key != Words("sessions/a.md", "Title", BODY).key


def test_what_was_not_asked_for_goes(tmp_path: Path) -> None:
    old, new = Words("a.md", "T", "old"), Words("a.md", "T", "new")
    for words in (old, new):
        store = open_store(tmp_path)
        assert isinstance(store, Database)
        kept_prose(store, words, resolve)
        store.close()
    again = open_store(tmp_path)
    assert isinstance(again, Database)
    assert (again.get(old.key), again.get(new.key)) == (None, Kept("<p>new</p>", {}))
    again.close()


def test_many_words_are_converted_at_once_and_the_same(store: Database) -> None:
    texts = [Words(f"sessions/{number}.md", "Title", f"{BODY}\nNumber {number}.\n") for number in range(130)]
    fill_store(store, texts, resolve_from, least=100)
    for words in (texts[0], texts[64], texts[129]):
        expected = prose_html(words.body, words.title, partial(resolve_from, words.path))
        assert store.get(words.key) == Kept(expected, {"b.md": f"{words.path}-b.md", "c.md": None})


def test_few_words_are_left_to_their_pages(store: Database) -> None:
    fill_store(store, [Words("a.md", "T", "text")], resolve_from, least=2)
    assert store.get(Words("a.md", "T", "text").key) is None


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_store_is_an_empty_one(tmp_path: Path, damage: bytes) -> None:
    first = open_store(tmp_path)
    assert isinstance(first, Database)
    first.close()
    (path,) = (tmp_path / "cache").rglob("*.sqlite")
    path.write_bytes(damage)
    store = open_store(tmp_path)
    words = Words("a.md", "T", "text")
    assert kept_prose(store, words, resolve) == "<p>text</p>"
    if isinstance(store, Database):
        store.close()


def test_a_damaged_entry_is_made_anew(store: Database) -> None:
    words = Words("a.md", "T", "text")
    for damage in (b"{", zlib.compress(b"{")):
        store.connection.execute("INSERT OR REPLACE INTO html VALUES (?, ?)", (words.key, damage))
        assert kept_prose(store, words, resolve) == "<p>text</p>"


def test_without_a_place_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    store = open_store(tmp_path)
    assert isinstance(store, NothingKept)
    assert kept_prose(store, Words("a.md", "T", "text"), resolve) == "<p>text</p>"


def test_two_builds_at_once_do_not_stop_each_other(store: Database, tmp_path: Path) -> None:
    other = open_store(tmp_path)
    assert isinstance(other, Database)
    other.connection.execute("BEGIN IMMEDIATE")
    words = Words("a.md", "T", "text")
    assert kept_prose(store, words, resolve) == "<p>text</p>"
    other.close()
    assert isinstance(store.connection, sqlite3.Connection)


def test_a_page_is_made_once(store: Database) -> None:
    made: list[int] = []

    def make() -> Html:
        made.append(1)
        return Html("<div>page</div>")

    assert [kept_page(store, b"key", make) for _ in range(3)] == ["<div>page</div>"] * 3
    assert len(made) == 1
    assert (store.has(b"key"), store.has(b"other")) == (True, False)


def page_maker(store: Database, number: int) -> Maker:
    """Of a page that shows a text, as a session's page does."""
    words = Words(f"sessions/{number}.md", "Title", f"{BODY}\nNumber {number}.\n")
    key = b"page %d" % number
    make = partial(kept_page, store, key, lambda: Html(f"<main>{kept_prose(store, words, resolve)}</main>"))
    return Maker(key, make, (words.key,))


def test_pages_made_ahead_are_those_made_one_by_one(store: Database, tmp_path: Path) -> None:
    makers = [page_maker(store, number) for number in range(7)]
    make_ahead(store, makers, least=2)
    other = open_store(tmp_path, "another")
    assert isinstance(other, Database)
    alone = [page_maker(other, number).make() for number in range(7)]
    assert [store.get(maker.key) for maker in makers] == [Kept(page) for page in alone]
    assert all(store.has(key) for maker in makers for key in maker.needs)
    other.close()


def test_a_page_made_ahead_uses_the_words_that_are_kept(store: Database) -> None:
    makers = [page_maker(store, number) for number in range(4)]
    (key,) = makers[3].needs
    store.put(key, Kept("<p>known</p>"))
    make_ahead(store, makers, least=2)
    assert store.get(makers[3].key) == Kept("<main><p>known</p></main>")


def test_what_a_build_needs_stays_though_it_did_not_ask(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    for key in (b"needed", b"other"):
        first.put(key, Kept("<p>page</p>"))
    first.close()
    second = open_store(tmp_path)
    second.needs([b"needed"])
    second.close()
    third = open_store(tmp_path)
    assert (third.has(b"needed"), third.has(b"other")) == (True, False)
    third.close()


def test_builds_of_another_kind_have_a_store_of_their_own(tmp_path: Path) -> None:
    plain = open_store(tmp_path)
    plain.put(b"page", Kept("<p>$5</p>"))
    plain.close()
    open_store(tmp_path, "html-incognito").close()
    again = open_store(tmp_path)
    assert again.has(b"page")
    again.close()


def test_what_is_no_longer_needed_leaves_the_file(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert isinstance(store, Database)
    store.put(b"k" * 16, Kept("<p>words taken out</p>"))
    packed = zlib.compress(msgspec.json.encode(Kept("<p>words taken out</p>")), 1)
    store.close()
    (file,) = (tmp_path / "cache" / "sessions-daybook").iterdir()
    assert packed in file.read_bytes()
    open_store(tmp_path).close()
    assert packed not in file.read_bytes()
    assert file.parent.stat().st_mode & 0o077 == 0
