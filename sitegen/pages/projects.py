"""Projects: an index, and one page for each."""

from collections.abc import Mapping, Sequence

from sitegen.display import count
from sitegen.loops import OpenLoop
from sitegen.markup import Html, el, joined, lines, text
from sitegen.pages.decisions import Decided, cost_words, decided, decision_table
from sitegen.pages.figures import (
    cell,
    cost_note,
    cost_of,
    counted,
    day_words,
    eyebrow,
    per_hour,
    period_of,
    section,
    span_of,
    table,
    totals_cards,
    whole_page,
)
from sitegen.pages.loops import by_project, loop_table, project_anchor
from sitegen.pages.newest import cost_trend, newest_sessions
from sitegen.pages.site import DECISIONS, LOOPS, PROJECTS, Page, Site
from sitegen.pages.tables import (
    chart,
    costliest_first,
    model_table,
    project_bars,
    project_link,
)
from sitegen.pages.yields import yield_cards
from sitegen.rollups import Rollup, rollup_by, rollup_of
from sitegen.session import Session

_MOST_LOOPS = 10
_MOST_DECISIONS = 30


def projects_page(site: Site) -> Page:
    rollups = costliest_first(rollup_by(site.sessions, "project"))
    body = whole_page(
        eyebrow(counted(len(rollups), "project"), period_of(site.sessions)) if rollups else None,
        el("h1", "Projects"),
        project_bars(site, PROJECTS, rollups) if len(rollups) > 1 else None,
        lines(_project_table(site, rollups), cost_note(site.amounts)) if rollups else el("p", "No sessions yet."),
    )
    return Page(PROJECTS, "Projects", body, "projects", description="List cost by project", day=site.last_day)


def project_pages(site: Site) -> list[Page]:
    loops = by_project(site.loops)
    decisions = decided(site)
    return [
        _project_page(site, name, sessions, loops.get(name, ()), decisions) for name, sessions in site.projects.items()
    ]


def _project_table(site: Site, rollups: Sequence[Rollup]) -> Html:
    loops = by_project(site.loops)
    head = ("Project", "Last session", "Sessions", "Open loops", "Active", "List cost")
    rows = [_project_row(site, rollup, loops) for rollup in rollups]
    return table("Projects", head, rows, (), frozenset(range(1, len(head))), frozenset((1, 3, 4)))


def _project_row(site: Site, rollup: Rollup, loops: Mapping[str, Sequence[OpenLoop]]) -> tuple[Html, ...]:
    days = [session.day for session in site.projects[rollup.key] if session.day]
    open_here = len(loops.get(rollup.key, ()))
    where = f"{site.link(PROJECTS, LOOPS)}#{project_anchor(site, rollup.key)}"
    rate = per_hour(rollup.totals.list_cost, rollup.active, site.amounts)
    cost = joined((cost_of(rollup.totals, site.amounts), el("span", rate, class_="sg-below") if rate else ""))
    return (
        el("th", project_link(site, PROJECTS, rollup.key), scope="row"),
        cell(day_words(max(days, default=None)), number=True, extra="sg-extra"),
        cell(count(rollup.sessions), number=True),
        cell(el("a", count(open_here), href=where) if open_here else "none", number=True, extra="sg-extra"),
        cell(span_of(rollup.active), number=True, extra="sg-extra"),
        cell(cost, number=True),
    )


def _project_page(
    site: Site, name: str, sessions: tuple[Session, ...], loops: Sequence[OpenLoop], decisions: Decided
) -> Page:
    here = site.project_uri[name]
    models = {model for session in sessions for model in session.models}
    listed = site.session_list(here, "project", name)
    body = whole_page(
        eyebrow(el("a", "Projects", href=site.link(here, PROJECTS)), period_of(sessions)),
        el("h1", name),
        _cards(site, rollup_of(name, sessions), len(models), listed),
        chart(site, sessions, "project-cost"),
        _worth(site, sessions),
        section("By model", model_table(site, here, sessions), name="by-model") if models else None,
        _loops(site, here, name, loops),
        _decisions(site, here, name, decisions),
        section(
            "Sessions",
            newest_sessions(site, here, sessions, f"Sessions of {name}", listed, of_project=True),
            name="sessions",
        ),
        cost_note(site.amounts),
    )
    words = f"{counted(len(sessions), 'session')} of {name}"
    return Page(here, name, body, "project", description=words, day=site.last_day, parent=PROJECTS)


def _cards(site: Site, rollup: Rollup, models: int, listed: str) -> Html:
    return totals_cards(rollup, site, f"with {counted(models, 'model')}" if models else "", listed=listed)


def _worth(site: Site, sessions: tuple[Session, ...]) -> Html | None:
    figures = yield_cards(site, sessions)
    over_time = cost_trend(site, sessions, "project-trend")
    if not figures and not over_time:
        return None
    return section("What it cost to get there", figures, over_time, name="worth")


def _loops(site: Site, here: str, name: str, loops: Sequence[OpenLoop]) -> Html:
    if not loops:
        return section("Open loops", el("p", "Nothing is open in this project."), name="open-loops")
    rest = len(loops) - _MOST_LOOPS
    where = el("a", "all open loops", href=f"{site.link(here, LOOPS)}#{project_anchor(site, name)}")
    more = joined((f"{counted(rest, 'younger one')} among " if rest > 0 else "See also ", where, "."))
    return section(
        "Open loops",
        loop_table(site, here, loops[:_MOST_LOOPS], f"Open loops of {name}"),
        el("p", more, class_="sg-quiet"),
        name="open-loops",
    )


def _decisions(site: Site, here: str, name: str, decisions: Decided) -> Html:
    own = decisions.of_project(name)
    if not own:
        return section("Decisions", el("p", "No decision is written down in this project."), name="decisions")
    rest = len(own) - _MOST_DECISIONS
    where = el("a", "all decisions", href=site.link(here, DECISIONS))
    more = joined((f"{counted(rest, 'older one')} among " if rest > 0 else text("See also "), where, "."))
    return section(
        "Decisions",
        cost_words(),
        decision_table(site, here, decisions, own[:_MOST_DECISIONS], f"Decisions of {name}", with_project=False),
        el("p", more, class_="sg-quiet"),
        name="decisions",
    )
