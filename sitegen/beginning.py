"""What a new session takes over from those before it: what they left open, and where its project stands."""

from collections.abc import Iterator, Sequence
from datetime import date

from sitegen.errors import Location, Problem, ProblemError, error, warning
from sitegen.loops import OpenLoop, carried_text, open_loops
from sitegen.session import Phase, Session

IN_PROGRESS = "in progress"
"""Whatever state a phase was left in, a new part of it may be that; and a session at work is."""
_AT_WORK = ("active", "break", "blocked")


def left_open(sessions: Sequence[Session], project: str) -> tuple[OpenLoop, ...]:
    """Every open loop of the project, the oldest first."""
    return open_loops(session for session in sessions if session.project == project)


def carried_items(loops: Sequence[OpenLoop], on: date) -> str:
    """The lines of a list of check boxes, with ages as of that day."""
    return "\n".join(f"- [ ] {carried_text(loop, on)}" for loop in loops)


def still_active(sessions: Sequence[Session], project: str) -> Iterator[Problem]:
    """One of the project that nobody has ended: a warning for each."""
    for session in sessions:
        if session.project == project and session.state in _AT_WORK:
            message = f"this session of `{project}` is still {_words(session.state)}; one at a time is enough"
            yield warning("state", session.locate("state"), message, f"`sessions end {session.stem}` closes it")


def _words(state: str) -> str:
    return {"break": "on a break"}.get(state, state)


def next_phase(sessions: Sequence[Session], name: str | None = None, part: int | None = None) -> Phase | None:
    """The phase in which a new session of a project works; `sessions` are those of the project, in order.

    Without a name that of the last session which has one, unless that is complete and no part is named: what comes
    after it only a person knows. Else the one of that name, else a new one. The part is one above the highest so
    far. An empty name means no phase. ProblemError where there is no phase that the part could be of, and for a
    part that is complete.
    """
    known = [session for session in sessions if session.phase and _is_named(session.phase)]
    if name == "":
        phase = None
    elif name is None:
        phase = None if part is None and completed_phase(sessions) else _last(known)
    else:
        phase = last_of_name(sessions, name) or Phase(name, _next_number(known))
    if phase is None:
        if part is not None:
            raise ProblemError(_no_phase())
        return None
    same = [session for session in known if session.phase and _is_same(session.phase, phase)]
    if part is None:
        part = max((session.phase.part or 0 for session in same if session.phase), default=0) + 1
    for session in reversed(same):
        if session.phase and session.phase.part == part:
            if session.phase.state == "complete":
                raise ProblemError(_complete(session))
            break
    return Phase(phase.name, phase.number, part, IN_PROGRESS)


def completed_phase(sessions: Sequence[Session]) -> Phase | None:
    """The phase of the last session that has one, if it is complete: then nothing says which comes next."""
    phase = _last([session for session in sessions if session.phase and _is_named(session.phase)])
    return phase if phase and phase.state == "complete" else None


def _last(known: Sequence[Session]) -> Phase | None:
    return known[-1].phase if known else None


def last_of_name(sessions: Sequence[Session], name: str) -> Phase | None:
    found = (session.phase for session in reversed(sessions) if session.phase)
    return next((phase for phase in found if phase.name.casefold() == name.casefold()), None)


def _is_named(phase: Phase) -> bool:
    return bool(phase.name) or phase.number is not None


def _is_same(one: Phase, other: Phase) -> bool:
    same_number = one.number == other.number or None in (one.number, other.number)
    return one.name.casefold() == other.name.casefold() and same_number


def _next_number(known: Sequence[Session]) -> int | None:
    """None where the project's phases have names only."""
    numbers = [s.phase.number for s in known if s.phase and s.phase.number is not None]
    if numbers:
        return max(numbers) + 1
    return None if known else 1


def _no_phase() -> Problem:
    message = "a part was given, and the project has no phase yet that it could be of"
    return error("phase", Location("sessions"), message, "name one: `--phase NAME --part N`")


def _complete(session: Session) -> Problem:
    phase = session.phase or Phase()
    message = f"phase `{Phase(phase.name, phase.number, phase.part).words}` is complete since this session"
    return error(
        "phase", session.locate("phase"), message, "give what comes after it the next part: leave out `--part`"
    )
