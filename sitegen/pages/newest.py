"""The sessions of one group, the newest first and not too many, and what became of them over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sitegen.charts import Point, bucket_label, trend
from sitegen.display import count, percent, plain
from sitegen.markup import Html, el, joined, lines
from sitegen.pages.figures import as_drawn, axis_words, day_words
from sitegen.pages.site import Site
from sitegen.pages.tables import session_table
from sitegen.rollups import month_key, newest_first, session_totals
from sitegen.session import Session
from sitegen.tokens import Totals

MOST_SESSIONS = 200
_WORTH_SORTING = 6
_MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The sessions behind one point of a trend."""

    label: str
    sessions: tuple[Session, ...]


def newest_sessions(
    site: Site, here: str, sessions: Sequence[Session], label: str, listed: str, *, of_project: bool = False
) -> Html:
    """A table of the newest. `listed` is the address of all of them in the list of sessions.

    Those of one project have their running totals in place of its name.
    """
    ordered = newest_first(sessions)
    shown = session_table(site, here, ordered[:MOST_SESSIONS], label, running=of_project, with_project=not of_project)
    if len(ordered) <= MOST_SESSIONS:
        return shown if len(ordered) < _WORTH_SORTING else lines(shown, _sortable(ordered, listed))
    where = el("a", "the page of all sessions", href=listed)
    words = f"The newest {MOST_SESSIONS} of {count(len(ordered))} sessions, and their sums. The rest are on "
    return lines(shown, el("p", joined((words, where, "."), ""), class_="sg-quiet"))


def _sortable(sessions: Sequence[Session], listed: str) -> Html:
    return el("p", el("a", f"Sort and filter these {count(len(sessions))} sessions", href=listed), class_="sg-quiet")


def cost_trend(site: Site, sessions: Sequence[Session], name: str) -> Html | None:
    """What a session cost, over time; a month's average where there are many sessions."""
    stretches, each = _stretches(sessions)
    title = "List cost of each session" if each else "List cost of a session, average by month"
    points = [_cost_point(site, stretch) for stretch in stretches]
    return trend(points, name, title, axis_words(site.amounts))


def cache_trend(sessions: Sequence[Session], name: str) -> Html | None:
    """The share of the input that came from a cache, over time."""
    stretches, each = _stretches(sessions)
    title = f"Input read from the cache, by {'session' if each else 'month'}"
    points = [_cache_point(stretch) for stretch in stretches]
    return trend(points, name, title, lambda value: f"{plain(value)} %")


def _stretches(sessions: Sequence[Session]) -> tuple[list[_Stretch], bool]:
    dated = [session for session in sessions if session.started and session.rows]
    if len(dated) <= _MOST_POINTS:
        return [_Stretch(day_words(session.day), (session,)) for session in dated], True
    months = groupby(dated, key=lambda session: month_key(session.started))
    return [_Stretch(bucket_label(key, "month"), tuple(group)) for key, group in months], False


def _cost_point(site: Site, stretch: _Stretch) -> Point:
    """Where amounts are hidden, per cent of the whole ledger."""
    totals = session_totals(stretch.sessions)
    if not _has_cost(totals):
        return Point(stretch.label, None, site.amounts.usd(None))
    average = totals.list_cost / len(stretch.sessions)
    return Point(stretch.label, as_drawn(average, site.amounts), site.amounts.usd(average, floor=totals.is_floor))


def _cache_point(stretch: _Stretch) -> Point:
    counts = session_totals(stretch.sessions).counts
    return Point(stretch.label, _per_cent(counts.cache_read, counts.prompt), percent(counts.cache_read, counts.prompt))


def _per_cent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1")) if whole else None


def _has_cost(totals: Totals) -> bool:
    return bool(totals.list_cost) or not totals.unpriced_responses
