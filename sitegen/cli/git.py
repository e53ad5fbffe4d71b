"""What git says of a folder."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 60


def ask_git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or None where it fails, is not installed, or takes longer than a minute.

    Names of files that are not Unicode come as the file system gives them.
    """
    command = ["git", "-C", str(folder), "-c", "log.showSignature=false", *arguments]
    try:
        run = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.decode("utf-8", "surrogateescape") if run.returncode == 0 else None


def git_line(folder: Path, *arguments: str) -> str:
    """One line of git, or nothing where it has none to give."""
    return (ask_git(folder, *arguments) or "").strip()


def git_names(folder: Path, *arguments: str) -> Sequence[str]:
    """What git lists with `-z`."""
    return (ask_git(folder, *arguments) or "").split("\0")[:-1]


def path_from_top(root: Path) -> str:
    """Where a folder lies in its repository: `docs/ledger/`, nothing at its top or without a repository."""
    return git_line(root, "rev-parse", "--show-prefix")
