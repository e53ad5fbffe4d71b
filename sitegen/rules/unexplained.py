"""Problems of sums and tables that no single mistake explains: what only follows is left out, slips are named, and
a figure is repaired only where another one bears it out.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sitegen.blocks import Keys
from sitegen.display import count
from sitegen.errors import Problem, SetValue
from sitegen.rules.blocks import RENDER, stale_lines, stated_blocks
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.slips import CostClaim, explain_sum, hint_for_costs
from sitegen.tokens import KINDS

_MOST_LINES = 3
"""More stale lines than these were not changed one by one: the tables were not rendered."""
_MOST_PLACES = 20
_MOST_CLAIMS = 40
_FILL = "run `sessions fill` to derive it anew"


def told_plainly(session: Session, problems: Sequence[Problem], settings: Settings) -> tuple[Problem, ...]:
    stale = [problem for problem in problems if problem.rule == "stale-block"]
    others = [problem for problem in problems if problem.rule != "stale-block"]
    if any(problem.rule in ("row-cost", "totals") for problem in others):
        stale = []  # wrong sums make tables wrong, and their cure renders those anew
    elif len(stale) > _MOST_LINES:
        stale = [_not_rendered(stale)]
    return (*_borne_out(session, _with_slips(session, others, settings), settings), *stale)


def _not_rendered(stale: Sequence[Problem]) -> Problem:
    first, *rest = stale
    others = {problem.location.line: problem.location for problem in rest}
    others.pop(first.location.line, None)
    also = tuple(dict.fromkeys((*first.also, *others.values())))
    message = f"{first.message}; {count(len(stale))} lines of tables are not what the frontmatter gives"
    if len(also) > _MOST_PLACES:
        message += f", the first {_MOST_PLACES} of them"
    return replace(first, message=message, hint=RENDER, also=also[:_MOST_PLACES])


# Repairs


def _borne_out(session: Session, problems: Sequence[Problem], settings: Settings) -> tuple[Problem, ...]:
    """With a repair only where a figure can have just one right value."""
    if not problems:
        return ()
    stale = {line.block for line in stale_lines(session, settings.bands)}
    fresh = {block.name for block, _ in stated_blocks(session)} - stale
    wrong = {p.repair.keys for p in problems if isinstance(p.repair, SetValue)}
    counts_agree = session.stated_totals is not None and not any(("totals", kind) in wrong for kind in KINDS)
    costs_agree = not any(problem.rule == "row-cost" for problem in problems)
    all_priced = all(row.list_cost is not None for row in session.rows)

    def is_borne_out(problem: Problem, keys: Keys) -> bool:
        if problem.rule == "row-cost":
            return ("usage" in fresh or counts_agree) and _price_agrees(session, int(keys[1]), wrong, fresh, settings)
        if problem.rule == "totals":
            by_costs = keys[1] in (*KINDS, "cost") and all_priced
            return costs_agree and ("usage" in fresh or by_costs)
        return problem.rule != "price-book"

    return tuple(
        replace(problem, repair=None)
        if isinstance(problem.repair, SetValue) and not is_borne_out(problem, problem.repair.keys)
        else problem
        for problem in problems
    )


def _price_agrees(session: Session, index: int, wrong: set[Keys], fresh: set[str], settings: Settings) -> bool:
    """By table `cost`, by another row whose cost is right, or because the file names the list that it comes from."""
    key = session.rows[index].price_key
    others = (
        other
        for other, row in enumerate(session.rows)
        if row.price_key == key and row.list_cost is not None and ("usage", other, "cost") not in wrong
    )
    if "cost" in fresh or next(others, None) is not None:
        return True
    from_list = session.prices[key].source.startswith(settings.price_book.source)
    return from_list and not any(keys[:2] == ("prices", key) for keys in wrong)


# Hints


def _with_slips(session: Session, problems: Sequence[Problem], settings: Settings) -> list[Problem]:
    """The first wrong cost says what slip made it and others wrong; a wrong sum says what makes it so."""
    costs = [problem for problem in problems if problem.rule == "row-cost" and problem.expected is not None]
    told = hint_for_costs(_claims(session, costs), settings.price_book) if costs else None
    return [
        replace(problem, hint=told)
        if told and problem is costs[0]
        else replace(problem, hint=_sum_hint(session, problem) or problem.hint)
        for problem in problems
    ]


def _claims(session: Session, costs: Sequence[Problem]) -> list[CostClaim]:
    """Of the rows with the first wrong costs, or of all rows where they are few."""
    wrong = {problem.repair.keys[1] for problem in costs if isinstance(problem.repair, SetValue)}
    indexes: Sequence[int] = range(len(session.rows))
    if len(session.rows) > _MOST_CLAIMS:
        indexes = sorted(index for index in indexes if index in wrong)[:_MOST_CLAIMS]
    return [claim for index in indexes if (claim := _claim(session, index))]


def _claim(session: Session, index: int) -> CostClaim | None:
    row = session.rows[index]
    prices = session.prices.get(row.price_key)
    if row.list_cost is None or prices is None:
        return None
    at = row.at or session.started
    label = f"row {index + 1}"
    return CostClaim(label, row.counts, row.list_cost, prices, row.model, at, row.context, row.web_searches)


def _sum_hint(session: Session, problem: Problem) -> str | None:
    if problem.rule != "totals" or problem.stated is None:
        return None
    key = problem.repair.keys[1] if isinstance(problem.repair, SetValue) else "cost"
    figures = [_figure(session, index, str(key)) for index in range(len(session.rows))]
    labels = [f"row {index + 1}" for index in range(len(figures))]
    slip = explain_sum(Decimal(problem.stated), figures, labels)
    return slip and f"{slip}; {_FILL}"


def _figure(session: Session, index: int, key: str) -> Decimal | int:
    row = session.rows[index]
    if key in KINDS:
        return int(getattr(row.counts, key))
    if key == "cost":
        return row.list_cost or Decimal()
    return row.unpriced_responses if key == "unpriced" else int(getattr(row, key))
