"""Rules about claims in words: what is ticked has its number, and what is said of the numbers fits their source."""

import re
from collections.abc import Iterable, Iterator

from sitegen.body import Line
from sitegen.errors import Location, Problem, Severity, error, warning
from sitegen.handwritten.numbers import is_nothing, is_unfilled
from sitegen.rules.rule import Rule
from sitegen.rules.words import Item, fields_of, items_of, place, shown, words_of
from sitegen.session import Session
from sitegen.settings import Settings

_NO_RELATION = r"(?!(?:to|for|in|of|from|with|by|before|after|about|into|on)\b)"
_ADDED_TESTS = re.compile(
    r"(?<!no )(?<!not )\b(?:add(?:ed)?|wrote|written|created?|implemented)\b"
    rf"(?:[ -]{_NO_RELATION}\w+){{0,5}} tests\b"
    r"|(?<!no )\btests (?:were |have been |are )?(?:added|written)\b",
    re.IGNORECASE,
)
_COVERAGE = r"(?:[ -]\w+){0,3} (?:test|code)[ -]coverage\b"
_REVIEW_OF_COVERAGE = re.compile(rf"\breview(?:ed)?\b{_COVERAGE}", re.IGNORECASE)
_CLAIM_OF_COVERAGE = re.compile(
    rf"\b(?:reviewed|raised|improved|increased|measured|reached)\b{_COVERAGE}", re.IGNORECASE
)
_ZERO = re.compile(r"0+(?:\.0+)?\s*%?$")

_EXACT = (
    re.compile(r"\bno estimat(?:ion|es?)(?: (?:needed|required|necessary)| errors?)\b", re.IGNORECASE),
    re.compile(r"\b100 ?% (?:accurate|exact)\b", re.IGNORECASE),
    re.compile(r"\bexact (?:token (?:counts?|usage)|costs?|api costs?)\b", re.IGNORECASE),
)
"""What no one can say of numbers that were typed or estimated."""
_BILLED = (
    re.compile(r"\bactual (?:billing|billed|invoiced?) (?:data|amounts?|costs?)\b", re.IGNORECASE),
    re.compile(r"\b(?:costs?|amounts?|totals?|prices?) as (?:billed|invoiced)\b", re.IGNORECASE),
    re.compile(r"\b(?:costs?|amounts?|totals?) (?:is|are) (?:exactly )?what (?:was|is) billed\b", re.IGNORECASE),
)
"""What no one can say of numbers that were never compared with an invoice."""
_ABOUT_NUMBERS = re.compile(r"\b(?:tokens?|costs?|api|usage|billing|billed|spend)\b", re.IGNORECASE)
_GUESSED = {"manual": "typed by hand", "estimate": "estimated"}
_DENIED = re.compile(r"\b(?:not|never|no|without|isn't|isn’t|aren't|cannot|can't|instead of)\b", re.IGNORECASE)


def check_claims_without_number(session: Session, _: Settings) -> Iterator[Problem]:
    """Only of sessions that are over: what is still at work has its numbers to come."""
    if not (session.is_note or session.state == "complete"):
        return
    tests = _missing(session, "tests_added", "tests added", "new tests")
    coverage = _missing(session, "coverage", "test coverage", "coverage", "code coverage")
    for item in items_of(session.body):
        if tests is not None and item.is_ticked and _ADDED_TESTS.search(item.text):
            what = "is ticked, and the number of tests added is"
            yield _unfounded(session, item, f"{what} {tests[0]}", tests[1])
        elif coverage is not None and _claims_coverage(item):
            yield _unfounded(session, item, f"needs the test coverage, and it is {coverage[0]}", coverage[1])


def _claims_coverage(item: Item) -> bool:
    if item.is_ticked and _CLAIM_OF_COVERAGE.search(item.text):
        return True
    return bool(item.box) and bool(_REVIEW_OF_COVERAGE.search(item.text))


def _unfounded(session: Session, item: Item, what: str, also: tuple[Location, ...]) -> Problem:
    where = place(session, item.line.number, item.column)
    hint = "state the number, or reword the item"
    return warning("claim-without-number", where, f"{shown(item.text)} {what}", hint, also=also)


def _missing(session: Session, key: str, *names: str) -> tuple[str, tuple[Location, ...]] | None:
    """How the number is missing, and where it should stand; None where it is stated, or a note has no place for it."""
    fields = [field.value for field in fields_of(session.body) if field.name in names]
    if session.code.get(key) or not all(_says_none(value.text) for value in fields):
        return None
    if key in session.code:
        return "0", (session.locate("code", key),)
    if not fields:
        return None if session.is_note else ("not stated", ())
    places = tuple(place(session, value.line, value.column) for value in fields)
    return ("0" if _ZERO.match(fields[0].text) else "blank"), places


def _says_none(text: str) -> bool:
    return not text or is_unfilled(text) or is_nothing(text) or bool(_ZERO.match(text))


def check_claims_of_source(session: Session, _: Settings) -> Iterator[Problem]:
    kind = "manual" if session.is_note else session.source.kind if session.source else ""
    for line in words_of(session.body):
        if not (_ABOUT_NUMBERS.search(line.text) or "estimat" in line.heading):
            continue
        if kind in _GUESSED:
            yield from _false(session, line, _EXACT, f"numbers that were {_GUESSED[kind]}")
        if session.billed is None:
            yield from _false(session, line, _BILLED, "a cost that was never compared with an invoice")


def _false(session: Session, line: Line, claims: Iterable[re.Pattern[str]], of: str) -> Iterator[Problem]:
    for found in filter(None, (claim.search(line.text) for claim in claims)):
        if not _DENIED.search(line.text[: found.start()]):
            where = place(session, line.number, found.start() + 1)
            hint = "say what they are: list prices times tokens that were counted, typed or estimated"
            yield error("claim-of-source", where, f"{shown(found[0])} is claimed of {of}", hint)


RULES = (
    Rule(
        "claim-without-number",
        Severity.WARNING,
        "what is ticked and can be counted has its number",
        file=check_claims_without_number,
        notes=True,
    ),
    Rule(
        "claim-of-source",
        Severity.ERROR,
        "what is said of the numbers fits where they come from",
        file=check_claims_of_source,
        notes=True,
    ),
)
