"""A ledger against a bill, by UTC day and model: two verdicts that do not depend on each other, and coverage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sitegen.bills import CREDIT, OTHER, Bill
from sitegen.prices import PriceBook
from sitegen.prices.unit_prices import EXACT
from sitegen.reconciling.costs import (
    ZERO,
    PriceLine,
    PriceState,
    compare_prices,
    compare_totals,
    of_tokens,
)
from sitegen.reconciling.coverage import (
    Coverage,
    LeftOver,
    coverage_of,
    coverage_of_totals,
    values_of,
    without_bill,
    without_session,
)
from sitegen.reconciling.days import logged_days
from sitegen.reconciling.logs import DayLogs, State, compare_logs
from sitegen.reconciling.reasons import Compared, reasons_for
from sitegen.session import Session

GOOD_PRICES = (PriceState.AGREES, PriceState.BETWEEN)


@dataclass(frozen=True)
class Reconciliation:
    """`logs` is None where no tokens billed are known, `prices` where no cost is.

    `by_files`: the prices were held against the list cost in the files, since no tokens billed are known.
    `uneven`: days of one half of the bill only, on which no price was held. `credits` and `other`: USD that no
    tokens explain, left out of every comparison. `models` are those whose sums over the whole period differ.
    """

    bill: Bill
    days: tuple[date, date]
    logs: tuple[DayLogs, ...] | None
    prices: tuple[PriceLine, ...] | None
    coverage: Coverage
    no_session: tuple[LeftOver, ...] = ()
    no_bill: tuple[LeftOver, ...] = ()
    by_files: bool = False
    uneven: int = 0
    credits: Decimal = ZERO
    other: Decimal = ZERO
    undated: int = 0
    elsewhere: int = 0
    models: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def logs_agree(self) -> bool | None:
        return None if self.logs is None else all(one.state is not State.DIFFERS for one in self.logs)

    @property
    def prices_agree(self) -> bool | None:
        return None if self.prices is None else all(line.state in GOOD_PRICES for line in self.prices)

    @property
    def agrees(self) -> bool:
        return self.logs_agree is not False and self.prices_agree is not False


def compare_with_bill(sessions: Iterable[Session], bill: Bill, book: PriceBook) -> Reconciliation | None:
    """None where the bill tells of no day. Rows of the ledger on other days than the bill's are passed over."""
    days = bill.days
    if days is None:
        return None
    logged = logged_days(sessions)
    here = {cell: sums for cell, sums in logged.cells.items() if days[0] <= cell.day <= days[1]}
    costs = of_tokens(bill.costs or ())
    unit = max((row.rounding for row in bill.costs or ()), default=ZERO)
    found = Reconciliation(
        bill,
        days,
        None,
        None,
        Coverage(ZERO, ZERO, complete=True, in_usd=True),
        credits=_total(bill, CREDIT),
        other=_total(bill, OTHER),
        undated=logged.undated,
        elsewhere=logged.elsewhere,
    )
    if bill.tokens is None:
        prices = compare_totals(here, costs, book, unit)
        found = replace(found, prices=prices, by_files=True, coverage=coverage_of_totals(prices))
    else:
        logs = compare_logs(here, bill.tokens)
        values = values_of(bill.tokens, book)
        found = replace(
            found,
            logs=logs,
            coverage=coverage_of(logs, values),
            no_session=without_session(logs, values),
            no_bill=without_bill(logs),
            models=_models_off(logs),
        )
        if bill.costs is not None:
            found = _with_prices(found, book, unit)
    return replace(found, reasons=reasons_for(_compared(found)))


def _with_prices(found: Reconciliation, book: PriceBook, unit: Decimal) -> Reconciliation:
    """Only for days that both halves of the bill tell of."""
    bill = found.bill
    tokens, costs = bill.tokens or (), of_tokens(bill.costs or ())
    spans = [span for span in (bill.token_days, bill.cost_days) if span]
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    billed = {row.day for row in tokens} | {row.day for row in costs}
    outside = {day for day in billed if not first <= day <= last}
    prices = compare_prices(
        [row for row in tokens if row.day not in outside], [row for row in costs if row.day not in outside], book, unit
    )
    return replace(found, prices=prices, uneven=len(outside))


def _models_off(logs: Sequence[DayLogs]) -> tuple[str, ...]:
    sums: dict[str, dict[str, int]] = {}
    for one in logs:
        model = sums.setdefault(one.cell.model, {})
        for kind, off in one.differences().items():
            model[kind] = model.get(kind, 0) + off
    return tuple(sorted(model for model, kinds in sums.items() if any(kinds.values())))


def _compared(found: Reconciliation) -> Compared:
    logs = found.logs or ()
    days_off = {one.cell.model for one in logs if one.state is State.DIFFERS}
    return Compared(
        logs,
        found.prices or (),
        found.bill.tokens or (),
        found.days,
        tuple(sorted(days_off - set(found.models))),
        found.elsewhere,
    )


def _total(bill: Bill, kind: str) -> Decimal:
    total = ZERO
    for row in bill.costs or ():
        if row.kind == kind:
            total = EXACT.add(total, row.amount)
    return total
