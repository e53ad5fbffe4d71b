"""What is asked of a model: the text of a prompt, from a file or standard input, and which model it is for."""

import sys
from pathlib import Path

import typer

from sitegen.cli.ledgers import ledger_root
from sitegen.errors import Location, ProblemError, error
from sitegen.ledger import Ledger, find_ledger, load_ledger

LARGEST = 32_000_000
"""Bytes: the API takes no larger request."""
STANDARD_INPUT = "-"


def read_prompt(name: str, what: str = "prompt") -> str:
    """The text of a file, or of standard input for `-`. ProblemError where there is none that could be sent."""
    place = Location("standard input" if name == STANDARD_INPUT else name)
    try:
        if name == STANDARD_INPUT:
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(LARGEST + 1)
    except OSError as fault:
        raise ProblemError(error("prompt", place, f"the {what} cannot be read: {fault.strerror or fault}")) from None
    if len(raw) > LARGEST:
        message = f"the {what} is longer than 32 MB, which the API does not take"
        raise ProblemError(error("prompt", place, message, "send less of it"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        message = f"the {what} is not UTF-8, byte {exc.start}"
        raise ProblemError(error("prompt", place, message, "save it as UTF-8 text")) from None
    if not text.strip():
        raise ProblemError(error("prompt", place, f"the {what} is empty"))
    return text


def read_texts(file: str, system: str | None) -> tuple[str, str]:
    """The prompt and the system prompt, which may be none."""
    if file == system == STANDARD_INPUT:
        hint = "give one of the two as a file"
        raise ProblemError(error("prompt", Location("standard input"), "both the prompt and the system are `-`", hint))
    return read_prompt(file), read_prompt(system, "system prompt") if system is not None else ""


def ledger_if_any(context: typer.Context) -> Ledger | None:
    """The ledger that is named or around, or None outside of one: then only what needs no ledger can be said."""
    if context.obj is None and find_ledger(Path.cwd()) is None:
        return None
    return load_ledger(ledger_root(context))
