"""Faults F01 to F08 and F18 to F24, by the real command: what a person wrote stays, nothing is lost or doubled."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Run
from tests.fault_files import FILE, GOOD, LINES, begin, contents, grow, in_fences, not_owned, put
from tests.transcript_lines import answer, prompt, write_transcript

NEW_ROW = b"- {time: '09:20', task: Now the tests, "


def added(before: bytes, after: bytes) -> list[bytes]:
    """The lines that came, where every line of the file stayed as it was, in its order."""
    rest = not_owned(after).split(b"\n")
    come = []
    for line in not_owned(before).split(b"\n"):
        while rest[0] != line:
            come.append(rest.pop(0))
        rest.pop(0)
    return come + rest


def refilled(before: bytes, path: Path, ledger: Path, home: Path, sessions: Run) -> bytes:
    """The file after a person left it as `before` and a fill found one interaction more."""
    path.write_bytes(before)
    run = sessions("-C", ledger, "fill", path.stem, "--from", grow(home))
    assert run.returncode == 0, run.stderr
    assert (sessions("-C", ledger, "check").stdout) == ""
    return path.read_bytes()


def test_f01_comments_above_the_first_row_and_behind_the_last(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    before = re.sub(rb"usage:\n(- .*)\n", rb"usage:\n  # by hand\n  \1  # the last\n", path.read_bytes())
    (line,) = added(before, refilled(before, path, ledger, home, sessions))
    assert line.startswith(b"  " + NEW_ROW)


def test_f02_rows_at_column_one_with_a_comment_of_the_next_key(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    before = path.read_bytes().replace(b"totals:", b"\n# about the sums\ntotals:")
    after = refilled(before, path, ledger, home, sessions)
    (line,) = added(before, after)
    assert line.startswith(NEW_ROW)
    assert line + b"\n\n# about the sums\ntotals:" in after


@pytest.mark.parametrize("empty", [b"usage: []  # none yet", b"usage:  # none yet"])
def test_f03_a_list_without_rows(empty: bytes, ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    before = re.sub(rb"usage:\n- .*\n", empty + b"\n", path.read_bytes())
    before = re.sub(rb"totals: .*\n", b"", before)
    after = refilled(before, path, ledger, home, sessions)
    assert b"usage:  # none yet\n- {time: '09:00', " in after
    assert after.count(b"\n- {time: ") == 2


def test_f05_line_ends_bom_and_bytes_that_are_no_text(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    odd = b"\r\nalone: \r, no UTF-8: \xff, nothing: \0, no end"
    before = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + odd
    path.write_bytes(before)
    run = sessions("-C", ledger, "fill", path.stem, "--from", grow(home))
    assert run.returncode == 0, run.stderr
    after = path.read_bytes()
    (line,) = added(before, after)
    assert line.startswith(NEW_ROW)
    assert line.endswith(b"}\r")
    assert after.startswith(b"\xef\xbb\xbf---\r\n")
    assert after.endswith(odd)


def test_f06_a_body_full_of_rules_headings_and_frontmatter(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    before = path.read_bytes() + b"\n---\n\nTitle\n---\n\n---\ntitle: another\nusage: []\n---\n"
    (line,) = added(before, refilled(before, path, ledger, home, sessions))
    assert line.startswith(NEW_ROW)


@pytest.mark.parametrize("front", ["", "# only a comment", "\n"])
def test_f08_an_empty_frontmatter_gets_its_keys(front: str, ledger: Path, sessions: Run) -> None:
    """Nothing tells whose file it is, so `fill` adds nothing; the keys can be added, and the comment stays."""
    put(ledger, empty=in_fences(front))
    run = sessions("-C", ledger, "fill", "empty")
    assert run.returncode == 1
    assert (ledger / "sessions/empty.md").read_bytes() == in_fences(front)
    assert "sessions/empty.md:2:1: error[schema]: `title` is missing" in sessions("-C", ledger, "check").stdout


def test_f18_a_second_fill_writes_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    subprocess.run(["git", "init", "-q"], cwd=ledger, check=True)
    subprocess.run(["git", "add", "."], cwd=ledger, check=True)
    before = path.stat()
    for command in (["fill", path.stem], ["import"]):
        run = sessions("-C", ledger, *command, "--from", home / "projects")
        assert run.returncode == 0, run.stderr
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    status = subprocess.run(["git", "diff", "--name-only"], cwd=ledger, check=True, capture_output=True, text=True)
    assert status.stdout == ""


def test_f19_two_fills_at_once_keep_both_rows(ledger: Path, home: Path, sessions: Run) -> None:
    """In full (4 processes, 160 rows) in `test_kills.py`."""
    path = begin(ledger, home, sessions)
    folder = grow(home)
    command = [
        str(COMMAND),
        "-C",
        str(ledger),
        "fill",
        path.stem,
        "--from",
        str(folder),
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    runs = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    told = [run.communicate(timeout=60)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], told
    assert path.read_bytes().count(b"\n- {time: ") == 2
    assert sessions("-C", ledger, "check").stdout == ""


def test_f20_what_a_killed_fill_left_is_never_published(ledger: Path, home: Path, sessions: Run) -> None:
    """The kills themselves are in `test_kills.py` and `test_store.py`."""
    path = begin(ledger, home, sessions)
    left = path.with_name(f".{path.name}.123.0123abcd.tmp")
    left.write_text("---\ntitle: half a file")
    assert sessions("-C", ledger, "check").stdout == ""
    assert sessions("-C", ledger, "build").returncode == 0
    assert not [name for name in contents(ledger / "site") if "tmp" in name]
    subprocess.run(["git", "init", "-q"], cwd=ledger, check=True)
    git = ["git", "status", "--short", "-uall"]
    assert ".tmp" not in subprocess.run(git, cwd=ledger, check=True, capture_output=True, text=True).stdout
    os.utime(left, (0, 0))
    assert sessions("-C", ledger, "fill", path.stem, "--from", grow(home)).returncode == 0
    assert not left.exists()


def test_f22_a_target_that_is_no_plain_file(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    path.chmod(0o444)
    before = path.read_bytes()
    run = sessions("-C", ledger, "fill", path.stem, "--from", grow(home))
    assert run.returncode == 1
    assert f"{FILE}:1:1: error[io]: the file is read-only" in run.stderr
    assert path.read_bytes() == before
    path.unlink()
    os.mkfifo(path)
    for command in (["check"], ["fill", path.stem], ["import", "--from", home / "projects"]):
        run = sessions("-C", ledger, *command)
        told = run.stdout + run.stderr
        assert run.returncode == 1 or command[0] == "import", told
        assert "Traceback" not in told
    assert f"{FILE}:1:1: error[io]: this is a pipe, must be a plain file" in sessions("-C", ledger, "check").stdout


def test_f23_a_link_out_of_the_ledger(ledger: Path, home: Path, sessions: Run, tmp_path: Path) -> None:
    path = begin(ledger, home, sessions)
    outside = tmp_path / "outside.md"
    outside.write_bytes(path.read_bytes().replace(b"# Add rate", b"# Unpublished, add rate"))
    before = outside.read_bytes()
    path.unlink()
    path.symlink_to(outside)
    grow(home)
    for command in (["check"], ["fill", path.stem], ["import", "--from", home / "projects"], ["build"]):
        run = sessions("-C", ledger, *command)
        assert run.returncode == 1 or command[0] == "import", run.stderr
        if command[0] != "import":
            assert f"{FILE}:1:1: error[path-outside]: this leads out of the ledger" in run.stdout + run.stderr
    assert outside.read_bytes() == before
    assert path.is_symlink()
    assert not [name for name, content in contents(ledger / "site").items() if b"Unpublished" in content]


def test_f24_a_busy_ledger_is_told(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    code = """
        import sys, time
        from pathlib import Path
        from sitegen.store import locked
        with locked(Path(sys.argv[1])):
            print("held", flush=True)
            time.sleep(60)
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), ledger], env=environment, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    before = path.read_bytes()
    run = sessions("-C", ledger, "fill", path.stem, "--from", grow(home))
    assert run.returncode == 1
    assert "error[lock-busy]: another `sessions` command is writing to this ledger, waited 10 s" in run.stderr
    assert "hint: run it again; the lock is /" in run.stderr
    assert path.read_bytes() == before
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    holder.stdout.close()
    assert sessions("-C", ledger, "fill", path.stem, "--from", home / "projects").returncode == 0
    assert path.read_bytes().count(b"\n- {time: ") == 2


