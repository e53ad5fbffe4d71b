"""How long it takes to read a gigabyte of transcripts, beside ccusage, which reads the same files.

Whole processes are timed, one after the other in turns, with a warm disk cache. `reading` is the reader alone
in a process of its own; `import` is `sessions import --dry-run`, which also makes every session file that
would be written. Without ccusage (`npm install ccusage`) only our own times are shown.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcript_tree import write_tree

COMMAND = Path(sys.executable).parent / "sessions"
READ = """
import json, sys
from pathlib import Path
from sitegen.transcripts import find_transcript_folders, read_history
history = read_history(find_transcript_folders([Path(sys.argv[1])], {}, Path("/")))
counts = [r.counts for s in history.sessions for r in s.responses]
print(json.dumps({"input": sum(c.input for c in counts), "output": sum(c.output for c in counts),
    "cache_write": sum(c.cache_write_5m + c.cache_write_1h for c in counts),
    "cache_read": sum(c.cache_read for c in counts)}))
"""
FOREIGN = {
    "input": "inputTokens",
    "output": "outputTokens",
    "cache_write": "cacheCreationTokens",
    "cache_read": "cacheReadTokens",
}


@dataclass(frozen=True)
class Measured:
    """`wall` and `cpu` in seconds; `memory` is the largest process's peak, in MB."""

    wall: float
    cpu: float
    memory: float
    output: str


def measure(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Runs the command under a small parent of its own, so that the peak is that of this run."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        began = time.perf_counter()
        run = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment))
        wall = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        unit = 1e6 if sys.platform == "darwin" else 1e3
        report = [wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit, run.stdout, run.returncode, run.stderr]
        with os.fdopen(writer, "w") as pipe:
            json.dump(report, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        wall, cpu, memory, output, code, errors = json.load(pipe)
    os.waitpid(child, 0)
    if code not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {code}:\n{errors}")
    return Measured(wall, cpu, memory, output)


def find_ccusage(given: str | None) -> str | None:
    """The program itself where it can be found: starting it through node would be timed as well."""
    found = given or shutil.which("ccusage")
    if found is None:
        return None
    beside = Path(found).resolve().parent.parent.parent / "@ccusage"
    native = sorted(beside.glob("ccusage-*/bin/ccusage"))
    return str(native[0]) if native else found


def ccusage_environment(tree: Path, empty: Path) -> dict[str, str]:
    names = {"HOME": str(empty), "CLAUDE_CONFIG_DIR": str(tree), "PATH": os.environ["PATH"]}
    return names | {"TZ": "UTC", "NO_COLOR": "1", "LOG_LEVEL": "0"}


def runs_of(arguments: argparse.Namespace, tree: Path, work: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    own = dict(os.environ) | {"HOME": str(work / "home")}
    runs = {"reading": ([sys.executable, "-c", READ, str(tree)], own)}
    if arguments.command == "import":
        ledger = str(work / "ledger")
        subprocess.run([COMMAND, "-C", ledger, "init"], check=True, capture_output=True, env=own)
        runs["import"] = ([str(COMMAND), "-C", ledger, "import", "--from", str(tree), "--dry-run"], own)
    ccusage = find_ccusage(arguments.ccusage)
    if ccusage is None:
        print("ccusage is not installed: nothing to compare with")
    else:
        monthly = ["claude", "monthly", "--json", "--offline", "--mode", "calculate", "-z", "UTC"]
        runs["ccusage"] = ([ccusage, *monthly], ccusage_environment(tree, work / "home"))
    return runs


def compare_totals(ours: str, theirs: str) -> str:
    own, foreign = json.loads(ours), json.loads(theirs)["totals"]
    differing = [
        f"{kind}: {own[kind]} and {foreign[name]}" for kind, name in FOREIGN.items() if own[kind] != foreign[name]
    ]
    return f"token totals differ: {'; '.join(differing)}" if differing else f"token totals are equal: {own}"


def show(name: str, measured: Sequence[Measured]) -> float:
    wall = statistics.median(run.wall for run in measured)
    cpu = statistics.median(run.cpu for run in measured)
    memory = max(run.memory for run in measured)
    print(f"{name:8}  median {wall:6.2f} s  (CPU {cpu:6.2f} s, at most {memory:4.0f} MB in one process)")
    return wall


def main() -> None:
    arguments = parse_arguments()
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tree = Path(arguments.keep) if arguments.keep else work / "tree"
        (work / "home").mkdir()
        (work / "ledger").mkdir()
        if not (tree / "projects").exists():
            files, size = write_tree(tree, arguments.size_mb)
            print(f"{files:,} files, {size / 1e6:,.0f} MB, {os.cpu_count()} cores")
        runs = runs_of(arguments, tree, work)
        measured: dict[str, list[Measured]] = {name: [] for name in runs}
        for command, environment in runs.values():
            measure(command, environment)
        for _ in range(arguments.rounds):
            for name, (command, environment) in runs.items():
                measured[name].append(measure(command, environment))
        report(measured)


def report(measured: Mapping[str, Sequence[Measured]]) -> None:
    for name, found in measured.items():
        show(name, found)
    if "ccusage" not in measured:
        return
    for name in measured.keys() - {"ccusage"}:
        pairs = zip(measured[name], measured["ccusage"], strict=True)
        ratios = [ours.wall / theirs.wall for ours, theirs in pairs]
        each = " ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{name} / ccusage, by round: {each}; median {statistics.median(ratios):.2f}")
    print(compare_totals(measured["reading"][0].output, measured["ccusage"][0].output))


def parse_arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size-mb", type=float, default=1100, help="megabytes of transcripts to make up")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", metavar="DIR", help="make the tree in this folder and leave it, or use what is there")
    parser.add_argument("--ccusage", metavar="PATH", help="the ccusage program, if it is not on PATH")
    parser.add_argument("--command", choices=("reading", "import"), default="import", help="what of ours to time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
