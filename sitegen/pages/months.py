"""Months: an index that shows how they go, and one page for each that reads like an invoice."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from sitegen.charts import NOTHING, Point, bucket_label, budget_meter, trend
from sitegen.display import count, percent
from sitegen.markup import Html, el, joined, text
from sitegen.pages.bill import is_rounded, kind_bill, session_bill
from sitegen.pages.figures import (
    as_drawn,
    axis_words,
    change_of,
    change_words,
    cost_note,
    counted,
    day_words,
    eyebrow,
    month_words,
    section,
    totals_cards,
    whole_page,
)
from sitegen.pages.month_comparison import month_comparison
from sitegen.pages.site import METHOD, MONTHS, Page, Site
from sitegen.pages.tables import chart, project_bars, project_link, rollup_table
from sitegen.rollups import NO_KEY, Rollup, moment_of, month_after, month_key, narrowed, rollup_by
from sitegen.rules.budgets import EVERYTHING
from sitegen.session import Session
from sitegen.tokens import Totals

_MOST_IN_TREND = 60


def months_page(site: Site) -> Page:
    body = whole_page(
        el("h1", "Months"),
        chart(site, site.sessions, "months-cost", "month"),
        _month_table(site) if site.months else el("p", "No sessions yet."),
        _session_trend(site),
        cost_note(site.amounts) if site.months else None,
    )
    return Page(MONTHS, "Months", body, "months", description="List cost by month", day=site.last_day)


def _month_table(site: Site) -> Html:
    """Without changes where no month has one before it."""
    rows = [(_month_link(site, MONTHS, rollup.key), rollup) for rollup in reversed(site.months)]
    changes = {rollup.key: _change_cell(site, rollup) for rollup in site.months}
    return rollup_table(site, "Months", "Month", rows, changes if any(changes.values()) else None)


def month_pages(site: Site) -> list[Page]:
    sessions = sessions_by_month(site.sessions)
    return [_month_page(site, rollup, sessions[rollup.key]) for rollup in site.months]


def sessions_by_month(sessions: Sequence[Session]) -> Mapping[str, tuple[Session, ...]]:
    """In the order given, each with the rows of that month only; one without rows where it began."""
    found: dict[str, list[Session]] = {}
    for session in sessions:
        keys = dict.fromkeys(month_key(moment_of(session, row)) for row in session.rows)
        for key in keys or {month_key(session.started): None}:
            found.setdefault(key, []).append(_part(session, key) if len(keys) > 1 else session)
    return {key: tuple(own) for key, own in found.items()}


def _month_page(site: Site, rollup: Rollup, sessions: tuple[Session, ...]) -> Page:
    here, words = site.month_uri[rollup.key], month_words(rollup.key)
    used = tuple(session for session in sessions if session.rows)
    before, after = _neighbour_keys(site, rollup.key)
    body = whole_page(
        eyebrow(el("a", "Months", href=site.link(here, MONTHS)), _so_far(site, rollup.key)),
        el("h1", words),
        _statement(site, here),
        _billed(site, sessions),
        _cards(site, rollup, sessions),
        _budgets(site, here, rollup, sessions),
        chart(site, used, f"cost-{rollup.key}", "day"),
        month_comparison(site, here, rollup, _rollup_before(site, rollup.key)),
        section("By project", project_bars(site, here, rollup_by(sessions, "project")), name="by-project"),
        _session_lines(site, here, sessions, words),
        _kind_lines(site, here, used, words),
        cost_note(site.amounts) if site.amounts.hidden else None,
        _neighbours(site, here, before, after),
    )
    return Page(
        here,
        words,
        body,
        "month",
        description=f"List cost of {words}",
        day=site.last_day,
        parent=MONTHS,
        previous=site.month_uri[before] if before else None,
        next=site.month_uri[after] if after else None,
    )


def _part(session: Session, key: str) -> Session:
    return narrowed((session,), lambda s, row: month_key(moment_of(s, row)) == key)[0]


def _month_link(site: Site, here: str, key: str) -> Html:
    return el("a", month_words(key), href=site.link(here, site.month_uri[key]))


def _statement(site: Site, here: str) -> Html:
    return el(
        "p",
        "A statement of list cost, not an invoice: tokens times the price published for the day they were used. "
        "What a provider charges may differ. ",
        el("a", "How the numbers are made", href=site.link(here, METHOD)),
        class_="sg-note",
    )


def _billed(site: Site, sessions: Sequence[Session]) -> Html | None:
    """What invoices say, of the sessions that are wholly in the month: an amount has no parts by day."""
    whole = {session.path: len(session.rows) for session in site.sessions}
    billed = [s.billed for s in sessions if s.billed is not None and len(s.rows) == whole[s.path]]
    if not billed or site.amounts.hidden:
        return None
    words = f"Billed: {site.amounts.usd(sum(billed, Decimal()))} for {counted(len(billed), 'session')}"
    return el("p", f"{words} of {count(len(sessions))}, as their invoices say.", class_="sg-note")


def _cards(site: Site, rollup: Rollup, sessions: Sequence[Session]) -> Html:
    change = _change_words(site, rollup)
    projects = counted(len({session.project for session in sessions}), "project")
    words = f"{change} than the month before" if change else ""
    return totals_cards(rollup, site, f"in {projects}", words, listed="#sessions")


def _so_far(site: Site, key: str) -> str | None:
    """For the newest month, which may go on."""
    day = site.last_day
    if not day or key != site.months[-1].key or key != day.isoformat()[:7]:
        return None
    return f"so far: the newest session is of {day_words(day)}"


def _budgets(site: Site, here: str, rollup: Rollup, sessions: Sequence[Session]) -> Html | None:
    """Of the whole, then of each project that has sessions in the month.

    A site of marked sessions only has none: a budget is for all of them.
    """
    if rollup.key == NO_KEY or site.in_all is not None:
        return None
    spent = {own.key: own.totals for own in rollup_by(sessions, "project")}
    lines = [(text("All projects"), EVERYTHING, rollup.totals)] if EVERYTHING in site.settings.budgets else []
    lines += [
        (project_link(site, here, name), name, spent[name])
        for name in site.projects
        if name in spent and name in site.settings.budgets and name != EVERYTHING
    ]
    if not lines:
        return None
    meters = (_meter(site, name, site.settings.budgets[key], totals) for name, key, totals in lines)
    return section("Against the budget", *meters, name="budget")


def _meter(site: Site, name: Html, budget: Decimal, totals: Totals) -> Html:
    spent, amounts = totals.list_cost, site.amounts
    floor = "≥ " if totals.is_floor else ""
    used = f"{floor}{percent(spent, budget)}" if budget else ""
    if amounts.hidden:
        words = f"{used} of the budget" if used else "no budget"
    else:
        words = ", ".join(filter(None, (f"{amounts.usd(spent, floor=totals.is_floor)} of {amounts.usd(budget)}", used)))
    if spent > budget:
        words += "" if amounts.hidden else f", {amounts.usd(spent - budget)} too much"
    return budget_meter(spent, budget, joined((name, words), ": "))


def _session_lines(site: Site, here: str, sessions: Sequence[Session], words: str) -> Html:
    whole = {session.path: len(session.rows) for session in site.sessions}
    return section(
        "Sessions",
        session_bill(site, here, sessions, whole, f"Sessions of {words}, by project"),
        _precision(site, sessions),
        name="sessions",
    )


def _precision(site: Site, sessions: Sequence[Session]) -> Html | None:
    if site.amounts.hidden or not any(session.rows for session in sessions):
        return None
    total = sum((session.totals.list_cost for session in sessions), Decimal())
    words = "Every decimal is shown, so the lines add up to the total exactly."
    if is_rounded(sessions):
        words = f"Rounded for reading: the exact sum is {site.amounts.exact_usd(total)}."
    return el("p", words, class_="sg-quiet")


def _kind_lines(site: Site, here: str, used: Sequence[Session], words: str) -> Html | None:
    if not used:
        return None
    bill = kind_bill(site, here, used, f"Models and token kinds of {words}")
    return section("By model and token kind", bill, name="by-model")


def _session_trend(site: Site) -> Html | None:
    """What a session costs, month by month: whether it grows that they are many, or that each is dear."""
    by_key = {rollup.key: rollup for rollup in site.months if rollup.key != NO_KEY}
    if not by_key:
        return None
    last = max(by_key)
    keys = [key for key in (month_after(last, -back) for back in reversed(range(_MOST_IN_TREND))) if key >= min(by_key)]
    points = [_mean_point(site, key, by_key.get(key)) for key in keys]
    return trend(points, "session-cost", "Mean list cost of a session, by month", axis_words(site.amounts))


def _mean_point(site: Site, key: str, rollup: Rollup | None) -> Point:
    """Where amounts are hidden, per cent of the whole ledger: ticks at round sums would tell its size."""
    label, amounts = bucket_label(key, "month"), site.amounts
    if rollup is None or not rollup.totals.list_cost:
        return Point(label, None, NOTHING)
    mean = rollup.totals.list_cost / rollup.sessions
    return Point(label, as_drawn(mean, amounts), amounts.usd(mean, floor=rollup.totals.is_floor))


def _neighbours(site: Site, here: str, before: str | None, after: str | None) -> Html | None:
    if not (before or after):
        return None
    return el("nav", *_neighbour_links(site, here, before, after), class_="sg-neighbours", aria_label="Other months")


def _neighbour_links(site: Site, here: str, before: str | None, after: str | None) -> Iterator[Html]:
    for key, label, class_ in ((before, "Month before", "sg-before"), (after, "Month after", "sg-after")):
        if key:
            yield el("span", el("span", label, class_="sg-below"), _month_link(site, here, key), class_=class_)


def _neighbour_keys(site: Site, key: str) -> tuple[str | None, str | None]:
    """The months before and after that have a page; those without sessions are passed over."""
    keys = [rollup.key for rollup in site.months if rollup.key != NO_KEY]
    if key not in keys:
        return None, None
    at = keys.index(key)
    return keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None


def _change_words(site: Site, rollup: Rollup) -> str:
    return change_words(rollup.totals.list_cost, _cost_before(site, rollup), site.amounts)


def _change_cell(site: Site, rollup: Rollup) -> Html:
    """A narrow screen leaves the amount out."""
    share, amount = change_of(rollup.totals.list_cost, _cost_before(site, rollup), site.amounts)
    return joined((share, el("span", f" ({amount})", class_="sg-extra") if amount else ""))


def _cost_before(site: Site, rollup: Rollup) -> Decimal | None:
    before = _rollup_before(site, rollup.key)
    return before.totals.list_cost if before else None


def _rollup_before(site: Site, key: str) -> Rollup | None:
    """Of the calendar month before; None where there was no session then, or nothing has a date."""
    if key == NO_KEY:
        return None
    before = month_after(key, -1)
    return next((rollup for rollup in site.months if rollup.key == before), None)
