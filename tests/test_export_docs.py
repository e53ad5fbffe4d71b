"""docs/exports.md lists the columns that there are, and every export that there is."""

from pathlib import Path

import pytest

from sitegen.cli.export import app
from sitegen.exporting.focus import COLUMNS
from sitegen.records import SESSION_COLUMNS, USAGE_COLUMNS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_tables_are_what_the_columns_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import make_export_docs

    assert make_export_docs.page(PAGE) == PAGE, "`make docs` writes it"
    assert PAGE.count("\n| `") >= len(SESSION_COLUMNS) + len(USAGE_COLUMNS) + len(COLUMNS)


def test_every_export_is_told_with_its_options() -> None:
    for command in app.registered_commands:
        assert f"sessions export {command.name}" in PAGE
    for option in ("--rows", "--force", "--account", "--folder"):
        assert f"`{option}`" in PAGE
