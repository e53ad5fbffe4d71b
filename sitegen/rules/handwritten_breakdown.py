"""Rules about the cost breakdown written by hand: tokens × unit price = cost, and the costs make up the total."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from sitegen.display import count, exact_usd, plain
from sitegen.errors import Problem, ReplaceText, Severity, error
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.figures import CostPart, Sum, UnitPrice
from sitegen.handwritten.pricing import RowPrice, model_id
from sitegen.handwritten.values import Figure
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.rules.handwritten_sums import wrong_claims
from sitegen.rules.handwritten_wording import against, number
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.slips import explain_number

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the breakdown beside the rows that it sums up: their tokens of its kind, and what these cost.

    `listed` are the prices per million of the models it may speak of; `cost` is None where a row has no price.
    """

    part: CostPart
    tokens: Decimal
    slack: Decimal
    cost: Decimal | None
    listed: tuple[Decimal, ...]
    model: str

    @property
    def kind(self) -> str:
        return self.part.kind.replace("_", " ")


def _parts(account: Account) -> Iterator[_Part]:
    inline = chain.from_iterable(stated.parts for stated in account.figures.sums)
    for part in (*account.figures.parts, *inline):
        rows = [price for price in account.prices if not part.model or _is_model(price, part.model)]
        if part.kind and rows and len(account.prices) == len(account.figures.rows):
            yield _beside(part, _told_of(part, rows))


def _is_model(price: RowPrice, name: str) -> bool:
    named = family_name(read_model_name(model_id(name)).name)
    return family_name(read_model_name(price.model).name) == named


def _told_of(part: CostPart, rows: Sequence[RowPrice]) -> Sequence[RowPrice]:
    """All rows; or those of one model, where the line has its tokens and not those of all."""
    if part.tokens is None or part.tokens.value is None or part.tokens.value == _tokens(part, rows):
        return rows
    by_model = [[row for row in rows if row.model == model] for model in dict.fromkeys(row.model for row in rows)]
    return next((each for each in by_model if _tokens(part, each) == part.tokens.value), rows)


def _tokens(part: CostPart, rows: Sequence[RowPrice]) -> Decimal:
    return Decimal(sum(getattr(row.counts, part.kind) for row in rows))


def _beside(part: CostPart, rows: Sequence[RowPrice]) -> _Part:
    figures = [row.row.counts[part.kind] for row in rows if part.kind in row.row.counts]
    prices = {row.model: getattr(row.prices, part.kind) for row in rows if row.prices is not None}
    costs = [
        getattr(row.counts, part.kind) * getattr(row.prices, part.kind) / _MILLION
        for row in rows
        if row.prices is not None and row.exact is not None and getattr(row.prices, part.kind) is not None
    ]
    return _Part(
        part=part,
        tokens=_tokens(part, rows),
        slack=sum((figure.slack for figure in figures), Decimal()),
        cost=sum(costs, Decimal()) if len(costs) == len(rows) else None,
        listed=tuple(dict.fromkeys(price for price in prices.values() if price is not None)),
        model=", ".join(prices),
    )


