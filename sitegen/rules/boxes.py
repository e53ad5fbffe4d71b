"""The rule about how ticked boxes are written."""

from collections.abc import Iterator

from sitegen.errors import Problem, ReplaceText, Severity, warning
from sitegen.rules.rule import Rule
from sitegen.rules.words import items_of, place
from sitegen.session import Session
from sitegen.settings import Settings


def check_box_style(session: Session, _: Settings) -> Iterator[Problem]:
    """One problem for the file. Its repair holds at the place itself and at each place in `also`."""
    boxes = [item for item in items_of(session.body) if item.box]
    capitals = [place(session, item.line.number, item.box_column) for item in boxes if item.box == "X"]
    if not capitals or len(capitals) == len(boxes):
        return
    what = "1 ticked box is" if len(capitals) == 1 else f"{len(capitals)} ticked boxes are"
    message = f"{what} written `[X]`, and others of this file `[x]` or `[ ]`"
    repair = ReplaceText("[X]", "[x]")
    yield warning("box-style", capitals[0], message, "write `[x]`", also=tuple(capitals[1:]), repair=repair)


RULES = (
    Rule("box-style", Severity.WARNING, "the boxes of a file are written alike", file=check_box_style, notes=True),
)
