"""Rules about the rows of hand-written usage tables: each cost and each total, and that every row has a price."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sitegen.display import exact_usd, plain
from sitegen.errors import Location, Problem, Severity, error, note, warning
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.figures import UsageLine, UsageTable
from sitegen.handwritten.pricing import RowPrice
from sitegen.rules.handwritten_wording import against, between, number
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.slips import CostClaim, explain_sum, hint_for_costs

_NO_DATE = "write a line `**Date**: 2025-09-13`, or begin the file's name with the date"
_NO_MODEL = "add a column `Model` to the table, or a line `**Model**: claude-sonnet-4-20250514` above it"
_NOT_EXPLAINED = "no single known slip gives it: put the tokens or the cost right"


@dataclass(frozen=True, slots=True)
class _WrongCost:
    """The stated cost of a row that is not its tokens times their prices. `low` and `high` as in `RowPrice`."""

    row: UsageLine
    place: Location
    stated: Decimal
    text: str
    low: Decimal
    high: Decimal
    claim: CostClaim

    @property
    def nearest(self) -> Decimal:
        return self.high if self.stated > self.high else self.low


def check_row_costs(session: Session, settings: Settings) -> Iterator[Problem]:
    """The slip behind the wrong costs is told once, with the first of them."""
    account = account_of(session, settings)
    wrong = [found for price in account.prices if (found := _wrong_cost(account, price))] if account else []
    hint = hint_for_costs([each.claim for each in wrong], settings.price_book) or _NOT_EXPLAINED
    for each in wrong:
        why = "" if each.low == each.high else ", by the size of each request"
        off = against(each.stated, each.nearest)
        message = f"stated {each.text}, expected {between(each.low, each.high)}{why} ({off})"
        stated, expected = plain(each.stated), plain(each.nearest)
        yield error("row-cost", each.place, message, hint, stated=stated, expected=expected)
        hint = f"see the hint at line {wrong[0].place.line}"


def _wrong_cost(account: Account, price: RowPrice) -> _WrongCost | None:
    cost, prices, low, high = price.row.cost, price.prices, price.low, price.high
    if cost is None or cost.value is None or prices is None or low is None or high is None:
        return None
    if price.agrees(cost.value, cost.slack):
        return None
    place = account.place(cost.place)
    claim = CostClaim(f"line {place.line}", price.counts, cost.value, prices, price.model, account.at)
    return _WrongCost(price.row, place, cost.value, cost.text, low, high, claim)


def check_row_totals(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    for row in account.figures.rows if account else ():
        if account and (problem := _wrong_row_total(account, row)):
            yield problem


def _wrong_row_total(account: Account, row: UsageLine) -> Problem | None:
    total = row.total
    parts = [(kind, figure) for kind, figure in row.counts.items() if figure.value is not None]
    unread = any(figure.wrong or figure.unfilled for figure in row.counts.values())
    if total is None or total.value is None or unread or not parts:
        return None
    values = [figure.value or Decimal() for _, figure in parts]
    expected = sum(values, Decimal())
    if abs(total.value - expected) <= total.slack + sum(figure.slack for _, figure in parts):
        return None
    added = " + ".join(number(value) for value in values)
    off = against(total.value, expected, money=False)
    message = f"stated {total.text} tokens in this row, {added} is {number(expected)} ({off})"
    hint = explain_sum(total.value, values, [_kind_words(kind) for kind, _ in parts])
    return error(
        "row-total",
        account.place(total.place),
        message,
        f"{hint}: write {number(expected)}" if hint else "put the total or one of its parts right",
        stated=plain(total.value),
        expected=plain(expected),
    )


def _kind_words(kind: str) -> str:
    return kind.replace("_", " ")


def check_unpriced(session: Session, settings: Settings) -> Iterator[Problem]:
    """One problem for each reason, with all rows that it concerns."""
    account = account_of(session, settings)
    if account is None:
        return
    if not _names_models(account):
        table = account.figures.usage[0]
        message = "no column and no line names a model: no price can be looked up, and no cost checked"
        yield warning("unpriced", account.place((table.first, 1)), message, _NO_MODEL)
    elif account.at is None and account.prices:
        table = account.figures.usage[0]
        stated = account.figures.field("date")
        place = account.place(stated.place if stated else (table.first, 1))
        message = "no date is filled in: which prices were in force is not known, and no cost can be checked"
        yield warning("unpriced", place, message, _NO_DATE)
    else:
        yield from _unknown_prices(account)


def _names_models(account: Account) -> bool:
    columns = all("model" in table.columns for table in account.figures.usage)
    return columns or account.figures.field("model", "models") is not None


def _unknown_prices(account: Account) -> Iterator[Problem]:
    reasons: dict[tuple[str, str | None], list[Location]] = {}
    for price in account.prices:
        if price.unpriced is not None and price.counts.tokens:
            place = price.row.model.place if price.row.model.line else (price.row.line, 1)
            reasons.setdefault((price.unpriced.reason, price.unpriced.hint), []).append(account.place(place))
    for (reason, hint), (first, *others) in reasons.items():
        message = f"this row has no price: {reason}"
        yield warning("unpriced", first, message, hint or "write which model answered", also=tuple(others))


def check_cache_columns(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    for table in account.figures.usage if account else ():
        if account and not any("cache" in kind for kind in table.kinds):
            message = (
                "no columns for the prompt cache: what a session writes to it and reads from it is billed too, "
                "so these costs are a floor and not exact"
            )
            hint = "add columns `Cache write 5m`, `Cache write 1h` and `Cache read`, with 0 where there was none"
            yield warning("no-cache-columns", account.place((table.first, 1)), message, hint)


def check_precision(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    for table in account.figures.usage if account else ():
        costs = [row.cost for row in table.filled if row.cost is not None and row.cost.value is not None]
        odd = [cost for cost in costs if cost.step != costs[0].step]
        if account and odd:
            message = f"{odd[0].text} and {costs[0].text} have different numbers of decimals"
            also = tuple(account.place(cost.place) for cost in odd[1:])
            yield note(
                "precision", account.place(odd[0].place), message, "write as many in each row, four or more", also=also
            )


def check_rounding(session: Session, settings: Settings) -> Iterator[Problem]:
    """Costs that are right and, at two decimals, add up to another total than their own."""
    account = account_of(session, settings)
    if account is None or account.exact_cost is None:
        return
    costs = [price.low for price in account.prices if price.low is not None]
    rounded = [_cents(cost) for cost in costs]
    total = sum(rounded, Decimal())
    if total != _cents(account.exact_cost):
        added = f"{' + '.join(map(str, rounded))} = {total}" if len(costs) <= 6 else f"sums of {total}"
        message = f"at 2 decimals these rows print {added}, and their total prints {_cents(account.exact_cost)}"
        hint = f"keep four decimals or more, and add up what is not rounded: {exact_usd(account.exact_cost)}"
        yield note("rounding", account.place(_cost_column(account.figures.usage[0])), message, hint)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _cost_column(table: UsageTable) -> tuple[int, int]:
    return next((row.cost.place for row in table.filled if row.cost is not None), table.place)


RULES = (
    Rule(
        "row-cost",
        Severity.ERROR,
        "the cost of a hand-written row is its tokens times the prices of its day",
        check_row_costs,
        notes=True,
    ),
    Rule(
        "row-total",
        Severity.ERROR,
        "the total of a hand-written row is the sum of its tokens",
        check_row_totals,
        notes=True,
    ),
    Rule(
        "unpriced",
        Severity.WARNING,
        "a hand-written row names a model, a day and so a price",
        check_unpriced,
        notes=True,
    ),
    Rule(
        "no-cache-columns",
        Severity.WARNING,
        "a hand-written table counts what the prompt cache took",
        check_cache_columns,
        notes=True,
    ),
    Rule(
        "precision",
        Severity.NOTE,
        "the costs of a hand-written table have as many decimals each",
        check_precision,
        notes=True,
        asked_for=True,
    ),
    Rule(
        "rounding",
        Severity.NOTE,
        "rounded costs of a hand-written table add up to the rounded total",
        check_rounding,
        notes=True,
        asked_for=True,
    ),
)