# Found while these tests were written


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"state: complete", b"<<<<<<< ours\nstate: complete\n=======\nstate: break\n>>>>>>> theirs"),
        (b"sessions: [s-1]", b"sessions: s-1"),
        (b"schema: 1", b"schema: ["),
    ],
)
def test_a_file_that_cannot_be_read_gets_no_second_one(
    old: bytes, new: bytes, ledger: Path, home: Path, sessions: Run
) -> None:
    path = begin(ledger, home, sessions)
    broken = path.read_bytes().replace(old, new, 1)
    path.write_bytes(broken)
    other = prompt("Another session", "2026-03-03T09:00:10.000Z", session="s-10")
    write_transcript(home, other, answer("z", "2026-03-03T09:00:20.000Z", session="s-10"), name="s-10")
    run = sessions("-C", ledger, "import", "--from", grow(home))
    assert run.returncode == 1
    assert f"{FILE}:1:1: error[not-imported]: the file names session `s-1` and cannot be read in full" in run.stderr
    assert path.read_bytes() == broken
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, "2026-03-03-another-session.md"]


def rows_of(path: Path) -> list[tuple[str, str, str]]:
    return re.findall(r"^- \{time: '(\d\d:\d\d)', task: ([^,]*), .* input: (\d+),", path.read_text(), re.MULTILINE)


