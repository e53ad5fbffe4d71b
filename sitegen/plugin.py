"""Pages → MkDocs: the only module that knows it. It adds no meaning, it hands over what `pages` made."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import TableOfContents

from sitegen.checking import check_ledger
from sitegen.errors import Problem, Severity
from sitegen.ledger import Ledger, load_ledger
from sitegen.markup import Html, text
from sitegen.pages import Page, Section, build_pages, navigation
from sitegen.settings import FILE_NAME

_LOG = logging.getLogger("mkdocs.plugins.sitegen")
_ASSETS = Path(__file__).parent / "assets"
_STYLE = "assets/sitegen/sitegen.css"
_UNDATED = "1970-01-01"


class SitePage(MkDocsPage):
    """A page whose HTML exists already: nothing of it is parsed again, neither as Markdown nor as YAML."""

    def __init__(self, made: Page, file: File, config: MkDocsConfig, parent_of_all: str) -> None:
        # MkDocs and its themes print titles as they are: this one must be HTML.
        super().__init__(text(made.title), file, config)
        self.made = made
        # The date of the build would make every build different.
        self.update_date = made.day.isoformat() if made.day else parent_of_all

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
        self.content = self.made.body
        self.toc = TableOfContents([])
        self.present_anchor_ids = set()
        self.links_to_anchors = {}


class SitegenPlugin(BasePlugin):  # type: ignore[no-untyped-call,type-arg]
    """`plugins: [sitegen]` in the `mkdocs.yml` of a ledger."""

    def __init__(self) -> None:
        self._pages: tuple[Page, ...] = ()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Its presence makes MkDocs keep this instance from one rebuild to the next."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        config.extra_css.append(_STYLE)
        return config

    @event_priority(100)  # before any plugin could look into the session files
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        ledger = load_ledger(_root(config))
        ledger = replace(ledger, problems=check_ledger(ledger))
        log_problems(ledger.problems)
        self._pages = build_pages(ledger, directory_urls=config.use_directory_urls)
        return replace_files(files, config, ledger, self._pages)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Pages outside the navigation get their place: a parent, and neighbours in their project."""
        del config
        for made in self._pages:
            if made.kind != "session":
                continue
            page = _page_at(files, made.uri)
            if page is not None:
                # A page serves as a parent as well as a section does: the theme asks for title and address.
                page.parent = _page_at(files, made.parent)  # type: ignore[assignment]
                page.previous_page = _page_at(files, made.previous)
                page.next_page = _page_at(files, made.next)
        return nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        """One short entry in the search index for each page instead of its whole text."""
        search = config.plugins.get("material/search") or config.plugins.get("search")
        index = getattr(search, "search_index", None)
        if index is not None:
            index.entries.extend(_search_entries(files, self._pages))
        return env

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        del builder
        settings = _root(config) / FILE_NAME
        # The server fails at its start over a path that is not there.
        if settings.exists():
            server.watch(str(settings))
        return server


def replace_files(files: Files, config: MkDocsConfig, ledger: Ledger, pages: Iterable[Page]) -> Files:
    """Everything found in the folder goes, everything made comes in: nothing else is ever published."""
    for file in [file for file in files if file.src_dir == config.docs_dir]:
        files.remove(file)
    made = tuple(pages)
    sections = navigation(made)
    shown = {uri for section in sections for uri in (section.uri, *section.below)}
    newest = max((s.day.isoformat() for s in ledger.sessions if s.day), default=_UNDATED)
    for page in made:
        level = InclusionLevel.INCLUDED if page.uri in shown else InclusionLevel.NOT_IN_NAV
        file = File.generated(config, page.uri, content=page.body, inclusion=level)
        file.edit_uri = _edit_uri(page, ledger.root, config)
        # After the edit address, which the page reads when it is made.
        SitePage(page, file, config, newest)
        files.append(file)
    files.append(_asset(config))
    if config.nav is None:
        config.nav = [_nav_entry(section) for section in sections]
    return files


def log_problems(problems: Iterable[Problem]) -> None:
    """An error makes a strict build fail, as it makes `sessions check` end with 1."""
    for problem in problems:
        level = logging.WARNING if problem.severity is Severity.ERROR else logging.INFO
        _LOG.log(level, "%s", problem)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path or "mkdocs.yml").resolve().parent


def _asset(config: MkDocsConfig) -> File:
    style = str(_ASSETS / "sitegen.css")
    return File.generated(config, _STYLE, abs_src_path=style, inclusion=InclusionLevel.INCLUDED)


def _edit_uri(page: Page, root: Path, config: MkDocsConfig) -> str | None:
    """Below `docs_dir`, as MkDocs wants it; None where no single file is shown."""
    folder = Path(config.docs_dir).resolve()
    if page.source is None or not folder.is_relative_to(root.resolve()):
        return None
    source, home = PurePosixPath(page.source), folder.relative_to(root.resolve()).as_posix()
    return source.relative_to(home).as_posix() if source.is_relative_to(home) else None


def _nav_entry(section: Section) -> dict[str, Any]:
    if not section.below:
        return {section.title: section.uri}
    return {section.title: [section.uri, *section.below]}


def _page_at(files: Files, uri: str | None) -> MkDocsPage | None:
    file = files.get_file_from_path(uri) if uri else None
    return file.page if file else None


def _search_entries(files: Files, pages: Iterable[Page]) -> Iterable[dict[str, str | Html]]:
    for made in pages:
        page = _page_at(files, made.uri)
        if page is not None:
            words = " · ".join(filter(None, (made.description, made.words)))
            yield {"location": page.url, "title": text(made.title), "text": text(words)}
