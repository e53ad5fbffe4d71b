"""How long the commands of a day take on a ledger of 1,000 sessions with 20 rows each, beside a bare `sessions check`
that has nothing new to look at: `new`, `end` with a commit to count, `end` again, `show` and `todo`.

Prints medians of whole-process times and their ratios to that check: absolute times say little on a machine that
others use as well.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from check_ledger import make_ledger

COMMAND = Path(sys.executable).parent / "sessions"
PROJECT = "project-3"
LIMIT = 2.0
"""Seconds in which a session should be ended."""


class Day:
    def __init__(self, folder: Path) -> None:
        self.ledger = folder / "ledger"
        self.work = folder / PROJECT
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        self.work.mkdir()
        (folder / ".claude" / "projects").mkdir(parents=True)
        self.git("init", "-q")
        self.git("config", "user.email", "a@example.com")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.work, env=self.variables, check=True)

    def commit(self, number: int) -> None:
        (self.work / f"test_{number}.py").write_text("def test_it():\n    assert 1\n" * 50)
        self.git("add", "-A")
        self.git("commit", "-qm", f"Work {number}")

    def seconds(self, *arguments: str) -> float:
        command = [str(COMMAND), "-C", str(self.ledger), *arguments]
        began = time.perf_counter()
        run = subprocess.run(command, cwd=self.work, env=self.variables, check=False, capture_output=True)
        took = time.perf_counter() - began
        if run.returncode and arguments[0] != "check":  # words are still to be written in what `end` closed
            sys.exit(f"{' '.join(arguments)} ended with {run.returncode}: {run.stderr[:2000].decode()}")
        return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        day = Day(Path(folder))
        day.ledger.mkdir()
        make_ledger(day.ledger, options.sessions, options.rows)
        times["first check"] = [day.seconds("check")]
        for number in range(options.rounds):
            title = f"Round {number}"
            for name, arguments in (
                ("check", ("check",)),
                ("new", ("new", title)),
                ("end", ("end",)),
                ("end again", ("end",)),
                ("show", ("show", f"round-{number}")),
                ("todo", ("todo",)),
            ):
                if name == "end":
                    day.commit(number)
                times.setdefault(name, []).append(day.seconds(*arguments))
    print(f"{options.sessions} sessions x {options.rows} rows, medians of {options.rounds} rounds")
    bare = statistics.median(times["check"])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{name:12} {median:.2f} s  {median / bare:.1f} times a check")
    over = sum(seconds > LIMIT for seconds in times["end"])
    print(f"{over} of {options.rounds} ends took more than {LIMIT:.0f} s")


if __name__ == "__main__":
    main()
