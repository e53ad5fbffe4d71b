"""Rules about rates and periods written by hand: what an hour cost, what a task took, which days are told of."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sitegen.display import exact_usd, plain, usd
from sitegen.errors import Problem, Severity, error
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.figures import UsageTable
from sitegen.handwritten.moments import Span, read_moment
from sitegen.handwritten.tables import own_lines
from sitegen.handwritten.values import Figure, Text
from sitegen.rules.handwritten_sums import cost_claims
from sitegen.rules.handwritten_wording import number
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings

_MINUTE = timedelta(minutes=1)
_PERIOD = re.compile(r"\b(?:last|past) (\d{1,4}) days\b", re.IGNORECASE)


def check_rates(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    for stated, of in _hourly_figures(account):
        if problem := _wrong_hourly(account, stated, of):
            yield problem
    for per_task in account.figures.sum_of("tokens per task"):
        if problem := _wrong_per_task(account, per_task.figure):
            yield problem


def _hourly_figures(account: Account) -> Iterator[tuple[Figure, str]]:
    for of in ("cost per hour", "tokens per hour"):
        yield from ((stated.figure, of) for stated in account.figures.sum_of(of))
    for table in account.figures.running:
        yield from ((line.own, line.of) for line in table.lines if line.of == "cost per hour")


def _wrong_hourly(account: Account, stated: Figure, of: str) -> Problem | None:
    if not stated.value:
        return None
    money = of == "cost per hour"
    bases = _costs(account) if money else _tokens(account)
    span = account.clocks.length or _implied(bases, stated.value)
    place = account.place(stated.place)
    if span is not None and span.length < _MINUTE:
        over = "over" if account.clocks.length else "means that the session took"
        message = f"stated {stated.text} an hour {over} {_seconds(span)}: a rate over less than a minute says nothing"
        return error("rate", place, message, "write `n/a`", stated=plain(stated.value))
    if span is None or not bases or any(_fits(stated, base, span) for base in bases):
        return None
    expected = _rate(bases[0], span.length)
    shown = usd(expected) if money else number(_rounded(expected, 0))
    amount = exact_usd(bases[0]) if money else f"{number(bases[0])} tokens"
    message = f"stated {stated.text} an hour, {amount} in {_clock(span)} is {shown}"
    return error("rate", place, message, f"write {shown}", stated=plain(stated.value), expected=shown)


def _costs(account: Account) -> list[Decimal]:
    """What the rate may be of: what the tokens cost; and the total as stated, which is told where it is wrong."""
    exact = [account.exact_cost] if account.exact_cost else []
    return [*exact, *(claim.value for claim in cost_claims(account) if claim.value)]


def _tokens(account: Account) -> list[Decimal]:
    whole = len(account.prices) == len(account.figures.rows)
    return [Decimal(account.counts.tokens)] if whole and account.counts.tokens else []


def _implied(bases: list[Decimal], rate: Decimal) -> Span | None:
    """Without a duration: how long it would have been. Told only where that is next to nothing."""
    seconds = max((base / rate * 3600 for base in bases), default=None)
    if seconds is None or seconds >= 60:
        return None
    return Span(timedelta(seconds=round(seconds)), timedelta(seconds=1))


def _fits(stated: Figure, base: Decimal, span: Span) -> bool:
    """The length is known to its last digit; a rate may also be rounded to a whole number."""
    value = stated.value or Decimal()
    slack = max(stated.slack, Decimal("0.5") if not stated.step else Decimal())
    low, high = _rate(base, span.length + span.step), _rate(base, max(span.length - span.step / 2, _MINUTE))
    return low - slack <= value <= high + slack


def _rate(amount: Decimal, length: timedelta) -> Decimal:
    return amount * 3600 / Decimal(length // timedelta(milliseconds=1)) * 1000


def _rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _seconds(span: Span) -> str:
    seconds = int(span.length.total_seconds())
    return f"{seconds} seconds" if seconds else "no time at all"


def _clock(span: Span) -> str:
    seconds = int(span.length.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d} h"


def _wrong_per_task(account: Account, stated: Figure) -> Problem | None:
    """Tokens for each row, or for each task where one has several rows."""
    rows = account.figures.rows
    tokens = _tokens(account)
    if stated.value is None or not tokens:
        return None
    divisors = {len(rows), len({row.task.text for row in rows})}
    if any(abs(stated.value - tokens[0] / n) <= max(stated.slack, Decimal("0.5")) for n in divisors):
        return None
    shown = number(_rounded(tokens[0] / len(rows), 0))
    message = f"stated {stated.text} tokens a task, {number(tokens[0])} tokens in {len(rows)} rows are {shown}"
    expected = plain(tokens[0] / len(rows))
    return error(
        "rate", account.place(stated.place), message, f"write {shown}", stated=plain(stated.value), expected=expected
    )


def check_period(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    for table in account.figures.usage if account else ():
        if account and (problem := _wrong_period(account, table)):
            yield problem


def _wrong_period(account: Account, table: UsageTable) -> Problem | None:
    stated = _stated_period(account, table)
    days = sorted(day for row in table.filled if (day := read_moment(row.time.text).day) is not None)
    if stated is None or not days:
        return None
    text, length = stated
    last = max(days[-1], account.clocks.day or date.min)
    computed = (last - days[0]).days + 1
    if computed <= length + 1:  # "the last 30 days" may count today or not
        return None
    older = sum(day <= last - timedelta(days=length + 1) for day in days)
    until = "its date is" if last > days[-1] else "the last is from"
    message = (
        f"stated `{text.text}`, the first row is from {days[0]} and {until} {last}: {computed} days, "
        f"with {older} of {len(days)} rows older than stated"
    )
    hint = "take the older rows out, or name the period that is told of"
    return error("period", account.place(text.place), message, hint, stated=str(length), expected=str(computed))


def _stated_period(account: Account, table: UsageTable) -> tuple[Text, int] | None:
    """The words nearest above the table, in its own section."""
    found: tuple[Text, int] | None = None
    for line in own_lines(account.session.body):
        if line.number >= table.first:
            break
        if line.text.startswith("#"):
            found = None
        if period := _PERIOD.search(line.text):
            found = Text(period[0], line.number, period.start() + 1), int(period[1])
    return found


RULES = (
    Rule("rate", Severity.ERROR, "a rate written by hand is its amount by the time it took", check_rates, notes=True),
    Rule("period", Severity.ERROR, "a period written by hand is that of its rows", check_period, notes=True),
)
