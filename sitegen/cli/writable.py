"""The session that a single row goes to: the active one, or the one that is named."""

from sitegen.cli.ledgers import find_session
from sitegen.errors import Location, ProblemError, error
from sitegen.ledger import Ledger
from sitegen.session import Session
from sitegen.settings import FILE_NAME


def session_to_log_to(ledger: Ledger, name: str | None, hint: str) -> Session:
    """Never the last one just because none is active: a row that nobody meant for it would spoil it.

    Without sound settings neither the prices nor what may be quoted is known.
    """
    refuse_unsound_settings(ledger)
    if name is not None:
        return find_session(ledger, name)
    if not any(session.state not in ("complete", "") for session in ledger.sessions):
        raise ProblemError(error("session", Location("sessions"), "no session is active", hint))
    return find_session(ledger, None)


def refuse_unsound_settings(ledger: Ledger) -> None:
    if FILE_NAME in ledger.unsound:
        raise ProblemError(*(found for found in ledger.problems if found.location.path == FILE_NAME))
