"""Runs `sessions` commands in forked children of one warm process: they begin at once and can be killed anywhere.

Reads a line of JSON with the arguments of a command and writes the id of the child's process; reads another line
and writes the child's exit status when it has ended. Until that line the id stays the child's, whatever became of
it. A cold start would take most of the time that a kill could fall into.
"""

import json
import os
import sys

import filelock  # noqa: F401  # what every writing command needs
import genai_prices  # noqa: F401
import platformdirs  # noqa: F401

import sitegen.cli.fill
import sitegen.cli.importing  # noqa: F401
from sitegen.cli import main


def run(arguments: list[str]) -> int:
    sys.argv = ["sessions", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def serve() -> None:
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            code = 70
            try:
                code = run(json.loads(line))
            finally:
                sys.stdout.flush()
                os._exit(code)
        tell(child)
        sys.stdin.readline()
        tell(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    serve()
