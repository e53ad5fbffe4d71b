"""Pages → MkDocs: the only module that knows it. It adds no meaning, it hands over what `pages` made."""

import filecmp
import logging
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeVar

from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import TableOfContents

from sitegen.checking import check_ledger
from sitegen.errors import Problem, ProblemError, Severity
from sitegen.ledger import Ledger, load_ledger
from sitegen.markup import Html, text
from sitegen.pages import Page, Section, build_pages, navigation
from sitegen.publishing import Build, build_of, denied_words, refusals, site_refusals
from sitegen.settings import FILE_NAME, Settings

_LOG = logging.getLogger("mkdocs.plugins.sitegen")
_ASSETS = Path(__file__).parent / "assets"
_STYLE = "assets/sitegen/sitegen.css"
_UNDATED = "1970-01-01"
Answer = TypeVar("Answer")


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
        self._build = Build()
        self._settings = Settings()
        self._site_dir = ""
        self._denied: tuple[str, ...] = ()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Its presence makes MkDocs keep this instance from one rebuild to the next."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        config.extra_css.append(_STYLE)
        self._build = _asked(lambda: build_of(os.environ))
        self._site_dir = config.site_dir
        if self._build.public:
            # Nothing stands where sites are published from until a scan has found the new one clean.
            _take_away(self._site_dir)
            config.site_dir = str(_unscanned(self._site_dir))
            self._denied = _asked(lambda: denied_words(os.environ))
        return config

    @event_priority(100)  # before any plugin could look into the session files
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        ledger = load_ledger(_root(config))
        self._settings = ledger.settings
        if self._build.public:
            _refuse_if_any(partial(refusals, ledger))
        ledger = replace(ledger, problems=check_ledger(ledger))
        log_problems(ledger.problems)
        self._pages = build_pages(
            ledger,
            directory_urls=config.use_directory_urls,
            marked_only=self._build.public,
            incognito=self._build.incognito,
        )
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

    @event_priority(-100)  # after every plugin that writes into the site
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if not self._build.public:
            return
        unscanned = Path(config.site_dir)
        name = Path(self._site_dir).name
        _refuse_if_any(lambda: site_refusals(unscanned, name, self._settings, self._denied, _is_of_theme(config)))
        shutil.copytree(unscanned, self._site_dir, dirs_exist_ok=True)
        shutil.rmtree(unscanned)
        config.site_dir = self._site_dir

    def on_build_error(self, *, error: Exception) -> None:  # noqa: ARG002  # the signature is MkDocs'
        """A public build that fails, for whatever reason, leaves no site."""
        if self._build.public:
            shutil.rmtree(_unscanned(self._site_dir), ignore_errors=True)
            _take_away(self._site_dir)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        del builder
        settings = _root(config) / FILE_NAME
        # The server fails at its start over a path that is not there.
        if settings.exists():
            server.watch(str(settings))
        return server


def _asked(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except ProblemError as exc:
        raise PluginError(str(exc)) from None


def _refuse_if_any(look: Callable[[], tuple[Problem, ...]]) -> None:
    """Whatever goes wrong while looking is a reason to refuse as well; its words might hold what was looked for."""
    try:
        found = look()
    except Exception as exc:  # noqa: BLE001  # a scan that did not end has found nothing out
        raise PluginError(f"could not scan ({type(exc).__name__}), nothing is published") from None
    for problem in found:
        _LOG.error("%s", problem)
    if found:
        raise PluginError(f"{len(found)} found that must not be published, so nothing is published")


def _take_away(site_dir: str) -> None:
    """As MkDocs does before each build: a `.git` in it stays, and with it the folder."""
    utils.clean_directory(site_dir)
    with suppress(OSError):
        Path(site_dir).rmdir()


def _unscanned(site_dir: str) -> Path:
    """Where a public site waits for its scan: beside its place, so that it lies on the same disk."""
    place = Path(site_dir)
    return place.with_name(f".{place.name}.tmp")


def _is_of_theme(config: MkDocsConfig) -> Callable[[Path], bool]:
    """Whether a file of the site is, byte for byte, one that came with the theme."""

    def is_theirs(path: Path) -> bool:
        name = path.relative_to(config.site_dir)
        theirs = (Path(folder) / name for folder in config.theme.dirs)
        return any(file.is_file() and filecmp.cmp(file, path, shallow=False) for file in theirs)

    return is_theirs


def replace_files(files: Files, config: MkDocsConfig, ledger: Ledger, pages: Iterable[Page]) -> Files:
    """Everything found in the folder goes, everything made comes in: nothing else is ever published."""
    for file in [file for file in files if file.src_dir == config.docs_dir]:
        files.remove(file)
    made = tuple(pages)
    sections = navigation(made)
    shown = {uri for section in sections for uri in (section.uri, *section.below)}
    newest = max((page.day.isoformat() for page in made if page.day), default=_UNDATED)
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
