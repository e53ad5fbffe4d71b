"""`sessions todo`: what is open, since when, and where to tick it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.test_new import begin, days_ago, wrote

ASKED = "\n## Questions\n\n- [ ] Which **key** rotates?\n- [x] Is it safe?\n"
LEFT = "\n## Action Items\n\n- [ ] Ask ops\n\n## Next Steps\n\n- [ ] Try `uv`\n"


def loops(sessions: Run, ledger: Path, *options: str, cwd: Path | None = None) -> list[dict[str, Any]]:
    run = sessions("-C", ledger, "todo", "--format", "json", *options, cwd=cwd)
    assert run.returncode == 0, run.stderr
    assert ("in all projects" in run.stderr) != (re.search(" in `[a-z-]+`", run.stderr) is not None)
    found: list[dict[str, Any]] = json.loads(run.stdout)["loops"]
    return found


def texts(sessions: Run, ledger: Path, *options: str, cwd: Path | None = None) -> list[str]:
    return [loop["text"] for loop in loops(sessions, ledger, *options, cwd=cwd)]


def test_the_oldest_comes_first_with_age_kind_project_and_place(sessions: Run, ledger: Path) -> None:
    wrote(ledger, 2, LEFT, project="other")
    asked = wrote(ledger, 40, ASKED).relative_to(ledger).as_posix()
    run = sessions("-C", ledger, "todo")
    assert run.returncode == 0
    lines = run.stdout.split("\n")
    assert lines[:4] == ["40 days, question, shop-api", "  Which key rotates?", f"  {asked}:12", ""]
    assert lines[4:6] == ["2 days, action item, other", "  Ask ops"]
    assert run.stderr.strip() == "3 open loops in all projects; a tick in any later session closes one"
    (first, *rest) = loops(sessions, ledger)
    opened = days_ago(40).date()
    assert first == {
        "text": "Which key rotates?",
        "kind": "question",
        "project": "shop-api",
        "path": asked,
        "line": 12,
        "opened": opened.isoformat(),
        "age_days": (datetime.now(UTC).date() - opened).days,
        "sessions": 1,
        "last_path": asked,
        "last_line": 12,
    }
    assert [(loop["text"], loop["kind"]) for loop in rest] == [("Ask ops", "action item"), ("Try uv", "next session")]
    assert (ledger / asked).read_text().split("\n")[first["line"] - 1] == "- [ ] Which **key** rotates?"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "question"], ["Which key rotates?"]),
        (["--kind", "action"], ["Ask ops"]),
        (["--kind", "next"], ["Try uv"]),
        (["--project", "other"], ["Ask ops", "Try uv"]),
        (["--project", "other", "--kind", "question"], []),
        (["--all", "--kind", "question"], ["Which key rotates?"]),
    ],
)
def test_some_of_them(options: list[str], expected: list[str], sessions: Run, ledger: Path) -> None:
    wrote(ledger, 40, ASKED)
    wrote(ledger, 2, LEFT, project="other")
    assert texts(sessions, ledger, *options) == expected


def test_in_a_folder_of_a_project_only_that_one(sessions: Run, ledger: Path, home: Path) -> None:
    wrote(ledger, 40, ASKED)
    wrote(ledger, 2, LEFT, project="other")
    for name in ("other", "elsewhere"):
        (home / name).mkdir()
    run = sessions("-C", ledger, "todo", cwd=home / "other")
    assert "Which key" not in run.stdout
    assert "2 open loops in `other`" in run.stderr
    assert len(texts(sessions, ledger, "--all", cwd=home / "other")) == 3
    elsewhere = sessions("-C", ledger, "todo", cwd=home / "elsewhere")
    assert "3 open loops in all projects" in elsewhere.stderr


def test_a_tick_in_a_later_file_closes_it(sessions: Run, ledger: Path) -> None:
    """Real files: the box is carried by `new`, ticked there, gone from `todo`, and no later `new` brings it back."""
    first = wrote(ledger, 12, ASKED)
    session, text = begin(sessions, ledger)
    second = ledger / session.path
    (loop,) = loops(sessions, ledger)
    assert (loop["path"], loop["last_path"], loop["sessions"]) == (
        first.relative_to(ledger).as_posix(),
        session.path,
        2,
    )
    line = text.split("\n")[loop["last_line"] - 1]
    assert re.fullmatch(r"- \[ \] Which \*\*key\*\* rotates\? \(open for 1[0-9] days, since \d{4}-\d\d-\d\d\)", line)
    assert loop["opened"] == days_ago(12).date().isoformat()
    assert "12 days, question, shop-api, carried once" in sessions("-C", ledger, "todo").stdout

    before = first.read_bytes()
    second.write_text(text.replace(line, line.replace("[ ]", "[x]")))
    assert loops(sessions, ledger) == []
    assert first.read_bytes() == before
    run = sessions("-C", ledger, "todo", "--project", "shop-api")
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr.strip() == "nothing is open in `shop-api`"
    _, third = begin(sessions, ledger)
    assert "rotates" not in third


def test_an_item_typed_with_our_words_stays_as_it_is(sessions: Run, ledger: Path) -> None:
    wrote(ledger, 5, "\n## Questions\n\n- [ ] Why is (open since 2020-01-01) in the list?\n")
    assert texts(sessions, ledger) == ["Why is (open since 2020-01-01) in the list?"]
    assert [loop["age_days"] for loop in loops(sessions, ledger)] == [5]


@pytest.mark.parametrize("columns", ["20", "40", "80", "300"])
def test_lines_fit_the_terminal_and_obey_no_control(columns: str, sessions: Run, ledger: Path) -> None:
    words = "\x1b[31mred " + "word " * 60 + "x" * 200
    wrote(ledger, 5, f"\n## Questions\n\n- [ ] {words}\n")
    run = sessions("-C", ledger, "todo", COLUMNS=columns)
    widest = max(len(line) for line in run.stdout.split("\n") if not line.strip().startswith("sessions/"))
    assert widest <= min(max(int(columns), 40), 100)
    assert "\x1b" not in run.stdout


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--project", "nowhere"], 1, "no session is of project `nowhere`"),
        (["--project", "shop-api", "--all"], 2, "it names one project"),
        (["--kind", "wish"], 2, "wish"),
        (["--format", "yaml"], 2, "yaml"),
    ],
)
def test_what_cannot_be_meant(options: list[str], code: int, said: str, sessions: Run, ledger: Path) -> None:
    wrote(ledger, 5, ASKED)
    run = sessions("-C", ledger, "todo", *options)
    assert (run.returncode, run.stdout) == (code, "")
    assert said in run.stderr


def test_a_ledger_without_sessions_has_nothing_open(sessions: Run, ledger: Path) -> None:
    assert loops(sessions, ledger) == []
    assert sessions("-C", ledger, "todo").stderr.strip() == "nothing is open in all projects"


def test_today_is_a_day_of_the_ledgers_zone(sessions: Run, ledger: Path) -> None:
    """A session of this moment is of today wherever the ledger keeps its time."""
    settings = ledger / "sessions.toml"
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        settings.write_text(re.sub(r"(?m)^#? ?timezone = .*$", f'timezone = "{zone}"', settings.read_text()))
        assert zone in settings.read_text()
        _, text = begin(sessions, ledger, project=zone.split("/")[1])
        path = next(path for path in (ledger / "sessions").rglob("*.md") if path.read_text() == text)
        path.write_text(f"{text}\n## Questions\n\n- [ ] When?\n")
        (loop,) = [loop for loop in loops(sessions, ledger) if loop["project"] == zone.split("/")[1]]
        assert loop["age_days"] in (0, 1)  # 1 where midnight came between
