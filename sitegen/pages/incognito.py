"""A session to be shown without its amounts: shares stand for the figures, and words lose the sums they state."""

import re
from dataclasses import replace

from sitegen.display import Amounts
from sitegen.session import Session
from sitegen.tokens import Totals, UsageRow

_NUMBER = r"\d[\d.,]{0,30}(?<![.,])(?:\s?(?:bn|[kKmMGB])\b)?"
_AMOUNT = re.compile(
    rf"(?P<before>(?:[$€£¥]|\b(?:USD|EUR|GBP))\s?){_NUMBER}"
    rf"|{_NUMBER}(?=\s?(?:[€£¢]|(?:USD|EUR|GBP|dollars?|cents?)\b))"
    rf"|{_NUMBER}(?=\s(?:[\w-]+\s){{0,2}}(?:tokens?|requests?)\b)"
    r"|\b\d{1,3}(?:,\d{3}){1,8}(?:\.\d{1,20})?",
)


def shares_of(totals: Totals) -> Amounts:
    """Each amount as its share of these sums."""
    return Amounts(True, totals.list_cost, totals.tokens, totals.requests)


def hide_amounts(words: str) -> str:
    """`$1.23` becomes `$…`; so do sums in other currencies, `1.5 M tokens`, and numbers written as `12,345`."""
    return _AMOUNT.sub(lambda found: f"{found['before'] or ''}…", words)


def without_amounts(session: Session) -> Session:
    """Its words without sums. Its figures stay: only how they are shown hides them."""
    return replace(
        session,
        title=hide_amounts(session.title),
        focus=hide_amounts(session.focus),
        body=hide_amounts(session.body),
        tags=tuple(map(hide_amounts, session.tags)),
        quality={key: hide_amounts(words) for key, words in session.quality.items()},
        rows=tuple(map(_row_without_amounts, session.rows)),
    )


def _row_without_amounts(row: UsageRow) -> UsageRow:
    return replace(row, task=hide_amounts(row.task), notes=hide_amounts(row.notes))
