"""HTML kept from one build to the next: of whole pages, and of what people wrote. Most of it has not changed since.

Converting Markdown takes most of the time that a session's page takes. A store is a database of its own in the
user's cache folder, never a part of the ledger; where it cannot be, nothing is kept and all is merely slower.
"""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

import sitegen
from sitegen.markup import Html
from sitegen.processes import spread, spread_inherited
from sitegen.prose import prose_html
from sitegen.store.caching import cache_file

MANY = 60
"""Texts from which on converting them over several processes is quicker than starting those."""
_AT_ONCE = 400
_MAKERS = ("markdown", "nh3", "pymdown-extensions")

Resolve = Callable[[str], str | None]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Words:
    """What a person wrote in the session file at `path`, below this title."""

    path: str
    title: str
    body: str

    @cached_property
    def key(self) -> bytes:
        parts = f"{_program()}\x00{self.title}\x00{self.body}"
        return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Kept(msgspec.Struct, array_like=True, frozen=True):
    """HTML, of words with the addresses that their links got: it holds only where they would get the same again."""

    html: str
    links: dict[str, str | None] = {}


class Store(Protocol):
    def has(self, key: bytes) -> bool: ...
    def get(self, key: bytes) -> Kept | None: ...
    def put(self, key: bytes, kept: Kept) -> None: ...
    def needs(self, keys: Iterable[bytes]) -> None: ...


@dataclass
class NothingKept:
    """The store of a site that is made once."""

    def has(self, key: bytes) -> bool:
        del key
        return False

    def get(self, key: bytes) -> Kept | None:
        del key
        return None

    def put(self, key: bytes, kept: Kept) -> None: ...

    def needs(self, keys: Iterable[bytes]) -> None: ...

    def close(self) -> None: ...


@dataclass
class Database:
    """A store in a file. Whatever is wrong with the file, nothing is kept then, and no error reaches the caller.

    `aside` is set in a process forked from the one that opened the file: such a process must not use the connection,
    what it makes goes there.
    """

    connection: sqlite3.Connection
    used: set[bytes] = field(default_factory=set)
    writable: bool = True
    aside: dict[bytes, Kept] | None = None

    def has(self, key: bytes) -> bool:
        with suppress(sqlite3.Error):
            return self.connection.execute("SELECT 1 FROM html WHERE key = ?", (key,)).fetchone() is not None
        return False

    def get(self, key: bytes) -> Kept | None:
        if self.aside is not None:
            return self.aside.get(key)
        self.used.add(key)
        with suppress(sqlite3.Error, zlib.error, msgspec.MsgspecError):
            found = self.connection.execute("SELECT kept FROM html WHERE key = ?", (key,)).fetchone()
            return msgspec.json.decode(zlib.decompress(found[0]), type=Kept) if found else None
        return None

    def put(self, key: bytes, kept: Kept) -> None:
        if self.aside is not None:
            self.aside[key] = kept
            return
        self.used.add(key)
        if not self.writable:
            return
        try:
            packed = zlib.compress(msgspec.json.encode(kept), 1)
            self.connection.execute("INSERT OR REPLACE INTO html VALUES (?, ?)", (key, packed))
        except sqlite3.Error:
            # Another build is writing, or the disk is full: waiting again for each page would take very long.
            self.writable = False

    def needs(self, keys: Iterable[bytes]) -> None:
        """These stay, although this build may not ask for them."""
        self.used.update(keys)

    def close(self) -> None:
        """What no build needs goes: the store does not grow."""
        with suppress(sqlite3.Error):
            self.connection.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY)")
            self.connection.executemany("INSERT INTO used VALUES (?)", ((key,) for key in self.used))
            self.connection.execute("DELETE FROM html WHERE key NOT IN (SELECT key FROM used)")
            self.connection.commit()
        with suppress(sqlite3.Error):
            self.connection.close()


