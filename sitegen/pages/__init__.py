"""Ledger → pages: every page of the site as a value, ready for any site generator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sitegen.html_store import fill_store
from sitegen.ledger import Ledger
from sitegen.pages.addresses import session_link
from sitegen.pages.assets import asset_files
from sitegen.pages.dashboard import dashboard_page
from sitegen.pages.decisions import decisions_page
from sitegen.pages.downloads import data_files, downloads_page
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

__all__ = [
    "MadeFile",
    "Page",
    "Section",
    "Site",
    "asset_files",
    "build_pages",
    "convert_words",
    "files_of",
    "navigation",
    "pages_of",
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


def convert_words(site: Site, pages: Iterable[Page]) -> None:
    """What people wrote, converted over all cores and put into the site's store, for the pages that it lacks."""
    lacking = {page.source for page in pages if page.source and not site.store.has(page.key)}
    resolve = partial(session_link, site.session_uri, directory_urls=site.directory_urls)
    told = [each for each in site.sessions if each.path in lacking and not shows_pictures(each)]
    fill_store(site.store, list(map(words_of, told)), resolve)


def pages_of(site: Site) -> tuple[Page, ...]:
    """The same ledger gives the same pages, in the order of the navigation; sessions come last."""
    return (
        dashboard_page(site),
        sessions_page(site),
        projects_page(site),
        *project_pages(site),
        models_page(site),
        *model_pages(site),
        months_page(site),
        *month_pages(site),
        tags_page(site),
        *tag_pages(site),
        decisions_page(site),
        loops_page(site),
        problems_page(site),
        downloads_page(site),
        method_page(site),
        *session_pages(site),
    )


def files_of(site: Site) -> tuple[MadeFile, ...]:
    """Everything of the site that is no page: style and script, data to take away, the pictures of its sessions."""
    shown = {session.path for session in site.sessions}
    pictures = {picture.uri: picture.content for (path, _), picture in site.pictures.items() if path in shown}
    return (*asset_files(), *data_files(site), *(MadeFile(uri, pictures[uri]) for uri in sorted(pictures)))


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
