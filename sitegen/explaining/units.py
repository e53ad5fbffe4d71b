"""The units that a session's cost is made of, as other tools may count and price them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sitegen.explaining.transcript import ResponseAccount, Transcript
from sitegen.prices import PriceBook, UnitPrices, Unpriced
from sitegen.rollups import moment_of
from sitegen.session import Session
from sitegen.tokens import PriceContext, Response, TokenCounts, UsageRow
from sitegen.transcripts import AnswerLine, SummedCounts, summed


@dataclass(frozen=True, slots=True)
class Unit:
    """A response where the transcript is there, else a usage row. `prices`: those that it has in its file, or None.

    `prompt`: the tokens of one request's prompt. `is_single`: one request, so that thresholds can be told.
    `only_here`: typed by hand or sent with our own command: no transcript has it. `of_other`: of another session.
    `part`: what was done inside a response, `advisor-1` or `compaction-1`.
    """

    model: str
    context: PriceContext
    at: datetime | None
    counts: TokenCounts
    web_searches: int
    prices: UnitPrices | None
    prompt: int
    is_single: bool = True
    day: date | None = None
    only_here: bool = False
    of_other: bool = False
    part: str = ""
    is_sub_agent: bool = False
    copied: bool = False
    lines: tuple[AnswerLine, ...] = ()

    @property
    def list_cost(self) -> Decimal:
        """0 where no price is known: it is not in our sums either."""
        cost = self.prices.list_cost(self.counts, self.web_searches) if self.prices else None
        return cost if cost is not None else Decimal()


def units_of(session: Session, transcript: Transcript) -> tuple[Unit, ...]:
    """One for each response behind a row that the responses fit, else one for the row."""
    rows = transcript.rows or {}
    found: list[Unit] = []
    for index, row in enumerate(session.rows):
        behind = rows.get(index)
        unit = _of_row(session, row)
        if behind is not None and behind.agrees and behind.responses:
            found += (_of_response(unit, each) for each in behind.responses)
        else:
            found.append(unit)
    return tuple(found)


def units_of_others(sessions: Iterable[Session]) -> tuple[Unit, ...]:
    return tuple(
        replace(_of_row(session, row), of_other=True) for session in sessions for row in session.rows if row.is_derived
    )


def _of_row(session: Session, row: UsageRow) -> Unit:
    """Without prices where the stated cost is another than they make."""
    prices = session.prices.get(row.price_key)
    fits = prices is not None and prices.list_cost(row.counts, row.web_searches) == row.list_cost
    at = moment_of(session, row)
    return Unit(
        row.model,
        row.context,
        at,
        row.counts,
        row.web_searches,
        prices if fits else None,
        row.counts.prompt // max(row.requests, 1),
        is_single=row.requests <= 1,
        day=at.date() if at else None,
        only_here=not row.is_derived,
    )


def _of_response(unit: Unit, account: ResponseAccount) -> Unit:
    response = account.response
    return replace(
        unit,
        at=response.at or unit.at,
        counts=response.counts,
        web_searches=response.web_searches,
        prompt=response.counts.prompt,
        is_single=True,
        day=_local_day(response, unit),
        part=response.key.rpartition("#")[2] if not response.requests else "",
        is_sub_agent=account.is_sub_agent,
        copied=bool(account.copied_in),
        lines=account.lines,
    )


def _local_day(response: Response, unit: Unit) -> date | None:
    if response.at is None or unit.at is None:
        return unit.day
    return response.at.astimezone(unit.at.tzinfo).date()


def foreign_units(
    responses: Iterable[Response], lines: Mapping[str, tuple[AnswerLine, ...]], book: PriceBook
) -> Iterator[Unit]:
    """Copies of responses of other sessions, at the prices of their own day."""
    for each in responses:
        quote = book.quote(each.model, each.at, each.context, each.counts.prompt)
        prices = None if isinstance(quote, Unpriced) else quote.prices
        yield Unit(
            each.model,
            each.context,
            each.at,
            each.counts,
            each.web_searches,
            prices,
            each.counts.prompt,
            of_other=True,
            lines=lines.get(each.key, ()),
        )


def counts_of(units: Sequence[Unit]) -> SummedCounts:
    return sum((summed(unit.counts) for unit in units), SummedCounts())
