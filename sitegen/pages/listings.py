"""Lists over all sessions: every session by month, the months, the problems."""

from decimal import Decimal
from itertools import groupby

from sitegen.errors import Problem
from sitegen.markup import Html, el, lines, text
from sitegen.pages.figures import (
    cell,
    change_words,
    cost_note,
    counted,
    eyebrow,
    month_words,
    period_words,
    section,
    table,
    totals_cards,
    whole_page,
)
from sitegen.pages.site import MONTHS, PROBLEMS, SESSIONS, Page, Site
from sitegen.pages.tables import chart, model_table, project_bars, rollup_table, session_table
from sitegen.rollups import (
    NO_KEY,
    Rollup,
    moment_of,
    month_key,
    narrowed,
    rollup_by,
)
from sitegen.session import Session


def sessions_page(site: Site) -> Page:
    months = groupby(site.newest_first, key=lambda session: month_key(session.started))
    blocks = [_month_of_sessions(site, key, tuple(sessions)) for key, sessions in months]
    body = whole_page(
        el("h1", "Sessions"),
        eyebrow(counted(len(site.sessions), "session"), period_words(site.first_day, site.last_day)),
        *blocks,
        cost_note(site.amounts) if blocks else el("p", "No sessions yet."),
    )
    return Page(SESSIONS, "Sessions", body, "sessions", description="All sessions by month", day=site.last_day)


def months_page(site: Site) -> Page:
    rows = [
        (el("a", month_words(r.key), href=site.link(MONTHS, site.month_uri[r.key])), r) for r in reversed(site.months)
    ]
    changes = {r.key: _change_words(site, r) for r in site.months}
    body = whole_page(
        el("h1", "Months"),
        chart(site, site.sessions, "months-cost", "month"),
        rollup_table(site, "Months", "Month", rows, changes) if rows else el("p", "No sessions yet."),
    )
    return Page(MONTHS, "Months", body, "months", description="List cost by month", day=site.last_day)


def month_pages(site: Site) -> list[Page]:
    return [_month_page(site, rollup) for rollup in site.months]


def problems_page(site: Site) -> Page | None:
    if not site.problems:
        return None
    rows = [_problem_row(site, problem) for problem in site.problems]
    body = whole_page(
        el("h1", "Problems"),
        el("p", "What ", el("code", "sessions check"), " has to say about the files of this ledger."),
        table("Problems", ("Where", "Rule", "What"), rows),
    )
    return Page(PROBLEMS, "Problems", body, "problems", description="Problems found in the ledger", day=site.last_day)


def _month_of_sessions(site: Site, key: str, sessions: tuple[Session, ...]) -> Html:
    words = month_words(key)
    title = el("a", words, href=site.link(SESSIONS, site.month_uri[key])) if key in site.month_uri else text(words)
    name = "undated" if key == NO_KEY else f"month-{key}"
    return section(title, session_table(site, SESSIONS, sessions, f"Sessions of {words}"), name=name)


def _month_page(site: Site, rollup: Rollup) -> Page:
    here = site.month_uri[rollup.key]
    words = month_words(rollup.key)
    began = [s for s in site.sessions if not s.rows and month_key(s.started) == rollup.key]
    used = narrowed(site.sessions, lambda s, row: month_key(moment_of(s, row)) == rollup.key)
    sessions = [s for s in site.newest_first if s in began] + list(reversed(used))
    change = _change_words(site, rollup)
    body = whole_page(
        eyebrow(el("a", "Months", href=site.link(here, MONTHS))),
        el("h1", words),
        totals_cards(
            rollup,
            site,
            here,
            f"in {counted(len({s.project for s in sessions}), 'project')}",
            f"{change} than the month before" if change else "",
        ),
        chart(site, used, f"cost-{rollup.key}", "day"),
        section("By project", project_bars(site, here, rollup_by(sessions, "project")), name="by-project"),
        section("By model", model_table(site, here, used), name="by-model") if used else None,
        section("Sessions", session_table(site, here, sessions, f"Sessions of {words}"), name="sessions"),
        cost_note(site.amounts),
    )
    return Page(here, words, body, "month", description=f"List cost of {words}", day=site.last_day, parent=MONTHS)


def _change_words(site: Site, rollup: Rollup) -> str:
    return change_words(rollup.totals.list_cost, _cost_before(site, rollup.key), site.amounts)


def _cost_before(site: Site, key: str) -> Decimal | None:
    """The list cost of the calendar month before; None where nothing was used then, or nothing has a date."""
    if key == NO_KEY:
        return None
    year, month = int(key[:4]), int(key[5:])
    before = f"{year - 1:04d}-12" if month == 1 else f"{year:04d}-{month - 1:02d}"
    return next((r.totals.list_cost for r in site.months if r.key == before), None)


def _problem_row(site: Site, problem: Problem) -> tuple[Html, ...]:
    path = problem.location.path
    shown: Html = el("code", str(problem.location))
    if path in site.session_uri:
        shown = el("a", shown, href=site.link(PROBLEMS, site.session_uri[path]))
    hint = el("span", problem.hint, class_="sg-below") if problem.hint else None
    return (
        cell(shown),
        cell(f"{problem.severity} {problem.rule}"),
        cell(lines(text(problem.message), hint)),
    )
