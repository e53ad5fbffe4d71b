"""`sessions build` and `sessions serve`: the site, as plain `mkdocs build` and `mkdocs serve` make it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sitegen.cli.git import git_line
from sitegen.cli.ledgers import ledger_root, tell
from sitegen.errors import Location, ProblemError, error
from sitegen.publishing import BUILD


def build(
    context: typer.Context,
    public: Annotated[
        bool, typer.Option("--public", help="Only sessions with `publish: true`; no site if a scan finds a secret.")
    ] = False,
    incognito: Annotated[
        bool, typer.Option("--incognito", help="Shares instead of money, tokens and requests, in prose too.")
    ] = False,
) -> None:
    """Build the site into site/. Ends with 1 if the ledger has an error, after the whole site is made."""
    root = ledger_root(context)
    asked = (os.environ.get(BUILD, ""), "public" if public else "", "incognito" if incognito else "")
    code = _mkdocs(root, "build", "--strict", **{BUILD: " ".join(asked).strip()})
    if code:
        raise typer.Exit(1)
    tell(f"built {root / 'site' / 'index.html'}")


def serve(
    context: typer.Context,
    address: Annotated[str, typer.Option("--address", help="Where to serve.")] = "127.0.0.1:8000",
) -> None:
    """Serve the site, and build it anew whenever a session file changes."""
    raise typer.Exit(_mkdocs(ledger_root(context), "serve", "--no-strict", "--dev-addr", address))


def _mkdocs(root: Path, *arguments: str, **variables: str) -> int:
    config = root / "mkdocs.yml"
    if not config.is_file():
        hint = "`sessions init` makes one and leaves all other files alone"
        raise ProblemError(error("site", Location("mkdocs.yml"), "the ledger has no mkdocs.yml", hint))
    environment = {**os.environ, **variables, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    environment.setdefault("SOURCE_DATE_EPOCH", _last_commit(root))
    command = [sys.executable, "-m", "mkdocs", *arguments, "--config-file", str(config)]
    return subprocess.run(command, env=environment, check=False).returncode


def _last_commit(root: Path) -> str:
    """The time of the last commit, so that the same ledger gives the same bytes; 0 outside of git."""
    return git_line(root, "log", "-1", "--format=%ct") or "0"
