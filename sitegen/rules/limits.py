"""The rule about bodies that the site cannot show."""

from collections.abc import Iterator

from sitegen.body_limits import refusal_of
from sitegen.errors import Problem, Severity, error
from sitegen.rules.rule import Rule
from sitegen.rules.words import place
from sitegen.session import Session
from sitegen.settings import Settings


def check_body_limits(session: Session, _: Settings) -> Iterator[Problem]:
    refusal = refusal_of(session.body.replace("\r\n", "\n"))
    if refusal is not None:
        what = "this line" if refusal.line else "the body"
        message = f"{what} {refusal.reason}: the site does not show the words of this session"
        hint = "shorten it, or put what a program wrote into a code block" if refusal.line else "shorten it"
        yield error("body-limits", place(session, refusal.line or 1), message, hint)


RULES = (Rule("body-limits", Severity.ERROR, "the site can show what is written", file=check_body_limits, notes=True),)
