"""Sessions made from values, for tests of what is computed and shown."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sitegen.errors import Problem
from sitegen.frontmatter import parse_document
from sitegen.ledger import Ledger
from sitegen.prices import UnitPrices
from sitegen.session import Git, Session, Source
from sitegen.settings import Settings
from sitegen.tokens import TokenCounts, UsageRow

DOCUMENT, _ = parse_document(b"---\nschema: 1\n---\n", "sessions/2026/made.md")
SONNET = UnitPrices(
    Decimal(3),
    Decimal("3.75"),
    Decimal(6),
    Decimal("0.3"),
    Decimal(15),
    web_search=Decimal("0.01"),
    source="genai-prices 0.2.3",
)


def made_row(
    at: str | None = "2026-02-11T20:36+01:00",
    model: str = "claude-sonnet-5",
    list_cost: str | None = "0.0213",
    *,
    counts: TokenCounts | None = None,
    requests: int = 2,
    task: str = "Initial prompt",
    tools: Mapping[str, int] | None = None,
) -> UsageRow:
    return UsageRow(
        datetime.fromisoformat(at) if at else None,
        task,
        model,
        requests,
        counts or TokenCounts(input=100, cache_read=20_000, output=1_000),
        Decimal(list_cost) if list_cost is not None else None,
        tools=tools or {},
    )


def made_session(
    path: str = "sessions/2026/2026-02-11-jwt.md",
    *rows: UsageRow,
    title: str = "JWT",
    project: str = "shop-api",
    started: str | None = "2026-02-11T20:36:53+01:00",
    active: timedelta | None = timedelta(minutes=30),
    body: str = "",
    tags: tuple[str, ...] = (),
    branch: str = "",
    sample: bool = False,
    source: Source | None = None,
) -> Session:
    assert DOCUMENT is not None
    began = datetime.fromisoformat(started) if started else None
    return Session(
        path,
        title,
        project,
        DOCUMENT,
        body=body,
        started=began,
        ended=began + timedelta(minutes=40) if began else None,
        active=active,
        state="complete",
        tags=tags,
        git=Git(branch),
        source=source,
        sample=sample,
        rows=rows,
        prices={"claude-sonnet-5": SONNET},
    )


def made_ledger(*sessions: Session, problems: tuple[Problem, ...] = (), title: str = "Sessions") -> Ledger:
    return Ledger(Path("/nowhere"), Settings(title=title), sessions, problems)
