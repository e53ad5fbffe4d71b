"""Session files found, read, written whole or not at all, and named."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import Problem, ProblemError
from sitegen.store import (
    free_session_path,
    locked,
    locking,
    read_file,
    session_files,
    slug,
    update_file,
    write_file,
)

PATH = "sessions/2026/2026-01-02-a.md"
CALLS = ("open", "write", "fchmod", "fsync", "close")
ERRORS = (errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS)


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    (folder / PATH).parent.mkdir(parents=True)
    return folder


def told(result: object) -> str:
    """The rule and message of the one problem of a result."""
    problems = result if isinstance(result, tuple) else (result,)
    assert len(problems) == 1
    assert isinstance(problems[0], Problem)
    return f"{problems[0].location.path}: {problems[0].rule}: {problems[0].message}"


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# Finding and reading


def test_session_files_are_sorted_and_hidden_ones_passed_over(root: Path) -> None:
    for name in ("b.md", "2025/z.md", "2026/a.md", ".hidden.md", ".dir/x.md", "2026/.a.md.1.abcdef01.tmp", "x.txt"):
        (root / "sessions" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "sessions" / name).write_text("x")
    assert session_files(root) == ("sessions/2025/z.md", "sessions/2026/a.md", "sessions/b.md")
    assert session_files(root / "sessions") == ()


def test_a_link_out_of_the_ledger_is_told_and_not_read(root: Path, tmp_path: Path) -> None:
    """F23."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    (root / "sessions/link.md").symlink_to(outside / "secret.md")
    (root / "sessions/folder").symlink_to(outside)
    (root / "sessions/loop.md").symlink_to(root / "sessions/loop.md")
    assert session_files(root) == ("sessions/folder", "sessions/link.md", "sessions/loop.md")
    for path in session_files(root):
        assert told(read_file(root, path)) == f"{path}: path-outside: this leads out of the ledger"
    assert told(read_file(root, "sessions/folder/secret.md")).endswith("this leads out of the ledger")
    assert told(read_file(root, "../outside/secret.md")).endswith("this leads out of the ledger")
    assert told(write_file(root, "sessions/link.md", b"x", expected=b"secret")).endswith(
        "this is a link, must be a plain file"
    )
    for path in ("sessions/folder/new.md", "sessions/../../new.md", "/etc/new.md"):
        assert (
            told(write_file(root, path, b"x", expected=None)) == f"{path}: path-outside: this leads out of the ledger"
        )
    assert everything(outside) == {"secret.md": b"secret"}


@pytest.mark.parametrize("act", [read_file, lambda root, path: write_file(root, path, b"x", expected=b"y")])
def test_what_is_no_plain_file_is_refused_without_a_hang(root: Path, act: Callable[[Path, str], object]) -> None:
    """F22."""
    os.mkfifo(root / "sessions/pipe.md")
    (root / "sessions/folder.md").mkdir()
    assert told(act(root, "sessions/pipe.md")) == "sessions/pipe.md: io: this is a pipe, must be a plain file"
    assert told(act(root, "sessions/folder.md")) == "sessions/folder.md: io: this is a folder, must be a plain file"
    assert session_files(root) == ("sessions/pipe.md",)


def test_what_cannot_be_read_is_told(root: Path) -> None:
    assert told(read_file(root, PATH)) == f"{PATH}: io: cannot read the file: No such file or directory"
    with (root / PATH).open("wb") as file:
        file.truncate(8 * 1024 * 1024 + 1)
    assert told(read_file(root, PATH)) == f"{PATH}: io: the file has 8,388,609 bytes, must be 8 MB or less"


# Writing


def test_a_file_is_made_changed_and_left_alone(root: Path) -> None:
    assert write_file(root, PATH, b"one", expected=None) is True
    assert (root / PATH).stat().st_mode & 0o777 == 0o644
    (root / PATH).chmod(0o600)
    assert write_file(root, PATH, b"two", expected=b"one") is True
    before = (root / PATH).stat()
    assert before.st_mode & 0o777 == 0o600
    assert write_file(root, PATH, b"two", expected=b"two") is False
    assert write_file(root, PATH, b"two", expected=b"old") is False
    after = (root / PATH).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert write_file(root, "templates/own/x.md", b"", expected=None) is True
    assert everything(root) == {PATH: b"two", "templates/own/x.md": b""}


def test_nothing_is_overwritten_that_was_not_read(root: Path) -> None:
    """F35."""
    changed = f"{PATH}: file-changed: another program changed the file meanwhile, nothing was written"
    exists = f"{PATH}: file-changed: a file of this name is there already, it was not overwritten"
    assert told(write_file(root, PATH, b"new", expected=b"old")) == changed
    (root / PATH).write_bytes(b"theirs")
    assert told(write_file(root, PATH, b"new", expected=b"old")) == changed
    assert told(write_file(root, PATH, b"new", expected=None)) == exists
    assert everything(root) == {PATH: b"theirs"}


