"""The rule about what a session brought: its figures do not contradict each other."""

from collections.abc import Iterator

from sitegen.display import count
from sitegen.errors import Problem, Severity, warning
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings


def check_code(session: Session, _: Settings) -> Iterator[Problem]:
    tests, added = session.code.get("tests_added"), session.code.get("added")
    if tests is not None and added is not None and tests > added:
        message = f"{count(int(tests))} tests were added in {count(int(added))} added lines"
        hint = "a test takes a line at least; put one of the two figures right"
        yield warning("quality", session.locate("code", "tests_added"), message, hint)


RULES = (Rule("quality", Severity.WARNING, "no more tests were added than lines", file=check_code),)
