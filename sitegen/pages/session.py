"""The page of one session: what it cost, where the cost came from, and what was written about it."""

from collections.abc import Iterator
from decimal import Decimal

from sitegen.charts import NOTHING
from sitegen.display import Amounts, count, plain
from sitegen.markup import Html, el, joined
from sitegen.pages.addresses import relative_target
from sitegen.pages.figures import (
    cached_words,
    card,
    cards,
    clock_words,
    cost_of,
    counted,
    day_words,
    eyebrow,
    facts,
    month_words,
    offset_words,
    per_hour,
    share_words,
    span_of,
    tokens_of,
    unpriced_words,
    whole_page,
)
from sitegen.pages.site import Page, Site
from sitegen.pages.tables import model_link, models_of, project_link, session_link
from sitegen.pages.usage import breakdown_section, usage_section
from sitegen.prose import prose_html
from sitegen.rollups import month_key
from sitegen.session import Session

_SOURCES = {
    "claude-code": "a Claude Code transcript",
    "api": "API responses",
    "manual": "rows written by hand",
    "estimate": "an estimate",
}
_OUTPUTS = {"exact": "output counts are final", "floor": "output counts are lower bounds"}
_CODE_LABELS = {"files": "Files changed", "added": "Lines added", "deleted": "Lines deleted"}


def session_pages(site: Site) -> list[Page]:
    pages = []
    for sessions in site.projects.values():
        for before, session, after in zip((None, *sessions[:-1]), sessions, (*sessions[1:], None), strict=True):
            pages.append(_session_page(site, session, before, after))
    return pages


def _session_page(site: Site, session: Session, before: Session | None, after: Session | None) -> Page:
    here = site.session_uri[session.path]
    title = session.title or session.stem
    within = site.amounts_within(session.totals)
    words = prose_html(session.body, title, lambda target: _link_to_session(site, session, target))
    body = whole_page(
        _eyebrow(site, here, session),
        el("h1", title, *_badges(session)),
        _cards(site, session),
        _facts(site, here, session),
        el("div", "\n", words, "\n", class_="sg-prose") if words else None,
        usage_section(session, within) if session.rows else None,
        breakdown_section(session, within) if session.rows else None,
        _provenance(session, within),
        _neighbours(site, here, before, after),
    )
    return Page(
        here,
        title,
        body,
        "session",
        source=session.path,
        description=f"{session.project}, {day_words(session.day)}",
        words=" ".join(filter(None, (session.project, session.focus, *session.tags, *models_of(session)))),
        day=session.day,
        parent=site.project_uri[session.project],
        previous=site.session_uri[before.path] if before else None,
        next=site.session_uri[after.path] if after else None,
    )


def _eyebrow(site: Site, here: str, session: Session) -> Html:
    month = month_key(session.started)
    in_month = site.month_uri.get(month)
    return eyebrow(
        project_link(site, here, session.project),
        el("a", month_words(month), href=site.link(here, in_month)) if in_month else None,
    )


def _badges(session: Session) -> Iterator[Html]:
    if session.sample:
        yield el("span", "sample", class_="sg-badge sg-badge-sample")
    if session.state:
        yield el("span", session.state, class_="sg-badge")


def _cards(site: Site, session: Session) -> Html:
    totals, amounts = session.totals, site.amounts
    rate = per_hour(totals.list_cost, session.active, amounts) if session.active else ""
    return cards(
        card("List cost", cost_of(totals, amounts), unpriced_words(totals, amounts) or rate or share_words(amounts)),
        card("Tokens", tokens_of(totals, amounts), cached_words(totals)),
        card("Requests", amounts.count_requests(totals.requests) if session.rows else NOTHING, _interactions(session)),
        card("Active", span_of(session.active), f"of {span_of(session.duration)}" if session.duration else ""),
    )


def _interactions(session: Session) -> str:
    number = len({(row.at, row.task) for row in session.rows})
    return f"in {counted(number, 'interaction')}" if number else ""


def _facts(site: Site, here: str, session: Session) -> Html:
    return facts(
        (
            ("Date", day_words(session.day) if session.day else None),
            ("Time", _time_words(session)),
            ("Models", joined((model_link(site, here, model) for model in models_of(session)), ", ")),
            ("Focus", session.focus),
            ("Phase", session.phase.words if session.phase else ""),
            ("Branch", el("code", session.git.branch) if session.git.branch else None),
            ("Commits", joined((el("code", commit) for commit in session.git.commits), " ")),
            ("Pull request", f"#{session.git.pull_request}" if session.git.pull_request is not None else None),
            ("Tags", joined((el("span", tag, class_="sg-tag") for tag in session.tags), " ")),
            *((_label(key), _code_value(key, value)) for key, value in session.code.items()),
            *((_label(key), value) for key, value in session.quality.items()),
            *((f"{_label(key)} rating", f"{value} / 10") for key, value in session.ratings.items()),
            ("Project so far", _running_words(site, session)),
        )
    )


def _time_words(session: Session) -> str:
    if not session.started:
        return ""
    ended = session.ended
    until = clock_words(ended) if ended and ended.date() == session.day else _moment_words(session)
    return f"{clock_words(session.started)} to {until} {offset_words(session.started)}"


def _moment_words(session: Session) -> str:
    return f"{day_words(session.ended.date())} {clock_words(session.ended)}" if session.ended else "…"


def _label(key: str) -> str:
    return _CODE_LABELS.get(key) or key.replace("_", " ").capitalize()


def _code_value(key: str, value: int | Decimal) -> str:
    shown = count(value) if isinstance(value, int) else plain(value)
    return f"{shown} %" if key == "coverage" else shown


def _running_words(site: Site, session: Session) -> Html:
    running = site.running[session.path]
    return joined((counted(running.sessions, "session"), cost_of(running.totals, site.amounts)), ", ")


def _provenance(session: Session, amounts: Amounts) -> Html | None:
    """Where the numbers come from. Never the ids of the source: they name nothing that a reader can open."""
    source = session.source
    if source is None:
        return None
    origin = _SOURCES.get(source.kind, source.kind)
    output = _OUTPUTS.get(source.output, f"output counts: {source.output}")
    prices = sorted({price.source for price in session.prices.values() if price.source})
    parts = [f"Numbers from {origin}; {output}"]
    parts += [f"prices from {', '.join(prices)}"] if prices else []
    if source.reported_cost is not None:
        parts.append(f"the agent itself reported {amounts.exact_usd(source.reported_cost)}")
    return el("p", "; ".join(parts), ". Session file: ", el("code", session.path), class_="sg-quiet sg-provenance")


def _neighbours(site: Site, here: str, before: Session | None, after: Session | None) -> Html | None:
    if not (before or after):
        return None
    return el(
        "nav",
        _neighbour(site, here, before, "Before in this project", "sg-before"),
        _neighbour(site, here, after, "After in this project", "sg-after"),
        class_="sg-neighbours",
        aria_label="Neighbours in this project",
    )


def _neighbour(site: Site, here: str, session: Session | None, label: str, class_: str) -> Html | None:
    if session is None:
        return None
    return el("span", el("span", label, class_="sg-below"), session_link(site, here, session), class_=class_)


def _link_to_session(site: Site, session: Session, target: str) -> str | None:
    """Where a link written between two session files leads on the site."""
    path = relative_target(session.path, target)
    uri = site.session_uri.get(path)
    return site.link(site.session_uri[session.path], uri) if uri else None
