"""A reconciliation for programs: counts as integers, amounts as decimal text, by UTC day and model."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sitegen.display import plain
from sitegen.prices.unit_prices import EXACT
from sitegen.reconciling import Cell, DayLogs, LeftOver, PriceLine, Reconciliation
from sitegen.tokens import KINDS

_VERDICTS = {True: "agree", False: "differ", None: "not judged"}


def as_json(found: Reconciliation, project: str | None) -> dict[str, Any]:
    coverage = found.coverage
    figure = plain if coverage.in_usd else int
    return {
        "from": found.days[0].isoformat(),
        "to": found.days[1].isoformat(),
        "source": found.bill.source,
        "project": project,
        "agrees": found.agrees,
        "logs": _logs_sums(found),
        "prices": _prices_sums(found),
        "coverage": {
            "percent": coverage.percent.removesuffix(" %"),
            "unit": "USD" if coverage.in_usd else "tokens",
            "explained": figure(coverage.explained),
            "billed": figure(coverage.billed),
            "complete": coverage.complete,
        },
        "days": _days(found),
        "no_session": [_left_over(left) for left in found.no_session],
        "no_bill": [_left_over(left) for left in found.no_bill],
        "models_that_differ_over_the_period": list(found.models),
        "credits": plain(found.credits),
        "other_charges": plain(found.other),
        "rows_without_time": found.undated,
        "rows_of_other_providers": found.elsewhere,
        "reasons": list(found.reasons),
    }


def _logs_sums(found: Reconciliation) -> dict[str, Any]:
    logs = found.logs or ()
    known = found.logs is not None
    return {
        "verdict": _VERDICTS[found.logs_agree],
        "tokens_in_files": sum(one.logged.counts.tokens for one in logs) if known else None,
        "tokens_billed": sum(one.billed[kind] for one in logs for kind in KINDS) if known else None,
    }


def _prices_sums(found: Reconciliation) -> dict[str, Any]:
    lines = found.prices or ()
    known = found.prices is not None
    amounts = [line.paid.list_amount for line in lines]
    listed = [amount for amount in amounts if amount is not None]
    return {
        "verdict": _VERDICTS[found.prices_agree],
        "of": "files" if found.by_files else "tokens billed",
        "list_cost": _sum([line.expected.low for line in lines]) if known else None,
        "list_cost_at_most": _sum([line.expected.high for line in lines]) if known else None,
        "billed_cost": _sum([line.paid.amount for line in lines]) if known else None,
        "billed_list_cost": _sum(listed) if known and len(listed) == len(amounts) else None,
    }


def _days(found: Reconciliation) -> list[dict[str, Any]]:
    logs = {one.cell: one for one in found.logs or ()}
    prices: dict[Cell, list[PriceLine]] = {}
    for line in found.prices or ():
        prices.setdefault(line.cell, []).append(line)
    return [
        {
            "day": cell.day.isoformat(),
            "model": cell.model,
            "logs": _day_logs(logs[cell]) if cell in logs else None,
            "prices": [_price(line) for line in prices[cell]] if cell in prices else None,
        }
        for cell in sorted({*logs, *prices})
    ]


def _day_logs(one: DayLogs) -> dict[str, Any]:
    ours = one.logged.quantities()
    return {
        "state": one.state.value,
        "with": one.group.day.isoformat(),
        "in_files": {kind: ours[kind] for kind in one.billed},
        "billed": dict(one.billed),
        "output_floor": one.logged.output_floor,
        "list_cost": plain(one.logged.list_cost),
        "sessions": list(one.logged.paths),
    }


def _price(line: PriceLine) -> dict[str, Any]:
    listed = line.paid.list_amount
    return {
        "kind": line.kind,
        "state": line.state.value,
        "list_cost": None if line.expected.why else plain(line.expected.low),
        "list_cost_at_most": None if line.expected.why else plain(line.expected.high),
        "billed_cost": plain(line.paid.amount),
        "billed_list_cost": None if listed is None else plain(listed),
        "rounding": plain(line.paid.rounding),
    }


def _left_over(left: LeftOver) -> dict[str, Any]:
    return {
        "day": left.cell.day.isoformat(),
        "model": left.cell.model,
        "tokens": left.tokens,
        **left.numbers,
        "list_cost": None if left.list_cost is None else plain(left.list_cost),
    }


def _sum(amounts: Sequence[Decimal]) -> str:
    total = Decimal()
    for amount in amounts:
        total = EXACT.add(total, amount)
    return plain(total)
