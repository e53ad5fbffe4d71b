"""`sessions reconcile --write`: what was billed, in the files that the bill explains fully, and held from then on."""

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sitegen.ledger import load_ledger
from sitegen.tokens import TokenCounts
from tests.billed_ledger import Told, row, write_sessions
from tests.conftest import Run
from tests.made_bills import cost_csv, lines_of, usage_csv

OPUS, HAIKU = "claude-opus-4-8", "claude-haiku-4-5-20251001"
LIMITS = Told(
    "Limits",
    datetime.fromisoformat("2026-02-11T20:36:53+01:00"),
    (row("20:36", OPUS, 40, 0, 17842, 210332, 2113), row("20:51", HAIKU, 12, 100, 0, 5000, 410)),
)
SEARCH = Told(
    "Search", datetime.fromisoformat("2026-02-13T09:00:00+01:00"), (row("09:00", OPUS, 900, 0, 0, 40000, 3000),)
)
OPEN = replace(SEARCH, title="Open", started=datetime.fromisoformat("2026-02-14T09:00:00+01:00"), state="active")


@pytest.fixture(scope="module")
def filled(new_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    root = Path(shutil.copytree(new_ledger, folder / "ledger"))
    write_sessions(root, Run(folder), LIMITS, SEARCH, OPEN)
    return root


class Desk:
    """A ledger, its bill, and the command run on both with `--write`."""

    def __init__(self, root: Path, sessions: Run) -> None:
        self.root, self.sessions = root, sessions
        self.ledger = load_ledger(root)
        self.lines = lines_of(self.ledger.sessions)
        self.bill()

    def bill(self, **how: Any) -> None:
        (self.root.parent / "usage.csv").write_bytes(usage_csv(self.lines))
        (self.root.parent / "cost.csv").write_bytes(cost_csv(self.lines, self.ledger.settings.price_book, **how))

    def write(self) -> Any:
        files = (self.root.parent / name for name in ("usage.csv", "cost.csv"))
        return self.sessions("-C", self.root, "reconcile", *files, "--write")

    def path(self, title: str) -> Path:
        (found,) = (self.root / "sessions").rglob(f"*-{title}.md")
        return found

    def billed(self, title: str) -> list[str]:
        return re.findall(r"^billed: .*$", self.path(title).read_text(), re.MULTILINE)

    def problems(self) -> str:
        """Without what `check` says of the session that is still open."""
        found = json.loads(self.sessions("-C", self.root, "check", "--format", "json").stdout)["problems"]
        return "\n".join(problem["message"] for problem in found if not problem["path"].endswith("-open.md"))


@pytest.fixture
def desk(tmp_path: Path, filled: Path, sessions: Run) -> Desk:
    return Desk(Path(shutil.copytree(filled, tmp_path / "desk")), sessions)


def test_it_records_what_check_then_holds(desk: Desk) -> None:
    before = {path: path.read_text() for path in (desk.root / "sessions").rglob("*.md")}
    run = desk.write()
    assert (run.returncode, run.stderr) == (0, "the bill explains 2 files fully; recorded `billed` in 2\n")
    source = "source: Console usage and cost export, date: '2026-02-14'"
    assert desk.billed("limits") == [f"billed: {{cost: 0.339298, {source}}}"]
    assert desk.billed("search") == [f"billed: {{cost: 0.0995, {source}}}"]
    assert desk.billed("open") == [], "a session in work may still cost more"
    for path, text in before.items():
        kept = re.sub(r"^(billed: |\| Billed ).*\n", "", path.read_text(), flags=re.MULTILINE)
        assert kept == text
    assert desk.problems() == ""
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before}
    assert "recorded `billed` in 0" in desk.write().stderr
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == after
    path = desk.path("search")
    path.write_text(path.read_text().replace("cost: 0.0995, source", "cost: 0.0994, source"))
    assert "billed assertion broken: the rows add up to $0.0995, $0.0994 was billed" in desk.problems()


def test_one_token_off_and_only_the_files_of_that_day_stay_without(desk: Desk) -> None:
    changed = [
        replace(line, counts=line.counts + TokenCounts(cache_read=1)) if line.day.day == 13 else line
        for line in desk.lines
    ]
    desk.lines = changed
    desk.bill()
    run = desk.write()
    assert run.returncode == 1
    assert (len(desk.billed("limits")), desk.billed("search")) == (1, [])


def test_a_discount_is_recorded_beside_the_list_cost(desk: Desk) -> None:
    desk.bill(factor="0.9")
    run = desk.write()
    assert run.returncode == 0
    assert "discount  $0.0538 off the bill's own list price of $0.5383" in run.stdout
    (billed,) = desk.billed("search")
    assert billed.startswith("billed: {cost: 0.08955, list_cost: 0.0995, source: ")
    assert desk.problems() == ""
    path = desk.path("search")
    path.write_text(path.read_text().replace("list_cost: 0.0995", "list_cost: 0.0994"))
    assert "the rows add up to $0.0995, $0.0994 was the list price billed" in desk.problems()
    path.write_text(path.read_text().replace("list_cost: 0.0994", "list_cost: free"))
    assert "`billed.list_cost` is `free`, must be a number" in desk.problems()


def test_a_discount_that_the_ledger_knows_is_its_own_price(desk: Desk, sessions: Run) -> None:
    settings = desk.root / "sessions.toml"
    text = re.sub(r"(?m)^#? ?multiplier = .*$", 'multiplier = "0.9"', settings.read_text())
    assert '\nmultiplier = "0.9"\n' in text
    settings.write_text(text)
    for title in ("limits", "search", "open"):
        path = desk.path(title)
        path.write_text(re.sub(r"(?ms)^prices:\n(  .*?\n)+", "", path.read_text()))
        assert sessions("-C", desk.root, "fill", title).returncode == 0
    desk.bill(factor="0.9")  # the bill was made from the list prices
    run = desk.write()
    assert run.returncode == 0, run.stdout
    assert desk.billed("search")[0].startswith("billed: {cost: 0.08955, source: ")
    assert desk.problems() == ""


def test_another_figure_that_stands_there_is_told_and_kept(desk: Desk) -> None:
    path = desk.path("search")
    path.write_text(path.read_text().replace("totals:", "billed: {cost: 0.2, source: Invoice}\ntotals:"))
    desk.sessions("-C", desk.root, "fill", "search")
    before = path.read_text()
    run = desk.write()
    assert path.read_text() == before
    assert "warning[billed-differs]: `billed` states $0.2, this bill comes to $0.0995 for the file" in run.stderr
    path.write_text(path.read_text().replace("cost: 0.2,", "cost: 0.10,"))
    assert "billed-differs" not in desk.write().stderr, "it holds to the places that it states"


def test_rounding_to_cents_explains_a_file_to_the_cent(desk: Desk) -> None:
    desk.bill(cents=True)
    run = desk.write()
    assert run.returncode == 0
    assert desk.billed("search")[0].startswith("billed: {cost: 0.0995, ")
    assert desk.problems() == ""


def test_without_the_cost_export_nothing_is_recorded(desk: Desk) -> None:
    run = desk.sessions("-C", desk.root, "reconcile", desk.root.parent / "usage.csv", "--write")
    assert (run.returncode, run.stderr) == (0, "the bill explains 0 files fully; recorded `billed` in 0\n")
