"""The spool: a note is there whole or not at all, for its user and its ledger alone."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sitegen.spool import drop, entries, keep, keep_again, spool_folder, sweep

HOME = Path("/home/ana")
KEEP = """
import os, sys
from pathlib import Path
from sitegen.spool import keep
for number in range(int(sys.argv[3])):
    keep(Path(sys.argv[1]), "session-end", Path(sys.argv[2]), {"writer": os.getpid(), "number": number})
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_is_the_one_given_or_that_of_the_users_state(monkeypatch: pytest.MonkeyPatch) -> None:
    own = "sessions-daybook/spool"
    monkeypatch.setattr(sys, "platform", "linux")
    assert spool_folder({}, HOME) == HOME / ".local/state" / own
    assert spool_folder({"XDG_STATE_HOME": "/state"}, HOME) == Path("/state") / own
    assert spool_folder({"XDG_STATE_HOME": "state"}, HOME) == HOME / ".local/state" / own
    assert spool_folder({"SESSIONS_SPOOL": "/s", "XDG_STATE_HOME": "/state"}, HOME) == Path("/s")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert spool_folder({}, HOME) == HOME / "Library/Application Support" / own


def test_notes_come_back_in_order_and_only_to_their_ledger(tmp_path: Path) -> None:
    spool, root, other = tmp_path / "a" / "spool", tmp_path / "one", tmp_path / "two"
    for number in range(5):
        keep(spool, "session-end", root, {"number": number})
        keep(spool, "response", other, {"number": -number})
    keep(spool, "response", None, {"number": 99})
    found = entries(spool, root)
    assert [(entry.kind, entry.content) for entry in found] == [("session-end", {"number": n}) for n in range(5)]
    assert {entry.root for entry in found} == {root.resolve()}
    drop(found[2])
    drop(found[2])
    assert [entry.content["number"] for entry in entries(spool, root)] == [0, 1, 3, 4]


def test_a_ledger_is_known_through_a_link_and_by_a_name_that_is_no_text(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/led\xffger"))
    root.mkdir()
    link = tmp_path / "link"
    link.symlink_to(root)
    keep(tmp_path / "spool", "session-end", link, {"transcript": "/a\udcff"})
    (entry,) = entries(tmp_path / "spool", root)
    assert (entry.root, entry.content) == (root, {"transcript": "/a\udcff"})


def test_notes_are_for_their_user_alone(tmp_path: Path) -> None:
    path = keep(tmp_path / "spool", "session-end", tmp_path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_torn_or_foreign_is_passed_over(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    good = keep(spool, "session-end", tmp_path, {"number": 1})
    raw = good.read_bytes()
    for end in range(len(raw)):
        (spool / f"torn-{end}.json").write_bytes(raw[:end])
    foreign = [[], 1, "x", {"schema": 2}, {**json.loads(raw), "content": []}, {**json.loads(raw), "root": ""}]
    for number, value in enumerate(foreign):
        (spool / f"foreign-{number}.json").write_text(json.dumps(value))
    (spool / "deep.json").write_text("[" * 100_000)
    (spool / "bytes.json").write_bytes(bytes(range(256)))
    (spool / "readme.txt").write_bytes(raw)
    (spool / ".hidden.json").write_bytes(raw)
    (spool / "folder.json").mkdir()
    (spool / "link.json").symlink_to(good)
    os.mkfifo(spool / "pipe.json")
    assert [entry.path for entry in entries(spool, tmp_path)] == [good]
    assert entries(tmp_path / "none", tmp_path) == ()
    assert entries(good, tmp_path) == ()


def test_a_note_can_get_another_content_in_its_place(tmp_path: Path) -> None:
    keep(tmp_path, "session-end", tmp_path, {"number": 1})
    keep(tmp_path, "session-end", tmp_path, {"number": 2})
    first, second = entries(tmp_path, tmp_path)
    assert keep_again(first, {"number": 1, "read": 7}) == entries(tmp_path, tmp_path)[0]
    assert entries(tmp_path, tmp_path)[1] == second
    assert len(names(tmp_path)) == 2


def test_only_old_temporary_files_are_swept(tmp_path: Path) -> None:
    note = keep(tmp_path, "session-end", tmp_path, {})
    for name, age in ((".a.json.0.tmp", 7200), (".b.json.0.tmp", 60), (".c", 7200)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    os.utime(note, (0, 0))
    sweep(tmp_path, time.time())
    assert names(tmp_path) == sorted((".b.json.0.tmp", ".c", note.name))
    sweep(tmp_path / "none", time.time())


@pytest.mark.parametrize("kind", ["a file", "a folder that cannot be made"])
def test_a_spool_that_cannot_be_written_is_an_oserror(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = tmp_path / "file" if kind == "a file" else tmp_path / "file" / "spool"
    with pytest.raises(OSError):  # noqa: PT011  # which one is the system's
        keep(spool, "session-end", tmp_path, {})


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path) -> None:
    small_disk = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))"
    spool = tmp_path / "spool"
    command = [sys.executable, "-c", f"{small_disk}\n{KEEP}", str(spool), str(tmp_path), "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1].startswith("OSError: ")
    assert names(spool) == []


def test_eight_writers_at_once_lose_and_mix_nothing(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    writers = [subprocess.Popen([sys.executable, "-c", KEEP, spool, tmp_path, "25"]) for _ in range(8)]
    assert [writer.wait() for writer in writers] == [0] * 8
    found = entries(spool, tmp_path)
    for writer in writers:
        assert [e.content["number"] for e in found if e.content["writer"] == writer.pid] == list(range(25))
    assert len(found) == 200
