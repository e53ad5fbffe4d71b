"""Why another tool's figure of a session differs from ours, cause by cause.

Two questions for each model: which tokens it counted, and what it charged for them. A cause is told for sure where
the known ways of other tools, taken together, give its very figure. Where none does, only what the tool is known to
do is told, and the rest is left as it is: not explained.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from sitegen.explaining.causes import Cause, Difference, difference_of, is_binary_noise
from sitegen.explaining.charges import sum_of
from sitegen.explaining.counting import Way
from sitegen.explaining.other_tools import CCUSAGE, TOKSCALE, ToolModel
from sitegen.explaining.pricing import (
    BATCH,
    FAST,
    MARGIN,
    SEARCHES,
    SHORT_WRITES,
    STEPS,
    TODAY,
    US,
    Books,
    cost_of,
    in_order,
    merged,
    telling_steps,
    together,
)
from sitegen.explaining.reported import family_of
from sitegen.explaining.units import Unit, counts_of
from sitegen.prices.unit_prices import EXACT
from sitegen.tokens import TokenCounts
from sitegen.transcripts import SummedCounts

KNOWN_STEPS: Mapping[str, tuple[str, ...]] = {
    CCUSAGE: (TODAY, US, BATCH, MARGIN, SEARCHES),
    TOKSCALE: (TODAY, US, BATCH, FAST, MARGIN, SHORT_WRITES, SEARCHES),
}
"""What each tool is known to do, whatever its version."""
_OTHER_COUNTS = "other-counts"
_WRITES = ("cache_write_5m", "cache_write_1h")
_MOST_WAYS = 3
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool says of the tokens and the cost of a session; `models` are empty where it gives no cost for each."""

    counts: SummedCounts
    cost: Decimal
    models: tuple[ToolModel, ...]


def compare(
    tool: str, ours: Decimal, units: Sequence[Unit], told: Told, ways: Sequence[Way], books: Books
) -> Difference:
    """`ours` is the total of the file; what no unit holds of it is left in the rest."""
    by_model = bool(told.models) and all(model.cost is not None for model in told.models)
    causes: list[Cause] = []
    for name, theirs in _scopes(told, units, ways, by_model=by_model).items():
        mine = [unit for unit in units if not by_model or family_of(unit.model) == name]
        scoped = [_within(way, name if by_model else None) for way in ways]
        causes += _of_scope(tool, name, mine, theirs, scoped, books)
    return difference_of(ours, told.cost, causes)


def _scopes(told: Told, units: Sequence[Unit], ways: Sequence[Way], *, by_model: bool) -> dict[str, ToolModel]:
    """By model where the tool says what each of them cost, else all of them as one."""
    if not by_model:
        return {"": ToolModel("", told.counts, told.cost)}
    found: dict[str, ToolModel] = {}
    for model in told.models:
        name = family_of(model.model)
        known = found.get(name, ToolModel(model.model, SummedCounts(), Decimal()))
        found[name] = ToolModel(known.model, known.counts + model.counts, sum_of((known.cost, model.cost)))
    counted = [*units, *(unit for way in ways if way.is_sure for unit in way.change(()))]
    for unit in counted:
        found.setdefault(family_of(unit.model), ToolModel(unit.model, SummedCounts(), Decimal()))
    return found


def _within(way: Way, family: str | None) -> Way:
    """What a way adds belongs to one model alone."""
    if family is None:
        return way

    def change(units: Sequence[Unit]) -> list[Unit]:
        return [unit for unit in way.change(units) if family_of(unit.model) == family]

    return Way(way.name, way.words, change, way.is_sure)


def _of_scope(
    tool: str, name: str, units: Sequence[Unit], theirs: ToolModel, ways: Sequence[Way], books: Books
) -> list[Cause]:
    counted, causes = _taken([way for way in ways if way.is_sure], units)
    if not counted:
        return [
            *causes,
            Cause("not-in-file", f"{name or 'tokens'}: the file has no row of it", theirs.cost or Decimal()),
        ]
    found = _fitting_ways(counted, theirs.counts, [way for way in ways if not way.is_sure])
    if found is None:
        off = _filling_units(counted, theirs.counts)
        causes += (Cause(_OTHER_COUNTS, _off_words(name, kind, unit), unit.list_cost) for kind, unit in off.items())
        counted += off.values()
    else:
        counted, more = _taken(found, counted)
        causes += more
    return [*causes, *_price_causes(tool, name, counted, theirs, books)]


