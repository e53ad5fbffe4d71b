"""The first screen: what it cost, what for, and what came last."""

from sitegen.display import count
from sitegen.markup import Html, el, lines
from sitegen.pages.figures import (
    cost_note,
    counted,
    eyebrow,
    period_words,
    sample_note,
    section,
    totals_cards,
    whole_page,
)
from sitegen.pages.site import HOME, PROBLEMS, SESSIONS, Page, Site
from sitegen.pages.tables import chart, project_bars, session_table
from sitegen.rollups import rollup_by, rollup_of

_LATEST = 10


def dashboard_page(site: Site) -> Page:
    body = whole_page(
        el("h1", site.title),
        eyebrow(period_words(site.first_day, site.last_day)) if site.first_day else None,
        sample_note(site),
        _problem_note(site),
        _published_note(site),
        _content(site) if site.sessions else _nothing_yet(site),
    )
    return Page(HOME, "Dashboard", body, "dashboard", description=_description(site), day=site.last_day)


def _content(site: Site) -> Html:
    projects = rollup_by(site.sessions, "project")
    all_sessions = rollup_of("all", site.sessions)
    return lines(
        totals_cards(all_sessions, site, HOME, f"in {counted(len(projects), 'project')}"),
        chart(site, site.sessions, "cost-over-time"),
        section("List cost by project", project_bars(site, HOME, projects), name="projects"),
        section(
            "Latest sessions",
            session_table(site, HOME, site.newest_first[:_LATEST], "Latest sessions"),
            el("p", el("a", f"All {counted(len(site.sessions), 'session')}", href=site.link(HOME, SESSIONS)))
            if len(site.sessions) > _LATEST
            else None,
            name="latest",
        ),
        cost_note(site.amounts),
    )


def _problem_note(site: Site) -> Html | None:
    if not site.problems:
        return None
    number = len(site.problems)
    words = el("a", counted(number, "problem"), href=site.link(HOME, PROBLEMS))
    return el("p", words, " found in the session files.", class_="sg-note sg-note-problem")


def _published_note(site: Site) -> Html | None:
    if site.in_all is None:
        return None
    words = f"{count(len(site.sessions))} of {counted(site.in_all, 'session')} are published."
    return el("p", words, class_="sg-quiet")


def _nothing_yet(site: Site) -> Html:
    if site.in_all:
        return el("p", "Only sessions with ", el("code", "publish: true"), " are shown here.")
    return el(
        "p",
        "No sessions yet. ",
        el("code", "sessions import"),
        " fills the ledger from this machine's history, ",
        el("code", "sessions new"),
        " begins one by hand.",
    )


def _description(site: Site) -> str:
    return f"{counted(len(site.sessions), 'AI coding session')}: what they cost and what came of them."
