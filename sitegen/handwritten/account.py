"""One body's figures with what they must be: the prices of its rows on its day, and its times."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from sitegen.errors import Location
from sitegen.handwritten.clocks import NO_DAY, Clocks, noon, read_clocks
from sitegen.handwritten.figures import Figures, has_usage_table
from sitegen.handwritten.moments import Moment, read_moment
from sitegen.handwritten.pricing import RowPrice, price_rows
from sitegen.handwritten.reading import read_figures
from sitegen.handwritten.values import Figure, Place
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import TokenCounts

_HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Account:
    """`at` is a time on the day whose prices hold, None where no day is known."""

    session: Session
    settings: Settings
    figures: Figures
    clocks: Clocks
    at: datetime | None

    @cached_property
    def prices(self) -> tuple[RowPrice, ...]:
        """Of each row that has its token counts, in order."""
        rows = self.figures.rows
        return tuple(price_rows(self.figures, rows, self.at, self.settings.price_book))

    @property
    def is_priced(self) -> bool:
        """Whether every row has its counts and a price."""
        whole = len(self.prices) == len(self.figures.rows) > 0
        return whole and all(price.low is not None for price in self.prices)

    @property
    def cost_range(self) -> tuple[Decimal, Decimal]:
        """What the tokens cost at least and at most: the same but where a price depends on the size of a request."""
        low = sum((price.low for price in self.prices if price.low is not None), Decimal())
        high = sum((price.high for price in self.prices if price.high is not None), Decimal())
        return low, high

    @property
    def exact_cost(self) -> Decimal | None:
        """What the tokens cost, where that is one amount."""
        low, high = self.cost_range
        return low if self.is_priced and low == high else None

    @property
    def slack(self) -> Decimal:
        """How far the cost may be off because token counts were rounded."""
        return sum((price.slack for price in self.prices), Decimal())

    @property
    def stated_costs(self) -> tuple[Figure, ...]:
        """The costs of the rows, as far as they are filled in."""
        return tuple(row.cost for row in self.figures.rows if row.cost is not None and row.cost.value is not None)

    @property
    def counts(self) -> TokenCounts:
        return sum((price.counts for price in self.prices), TokenCounts())

    def place(self, where: Place) -> Location:
        """A place of the body as one of the file."""
        line, column = where
        return Location(self.session.path, self.line(line), column)

    def line(self, number: int) -> int:
        return self.session.document.body_line - 1 + number


def row_times(account: Account) -> tuple[datetime | None, ...]:
    """When each row with figures began: on the day of the row before it, or the next day where the clock goes back
    by more than half a day; None where a row has no time.
    """
    times: list[datetime | None] = []
    previous = account.clocks.start
    for row in account.figures.rows:
        at = _row_time(account, read_moment(row.time.text), previous)
        times.append(at)
        previous = at or previous
    return tuple(times)


def _row_time(account: Account, moment: Moment, previous: datetime | None) -> datetime | None:
    if moment.clock is None:
        return None
    zone = previous.tzinfo if previous else account.settings.zone
    day = moment.day or (previous.date() if previous else account.clocks.day) or NO_DAY
    at = datetime.combine(day, moment.clock, zone)
    over_midnight = moment.day is None and previous is not None and previous - at > _HALF_A_DAY
    return at + 2 * _HALF_A_DAY if over_midnight else at


def account_of(session: Session, settings: Settings) -> Account | None:
    """None where nothing is to be done: the frontmatter has the rows, or the body has no usage table."""
    if session.rows:
        return None
    figures = read_figures(session.body)
    if not has_usage_table(figures):
        return None
    clocks = read_clocks(figures, session.path, settings.zone)
    if clocks.day is None or clocks.start is None:
        at = noon(clocks.day, settings.zone) if clocks.day else session.started
    else:
        at = clocks.start
    return Account(session, settings, figures, clocks, at)
