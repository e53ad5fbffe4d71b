"""`serve` on a very large ledger: an edited session's own page is there at once, the pages about many follow.

With thousands of sessions those take seconds. They are made beside the server, which goes on showing the ones of
before; as soon as they are ready a file that the server watches is touched, and the rebuild it starts has them.
"""

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from sitegen.pages import Page, Site, kept_pages, overview_pages

MANY = 500
"""Sessions from which on the pages about many of them take longer than anybody likes to wait for an edit."""
AFTER = 1.0
"""Seconds between a rebuild and the making of what is late."""


@dataclass(frozen=True, slots=True)
class _Made:
    """`state` is what the pages were made from, `places` the addresses that they have and lead to."""

    state: object
    places: object
    pages: tuple[Page, ...]


class Overviews:
    """All pages but those of sessions, from one rebuild to the next."""

    def __init__(self) -> None:
        self._made: _Made | None = None
        self._wanted: tuple[Site, object] | None = None
        self._signal: Path | None = None

    @property
    def late(self) -> bool:
        """Whether those that were given last are of before, so that newer ones are to be made."""
        return self._wanted is not None

    def signal(self) -> Path:
        """The file for the server to watch. Until it is asked for, nothing is ever late."""
        if self._signal is None:
            with tempfile.NamedTemporaryFile(prefix="sessions-serve-", delete=False) as file:
                self._signal = Path(file.name)
        return self._signal

    def of(self, site: Site, state: object) -> tuple[Page, ...]:
        """`state` is equal for equal sites, and quicker to compare."""
        made = self._made
        if made is None or (made.state != state and not self._can_wait(site, made)):
            made = self._made = _Made(state, _places(site), kept_pages(site, overview_pages))
        self._wanted = None if made.state == state else (site, state)
        return made.pages

    def follow(self) -> None:
        """After a rebuild: makes those that are late, when the page that was edited had time to be seen."""
        if self._wanted is not None:
            thread = Timer(AFTER, self._make, (self._wanted,))
            # It must not keep the program from ending.
            thread.daemon = True
            thread.start()

    def stop(self) -> None:
        """Before a rebuild, which needs all there is of one core."""
        self._wanted = None

    def forget(self) -> None:
        """After a build that failed nobody knows what stands in the folder."""
        self._made = self._wanted = None

    def end(self) -> None:
        self.forget()
        if self._signal is not None:
            self._signal.unlink(missing_ok=True)
            self._signal = None

    def _can_wait(self, site: Site, made: _Made) -> bool:
        return self._signal is not None and len(site.sessions) >= MANY and made.places == _places(site)

    def _make(self, wanted: tuple[Site, object]) -> None:
        (site, state), pages = wanted, list[Page]()
        try:
            for page in overview_pages(site):
                if self._wanted is not wanted:
                    return
                pages.append(page)
            self._made = _Made(state, _places(site), tuple(pages))
        except Exception:  # noqa: BLE001  # the rebuild makes them itself then, and tells of it
            self._made = None
        if (signal := self._signal) is not None:
            with suppress(OSError):
                signal.touch()


def _places(site: Site) -> object:
    addresses = (site.project_uri, site.model_uri, site.month_uri, site.tag_uri)
    return site.directory_urls, site.address, site.settings, site.amounts.hidden, site.in_all, *map(dict, addresses)
