"""A ledger, a prompt and an API on loopback: the commands of a working day, run on them."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from sitegen.cli import main
from sitegen.ledger import load_session
from sitegen.session import Session
from sitegen.store import session_files
from tests.api_server import KEY, Api
from tests.conftest import COMMAND

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
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        words = ["sessions", *map(str, arguments)]
        with (
            mock.patch.dict(os.environ, {**self.environment, **environment}, clear=True),
            mock.patch.object(sys, "argv", words),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(standard_input))),
            redirect_stdout(out),
            redirect_stderr(err),
            chdir(self.home),
        ):
            code = _exit_code()
        told = [_text(stream) for stream in (out, err)]
        assert KEY not in "".join(told)
        assert "Traceback" not in "".join(told)
        assert code != 3, told
        return subprocess.CompletedProcess(words, code, *told)

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


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()
