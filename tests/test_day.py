"""The day that the templates describe, from its first command to its last, against an API on loopback."""

import re
from decimal import Decimal
from pathlib import Path

from tests.api_server import MODEL
from tests.desks import ANSWER, Desk

ROOT = Path(__file__).parent.parent


def good(desk: Desk, *arguments: object) -> str:
    run = desk(*arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout + run.stderr


def test_start_count_send_log_summary_end_and_export(desk: Desk, home: Path) -> None:
    good(desk, "new", "Token buckets", "--template", "api", "--project", "shop-api", "--estimate", "0.50")
    counted = good(desk, "count", desk.prompt, "--model", MODEL, "--model", "claude-opus-4-8", "--output", "500")
    assert "estimate" in counted
    assert desk.session.rows == ()
    for task in ("Explain buckets", "Explain them again"):
        assert ANSWER in good(desk, "send", desk.prompt, "--model", MODEL, "--task", task)
    good(desk, "log", "Asked elsewhere", "--model", "claude-opus-4-8", "--input", "2000", "--output", "100")
    session = desk.session
    assert [(row.task, row.manual, bool(row.response)) for row in session.rows] == [
        ("Explain buckets", False, True),
        ("Explain them again", False, True),
        ("Asked elsewhere", True, False),
    ]
    assert session.source is not None
    assert session.source.kind == "api"
    assert session.totals.list_cost == sum((row.list_cost or Decimal() for row in session.rows), Decimal())
    shown = good(desk, "show")
    assert "Token buckets" in shown
    assert "typed by hand" in shown

    ended = good(desk, "end")
    assert desk.session.state == "complete"
    assert "left to write" in ended
    assert good(desk, "todo") is not None
    assert "Explain buckets" in good(desk, "explain", "token-buckets")

    vault = home / "Notes"
    (vault / ".obsidian").mkdir(parents=True)
    good(desk, "export", "obsidian", vault)
    latest = (vault / "Sessions" / "Latest_Session_Export.md").read_text()
    assert "Token buckets" in latest
    assert "msg_" not in "".join(path.read_text() for path in (vault / "Sessions").rglob("*.md"))
    assert [problem for problem in desk.errors() if problem["rule"] != "placeholder"] == []


def test_each_step_is_a_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for step in ("new", "count", "send", "log", "show", "end", "todo", "export"):
        assert re.search(rf"^\| `sessions {step}\b", readme, re.MULTILINE), step
