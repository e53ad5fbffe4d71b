"""A reconciliation for a reader: the verdicts in a line each, then what differs, then why that may be."""

import textwrap
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from sitegen.bills import SEARCH
from sitegen.cli.report import text_table
from sitegen.display import count, exact_usd, usd, visible
from sitegen.prices.unit_prices import EXACT
from sitegen.reconciling import Cell, DayLogs, PriceLine, PriceState, Reconciliation, State
from sitegen.tokens import KINDS

_WIDTH = 79
_PLACES = Decimal("0.000001")
_LOGS_HEAD = ("UTC day, model", "Kind", "In files", "Billed", "Off")
_PRICES_HEAD = ("UTC day, model", "Kind", "Our price", "Billed", "Off")


def as_text(found: Reconciliation, project: str | None, *, every: bool) -> str:
    return "\n\n".join(filter(None, ("\n".join(_heads(found, project)), *_tables(found, every=every), _reasons(found))))


def _heads(found: Reconciliation, project: str | None) -> Iterator[str]:
    yield f"logs      {_logs_words(found)}"
    yield f"prices    {_prices_words(found)}"
    yield f"coverage  {_coverage_words(found)}"
    *_, billed, listed = _sums(found.prices or ())
    if listed is not None and listed != billed:
        off, whole = _rounded(EXACT.subtract(listed, billed)), _rounded(listed)
        yield f"discount  {off} off the bill's own list price of {whole}"
    first, last = (day.isoformat() for day in found.days)
    yield f"period    {first} to {last}, UTC days; {found.bill.source}"
    if project is not None:
        yield f"project   {visible(project)}: the bill is taken for its own"
    aside = [
        f"{_rounded(amount)} of {what}"
        for amount, what in ((found.credits, "credits"), (found.other, "charges that no tokens explain"))
        if amount
    ]
    if aside:
        yield f"left out  {', '.join(aside)}"


def _logs_words(found: Reconciliation) -> str:
    if found.logs is None:
        return "not judged: that needs the usage export"
    whole = len(found.logs)
    off = sum(one.state is State.DIFFERS for one in found.logs)
    if off:
        return f"differ: {off:,} of {_cells(whole)}"
    tokens = sum(one.billed[kind] for one in found.logs for kind in KINDS)
    words = f"agree: {count(tokens)} tokens billed, {_cells(whole)}"
    shifted = sum(one.state is State.NEXT_DAY for one in found.logs)
    floors = sum(one.state is State.AT_LEAST for one in found.logs)
    words += f", {shifted:,} with the next day" if shifted else ""
    return words + (f", {floors:,} as a lower bound" if floors else "")


def _prices_words(found: Reconciliation) -> str:
    if found.prices is None:
        return "not judged: that needs the cost export"
    low, high, billed, _ = _sums(found.prices)
    ours = _rounded(low) if low == high else f"{_rounded(low)}-{_rounded(high)}"
    side = "in the files" if found.by_files else "at our prices"
    sums = f"{ours} {side}, {_rounded(billed)} billed"
    off = {line.cell for line in found.prices if line.state in (PriceState.DIFFERS, PriceState.UNPRICED)}
    if off:
        return f"differ: {len(off):,} of {_cells(len({line.cell for line in found.prices}))}; {sums}"
    return f"agree: {sums}"


def _sums(lines: Sequence[PriceLine]) -> tuple[Decimal, Decimal, Decimal, Decimal | None]:
    """Of our prices, at the least and at the most; of what was billed, and of that before a discount."""
    low = high = billed = Decimal()
    listed: Decimal | None = Decimal()
    for line in lines:
        low, high = EXACT.add(low, line.expected.low), EXACT.add(high, line.expected.high)
        billed = EXACT.add(billed, line.paid.amount)
        one = line.paid.list_amount
        listed = None if listed is None or one is None else EXACT.add(listed, one)
    return low, high, billed, listed


def _coverage_words(found: Reconciliation) -> str:
    coverage = found.coverage
    words = f"files explain {coverage.percent} of what was billed"
    if coverage.complete:
        return words
    left = usd(coverage.missing) if coverage.in_usd else f"{count(int(coverage.missing))} tokens"
    return f"{words}; {left} has no session"


def _tables(found: Reconciliation, *, every: bool) -> Iterator[str]:
    logs = [one for one in found.logs or () if every or one.state is State.DIFFERS]
    if logs:
        rows = [row for one in logs for row in _log_rows(one)]
        yield text_table(_LOGS_HEAD, [*rows, _log_total(logs)])
    lines = [line for line in found.prices or () if every or line.state in (PriceState.DIFFERS, PriceState.UNPRICED)]
    if lines:
        low, high, billed, _ = _sums(lines)
        off = sum((line.off for line in lines), Decimal())
        rows = [_price_row(line) for line in lines]
        yield text_table(_PRICES_HEAD, [*rows, ("Sum of these", "", _range(low, high), _money(billed), _signed(off))])


def _log_rows(one: DayLogs) -> Iterator[tuple[str, ...]]:
    ours = one.logged.quantities()
    kinds = one.differences()
    if not kinds:
        tokens = sum(one.billed[kind] for kind in KINDS)
        yield _name(one.cell), "all", count(tokens), count(tokens), "0"
    for kind in kinds:
        floor = "≥ " if kind == "output" and one.logged.output_floor else ""
        off = "next day" if one.state is State.NEXT_DAY else f"{kinds[kind]:+,}"
        yield _name(one.cell), kind, f"{floor}{count(ours[kind])}", count(one.billed[kind]), off


def _log_total(logs: Sequence[DayLogs]) -> tuple[str, ...]:
    ours = sum(one.logged.counts.tokens for one in logs)
    billed = sum(one.billed[kind] for one in logs for kind in KINDS)
    return "All kinds of these", "tokens", count(ours), count(billed), f"{ours - billed:+,}" if ours != billed else "0"


def _price_row(line: PriceLine) -> tuple[str, ...]:
    expected = line.expected
    ours = "unpriced" if line.state is PriceState.UNPRICED else _range(expected.low, expected.high)
    off = "" if line.state is PriceState.UNPRICED else _signed(line.off)
    kind = "searches" if line.kind == SEARCH else line.kind
    return _name(line.cell), kind, ours, _money(line.paid.amount), off


def _name(cell: Cell) -> str:
    return f"{cell.day.isoformat()} {visible(cell.model) or '(no model)'}"


def _rounded(amount: Decimal) -> str:
    return f"-{usd(-amount)}" if amount < 0 else usd(amount)


def _money(amount: Decimal) -> str:
    """To the millionth of a dollar, where a bill has so many places: a rounded cent would hide what is looked for."""
    text = exact_usd(abs(amount).quantize(_PLACES, ROUND_HALF_UP, EXACT))
    return f"-{text}" if amount < 0 else text


def _range(low: Decimal, high: Decimal) -> str:
    return _money(low) if low == high else f"{_money(low)}-{_money(high)}"


def _signed(amount: Decimal) -> str:
    return f"+{_money(amount)}" if amount > 0 else _money(amount)


def _cells(number: int) -> str:
    return f"{number:,} day × model" if number == 1 else f"{number:,} days × models"


def _reasons(found: Reconciliation) -> str:
    if not found.reasons:
        return ""
    lines = (
        textwrap.fill(visible(reason), _WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for reason in found.reasons
    )
    return "\n".join(("To know:" if found.agrees else "What it may be:", *lines))
