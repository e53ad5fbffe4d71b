"""Rules about the state of a session: one in work has no end, a complete one has, and nobody works on two at once."""

from collections.abc import Iterator
from datetime import timedelta

from sitegen.errors import Problem, Severity, error, warning
from sitegen.rollups import in_order
from sitegen.rules.facts import FileFacts
from sitegen.rules.rule import Rule, Together
from sitegen.session import Session
from sitegen.settings import Settings

IN_WORK = ("active", "break", "blocked")
"""States in which a session cannot have an end. One whose words are still to be written may have."""
_LONG = timedelta(hours=24)


def check_state(session: Session, _: Settings) -> Iterator[Problem]:
    if session.state in IN_WORK and session.ended is not None:
        message = f"the state is `{session.state}`, and the session ended at {session.ended:%Y-%m-%d %H:%M}"
        yield error("state", session.locate("ended"), message, "write `state: complete`, or take `ended` out")
    elif session.state == "complete" and session.ended is None and any(row.at for row in session.rows):
        hint = "add `ended` with date, time and offset, or write `state: active`"
        yield error("state", session.locate("state"), "the session is complete, and no `ended` says since when", hint)


def check_active(together: Together) -> Iterator[Problem]:
    """Active sessions on two branches are work in two worktrees: each branch may have one."""
    groups: dict[tuple[str, str, str], list[FileFacts]] = {}
    for file in in_order(together.files):
        if file.sound and file.state == "active":
            groups.setdefault((file.author, file.project, file.branch), []).append(file)
    for *earlier, last in groups.values():
        for file in earlier:
            yield _left_active(file, last)
        if together.now and last.started and not last.ended and together.now - last.started > _LONG:
            message = f"active since {last.started:%Y-%m-%d %H:%M}, for more than 24 hours"
            yield warning("state", last.locate("state"), message, "end it, or write the state that it is in")


def _left_active(file: FileFacts, later: FileFacts) -> Problem:
    message = f"still active, and so is a later session of the same author and project: {later.path}"
    return warning("state", file.locate("state"), message, "end this one, or give both their `author`")


RULES = (
    Rule(
        "state",
        Severity.ERROR,
        "a session in work has no end, a complete one has, and one is active at a time",
        file=check_state,
        ledger=check_active,
    ),
)
