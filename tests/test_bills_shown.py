"""What was billed, where it belongs: the summary of a session and the page of a month."""

import json
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sitegen.pages.months import month_pages
from sitegen.pages.site import site_of
from tests.billed_ledger import Told, row, write_sessions
from tests.conftest import Run
from tests.made_sessions import made_ledger, made_row, made_session


def test_a_summary_tells_what_was_billed(ledger: Path, sessions: Run) -> None:
    told = Told(
        "Search", datetime.fromisoformat("2026-02-13T09:00:00+01:00"), (row("09:00", "claude-opus-4-8", 9, 0, 0, 0, 3),)
    )
    write_sessions(ledger, sessions, told)
    assert json.loads(sessions("-C", ledger, "show", "search", "--format", "json").stdout)["billed_cost"] is None
    (path,) = (ledger / "sessions").rglob("*-search.md")
    path.write_text(path.read_text().replace("totals:", "billed: {cost: 0.00012, source: Invoice}\ntotals:"))
    assert re.search(r"^Billed +\$0\.0001$", sessions("-C", ledger, "show", "search").stdout, re.MULTILINE)
    assert json.loads(sessions("-C", ledger, "show", "search", "--format", "json").stdout)["billed_cost"] == "0.00012"


def test_a_month_tells_what_was_billed_of_its_sessions() -> None:
    billed = replace(made_session("sessions/2026/a.md", made_row()), billed=Decimal("1.25"))
    split = replace(
        made_session("sessions/2026/b.md", made_row(), made_row("2026-03-01T09:00+01:00")), billed=Decimal(7)
    )
    pages = {page.title: page.body for page in month_pages(site_of(made_ledger(billed, split)))}
    assert "Billed: $1.25 for 1 session of 2, as their invoices say." in pages["February 2026"]
    assert "Billed:" not in pages["March 2026"], "an amount has no parts by day"
