"""Runs `sessions` commands in forked children of one warm process, each killed when it comes to a line of its code.

Reads lines of JSON with `arguments`, `input` (a file for standard input), `files` (ends of paths: lines of these
count) and `line` (the number of the line to die at, from 0), and writes the exit status of each child. The same
number is the same place every time, so that every place can be tried.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import filelock  # noqa: F401  # what every writing command needs
import genai_prices  # noqa: F401
import platformdirs  # noqa: F401

import sitegen.cli.importing
import sitegen.hooks.keeping  # noqa: F401
from sitegen.start import main


def die_at(number: int, files: Sequence[str]) -> None:
    left = [number]

    def at_line(_frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
        return at_line

    def at_call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return at_line if frame.f_code.co_filename.endswith(tuple(files)) else None

    sys.settrace(at_call)


def run(wanted: dict[str, Any]) -> int:
    os.dup2(os.open(wanted["input"], os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.argv = ["sessions", *wanted["arguments"]]
    die_at(wanted["line"], wanted["files"])
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def serve() -> None:
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            code = 70
            try:
                code = run(json.loads(line))
            finally:
                os._exit(code)
        sys.stdout.write(f"{os.waitpid(child, 0)[1]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
