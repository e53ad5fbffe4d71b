"""`sessions export csv` and `json`: the ledger as rows, streamed, and never over a file that is not theirs."""

import csv
import io
import json
import os
import pty
import stat
import subprocess
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sitegen.cli.pieces import write_pieces
from sitegen.errors import ProblemError
from sitegen.records import SESSION_COLUMNS, USAGE_COLUMNS, csv_lines, json_rows, usage_columns, usage_entries
from sitegen.rollups import session_totals
from tests.conftest import COMMAND, Run
from tests.made_sessions import made_row, made_session

ROOT = Path(__file__).parent.parent
SESSION = """---
schema: 1
title: {title}
project: shop
started: '2026-02-11T20:36:53+01:00'
estimate: {{cost: 1.5}}
usage:
- {{time: '20:36', task: {task}, model: claude-opus-4-8, requests: 2, input: 1000000, output: 0, cost: 5}}
totals: {{requests: 2, input: 1000000, output: 0, cost: 5}}
prices:
  claude-opus-4-8: {{input: 5, output: 25, source: my own list}}
---

# Words
"""


def add_session(ledger: Path, name: str = "2026-02-11-jwt", *, title: str = "JWT", task: str = "First") -> Path:
    path = ledger / "sessions" / "2026" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SESSION.format(title=json.dumps(title), task=json.dumps(task)), encoding="utf-8")
    return path


