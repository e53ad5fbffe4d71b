"""`sessions show --watch`: a session as its transcripts grow, and as `sessions fill` would write it now.

Nothing is written. A transcript that has not changed since the last look is not read again, nor are those in folders
in which nothing changed since the session began.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import typer

from sitegen.cli.ledgers import plural
from sitegen.cli.progress import reading_progress
from sitegen.display import count, hours_minutes, usd
from sitegen.importing import JOIN_WITHIN, fill_one
from sitegen.ledger import Ledger, load_ledger, load_session, session_of
from sitegen.session import Session
from sitegen.settings import FILE_NAME
from sitegen.transcripts import AgentSession, find_transcript_folders, read_history
from sitegen.transcripts.claude_code_files import find_transcripts, session_of_path

Draw = Callable[[Ledger, Session], Sequence[str]]
_Stamp = tuple[str, int, int]
"""A file's path, size and time of change."""


def watch_session(ledger: Ledger, session: Session, folders: Sequence[Path], interval: float, draw: Draw) -> None:
    """Until somebody interrupts it. On a terminal the same place is drawn anew, elsewhere each change is a line."""
    states = _states(ledger, session, folders, interval)
    try:
        if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
            _redraw(states, draw)
        else:
            for _, newer in states:
                typer.echo(_line(newer))
    except KeyboardInterrupt:
        return


def _redraw(states: Iterator[tuple[Ledger, Session]], draw: Draw) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(highlight=False)
    with Live(console=console, auto_refresh=False, vertical_overflow="ellipsis") as live:
        for ledger, session in states:
            lines = _fitting(draw(ledger, session), console.height - 2)
            live.update(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"), refresh=True)


def _fitting(lines: Sequence[str], height: int) -> Sequence[str]:
    """The newest rows are the last: of a long table the first ones are left out."""
    if len(lines) <= height or "" not in lines[2:]:
        return lines
    head = lines.index("", 2) + 3
    hidden = len(lines) - height + 1
    return [*lines[:head], f"… {hidden} more above", *lines[head + hidden :]] if head + hidden < len(lines) else lines


def _line(session: Session) -> str:
    totals = session.totals
    active = f", {hours_minutes(session.active)} active" if session.active is not None else ""
    cost = usd(totals.list_cost, floor=totals.is_floor) if session.rows else "no usage yet"
    told = f"{plural(totals.requests, 'request')}, {count(totals.tokens)} tokens, " if session.rows else ""
    return f"{datetime.now().astimezone():%H:%M:%S} {told}{cost}{active}"


def _states(
    ledger: Ledger, session: Session, folders: Sequence[Path], interval: float
) -> Iterator[tuple[Ledger, Session]]:
    """The session as it would be filled: at once, and after each change."""
    root, path = ledger.root, session.path
    seen: tuple[object, ...] = ()
    own = _stamp(root / path), _stamp(root / FILE_NAME)
    shown: Session | None = None
    while True:
        now = _stamp(root / path), _stamp(root / FILE_NAME)
        if now[1] != own[1]:
            ledger = load_ledger(root)
        if now != own:
            session = load_session(root, path)[0] or session
            ledger = ledger.with_sessions([session])
            own = now
        stamps, changed = _transcripts(folders, session)
        if (stamps, now) != seen:
            seen = stamps, now
            filled = _filled(ledger, session, _read(changed))
            if shown is None or filled.document.raw != shown.document.raw:
                shown = filled
                yield ledger, filled
        time.sleep(interval)


def _filled(ledger: Ledger, session: Session, agents: Sequence[AgentSession]) -> Session:
    document, _, _ = fill_one(ledger, session, agents)
    return session_of(document, session.path)[0]


def _read(folders: Sequence[Path]) -> Sequence[AgentSession]:
    with reading_progress() as progress:
        return read_history(folders, progress=progress).sessions if folders else ()


def _transcripts(given: Sequence[Path], session: Session) -> tuple[frozenset[_Stamp], tuple[Path, ...]]:
    """The files that may tell of the session, and the folders in which they and whatever they copy from are."""
    folders = find_transcript_folders(given, os.environ, Path.home())
    since = (session.started - JOIN_WITHIN).timestamp() if session.started else 0
    names = frozenset(session.source.sessions) if session.source else frozenset()
    stamps = [stamp for file in find_transcripts(folders).files if (stamp := _stamp(Path(file.path)))]
    wanted = [stamp for stamp in stamps if stamp[2] >= since * 1e9 or session_of_path(stamp[0]) in names]
    near = {_folder_of(Path(stamp[0]), folders) for stamp in wanted}
    return frozenset(wanted), tuple(sorted(near))


def _folder_of(file: Path, folders: Sequence[Path]) -> Path:
    """The one that Claude Code has for the working folder."""
    for folder in folders:
        if file.is_relative_to(folder):
            first = file.relative_to(folder).parts[0]
            return folder / first if (folder / first) != file else folder
    return file.parent


def _stamp(file: Path) -> _Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return str(file), status.st_size, status.st_mtime_ns
