"""Models: an index, and one page for each."""

from collections.abc import Sequence
from decimal import Decimal

from sitegen.charts import NOTHING
from sitegen.display import count, percent
from sitegen.markup import Html, el
from sitegen.pages.figures import (
    card,
    cards,
    cell,
    cost_note,
    cost_of,
    counted,
    eyebrow,
    period_of,
    section,
    share_words,
    table,
    tokens_of,
    unpriced_words,
    whole_page,
)
from sitegen.pages.newest import cache_trend, newest_sessions
from sitegen.pages.site import MODELS, SESSIONS, Page, Site
from sitegen.pages.tables import chart, costliest_first, model_link, project_bars
from sitegen.pages.unit_prices import unit_price_section
from sitegen.rollups import NO_KEY, Rollup, narrowed, rollup_by, rollup_of, session_totals
from sitegen.tokens import Totals


def models_page(site: Site) -> Page:
    rollups = costliest_first(rollup_by(site.sessions, "model"))
    body = whole_page(
        eyebrow(counted(len(rollups), "model"), period_of(site.sessions)) if rollups else None,
        el("h1", "Models"),
        chart(site, site.sessions, "models-cost"),
        _model_table(site, rollups) if rollups else el("p", "No model was used yet."),
        el("p", "A session that used two models counts under both.", class_="sg-quiet") if rollups else None,
        cost_note(site.amounts) if rollups else None,
    )
    return Page(MODELS, "Models", body, "models", description="List cost by model", day=site.last_day)


def model_pages(site: Site) -> list[Page]:
    whole = session_totals(site.sessions)
    return [_model_page(site, name, whole) for name in site.models]


def _model_page(site: Site, name: str, whole: Totals) -> Page:
    here = site.model_uri[name]
    sessions = narrowed(site.sessions, lambda _, row: (row.model or NO_KEY) == name)
    projects = rollup_by(sessions, "project")
    listed = site.link(here, SESSIONS) if name == NO_KEY else site.session_list(here, "model", name)
    body = whole_page(
        eyebrow(el("a", "Models", href=site.link(here, MODELS)), period_of(sessions)),
        el("h1", name),
        _cards(site, rollup_of(name, sessions), whole, f"in {counted(len(projects), 'project')}", listed),
        chart(site, sessions, "model-cost"),
        cache_trend(sessions, "model-cache"),
        unit_price_section(site, here, sessions),
        section("By project", project_bars(site, here, projects), name="by-project"),
        section(
            "Sessions",
            newest_sessions(site, here, sessions, f"Sessions with {name}", listed),
            el("p", "Tokens and list cost of this model only.", class_="sg-quiet"),
            name="sessions",
        ),
        cost_note(site.amounts),
    )
    words = f"{counted(len(sessions), 'session')} with {name}"
    return Page(here, name, body, "model", description=words, day=site.last_day, parent=MODELS)


def _cards(site: Site, rollup: Rollup, whole: Totals, where: str, listed: str) -> Html:
    totals, amounts = rollup.totals, site.amounts
    part = percent(totals.list_cost, whole.list_cost) if totals.list_cost and whole.list_cost else ""
    of_all = share_words(amounts) or (f"{part} of all list cost" if part else "")
    note = " · ".join(words for words in (of_all, unpriced_words(totals, amounts)) if words and totals.tokens)
    return cards(
        card("List cost", cost_of(totals, amounts), note if totals.list_cost else unpriced_words(totals, amounts)),
        card("Tokens", tokens_of(totals, amounts), _output_words(totals)),
        card("Read from the cache", cached_percent(totals), "of what the model read"),
        card("Sessions", count(rollup.sessions), where, listed),
    )


def cached_percent(totals: Totals) -> str:
    return percent(totals.counts.cache_read, totals.counts.prompt)


def _output_words(totals: Totals) -> str:
    return f"{percent(totals.counts.output, totals.tokens)} of them output" if totals.tokens else ""


def _model_table(site: Site, rollups: Sequence[Rollup]) -> Html:
    """A column with shares only where the list cost itself is shown: else it is a share already."""
    whole = sum((rollup.totals.list_cost for rollup in rollups), Decimal())
    with_share = bool(whole) and not site.amounts.hidden
    head = ("Model", "Sessions", "Tokens", "From cache", "List cost", *(["Share"] if with_share else []))
    rows = [
        (
            el("th", model_link(site, MODELS, rollup.key), scope="row"),
            cell(count(rollup.sessions), number=True),
            cell(tokens_of(rollup.totals, site.amounts), number=True, extra="sg-extra"),
            cell(cached_percent(rollup.totals), number=True, extra="sg-extra"),
            cell(cost_of(rollup.totals, site.amounts), number=True),
            *([cell(_share(rollup, whole), number=True, extra="sg-quiet")] if with_share else []),
        )
        for rollup in rollups
    ]
    return table("Models", head, rows, (), frozenset(range(1, len(head))), frozenset((2, 3)))


def _share(rollup: Rollup, whole: Decimal) -> str:
    """Nothing where no price is known: that is not a share of zero."""
    return percent(rollup.totals.list_cost, whole) if rollup.totals.list_cost else NOTHING