def test_a_read_only_file_stays(root: Path) -> None:
    (root / PATH).write_bytes(b"old")
    (root / PATH).chmod(0o444)
    assert told(write_file(root, PATH, b"new", expected=b"old")) == f"{PATH}: io: the file is read-only"
    assert everything(root) == {PATH: b"old"}


def test_an_edit_is_made_anew_when_the_file_changed_meanwhile(root: Path) -> None:
    (root / PATH).write_bytes(b"0")
    seen = []

    def edit(old: bytes) -> bytes:
        seen.append(old)
        if len(seen) < 3:
            (root / PATH).write_bytes(old + b"t")
        return old + b"!"

    assert update_file(root, PATH, edit) is True
    assert seen == [b"0", b"0t", b"0tt"]
    assert everything(root) == {PATH: b"0tt!"}
    assert update_file(root, PATH, lambda old: old) is False


def test_an_edit_gives_up_after_three_tries(root: Path) -> None:
    (root / PATH).write_bytes(b"")

    def edit(old: bytes) -> bytes:
        (root / PATH).write_bytes(old + b"t")
        return old + b"!"

    assert told(update_file(root, PATH, edit)).startswith(f"{PATH}: file-changed: ")
    assert everything(root) == {PATH: b"ttt"}


def test_problems_of_an_edit_are_handed_on(root: Path) -> None:
    (root / PATH).write_bytes(b"old")
    problem = read_file(root, "none.md")
    assert isinstance(problem, Problem)
    assert update_file(root, PATH, lambda _: (problem,)) == (problem,)
    assert told(update_file(root, "none.md", lambda old: old)) == told(problem)


# Faults of the system


@pytest.mark.parametrize("name", [*CALLS, "replace", "link", "unlink"])
@pytest.mark.parametrize("number", ERRORS)
@pytest.mark.parametrize("new_file", [True, False])
def test_a_failing_call_leaves_the_old_file_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int, new_file: bool
) -> None:
    """F21: the n-th call of each kind fails, for every n until none is left to fail."""
    for count in range(1, 20):
        path = f"sessions/{count}.md"
        if not new_file:
            (root / path).write_bytes(b"old")
        with locked(root), monkeypatch.context() as patch:
            failed = _fail(patch, name, number, count, root)
            result = write_file(root, path, b"new" * 9, expected=None if new_file else b"old")
        written = everything(root).get(path)
        if not failed:
            assert result is True
            assert written == b"new" * 9
            break
        if not isinstance(result, bool):
            assert told(result) == f"{path}: io: cannot write the file: {os.strerror(number)}"
            assert written in ((None, b"new" * 9) if new_file else (b"old", b"new" * 9))
        if name != "unlink":
            assert not list(root.rglob("*.tmp"))
    else:
        pytest.fail("the call never stopped failing")


def _fail(patch: pytest.MonkeyPatch, name: str, number: int, count: int, root: Path) -> list[int]:
    """Makes the `count`-th call of os.NAME fail (a file is closed all the same); the list fills when it did."""
    real = getattr(os, name)
    calls: list[int] = []
    failed: list[int] = []

    def call(*arguments: Any, **more: Any) -> Any:
        if name == "open" and not str(arguments[0]).startswith(str(root)):
            return real(*arguments, **more)
        calls.append(1)
        if len(calls) == count:
            failed.append(number)
            if name == "close":
                real(*arguments)
            raise OSError(number, os.strerror(number))
        return real(*arguments, **more)

    patch.setattr(os, name, call)
    return failed


def test_short_writes_are_completed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: real(descriptor, bytes(content)[:7]))
    content = bytes(range(100))
    assert write_file(root, PATH, content, expected=None) is True
    assert everything(root) == {PATH: content}


def test_a_file_system_without_links_is_written_to_all_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    assert write_file(root, PATH, b"new", expected=None) is True
    assert told(write_file(root, PATH, b"other", expected=None)).endswith("it was not overwritten")
    assert everything(root) == {PATH: b"new"}


def test_an_interrupt_leaves_no_temporary_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    (root / PATH).write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_file(root, PATH, b"new", expected=b"old")
    assert everything(root) == {PATH: b"old"}


# Locks and other processes


def start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_four_processes_lose_no_line(root: Path) -> None:
    """F19."""
    (root / PATH).write_bytes(b"")
    code = """
        import sys
        from pathlib import Path
        from sitegen.store import update_file
        for number in range(10):
            line = f"{sys.argv[3]}-{number}\\n".encode()
            assert update_file(Path(sys.argv[1]), sys.argv[2], lambda old: old + line) is True
    """
    workers = [start(code, root, PATH, worker) for worker in range(4)]
    for worker in workers:
        worker.communicate(timeout=60)
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0]
    lines = (root / PATH).read_text().split()
    assert sorted(lines) == sorted(f"{worker}-{number}" for worker in range(4) for number in range(10))


