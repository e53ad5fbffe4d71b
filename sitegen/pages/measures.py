"""What tells whether the work gets better: measures of what came of the cost, each over any group of sessions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from sitegen.pages.periods import changed_lines
from sitegen.rules.states import IN_WORK
from sitegen.session import Session
from sitegen.tokens import Totals

USD, PERCENT, POINTS = "usd", "percent", "points"
LEAST_SESSIONS = 3
"""On both sides of a comparison: below that one unusual session makes the difference."""
LEAST_CHANGE = {USD: Decimal(5), PERCENT: Decimal(2), POINTS: Decimal("0.5")}
"""In per cent of an amount, else in points: anything smaller is the same."""
PLACES = {PERCENT: Decimal(1), POINTS: Decimal("0.1")}
"""To which such figures are rounded where they are shown."""
BETTER, WORSE, SAME = "better", "worse", "the same"
NO_CHANGE = "no change"


@dataclass(frozen=True, slots=True)
class Rate:
    """A measure of some sessions, exact. `value` is None where none of them says enough; `sessions` do. `floor`:
    what they cost is a lower bound.
    """

    value: Decimal | None
    sessions: int
    floor: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """`unit`: USD, PERCENT (0 to 100) or POINTS (0 to 10). `more_is_better` says in which direction better lies."""

    name: str
    unit: str
    more_is_better: bool
    of: Callable[[Sequence[Session]], Rate]


@dataclass(frozen=True, slots=True)
class Change:
    """In words. `verdict` is `better`, `worse` or `the same`; empty where nobody can say: `words` give the reason."""

    words: str
    verdict: str = ""


def change_between(measure: Measure, recent: Rate, before: Rate) -> Change | None:
    """None where one of the two is not known, or the one before is zero."""
    if recent.value is None or before.value is None:
        return None
    if recent.floor or before.floor:
        return Change("lower bounds, not compared")
    words = difference_words(measure.unit, recent.value, before.value)
    if not words:
        return None
    if min(recent.sessions, before.sessions) < LEAST_SESSIONS:
        return Change(f"{words}, too few sessions to judge")
    if _difference(measure.unit, recent.value, before.value) < LEAST_CHANGE[measure.unit]:
        return Change(words, SAME)
    return Change(words, BETTER if (recent.value > before.value) == measure.more_is_better else WORSE)


def difference_words(unit: str, recent: Decimal, before: Decimal) -> str:
    """`12 % less`, for shares `3 points more`; `no change` for what rounds to nothing; empty against nothing."""
    if unit == USD and not before:
        return ""
    found = _difference(unit, recent, before)
    if not found:
        return NO_CHANGE
    name = "%" if unit == USD else "point" if found == 1 else "points"
    return f"{found:,} {name} {'more' if recent > before else 'less'}"


def _difference(unit: str, recent: Decimal, before: Decimal) -> Decimal:
    """In per cent of an amount before, which is not zero; else in points, between the two as they are shown."""
    if unit == USD:
        return (abs(recent - before) * 100 / before).quantize(Decimal(1), ROUND_HALF_UP)
    places = PLACES[unit]
    return abs(recent.quantize(places, ROUND_HALF_UP) - before.quantize(places, ROUND_HALF_UP))


def cost_per(amount_of: Callable[[Session], Decimal | int | None]) -> Callable[[Sequence[Session]], Rate]:
    """Only sessions that say the amount count, and of these only such whose every response has a price."""

    def rate(sessions: Sequence[Session]) -> Rate:
        told = [
            (session.totals, amount)
            for session in sessions
            if _has_cost(session.totals) and (amount := amount_of(session)) is not None
        ]
        whole = sum((Decimal(amount) for _, amount in told), Decimal())
        if not whole:
            return Rate(None, len(told))
        cost = sum((totals.list_cost for totals, _ in told), Decimal())
        return Rate(cost / whole, len(told), any(totals.output_floor for totals, _ in told))

    return rate


def share_of(parts_of: Callable[[Session], tuple[int, int]]) -> Callable[[Sequence[Session]], Rate]:
    """Per cent of the sum of all second numbers; a session where that is 0 says nothing."""

    def rate(sessions: Sequence[Session]) -> Rate:
        told = [parts for session in sessions if (parts := parts_of(session))[1]]
        whole = sum(every for _, every in told)
        return Rate(Decimal(sum(part for part, _ in told) * 100) / whole if whole else None, len(told))

    return rate


def hours_of(session: Session) -> Decimal | None:
    active = session.active
    return Decimal(active // timedelta(seconds=1)) / 3600 if active else None


def _has_cost(totals: Totals) -> bool:
    return bool(totals.requests or totals.tokens or totals.list_cost) and not totals.unpriced_responses


def _final_goals(session: Session) -> tuple[int, int]:
    """None of a session in work: what it has not met yet it may still meet."""
    return (0, 0) if session.state in IN_WORK else session.goals


def _goals_met(session: Session) -> int | None:
    met, every = _final_goals(session)
    return met if every else None


def _cached(session: Session) -> tuple[int, int]:
    return session.totals.counts.cache_read, session.totals.counts.prompt


def _rating(sessions: Sequence[Session]) -> Rate:
    told = [session.ratings["session"] for session in sessions if "session" in session.ratings]
    return Rate(Decimal(sum(told)) / len(told) if told else None, len(told))


COST_PER_HOUR = Measure("List cost per active hour", USD, more_is_better=False, of=cost_per(hours_of))
CACHED = Measure("Input read from cache", PERCENT, more_is_better=True, of=share_of(_cached))
MEASURES = (
    Measure("List cost per goal met", USD, more_is_better=False, of=cost_per(_goals_met)),
    COST_PER_HOUR,
    Measure("List cost per changed line", USD, more_is_better=False, of=cost_per(changed_lines)),
    CACHED,
    Measure("Goals met", PERCENT, more_is_better=True, of=share_of(_final_goals)),
    Measure("Session rating", POINTS, more_is_better=True, of=_rating),
)
