"""What is made of all sessions together: the same again from the store, and never from one that would be wrong."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sitegen.errors import Location, error
from sitegen.html_store import Database, Kept, open_store
from sitegen.pages import Page, Site, overview_pages, site_of
from sitegen.pages.kept import begin_pages, kept, kept_pages, kept_text
from sitegen.processes import can_fork
from tests.made_sessions import made_ledger, made_row, made_session

PATH = "sessions/2026/2026-03-02-a.md"
LEDGER = made_ledger(made_session(PATH, made_row(), tags=("auth",)))
DIGESTS = {PATH: "the bytes of the file"}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    opened = open_store(tmp_path)
    assert isinstance(opened, Database)
    yield opened
    opened.close()


def site(store: Database, **changed: object) -> Site:
    return replace(site_of(LEDGER, store=store, digests=DIGESTS), **changed)  # type: ignore[arg-type]


def never(_: Site) -> Iterable[Page]:
    raise AssertionError("it is in the store")


def whole(pages: Iterable[Page]) -> list[tuple[Page, str]]:
    """Two pages are equal whatever their HTML is."""
    return [(page, str(page.body)) for page in pages]


def test_the_second_time_pages_come_from_the_store(store: Database) -> None:
    made = whole(overview_pages(site(store)))
    assert whole(kept_pages(site(store), overview_pages)) == made
    assert whole(kept_pages(site(store), never)) == made
    assert whole(begin_pages(site(store), never)()) == made


def test_pages_begun_are_those_that_are_made(store: Database) -> None:
    answer = begin_pages(site(store), overview_pages)
    assert whole(answer()) == whole(overview_pages(site(store)))
    assert whole(kept_pages(site(store), never)) == whole(overview_pages(site(store)))


def test_a_page_that_cannot_be_made_is_told_of(store: Database) -> None:
    with pytest.raises(AssertionError, match="it is in the store"):
        begin_pages(site(store), never)()


@pytest.mark.parametrize(
    "changed",
    [
        {"digests": {PATH: "other bytes"}},
        {"problems": (error("row-cost", Location(PATH, 3, 1), "it is wrong"),)},
        {"directory_urls": True},
        {"address": "https://sessions.example.org/"},
        {"in_all": 3},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_pages_depend_on_makes_others(store: Database, changed: dict[str, object]) -> None:
    kept_pages(site(store), overview_pages)
    other = site(store, **changed)
    with pytest.raises(AssertionError):
        kept_pages(other, never)
    assert whole(kept_pages(other, overview_pages)) == whole(overview_pages(other))


def test_without_the_bytes_of_a_file_nothing_is_kept(store: Database) -> None:
    assert kept(site(store, digests={}), "number", int, lambda: 1) == 1
    assert kept(site(store, digests={}), "number", int, lambda: 2) == 2
    assert kept(site(store), "number", int, lambda: 3) == 3
    assert kept(site(store), "number", int, lambda: 4) == 3


def test_what_is_of_another_shape_is_made_anew(store: Database) -> None:
    kept(site(store), "number", str, lambda: "one")
    assert kept(site(store), "number", int, lambda: 1) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(pieces=st.lists(st.text(max_size=8), max_size=12), size=st.integers(1, 20), damaged=st.integers(0, 6))
def test_a_long_text_is_the_same_from_the_store(store: Database, pieces: list[str], size: int, damaged: int) -> None:
    store.connection.execute("DELETE FROM html")
    whole, made = "".join(pieces), 0

    def make() -> list[str]:
        nonlocal made
        made += 1
        return pieces

    def text() -> str:
        return "".join(kept_text(site(store), "a text", make))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sitegen.pages.kept._PART", size)
        assert [text(), text()] == [whole] * 2
        assert made == (1 if whole else 2)
        for (key,) in store.connection.execute("SELECT key FROM html").fetchall()[damaged : damaged + 1]:
            store.connection.execute("UPDATE html SET kept = ? WHERE key = ?", (b"no zlib", key))
        assert [text(), text()] == [whole] * 2
        assert made <= (2 if whole else 4)


def test_a_part_that_the_store_refused_is_not_missed(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sitegen.pages.kept._PART", 2)

    def text() -> str:
        return "".join(kept_text(site(store), "letters", lambda: ["ab", "cd", "ef"]))

    put = Database.put
    refused: list[bytes] = []

    def refuse(self: Database, key: bytes, value: Kept) -> None:
        if value.html == "cd" and not refused:
            refused.append(key)
        else:
            put(self, key, value)

    monkeypatch.setattr(Database, "put", refuse)
    assert [text(), text(), text()] == ["abcdef"] * 3
    assert refused


def test_they_are_made_in_a_process_of_their_own(store: Database) -> None:
    def pages(_: Site) -> Iterable[Page]:
        return [replace(next(iter(overview_pages(site(store)))), title=f"{os.getpid()}")]

    beside = can_fork() and (os.cpu_count() or 1) > 1
    (page,) = begin_pages(site(store), pages)()
    assert (page.title != f"{os.getpid()}") == beside
