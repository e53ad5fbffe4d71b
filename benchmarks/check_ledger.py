"""How long `sessions check` takes on a ledger of 1,000 sessions with 20 rows each: with nothing remembered, and again
when one file has changed since. `--sessions 10000` for a large one.

Prints medians of whole-process times, and their ratios to a bare start of Python that reads the same files:
absolute times say little on a machine that others use as well.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

COMMAND = Path(sys.executable).parent / "sessions"
START = datetime(2024, 1, 1, 9, 0, tzinfo=UTC)
PRICES = "{input: 5, cache_write_5m: 6.25, cache_write_1h: 10, cache_read: 0.5, output: 25, source: a list of its own}"
READ_ALL = "import pathlib, sys; sum(len(p.read_bytes()) for p in pathlib.Path(sys.argv[1]).rglob('*.md'))"


def _start(number: int) -> datetime:
    """Twenty sessions a day, none of which passes midnight; those of one project do not overlap."""
    return START + timedelta(days=number // 20, minutes=30 * (number % 20))


def session_text(number: int, rows: int) -> str:
    started = _start(number)
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
        day = _start(number).date()
        path = root / "sessions" / f"{day.year}" / f"{day}-session-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(session_text(number, rows))


def seconds(command: list[str], cache: Path) -> float:
    """Of one command; `cache` is where it remembers what it found."""
    began = time.perf_counter()
    variables = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, env=variables)
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
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as caches:
        make_ledger(Path(folder), options.sessions, options.rows)
        (changing, *_) = sorted(Path(folder).rglob("*.md"))
        check = [str(COMMAND), "-C", folder, "check"]
        fresh, changed, reads = [], [], []
        for number in range(options.rounds):
            cache = Path(caches) / str(number)
            fresh.append(seconds(check, cache))
            changing.write_text(changing.read_text() + f"Said once more: {number}\n")
            changed.append(seconds(check, cache))
            reads.append(seconds([sys.executable, "-c", READ_ALL, folder], cache))
    read = statistics.median(reads)
    print(f"{options.sessions} sessions x {options.rows} rows, medians of {options.rounds} rounds")
    print(f"bare reading of the same files: {read:.2f} s")
    for what, times in (("nothing remembered", fresh), ("one file changed", changed)):
        check_time = statistics.median(times)
        print(f"check, {what}: {check_time:.2f} s; {check_time / read:.1f} times the bare reading")


if __name__ == "__main__":
    main()
