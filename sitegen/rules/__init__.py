"""The rules of `sessions check`: one function for each, from values to problems.

To add a rule, write its function in a module here, name it in that module's `RULES`, and the module below.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sitegen.errors import Problem, Severity
from sitegen.rules import claims, files, money, reading, times
from sitegen.rules.rule import Rule, Together
from sitegen.session import Session
from sitegen.settings import Settings

RULES: tuple[Rule, ...] = (*reading.RULES, *money.RULES, *files.RULES, *times.RULES, *claims.RULES)
_SUMS = frozenset({"row-cost", "totals"})
"""Whoever breaks one of these makes tables and running totals wrong as well."""


def check_file(session: Session, settings: Settings) -> tuple[Problem, ...]:
    """What is wrong with one file on its own. Only for files that were read without an error."""
    found: list[Problem] = []
    for rule in RULES:
        if rule.file is not None and _applies(rule, settings) and _concerns(rule, session):
            found += rule.file(session, settings)
    return tuple(_told_once(found))


def check_together(together: Together) -> tuple[Problem, ...]:
    """What is wrong with files that each on its own are right."""
    found: list[Problem] = []
    for rule in RULES:
        if rule.ledger is not None and _applies(rule, together.settings):
            found += rule.ledger(together)
    return tuple(found)


def adds_up(problems: Iterable[Problem]) -> bool:
    return not any(problem.rule in _SUMS for problem in problems)


def levelled(problems: Iterable[Problem], settings: Settings) -> tuple[Problem, ...]:
    """With the severities that `sessions.toml` gives the rules, less what it switches off."""
    pairs = ((problem, settings.severities.get(problem.rule)) for problem in problems)
    return tuple(
        problem if level is None else replace(problem, severity=Severity(level))
        for problem, level in pairs
        if level != "off"
    )


def _applies(rule: Rule, settings: Settings) -> bool:
    return settings.severities.get(rule.name, "off" if rule.asked_for else "on") != "off"


def _concerns(rule: Rule, session: Session) -> bool:
    return session.schema >= rule.since and (rule.notes or not session.is_note)


def _told_once(problems: Sequence[Problem]) -> Sequence[Problem]:
    """Less the tables that are stale only because numbers are wrong: the cure of those renders them anew."""
    if adds_up(problems):
        return problems
    return [problem for problem in problems if problem.rule != "stale-block"]
