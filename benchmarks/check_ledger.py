"""How long `sessions check` takes on a ledger of 1,000 sessions with 20 rows each, from a cold start.

Prints the median of whole-process times, and the ratio to the same number of bare starts of Python that read
the same files: absolute times say little on a machine that others use as well.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

COMMAND = Path(sys.executable).parent / "sessions"
START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
PRICES = "{input: 5, cache_write_5m: 6.25, cache_write_1h: 10, cache_read: 0.5, output: 25, source: a list of its own}"
READ_ALL = "import pathlib, sys; sum(len(p.read_bytes()) for p in pathlib.Path(sys.argv[1]).rglob('*.md'))"


def session_text(number: int, rows: int) -> str:
    started = START + timedelta(hours=7 * number)
    lines, tokens, total = [], 0, Decimal()
    for index in range(rows):
        read = 10_000 + 137 * index + number
        cost = (Decimal(40) * 5 + Decimal(read) * Decimal("0.5") + Decimal(500) * 25) / 1_000_000
        tokens, total = tokens + read, total + cost
        at = started + timedelta(minutes=3 * index)
        lines.append(
            f"- {{time: '{at:%H:%M}', task: Step {index}, model: claude-opus-5, requests: 3, input: 40, "
            f"cache_write_5m: 0, cache_write_1h: 0, cache_read: {read}, output: 500, cost: {cost.normalize():f}}}"
        )
    ended = started + timedelta(hours=2)
    return "\n".join(
        (
            "---",
            "schema: 1",
            f"title: Session {number}",
            f"project: project-{number % 12}",
            f"started: '{started.isoformat()}'",
            f"ended: '{ended.isoformat()}'",
            "active: '1:00'",
            "state: complete",
            "usage:",
            *lines,
            f"totals: {{requests: {3 * rows}, input: {40 * rows}, cache_write_5m: 0, cache_write_1h: 0, "
            f"cache_read: {tokens}, output: {500 * rows}, cost: {total.normalize():f}}}",
            "prices:",
            f"  claude-opus-5: {PRICES}",
            "---",
            "",
            f"# Session {number}",
            "",
            *(f"- [x] What was done, part {part}" for part in range(12)),
            "",
        )
    )


def make_ledger(root: Path, sessions: int, rows: int) -> None:
    (root / "sessions.toml").write_text('title = "Benchmark"\n')
    for number in range(sessions):
        day = (START + timedelta(hours=7 * number)).date()
        path = root / "sessions" / f"{day.year}" / f"{day}-session-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(session_text(number, rows))


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    took = time.perf_counter() - began
    if run.returncode:
        sys.exit(f"{command[0]} ended with {run.returncode}: {run.stdout[:2000].decode()}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_ledger(Path(folder), options.sessions, options.rows)
        checks, reads = [], []
        for _ in range(options.rounds):
            checks.append(seconds([str(COMMAND), "-C", folder, "check"]))
            reads.append(seconds([sys.executable, "-c", READ_ALL, folder]))
    check, read = statistics.median(checks), statistics.median(reads)
    print(f"check of {options.sessions} sessions x {options.rows} rows: median {check:.2f} s of {options.rounds}")
    print(f"bare reading of the same files: median {read:.2f} s; ratio {check / read:.1f}")


if __name__ == "__main__":
    main()
