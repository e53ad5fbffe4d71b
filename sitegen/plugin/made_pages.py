"""Pages of ours as MkDocs knows pages: their HTML exists already, so nothing of them is parsed again."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents

from sitegen.markup import Html, el, text
from sitegen.pages import MadeFile, Page, Section
from sitegen.pages.figures import CONTENT_ID

_SEARCH = 'data-md-component="search" role="dialog"'
_UNDATED = "1970-01-01"


class SitePage(MkDocsPage):
    """A page whose HTML exists already: nothing of it is parsed again, neither as Markdown nor as YAML."""

    def __init__(self, made: Page, file: File, config: MkDocsConfig, day_of_all: str) -> None:
        # MkDocs and its themes print titles as they are: this one must be HTML.
        super().__init__(text(made.title), file, config)
        self.made = made
        # The date of the build would make every build different.
        self.update_date = made.day.isoformat() if made.day else day_of_all

    def read_source(self, config: MkDocsConfig) -> None:  # noqa: ARG002  # the signature is MkDocs'
        self.markdown = ""
        self.meta = {
            "description": text(self.made.description),
            "hide": ["toc"],
            "search": {"exclude": True},
        }
        if self.made.kind != "dashboard":
            # Without it the theme strips tags from the title, which would turn escaped text into tags.
            self.meta["title"] = text(self.made.title)

    def render(self, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002  # the signature is MkDocs'
        # Not yet: MkDocs renders all pages before it writes the first.
        self.content = ""
        # One entry and hidden: it is what the theme's link past the navigation leads to.
        self.toc = TableOfContents([AnchorLink(text(self.made.title), CONTENT_ID, 1)])
        self.present_anchor_ids = set()
        self.links_to_anchors = {}


class _MadeFile(File):
    """Written piece by piece."""

    made: MadeFile

    @classmethod
    def of(cls, made: MadeFile, config: MkDocsConfig) -> "_MadeFile":
        file = cls(made.uri, None, config.site_dir, config.use_directory_urls, inclusion=InclusionLevel.INCLUDED)
        file.generated_by = "sitegen"
        file.made = made
        return file

    def copy_file(self, dirty: bool = False) -> None:  # noqa: ARG002  # the signature is MkDocs'
        place = Path(self.abs_dest_path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            file.writelines(self.made.pieces())

    @property  # type: ignore[misc]  # MkDocs lets it be set as well, which nobody is to do here
    def content_bytes(self) -> bytes:
        return b"".join(self.made.pieces())


def replace_files(
    files: Files,
    config: MkDocsConfig,
    pages: Iterable[Page],
    others: Iterable[MadeFile],
    sections: Iterable[Section],
    root: Path,
) -> None:
    """Everything found in the folder goes, everything made comes in: nothing else is ever published."""
    for file in [file for file in files if file.src_dir == config.docs_dir]:
        files.remove(file)
    made = tuple(pages)
    shown = {uri for section in sections for uri in (section.uri, *section.below)}
    newest = max((page.day.isoformat() for page in made if page.day), default=_UNDATED)
    for page in made:
        level = InclusionLevel.INCLUDED if page.uri in shown else InclusionLevel.NOT_IN_NAV
        file = File.generated(config, page.uri, content="", inclusion=level)
        file.edit_uri = _edit_uri(page, root, config)
        # After the edit address, which the page reads when it is made.
        SitePage(page, file, config, newest)
        files.append(file)
    for other in others:
        # The level is said for each: MkDocs leaves out some folders by their names.
        files.append(_MadeFile.of(other, config))


def nav_entry(section: Section) -> dict[str, Any]:
    if not section.below:
        return {section.title: section.uri}
    return {section.title: [section.uri, *section.below]}


def page_at(files: Files, uri: str | None) -> MkDocsPage | None:
    file = files.get_file_from_path(uri) if uri else None
    return file.page if file else None


def search_entry(made: Page, url: str) -> dict[str, str | Html]:
    """What the search index holds of a page: some words, never its whole text. The theme prints it as HTML."""
    words = " · ".join(filter(None, (made.description, made.words)))
    return {"location": url, "title": text(made.title), "text": text(words)}


def with_names(page: str) -> str:
    """The theme's search is a dialog that says to no screen reader what it is for."""
    return page.replace(_SEARCH, f'{_SEARCH} aria-label="Search"', 1)


def with_feed(page: str, address: str) -> str:
    """A link by which readers of feeds find the one of this site, at `address` seen from the page."""
    # Not `alternate` alone: the theme takes such a link for another language and asks for a sitemap beside it.
    link = el("link", rel="alternate feed", type="application/atom+xml", title="New sessions", href=address)
    return page.replace("</head>", f"{link}</head>", 1)


def _edit_uri(page: Page, root: Path, config: MkDocsConfig) -> str | None:
    """Below `docs_dir`, as MkDocs wants it; None where no single file is shown."""
    folder = Path(config.docs_dir).resolve()
    if page.source is None or not folder.is_relative_to(root.resolve()):
        return None
    source, home = PurePosixPath(page.source), folder.relative_to(root.resolve()).as_posix()
    return source.relative_to(home).as_posix() if source.is_relative_to(home) else None
