"""The rules of `sessions check`: one function for each, from values to problems.

To add a rule, write its function in a module here, name it in that module's `RULES`, and the module below.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sitegen.errors import Location, Problem, Severity, error
from sitegen.rules import (
    billed,
    body_words,
    budgets,
    claims,
    commits,
    drift,
    exceptions,
    files,
    handwritten,
    models,
    money,
    names,
    phases,
    price_contexts,
    privacy,
    projects,
    quality,
    reading,
    sources,
    states,
    times,
)
from sitegen.rules.diagnosis import RELATED, diagnosed
from sitegen.rules.exceptions import ALWAYS_TOLD
from sitegen.rules.rule import Rule, Together
from sitegen.session import Session
from sitegen.settings import FILE_NAME, Settings, did_you_mean

_MODULES = (
    reading,
    money,
    files,
    times,
    states,
    phases,
    models,
    price_contexts,
    sources,
    privacy,
    quality,
    billed,
    claims,
    names,
    projects,
    budgets,
    drift,
    commits,
    handwritten,
    body_words,
    exceptions,
)
RULES: tuple[Rule, ...] = tuple(rule for module in _MODULES for rule in module.RULES)
LISTED: tuple[Rule, ...] = tuple(
    replace(first, reason="; ".join(dict.fromkeys(each.reason for each in RULES if each.name == first.name)))
    for index, first in enumerate(RULES)
    if all(before.name != first.name for before in RULES[:index])
)
"""Each rule once, as a reader knows it: what holds for frontmatter and for hand-written figures has one name."""


def check_file(session: Session, settings: Settings) -> tuple[Problem, ...]:
    """What is wrong with one file on its own. Only for files that were read without an error."""
    found: list[Problem] = []
    for rule in RULES:
        if rule.file is not None and _applies(rule, settings) and _concerns(rule, session):
            found += rule.file(session, settings)
    return diagnosed(session, found, settings, RULES)


def check_together(together: Together) -> tuple[Problem, ...]:
    """What is wrong with files that each on its own are right."""
    found: list[Problem] = []
    for rule in RULES:
        if rule.ledger is not None and _applies(rule, together.settings):
            found += rule.ledger(together)
    return (*found, *_wrong_severities(together.settings))


def _wrong_severities(settings: Settings) -> Iterator[Problem]:
    """What `[rules]` in `sessions.toml` says of rules that there are not, or that always hold."""
    names = {rule.name for rule in RULES}
    for name in settings.severities:
        place = Location(FILE_NAME, settings.rule_lines.get(name, 1))
        if name not in names:
            hint = did_you_mean(name, names) or "docs/rules.md lists them all"
            yield error("settings", place, f"there is no rule `{name}`", hint)
        elif name in ALWAYS_TOLD:
            yield error("settings", place, f"rule `{name}` cannot be changed", "delete the line")


def adds_up(problems: Iterable[Problem]) -> bool:
    """Whether other files can count on the figures of this one."""
    return not any(problem.rule in RELATED and problem.severity is Severity.ERROR for problem in problems)


def levelled(problems: Iterable[Problem], settings: Settings) -> tuple[Problem, ...]:
    """With the severities that `sessions.toml` gives the rules, less what it switches off."""
    changed = {name: level for name, level in settings.severities.items() if name not in ALWAYS_TOLD}
    pairs = ((problem, changed.get(problem.rule)) for problem in problems)
    return tuple(
        problem if level is None else replace(problem, severity=Severity(level))
        for problem, level in pairs
        if level != "off"
    )


def _applies(rule: Rule, settings: Settings) -> bool:
    if rule.name in ALWAYS_TOLD:
        return True
    return settings.severities.get(rule.name, "off" if rule.asked_for else "on") != "off"


def _concerns(rule: Rule, session: Session) -> bool:
    return session.schema >= rule.since and (rule.notes or not session.is_note)
