"""The rule about the source of a file's numbers: it says of them what the rows say."""

from collections.abc import Iterator

from sitegen.errors import Problem, SetValue, Severity, error
from sitegen.rules.rule import Rule
from sitegen.session import Session, Source
from sitegen.settings import Settings


def check_source(session: Session, _: Settings) -> Iterator[Problem]:
    source = session.source
    if source is None:
        return
    yield from _check_output(session, source)
    if source.kind in ("manual", "estimate") and source.digest:
        message = f"the kind is `{source.kind}`, and a digest is the mark of numbers that were read from a source"
        hint = "take the digest out, or write the kind that the numbers are of"
        yield error("source", session.locate("source", "digest"), message, hint)
    filled = any(row.is_derived for row in session.rows)
    if source.kind == "claude-code" and filled and not source.sessions:
        message = "the kind is `claude-code`, and no session of it is named: the rows cannot be derived anew"
        hint = "write its id under `sessions`, or `kind: manual` for numbers that were typed"
        yield error("source", session.locate("source", "kind"), message, hint)


def _check_output(session: Session, source: Source) -> Iterator[Problem]:
    floors = [index for index, row in enumerate(session.rows) if row.output_floor]
    expected = "at least" if floors else "exact"
    if source.output == expected or not session.rows:
        return
    if floors:
        also = tuple(session.locate("usage", index, "output_floor") for index in floors)
        message = "the output counts as exact, and a row has a lower bound only (`output_floor`)"
    else:
        also, message = (), "the output is said to be `at least`, and no row has a lower bound (`output_floor`)"
    yield error(
        "source",
        session.locate("source", "output"),
        message,
        f"write `output: {expected}`",
        stated=source.output,
        expected=expected,
        also=also,
        repair=SetValue(("source", "output"), expected),
    )


RULES = (Rule("source", Severity.ERROR, "the source says of the numbers what the rows say", file=check_source),)
