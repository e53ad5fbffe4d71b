"""What Claude Code's hooks do: keep a note of the session that began or ended, and be gone.

A hook never disturbs the agent: nothing on standard output (it would be read by the model), exit 0, no waiting for
a lock. The reading and writing is done later, by a process of its own or by the next command (`cli/spooled.py`).
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sitegen.spool import keep_at, spool_place

START = "session-start"
END = "session-end"
EVENTS = (START, END)
LEDGER_FILE = "sessions.toml"
FOLDER = "projects"
"""Every transcript lies two levels below a folder of this name; without it, it is unclear what else to read."""
LATER = "--later"
"""The option that leaves the work to the next command."""
PATIENCE = 1.0
"""Seconds in which the payload must have come: all hooks at the end of a session share 1.5 s."""
_LARGEST = 1_000_000
_LONGEST_NAME = 200
_LONGEST_PATH = 4096


class Call(NamedTuple):
    """`sessions [-C DIR] hook EVENT [--later]`."""

    directory: str | None
    event: str
    later: bool


class Note(NamedTuple):
    """What a payload is needed for: no prompt and no title is kept. `transcript` is absolute."""

    session: str
    transcript: str
    cwd: str


def hook_call(arguments: Sequence[str]) -> Call | None:
    """The call in these arguments of the command line; None if it is another, or asks for help."""
    rest, directory = list(arguments), None
    if rest and rest[0].startswith("-C"):
        attached = rest.pop(0)[2:]
        if not attached and not rest:
            return None
        directory = attached or rest.pop(0)
    if len(rest) < 2 or rest[0] != "hook" or rest[1].startswith("-") or {"-h", "--help"} & set(rest):
        return None
    return Call(directory, rest[1], LATER in rest[2:])


def run_hook(call: Call, environ: Mapping[str, str]) -> None:
    """Does what the hook is for. Whatever goes wrong is one line on standard error, and never more."""
    try:
        message = _run(call, environ)
    except KeyboardInterrupt:
        return
    except Exception as fault:  # noqa: BLE001  # not even a fault of ours may disturb the agent
        message = f"not kept: {(isinstance(fault, OSError) and fault.strerror) or repr(fault)}"
    if message:
        _tell(f"sessions hook {call.event}: {message}")


def _run(call: Call, environ: Mapping[str, str]) -> str:
    if call.event not in EVENTS:
        return f"there is no such hook, only {' and '.join(EVENTS)}"
    note = note_of(read_payload(0, PATIENCE))
    if note is None:
        return ""
    if note.transcript.split("/")[-3:-2] != [FOLDER]:
        return f"not kept: {note.transcript} does not lie where Claude Code keeps transcripts"
    root = call.directory or ledger_above(note.cwd)
    if root is None:
        return ""
    if not _has_ledger(root):
        return f"not kept: no {LEDGER_FILE} in {root}"
    content = {"session": note.session, "transcript": note.transcript}
    keep_at(spool_place(environ, os.path.expanduser("~")), call.event, root, content)
    if call.event == END and not call.later:
        start_import(os.path.realpath(root))
    return ""


def _tell(message: str) -> None:
    line = "".join(character if character.isprintable() else "?" for character in message)
    try:
        os.write(2, f"{line}\n".encode(errors="replace"))
    except OSError:
        return


def read_payload(descriptor: int, patience: float) -> bytes:
    """What stands on standard input, as soon as it is a whole object: it may never be closed. Else what came
    within `patience` seconds, a megabyte at most.
    """
    until = time.monotonic() + patience
    raw = b""
    try:
        if os.isatty(descriptor):
            return b""
        while len(raw) <= _LARGEST and (left := until - time.monotonic()) > 0:
            if not select.select([descriptor], [], [], left)[0]:
                break
            part = os.read(descriptor, 65536)
            raw += part
            if not part or (raw.rstrip().endswith(b"}") and _object(raw) is not None):
                break
    except OSError:
        pass  # a closed or broken input has no more to say
    return raw if len(raw) <= _LARGEST else b""


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def note_of(raw: bytes) -> Note | None:
    """The session that the payload tells of; None if it tells of none that could be imported."""
    payload = _object(raw) or {}
    session, transcript, cwd = (_text(payload, key) for key in ("session_id", "transcript_path", "cwd"))
    transcript = os.path.normpath(os.path.expanduser(transcript))  # some versions spell it with ~
    usable = os.path.isabs(transcript) and transcript.endswith(".jsonl")  # a foreign text
    if not usable or not session or len(session) > _LONGEST_NAME or len(transcript) > _LONGEST_PATH:
        return None
    return Note(session, transcript, cwd)


def _text(payload: Mapping[str, Any], key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) and "\0" not in value else ""


def ledger_above(cwd: str) -> str | None:
    """The nearest folder with a ledger, from the session's own upwards."""
    folder = os.path.normpath(cwd)
    if not os.path.isabs(folder):
        return None
    while not _has_ledger(folder):
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)
    return folder


def _has_ledger(folder: str) -> bool:
    return os.path.isfile(f"{folder}/{LEDGER_FILE}")


def start_import(root: str) -> None:
    """Starts the import of what waits for this ledger, in a process that outlives the agent and this one."""
    # -P: a folder in which the agent worked must not lend its modules.
    command = [sys.executable, "-P", "-m", "sitegen.start", "-C", root, "import", "--spooled"]
    reading, writing = os.pipe()
    if os.fork() == 0:
        _become(command)
    os.close(writing)
    # Closed by the start of the new program: from then on what the agent does to our group leaves it alone.
    os.read(reading, 1)
    os.close(reading)


def _become(command: Sequence[str]) -> None:
    """Ends this forked process in the command: a session of its own, and nothing open that belongs to others."""
    try:
        os.setsid()
        os.chdir("/")
        os.nice(5)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        for name in os.listdir("/dev/fd"):
            if int(name) > 2:
                _close_on_start(int(name))
        os.execv(command[0], list(command))  # noqa: S606  # no shell
    finally:
        os._exit(127)


def _close_on_start(descriptor: int) -> None:
    try:
        os.set_inheritable(descriptor, False)
    except OSError:
        return  # the folder's own, which is closed again
