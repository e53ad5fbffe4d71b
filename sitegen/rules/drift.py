"""The rule that needs the transcripts: a file says what the sessions that it names hold now."""

from collections.abc import Iterator, Sequence

from sitegen.display import count
from sitegen.errors import Problem, Severity, warning
from sitegen.fill import combine, requests_of
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.transcripts import AgentSession

_SHRUNK = "part of the transcript is gone, or another file claims it; the numbers of this file are the record"


def drifted(sessions: Sequence[Session], agents: Sequence[AgentSession]) -> Iterator[Problem]:
    """`agents` are all that the transcripts hold. A file whose transcripts are gone, in part or in whole, is
    the only record left and is passed over.
    """
    by_id = {agent.id: agent for agent in agents}
    for session in sessions:
        names = session.source.sessions if session.source else ()
        present = [by_id[name] for name in dict.fromkeys(names) if name in by_id]
        if present and len(present) == len(set(names)):
            yield from _check_drift(session, combine(present))


def _check_drift(session: Session, agent: AgentSession) -> Iterator[Problem]:
    stated, held = requests_of(session), sum(response.requests for response in agent.responses)
    fill = f"run `sessions fill {session.stem}`"
    if held != stated:
        message = f"the transcript holds {count(held)} requests, the rows of this file {count(stated)}"
        hint = fill if held > stated else _SHRUNK
        figures = {"stated": str(stated), "expected": str(held)}
        yield warning("drift", session.locate("totals", "requests"), message, hint, **figures)
    elif session.source and session.source.digest not in ("", agent.digest):
        message = "the transcript no longer holds what this file was filled from"
        yield warning("drift", session.locate("source", "digest"), message, fill)


RULES = (Rule("drift", Severity.WARNING, "`check --drift`: a file says what its transcripts hold now"),)
