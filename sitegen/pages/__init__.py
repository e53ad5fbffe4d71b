"""Ledger → pages: every page of the site as a value, ready for any site generator."""

from collections.abc import Sequence
from dataclasses import dataclass

from sitegen.ledger import Ledger
from sitegen.pages.dashboard import dashboard_page
from sitegen.pages.groups import model_pages, models_page, project_pages, projects_page
from sitegen.pages.listings import month_pages, months_page, problems_page, sessions_page
from sitegen.pages.session import session_pages
from sitegen.pages.site import HOME, MODELS, MONTHS, PROBLEMS, PROJECTS, SESSIONS, Page, site_of

__all__ = ["Page", "Section", "build_pages", "navigation"]

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
    """The same ledger gives the same pages. `directory_urls`: links lead to `a/` instead of `a.html`.

    `marked_only`: only sessions with `publish: true` exist for it, as where the settings say so. `incognito`:
    money, tokens and requests are shown as shares.
    """
    site = site_of(ledger, directory_urls=directory_urls, marked_only=marked_only, incognito=incognito)
    problems = problems_page(site)
    return (
        dashboard_page(site),
        sessions_page(site),
        projects_page(site),
        *project_pages(site),
        models_page(site),
        *model_pages(site),
        months_page(site),
        *month_pages(site),
        *([problems] if problems else []),
        *session_pages(site),
    )


def navigation(pages: Sequence[Page]) -> tuple[Section, ...]:
    """Tens of links, never thousands: sessions stay out, and so do projects and months beyond thirty each."""

    def below(kind: str) -> tuple[str, ...]:
        return tuple(page.uri for page in pages if page.kind == kind)[:_MOST_IN_NAVIGATION]

    months = tuple(page.uri for page in pages if page.kind == "month")[::-1][:_MOST_IN_NAVIGATION]
    sections = (
        Section("Dashboard", HOME),
        Section("Sessions", SESSIONS),
        Section("Projects", PROJECTS, below("project")),
        Section("Models", MODELS, below("model")),
        Section("Months", MONTHS, months),
    )
    has_problems = any(page.kind == "problems" for page in pages)
    return (*sections, Section("Problems", PROBLEMS)) if has_problems else sections
