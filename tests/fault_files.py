"""Session files and ledgers for the tests of faults: a good file, and the ways in which one can go wrong."""

import re
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript

GOOD = """---
schema: 1
title: Login limits
project: shop-api
started: '2026-03-02T09:00:10+00:00'
state: complete
---

# Login limits

Words of a person.
"""
LINES = (
    prompt("Add rate limiting", "2026-03-02T09:00:10.000Z"),
    answer("a", "2026-03-02T09:00:20.000Z", tools=["Read", "Edit"]),
    prompt("Now the tests", "2026-03-02T09:20:00.000Z"),
    answer("b", "2026-03-02T09:20:30.000Z", cache_read_input_tokens=5000),
)
FILE = "sessions/2026/2026-03-02-add-rate-limiting.md"
_OWNED = re.compile(rb"(?m)^(?:started|ended|active|source|totals): .*\r?\n|^  claude-[^\n]*\n")
_BLOCK = re.compile(rb"(?s)(<!-- sessions:(\w+) -->).*?(<!-- /sessions:\2 -->)")


def in_fences(front: str, body: str = "Body\n") -> bytes:
    return f"---\n{front}\n---\n{body}".encode()


def in_good_file(body: str) -> bytes:
    return f"{GOOD}\n{body}".encode()


def put(ledger: Path, **files: bytes) -> None:
    """Session files by stem."""
    for stem, content in files.items():
        (ledger / "sessions" / f"{stem}.md").write_bytes(content)


def begin(ledger: Path, home: Path, sessions: Run) -> Path:
    """A file imported from a transcript of one interaction; the second one can come with `grow`."""
    run = sessions("-C", ledger, "import", "--from", write_transcript(home, *LINES[:2]))
    assert run.returncode == 0, run.stderr
    return ledger / FILE


def grow(home: Path) -> Path:
    """The transcript goes on with a second interaction. Returns the folder to read."""
    return write_transcript(home, *LINES)


def not_owned(raw: bytes) -> bytes:
    """A file without what `fill` owns save for its rows: one-line keys, prices, and what stands in blocks."""
    return _BLOCK.sub(rb"\1\3", _OWNED.sub(b"", raw))


def contents(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(output: str, path: str) -> list[str]:
    """What is said of one file, without its name and without hints."""
    return [line.removeprefix(f"{path}:") for line in output.splitlines() if line.startswith(f"{path}:")]
