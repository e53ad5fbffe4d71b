"""Pages → MkDocs: the only place that knows it. It adds no meaning, it hands over what `pages` made."""

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

from sitegen.charts import without_search_marks
from sitegen.checking import CheckedLedger, load_checked
from sitegen.errors import Problem, ProblemError, Severity
from sitegen.html_store import Database, NothingKept, open_store
from sitegen.pages import (
    Page,
    Site,
    asset_files,
    begin_pages,
    files_of,
    make_pages_ahead,
    navigation,
    overview_pages,
    session_pages,
    site_of,
)
from sitegen.pages.addresses import url_of
from sitegen.pages.feed import FEED
from sitegen.pictures import pictures_of
from sitegen.plugin import gate
from sitegen.plugin.frames import KNOWN_PLUGINS, FramedEnvironment
from sitegen.plugin.made_pages import SitePage, nav_entry, page_at, replace_files, search_entry, with_feed, with_names
from sitegen.plugin.overviews import Overviews
from sitegen.plugin.policy import with_policy
from sitegen.plugin.reference import ReferencePages
from sitegen.plugin.reloading import Written
from sitegen.plugin.templates import RememberedTemplates
from sitegen.processes import collect_seldom
from sitegen.publishing import Build, build_of, denied_words
from sitegen.settings import FILE_NAME
from sitegen.store.caching import cache_folder

_LOG = logging.getLogger("mkdocs.plugins.sitegen")
Answer = TypeVar("Answer")


class SitegenConfig(Config):  # type: ignore[no-untyped-call]
    """`policy: false` leaves the content security policy out, for a site whose owner adds scripts of other hosts."""

    policy = config_options.Type(bool, default=True)


