"""The row of key figures: what it all cost, and what came of it; each with the last 30 days."""

from sitegen.charts import NOTHING
from sitegen.display import count, percent
from sitegen.markup import Html, el, joined
from sitegen.pages.figures import by_hand_words, card, cost_of, counted, share_words, span_of, unpriced_words
from sitegen.pages.measures import CACHED, COST_PER_HOUR, NO_CHANGE, PERCENT, USD, difference_words
from sitegen.pages.periods import DAYS, Outcomes, active_within, goals_within, summed
from sitegen.pages.site import HOME, MODELS, MONTHS, SESSIONS, Site
from sitegen.rollups import session_totals

_RECENTLY = f"in the last {DAYS} days"


def key_figures(site: Site, outcomes: Outcomes) -> Html:
    """Six of them, known or not, so that they stand in rows of two, three or six."""
    return el(
        "div",
        _list_cost(site, outcomes),
        _goals(site, outcomes),
        _lines_changed(site, outcomes),
        _sessions(site, outcomes),
        _active_hours(site, outcomes),
        _cache(site, outcomes),
        class_="sg-cards sg-kpis",
    )


def _list_cost(site: Site, outcomes: Outcomes) -> Html:
    amounts, totals = site.amounts, session_totals(outcomes.whole)
    whole = cost_of(totals, amounts)
    doubts = (unpriced_words(totals, amounts), by_hand_words(totals, amounts))
    if outcomes.recent is None:
        return _card(site, MONTHS, "List cost", whole, share_words(amounts) or "at published prices", *doubts)
    shown = cost_of(session_totals(outcomes.recent), amounts)
    if amounts.hidden:
        name = f"List cost, last {DAYS} days"
        return _card(site, MONTHS, name, shown, share_words(amounts), _cost_change(outcomes), *doubts)
    recent = el("span", shown, f" {_RECENTLY}")
    return _card(site, MONTHS, "List cost", whole, recent, _cost_change(outcomes), *doubts)


def _cost_change(outcomes: Outcomes) -> str:
    """Empty where a side is a lower bound: the difference of two of them says nothing."""
    if outcomes.recent is None or outcomes.before is None:
        return ""
    recent, before = session_totals(outcomes.recent), session_totals(outcomes.before)
    if recent.is_floor or before.is_floor:
        return ""
    return _than_before(difference_words(USD, recent.list_cost, before.list_cost))


def _goals(site: Site, outcomes: Outcomes) -> Html:
    met, every = goals_within(outcomes.whole)
    if not every:
        return _card(site, SESSIONS, "Goals met", NOTHING, "no goals with check boxes")
    recent = goals_within(outcomes.recent or ())
    latest = f"{count(recent[0])} of {count(recent[1])} {_RECENTLY}" if recent[1] else ""
    return _card(
        site, SESSIONS, "Goals met", f"{count(met)} of {count(every)}", f"{percent(met, every)} of all goals", latest
    )


def _lines_changed(site: Site, outcomes: Outcomes) -> Html:
    def told(key: str) -> int | None:
        return summed(outcomes.whole, lambda session: int(session.code[key]) if key in session.code else None)

    added, deleted, tests = told("added"), told("deleted"), told("tests_added")
    written = f"{counted(tests, 'test')} added" if tests is not None else ""
    if added is None and deleted is None:
        return _card(site, SESSIONS, "Lines changed", NOTHING, written or "not reported")
    parts = [f"{sign}{count(number)}" for sign, number in (("+", added), ("−", deleted)) if number is not None]
    return _card(site, SESSIONS, "Lines changed", count((added or 0) + (deleted or 0)), " ".join(parts), written)


def _sessions(site: Site, outcomes: Outcomes) -> Html:
    number = len(outcomes.whole)
    complete = sum(session.state == "complete" for session in outcomes.whole)
    latest = f"{count(len(outcomes.recent))} {_RECENTLY}" if outcomes.recent is not None else ""
    words = "all complete" if complete == number else f"{count(complete)} complete" if complete else ""
    return _card(site, SESSIONS, "Sessions", count(number), words, latest)


def _active_hours(site: Site, outcomes: Outcomes) -> Html:
    rate = COST_PER_HOUR.of(outcomes.whole)
    hourly = "" if rate.value is None or site.amounts.hidden else site.amounts.usd(rate.value, floor=rate.floor)
    recent = active_within(outcomes.recent or ())
    return _card(
        site,
        SESSIONS,
        "Active hours",
        span_of(active_within(outcomes.whole)),
        f"{hourly} an hour" if hourly else "",
        f"{span_of(recent)} {_RECENTLY}" if recent else "",
    )


def _cache(site: Site, outcomes: Outcomes) -> Html:
    whole = CACHED.of(outcomes.whole).value
    if whole is None:
        return _card(site, MODELS, "Read from cache", NOTHING, "no input reported")
    tokens = sum(session.totals.counts.prompt for session in outcomes.whole)
    of_what = "of the input" if site.amounts.hidden else f"of {site.amounts.short_tokens(tokens)} input tokens"
    return _card(site, MODELS, "Read from cache", percent(whole, 100), of_what, *_cached_recently(outcomes))


def _cached_recently(outcomes: Outcomes) -> tuple[str, ...]:
    recent, before = (CACHED.of(group or ()).value for group in (outcomes.recent, outcomes.before))
    if recent is None:
        return ()
    words = difference_words(PERCENT, recent, before) if before is not None else ""
    return f"{percent(recent, 100)} {_RECENTLY}", _than_before(words)


def _than_before(words: str) -> str:
    if words == NO_CHANGE:
        return "as much as before"
    return f"{words} than before" if words else ""


def _card(site: Site, uri: str, label: str, value: str, *notes: str) -> Html:
    below = joined([el("span", note, class_="sg-kpi-note") for note in notes if note])
    return card(label, value, below, site.link(HOME, uri))