def test_rows_of_one_minute_keep_their_own_tasks(ledger: Path, home: Path, sessions: Run) -> None:
    """Another session told in the same file brings a row between them."""
    for name in ("s-1", "s-3"):
        asked = prompt(f"Task of {name}", "2026-03-02T09:00:10.000Z", session=name)
        done = answer(name, "2026-03-02T09:00:20.000Z", session=name, input_tokens=int(name[-1]))
        write_transcript(home, asked, done, name=name)
    path = ledger / sessions("-C", ledger, "new", "Both", "--project", "shop-api").stdout.strip()
    path.write_text(re.sub(r"started: .*", "started: '2026-03-02T09:00:00+00:00'", path.read_text()))
    assert sessions("-C", ledger, "fill", "--from", home / "projects").returncode == 0
    path.write_text(
        path.read_text().replace("Task of s-3", "My words for s-3").replace("[s-1, s-3]", "[s-1, s-2, s-3]")
    )
    asked = prompt("Task of s-2", "2026-03-02T09:00:10.000Z", session="s-2")
    done = answer("s-2", "2026-03-02T09:00:20.000Z", session="s-2", input_tokens=2)
    write_transcript(home, asked, done, name="s-2")
    run = sessions("-C", ledger, "fill", "--from", home / "projects")
    assert run.returncode == 0, run.stderr
    assert rows_of(path) == [
        ("09:00", "Task of s-1", "1"),
        ("09:00", "Task of s-2", "2"),
        ("09:00", "My words for s-3", "3"),
    ]


def test_rows_that_a_person_moved_stay_where_they_are(ledger: Path, home: Path, sessions: Run) -> None:
    path = begin(ledger, home, sessions)
    sessions("-C", ledger, "import", "--from", grow(home))
    by_hand = "- {task: By hand, model: claude-opus-4-6, requests: 1, input: 1000000, output: 0, cost: 5, manual: true}"
    moved = re.sub(r"usage:\n(- .*)\n(- .*)\n", rf"usage:\n\2\n\1\n{by_hand}\n", path.read_text())
    path.write_text(moved)
    third = prompt("Once more", "2026-03-02T09:40:00.000Z")
    done = answer("c", "2026-03-02T09:40:30.000Z")
    run = sessions("-C", ledger, "fill", path.stem, "--from", write_transcript(home, *LINES, third, done))
    assert run.returncode == 0, run.stderr
    times = re.findall(r"^- \{(?:time: '(\d\d:\d\d)'|task: By hand)", path.read_text(), re.MULTILINE)
    assert times == ["09:20", "09:40", "09:00", ""]
    filled = path.read_bytes()
    assert sessions("-C", ledger, "fill", path.stem, "--from", home / "projects").returncode == 0
    assert path.read_bytes() == filled


def test_an_editor_that_saves_meanwhile_loses_nothing(
    ledger: Path, home: Path, sessions: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Editors take no lock: the fill is made anew on what they saved."""
    from sitegen.cli.ledgers import carry_out_anew
    from sitegen.importing import Plan, plan_import
    from sitegen.ledger import Ledger, load_ledger
    from sitegen.transcripts import read_history

    path = begin(ledger, home, sessions)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    history = read_history([grow(home)])
    edits = [b"\nA thought.\n", b"\nAnother thought.\n"]

    def plan_while_someone_writes(current: Ledger) -> Plan:
        plan = plan_import(current, history.sessions, "")
        if edits:
            path.write_bytes(path.read_bytes() + edits.pop(0))
        return plan

    _, problems = carry_out_anew(load_ledger(ledger), plan_while_someone_writes)
    assert problems == ()
    assert path.read_bytes().endswith(b"\nA thought.\n\nAnother thought.\n")
    assert path.read_bytes().count(b"\n- {time: ") == 2


def test_an_editor_that_never_stops_is_told(
    ledger: Path, home: Path, sessions: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sitegen.cli.ledgers import carry_out_anew
    from sitegen.importing import Plan, plan_import
    from sitegen.ledger import Ledger, load_ledger
    from sitegen.transcripts import read_history

    path = begin(ledger, home, sessions)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    history = read_history([grow(home)])

    def plan_while_someone_writes(current: Ledger) -> Plan:
        plan = plan_import(current, history.sessions, "")
        path.write_bytes(path.read_bytes() + b"x")
        return plan

    _, problems = carry_out_anew(load_ledger(ledger), plan_while_someone_writes)
    assert [problem.rule for problem in problems] == ["file-changed"]
    assert path.read_bytes().endswith(b"xxx")


def test_lines_are_what_they_seem() -> None:
    """A changed line is no added one."""
    assert added(b"a\nb", b"a\nx\nb") == [b"x"]
    with pytest.raises(IndexError):
        added(b"a\nb", b"a\nc")
    assert not_owned(GOOD.encode()) != GOOD.encode()
    assert len(LINES) == 4
