"""Rules about a file as a whole: its tables, what is left to fill in, and its name."""

import re
from collections.abc import Iterator

from sitegen.errors import Problem, Severity, warning
from sitegen.rules import blocks, placeholders, running
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings


def check_file_date(session: Session, _: Settings) -> Iterator[Problem]:
    name = re.match(r"\d{4}-\d{2}-\d{2}", session.stem)
    if name and session.day and name[0] != session.day.isoformat():
        message = f"the file is named {name[0]}, its session started on {session.day}"
        hint = f"rename it to begin with {session.day}, or put `started` right"
        yield warning("file-date", session.locate("started"), message, hint)


RULES = (
    *blocks.RULES,
    *running.RULES,
    *placeholders.RULES,
    Rule("file-date", Severity.WARNING, "a file's name begins with the day its session began", file=check_file_date),
)
