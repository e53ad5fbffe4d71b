"""Wrong costs and the slips behind them: the one that explains most claims first, each told once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from sitegen.prices import PriceBook
from sitegen.slips.arithmetic import OTHER_ROW, count_slips, factor_slips, rounding_slips, writing_slips
from sitegen.slips.claims import CostClaim, Slip
from sitegen.slips.figures import ENOUGH_DIGITS
from sitegen.slips.other_prices import context_slips, date_slips, model_slips
from sitegen.slips.wording import are, named

MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class Explanation:
    """`words` end the sentence "the labels are exactly …": `what an input price of $30 per million gives: ten
    times too high`.
    """

    labels: tuple[str, ...]
    words: str


def explain_costs(claims: Sequence[CostClaim], book: PriceBook) -> tuple[Explanation, ...]:
    """One slip for as many of the wrong claims as it explains, then the rest in the same way.

    A claim that is right, or that no single slip explains, is in none. Among slips that explain as many, the more
    ordinary one is taken.
    """
    expected = [claim.expected for claim in claims]
    left = {index: _slips_of(claims, index, expected, book) for index in _wrong(claims)}
    explanations = []
    while found := _widest(claims, left):
        key, indices = found
        explanations.append(_explanation([claims[i] for i in indices], [left[i][key] for i in indices]))
        for index in indices:
            del left[index]
    return tuple(explanations)


def _wrong(claims: Sequence[CostClaim]) -> list[int]:
    expected = [claim.expected for claim in claims]
    return [i for i, amount in enumerate(expected) if amount is not None and not claims[i].is_met_by(amount)]


def _slips_of(
    claims: Sequence[CostClaim], index: int, expected: Sequence[Decimal | None], book: PriceBook
) -> dict[str, Slip]:
    """By key, those that give the stated figure."""
    claim, right = claims[index], expected[index]
    if right is None:
        return {}
    candidates = chain(
        rounding_slips(claim, right),
        factor_slips(claim, right),
        count_slips(claim),
        context_slips(claim, book),
        date_slips(claim, book),
        model_slips(claim, book),
        writing_slips(claim, right),
        _row_slips(claims, index, expected),
    )
    found: dict[str, Slip] = {}
    for slip in candidates:
        if claim.is_met_by(slip.amount) and claim.digits >= slip.least_digits:
            found.setdefault(slip.key, slip)
    return found


def _row_slips(claims: Sequence[CostClaim], index: int, expected: Sequence[Decimal | None]) -> Iterator[Slip]:
    """The right cost of another row. Each row has its own key: to copy two of them is two slips.

    The more rows there are the more digits it takes: one of a hundred has some three digits by chance.
    """
    least = ENOUGH_DIGITS + len(str(len(claims))) - 1
    claim = claims[index]
    for position, amount in enumerate(expected):
        if position != index and amount is not None and claim.is_met_by(amount):
            words = f"the cost of {claims[position].label}"
            yield Slip(f"row {position}", OTHER_ROW + position, amount, words, least_digits=least)


def _widest(claims: Sequence[CostClaim], left: dict[int, dict[str, Slip]]) -> tuple[str, list[int]] | None:
    explained: dict[str, list[int]] = {}
    for index, slips in left.items():
        for key in slips:
            explained.setdefault(key, []).append(index)
    told = [
        (-len(indices), left[indices[0]][key].rank, key)
        for key, indices in explained.items()
        if sum(claims[index].digits for index in indices) >= left[indices[0]][key].least_together
    ]
    if not told:
        return None
    key = min(told)[2]
    return key, explained[key]


def _explanation(claims: Sequence[CostClaim], slips: Sequence[Slip]) -> Explanation:
    first = slips[0]
    same = all(slip.words == first.words for slip in slips)
    words = first.words if same else first.general or first.words
    note = first.note if same or not first.general else ""
    return Explanation(tuple(claim.label for claim in claims), f"{words}: {note}" if note else words)


def hint_for_costs(claims: Sequence[CostClaim], book: PriceBook) -> str | None:
    """One text for all wrong claims, None where no slip explains any: `rows 22, 24 and 25 are exactly what an input
    price of $30 per million gives (ten times too high); row 23: no single slip explains it`.
    """
    explanations = explain_costs(claims, book)
    if not explanations:
        return None
    told = [_sentence(explanation) for explanation in explanations[:MOST_TOLD]]
    explained, others = _labels(explanations), _labels(explanations[MOST_TOLD:])
    if others:
        told.append(f"{named([claim.label for claim in claims if claim.label in others])}: other slips")
    rest = [claims[i].label for i in _wrong(claims) if claims[i].label not in explained]
    if rest:
        told.append(f"{named(rest)}: no single slip explains {'it' if len(rest) == 1 else 'them'}")
    return "; ".join(told)


def _labels(explanations: Sequence[Explanation]) -> list[str]:
    return [label for explanation in explanations for label in explanation.labels]


def _sentence(explanation: Explanation) -> str:
    words, _, note = explanation.words.partition(": ")
    behind = f" ({note})" if note else ""
    return f"{named(explanation.labels)} {are(explanation.labels)} exactly {words}{behind}"
