"""The rule about what is left to fill in: `[Text]`, an unselected choice, `TBD`."""

from collections.abc import Iterator

from sitegen.body import placeholders
from sitegen.errors import Problem, Severity, error, warning
from sitegen.handwritten import empty_column_cells, read_figures
from sitegen.rules.rule import Rule
from sitegen.rules.words import place
from sitegen.session import Session
from sitegen.settings import Settings


def check_placeholders(session: Session, _: Settings) -> Iterator[Problem]:
    """Nothing is left in a session that is over; in one that goes on it is only pointed out."""
    left = placeholders(session.body)
    told_as_column = empty_column_cells(read_figures(session.body)) if left else ()
    for found in left:
        if (found.line, found.column) in told_as_column:
            continue
        where = place(session, found.line, found.column)
        if session.state == "complete" and session.is_note:
            yield error("placeholder", where, f"`{found.text}` is not filled in", "fill it in or delete the line")
        elif session.state == "complete":
            hint = "fill it in or delete the line; a session in work has `state: active`"
            yield error("placeholder", where, f"`{found.text}` is not filled in, and the session is complete", hint)
        else:
            hint = "fill it in before the session ends, or delete the line"
            yield warning("placeholder", where, f"`{found.text}` is not filled in yet", hint)


RULES = (
    Rule(
        "placeholder",
        Severity.ERROR,
        "a completed session has nothing left to fill in",
        file=check_placeholders,
        notes=True,
    ),
)
