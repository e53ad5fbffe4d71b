"""Running totals: which file made them wrong, told once for all the files that follow."""

import shutil
from pathlib import Path

import pytest

from sitegen.checking import check_folder
from sitegen.errors import Severity
from sitegen.importing import plan_fill
from sitegen.ledger import load_ledger
from sitegen.rules.running import RULE

ROOT = Path(__file__).parent.parent
ATLAS = (
    "sessions/2026/2026-07-15-a-structure-for-the-atlas-docs.md",
    "sessions/2026/2026-08-05-moving-the-wiki-to-markdown.md",
    "sessions/2026/2026-09-16-broken-links-and-redirects.md",
    "sessions/2026/2026-10-20-search-that-finds-the-page.md",
)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    for name in ("sessions", "sessions.toml"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def told(root: Path) -> list[str]:
    problems = check_folder(root, remember=False).problems
    return [f"{each.location}: {each.text}" for each in problems if each.rule == RULE]


def replace(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def as_before(root: Path, path: str) -> None:
    """The totals of the later files as they were before that file came: rendered without it."""
    kept = (root / path).read_bytes()
    (root / path).unlink()
    render_totals(root)
    (root / path).write_bytes(kept)


def render_totals(root: Path) -> None:
    ledger = load_ledger(root)
    for change in plan_fill(ledger, ledger.sessions, []).changes:
        (root / change.path).write_bytes(change.new)


def test_the_samples_are_silent(samples: Path) -> None:
    assert told(samples) == []


def test_the_file_that_came_in_between_is_named_once(samples: Path) -> None:
    as_before(samples, ATLAS[1])
    (problem,) = told(samples)
    assert problem.startswith(f"{ATLAS[2]}:14")
    assert f"; {ATLAS[1]} is not counted, it came in between; also at {ATLAS[3]}:" in problem
    assert "table `totals`, List cost: says $0.6411, the sessions of the project so far add up to $1.49" in problem


def test_a_file_that_is_gone(samples: Path) -> None:
    (samples / ATLAS[1]).unlink()
    (problem,) = told(samples)
    assert problem.startswith(f"{ATLAS[2]}:14")
    assert "; 1 session more was counted, since removed or moved; also at " in problem


def test_two_files_in_between_are_counted(samples: Path) -> None:
    kept = {path: (samples / path).read_bytes() for path in ATLAS[:2]}
    for path in kept:
        (samples / path).unlink()
    render_totals(samples)
    for path, raw in kept.items():
        (samples / path).write_bytes(raw)
    (problem,) = told(samples)
    assert f"; {ATLAS[0]}, {ATLAS[1]} are not counted, they came in between; also at " in problem


def test_sums_that_others_sessions_made_out_of_date_are_a_warning(samples: Path) -> None:
    as_before(samples, ATLAS[1])
    assert [problem.severity for problem in check_folder(samples, remember=False).problems] == [Severity.WARNING]
    stated = "| Sessions | 1 | 2 |"
    assert stated in (samples / ATLAS[2]).read_text(encoding="utf-8")
    replace(samples, ATLAS[2], stated, "| Sessions | 1 | 1 |")
    assert Severity.ERROR in [problem.severity for problem in check_folder(samples, remember=False).problems]


def test_one_changed_figure_is_told_at_its_cell(samples: Path) -> None:
    replace(samples, ATLAS[0], "| Tokens | 618,828 | 618,828 |", "| Tokens | 618,828 | 618,829 |")
    (problem,) = told(samples)
    assert problem.endswith(
        "table `totals`, Tokens: says 618,829, the sessions of the project so far add up to 618,828"
    )
    assert problem.startswith(f"{ATLAS[0]}:151:22: ")
    replace(samples, ATLAS[0], "| Tokens | 618,828 | 618,829 |", "| Tokens | 618,821 | 618,828 |")
    assert told(samples) == [
        f"{ATLAS[0]}:151:12: table `totals`, Tokens: says 618,821, this session adds up to 618,828"
    ]


def test_two_changes_in_two_files_are_two_problems(samples: Path) -> None:
    replace(samples, ATLAS[0], "| Sessions | 1 | 1 |", "| Sessions | 1 | 2 |")
    replace(samples, ATLAS[2], "| Sessions | 1 | 3 |", "| Sessions | 1 | 5 |")
    assert len(told(samples)) == 2


def test_a_file_that_cannot_be_read_or_does_not_hold_is_told_alone(samples: Path) -> None:
    whole = (samples / ATLAS[1]).read_text(encoding="utf-8")
    replace(samples, ATLAS[1], "totals: {requests: 28", "totals: {requests: 29")
    assert told(samples) == []
    (samples / ATLAS[1]).write_text(whole.replace("schema: 1", "schema: ["), encoding="utf-8")
    assert told(samples) == []


def test_a_table_that_is_none(samples: Path) -> None:
    text = (samples / ATLAS[3]).read_text(encoding="utf-8")
    start = text.index("<!-- sessions:totals -->\n") + len("<!-- sessions:totals -->\n")
    end = text.index("<!-- /sessions:totals -->")
    (samples / ATLAS[3]).write_text(f"{text[:start]}words\n{text[end:]}", encoding="utf-8")
    (problem,) = told(samples)
    assert problem.endswith("table `totals` does not have the lines that it must have")
