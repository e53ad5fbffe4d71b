"""Rules about figures written by hand into a body: that they are, that they can be read, and all that they say."""

from collections.abc import Iterator

from sitegen.errors import Location, MoveTables, Problem, Severity, error, warning
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.numbers import NOT_WHOLE
from sitegen.handwritten.values import Figure
from sitegen.rules import (
    handwritten_breakdown,
    handwritten_models,
    handwritten_rates,
    handwritten_rows,
    handwritten_running,
    handwritten_sums,
    handwritten_times,
)
from sitegen.rules.rule import Rule
from sitegen.rules.words import shown
from sitegen.session import Session
from sitegen.settings import Settings

_THOUSANDS = "write 1200 or 1,200 for one thousand two hundred"


def check_handwritten(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    table = account.figures.usage[0]
    place = Location(session.path) if session.is_note else account.place((table.first, 1))
    if account.figures.rows:
        message = "the figures of this session stand in its text alone, and no total or report counts them"
        hint = "`sessions check --fix` moves them into the frontmatter"
    else:
        message = "nothing is filled in here, and no total or report counts this session"
        hint = "fill in the usage table; `sessions check --fix` then moves it into the frontmatter"
    repair = MoveTables() if account.figures.rows else None
    yield warning("handwritten", place, message, hint, repair=repair)


def check_figures(session: Session, settings: Settings) -> Iterator[Problem]:
    """What stands where a number belongs and is none: without it nothing that depends on it can be checked."""
    account = account_of(session, settings)
    for figure in _figures(account) if account else ():
        if account and figure.wrong:
            hint = _THOUSANDS if figure.wrong == NOT_WHOLE else "write a number, or `-` where there is none"
            yield error("figure", account.place(figure.place), f"{shown(figure.text)} {figure.wrong}", hint)


def _figures(account: Account) -> Iterator[Figure]:
    for table in account.figures.usage:
        for line in (*table.rows, *table.sums):
            yield from line.figures
    for part in account.figures.parts:
        yield part.cost
    for running in account.figures.running:
        for each in running.lines:
            if each.of:
                yield from (each.own, each.project)


RULES = (
    Rule(
        "handwritten",
        Severity.WARNING,
        "a session's figures stand in its frontmatter, where they are counted",
        check_handwritten,
        notes=True,
    ),
    Rule("figure", Severity.ERROR, "a figure written by hand can be read as a number", check_figures, notes=True),
    *handwritten_rows.RULES,
    *handwritten_models.RULES,
    *handwritten_sums.RULES,
    *handwritten_breakdown.RULES,
    *handwritten_running.RULES,
    *handwritten_times.RULES,
    *handwritten_rates.RULES,
)
