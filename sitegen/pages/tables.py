"""Tables of sessions and of rollups, and the chart above them."""

from collections.abc import Mapping, Sequence

from sitegen.charts import Bar, cost_over_time, ranked_bars, time_chart
from sitegen.display import count
from sitegen.markup import Html, el, joined, text
from sitegen.pages.figures import cell, cost_of, day_words, span_of, table, tokens_of
from sitegen.pages.site import Site
from sitegen.rollups import Rollup, rollup_by, session_totals
from sitegen.session import Session

_UNIT_WORDS = {"day": "day", "week": "week", "month": "month"}


def session_table(
    site: Site, here: str, sessions: Sequence[Session], label: str, *, running: bool = False, with_project: bool = True
) -> Html:
    """In the order given, with a line of sums. `running` adds the project's sum up to each session."""
    head = ["Date", "Session", "Active", "Tokens", "List cost", *(["Running total"] if running else [])]
    rows = [_session_row(site, here, session, running=running, with_project=with_project) for session in sessions]
    numbers, extras = frozenset(range(2, len(head))), frozenset((2, 3))
    return table(label, head, rows, _session_foot(site, sessions, running=running), numbers, extras)


def rollup_table(
    site: Site,
    label: str,
    what: str,
    rollups: Sequence[tuple[Html, Rollup]],
    changes: Mapping[str, Html] | None = None,
) -> Html:
    """One line for each: its link, sessions, active time, tokens and list cost; `changes` by key.

    A narrow screen has room for either tokens or changes.
    """
    extras = frozenset((2,) if changes is None else (2, 3))
    head = [what, "Sessions", "Active", "Tokens", "List cost", *(["Change"] if changes is not None else [])]
    rows = [
        (
            el("th", name, scope="row"),
            cell(count(rollup.sessions), number=True),
            cell(span_of(rollup.active), number=True, extra="sg-extra"),
            cell(tokens_of(rollup.totals, site.amounts), number=True, extra="sg-extra" if 3 in extras else ""),
            cell(cost_of(rollup.totals, site.amounts), number=True),
            *([] if changes is None else [cell(changes.get(rollup.key, text("")), number=True, extra="sg-quiet")]),
        )
        for name, rollup in rollups
    ]
    return table(label, head, rows, (), frozenset(range(1, len(head))), extras)


def model_table(site: Site, here: str, sessions: Sequence[Session]) -> Html:
    rollups = costliest_first(rollup_by(sessions, "model"))
    return rollup_table(site, "By model", "Model", [(model_link(site, here, r.key), r) for r in rollups])


def costliest_first(rollups: Sequence[Rollup]) -> list[Rollup]:
    return sorted(rollups, key=lambda r: (-r.totals.list_cost, r.key))


def session_link(site: Site, here: str, session: Session) -> Html:
    return el("a", session.title or session.stem, href=site.link(here, site.session_uri[session.path]))


def project_link(site: Site, here: str, name: str) -> Html:
    return el("a", name, href=site.link(here, site.project_uri[name]))


def model_link(site: Site, here: str, name: str) -> Html:
    return el("a", name, href=site.link(here, site.model_uri[name]))


def chart(site: Site, sessions: Sequence[Session], name: str, unit: str | None = None) -> Html | None:
    """None where there is too little for one."""
    found = time_chart(sessions, site.models, unit, site.amounts, site.last_day)
    if found is None:
        return None
    return cost_over_time(found, name, f"List cost per {_UNIT_WORDS[found.unit]}, by model")


def project_bars(site: Site, here: str, rollups: Sequence[Rollup]) -> Html:
    bars = [
        Bar(r.key, r.totals.list_cost, cost_of(r.totals, site.amounts), site.link(here, site.project_uri[r.key]))
        for r in rollups
    ]
    return ranked_bars(bars, "projects", amounts=site.amounts)


def _session_row(site: Site, here: str, session: Session, *, running: bool, with_project: bool) -> tuple[Html, ...]:
    totals = session.totals
    below = [project_link(site, here, session.project)] if with_project else []
    below += [text(", ".join(session.models))] if session.rows else []
    return (
        cell(day_words(session.day), extra="sg-date"),
        cell(
            joined(
                [
                    session_link(site, here, session),
                    *state_badges(session),
                    el("span", joined(below, " · "), class_="sg-below"),
                ],
                " ",
            ),
            extra="sg-main",
        ),
        cell(span_of(session.active), number=True, extra="sg-extra"),
        cell(tokens_of(totals, site.amounts), number=True, extra="sg-extra"),
        cell(cost_of(totals, site.amounts), number=True),
        *([cell(cost_of(site.running[session.path].totals, site.amounts), number=True)] if running else []),
    )


def state_badges(session: Session) -> list[Html]:
    """Nothing for a complete session: only what is out of the ordinary is marked."""
    if not session.state or session.state == "complete":
        return []
    return [el("span", session.state, class_="sg-badge")]


def _session_foot(site: Site, sessions: Sequence[Session], *, running: bool) -> tuple[Html, ...]:
    totals = session_totals(sessions)
    return (
        el("th", "Total", scope="row"),
        cell(f"{count(len(sessions))} {'session' if len(sessions) == 1 else 'sessions'}"),
        cell("", extra="sg-extra"),
        cell(tokens_of(totals, site.amounts), number=True, extra="sg-extra"),
        cell(cost_of(totals, site.amounts), number=True),
        *([cell("")] if running else []),
    )