def check_unit_prices(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    parts = list(_parts(account)) if account else []
    wrong = [(each, price) for each in parts if (price := each.part.unit_price) and _is_wrong_price(each, price)]
    products = [_product(each.part) for each in parts]
    known = [product for product in products if product is not None]
    together = sum(known, Decimal()) if len(known) == len(products) > 1 else None
    for each, price in wrong if account else ():
        if account:
            yield _wrong_price(account, each, price, together)


def _is_wrong_price(each: _Part, price: UnitPrice) -> bool:
    value = price.price.value
    if value is None or not each.listed:
        return False
    if price.per is None:
        return True
    per_million = value * _MILLION / price.per
    slack = price.price.slack * _MILLION / price.per
    return not any(abs(per_million - listed) <= slack for listed in each.listed)


def _product(part: CostPart) -> Decimal | None:
    """What the line multiplies, as it is written."""
    price = part.unit_price
    if price is None or price.price.value is None or price.per is None or part.tokens is None:
        return None
    return None if part.tokens.value is None else part.tokens.value * price.price.value / price.per


def _wrong_price(account: Account, each: _Part, price: UnitPrice, together: Decimal | None) -> Problem:
    value = price.price.value or Decimal()
    right = next((listed for listed in each.listed if abs(listed - value) <= price.price.slack), None)
    listed = right if right is not None else each.listed[0]
    message = f"`{price.text}`: the list price is {exact_usd(listed)} per 1M tokens ({each.model}, {each.kind})"
    product = _product(each.part)
    if product is not None and each.part.tokens is not None:
        message += f"; as written, {each.part.tokens.text} tokens would cost {exact_usd(product)}"
        message += f", and all parts together {exact_usd(together)}" if together is not None else ""
    written = f"{price.price.text}/1M" if right is not None else f"{exact_usd(listed)}/1M"
    hint = f"write `{written}`{_about_result(each)}"
    repair = ReplaceText(price.text, written) if right is not None else None
    stated, expected = price.text, f"{exact_usd(listed)}/1M"
    return error(
        "unit-price", account.place(price.place), message, hint, stated=stated, expected=expected, repair=repair
    )


def _about_result(each: _Part) -> str:
    cost = each.part.cost
    if cost.value is None or each.cost is None:
        return ""
    if abs(cost.value - each.cost) <= cost.slack:
        return f"; the result {cost.text} is right"
    return f"; the result {cost.text} is then {exact_usd(each.cost)}"


def check_breakdown(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    for each in _parts(account):
        if problem := _wrong_tokens(account, each) or _wrong_part(account, each):
            yield problem
    yield from _wrong_totals(account)


def _wrong_tokens(account: Account, each: _Part) -> Problem | None:
    stated = each.part.tokens
    if stated is None or stated.value is None or abs(stated.value - each.tokens) <= stated.slack + each.slack:
        return None
    off = against(stated.value, each.tokens, money=False)
    message = f"stated {stated.text} {each.kind} tokens, the rows add up to {number(each.tokens)} ({off})"
    hint = _cure(explain_number(stated.value, each.tokens), number(each.tokens))
    place = account.place(stated.place)
    return error("cost-breakdown", place, message, hint, stated=plain(stated.value), expected=plain(each.tokens))


def _wrong_part(account: Account, each: _Part) -> Problem | None:
    """A result that follows from a wrong unit price has been told with that price."""
    cost = each.part.cost
    if cost.value is None or each.cost is None or abs(cost.value - each.cost) <= cost.slack + account.slack:
        return None
    product = _product(each.part)
    price = each.part.unit_price
    if product is not None and price and _is_wrong_price(each, price) and abs(cost.value - product) <= cost.slack:
        return None
    off = against(cost.value, each.cost)
    message = f"stated {cost.text}, {count(int(each.tokens))} {each.kind} tokens cost {exact_usd(each.cost)} ({off})"
    hint = _cure(explain_number(cost.value, each.cost), exact_usd(each.cost))
    place = account.place(cost.place)
    return error("cost-breakdown", place, message, hint, stated=plain(cost.value), expected=plain(each.cost))


def _cure(slip: str | None, right: str) -> str:
    return f"{slip}: write {right}" if slip else f"write {right}"


def _wrong_totals(account: Account) -> Iterator[Problem]:
    """A total against the parts in its own line, or against the lines above it.

    One that is what the tokens cost is right: then a part is wrong. And one that is told already is told once.
    """
    above = list(account.figures.parts)
    wrong = wrong_claims(account)
    told = {first.figure for first, *_ in wrong}
    copies = {claim.figure for _, *claims in wrong for claim in claims}
    for stated in account.figures.sum_of("cost"):
        lines = [part for part in above if part.cost.line < stated.figure.line]
        above = [part for part in above if part not in lines]
        known = stated.figure in told or (account.is_priced and stated.figure not in copies)
        if not known and (problem := _wrong_total(account, stated, stated.parts or tuple(lines))):
            yield problem


def _wrong_total(account: Account, stated: Sum, parts: Sequence[CostPart]) -> Problem | None:
    values = [part.cost.value for part in parts if part.cost.value is not None]
    total = stated.figure.value
    if total is None or not values or len(values) < len(parts):
        return None
    expected = sum(values, Decimal())
    slack = stated.figure.slack + sum(part.cost.slack for part in parts)
    if abs(total - expected) <= slack:
        return None
    added = " + ".join(part.cost.text for part in parts)
    of = f" = {exact_usd(expected)}" if len(parts) > 1 else ""
    message = f"stated {stated.figure.text}, but its parts are {added}{of} ({against(total, expected)})"
    message += _three_totals(account, stated.figure, total, expected, parts)
    hint = f"put it right: {exact_usd(account.exact_cost if account.exact_cost is not None else expected)}"
    place = account.place(stated.figure.place)
    return error("cost-breakdown", place, message, hint, stated=plain(total), expected=plain(expected))


def _three_totals(
    account: Account, figure: Figure, total: Decimal, parts_sum: Decimal, parts: Sequence[CostPart]
) -> str:
    """Where the units make yet another total of the parts."""
    products = [product for part in parts if (product := _product(part)) is not None]
    written = sum(products, Decimal())
    near = any(abs(written - other) < Decimal("0.01") for other in (total, parts_sum))
    if len(products) < len(parts) or near:
        return ""
    where = "the rows" if total == sum((c.value for c in account.stated_costs if c.value), Decimal()) else "this line"
    return (
        f"; the file gives three totals: {figure.text} ({where}), {exact_usd(parts_sum)} (the parts) "
        f"and {exact_usd(written)} (the parts with their units as written)"
    )


RULES = (
    Rule(
        "unit-price",
        Severity.ERROR,
        "a unit price written by hand is that of the price list, with its unit",
        check_unit_prices,
        notes=True,
    ),
    Rule(
        "cost-breakdown",
        Severity.ERROR,
        "the parts of a cost written by hand are their tokens times prices, and make up the total",
        check_breakdown,
        notes=True,
    ),
)
