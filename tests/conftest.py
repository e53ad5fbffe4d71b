"""A ledger in a temporary folder, and the real command run on it."""

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.api_server import Api
    from tests.desks import Desk

# `make test` says the same of one commit wherever and whenever it runs; `make laws` looks at other examples each time.
# Neither counts seconds: machines differ.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("others", deadline=None)
if settings.get_current_profile_name() == "default":
    settings.load_profile(os.environ.get("EXAMPLES", "same"))

# What a shell starts in the background ignores Ctrl-C, and so would every command that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

COMMAND = Path(sys.executable).parent / "sessions"


_OF_A_PROCESS = frozenset({"hook", "build", "serve"})


@dataclass(frozen=True)
class Run:
    """Runs the command with this home folder, in UTC, 80 columns wide, as its entry point is called.

    In this process: most of what a command takes is starting. `process=True` starts the installed one; so do those
    that end or begin a process themselves.
    """

    home: Path

    def __call__(
        self, *arguments: object, cwd: Path | None = None, process: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        words = [str(COMMAND), *map(str, arguments)]
        variables = {**self.environment, **environment}
        if not process and _OF_A_PROCESS.isdisjoint(words):
            return run_here(words, variables, cwd or self.home)
        return subprocess.run(
            words, capture_output=True, text=True, check=False, env=variables, cwd=cwd or self.home, timeout=120
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
            "COLUMNS": "80",
        }


def run_here(
    words: Sequence[str], variables: Mapping[str, str], cwd: Path, standard_input: bytes = b""
) -> "subprocess.CompletedProcess[str]":
    """What the entry point of the command does, in this process."""
    from sitegen.start import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with (
        mock.patch.dict(os.environ, variables, clear=True),
        mock.patch.object(sys, "argv", list(words)),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(standard_input))),
        redirect_stdout(out),
        redirect_stderr(err),
        chdir(cwd),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    return subprocess.CompletedProcess(words, code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()


_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(code, peak if sys.platform == "darwin" else peak * 1024, file=sys.stderr)
"""


def peak_memory(home: Path, *arguments: object) -> tuple[int, int, str, str]:
    """Exit code, peak of one process in bytes, standard output and standard error of the installed command.

    Started by a small process: the peak of a process counts the memory of the one that it was forked from.
    """
    command = [sys.executable, "-c", _MEASURE, str(COMMAND), *map(str, arguments)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    *said, measured = run.stderr.splitlines()
    code, peak = map(int, measured.split())
    return code, peak, run.stdout, "\n".join(said)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def sessions(home: Path) -> Run:
    return Run(home)


@pytest.fixture(scope="session")
def new_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger as `sessions init` makes it, made once: to be copied, not to be changed."""
    folder = tmp_path_factory.mktemp("new")
    root = folder / "ledger"
    root.mkdir()
    made = Run(folder)("-C", root, "init")
    assert made.returncode == 0, made.stderr
    return root


@pytest.fixture
def ledger(tmp_path: Path, new_ledger: Path) -> Path:
    """A new ledger of the test's own."""
    return Path(shutil.copytree(new_ledger, tmp_path / "ledger"))


@pytest.fixture(scope="session")
def server() -> "Iterator[Api]":
    from tests.api_server import running_api

    with running_api() as api:
        yield api


@pytest.fixture
def api(server: "Api") -> "Api":
    """The API on loopback; what it was asked before is forgotten."""
    server.forget()
    return server


@pytest.fixture
def desk(ledger: Path, home: Path, api: "Api") -> "Desk":
    from tests.desks import Desk

    return Desk(ledger, home, api)


@pytest.fixture
def begun(desk: "Desk") -> "Desk":
    """With an active session of the API's template."""
    assert desk("new", "API day", "--template", "api").returncode == 0
    return desk