def open_store(root: Path, kind: str = "html") -> Database | NothingKept:
    """The store of the ledger at `root`, one for each kind of site; without a place for it, one that keeps nothing."""
    file = cache_file(root, kind, ".sqlite")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _opened(file)
    except (OSError, sqlite3.Error):
        return NothingKept()


def _opened(path: Path) -> Database:
    try:
        return _database(path)
    except sqlite3.DatabaseError:
        path.unlink()
        return _database(path)


def _database(path: Path) -> Database:
    connection = sqlite3.connect(path, timeout=1)
    try:
        # What a person took out of the ledger is not to stay here.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("CREATE TABLE IF NOT EXISTS html (key BLOB PRIMARY KEY, kept BLOB NOT NULL)")
    except sqlite3.Error:
        connection.close()
        raise
    return Database(connection)


def kept_page(store: Store, key: bytes, make: Callable[[], Html]) -> Html:
    """The HTML of a page as it is kept under this key, which names everything that it is made from."""
    kept = store.get(key)
    if kept is None:
        kept = Kept(str(make()))
        store.put(key, kept)
    return Html(kept.html)


def kept_prose(store: Store, words: Words, resolve: Resolve) -> Html:
    """As `prose_html` makes it, from the store where that is the same."""
    kept = store.get(words.key)
    if kept is None or any(resolve(target) != address for target, address in kept.links.items()):
        kept = _converted(words, resolve)
        store.put(words.key, kept)
    return Html(kept.html)


def fill_store(
    store: Store, texts: Sequence[Words], resolve_from: Callable[[str, str], str | None], least: int = MANY
) -> None:
    """Converts what the store does not have, over all cores. `resolve_from(path, target)` can be sent to a process."""
    if isinstance(store, NothingKept):
        return
    missing = [words for words in texts if words.body and not store.has(words.key)]
    if len(missing) < least:
        return
    for part in _parts(missing):
        for words, kept in zip(part, spread(partial(_convert_here, resolve_from), part, least), strict=True):
            store.put(words.key, kept)


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes the HTML that a store keeps under `key`, from what it may keep under the keys that it `needs`."""

    key: bytes
    make: Callable[[], Html]
    needs: tuple[bytes, ...] = ()


def make_ahead(store: Store, makers: Sequence[Maker], least: int = MANY) -> None:
    """What the store does not have, made over all cores, with whatever else its makers put into the store."""
    if not isinstance(store, Database):
        return
    missing = [maker for maker in makers if not store.has(maker.key)]
    if len(missing) < least:
        return
    for part in _parts(missing):
        known = {key: kept for maker in part for key in maker.needs if (kept := store.get(key))}
        for made in spread_inherited(partial(_make_here, store, known), part, least):
            for key, kept in made.items():
                store.put(key, kept)


def _make_here(store: Database, known: Mapping[bytes, Kept], makers: Sequence[Maker]) -> list[dict[bytes, Kept]]:
    made = []
    for maker in makers:
        own = {key: known[key] for key in maker.needs if key in known}
        store.aside = dict(own)
        maker.make()
        made.append({key: kept for key, kept in store.aside.items() if own.get(key) is not kept})
    store.aside = None
    return made


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Not all at once: what was made of thousands of texts need not be in memory together."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _convert_here(resolve_from: Callable[[str, str], str | None], texts: Sequence[Words]) -> list[Kept]:
    return [_converted(words, partial(resolve_from, words.path)) for words in texts]


def _converted(words: Words, resolve: Resolve) -> Kept:
    links: dict[str, str | None] = {}

    def asked(target: str) -> str | None:
        links[target] = resolve(target)
        return links[target]

    return Kept(str(prose_html(words.body, words.title, asked)), links)


@cache
def _program() -> str:
    """Everything besides the words that their HTML depends on."""
    code = Path(sitegen.__file__).parent
    own = (f"{name} {(code / name).stat().st_mtime_ns}" for name in ("prose.py", "body_limits.py", "markup.py"))
    return " ".join((sitegen.__version__, *own, *(f"{name} {version(name)}" for name in _MAKERS)))
