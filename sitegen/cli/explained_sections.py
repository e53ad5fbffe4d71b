"""What an explanation tells, in the order of reading: the total, its parts, what is behind, what others say."""

from collections.abc import Sequence

from sitegen.cli.explained_account import (
    parts_section,
    prices_section,
    row_section,
    rows_section,
    sums_section,
    total_section,
)
from sitegen.cli.explained_parts import Section
from sitegen.cli.explained_sources import against_section, reported_section, responses_section, transcript_section
from sitegen.errors import Problem
from sitegen.explaining.explanation import Explanation


def sections_of(explanation: Explanation, problems: Sequence[Problem], row: int | None) -> tuple[Section, ...]:
    """`row`: only that row of the session, from 1, with the responses behind it."""
    account, transcript = explanation.account, explanation.transcript
    session = account.session
    total = total_section(account, problems)
    if row is not None:
        behind = (transcript.rows or {}).get(row - 1)
        return total, row_section(account.rows[row - 1], session), responses_section(behind, transcript, session)
    sections = [total]
    if account.rows:
        sums = [sums_section(account)] if len(account.by_price) > 1 else []
        sections += [parts_section(account), *sums, prices_section(account), rows_section(account)]
    sections.append(transcript_section(transcript, session))
    if explanation.reported is not None:
        sections.append(reported_section(explanation.reported, session))
    if explanation.against is not None:
        sections.append(against_section(explanation.against))
    return tuple(sections)
