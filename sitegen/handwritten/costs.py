"""Lines that state costs, totals and rates: `**Input Cost**: $0.019 (6,400 tokens × $3.00/1K)`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sitegen.handwritten.figures import CostPart, Field, Sum, UnitPrice
from sitegen.handwritten.numbers import is_unfilled, read_amount, read_count, read_number
from sitegen.handwritten.values import LONGEST, Figure, Text

SUMS: Mapping[str, str] = {
    "total session cost": "cost",
    "session cost": "cost",
    "total cost": "cost",
    "total api cost": "cost",
    "api cost": "cost",
    "cost tracking": "cost",
    "cost per hour": "cost per hour",
    "cost/hour": "cost per hour",
    "hourly cost": "cost per hour",
    "tokens per hour": "tokens per hour",
    "tokens/hour": "tokens per hour",
    "real token rate": "tokens per task",
    "token rate": "tokens per task",
    "tokens per task": "tokens per task",
    "total input tokens": "input",
    "total output tokens": "output",
    "total cache read tokens": "cache_read",
    "total cache write tokens": "cache_write_5m",
    "total tokens": "tokens",
}
"""What a label says, by the label in lower case."""
_MONEY = ("cost", "cost per hour")
_PART = re.compile(
    r"(?:(?P<before>.+?)\s+)?(?P<kind>input|output|cache[ -]?write(?: (?:5m|1h))?|cache[ -]?read|cached)\s+costs?"
    r"(?:\s*\((?P<behind>[^()]+)\))?"
)
_KINDS = {"input": "input", "output": "output", "cached": "cache_read", "cacheread": "cache_read"}
_AMOUNT = r"(?:US)?\$?\s*[\d.,]*\d[\d.,]*\s*[kKmM]?|[^\w\[\]()]*\[[^\[\]]*\]"
_PRODUCT = re.compile(
    rf"(?P<cost>{_AMOUNT})\s*\(\s*(?P<tokens>{_AMOUNT})\s*(?:tokens?|tok)?\s*[×x*·@]\s*"
    rf"(?P<literal>(?P<price>{_AMOUNT})\s*(?:(?:/|per|each)\s*(?P<per>[\w.,]+(?: [a-z]+)?))?)\s*\)"
)
_SUMMANDS = re.compile(rf"(?P<cost>{_AMOUNT})\s*\((?P<inside>.+)\)")
_SUMMAND = re.compile(rf"\s*\+?\s*(?P<label>[A-Za-z][\w /-]{{0,40}}?)\s*:\s*(?P<cost>{_AMOUNT})\s*")
_BEHIND = re.compile(r"\s*(?:/|per)\s*(?:active )?(?:hour|hr|h|task|interaction|row|change)s?\.?$")
_BEGINNING = re.compile(rf"(?P<figure>{_AMOUNT})(?=\s|$|\()")
_PER: Mapping[str, int] = {
    "k": 1000, "1k": 1000, "1000": 1000, "thousand": 1000, "1k tokens": 1000, "thousand tokens": 1000, "ktok": 1000,
    "m": 10**6, "1m": 10**6, "mtok": 10**6, "1000000": 10**6, "million": 10**6, "1m tokens": 10**6,
    "million tokens": 10**6, "m tokens": 10**6, "1mtok": 10**6,
    "token": 1, "1": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Within:
    """A text of which parts are read on their own, each at its own column."""

    text: Text

    def piece(self, found: re.Match[str], group: str) -> Text:
        start, end = found.span(group)
        raw = self.text.text[start:end]
        kept = raw.strip()
        return Text(kept, self.text.line, self.text.column + start + len(raw) - len(raw.lstrip()))


def read_part(field: Field) -> CostPart | None:
    """A line of a cost breakdown, or None."""
    if len(field.value.text) > LONGEST:
        return None
    named = _PART.fullmatch(field.name)
    kind = _kind(named["kind"]) if named else ""
    if not named or not kind:
        return None
    model = (named["before"] or named["behind"] or "").strip()
    within = _Within(field.value)
    found = _PRODUCT.fullmatch(field.value.text)
    if not found:
        cost = read_amount(field.value)
        return CostPart(kind, field.label, cost, model) if not cost.wrong else None
    unit_price = None
    if not is_unfilled(found["price"].strip()):
        literal = within.piece(found, "literal")
        price = read_number(within.piece(found, "price"))
        unit_price = UnitPrice(literal.text, literal.line, literal.column, price, _per(found["per"]))
    tokens = read_count(within.piece(found, "tokens"))
    return CostPart(kind, field.label, read_amount(within.piece(found, "cost")), model, tokens, unit_price)


def _kind(word: str) -> str:
    short = re.sub(r"[ -]", "", word)
    if short.startswith("cachewrite"):
        return "cache_write_1h" if short.endswith("1h") else "cache_write_5m"
    return _KINDS.get(short, "")


def _per(unit: str | None) -> int | None:
    return _PER.get(" ".join((unit or "").lower().replace(",", "").split()).rstrip("."))


def read_sum(field: Field) -> Sum | None:
    """A stated total or rate, or None. One that does not begin with a number is words."""
    of = SUMS.get(field.name)
    if of is None or len(field.value.text) > LONGEST:
        return None
    within = _Within(field.value)
    parts: tuple[CostPart, ...] = ()
    text = field.value
    whole_line = True
    if of == "cost" and (found := _SUMMANDS.fullmatch(text.text)) and (parts := _summands(within, found)):
        text = within.piece(found, "cost")
    figure = _figure(Text(_BEHIND.sub("", text.text), text.line, text.column), of)
    if figure.wrong and (beginning := _BEGINNING.match(text.text)):
        figure = _figure(within.piece(beginning, "figure"), of)
        whole_line = False
    return None if figure.wrong else Sum(of, field.label, figure, parts, whole_line)


def _figure(text: Text, of: str) -> Figure:
    if of in _MONEY:
        return read_amount(text)
    return read_number(text) if "per" in of else read_count(text)


def _summands(within: _Within, found: re.Match[str]) -> tuple[CostPart, ...]:
    """`Input: $Y + Output: $Z` in the brackets, or nothing where something else stands there."""
    at, end = found.span("inside")
    parts: list[CostPart] = []
    while at < end and (summand := _SUMMAND.match(within.text.text, at, end)):
        kind = _kind(summand["label"].strip().lower())
        label, cost = within.piece(summand, "label"), within.piece(summand, "cost")
        parts.append(CostPart(kind, label, read_amount(cost)))
        at = summand.end()
    return tuple(parts) if at == end else ()
