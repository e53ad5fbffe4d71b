"""The rule about budgets: what the sessions of a calendar month cost against what may be spent."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from sitegen.display import exact_usd, plain
from sitegen.errors import Location, Problem, Severity, warning
from sitegen.rules.facts import FileFacts
from sitegen.rules.rule import Rule, Together
from sitegen.settings import FILE_NAME

EVERYTHING = "all"
"""The key of the budget that all projects share."""


def check_budgets(together: Together) -> Iterator[Problem]:
    settings = together.settings
    for key, budget in settings.budgets.items():
        line = settings.budget_lines.get(key, 1)
        files = (file for file in together.files if file.sound and key in (EVERYTHING, file.project))
        for month, spent in sorted(_by_month(files).items()):
            if spent > budget:
                yield _overspent(Location(FILE_NAME, line), key, month, spent, budget)


def _by_month(files: Iterable[FileFacts]) -> Mapping[str, Decimal]:
    months: dict[str, Decimal] = {}
    for file in files:
        for month, cost in file.by_month.items():
            months[month] = months.get(month, Decimal()) + cost
    return months


def _overspent(place: Location, key: str, month: str, spent: Decimal, budget: Decimal) -> Problem:
    whose = "all sessions" if key == EVERYTHING else f"the sessions of `{key}`"
    figures = f"{exact_usd(spent)}, the budget is {exact_usd(budget)} ({exact_usd(spent - budget)} too much)"
    hint = "`sessions report --by session` shows what cost the most"
    return warning(
        "budget", place, f"{month}: {whose} cost {figures}", hint, stated=plain(spent), expected=plain(budget)
    )


RULES = (Rule("budget", Severity.WARNING, "a calendar month costs no more than its budget", ledger=check_budgets),)
