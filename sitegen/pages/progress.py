"""Is it getting better: a few measures of the last 30 days beside those of the 30 days before."""

from decimal import ROUND_HALF_UP, Decimal

from sitegen.charts import NOTHING, sparkline
from sitegen.display import count, percent, plain
from sitegen.markup import Html, el, joined, text
from sitegen.pages.figures import cell, counted, month_words, period_words, section, table
from sitegen.pages.measures import (
    BETTER,
    CACHED,
    LEAST_SESSIONS,
    MEASURES,
    PERCENT,
    PLACES,
    POINTS,
    SAME,
    USD,
    WORSE,
    Change,
    Measure,
    Rate,
    change_between,
)
from sitegen.pages.periods import DAYS, Outcomes, period_before, recent_period
from sitegen.pages.site import HOME, MODELS, SESSIONS, Site

_LOOKS = {BETTER: ("▲", "sg-better"), WORSE: ("▼", "sg-worse"), SAME: ("=", "sg-same")}
"""Mark and class of a verdict. Up is better, whichever way the figure itself went: never without the word."""
_HIDDEN = "hidden"


def progress_section(site: Site, outcomes: Outcomes) -> Html | None:
    """Only measures that are known. Without sessions in the period before: those of the whole ledger, no change."""
    compared = bool(outcomes.before)
    row = _compared if compared else _alone
    rows = [cells for measure in MEASURES if (cells := row(site, outcomes, measure))]
    if not rows:
        return None
    title = "Is it getting better?" if compared else "What it costs to get there"
    figures = (f"Last {DAYS} days", f"{DAYS} days before", "Change") if compared else ("Whole ledger",)
    head = ("Measure", *figures, *(("By month",) if _has_months(outcomes) else ()))
    shown = table(title, head, rows, (), frozenset((1, 2) if compared else (1,)), frozenset((1 + len(figures),)))
    spans = el("p", _spans(site), class_="sg-quiet") if compared else None
    words = el("p", _words(compared=compared), class_="sg-quiet")
    return el("section", section(title, spans, shown, words, name="progress"), class_="sg-progress")


def _spans(site: Site) -> str:
    """The days of both periods."""
    if not site.first_day or not site.last_day:
        return ""
    recent, before = recent_period(site.first_day, site.last_day), period_before(site.first_day, site.last_day)
    words = [period_words(period.first, period.last) for period in (recent, before) if period]
    return f"{', against '.join(words)}: the {DAYS} days that end with the newest session, and the {DAYS} before."


def _words(*, compared: bool) -> str:
    if not compared:
        return f"What changes is told once the ledger covers the last {2 * DAYS} days, with sessions in both halves."
    return (
        "A session counts on the day it began, if its file says what the measure needs and all its cost is known. "
        f"With fewer than {LEAST_SESSIONS} sessions on a side there is no verdict; a difference under 5 %, 2 points, "
        "or half a point of a rating, is the same."
    )


def _compared(site: Site, outcomes: Outcomes, measure: Measure) -> tuple[Html, ...] | None:
    recent, before = measure.of(outcomes.recent or ()), measure.of(outcomes.before or ())
    if recent.value is None and before.value is None:
        return None
    return (
        _name(site, measure, recent, before),
        _figure(site, measure, recent),
        _figure(site, measure, before),
        _change(change_between(measure, recent, before)),
        *_by_month(site, outcomes, measure),
    )


def _alone(site: Site, outcomes: Outcomes, measure: Measure) -> tuple[Html, ...] | None:
    whole = measure.of(outcomes.whole)
    if whole.value is None or (measure.unit == USD and site.amounts.hidden):
        return None
    return (_name(site, measure, whole), _figure(site, measure, whole), *_by_month(site, outcomes, measure))


def _name(site: Site, measure: Measure, *told: Rate) -> Html:
    """With the sessions that the figures are made of, and the way to them."""
    name = el("a", measure.name, href=site.link(HOME, MODELS if measure is CACHED else SESSIONS))
    numbers = " against ".join([counted(told[0].sessions, "session"), *(count(rate.sessions) for rate in told[1:])])
    return el("th", name, el("span", numbers, class_="sg-below"), scope="row")


def _figure(site: Site, measure: Measure, rate: Rate) -> Html:
    return cell(_shown(site, measure, rate.value, floor=rate.floor), number=True)


def _shown(site: Site, measure: Measure, value: Decimal | None, *, floor: bool = False) -> str:
    """What a goal costs is no share of anything: where amounts are hidden, only its change is told."""
    if value is None:
        return NOTHING
    if measure.unit == USD:
        return _HIDDEN if site.amounts.hidden else site.amounts.usd(value, floor=floor)
    if measure.unit == PERCENT:
        return percent(value, 100)
    return f"{plain(value.quantize(PLACES[POINTS], ROUND_HALF_UP))} of 10"


def _change(change: Change | None) -> Html:
    if change is None:
        return cell(NOTHING)
    if not change.verdict:
        return cell(el("span", change.words, class_="sg-quiet"), extra="sg-change")
    mark, look = _LOOKS[change.verdict]
    verdict = el("span", el("span", mark, aria_hidden="true"), f" {change.verdict}", class_=f"sg-verdict {look}")
    return cell(joined([el("span", change.words), verdict], " "), extra="sg-change")


def _has_months(outcomes: Outcomes) -> bool:
    return len(outcomes.months) > 1


def _by_month(site: Site, outcomes: Outcomes, measure: Measure) -> list[Html]:
    """A cell, where there is more than one month."""
    rates = [(key, measure.of(group)) for key, group in outcomes.months.items()]
    known = [(key, rate) for key, rate in rates if rate.value is not None]
    line = None
    if len(known) > 1:
        ends = [_in_month(site, measure, key, rate) for key, rate in (known[0], known[-1])]
        line = sparkline([rate.value for _, rate in rates], f"By month, from {ends[0]} to {ends[1]}")
    return [cell(line or text(NOTHING), extra="sg-extra sg-spark")] if _has_months(outcomes) else []


def _in_month(site: Site, measure: Measure, key: str, rate: Rate) -> str:
    if measure.unit == USD and site.amounts.hidden:
        return month_words(key)
    return f"{_shown(site, measure, rate.value, floor=rate.floor)} in {month_words(key)}"
