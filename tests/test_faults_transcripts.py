"""Faults F25 to F33: damaged, repeated and odd lines of transcripts, from `sessions import` to what the file says."""

import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, peak_memory
from tests.transcript_lines import answer, prompt, write_transcript

ASKED = prompt("Do it", "2026-03-02T09:00:10.000Z")
GOOD = answer("a", "2026-03-02T09:00:20.000Z")
OTHER = answer("b", "2026-03-02T09:00:40.000Z", output_tokens=7)


def text(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))


def imported(ledger: Path, home: Path, sessions: Run, *lines: bytes | str | dict[str, Any]) -> tuple[str, str, int]:
    """The rows and totals of the one file made from these lines, what was said, and the exit code."""
    folder = write_transcript(home)
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else text(line)).encode() for line in lines
    ]
    (folder / "-srv-projects-shop-api" / "s-1.jsonl").write_bytes(b"\n".join(raw))
    run = sessions("-C", ledger, "import", "--from", folder)
    assert "Traceback" not in run.stderr
    files = list((ledger / "sessions").rglob("*.md"))
    return "".join(path.read_text() for path in files), run.stderr, run.returncode


def figure(content: str, name: str) -> str:
    found = re.search(rf"^totals: .*\b{name}: ([\d.]+)", content, re.MULTILINE)
    assert found, content
    return found[1]


@pytest.mark.parametrize("cut", [text(OTHER).encode()[:-30], b'{"type":"user","x":"\xc3'])
def test_f25_a_transcript_cut_at_its_end(cut: bytes, ledger: Path, home: Path, sessions: Run) -> None:
    content, said, code = imported(ledger, home, sessions, ASKED, GOOD, cut)
    assert (figure(content, "requests"), code) == ("1", 0)
    assert "s-1.jsonl:3:1: note[transcript-damaged]: the last line is not complete yet" in said


@pytest.mark.parametrize("glued", [f'{{"type":"user","x":"cut{text(OTHER)}', text(OTHER) + text(OTHER)])
def test_f26_records_that_run_into_each_other(glued: str, ledger: Path, home: Path, sessions: Run) -> None:
    content, said, code = imported(ledger, home, sessions, ASKED, GOOD, glued, "")
    assert (figure(content, "requests"), figure(content, "output"), code) == ("2", "107", 1)
    assert "s-1.jsonl:3:1: error[transcript-damaged]: records run into each other" in said


def test_f27_nul_bytes(ledger: Path, home: Path, sessions: Run) -> None:
    nul = b"\0" * 4096
    content, said, code = imported(ledger, home, sessions, ASKED, nul + text(GOOD).encode(), nul, OTHER, "")
    assert (figure(content, "requests"), code) == ("2", 1)
    assert "s-1.jsonl:2:1: error[transcript-damaged]: holds NUL bytes" in said
    assert "s-1.jsonl:3:1: error[transcript-damaged]: holds NUL bytes" in said


def test_f28_a_line_without_end_noise_and_what_is_no_file(ledger: Path, home: Path) -> None:
    folder = write_transcript(home, ASKED, GOOD) / "-srv-projects-shop-api"
    with (folder / "long.jsonl").open("wb") as long:
        long.write(b'{"type":"user","x":"')
        for _ in range(100):
            long.write(b"x" * 2**20)
        long.write(b'"}\n')
    (folder / "noise.jsonl").write_bytes(random.Random(1).randbytes(20 * 2**20))  # noqa: S311  # noise, the same each time
    (folder / "empty.jsonl").write_bytes(b"")
    (folder / "folder.jsonl").mkdir()
    code, peak, _, lines = peak_memory(home, "-C", ledger, "import", "--from", folder)
    assert code == 1
    assert "long.jsonl:1:1: error[transcript-damaged]: longer than 16 MB, skipped" in lines
    assert "noise.jsonl:1:1: error[transcript-damaged]" in lines
    assert "read 4 transcript files with 1 session; wrote 1 new file" in lines
    assert len(lines.splitlines()) < 100
    assert peak < 150 * 2**20


def test_f29_an_answer_written_three_times(ledger: Path, home: Path, sessions: Run) -> None:
    copies = [answer("a", f"2026-03-02T09:00:2{n}.000Z", output_tokens=output) for n, output in enumerate((9, 9, 159))]
    content, _, code = imported(ledger, home, sessions, ASKED, *copies, "")
    assert (figure(content, "requests"), figure(content, "output"), code) == ("1", "159", 0)


