"""Budgets: what the month of the newest session has used of each so far."""

from collections.abc import Mapping
from decimal import Decimal

from sitegen.charts import budget_meter
from sitegen.display import percent
from sitegen.markup import Html, el, lines
from sitegen.pages.figures import month_words, section
from sitegen.pages.site import HOME, MONTHS, Site
from sitegen.pages.tables import project_link
from sitegen.rollups import moment_of, month_key
from sitegen.rules.budgets import EVERYTHING
from sitegen.tokens import Totals, UsageRow, totals_of


def budget_section(site: Site) -> Html | None:
    """None where only a part of the ledger is shown: what that part cost is not what the budget has lost."""
    if not site.settings.budgets or not site.last_day or site.in_all is not None:
        return None
    month = site.last_day.isoformat()[:7]
    spent = _spent(site, month)
    keys = sorted(site.settings.budgets, key=lambda key: (key != EVERYTHING, key.casefold(), key))
    meters = [_meter(site, key, spent.get(key, Totals()), month) for key in keys]
    return section(f"Budget of {month_words(month)}", el("ul", lines(*meters), class_="sg-budgets"), name="budget")


def _spent(site: Site, month: str) -> Mapping[str, Totals]:
    """By project, and of all together. A usage row counts in its own month, as on the page of the month."""
    rows: dict[str, list[UsageRow]] = {}
    for session in site.sessions:
        used = [row for row in session.rows if month_key(moment_of(session, row)) == month]
        for key in {session.project, EVERYTHING} if used else ():
            rows.setdefault(key, []).extend(used)
    return {key: totals_of(used) for key, used in rows.items()}


def _meter(site: Site, key: str, spent: Totals, month: str) -> Html:
    budget = site.settings.budgets[key]
    if key in site.project_uri and key != EVERYTHING:
        name = project_link(site, HOME, key)
    else:
        words = "All projects" if key == EVERYTHING else key
        name = el("a", words, href=site.link(HOME, site.month_uri.get(month, MONTHS)))
    words = el("span", _words(site, spent, budget), class_="sg-quiet")
    return el("li", name, budget_meter(spent.list_cost, budget, words))


def _words(site: Site, spent: Totals, budget: Decimal) -> str:
    """`$12.20 of $50.00, 24 %`; where amounts are hidden, per cent alone."""
    hidden = site.amounts.hidden
    whole = "" if hidden else f" of {site.amounts.usd(budget)}"
    if not spent.requests and not spent.list_cost:
        return f"nothing used{whole}"
    if not spent.list_cost and spent.unpriced_responses:
        return f"unpriced{whole}"
    used = f"{'≥ ' if spent.is_floor else ''}{percent(spent.list_cost, budget)}" if budget else ""
    if hidden:
        return f"{used} used" if used else ""
    return ", ".join(filter(None, (f"{site.amounts.usd(spent.list_cost, floor=spent.is_floor)}{whole}", used)))