def read(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_csv_has_a_line_for_each_session_and_with_rows_one_for_each_row(ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    for arguments in (("csv",), ("csv", "-")):
        run = sessions("-C", ledger, "export", *arguments)
        assert (run.returncode, run.stderr) == (0, "")
        (told,) = read(run.stdout)
        assert list(told) == [column.name for column in SESSION_COLUMNS]
        assert (told["title"], told["list_cost"], told["estimate"], told["billed"]) == ("JWT", "5", "1.5", "")
    run = sessions("-C", ledger, "export", "csv", "--rows")
    (told,) = read(run.stdout)
    assert list(told) == [column.name for column in USAGE_COLUMNS]
    assert (told["path"], told["task"], told["list_cost"]) == ("sessions/2026/2026-02-11-jwt.md", "First", "5")


def test_json_holds_sessions_and_with_rows_a_flat_list(ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    told = json.loads(sessions("-C", ledger, "export", "json").stdout)
    assert [(each["title"], each["estimate"], len(each["usage"])) for each in told["sessions"]] == [("JWT", "1.5", 1)]
    flat = json.loads(sessions("-C", ledger, "export", "json", "-", "--rows").stdout)
    (row,) = flat["rows"]
    assert list(row) == [column.name for column in USAGE_COLUMNS]
    assert row["list_cost"] == "5"
    assert flat["totals"] == told["totals"]
    assert set(flat) == {"format", "title", "currency", "rows", "totals"}


@pytest.mark.parametrize("title", ["=1+1", "@SUM(A1)", " =x", "\uff1d1"])
def test_a_formula_is_text_and_a_number_a_number(title: str, ledger: Path, sessions: Run) -> None:
    """Fault F45."""
    add_session(ledger, title=title, task=title)
    (told,) = read(sessions("-C", ledger, "export", "csv").stdout)
    assert told["title"] == f"'{title}"
    (row,) = read(sessions("-C", ledger, "export", "csv", "--rows").stdout)
    assert (row["task"], row["input"], row["list_cost"]) == (f"'{title}", "1000000", "5")
    assert json.loads(sessions("-C", ledger, "export", "json").stdout)["sessions"][0]["title"] == title


def test_a_terminal_is_shown_what_it_must_not_obey(ledger: Path, home: Path) -> None:
    """Fault F46. What reads from a pipe gets the very characters."""
    title = "a\x1b[31mb\x9bc\u202ed"
    add_session(ledger, title=title)
    primary, secondary = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(COMMAND), "-C", str(ledger), "export", "csv"]
    subprocess.run(command, check=True, env=environment, stdout=secondary, timeout=60)
    os.close(secondary)
    shown = b""
    # A terminal whose other side is closed ends with an error on Linux, and with nothing elsewhere.
    with suppress(OSError):
        while piece := os.read(primary, 65536):
            shown += piece
    os.close(primary)
    assert "a\\x1b[31mb\\x9bc\\u202ed" in shown.decode()
    assert b"\x1b" not in shown
    piped = subprocess.run(command, check=True, env=environment, capture_output=True, timeout=60)
    assert title in piped.stdout.decode()


def test_a_file_is_replaced_only_if_it_is_such_an_export_or_by_force(
    tmp_path: Path, ledger: Path, sessions: Run
) -> None:
    add_session(ledger)
    target = tmp_path / "out.csv"
    run = sessions("-C", ledger, "export", "csv", target)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", f"1 session written to {target}\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    add_session(ledger, "2026-02-12-more")
    assert sessions("-C", ledger, "export", "csv", target).returncode == 0
    assert len(read(target.read_text(encoding="utf-8"))) == 2
    before = target.read_bytes()
    for other in (("csv", "--rows"), ("json",), ("focus",)):
        run = sessions("-C", ledger, "export", *other, target)
        assert run.returncode == 1
        assert "which no export of this kind made; must be a new name\n  hint: `--force` replaces it" in run.stderr
        assert target.read_bytes() == before
    assert sessions("-C", ledger, "export", "json", target, "--force").returncode == 0
    assert len(json.loads(target.read_bytes())["sessions"]) == 2
    assert not list(tmp_path.glob(".*"))


def test_places_that_are_no_file_of_ours_are_refused(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    path = add_session(ledger)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    before = path.read_bytes()
    for target, why in (
        (link, "this is no plain file"),
        (tmp_path, "this is no plain file"),
        (path, "this is in `sessions/`"),
        (tmp_path / "none" / "out.csv", "cannot export: No such file or directory"),
    ):
        run = sessions("-C", ledger, "export", "csv", target, "--force")
        assert run.returncode == 1, target
        assert why in run.stderr or "this is in `sessions/`" in run.stderr, target
        assert "Traceback" not in run.stderr
    assert path.read_bytes() == before
    assert link.is_symlink()


def test_a_file_stays_whole_where_the_export_breaks(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("path,title,old\n", encoding="utf-8")

    def pieces() -> Iterator[str]:
        yield "path,title,new\n"
        raise ProblemError

    with pytest.raises(ProblemError):
        write_pieces(pieces(), target, root=tmp_path / "ledger", head="path,", force=False)
    assert target.read_text(encoding="utf-8") == "path,title,old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_that_cannot_be_read_in_full_ends_the_export_with_1_after_it(ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    (ledger / "sessions" / "2026" / "broken.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    for form in ("csv", "json", "focus"):
        run = sessions("-C", ledger, "export", form)
        assert run.returncode == 1, form
        assert "JWT" in run.stdout or "jwt" in run.stdout
        assert "sessions/2026/broken.md:" in run.stderr


def test_a_reader_that_goes_away_is_no_fault(home: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(COMMAND), "-C", str(ROOT), "export", "json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0


def test_memory_does_not_grow_with_what_is_written(tmp_path: Path) -> None:
    """One session after another from a few shared rows: what is measured is the output's own."""
    rows = tuple(replace(made_row(tools={"Read": 4}), task=f"Task {number} " + "x" * 500) for number in range(20))
    peaks = {}
    for number in (50, 1000):
        sessions = [made_session(f"sessions/2026/{each}.md", *rows) for each in range(number)]
        target = tmp_path / f"{number}.csv"
        session_totals(sessions)  # a session keeps its own
        tracemalloc.start()
        write_pieces(csv_lines(usage_columns(), usage_entries(sessions)), target, root=tmp_path, head="", force=False)
        write_pieces(json_rows("L", sessions), target, root=tmp_path, head="path", force=False)
        peaks[number] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert target.stat().st_size > number * 20 * 700
    assert peaks[1000] < peaks[50] + 100_000
