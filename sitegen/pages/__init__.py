"""Ledger → pages: every page of the site as a value, ready for any site generator."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sitegen.html_store import Maker, Words, fill_store, make_ahead
from sitegen.ledger import Ledger
from sitegen.pages.addresses import session_link
from sitegen.pages.assets import asset_files
from sitegen.pages.dashboard import dashboard_page
from sitegen.pages.decisions import decisions_page
from sitegen.pages.downloads import data_files, downloads_page
from sitegen.pages.kept import begin_pages, kept_pages
from sitegen.pages.loops import loops_page
from sitegen.pages.method import method_page
from sitegen.pages.models import model_pages, models_page
from sitegen.pages.months import month_pages, months_page
from sitegen.pages.problems import problems_page
from sitegen.pages.projects import project_pages, projects_page
from sitegen.pages.session import session_pages, shows_pictures, words_of
from sitegen.pages.sessions import sessions_page
from sitegen.pages.site import (
    DECISIONS,
    DOWNLOADS,
    HOME,
    LOOPS,
    METHOD,
    MODELS,
    MONTHS,
    PROBLEMS,
    PROJECTS,
    SESSIONS,
    TAGS,
    MadeFile,
    Page,
    Site,
    site_of,
)
from sitegen.pages.tags import tag_pages, tags_page
from sitegen.processes import can_fork

__all__ = [
    "MadeFile",
    "Page",
    "Section",
    "Site",
    "asset_files",
    "begin_pages",
    "build_pages",
    "files_of",
    "kept_pages",
    "make_pages_ahead",
    "navigation",
    "overview_pages",
    "pages_of",
    "session_pages",
    "site_of",
]

_MOST_IN_NAVIGATION = 30


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the navigation: the page it leads to, and the pages below that one. All are URIs."""

    title: str
    uri: str
    below: tuple[str, ...] = ()


def build_pages(
    ledger: Ledger, *, directory_urls: bool = False, marked_only: bool = False, incognito: bool = False
) -> tuple[Page, ...]:
    """The pages of a ledger, as `pages_of` makes them from its site."""
    return pages_of(site_of(ledger, directory_urls=directory_urls, marked_only=marked_only, incognito=incognito))


def make_pages_ahead(site: Site, pages: Iterable[Page]) -> None:
    """The HTML of the pages that the site's store lacks, made over all cores; where pages are not kept, or no process
    can be forked, what people wrote for them at least.
    """
    words = {each.path: words_of(each) for each in site.sessions if not shows_pictures(each)}
    site.store.needs(each.key for each in words.values())
    lacking = [(page, page.content) for page in pages if callable(page.content) and not site.store.has(page.key)]
    if can_fork() and all(page.key for page, _ in lacking):
        make_ahead(site.store, [Maker(page.key, make, _needs(words, page)) for page, make in lacking])
        return
    resolve = partial(session_link, site.session_uri, directory_urls=site.directory_urls)
    fill_store(site.store, [words[page.source] for page, _ in lacking if page.source in words], resolve)


def _needs(words: Mapping[str, Words], page: Page) -> tuple[bytes, ...]:
    own = words.get(page.source or "")
    return (own.key,) if own else ()


def pages_of(site: Site) -> tuple[Page, ...]:
    """The same ledger gives the same pages, in the order of the navigation; sessions come last."""
    return (*overview_pages(site), *session_pages(site))


def overview_pages(site: Site) -> Iterator[Page]:
    """All but those of sessions, one after the other: each may take a while.

    After the last of them, sessions forget what only these pages ask for, unless the site is to be made again.
    """
    yield dashboard_page(site)
    yield sessions_page(site)
    yield projects_page(site)
    yield from project_pages(site)
    yield models_page(site)
    yield from model_pages(site)
    yield months_page(site)
    yield from month_pages(site)
    yield tags_page(site)
    yield from tag_pages(site)
    yield decisions_page(site)
    yield loops_page(site)
    yield problems_page(site)
    yield downloads_page(site)
    yield method_page(site)
    if not site.again:
        for session in site.sessions:
            session.forget()


def files_of(site: Site, *, data: bool = True) -> tuple[MadeFile, ...]:
    """Everything of the site that is no page: style and script, pictures of its sessions, and data to take away."""
    shown = {session.path for session in site.sessions}
    pictures = {picture.uri: picture.content for (path, _), picture in site.pictures.items() if path in shown}
    return (
        *asset_files(),
        *(data_files(site) if data else ()),
        *(MadeFile(uri, pictures[uri]) for uri in sorted(pictures)),
    )


def navigation(pages: Sequence[Page]) -> tuple[Section, ...]:
    """Tens of links, never thousands: sessions stay out, and so do projects and months beyond thirty each."""

    def below(kind: str) -> tuple[str, ...]:
        return tuple(page.uri for page in pages if page.kind == kind)[:_MOST_IN_NAVIGATION]

    months = tuple(page.uri for page in pages if page.kind == "month")[::-1][:_MOST_IN_NAVIGATION]
    return (
        Section("Dashboard", HOME),
        Section("Sessions", SESSIONS),
        Section("Projects", PROJECTS, below("project")),
        Section("Models", MODELS, below("model")),
        Section("Months", MONTHS, months),
        Section("Tags", TAGS),
        Section("Decisions", DECISIONS),
        Section("Open loops", LOOPS),
        Section("Problems", PROBLEMS),
        Section("Downloads", DOWNLOADS),
        Section("How the numbers are made", METHOD),
    )