@pytest.mark.parametrize("count", ["-5", "1000000000000000", "5.5", '"5"', "true", "NaN"])
def test_f30_counts_that_are_none(count: str, ledger: Path, home: Path, sessions: Run) -> None:
    bad = text(OTHER).replace('"output_tokens":7', f'"output_tokens":{count}')
    content, said, code = imported(ledger, home, sessions, ASKED, GOOD, bad, "")
    assert (figure(content, "requests"), figure(content, "output"), code) == ("1", "100", 1)
    assert "s-1.jsonl:3:1: error[transcript-damaged]: `output_tokens` is not a whole number from 0 to 10⁹" in said


@pytest.mark.parametrize("count", ['"output_tokens":null,', ""])
def test_f30_counts_that_were_not_reported(count: str, ledger: Path, home: Path, sessions: Run) -> None:
    odd = text(OTHER).replace('"output_tokens":7,', count)
    content, said, code = imported(ledger, home, sessions, ASKED, GOOD, odd, "")
    assert (figure(content, "requests"), code) == ("2", 0)
    assert "s-1.jsonl:3:1: warning[transcript-damaged]: `output_tokens` is not reported; taken as 0 in sums" in said


def test_f30_a_whole_number_written_as_a_decimal(ledger: Path, home: Path, sessions: Run) -> None:
    content, said, code = imported(ledger, home, sessions, ASKED, text(OTHER).replace(":7,", ":5.0,"), "")
    assert (figure(content, "output"), code) == ("5", 0)
    assert "transcript-damaged" not in said


def test_f31_models_without_a_price(ledger: Path, home: Path, sessions: Run) -> None:
    lines = [
        answer("a", "2026-03-02T09:00:20.000Z", model="claude-nonexistent-9"),
        answer("b", "2026-03-02T09:00:21.000Z", model="<synthetic>"),
        answer("c", "2026-03-02T09:00:22.000Z", model=""),
    ]
    content, _, code = imported(ledger, home, sessions, ASKED, *lines, "")
    assert code == 0
    assert (figure(content, "requests"), figure(content, "output"), figure(content, "unpriced")) == ("2", "200", "2")
    assert "cost:" not in re.search(r"^usage:\n(.*\n)+?totals: .*$", content, re.MULTILINE)[0]  # type: ignore[index]
    report = json.loads(sessions("-C", ledger, "report", "--format", "json").stdout)
    assert (report["totals"]["list_cost"], report["totals"]["unpriced_responses"]) == ("0", 2)
    assert "unpriced" in sessions("-C", ledger, "report").stdout


def test_f32_requests_below_the_long_context_are_priced_one_by_one(ledger: Path, home: Path, sessions: Run) -> None:
    model = "claude-sonnet-4-5-20250929"
    lines = [
        answer(key, f"2026-03-02T09:00:2{key}.000Z", model=model, input_tokens=150_000, output_tokens=0)
        for key in ("1", "2")
    ]
    content, _, _ = imported(ledger, home, sessions, ASKED, *lines, "")
    assert Decimal(figure(content, "cost")) == Decimal("0.9")
    long = answer("3", "2026-03-02T09:00:23.000Z", model=model, input_tokens=250_000, output_tokens=0)
    content, _, _ = imported(ledger, home, sessions, ASKED, *lines, long, "")
    assert Decimal(figure(content, "cost")) == Decimal("0.9") + Decimal("1.5")


def test_f33_a_figure_worked_by_hand(ledger: Path, home: Path, sessions: Run) -> None:
    """Input 10 and cache read 900 are disjoint: 10 × $5 + 900 × $0.50 + 40 × $6.25 + 100 × $25, per million."""
    usage: dict[str, Any] = {
        "cache_read_input_tokens": 900,
        "cache_creation_input_tokens": 40,
        "cache_creation": {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 0},
    }
    content, _, _ = imported(ledger, home, sessions, ASKED, answer("a", "2026-03-02T09:00:20.000Z", **usage), "")
    assert figure(content, "cost") == "0.00325"
    assert sessions("-C", ledger, "check").stdout == ""