def test_a_killed_writer_tears_no_file(root: Path) -> None:
    """F20."""
    contents = [bytes([65 + turn]) * 300_000 for turn in range(2)]
    (root / PATH).write_bytes(contents[0])
    code = """
        import sys
        from pathlib import Path
        from sitegen.store import write_file
        contents = [bytes([65 + turn]) * 300_000 for turn in range(2)]
        turn = (Path(sys.argv[1]) / sys.argv[2]).read_bytes() == contents[0]
        print("ready", flush=True)
        while True:
            assert write_file(Path(sys.argv[1]), sys.argv[2], contents[turn], expected=contents[not turn]) is True
            turn = not turn
    """
    for moment in range(24):
        writer = start(code, root, PATH)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(0.06 + 0.0037 * moment)
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
        writer.stdout.close()
        assert (root / PATH).read_bytes() in contents
    _age(root, hours=2)
    current = (root / PATH).read_bytes()
    assert write_file(root, PATH, b"after", expected=current) is True
    assert everything(root) == {PATH: b"after"}


def _age(root: Path, hours: float) -> None:
    for path in root.rglob("*.tmp"):
        then = time.time() - hours * 3600
        os.utime(path, (then, then))


def test_only_own_old_temporary_files_are_swept(root: Path) -> None:
    names = (".a.md.12.0123abcd.tmp", ".own.tmp", "a.md.12.0123abcd.tmp")
    for name in names:
        (root / "sessions" / name).write_text("x")
    with locked(root):
        assert sorted(path.name for path in root.rglob("*.tmp")) == sorted(names)
    _age(root, hours=2)
    with locked(root), locked(root):
        assert sorted(path.name for path in root.rglob("*.tmp")) == [".own.tmp", "a.md.12.0123abcd.tmp"]


def test_a_busy_lock_is_told_and_freed_when_its_holder_is_killed(root: Path) -> None:
    """F24."""
    code = """
        import sys, time
        from pathlib import Path
        from sitegen.store import locked
        with locked(Path(sys.argv[1])):
            print("held", flush=True)
            time.sleep(60)
    """
    holder = start(code, root)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ProblemError) as caught, locked(root, timeout=0.1):
        pass
    problem = caught.value.problems[0]
    assert told(problem) == ("sessions: lock-busy: another `sessions` command is writing to this ledger, waited 0.1 s")
    assert problem.hint == f"run it again; the lock is {locking.lock_path(root)}"
    holder.kill()
    holder.wait(30)
    holder.stdout.close()
    assert write_file(root, PATH, b"x", expected=None) is True
    assert locking.lock_path(root).is_file()


def test_a_state_folder_that_cannot_be_made_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "file"))
    result = write_file(root, PATH, b"x", expected=None)
    assert told(result).endswith(": io: cannot lock the ledger: Not a directory")
    assert told(update_file(root, PATH, lambda old: old)).endswith("Not a directory")


# Names


@pytest.mark.parametrize(
    ("title", "name"),
    [  # F34
        ("JWT authentication", "jwt-authentication"), ("../../etc/passwd", "etc-passwd"), ("a/b:c*?", "a-b-c"),
        ("Café del Mar", "cafe-del-mar"), ("日本語", "session"), ("🎉", "session"), ("..", "session"), ("~", "session"),
        ("", "session"), ("CON", "session-con"), ("com1", "session-com1"), ("conin$", "session-conin"),
        ("--help", "help"), ("x" * 300, "x" * 60), ("word " * 30, "-".join(["word"] * 12)), ("ﬁn Ⅳ", "fin-iv"),
    ],
)  # fmt: skip
def test_slugs(title: str, name: str) -> None:
    assert slug(title) == name


def test_names_of_new_files() -> None:
    day = date(2026, 1, 2)
    first = free_session_path((), day, "Café", "258c7280-ae70")
    second = free_session_path([first.upper()], day, "cafe", "258c7280-ae70")
    third = free_session_path([first, second], day, "cafe", "258c7280-ae70")
    assert (first, second, third) == (
        "sessions/2026/2026-01-02-cafe.md",
        "sessions/2026/2026-01-02-cafe-258c72.md",
        "sessions/2026/2026-01-02-cafe-258c728.md",
    )
    assert free_session_path([first], day, "cafe", "") == "sessions/2026/2026-01-02-cafe-2.md"
    assert free_session_path((), None, "x", "1") == "sessions/undated/x.md"
    assert free_session_path((), date(987, 1, 2), "x", "1") == "sessions/0987/0987-01-02-x.md"


@given(st.lists(st.tuples(st.sampled_from(["a", "A b", "日", ""]), st.text(alphabet="ab1-", max_size=8)), max_size=12))
def test_no_two_files_get_one_name(sessions: list[tuple[str, str]]) -> None:
    taken: list[str] = []
    for title, source in sessions:
        path = free_session_path(taken, date(2026, 1, 2), title, source)
        assert path.casefold() not in {other.casefold() for other in taken}
        taken.append(path)


@given(st.text(max_size=100))
def test_a_slug_is_always_a_safe_name(title: str) -> None:
    name = slug(title)
    assert 1 <= len(name) <= 60
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(name) == name
