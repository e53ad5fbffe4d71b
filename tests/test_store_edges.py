"""The corners of the store: folders that cannot be listed, reads and writes that fail late, links that are missing."""

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from sitegen.errors import Problem
from sitegen.frontmatter import parse_document, reading
from sitegen.store import locked, read_file, saving, session_files, update_file, write_file
from sitegen.transcripts.claude_code_salvage import salvage_line
from tests.test_frontmatter_reading import in_fences, merge_bomb

PATH = "sessions/2026/a.md"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "ledger"
    (folder / PATH).parent.mkdir(parents=True)
    return folder


def told(result: object) -> str:
    (problem,) = result if isinstance(result, tuple) else (result,)
    assert isinstance(problem, Problem)
    return str(problem)


def failing(patch: pytest.MonkeyPatch, owner: object, name: str, number: int, when: Any = lambda *_: True) -> None:
    real = getattr(owner, name)

    def call(*arguments: Any, **more: Any) -> Any:
        if when(*arguments):
            raise OSError(number, os.strerror(number))
        return real(*arguments, **more)

    patch.setattr(owner, name, call)


def test_a_folder_that_cannot_be_listed_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, os, "scandir", errno.EACCES, lambda path: str(path).rstrip("/").endswith("2026"))
    assert session_files(root) == ("sessions/2026",)
    assert told(read_file(root, "sessions/2026")).startswith("sessions/2026:1:1: error[io]: ")
    (root / "sessions/2026/.a.md.1.0123abcd.tmp").write_text("x")
    with locked(root):
        assert len(list((root / "sessions/2026").iterdir())) == 1


def test_a_folder_that_goes_away_holds_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, os, "scandir", errno.ENOENT, lambda path: str(path).rstrip("/").endswith("2026"))
    assert session_files(root) == ()


def test_a_read_that_fails_late_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / PATH).write_bytes(b"x")
    failing(monkeypatch, os, "fdopen", errno.EIO)
    assert told(read_file(root, PATH)) == f"{PATH}:1:1: error[io]: cannot read the file: Input/output error"


def test_what_is_no_plain_file_says_what_it_is(root: Path) -> None:
    (root / "sessions/folder.md").mkdir()
    (root / "sessions/link.md").symlink_to(root / PATH)
    (root / PATH).write_bytes(b"x")
    message = "sessions/{}.md:1:1: error[io]: this is {}, must be a plain file"
    assert told(write_file(root, "sessions/folder.md", b"y", expected=b"x")) == message.format("folder", "a folder")
    assert told(write_file(root, "sessions/link.md", b"y", expected=b"x")) == message.format("link", "a link")
    assert told(read_file(root, "../x.md")) == (
        "../x.md:1:1: error[path-outside]: this leads out of the ledger\n  hint: put the file itself here, not a link"
    )


def test_problems_of_writing_in_full(root: Path) -> None:
    (root / PATH).write_bytes(b"theirs")
    assert told(write_file(root, PATH, b"new", expected=b"old")) == (
        f"{PATH}:1:1: error[file-changed]: another program changed the file meanwhile, nothing was written\n"
        "  hint: run it again"
    )
    assert told(write_file(root, PATH, b"new", expected=None)) == (
        f"{PATH}:1:1: error[file-changed]: a file of this name is there already, it was not overwritten\n"
        "  hint: run it again, or give another title"
    )
    (root / PATH).chmod(0o444)
    assert told(write_file(root, PATH, b"new", expected=b"theirs")) == (
        f"{PATH}:1:1: error[io]: the file is read-only\n  hint: make it writable, or leave it out"
    )
    assert told(update_file(root, PATH, lambda _: b"new")).startswith(f"{PATH}:1:1: error[io]: the file is read-only")


def test_a_file_that_comes_at_the_last_moment_is_not_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "_bytes_of", lambda _: None)
    (root / PATH).write_bytes(b"theirs")
    assert told(write_file(root, PATH, b"new", expected=None)).endswith("or give another title")
    assert (root / PATH).read_bytes() == b"theirs"


