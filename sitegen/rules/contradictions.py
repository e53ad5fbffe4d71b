"""The rule about words of one file that contradict its figures or each other: hints, told when asked for."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from sitegen.display import count, plain
from sitegen.errors import Problem, Severity, note
from sitegen.handwritten import read_figures
from sitegen.handwritten.pricing import counts_of, is_counted
from sitegen.rules.rule import Rule
from sitegen.rules.stems import stems
from sitegen.rules.words import Item, items_of, place, shown, unfilled_lines
from sitegen.session import Session
from sitegen.settings import Settings

_MOST = 200
HIGH = Decimal(2)
LOW = Decimal("0.5")
"""Output divided by everything the models read."""
_RATIO = re.compile(r"\b(?P<claim>high|low)\s+output\s*(?:/|to|:|÷)\s*input\b", re.IGNORECASE)
_APPLIED = re.compile(r"^✅\ufe0f?\s*")


def check_contradictions(session: Session, _: Settings) -> Iterator[Problem]:
    yield from _check_ratio(session)
    yield from _check_tips(session)


def _check_ratio(session: Session) -> Iterator[Problem]:
    claims = [(item, found) for item in items_of(session.body) if (found := _RATIO.search(item.text))]
    prompt, output = _tokens(session) if claims else (0, 0)
    if not prompt:
        return
    ratio = Decimal(output) / prompt
    for item, found in claims:
        high = found["claim"].lower() == "high"
        if ratio > HIGH if high else ratio < LOW:
            continue
        message = (
            f"the ratio of output to input is called {found['claim'].lower()}: {count(output)} ÷ {count(prompt)} is "
            f"{plain(ratio.quantize(Decimal('0.01')))}, and {'high is above' if high else 'low is below'} "
            f"{plain(HIGH if high else LOW)}"
        )
        yield note("contradiction", place(session, item.line.number, item.column + found.start()), message)


def _tokens(session: Session) -> tuple[int, int]:
    """What the models read and wrote; zeros where a count is missing."""
    if session.rows:
        return session.totals.counts.prompt, session.totals.counts.output
    rows = read_figures(session.body).rows
    if not all(is_counted(row) for row in rows):
        return 0, 0
    counts = [counts_of(row) for row in rows]
    return sum(each.prompt for each in counts), sum(each.output for each in counts)


def _check_tips(session: Session) -> Iterator[Problem]:
    """What is ticked off as done, or went well, against what is to be improved, where they speak of the same thing."""
    unfilled = unfilled_lines(session.body)
    items = [item for item in items_of(session.body) if item.line.number not in unfilled]
    wishes = _with_stems(item for item in items if "improvement" in item.line.heading)
    praise = _with_stems(item for item in items if "went well" in item.line.heading)
    for tip, words in _with_stems(item for item in items if _APPLIED.match(item.text)):
        against = [(wish, other) for wish, other in wishes if words & other]
        beside = [well for well, own in praise if words & own and any(own & other for _, other in against)]
        if against:
            places = (*beside, *(wish for wish, _ in against))
            also = tuple(place(session, item.line.number, item.column) for item in places)
            message = f"{shown(tip.text)} is ticked off, and {shown(against[0][0].text)} is to be improved"
            yield note("contradiction", place(session, tip.line.number, tip.column), message, also=also)


def _with_stems(items: Iterable[Item]) -> list[tuple[Item, frozenset[str]]]:
    return [(item, stems(item.text)) for item in islice(items, _MOST)]


RULES = (
    Rule(
        "contradiction",
        Severity.NOTE,
        "what went well is not what is to be improved, nor what the figures deny",
        file=check_contradictions,
        notes=True,
        asked_for=True,
    ),
)
