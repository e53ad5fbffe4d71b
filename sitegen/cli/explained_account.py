"""The account of a session's file: the total and how it came about, its parts, its prices, its rows."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from sitegen.blocks import row_model, row_time
from sitegen.cli.explained_parts import KIND_WORDS, Section, money
from sitegen.cli.ledgers import plural
from sitegen.cli.report import BY_HAND
from sitegen.display import count, exact_usd, plain, share, usd, visible
from sitegen.errors import Problem
from sitegen.explaining.account import Account, PriceAccount, RowAccount
from sitegen.explaining.charges import REST, Charge
from sitegen.session import Session
from sitegen.tokens import Totals, UsageRow

SENT = "+"
"""Behind a list cost: the row tells of one response that `sessions send` got."""
_MODEL_WIDTH = 30
_CHARGES = ("Model, kind", "Tokens", "USD per 1M", "List cost")


def total_section(account: Account, problems: Sequence[Problem]) -> Section:
    session, totals = account.session, account.totals
    floors = tuple(f"at least (≥), since {reason}" for reason in account.floor_reasons)
    facts = [("File", visible(session.path)), ("List cost", _total_words(totals)), ("From", _from_words(account))]
    if totals.manual_rows:
        facts.append(("By hand", f"{plural(totals.manual_rows, 'row')} typed by a person, marked {BY_HAND}"))
    if any(row.response for row in session.rows):
        facts.append(("Sent", f"rows marked {SENT} are single responses that `sessions send` got"))
    facts.append(("Agrees", _agrees_words(session, problems)))
    told = tuple(f"{problem.location}: {problem.text}" for problem in problems)
    return Section(visible(session.title), tuple(facts), lines=(*map(visible, told), *map(visible, floors)), level=1)


def _total_words(totals: Totals) -> str:
    if totals.unpriced_responses and not totals.list_cost:
        return "unpriced: no price is known for any of it"
    floor = "≥ " if totals.is_floor else ""
    exact, shown = exact_usd(totals.list_cost), usd(totals.list_cost)
    rounded = "" if exact == shown else f", shown as {floor}{shown} (rounded half up, once)"
    return f"{floor}{exact}{rounded}"


def _from_words(account: Account) -> str:
    totals = account.totals
    where = plural(len(account.rows), "row")
    requests = f" of {plural(totals.requests, 'response')}" if totals.requests else ""
    return f"{count(totals.tokens)} tokens{requests} in {where}: each kind of token times its unit price, added up"


def _agrees_words(session: Session, problems: Sequence[Problem]) -> str:
    if problems:
        return f"no: {plural(len(problems), 'problem')} in the file"
    if not session.rows:
        return "the file has no usage rows"
    return "yes: each stated cost is its tokens times the prices in the file, the totals are their sums"


def parts_section(account: Account) -> Section:
    """By model and price, and within each by kind."""
    rows = [row for each in account.by_price for row in _price_rows(each)]
    total = ("Total", count(account.totals.tokens), "", _cost_words(account.totals))
    return Section("Where it comes from", table=(_CHARGES, *rows, total), has_total=True)


def _price_rows(price: PriceAccount) -> Iterator[tuple[str, ...]]:
    totals = price.totals
    yield visible(price.key) or "(no model)", count(totals.tokens), "", _cost_words(totals)
    for charge in price.charges:
        yield (f"  {KIND_WORDS[charge.kind]}", *charge_cells(charge))


def charge_cells(charge: Charge) -> tuple[str, str, str]:
    number = "" if charge.kind == REST else count(charge.number)
    unit = "" if charge.unit_price is None else plain(charge.unit_price)
    each = " each" if charge.kind == "web_search" and unit else ""
    return number, f"{unit}{each}", "unpriced" if charge.amount is None else money(charge.amount)


def _cost_words(totals: Totals) -> str:
    if totals.unpriced_responses and not totals.list_cost:
        return "unpriced"
    return f"{'≥ ' if totals.is_floor else ''}{exact_usd(totals.list_cost)}"


def sums_section(account: Account) -> Section:
    """By kind over all models; only where there is more than one price to sum over."""
    whole = account.totals.list_cost
    rows = [
        (KIND_WORDS[charge.kind], charge_cells(charge)[0], money(charge.amount or Decimal()), _share(charge, whole))
        for charge in account.by_kind
    ]
    total = ("Total", count(account.totals.tokens), _cost_words(account.totals), "100 %" if whole else "n/a")
    return Section("By kind", table=(("Kind", "Tokens", "List cost", "Share"), *rows, total), has_total=True)


def _share(charge: Charge, whole: Decimal) -> str:
    return share(charge.amount or Decimal(), whole)


def prices_section(account: Account) -> Section:
    lines = [_price_words(price) for price in account.by_price]
    return Section("Prices, as they are written in the file", lines=tuple(lines))


def _price_words(price: PriceAccount) -> str:
    name = visible(price.key) or "(no model)"
    if price.source:
        return f"{name}: {visible(price.source)}, price of {_days(price.days)}"
    if price.totals.unpriced_responses:
        return f"{name}: no price is known"
    return f"{name}: the file states no prices, or no source of them"


def _days(days: tuple[date, date] | None) -> str:
    if days is None:
        return "an unknown day"
    first, last = days
    return f"{first} (UTC)" if first == last else f"{first} to {last} (UTC)"


def rows_section(account: Account) -> Section:
    head = ("Row", "Model", "Tokens", "List cost")
    rows = [_row_cells(each, account.session) for each in account.rows]
    total = ("Total", "", count(account.totals.tokens), _cost_words(account.totals))
    return Section("Rows (--row N shows one)", table=(head, *rows, total), has_total=True)


def _row_cells(each: RowAccount, session: Session) -> tuple[str, ...]:
    row = each.row
    name = " ".join(filter(None, (str(each.number), row_time(row, session), visible(row.task))))
    model = visible(row_model(row))
    short = model if len(model) <= _MODEL_WIDTH else f"{model[: _MODEL_WIDTH - 1]}…"
    return name, short, count(row.counts.tokens), row_cost(row)


def row_cost(row: UsageRow) -> str:
    """Exact, with what the amount rests on."""
    marks = (BY_HAND if row.manual else "") + (SENT if row.response else "")
    if row.list_cost is None:
        return f"unpriced{marks}"
    return f"{'≥ ' if row.output_floor else ''}{exact_usd(row.list_cost)}{marks}"


def row_section(each: RowAccount, session: Session) -> Section:
    """One row in full."""
    row = each.row
    facts = [
        ("Row", f"{each.number} of {len(session.rows):,}, {session.locate('usage', each.number - 1)}"),
        ("Task", visible(row.task) or "-"),
        ("Time", row_time(row, session) or "not reported"),
        ("Model", visible(row_model(row))),
        ("List cost", row_cost(row)),
        ("Price", _row_price_words(each)),
    ]
    if row.manual:
        facts.append((BY_HAND, "typed by a person"))
    if row.response:
        facts.append((SENT, "one response of an API, with the figures that came with it"))
    if row.output_floor:
        facts.append(("≥", "an output count stayed at its start value in the transcript"))
    charges = [(KIND_WORDS[charge.kind], *charge_cells(charge)) for charge in each.charges]
    total = ("Total", count(row.counts.tokens), "", row_cost(row))
    table = (("Kind", *_CHARGES[1:]), *charges, total)
    return Section(f"Row {each.number}", tuple(facts), table, has_total=True)


def _row_price_words(each: RowAccount) -> str:
    if each.row.list_cost is None:
        return f"unpriced: {visible(each.row.unpriced) or 'no cost is stated'}"
    if each.prices is None:
        return f"the file has no prices for `{visible(each.row.price_key)}`"
    day = f", price of {each.day} (UTC)" if each.day else ""
    return f"{visible(each.row.price_key)}: {visible(each.prices.source) or 'no source is named'}{day}"
