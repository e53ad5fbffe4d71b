"""What all sessions together were made into, from the store where nothing has changed since.

An unchanged ledger is the rule wherever a site is built by a machine, and the pages about many sessions take longer
than all else about it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from typing import TypeVar

import msgspec

from sitegen.html_store import Kept
from sitegen.markup import Html
from sitegen.pages.site import Page, Site
from sitegen.processes import start_beside

Told = TypeVar("Told")
_PAGES = "pages"
_PART = 200_000
"""Characters of a long text that are kept together."""


class _KeptPage(msgspec.Struct, array_like=True, frozen=True):
    uri: str
    title: str
    content: str
    kind: str
    description: str
    words: str
    day: date | None
    parent: str | None
    previous: str | None
    next: str | None


def kept_pages(site: Site, make: Callable[[Site], Iterable[Page]]) -> tuple[Page, ...]:
    """Pages about all of the site's sessions, which have no maker and no source."""
    return tuple(map(_page, kept(site, _PAGES, list[_KeptPage], lambda: [_told(page) for page in make(site)])))


def begin_pages(site: Site, make: Callable[[Site], Iterable[Page]]) -> Callable[[], tuple[Page, ...]]:
    """As `kept_pages`, when the answer is called; until then they are made in a process of their own."""
    known = _found(site, _PAGES, list[_KeptPage])
    if known is not None:
        return lambda: tuple(map(_page, known))
    told = start_beside(lambda: [_told(page) for page in make(site)])
    return lambda: tuple(map(_page, _put(site, _PAGES, told())))


def kept(site: Site, name: str, kind: type[Told], make: Callable[[], Told]) -> Told:
    """A value of this kind under this name, which depends on nothing but the site."""
    found = _found(site, name, kind)
    return _put(site, name, make()) if found is None else found


def _found(site: Site, name: str, kind: type[Told]) -> Told | None:
    found = site.store.get(_key(site, name)) if site.digest else None
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(found.html, type=kind) if found else None
    return None


def _put(site: Site, name: str, made: Told) -> Told:
    if site.digest:
        site.store.put(_key(site, name), Kept(msgspec.json.encode(made).decode()))
    return made


def kept_text(site: Site, name: str, make: Callable[[], Iterable[str]]) -> Iterator[str]:
    """A text of any length, which is never in memory whole."""
    if site.again or not site.digest:
        yield from make()
        return
    given = 0
    for number in range(_found(site, f"parts of {name}", int) or 0):
        part = site.store.get(_key(site, f"{number} {name}"))
        if part is None:
            break
        given += len(part.html)
        yield part.html
    else:
        if given:
            return
    yield from _rest(_storing(site, name, make()), given)


def _storing(site: Site, name: str, pieces: Iterable[str]) -> Iterator[str]:
    """The same text in parts of some size, each kept. How many there are is told last: a part may be refused."""
    number = 0
    for number, part in enumerate(_parts(pieces), start=1):
        site.store.put(_key(site, f"{number - 1} {name}"), Kept(part))
        yield part
    _put(site, f"parts of {name}", number)


def _parts(pieces: Iterable[str]) -> Iterator[str]:
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _PART:
            yield "".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting)


def _rest(parts: Iterable[str], given: int) -> Iterator[str]:
    """What comes after this many characters."""
    for part in parts:
        if given < len(part):
            yield part[given:]
        given = max(0, given - len(part))


def _key(site: Site, name: str) -> bytes:
    return blake2b(name.encode(), key=site.digest, digest_size=16).digest()


def _page(told: _KeptPage) -> Page:
    return Page(**{**msgspec.structs.asdict(told), "content": Html(told.content)})


def _told(page: Page) -> _KeptPage:
    return _KeptPage(
        page.uri,
        page.title,
        str(page.body),
        page.kind,
        page.description,
        page.words,
        page.day,
        page.parent,
        page.previous,
        page.next,
    )
