"""Projects and models: an index of each, and one page for every project and model."""

from sitegen.markup import el
from sitegen.pages.figures import (
    cost_note,
    counted,
    eyebrow,
    period_words,
    section,
    totals_cards,
    whole_page,
)
from sitegen.pages.site import MODELS, PROJECTS, Page, Site
from sitegen.pages.tables import (
    chart,
    costliest_first,
    model_link,
    model_table,
    models_of,
    project_bars,
    project_link,
    rollup_table,
    session_table,
)
from sitegen.rollups import NO_KEY, narrowed, rollup_by, rollup_of
from sitegen.session import Session


def projects_page(site: Site) -> Page:
    rollups = costliest_first(rollup_by(site.sessions, "project"))
    rows = [(project_link(site, PROJECTS, r.key), r) for r in rollups]
    body = whole_page(
        el("h1", "Projects"),
        project_bars(site, PROJECTS, rollups) if len(rollups) > 1 else None,
        rollup_table(site, "Projects", "Project", rows) if rows else el("p", "No sessions yet."),
    )
    return Page(PROJECTS, "Projects", body, "projects", description="List cost by project", day=site.last_day)


def project_pages(site: Site) -> list[Page]:
    return [_project_page(site, name, sessions) for name, sessions in site.projects.items()]


def models_page(site: Site) -> Page:
    rollups = costliest_first(rollup_by(site.sessions, "model"))
    rows = [(model_link(site, MODELS, r.key), r) for r in rollups]
    body = whole_page(
        el("h1", "Models"),
        chart(site, site.sessions, "models-cost"),
        rollup_table(site, "Models", "Model", rows) if rows else el("p", "No model was used yet."),
        el("p", "A session that used two models counts under both.", class_="sg-quiet") if rows else None,
    )
    return Page(MODELS, "Models", body, "models", description="List cost by model", day=site.last_day)


def model_pages(site: Site) -> list[Page]:
    return [_model_page(site, name) for name in site.models]


def _project_page(site: Site, name: str, sessions: tuple[Session, ...]) -> Page:
    here = site.project_uri[name]
    rollup = rollup_of(name, sessions)
    models = {model for session in sessions for model in models_of(session)}
    body = whole_page(
        eyebrow(el("a", "Projects", href=site.link(here, PROJECTS)), _period(sessions)),
        el("h1", name),
        totals_cards(rollup, site, here, f"with {counted(len(models), 'model')}" if models else ""),
        chart(site, sessions, "project-cost"),
        section(
            "Sessions",
            session_table(site, here, sessions[::-1], f"Sessions of {name}", running=True, with_project=False),
            name="sessions",
        ),
        section("By model", model_table(site, here, sessions), name="by-model") if models else None,
        cost_note(site.amounts),
    )
    words = f"{counted(len(sessions), 'session')} of {name}"
    return Page(here, name, body, "project", description=words, day=site.last_day, parent=PROJECTS)


def _model_page(site: Site, name: str) -> Page:
    here = site.model_uri[name]
    sessions = narrowed(site.sessions, lambda _, row: (row.model or NO_KEY) == name)
    projects = rollup_by(sessions, "project")
    body = whole_page(
        eyebrow(el("a", "Models", href=site.link(here, MODELS)), _period(sessions)),
        el("h1", name),
        totals_cards(rollup_of(name, sessions), site, here, f"in {counted(len(projects), 'project')}"),
        chart(site, sessions, "model-cost"),
        section("By project", project_bars(site, here, projects), name="by-project"),
        section(
            "Sessions",
            session_table(site, here, sessions[::-1], f"Sessions with {name}"),
            el("p", "Tokens and list cost of this model only.", class_="sg-quiet"),
            name="sessions",
        ),
    )
    words = f"{counted(len(sessions), 'session')} with {name}"
    return Page(here, name, body, "model", description=words, day=site.last_day, parent=MODELS)


def _period(sessions: tuple[Session, ...]) -> str:
    days = sorted(session.day for session in sessions if session.day)
    return period_words(days[0], days[-1]) if days else ""
