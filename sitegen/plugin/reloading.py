"""`serve` on a large ledger: an edit writes the pages that it changes, and no others.

MkDocs empties the folder of the site and makes all pages anew whenever a file changes. Here the folder is out of its
way while it is emptied, and only changed pages are handed to it.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from sitegen.pages import Page, Section


class Written:
    """The pages of the last build as they stand in the folder that is served."""

    def __init__(self) -> None:
        self._pages: Mapping[str, Page] = {}
        self._around: object = None
        self._site_dir: str | None = None
        self._outputs: dict[str, str] = {}

    def keep(self, config: MkDocsConfig) -> None:
        """Before MkDocs empties the folder of the site: it empties another one, which is empty already."""
        if self._pages:
            self._site_dir = config.site_dir
            config.site_dir = tempfile.mkdtemp(prefix="sessions-empty-")

    def restore(self, config: MkDocsConfig, files: Files) -> None:
        if self._site_dir is None:
            return
        with suppress(OSError):
            Path(config.site_dir).rmdir()
        config.site_dir, self._site_dir = self._site_dir, None
        for file in files:
            file.dest_dir = config.site_dir

    def changed(self, pages: Sequence[Page], sections: Sequence[Section], config: MkDocsConfig) -> tuple[Page, ...]:
        """Those to be written: all where the navigation or the configuration is another, or nothing is known.

        Pages in the navigation are always among them, since MkDocs makes the navigation from them; `output` knows
        what those are that have not changed.
        """
        around = (tuple(sections), tuple((p.uri, p.title) for p in pages if p.kind != "session"), _configured(config))
        written = self._pages if around == self._around else {}
        self._around = around
        self._take_away(set(self._pages) - {page.uri for page in pages}, config)
        shown = {uri for section in sections for uri in (section.uri, *section.below)}
        same = {page.uri for page in pages if _is_same(page, written.get(page.uri))}
        self._outputs = {uri: output for uri, output in self._outputs.items() if uri in same}
        return tuple(page for page in pages if page.uri in shown or page.uri not in same)

    def knows(self, page: Page) -> bool:
        """Whether `output` will not ask for this page to be rendered."""
        return page.uri in self._outputs

    def output(self, page: Page, render: Callable[[], str]) -> str:
        """What the theme's template made of a page before, where it would make the same again."""
        return self._outputs.get(page.uri) or self._outputs.setdefault(page.uri, render())

    def remember(self, pages: Sequence[Page]) -> None:
        self._pages = {page.uri: page for page in pages}

    def forget(self) -> None:
        """After a build that failed nobody knows what stands in the folder."""
        self._pages, self._around, self._outputs = {}, None, {}

    def _take_away(self, uris: set[str], config: MkDocsConfig) -> None:
        for uri in uris:
            place = Path(File.generated(config, uri, content="").abs_dest_path)
            with suppress(OSError):
                place.unlink()


def _is_same(page: Page, written: Page | None) -> bool:
    """Where its HTML is at hand that decides too; else what it is made from."""
    return page == written and (callable(page.content) or page.content == written.content)


def _configured(config: MkDocsConfig) -> str:
    if not config.config_file_path:
        return ""
    with suppress(OSError):
        return Path(config.config_file_path).read_text(encoding="utf-8", errors="replace")
    return ""
