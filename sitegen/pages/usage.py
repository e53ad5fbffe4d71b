"""What each interaction of a session used: the chart of its cost, and the table."""

from datetime import date, datetime

from sitegen.blocks import KIND_NAMES, row_model
from sitegen.charts import NOTHING, Step, cost_along
from sitegen.display import Amounts, count
from sitegen.markup import Html, el, joined, lines, text
from sitegen.pages.figures import BY_HAND, amount, cell, clock_words, cost_of, day_words, section, table
from sitegen.session import Session
from sitegen.tokens import KINDS, TokenCounts, Totals, UsageRow, totals_of

_NUMBERS_FROM = 2
_ALWAYS = ("input", "output")


def interactions_of(session: Session) -> tuple[tuple[UsageRow, ...], ...]:
    """The rows of each prompt, in the order of the file: one row for each model and price that it led to."""
    found: dict[tuple[datetime | None, str], list[UsageRow]] = {}
    for row in session.rows:
        found.setdefault((row.at, row.task), []).append(row)
    return tuple(map(tuple, found.values()))


def usage_section(session: Session, totals: Totals, amounts: Amounts) -> Html:
    kinds = _kinds_of(totals)
    # The cost stands where a phone shows it without scrolling.
    head = ("Time", "Task", "List cost", "Requests", *(KIND_NAMES[kind] for kind in kinds))
    numbers = frozenset(range(_NUMBERS_FROM, len(head)))
    rows = [_usage_row(session, row, kinds, amounts) for row in session.rows]
    foot = _usage_foot(totals, kinds, amounts)
    return section(
        "Usage",
        cost_along(steps_of(session), "along", "List cost along the session", amounts),
        table("Usage by interaction", head, rows, foot, numbers),
        name="usage",
    )


def steps_of(session: Session) -> tuple[Step, ...]:
    return tuple(_step(rows, session.day) for rows in interactions_of(session))


def _step(rows: tuple[UsageRow, ...], day: date | None) -> Step:
    totals = totals_of(rows)
    if all(row.list_cost is None for row in rows):
        return Step(_row_time(rows[0], day), rows[0].task, None)
    return Step(_row_time(rows[0], day), rows[0].task, totals.list_cost, totals.is_floor)


def _kinds_of(totals: Totals) -> tuple[str, ...]:
    """A column of zeros says nothing, but that there was no input or no output would."""
    return tuple(kind for kind in KINDS if kind in _ALWAYS or getattr(totals.counts, kind))


def _usage_row(session: Session, row: UsageRow, kinds: tuple[str, ...], amounts: Amounts) -> tuple[Html, ...]:
    below = (
        row_model(row),
        _row_tools(row, amounts),
        _row_searches(row, amounts),
        "typed by hand" if row.manual else "",
        row.notes,
    )
    return (
        cell(_row_time(row, session.day), extra="sg-date"),
        cell(
            lines(text(row.task), *(el("span", words, class_="sg-below") for words in below if words)),
            extra="sg-main sg-task",
        ),
        cell(_row_cost(row, amounts), number=True),
        cell(amounts.count_requests(row.requests) if row.requests or not row.manual else NOTHING, number=True),
        *_kind_cells(row.counts, kinds, amounts),
    )


def _row_cost(row: UsageRow, amounts: Amounts) -> Html:
    shown = amount(row.list_cost, amounts, floor=row.output_floor, why=row.unpriced)
    return joined((shown, BY_HAND)) if row.manual else shown


def _row_tools(row: UsageRow, amounts: Amounts) -> str:
    return ", ".join(name if amounts.hidden else f"{name} {count(number)}" for name, number in row.tools.items())


def _row_searches(row: UsageRow, amounts: Amounts) -> str:
    if not row.web_searches:
        return ""
    number = row.web_searches
    return "web searches" if amounts.hidden else f"{count(number)} web {'search' if number == 1 else 'searches'}"


def _row_time(row: UsageRow, day: date | None) -> str:
    if row.at is None:
        return NOTHING
    same_day = row.at.date() == day
    return clock_words(row.at) if same_day else f"{day_words(row.at.date())} {clock_words(row.at)}"


def _kind_cells(counts: TokenCounts, kinds: tuple[str, ...], amounts: Amounts) -> list[Html]:
    numbers = [getattr(counts, kind) for kind in kinds]
    return [cell(amounts.count_tokens(number), number=True, extra="" if number else "sg-quiet") for number in numbers]


def _usage_foot(totals: Totals, kinds: tuple[str, ...], amounts: Amounts) -> tuple[Html, ...]:
    return (
        el("th", "Total", scope="row"),
        cell(f"{amounts.count_tokens(totals.tokens)} {'of the ' if amounts.hidden else ''}tokens"),
        cell(cost_of(totals, amounts), number=True),
        cell(amounts.count_requests(totals.requests), number=True),
        *_kind_cells(totals.counts, kinds, amounts),
    )
