"""A ledger, a prompt and an API on loopback: the commands of a working day, run on them."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitegen.ledger import load_session
from sitegen.session import Session
from sitegen.store import session_files
from tests.api_server import KEY, Api
from tests.conftest import COMMAND, run_here

PROMPT = "Explain token buckets, please.\n"
ANSWER = "Use a token bucket for each client.\n"


@dataclass(frozen=True)
class Desk:
    """Commands run in this process, for the client takes seconds to import; `command` is for one of their own."""

    root: Path
    home: Path
    api: Api

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
            "COLUMNS": "80",
            **self.api.environment,
        }

    def __call__(self, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        return self.run(["-C", self.root, *arguments], environment)

    def run(
        self, arguments: list[object], environment: Mapping[str, str], standard_input: bytes = b""
    ) -> "subprocess.CompletedProcess[str]":
        run = run_here(
            ["sessions", *map(str, arguments)], {**self.environment, **environment}, self.home, standard_input
        )
        assert KEY not in run.stdout + run.stderr
        assert "Traceback" not in run.stdout + run.stderr
        assert run.returncode != 3, run.stderr
        return run

    def send(self, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        return self("send", self.prompt, *arguments, **environment)

    def command(self, *arguments: object) -> list[str]:
        return [str(COMMAND), "-C", str(self.root), *map(str, arguments)]

    @property
    def prompt(self) -> Path:
        path = self.home / "prompt.txt"
        if not path.exists():
            path.write_text(PROMPT)
        return path

    @property
    def file(self) -> Path:
        (path,) = session_files(self.root)
        return self.root / path

    @property
    def session(self) -> Session:
        session, problems = load_session(self.root, self.file.relative_to(self.root).as_posix())
        assert session is not None
        assert problems == ()
        return session

    @property
    def kept(self) -> list[Path]:
        return sorted((self.home / ".local" / "state" / "sessions-daybook" / "spool").glob("*.response.json"))

    def errors(self) -> list[dict[str, Any]]:
        told = json.loads(self("check", "--format", "json").stdout)
        return [problem for problem in told["problems"] if problem["severity"] == "error"]
