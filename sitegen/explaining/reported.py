"""What the agent itself says that a session cost, and why that differs from the rows."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from sitegen.explaining.causes import Cause, Difference, difference_of
from sitegen.explaining.charges import charge_of, sum_of
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.session import Session
from sitegen.tokens import UsageRow, totals_of
from sitegen.transcripts import AgentFigure, ModelFigure, SummedCounts, summed

_KINDS = {"input": "input", "cache_read": "cache read", "output": "output"}


@lru_cache(maxsize=1024)  # asked for each response
def family_of(model: str) -> str:
    """One name for all spellings of a model."""
    return family_name(read_model_name(model).name)


def reported_difference(session: Session, figures: Sequence[AgentFigure]) -> Difference | None:
    """From Claude Code's own last account, by model and kind, where the transcript has it. None: it says nothing.

    The figure is the one in the file; without one, that of the transcript.
    """
    stated = session.source.reported_cost if session.source else None
    told = sum_of(figure.cost for figure in figures)
    if stated is None and not figures:
        return None
    theirs = told if stated is None else stated
    ours = session.totals.list_cost
    fits = bool(figures) and told == theirs and all(figure.models for figure in figures)
    return difference_of(ours, theirs, tuple(_causes(session, figures)) if fits else ())


def _causes(session: Session, figures: Sequence[AgentFigure]) -> Iterator[Cause]:
    rows: dict[str, list[UsageRow]] = {}
    for row in session.rows:
        rows.setdefault(family_of(row.model), []).append(row)
    told: dict[str, list[ModelFigure]] = {}
    for figure in figures:
        for model in figure.models:
            told.setdefault(family_of(model.model), []).append(model)
    for family, mine in told.items():
        yield from _of_model(session, family, rows.pop(family, []), mine)
    for family, left in rows.items():
        amount = -totals_of(left).list_cost
        yield Cause("not-in-account", f"{family}: the agent's account has none of it", amount)


def _of_model(session: Session, family: str, rows: Sequence[UsageRow], told: Sequence[ModelFigure]) -> Iterator[Cause]:
    if not rows:
        amount = sum_of(model.cost for model in told)
        yield Cause("not-in-lines", f"{family}: calls beside the conversation, which no line shows", amount)
        return
    reported = sum((model.counts for model in told), SummedCounts())
    ours = summed(totals_of(rows).counts)
    prices = {session.prices.get(row.price_key) for row in rows}
    one = prices.pop() if len(prices) == 1 else None
    for kind, words in _KINDS.items():
        off = getattr(reported, kind) - getattr(ours, kind)
        charge = charge_of(one, kind, off) if one and off else None
        if charge:
            yield Cause(f"{kind}-tokens", _off_words(family, off, words, floor=_is_floor(kind, rows)), charge)
    written = reported.cache_write - ours.cache_write
    lifetimes = {kind for kind in ("cache_write_5m", "cache_write_1h") if any(getattr(r.counts, kind) for r in rows)}
    if written and one and len(lifetimes) == 1:
        charge = charge_of(one, lifetimes.pop(), written)
        yield Cause("cache-write-tokens", _off_words(family, written, "cache write"), charge or Decimal())


def _is_floor(kind: str, rows: Sequence[UsageRow]) -> bool:
    return kind == "output" and any(row.output_floor for row in rows)


def _off_words(family: str, off: int, words: str, *, floor: bool = False) -> str:
    if off < 0:
        return f"{family}: {-off:,} {words} tokens are in the lines only"
    why = "its lines stayed at a start value" if floor else "no line shows them"
    return f"{family}: {off:,} {words} tokens more, {why}"


def likely_reasons(session: Session, difference: Difference, figures: Sequence[AgentFigure]) -> tuple[str, ...]:
    """What the data supports, for a difference that is not explained by amounts."""
    return tuple(_reasons(session, difference, figures)) if difference.amount else ()


def _reasons(session: Session, difference: Difference, figures: Sequence[AgentFigure]) -> Iterator[str]:
    if any(figure.is_guess for figure in figures):
        yield "the agent did not know the price of a model: its figure is a guess (hasUnknownModelCost)"
    if session.totals.output_floor:
        yield "some output counts are lower bounds: the agent knew the whole answers, the lines do not"
    if session.totals.unpriced_responses:
        yield f"{session.totals.unpriced_responses:,} responses have no price here and are not in our sum"
    if any(not row.is_derived for row in session.rows):
        yield "rows that were typed or sent with `sessions send` are in our sum, and no work of the agent"
    if any(figure.times > 1 for figure in figures) or (session.source and len(session.source.sessions) > 1):
        yield "the session was resumed: whether the agent's sum goes on then, or begins anew, is not documented"
    if difference.rest > 0 and not figures:
        yield "the agent also counts calls beside the conversation (titles, summaries), which no line shows"
    if difference.rest < 0:
        yield "the agent writes its figure at the end of a run: lines that came after it are not in it"
