"""Why a ledger and a bill may differ: only what the figures allow, in plain words, the likeliest first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sitegen.bills import SEARCH, BilledTokens
from sitegen.display import plain
from sitegen.reconciling.costs import PriceLine, PriceState
from sitegen.reconciling.logs import DayLogs, State


@dataclass(frozen=True, slots=True)
class Compared:
    """`model_days_off`: models whose days differ and whose sums over all days agree."""

    logs: Sequence[DayLogs]
    prices: Sequence[PriceLine]
    billed: Sequence[BilledTokens]
    days: tuple[date, date]
    only_shifted: Sequence[str]
    elsewhere: int


def reasons_for(compared: Compared) -> tuple[str, ...]:
    return tuple(reason for find in _FINDERS for reason in find(compared))


def _off(compared: Compared) -> list[DayLogs]:
    return [one for one in compared.logs if one.state is State.DIFFERS]


def _midnight(compared: Compared) -> Iterator[str]:
    if any(one.state is State.NEXT_DAY for one in compared.logs):
        yield (
            "a row stands on the day its interaction began: some went on after midnight UTC, and their days agree "
            "only together"
        )
    if compared.only_shifted:
        names = ", ".join(compared.only_shifted)
        yield (
            f"over the whole period {names} agrees to the token: only the days differ, as they do where a row's day "
            "is not the UTC day on which its responses came"
        )
        return
    off = {one.cell: one.differences() for one in _off(compared)}
    edges = [one for one in _off(compared) if one.cell.day in compared.days and one.logged.past_midnight]
    if any(min(off[one.cell].values()) >= 0 for one in edges):
        yield "a session went on past midnight UTC at an end of the period: part of it is billed on a day outside"


def _other_machines(compared: Compared) -> Iterator[str]:
    bare = [one for one in _off(compared) if not one.logged.paths]
    if bare:
        yield (
            f"{_days(len(bare))} billed with no session at all: another machine, another person or program with "
            "the same account, or a run that left no transcript"
        )
    small = {one.cell.model for one in bare if "haiku" in one.cell.model}
    if small:
        yield f"{', '.join(sorted(small))} may be the agent's own small calls, which no transcript tells of"


def _low(compared: Compared) -> Iterator[str]:
    off = [(one, one.differences()) for one in _off(compared) if one.logged.paths]
    only_output = [one for one, kinds in off if kinds.keys() == {"output"} and kinds["output"] < 0]
    if only_output:
        yield (
            f"on {_days(len(only_output))} only the output is low: sub-agents whose output count was never made final "
            "leave their start value"
        )
    low = [kinds for one, kinds in off if one not in only_output and max(kinds.values()) <= 0]
    if low:
        yield (
            f"on {_days(len(low))} the files have a part of what was billed: other machines, runs that logged no turn, "
            "or transcripts not imported yet"
        )
    if any(SEARCH in kinds for _, kinds in off):
        yield "the number of web searches differs: they are billed one by one, beside the tokens"


def _floors(compared: Compared) -> Iterator[str]:
    floors = [one for one in compared.logs if one.logged.output_floor]
    if floors:
        yield f"on {_days(len(floors))} files have rows with `output_floor`: their output is a lower bound (≥)"


def _more_logged(compared: Compared) -> Iterator[str]:
    more = [one for one in _off(compared) if max(one.differences().values()) > 0]
    unbilled = [one for one in more if not any(one.billed.values())]
    if unbilled:
        yield (
            f"{_days(len(unbilled))} in files and not billed: a subscription has no bill by the token; or another "
            "account paid"
        )
    if any(one.logged.manual for one in more):
        yield "rows typed by hand are among those that were not billed in full"
    if any(one.cell.day == compared.days[1] for one in more):
        yield "the bill may have been made before its last day was complete; it lags by some minutes as well"
    if compared.elsewhere:
        yield f"{compared.elsewhere} rows are of models that another provider bills: they were left out"


def _contexts(compared: Compared) -> Iterator[str]:
    wrong = {line.cell for line in compared.prices if line.state is PriceState.DIFFERS}
    wrong |= {one.cell for one in _off(compared)}
    known = {one.cell: one.logged.contexts for one in compared.logs}
    words = {
        word
        for row in compared.billed
        for word in row.context.words()
        for cell in wrong
        if (row.day, row.model) == (cell.day, cell.model) and row.context not in known.get(cell, frozenset())
    }
    if words:
        yield f"the bill has requests marked {', '.join(sorted(words))}, which no row of those days is: other prices"


def _discount(compared: Compared) -> Iterator[str]:
    lines = [line for line in compared.prices if line.paid.list_amount not in (None, line.paid.amount)]
    if lines:
        paid = sum(line.paid.amount for line in lines)
        listed = sum(line.paid.list_amount or Decimal() for line in lines)
        if listed:
            yield (
                f"the bill charges {_ratio(paid / listed)} of its own list price: a contract discount, "
                "`multiplier` in [prices] of sessions.toml"
            )
        return
    wrong = [line for line in compared.prices if line.state is PriceState.DIFFERS and line.expected.low]
    ratios = {_ratio(line.paid.amount / line.expected.low) for line in wrong}
    if len(ratios) == 1 and len(wrong) > 1:
        (ratio,) = ratios
        yield (
            f"all that differs is billed at {ratio} times our price: a discount or a surcharge, `multiplier` in "
            "[prices] of sessions.toml"
        )


def _prices(compared: Compared) -> Iterator[str]:
    why = sorted({line.expected.why for line in compared.prices if line.state is PriceState.UNPRICED})
    yield from (f"no price to compare with: {reason}" for reason in why)
    if any(line.state is PriceState.BETWEEN for line in compared.prices):
        yield (
            "where a price depends on the size of each request a bill does not tell enough: such costs are only held "
            "between the two prices"
        )
    wrong = [line for line in compared.prices if line.state is PriceState.DIFFERS]
    if any(not line.paid.amount for line in wrong):
        yield "there are tokens billed without a cost: the cost export has less than the usage export"
    if any(not line.expected.high and line.paid.amount for line in wrong):
        yield "there are costs billed without tokens: the usage export has less than the cost export"


def _days(number: int) -> str:
    return "1 day × model" if number == 1 else f"{number} days × models"


def _ratio(value: Decimal) -> str:
    return plain(value.quantize(Decimal("0.001"), ROUND_HALF_UP))


_FINDERS: tuple[Callable[[Compared], Iterator[str]], ...] = (
    _midnight, _low, _other_machines, _floors, _more_logged, _contexts, _discount, _prices
)  # fmt: skip
