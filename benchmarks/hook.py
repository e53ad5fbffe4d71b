"""How long `sessions hook session-end` keeps Claude Code waiting, beside a Python that does nothing.

Whole processes in turns, each with a payload on standard input. The imports that the hooks start wait and run in the
background, as they would; `--later` measures without them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMAND = Path(sys.executable).parent / "sessions"
LIMIT = 0.15
"""Seconds that one hook may take."""


def timed(command: Sequence[str], payload: bytes, environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, input=payload, check=True, capture_output=True, env=dict(environment))
    return time.perf_counter() - began


def show(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    slow = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    print(f"{name:14}  median {statistics.median(ordered):.3f} s  95 of 100 {slow:.3f} s  longest {ordered[-1]:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--later", action="store_true", help="without the import in the background")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        ledger = home / "ledger"
        ledger.mkdir()
        (ledger / "sessions.toml").write_text("")
        transcript = home / ".claude" / "projects" / "-srv-projects-shop-api" / "s-1.jsonl"
        transcript.parent.mkdir(parents=True)
        transcript.write_text("")
        payload = json.dumps({"session_id": "s-1", "transcript_path": str(transcript), "cwd": "/", "reason": "other"})
        hook = [str(COMMAND), "-C", str(ledger), "hook", "session-end", *(["--later"] if arguments.later else [])]
        times: dict[str, list[float]] = {"python -c pass": [], "session-end": []}
        for _ in range(arguments.runs):
            times["python -c pass"].append(timed([sys.executable, "-c", "pass"], b"", environment))
            times["session-end"].append(timed(hook, payload.encode(), environment))
    for name, seconds in times.items():
        show(name, seconds)
    ratio = statistics.median(times["session-end"]) / statistics.median(times["python -c pass"])
    over = sum(seconds > LIMIT for seconds in times["session-end"])
    print(f"the hook takes {ratio:.1f} times as long; {over} of {arguments.runs} runs above {LIMIT} s")


if __name__ == "__main__":
    main()
