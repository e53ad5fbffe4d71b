"""The first screen: what it cost, what came of it, and whether it gets better."""

from collections.abc import Mapping
from datetime import date

from sitegen.charts import NOTHING, calendar
from sitegen.display import count
from sitegen.errors import Severity
from sitegen.markup import Html, el, joined, lines
from sitegen.pages.budgets import budget_section
from sitegen.pages.figures import (
    cell,
    cost_note,
    cost_of,
    counted,
    day_words,
    eyebrow,
    period_words,
    sample_note,
    section,
    table,
    tokens_of,
    whole_page,
)
from sitegen.pages.key_figures import key_figures
from sitegen.pages.progress import progress_section
from sitegen.pages.site import HOME, PROBLEMS, PROJECTS, SESSIONS, Page, Site
from sitegen.pages.tables import chart, project_bars, project_link, session_link
from sitegen.rollups import moment_of, rollup_by
from sitegen.session import Session
from sitegen.tokens import Totals, UsageRow, totals_of

_LATEST = 8
_CALENDAR_DAYS = 53 * 7
_MOST_BARS = 10


def dashboard_page(site: Site) -> Page:
    body = whole_page(
        el("h1", site.title),
        _eyebrow(site),
        sample_note(site),
        _problem_note(site),
        _content(site) if site.sessions else _nothing_yet(site),
    )
    return Page(HOME, "Dashboard", body, "dashboard", description=_description(site), day=site.last_day)


def _content(site: Site) -> Html:
    outcomes = site.outcomes
    return lines(
        key_figures(site, outcomes),
        progress_section(site, outcomes),
        _cost_over_time(site),
        _side_by_side(_projects(site), budget_section(site)),
        _calendar(site),
        _latest(site),
        cost_note(site.amounts),
    )


def _side_by_side(*parts: Html | None) -> Html:
    """Where there is room for it."""
    shown = [el("section", part, class_="sg-panel") for part in parts if part]
    return el("div", lines(*shown), class_="sg-panels")


def _cost_over_time(site: Site) -> Html | None:
    figure = chart(site, site.sessions, "cost-over-time")
    return section("Cost over time", figure, name="over-time") if figure else None


def _projects(site: Site) -> Html:
    """The costliest; the bars fold the rest into one."""
    bars = project_bars(site, HOME, rollup_by(site.sessions, "project"))
    more = el("p", el("a", f"All {counted(len(site.projects), 'project')}", href=site.link(HOME, PROJECTS)))
    return section("List cost by project", bars, more if len(site.projects) > _MOST_BARS else None, name="projects")


def _calendar(site: Site) -> Html | None:
    if not site.last_day:
        return None
    days = _by_day(site, site.last_day)
    figure = calendar(
        days, site.last_day, "calendar", "List cost by day", site.amounts, lambda day: _month_url(site, day)
    )
    return section("Day by day", figure, name="days") if figure else None


def _by_day(site: Site, last: date) -> Mapping[date, Totals]:
    """Of the year that ends with the last day; a usage row counts on its own day."""
    since = last.toordinal() - _CALENDAR_DAYS
    days: dict[date, list[UsageRow]] = {}
    for session in site.sessions:
        for row in session.rows:
            at = moment_of(session, row)
            if at and (day := at.date()).toordinal() > since:
                days.setdefault(day, []).append(row)
    return {day: totals_of(rows) for day, rows in days.items()}


def _month_url(site: Site, day: date) -> str | None:
    uri = site.month_uri.get(day.isoformat()[:7])
    return site.link(HOME, uri) if uri else None


def _latest(site: Site) -> Html:
    rows = [_latest_row(site, session) for session in site.newest_first[:_LATEST]]
    head = ("Date", "Session", "Outcome", "Tokens", "List cost")
    every = el("p", el("a", f"All {counted(len(site.sessions), 'session')}", href=site.link(HOME, SESSIONS)))
    shown = section(
        "Latest sessions",
        table("Latest sessions", head, rows, (), frozenset((3, 4)), frozenset((3,))),
        every if len(site.sessions) > _LATEST else None,
        name="latest",
    )
    return el("section", shown, class_="sg-latest")


def _latest_row(site: Site, session: Session) -> tuple[Html, ...]:
    title = el("span", session_link(site, HOME, session), class_="sg-title")
    project = el("span", project_link(site, HOME, session.project), class_="sg-below")
    return (
        cell(day_words(session.day), extra="sg-date"),
        cell(joined([title, project], " "), extra="sg-main"),
        cell(_outcome(session), extra="sg-outcome"),
        cell(tokens_of(session.totals, site.amounts), number=True, extra="sg-extra"),
        cell(cost_of(session.totals, site.amounts), number=True),
    )


def _outcome(session: Session) -> Html:
    """The state, and how many of the goals are met."""
    met, every = session.goals
    goals = el("span", f"{met} of {counted(every, 'goal')}", class_="sg-below") if every else None
    return joined((part for part in (session.state or NOTHING, goals) if part), " ")


def _eyebrow(site: Site) -> Html | None:
    """What the figures below cover, and how much of the ledger that is."""
    if not site.sessions:
        return None
    published = "" if site.in_all is None else _published_words(site)
    return eyebrow(period_words(site.first_day, site.last_day), published or _size_words(site))


def _size_words(site: Site) -> str:
    return f"{counted(len(site.sessions), 'session')} in {counted(len(site.projects), 'project')}"


def _published_words(site: Site) -> str:
    return f"{count(len(site.sessions))} of {counted(site.in_all or 0, 'session')} are published."


def _problem_note(site: Site) -> Html | None:
    """How many of each severity, the worst first."""
    if not site.problems:
        return None
    of_each = {level: sum(problem.severity == level for problem in site.problems) for level in Severity}
    numbers = [counted(number, str(level)) for level, number in of_each.items() if number]
    words = f"{', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else numbers[0]
    serious = of_each[Severity.ERROR] or of_each[Severity.WARNING]
    return el(
        "p",
        el("code", "sessions check"),
        " has ",
        el("a", words, href=site.link(HOME, PROBLEMS)),
        " about the files of this ledger.",
        class_="sg-note sg-note-problem" if serious else "sg-note",
    )


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
