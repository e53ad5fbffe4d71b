"""The rules of `sessions check`: one function for each, over the ledger as a value.

To add a rule, write its function in a module here and name it in `RULES`. `since` is the schema version from
which it holds: files of an older version are passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sitegen.errors import Problem, Severity, sorted_problems
from sitegen.ledger import Ledger
from sitegen.rules.claims import check_claimed_twice
from sitegen.rules.files import RUNNING, check_blocks, check_file_date, check_placeholders
from sitegen.rules.money import check_price_book, check_row_costs, check_totals, check_unpriced
from sitegen.rules.times import check_times

Check = Callable[[Ledger], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`reason` says in one line what the rule is for."""

    name: str
    reason: str
    check: Check
    since: int = 1


RULES: tuple[Rule, ...] = (
    Rule("row-cost", "a row's cost is its tokens times the prices written in the file", check_row_costs),
    Rule("totals", "the totals are the sums of the rows", check_totals),
    Rule("unpriced", "a response without a known price is named, never counted as free", check_unpriced),
    Rule("price-book", "the prices in the file are those of the list that it names", check_price_book),
    Rule("stale-block", "a generated table says what the frontmatter says", check_blocks),
    Rule("times", "times are in order and inside the session", check_times),
    Rule("claimed-twice", "no response is counted in two files", check_claimed_twice),
    Rule("placeholder", "a completed session has nothing left to fill in", check_placeholders),
    Rule("file-date", "a file's name begins with the day its session began", check_file_date),
)


def check_ledger(ledger: Ledger) -> tuple[Problem, ...]:
    """Every problem of the ledger, sorted, each with the severity that `sessions.toml` gives its rule."""
    found = [*ledger.problems]
    for rule in RULES:
        if ledger.settings.severities.get(rule.name) != "off":
            found += rule.check(ledger)
    found = list(_told_once(found, ledger))
    levelled = (_levelled(problem, ledger.settings.severities.get(problem.rule)) for problem in found)
    return sorted_problems([problem for problem in levelled if problem is not None])


def _told_once(problems: Sequence[Problem], ledger: Ledger) -> Iterator[Problem]:
    """Less the tables that are stale only because numbers are wrong: in files whose rows or totals do not hold,
    and running totals in their projects. The cure of the numbers renders the tables anew.
    """
    wrong = {problem.location.path for problem in problems if problem.rule in ("row-cost", "totals")}
    wrong |= ledger.unsound
    projects = {session.project for session in ledger.sessions if session.path in wrong}
    project_of = {session.path: session.project for session in ledger.sessions}
    for problem in problems:
        path = problem.location.path
        follows = path in wrong or (RUNNING in problem.message and project_of.get(path) in projects)
        if problem.rule != "stale-block" or not follows:
            yield problem


def _levelled(problem: Problem, level: str | None) -> Problem | None:
    if level is None:
        return problem
    return None if level == "off" else replace(problem, severity=Severity(level))