class SitegenPlugin(BasePlugin[SitegenConfig]):  # type: ignore[no-untyped-call]
    """`plugins: [sitegen]` in the `mkdocs.yml` of a ledger."""

    def __init__(self) -> None:
        self._serves = False
        self._pages: tuple[Page, ...] = ()
        self._build = Build()
        self._site_dir = ""
        self._denied: tuple[str, ...] = ()
        self._checked: CheckedLedger | None = None
        self._written = Written()
        self._reference: ReferencePages | None = None
        self._store: Database | NothingKept = NothingKept()
        self._feed = False
        self._templates = RememberedTemplates(cache_folder() / "templates")
        self._overviews = Overviews()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002  # the signature is MkDocs'
        """Its presence makes MkDocs keep this instance, and with it what it knows, from one rebuild to the next."""
        collect_seldom()
        self._serves = command == "serve"
        self._checked = None
        self._written.forget()
        self._overviews.end()

    def on_shutdown(self) -> None:
        self._overviews.end()

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        for file in asset_files():
            (config.extra_css if file.uri.endswith(".css") else config.extra_javascript).append(file.uri)
        self._build = _asked(lambda: build_of(os.environ))
        self._site_dir = config.site_dir
        if self._build.public:
            gate.set_aside(config)
            self._denied = _asked(lambda: denied_words(os.environ))
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        self._overviews.stop()
        if self._stays:
            self._written.keep(config)

    @event_priority(100)  # before any plugin could look into the session files
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        self._written.restore(config, files)
        site, root = self._site(config), _root(config)
        sessions = session_pages(site)
        overviews = self._begin_overviews(site, config)
        self._store.needs(page.key for page in sessions)
        if not self._stays:
            make_pages_ahead(site, sessions)
        self._pages = (*overviews(), *sessions)
        sections = navigation(self._pages)
        told = self._pages
        if self._stays:
            told = self._written.changed(self._pages, sections, config)
            make_pages_ahead(site, told)
        # Where overviews are late the data files of before, which they lead to, still stand in the folder.
        others = files_of(site, data=not self._overviews.late)
        if not self._overviews.late:
            self._feed = any(file.uri == FEED for file in others)
        replace_files(files, config, told, others, sections, root)
        if config.nav is None:
            config.nav = [nav_entry(section) for section in sections]
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Sessions stay outside the navigation; the page of its project is where each one belongs."""
        del config
        for made in self._pages:
            if made.kind == "session" and (page := page_at(files, made.uri)) is not None:
                # A page serves as a parent as well as a section does: the theme asks for title and address.
                page.parent = page_at(files, made.parent)  # type: ignore[assignment]
        return nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:
        """One short entry in the search index for each page instead of its whole text."""
        del files
        search = config.plugins.get("material/search") or config.plugins.get("search")
        index = getattr(search, "search_index", None)
        if index is not None:
            addresses = (url_of(made.uri, directory_urls=config.use_directory_urls) for made in self._pages)
            index.entries.extend(search_entry(*each) for each in zip(self._pages, addresses, strict=True))
        env.bytecode_cache = self._templates
        # The live reload of `serve` is an inline script that no policy could know.
        self._reference = ReferencePages(env, config) if self.config.policy and not self._serves else None
        return FramedEnvironment(env, self._written.output if self._stays else None) if _is_alone(config) else env

    @event_priority(100)
    def _content_for_others(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """A plugin that is not known may look into the content."""
        del nav
        if not _is_alone(config):
            self._give_content(page)
        return context

    @event_priority(-100)
    def _content_for_the_page(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """After the search plugin, which takes whatever looks like one of its marks out of people's words as well."""
        del nav
        if _is_alone(config):
            self._give_content(page)
        return context

    on_page_context = CombinedEvent(_content_for_others, _content_for_the_page)

    def _give_content(self, page: MkDocsPage) -> None:
        if isinstance(page, SitePage):
            page.content = "" if self._written.knows(page.made) else without_search_marks(page.made.body)

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        del config
        # A site may have thousands of pages: written ones are let go.
        page.content = ""
        named = with_names(output)
        if self._feed:
            named = with_feed(named, get_relative_url(FEED, page.url))
        return with_policy(named, self._reference.hashes_of_page(page.url)) if self._reference else named

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        del config
        if not template_name.endswith(".html"):
            return output_content
        named = with_names(output_content)
        if self._reference is None:
            return named
        return with_policy(named, self._reference.hashes_of_template(template_name))

    @event_priority(-100)  # after every plugin that writes into the site
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        self._store.close()
        if self._stays:
            self._written.remember(self._pages)
            self._overviews.follow()
        if self._build.public and self._checked is not None:
            gate.publish(config, self._site_dir, self._checked.ledger.settings, self._denied)

    def on_build_error(self, *, error: Exception) -> None:  # noqa: ARG002  # the signature is MkDocs'
        """A public build that fails, for whatever reason, leaves no site."""
        self._store.close()
        self._written.forget()
        self._overviews.forget()
        if self._build.public:
            gate.leave_nothing(self._site_dir)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        del builder
        settings = _root(config) / FILE_NAME
        # The server fails at its start over a path that is not there.
        if settings.exists():
            server.watch(str(settings))
        server.watch(str(self._overviews.signal()))
        return server

    def _begin_overviews(self, site: Site, config: MkDocsConfig) -> Callable[[], tuple[Page, ...]]:
        if not self._stays or self._checked is None:
            return begin_pages(site, overview_pages)
        read = (self._checked.digests, site.problems, site.settings)
        return partial(self._overviews.of, site, (*read, config.use_directory_urls, config.site_url))

    @property
    def _stays(self) -> bool:
        """Whether what is written stands until the next build. A public site is made and scanned whole each time."""
        return self._serves and not self._build.public

    def _site(self, config: MkDocsConfig) -> Site:
        """Of the files as they are now; what has not changed since the last build is not read again."""
        self._store = open_store(_root(config), f"html{self._build.words}")
        checked = load_checked(_root(config), self._checked)
        ledger, problems = checked.ledger, checked.problems
        # What each file gave is only asked for when the site is made again.
        self._checked = checked if self._serves else replace(checked, files={})
        if self._build.public:
            gate.refuse_ledger(ledger)
        log_problems(problems)
        return site_of(
            replace(ledger, problems=problems),
            directory_urls=config.use_directory_urls,
            marked_only=self._build.public,
            incognito=self._build.incognito,
            address=config.site_url or "",
            store=self._store,
            pictures=pictures_of(ledger.sessions, ledger.root, public=self._build.public),
            digests={} if self._build.incognito else checked.digests,
            again=self._serves,
        )


def _is_alone(config: MkDocsConfig) -> bool:
    """Whether no plugin is there that might do something with a page that this one does not know of."""
    return KNOWN_PLUGINS.issuperset(config.plugins)


def _asked(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except ProblemError as exc:
        raise PluginError(str(exc)) from None


def log_problems(problems: Iterable[Problem]) -> None:
    """An error makes a strict build fail, as it makes `sessions check` end with 1."""
    for problem in problems:
        level = logging.WARNING if problem.severity is Severity.ERROR else logging.INFO
        _LOG.log(level, "%s", problem)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path or "mkdocs.yml").resolve().parent
