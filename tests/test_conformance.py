"""Awkward transcripts, one case a project, and the truth about each: counted and priced by the real command."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sitegen.tokens import KINDS
from tests.conftest import Run

CORPUS = Path(__file__).parent / "conformance"
NAMES: dict[str, str] = json.loads((CORPUS / "names.json").read_text(encoding="utf-8"))
EXPECTED: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return report_of_corpus(tmp_path_factory.mktemp("conformance"))


def report_of_corpus(folder: Path) -> dict[str, dict[str, Any]]:
    run = command(folder / "home")
    ledger = folder / "ledger"
    ledger.mkdir()
    run("-C", ledger, "init")
    run("-C", ledger, "import", "--from", CORPUS / "projects")
    told = json.loads(run("-C", ledger, "report", "--by", "project", "--format", "json").stdout)
    return {row["key"]: row for row in told["rows"]}


def command(home: Path) -> Run:
    home.mkdir()
    return Run(home)


@pytest.mark.parametrize("case", NAMES, ids=lambda case: f"{case}-{NAMES[case]}")
def test_case(case: str, rows: dict[str, dict[str, Any]]) -> None:
    expected = EXPECTED.get(case)
    if expected is None:
        assert case not in rows
        return
    got = rows[case]
    assert {kind: got[kind] for kind in KINDS} == {kind: expected[kind] for kind in KINDS}
    assert got["unpriced_responses"] == expected["unpriced"]
    if not expected["unpriced"]:
        assert Decimal(got["list_cost"]) == Decimal(expected["cost"])
