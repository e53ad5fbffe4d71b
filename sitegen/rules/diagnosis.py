"""One root cause told once: which single mistake explains several problems of a file.

Nothing is taken for the cause unless the rules, run again on the file without it, find at least two problems less and
no new one, save for lines of tables that more than one mistake makes wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from itertools import islice

from sitegen.errors import Problem, RenderBlocks, Repair, SetValue, Severity
from sitegen.rules import blocks, claims, files, money, times
from sitegen.rules.rule import Rule
from sitegen.rules.suppositions import suppositions
from sitegen.rules.trials import Supposition, supposing
from sitegen.rules.unexplained import told_plainly
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.slips import explain_number

_WORDS = {
    "claimed-twice": "",
    "row-cost": "the cost",
    "totals": "the totals",
    "times": "the other times",
    "stale-block": "the tables",
    "price-book": "the price list",
    "file-date": "the file's name",
}
"""The rules whose problems may have one cause, and who it is that speaks through them. The cause goes by the first."""
RELATED = frozenset(_WORDS)
"""Where one of these tells of an error, the numbers of the file are not to be added to those of others."""
_ONE = frozenset({"the cost", "the price list", "the file's name"})
_RULES = tuple(
    rule
    for rule in dict.fromkeys((*claims.RULES, *money.RULES, *blocks.RULES, *times.RULES, *files.RULES))
    if rule.name in _WORDS and rule.file is not None
)
_BY_MACHINE = frozenset({"started", "ended", "active", "source", "usage", "totals", "prices"})
_NOT_DERIVED = "put it right, or run `sessions fill` to derive all figures anew"
_NOT_RENDERED = "put it right, or run `sessions fill` to render the tables anew"
_MOST_CAUSES = 3
_MOST_PLACES = 20
_LEAST_TRIALS, _MOST_TRIALS, _ROWS_TRIED = 8, 80, 2000
"""A trial of a file takes time by its rows, so that the more rows it has, the fewer trials it gets."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """A mistake that explains problems, the session without it, and what is still wrong then."""

    problem: Problem
    session: Session
    left: tuple[Problem, ...]


def diagnosed(
    session: Session, problems: Sequence[Problem], settings: Settings, every_rule: Iterable[Rule] = ()
) -> tuple[Problem, ...]:
    """The problems of one file: those with one cause as one, where the cause is.

    With `every_rule` those of other rules that the same cause brought about are left out as well.
    """
    left = tuple(problem for problem in problems if _is_of_frontmatter(problem, session))
    if not left:
        return tuple(problems)
    others = [problem for problem in problems if not _is_of_frontmatter(problem, session)]
    causes: list[Problem] = []
    supposed = session
    rules = [rule for rule in _RULES if settings.severities.get(rule.name) != "off" and session.schema >= rule.since]
    while len(left) > 1 and len(causes) < _MOST_CAUSES and (cause := _best(supposed, left, settings, rules)):
        causes.append(cause.problem)
        supposed, left = cause.session, cause.left
    if causes:
        others = _still_there(others, supposed, settings, every_rule)
    return (*others, *causes, *told_plainly(supposed, left, settings))


def _is_of_frontmatter(problem: Problem, session: Session) -> bool:
    """Or of a table made from it. Figures that a person typed into the body have rules of the same names."""
    in_front = problem.location.line < session.document.body_line
    return problem.rule == "stale-block" or (problem.rule in RELATED and in_front)


def _still_there(
    problems: Sequence[Problem], supposed: Session, settings: Settings, every_rule: Iterable[Rule]
) -> list[Problem]:
    """Those that are told of the session without the causes, too, and those of rules that cannot be asked."""
    told = {problem.rule for problem in problems}
    asked = [rule for rule in every_rule if rule.file is not None and rule.name in told]
    still = {_sign(problem) for rule in asked if rule.file for problem in rule.file(supposed, settings)}
    names = {rule.name for rule in asked}
    return [problem for problem in problems if problem.rule not in names or _sign(problem) in still]


def _best(session: Session, problems: Sequence[Problem], settings: Settings, rules: Sequence[Rule]) -> _Cause | None:
    """What leaves the fewest problems; the first supposition that leaves none."""
    best: _Cause | None = None
    trials = max(_LEAST_TRIALS, min(_MOST_TRIALS, _ROWS_TRIED // (len(session.rows) + 1)))
    for supposition in islice(suppositions(session, problems), trials):
        cause = _tried(session, problems, supposition, settings, rules)
        if cause and (best is None or len(cause.left) < len(best.left)):
            best = cause
            if not best.left:
                break
    return best


def _tried(
    session: Session, problems: Sequence[Problem], supposition: Supposition, settings: Settings, rules: Sequence[Rule]
) -> _Cause | None:
    trial = supposing(session, supposition.data)
    if trial is None:
        return None
    known = {_sign(problem) for problem in problems}
    left: list[Problem] = []
    for rule in rules:
        for problem in rule.file(trial, settings) if rule.file else ():
            if _sign(problem) not in known and problem.rule != "stale-block":
                return None
            left.append(problem)
    if len(left) > len(problems) - 2:
        return None
    still = set(map(_sign, left))
    explained = [problem for problem in problems if _sign(problem) not in still]
    return _Cause(_told(supposition, explained), trial, tuple(left))


def _sign(problem: Problem) -> tuple[object, ...]:
    """What tells a problem from others, whatever figures it names. Of a stale line the first stale cell is told."""
    column = 0 if problem.rule == "stale-block" else problem.location.column
    return problem.rule, problem.location.line, column


def _told(supposition: Supposition, explained: Sequence[Problem]) -> Problem:
    """As a rule tells it already, if one does so at that very value; else in words of its own."""
    for problem in explained:
        if isinstance(supposition.repair, SetValue) and problem.repair == supposition.repair:
            return replace(problem, hint=_slip(supposition) or problem.hint)
    named = min(explained, key=lambda p: (p.severity is not Severity.ERROR, list(_WORDS).index(p.rule)))
    by_tables = all(problem.rule == "stale-block" for problem in explained)
    return Problem(
        named.rule,
        named.severity,
        supposition.location,
        _message(supposition, explained),
        _slip(supposition) or (_NOT_RENDERED if by_tables else _NOT_DERIVED),
        supposition.stated,
        supposition.expected,
        also=tuple(problem.location for problem in explained[:_MOST_PLACES]) if by_tables else (),
        repair=_repair(supposition, by_tables=by_tables),
    )


def _message(supposition: Supposition, explained: Sequence[Problem]) -> str:
    rules = {problem.rule for problem in explained}
    named = [words for rule, words in _WORDS.items() if words and rule in rules]
    if sum(problem.rule == "row-cost" for problem in explained) > 1:
        named = ["the costs" if words == "the cost" else words for words in named]
    *others, last = named
    who = f"{', '.join(others)} and {last}" if others else last
    verb = supposition.verb.replace("say", "says").replace("have", "has") if set(named) <= _ONE else supposition.verb
    if supposition.expected is None:
        return f"{supposition.message} ({who} {verb})"
    stated = "stated nothing" if supposition.stated is None else f"stated {supposition.stated}"
    return f"{supposition.message}: {stated}, expected {supposition.expected} ({who} {verb})"


def _slip(supposition: Supposition) -> str | None:
    try:
        slip = explain_number(Decimal(supposition.stated or ""), Decimal(supposition.expected or ""))
    except DecimalException:
        return None
    return slip and f"{slip}; put it right"


def _repair(supposition: Supposition, *, by_tables: bool) -> Repair | None:
    """What only tables contradict may be newer than they are; of what a machine wrote that is not likely."""
    if not by_tables:
        return supposition.repair
    is_typed = bool(supposition.keys) and supposition.keys[0] not in _BY_MACHINE
    return RenderBlocks() if is_typed else None
