"""Rules about sums written by hand: rows of totals, stated totals, and the lines of a cost breakdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sitegen.display import exact_usd, plain
from sitegen.errors import Problem, Severity, error
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.figures import UsageTable
from sitegen.handwritten.values import Figure
from sitegen.rules.handwritten_wording import against, between, number
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.slips import explain_sum

_CURE = "put the rows right first, then this sum; or let `sessions check --fix` derive both from the tokens"


def check_totals(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    for table in account.figures.usage:
        yield from _check_places(account, table)
        yield from _check_columns(account, table)
    yield from _check_stated_tokens(account)
    yield from _check_costs(account)


def _check_places(account: Account, table: UsageTable) -> Iterator[Problem]:
    if len(table.sums) > 1:
        also = tuple(account.place((line.line, 1)) for line in table.sums[1:])
        message = f"the table has {len(table.sums)} rows of totals, must have one"
        yield error("totals", account.place((table.sums[0].line, 1)), message, "keep the last one", also=also)
    elif table.sums and table.rows and table.rows[-1].line > table.sums[0].line:
        message = "the row of totals stands above rows that it must add up"
        yield error("totals", account.place((table.sums[0].line, 1)), message, "make it the last row of the table")


def _check_columns(account: Account, table: UsageTable) -> Iterator[Problem]:
    """The columns of counts. That of the costs is a claim about the whole session, and looked at with the others."""
    if len(table.sums) != 1:
        return
    total = table.sums[0]
    columns = [(total.counts[kind], [row.counts[kind] for row in table.filled]) for kind in table.kinds]
    for name in ("total", "requests"):
        figure = getattr(total, name)
        if figure is not None:
            columns.append((figure, [getattr(row, name) for row in table.filled]))
    for figure, cells in columns:
        if problem := _wrong_sum(account, figure, cells):
            yield problem


def _wrong_sum(account: Account, stated: Figure, cells: Sequence[Figure]) -> Problem | None:
    """None also where a cell cannot be read: then nothing is known of the sum."""
    values = [(cell.value, cell) for cell in cells if cell.value is not None]
    if stated.value is None or not values or any(cell.wrong or cell.unfilled for cell in cells):
        return None
    expected = sum((value for value, _ in values), Decimal())
    if abs(stated.value - expected) <= stated.slack + sum(cell.slack for _, cell in values):
        return None
    labels = [f"line {account.line(cell.line)}" for _, cell in values]
    hint = explain_sum(stated.value, [value for value, _ in values], labels)
    off = against(stated.value, expected, money=False)
    message = f"stated {stated.text}, the rows add up to {number(expected)} ({off})"
    return error(
        "totals",
        account.place(stated.place),
        message,
        f"{hint}: write {number(expected)}" if hint else "put this sum or one of the rows right",
        stated=plain(stated.value),
        expected=plain(expected),
    )


def _check_stated_tokens(account: Account) -> Iterator[Problem]:
    """`Total Input Tokens` and its like, against the rows."""
    rows = account.figures.rows
    for stated in account.figures.sums:
        if stated.of == "tokens":
            cells = [figure for row in rows for figure in row.counts.values()]
        else:
            cells = [row.counts[stated.of] for row in rows if stated.of in row.counts]
        if problem := _wrong_sum(account, stated.figure, cells):
            yield problem


@dataclass(frozen=True, slots=True)
class _Claim:
    """One stated cost of the whole session; `name` is how the file calls it."""

    figure: Figure
    value: Decimal
    name: str
    in_table: bool = False


def cost_claims(account: Account) -> list[_Claim]:
    """In the order of their weight: the row of totals first, then the lines below it, then the running totals."""
    figures = account.figures
    claims = []
    if len(figures.usage) == 1 and len(figures.usage[0].sums) == 1 and (cost := figures.usage[0].sums[0].cost):
        claims.append((cost, "the total", True))
    claims += [(each.figure, f"`{each.label.text}`", False) for each in figures.sum_of("cost")]
    running = (line for table in figures.running for line in table.lines if line.of == "cost")
    claims += [(line.own, f"`{line.label.text}`", False) for line in running]
    return [
        _Claim(figure, figure.value, name, in_table) for figure, name, in_table in claims if figure.value is not None
    ]


def wrong_claims(account: Account) -> list[list[_Claim]]:
    """The wrong figures for the cost of the session. One that is wrong twice has one cause: it is copied."""
    wrong: dict[Decimal, list[_Claim]] = {}
    for claim in cost_claims(account):
        if not _is_right(account, claim):
            wrong.setdefault(claim.value, []).append(claim)
    return list(wrong.values())


def _check_costs(account: Account) -> Iterator[Problem]:
    for first, *copies in wrong_claims(account):
        also = tuple(account.place(claim.figure.place) for claim in sorted(copies, key=lambda c: c.figure.place))
        message, expected, hint = _words(account, first)
        stated = plain(first.value)
        place = account.place(first.figure.place)
        yield error("totals", place, message, hint, stated=stated, expected=plain(expected), also=also)


def _is_right(account: Account, claim: _Claim) -> bool:
    """What the tokens cost, to the last digit that is stated; or the sum of right costs, rounded each for itself."""
    costs = account.stated_costs
    column = _sum(costs)
    rounded = sum((cost.slack for cost in costs), Decimal()) + claim.figure.slack
    whole = len(costs) == len(account.figures.rows) > 0
    if not account.is_priced:
        return not whole or abs(claim.value - column) <= rounded
    low, high = account.cost_range
    slack = account.slack + (
        rounded if whole and abs(claim.value - column) <= claim.figure.slack else claim.figure.slack
    )
    return low - slack <= claim.value <= high + slack


def _sum(figures: Sequence[Figure]) -> Decimal:
    return sum((figure.value for figure in figures if figure.value is not None), Decimal())


def _words(account: Account, claim: _Claim) -> tuple[str, Decimal, str]:
    """The message, the figure that should stand there, and the cure."""
    costs = account.stated_costs
    column = _sum(costs)
    low, high = account.cost_range if account.is_priced else (column, column)
    expected = high if claim.value > high else low
    off = against(claim.value, expected)
    who = "" if claim.in_table else f" as {claim.name}"
    labels = [f"line {account.line(cost.line)}" for cost in costs]
    slip = explain_sum(claim.value, [cost.value for cost in costs if cost.value is not None], labels)
    hint = f"{slip}: write {between(low, high)}" if slip else f"put it right: {between(low, high)}"
    if not account.is_priced:
        return (
            f"stated {claim.figure.text}{who}, the costs of the rows add up to {exact_usd(column)} ({off})",
            column,
            hint,
        )
    if costs and claim.value == column:
        what = "only the sum of the costs as stated" if not claim.in_table else "the sum of its column and nothing else"
        message = f"stated {claim.figure.text}{who} is {what}: the tokens cost {between(low, high)} ({off})"
        return message, expected, _CURE
    right = column == expected
    added = f"the costs of the rows add up to {exact_usd(column)}" if costs and claim.in_table else ""
    cost = f"the tokens cost {between(low, high)}" if not (added and right) else ""
    message = f"stated {claim.figure.text}{who}, but {' and '.join(filter(None, (added, cost)))} ({off})"
    return message, expected, hint if slip or right or not added else _CURE


RULES = (
    Rule("totals", Severity.ERROR, "the totals written by hand are the sums of the rows", check_totals, notes=True),
)
