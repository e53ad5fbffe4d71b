"""Block `efficiency`: rates, the estimate, and how the person rated the session."""

import re
from dataclasses import dataclass
from decimal import Decimal

from sitegen.blocks.activity import interactions
from sitegen.blocks.tables import Cell, Part, Table, fields_table, read_usd, usd_cell
from sitegen.display import count, percent, plain
from sitegen.session import Session
from sitegen.settings import EfficiencyBands

NOT_RATED = "not rated"
_GLYPHS = {"efficient": "🟢", "monitor": "🟡", "review": "🔴"}
_RATINGS = {
    "session": "Session rating",
    "cost_efficiency": "Cost efficiency rating",
    "code_quality": "Code quality rating",
}
_SCORE = re.compile(r"[★☆]* ?(\d+) of 10", re.ASCII)


@dataclass(frozen=True, slots=True)
class Efficiency:
    """`word`: efficient, monitor or review. `ratio`: list cost to estimate."""

    word: str
    ratio: Decimal

    @property
    def words(self) -> str:
        """`🟢 efficient (0.82 ×)`."""
        return f"{_GLYPHS[self.word]} {self.word} ({plain(self.ratio.quantize(Decimal('0.01')))} ×)"


def efficiency_of(session: Session, bands: EfficiencyBands) -> Efficiency | None:
    """None where nothing can be said: without an estimate, without a row, or where the cost is a lower bound."""
    totals = session.totals
    if not session.estimate or not session.rows or totals.is_floor:
        return None
    ratio = totals.list_cost / session.estimate
    if ratio <= bands.efficient:
        return Efficiency("efficient", ratio)
    return Efficiency("monitor" if ratio <= bands.monitor else "review", ratio)


def efficiency_words(session: Session, bands: EfficiencyBands) -> str:
    efficiency = efficiency_of(session, bands)
    return efficiency.words if efficiency else NOT_RATED


def efficiency_table(session: Session, bands: EfficiencyBands) -> Table:
    totals = session.totals
    counts = totals.counts
    changed = int(session.code.get("added", 0)) + int(session.code.get("deleted", 0))
    prompts = interactions(session)
    estimate = session.estimate
    none = Cell("", (Part(("estimate", "cost"), read_usd),))
    fields = [
        ("Tokens per changed line", Cell(count(round(totals.tokens / changed)) if changed else "n/a")),
        ("Tokens per interaction", Cell(count(round(totals.tokens / prompts)) if prompts else "n/a")),
        ("Read from cache", Cell(percent(counts.cache_read, counts.prompt))),
        ("Output per uncached input", Cell(_ratio(counts.output, counts.input))),
        ("Estimate", none if estimate is None else usd_cell(estimate, "estimate", "cost")),
        ("Against the estimate", Cell(efficiency_words(session, bands))),
        *((name, _rating(session, key)) for key, name in _RATINGS.items()),
    ]
    return fields_table(("Measure", "Value"), fields)


def _ratio(part: int, whole: int) -> str:
    return plain((Decimal(part) / whole).quantize(Decimal("0.01"))) if whole else "n/a"


def _rating(session: Session, key: str) -> Cell:
    """Half as many stars as points, rounded up."""
    score = session.ratings.get(key)
    stars = 0 if score is None else (score + 1) // 2
    text = "" if score is None else f"{'★' * stars}{'☆' * (5 - stars)} {score} of 10"
    return Cell(text, (Part(("ratings", key), _read_score),))


def _read_score(text: str) -> int | None:
    found = _SCORE.fullmatch(text)
    return int(found[1]) if found else None
