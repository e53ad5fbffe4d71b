"""`sessions hook`: for the list of commands and its help. A hook itself goes past this, see start.py."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sitegen.hooks.keeping import END, LATER, START, Call, run_hook

app = typer.Typer(
    no_args_is_help=True, help="For Claude Code's settings; `sessions init --hooks` prints what to put there."
)

Later = Annotated[bool, typer.Option(LATER, help="Leave the import to the next command that writes.")]


@app.command(START)
def session_start(context: typer.Context) -> None:
    """Note that a session began. Reads the hook's payload; prints nothing; ends with 0."""
    run_hook(Call(_text(context.obj), START, later=True), os.environ)


@app.command(END)
def session_end(context: typer.Context, later: Later = False) -> None:
    """Note that a session ended, and import it in a process of its own. Prints nothing; ends with 0."""
    run_hook(Call(_text(context.obj), END, later), os.environ)


def _text(directory: Path | None) -> str | None:
    return None if directory is None else str(directory)
