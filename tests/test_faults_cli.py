"""Faults F34, F35, F46 and F58: names made from titles, text in a terminal, and how long a check takes."""

import json
import os
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from sitegen.display import json_text
from tests.conftest import Run, peak_memory
from tests.fault_files import GOOD, in_fences, put

TITLES = {
    "../../etc/passwd": "etc-passwd",
    "CON": "session-con",
    "a/b:c*?": "a-b-c",
    "日本語": "session",
    "x" * 300: "x" * 60,
    "--help": "help",
}


@pytest.mark.parametrize("title", TITLES)
def test_f34_names_of_files_are_made_and_never_taken(title: str, ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "new", "--project", "p", "--", title)
    assert run.returncode == 0, run.stderr
    path = ledger / run.stdout.strip()
    assert path.is_relative_to(ledger / "sessions")
    assert path.stem[11:] == TITLES[title]
    assert list((ledger / "sessions").rglob("*.md")) == [path]
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("title: ")]
    assert title[:60] in line
    assert "error[" not in sessions("-C", ledger, "check").stdout


def test_f34_no_title_is_a_title_too(ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "new", "", "--project", "p")
    assert run.returncode == 0, run.stderr
    assert (ledger / run.stdout.strip()).is_file()


def test_f35_two_sessions_of_one_day_and_title(ledger: Path, sessions: Run) -> None:
    paths = []
    for words in ("first", "second"):
        run = sessions("-C", ledger, "new", "Same", "--project", "p")
        paths.append(ledger / run.stdout.strip())
        paths[-1].write_text(f"{paths[-1].read_text()}\n{words}\n")
    assert paths[0] != paths[1]
    assert [path.read_text().splitlines()[-1] for path in paths] == ["first", "second"]


CONTROLS = "\x1b[31mred\x1b]52;c;aGk=\x07\x9b2J\u202eright\u200b[/red][link=https://example.com]x"
ESCAPED = '"' + "".join(f"\\u{ord(c):04X}" if unicodedata.category(c) in ("Cc", "Cf") else c for c in CONTROLS) + '"'


SOUND = "\n".join(
    (
        "schema: 1",
        f"title: {ESCAPED}",
        f"project: {ESCAPED}",
        "started: '2026-03-02T09:00:10+00:00'",
        f"git: {{branch: {ESCAPED}}}",
        f"usage:\n- {{time: '09:00', task: {ESCAPED}, model: {ESCAPED}, requests: 1, input: 1, output: 1}}",
    )
)
BROKEN = SOUND.replace("time: '09:00'", f"time: {ESCAPED}") + f"\n{ESCAPED}: 1\nstate: {ESCAPED}\nold\u202ekey: 1"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["report", "--by", "project"], "\\x1b[31mred"),
        (["report", "--by", "project", "--format", "markdown"], "[/red]"),
        (["report", "--by", "project", "--format", "json"], "[/red]"),
        (["show", "odd"], "[/red]"),
        (["show", "odd", "--format", "json"], "[/red]"),
        (["check"], "[/red]"),
        (["check", "--format", "json"], "[/red]"),
        (["fill", "broken"], "[/red]"),
        (["fill", CONTROLS.replace("\x07", "")], "[/red]"),
        (["build"], "[/red]"),
    ],
)
def test_f46_a_terminal_obeys_no_title(command: list[str], words: str, ledger: Path, sessions: Run) -> None:
    put(ledger, odd=in_fences(SOUND), broken=in_fences(BROKEN))
    run = sessions("-C", ledger, *command)
    printed = run.stdout + run.stderr
    assert "Traceback" not in printed
    assert words in printed
    assert {c for c in printed if unicodedata.category(c) in ("Cc", "Cf")} <= {"\n"}


def test_f46_json_holds_the_text_itself(ledger: Path, sessions: Run) -> None:
    put(ledger, odd=in_fences(SOUND))
    assert json.loads(sessions("-C", ledger, "show", "odd", "--format", "json").stdout)["title"] == CONTROLS
    assert json_text({"a": "\U000e0041\u202e 日本"}) == '{\n  "a": "\\udb40\\udc41\\u202e 日本"\n}'


def test_f46_a_name_of_a_file_neither(ledger: Path, sessions: Run) -> None:
    name = "a\x1b[31m\u202eb.md"
    (ledger / "sessions" / name).write_text("no frontmatter: 1")
    (ledger / "sessions" / os.fsdecode(b"c\xff.md")).write_bytes(GOOD.encode())
    for command in (["check"], ["report", "--by", "session"], ["check", "--format", "json"]):
        run = sessions("-C", ledger, *command)
        assert "Traceback" not in run.stderr
        assert run.returncode in (0, 1), run.stderr
        assert {c for c in run.stdout + run.stderr if unicodedata.category(c) in ("Cc", "Cf", "Cs")} <= {"\n"}


def session_text(number: int, rows: int) -> str:
    """A file in order: each row has its own count, and the cost that it comes to at $5 per million."""
    counts = [100_000 * (number + 1) + index for index in range(rows)]
    usage = "".join(
        f"- {{time: '10:{index:02d}', task: Step, model: claude-opus-5, requests: 3, input: {count}, output: 0, "
        f"cost: {Decimal(count) * 5 / 1_000_000:f}}}\n"
        for index, count in enumerate(counts)
    )
    totals = f"requests: {3 * rows}, input: {sum(counts)}, output: 0, cost: {Decimal(sum(counts)) * 5 / 1_000_000:f}"
    return (
        f"---\nschema: 1\ntitle: Session {number}\nproject: p\nstarted: '2026-03-02T10:00:00+00:00'\n"
        f"usage:\n{usage}totals: {{{totals}}}\n"
        "prices:\n  claude-opus-5: {input: 5, output: 25, source: a list of its own}\n---\n\n# Session\n"
    )


def test_f58_a_check_of_a_large_ledger(ledger: Path, home: Path) -> None:
    """A quarter of the thousand sessions; `make bench` measures the time of them all."""
    for number in range(250):
        (ledger / "sessions" / f"{number}.md").write_text(session_text(number, 20))
    code, peak, said, _ = peak_memory(home, "-C", ledger, "check")
    assert (code, said) == (0, "")
    assert peak < 300 * 2**20
