"""Which sessions that hooks told of wait for this ledger. Apart from `spooled`, which takes longer to import."""

import os
import time
from pathlib import Path

import typer

from sitegen.cli.ledgers import ledger_root, plural, tell
from sitegen.hooks.waiting import Extent, Step, Waiting, due_sessions
from sitegen.spool import spool_folder


def due_here(root: Path) -> list[tuple[Waiting, Extent | None, Step]]:
    return due_sessions(spool_folder(os.environ, Path.home()), root, time.time())


def tell_spooled(context: typer.Context) -> None:
    """For commands that only read: says on standard error that sessions wait."""
    number = sum(step is Step.READ for _, _, step in due_here(ledger_root(context)))
    if number:
        tell(f"{plural(number, 'session')} to import: `sessions import` takes what hooks told of")