def test_a_file_that_changes_at_the_last_moment_is_not_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / PATH).write_bytes(b"old")
    real = saving._write_through

    def write_and_change(path: Path, content: bytes, mode: int) -> None:
        real(path, content, mode)
        (root / PATH).write_bytes(b"theirs")

    monkeypatch.setattr(saving, "_write_through", write_and_change)
    assert told(write_file(root, PATH, b"new", expected=b"old")).endswith("hint: run it again")
    assert [path.name for path in (root / "sessions/2026").iterdir()] == ["a.md"]


def test_without_links_a_failing_move_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, os, "link", errno.EPERM)
    failing(monkeypatch, os, "replace", errno.EIO)
    failing(monkeypatch, os, "rename", errno.EIO)
    assert told(write_file(root, PATH, b"new", expected=None)).endswith("cannot write the file: Input/output error")
    assert list((root / "sessions/2026").iterdir()) == []


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_a_folder_that_cannot_be_flushed_is_no_failure(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failing(monkeypatch, os, "open", number, lambda path, *_: Path(path) == root / "sessions/2026")
    assert write_file(root, PATH, b"new", expected=None) is True


def test_a_path_through_a_loop_of_links_leads_out(root: Path) -> None:
    (root / "sessions/loop").symlink_to(root / "sessions/loop")
    assert "error[" in told(write_file(root, "sessions/loop/a.md", b"x", expected=None))


def test_a_temporary_file_that_cannot_be_looked_at_is_left(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = root / "sessions/2026/.a.md.1.0123abcd.tmp"
    left.write_text("x")
    os.utime(left, (0, 0))
    failing(monkeypatch, os, "unlink", errno.EACCES, lambda path, *_, **__: str(path).endswith(".tmp"))
    with locked(root):
        assert left.exists()


# The parser that is used where the C library is missing


@pytest.mark.parametrize(
    "front",
    [
        "[" * 100_000, "a: " + "{a: " * 50_000, "- " * 50_000, "? " * 20_000, merge_bomb(), "]" * 10_000,
        "a: &x [*x]", '"\\Uffffffff"', 'a: "\\ud800"', "a: !!python/object/apply:os.system [x]",
        "%YAML 1.1\n%TAG ! !", "\t\t", "a: b: c",
        "a: '" + "x" * 300_000 + "'", "k: 1e5", "a: 1\na: 2", "*a " * 10_000,
    ],
)  # fmt: skip
def test_the_slow_parser_refuses_the_same(front: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LOADER", yaml.SafeLoader)
    begin = time.monotonic()
    found, problems = parse_document(in_fences(front), "s.md")
    assert found is None
    assert problems
    assert time.monotonic() - begin < 20


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = in_fences(
        "title: 'x'\nusage:\n  # c\n  - {a: 0.10, b: [1, {c: null}]} # r\ntext: |+\n  a\n\nlast: >-\n  b\n  c"
    )
    quick, _ = parse_document(raw, "s.md")
    monkeypatch.setattr(reading, "_LOADER", yaml.SafeLoader)
    slow, problems = parse_document(raw, "s.md")
    assert quick is not None
    assert slow is not None, problems
    assert slow.root == quick.root


# Lines of transcripts that no one could make sense of


def test_salvaging_gives_up_in_time() -> None:
    nested = '{"type":"x","message":' * 3000
    quoted = '{"type":"user","message":"' + '{\\"type\\":' * 3000 + '"'
    many = '{"type":1}' * 2000
    for text in (nested, quoted, many, '{"type":"a","x":' + "[" * 100_000 + "]" * 100_000 + "}{"):
        begin = time.monotonic()
        salvage_line(text.encode() + b"\n", first=False)
        assert time.monotonic() - begin < 10
    records, kinds = salvage_line(b'{"x":1}{"type":"a"}{"type":7}{"uuid":"b","type":"c"}{\n', first=False)
    assert ([record.type for record, _ in records], kinds) == (["a", "c"], ("spliced-line",))
