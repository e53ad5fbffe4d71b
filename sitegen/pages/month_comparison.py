"""A month beside the one before, figure by figure."""

from decimal import Decimal

from sitegen.charts import NOTHING
from sitegen.display import count, percent
from sitegen.markup import Html, el
from sitegen.pages.figures import cell, cost_of, month_words, section, span_of, table, tokens_of
from sitegen.pages.site import Site
from sitegen.rollups import Rollup


def month_comparison(site: Site, here: str, rollup: Rollup, before: Rollup | None) -> Html | None:
    if before is None:
        return None
    amounts = site.amounts
    link = el("a", month_words(before.key), href=site.link(here, site.month_uri[before.key]))
    rows = (
        (
            "List cost",
            cost_of(rollup.totals, amounts),
            cost_of(before.totals, amounts),
            _change(rollup.totals.list_cost, before.totals.list_cost),
        ),
        (
            "Tokens",
            tokens_of(rollup.totals, amounts),
            tokens_of(before.totals, amounts),
            _change(rollup.totals.tokens, before.totals.tokens),
        ),
        ("Sessions", count(rollup.sessions), count(before.sessions), _change(rollup.sessions, before.sessions)),
        (
            "Active hours",
            span_of(rollup.active),
            span_of(before.active),
            _change(int(rollup.active.total_seconds()), int(before.active.total_seconds())),
        ),
    )
    shown = table(
        "Against the month before",
        ("Figure", month_words(rollup.key), link, "Change"),
        [(el("th", name, scope="row"), *(cell(value, number=True) for value in values)) for name, *values in rows],
        (),
        frozenset((1, 2, 3)),
    )
    return el("div", "\n", section("Against the month before", shown, name="month-before"), "\n", class_="sg-together")


def _change(now: int | Decimal, before: int | Decimal) -> str:
    """`+12 %`; a dash where there is nothing to compare with."""
    if not before or not now:
        return NOTHING
    sign = "+" if now > before else "−"
    return "no change" if now == before else f"{sign}{percent(abs(Decimal(now) - before), before)}"