def _taken(ways: Iterable[Way], units: Sequence[Unit]) -> tuple[list[Unit], list[Cause]]:
    """The units after these ways to count, and what each of them adds at the prices of the file."""
    counted, causes = list(units), []
    for way in ways:
        changed = way.change(counted)
        before, after = (sum_of(unit.list_cost for unit in each) for each in (counted, changed))
        causes.append(Cause(way.name, way.words, EXACT.subtract(after, before)))
        counted = changed
    return counted, causes


def _fitting_ways(units: Sequence[Unit], theirs: SummedCounts, ways: Sequence[Way]) -> tuple[Way, ...] | None:
    """The fewest ways that together give exactly their counts; none where ours are theirs."""
    if counts_of(units) == theirs:
        return ()
    telling = [way for way in ways if counts_of(way.change(units)) != counts_of(units)]
    for number in range(1, _MOST_WAYS + 1):
        for chosen in combinations(telling, number):
            if counts_of(_taken(chosen, units)[0]) == theirs:
                return chosen
    return None


def _filling_units(units: Sequence[Unit], theirs: SummedCounts) -> dict[str, Unit]:
    """By kind: what their counts are off by, at the prices that most of the tokens have."""
    off = theirs - counts_of(units)
    most = max(units, key=lambda unit: unit.counts.tokens if unit.prices else -1)
    lifetimes = [kind for kind in _WRITES if any(getattr(unit.counts, kind) for unit in units)]
    kinds = {"input": off.input, "cache_read": off.cache_read, "output": off.output}
    kinds[lifetimes[0] if len(lifetimes) == 1 else _WRITES[0]] = off.cache_write
    return {
        kind: replace(most, counts=TokenCounts(**{kind: number}), web_searches=0, lines=())
        for kind, number in kinds.items()
        if number
    }


def _off_words(name: str, kind: str, unit: Unit) -> str:
    number = getattr(unit.counts, kind)
    words = kind.replace("_", " ").replace(" 5m", "").replace(" 1h", "")
    return f"{name or 'in all'}: {abs(number):,} {words} tokens {'more' if number > 0 else 'fewer'} there"


def _price_causes(tool: str, name: str, units: Sequence[Unit], theirs: ToolModel, books: Books) -> Iterator[Cause]:
    ours, cost = sum_of(unit.list_cost for unit in units), theirs.cost or Decimal()
    if all(unit.prices is None for unit in units):
        yield Cause("unpriced-here", f"{name}: no price of it is in the file", cost)
    elif not cost:
        if theirs.counts.tokens:
            yield Cause("unknown-model", f"{name}: no price of it is known there, so it counts as $0", -ours)
    elif not is_binary_noise(EXACT.subtract(ours, cost), cost):
        few = merged(units)
        taken: list[str] = []
        for step in in_order(_steps(tool, few, cost, books)):
            before = cost_of(few, taken, books) or Decimal()
            taken.append(step)
            yield Cause(step, STEPS[step], EXACT.subtract(cost_of(few, taken, books) or before, before))


def _steps(tool: str, units: Sequence[Unit], theirs: Decimal, books: Books) -> Collection[str]:
    """The fewest steps that give exactly their cost; where none do, those that the tool is known to take."""
    telling = list(telling_steps(units, books))
    known = [step for step in KNOWN_STEPS[tool] if step in telling]
    telling.sort(key=lambda step: step not in known)
    for number in range(1, _MOST_STEPS + 1):
        for chosen in filter(together, combinations(telling, number)):
            cost = cost_of(units, chosen, books)
            if cost is not None and is_binary_noise(EXACT.subtract(cost, theirs), theirs):
                return chosen
    return known if cost_of(units, known, books) is not None else ()
