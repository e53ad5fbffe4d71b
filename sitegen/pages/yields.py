"""What a group of sessions cost for each thing it gave: a session, an hour, a changed line, a goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sitegen.blocks.cost import hourly
from sitegen.display import count, grouped_hours
from sitegen.markup import Html
from sitegen.pages.figures import card, cards, counted
from sitegen.pages.periods import changed_lines
from sitegen.pages.site import Site
from sitegen.rollups import rollup_of, session_totals
from sitegen.session import Session


@dataclass(frozen=True, slots=True)
class Yield:
    """USD for one of `name`; `of` says what it was divided by. `floor`: at least so much."""

    name: str
    list_cost: Decimal
    of: str
    floor: bool = False


def yields_of(sessions: Sequence[Session]) -> tuple[Yield, ...]:
    """Those that are known. Each is a ratio of sums, over the sessions that say how much of it there was."""
    used = [session for session in sessions if session.rows]
    found = (_for_session(used), _for_hour(used), _for_line(used), _for_goal(used))
    return tuple(each for each in found if each)


def yield_cards(site: Site, sessions: Sequence[Session]) -> Html | None:
    """None where amounts are hidden: a share of the ledger for each line says nothing."""
    found = () if site.amounts.hidden else yields_of(sessions)
    if not found:
        return None
    return cards(
        *(
            card(f"List cost per {each.name}", site.amounts.usd(each.list_cost, floor=each.floor), each.of)
            for each in found
        )
    )


def _for_session(sessions: Sequence[Session]) -> Yield | None:
    return _yield("session", sessions, len(sessions), counted(len(sessions), "session"))


def _for_hour(sessions: Sequence[Session]) -> Yield | None:
    timed = [session for session in sessions if session.active]
    rollup = rollup_of("", timed)
    rate = hourly(rollup.totals.list_cost, rollup.active)
    if not rate:
        return None
    of = f"{grouped_hours(rollup.active)} hours{_in(timed, sessions)}"
    return Yield("active hour", rate, of, rollup.totals.is_floor)


def _for_line(sessions: Sequence[Session]) -> Yield | None:
    known = [(session, lines) for session in sessions if (lines := changed_lines(session)) is not None]
    number = sum(lines for _, lines in known)
    told = [session for session, _ in known]
    return _yield("changed line", told, number, f"{counted(number, 'line')}{_in(told, sessions)}")


def _for_goal(sessions: Sequence[Session]) -> Yield | None:
    known = [(session, found) for session in sessions if (found := session.goals)[1]]
    met, goals = sum(found[0] for _, found in known), sum(found[1] for _, found in known)
    told = [session for session, _ in known]
    return _yield("met goal", told, met, f"{count(met)} of {counted(goals, 'goal')} met{_in(told, sessions)}")


def _yield(name: str, sessions: Sequence[Session], number: int, of: str) -> Yield | None:
    totals = session_totals(sessions)
    if not number or not totals.list_cost:
        return None
    return Yield(name, totals.list_cost / number, of, totals.is_floor)


def _in(told: Sequence[Session], sessions: Sequence[Session]) -> str:
    return "" if len(told) == len(sessions) else f", in {count(len(told))} of {counted(len(sessions), 'session')}"
