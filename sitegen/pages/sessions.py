"""Every session, by month: a plain table for each, which a script can filter and sort as one."""

from collections.abc import Mapping, Sequence

from sitegen.charts import NOTHING
from sitegen.markup import Html, el, joined, lines, text
from sitegen.pages.figures import (
    cost_note,
    cost_of,
    counted,
    day_words,
    eyebrow,
    month_words,
    period_words,
    span_of,
    tokens_of,
    whole_page,
)
from sitegen.pages.session_filters import Choices, choices_of, filter_bar, month_order, row_data
from sitegen.pages.site import SESSIONS, Page, Site
from sitegen.pages.tables import project_link, session_link, state_badges
from sitegen.rollups import NO_KEY, month_key, session_totals
from sitegen.session import Session
from sitegen.tokens import Totals

_HEAD = ("Date", "Session", "Active", "Tokens", "List cost")
"""Style and script know these columns by their places."""


def sessions_page(site: Site) -> Page:
    return Page(
        SESSIONS,
        "Sessions",
        whole_page(
            el("h1", "Sessions"),
            eyebrow(counted(len(site.sessions), "session"), period_words(site.first_day, site.last_day)),
            *([_list(site), cost_note(site.amounts)] if site.sessions else [el("p", "No sessions yet.")]),
        ),
        "sessions",
        description="All sessions by month",
        day=site.last_day,
    )


def sessions_by_month(site: Site) -> Mapping[str, Sequence[Session]]:
    """By the month a session began in, the newest first; those without a day come last.

    Not by runs of neighbours: with several offsets from UTC, the end of one month is not always before the next one.
    """
    found: dict[str, list[Session]] = {}
    for session in site.newest_first:
        found.setdefault(month_key(session.started), []).append(session)
    dated = month_order(key for key in found if key != NO_KEY)
    return {key: found[key] for key in (*dated, *([NO_KEY] if NO_KEY in found else []))}


def _list(site: Site) -> Html:
    choices = choices_of(site)
    projects = {name: project_link(site, SESSIONS, name) for name in site.projects}
    months = [
        _month(site, key, [_row(site, choices, projects, session) for session in sessions], sessions)
        for key, sessions in sessions_by_month(site).items()
    ]
    return el("div", "\n", lines(filter_bar(choices, _result(site)), *months), "\n", class_="sg-list")


def _result(site: Site) -> Html:
    """As the script words it, without the sum where amounts are hidden: of all it would be 100 %."""
    number, cost = counted(len(site.sessions), "session"), cost_of(session_totals(site.sessions), site.amounts)
    return text(number) if site.amounts.hidden or cost == NOTHING else joined([number, cost], ", ")


def _month(site: Site, key: str, rows: Sequence[Html], sessions: Sequence[Session]) -> Html:
    """`--sg-rows` lets a browser know the height of what it has not drawn yet."""
    words = month_words(key)
    name = "undated" if key == NO_KEY else f"month-{key}"
    title = el("a", words, href=site.link(SESSIONS, site.month_uri[key])) if key in site.month_uri else text(words)
    table = el(
        "table",
        el("thead", el("tr", *(el("th", column, scope="col") for column in _HEAD))),
        el("tbody", "\n", lines(*rows), "\n"),
        el("tfoot", _foot(site, sessions)),
        class_="sg-table",
        aria_labelledby=name,
    )
    return el("section", el("h2", title, id=name), "\n", table, class_="sg-month", style=f"--sg-rows:{len(rows)}")


def _row(site: Site, choices: Sequence[Choices], projects: Mapping[str, Html], session: Session) -> Html:
    """Short, as a ledger has thousands: no classes, and no exact figures on hover. A phone leaves the models out."""
    totals = session.totals
    met, goals = session.goals
    below = joined([projects[session.project], *([f"{met} of {counted(goals, 'goal')}"] if goals else [])], " · ")
    models = ", ".join(session.models)
    about = el("p", below, el("i", " · ", models) if models else None)
    main = [session_link(site, SESSIONS, session), *state_badges(session), about]
    return el(
        "tr",
        el("td", day_words(session.day)),
        el("td", joined(main, " ")),
        el("td", span_of(session.active)),
        el("td", _tokens(site, totals)),
        el("td", _cost(site, totals)),
        data_r=row_data(choices, session, totals, hidden=site.amounts.hidden),
    )


def _tokens(site: Site, totals: Totals) -> str:
    return site.amounts.short_tokens(totals.tokens) if totals.tokens or totals.requests else NOTHING


def _cost(site: Site, totals: Totals) -> str:
    """As everywhere, without the exact amount on hover; but why something has no price is said."""
    if totals.unpriced_responses and not totals.list_cost:
        return cost_of(totals, site.amounts)
    used = totals.requests or totals.tokens or totals.list_cost
    return site.amounts.usd(totals.list_cost, floor=totals.is_floor) if used else NOTHING


def _foot(site: Site, sessions: Sequence[Session]) -> Html:
    totals = session_totals(sessions)
    return el(
        "tr",
        el("th", "Total", scope="row"),
        el("td", counted(len(sessions), "session")),
        el("td"),
        el("td", tokens_of(totals, site.amounts)),
        el("td", cost_of(totals, site.amounts)),
    )
