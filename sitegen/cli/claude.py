"""What `sessions init` has to do with Claude Code: its settings, and the transcripts it is about to delete."""

import mmap
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

from sitegen.cli.ledgers import end_with, plural, tell
from sitegen.display import visible
from sitegen.errors import Location, Problem, ProblemError, error, warning
from sitegen.hooks.claude_settings import hook_handlers, merge_hooks, settings_snippet
from sitegen.hooks.retention import KEY, Transcript, endangered, kept_days, settings_files
from sitegen.ledger import Ledger, load_ledger
from sitegen.store import read_file, write_file
from sitegen.transcripts import find_transcript_folders
from sitegen.transcripts.claude_code_files import VARIABLE, find_transcripts

OWN_SETTINGS = Path(".claude") / "settings.local.json"
USER_SETTINGS = "~/.claude/settings.json"


def print_hooks(root: Path) -> None:
    typer.echo(settings_snippet(hook_handlers(own_command(), root)))
    user = _config_folder() / "settings.json"
    advice = f"`--write --settings {visible(str(user))}` puts it where all your sessions see it"
    tell(f"for Claude Code's settings; {advice}, `--write` alone into {OWN_SETTINGS} of the ledger")


def write_hooks(root: Path, settings: Path | None) -> None:
    """Merges the hooks into the settings file; a link stays a link, to the file that is changed."""
    given = settings or root / OWN_SETTINGS
    target = Path(os.path.realpath(given.expanduser()))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        end_with([error("io", Location(str(given)), f"cannot write: {exc.strerror}")])
    raw = read_file(target.parent, target.name) if os.path.lexists(target) else None
    if isinstance(raw, Problem):
        end_with([_at(raw, given)])
        raise typer.Exit(1)
    text = _decoded(raw or b"", given)
    merged = merge_hooks(text, hook_handlers(own_command(), root), str(given)).encode("utf-8")
    result = False if merged == raw else write_file(target.parent, target.name, merged, expected=raw)
    if isinstance(result, Problem):
        end_with([_at(result, given)])
    tell(f"{'wrote the hooks into' if result else 'the hooks are already in'} {visible(str(given))}")


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ProblemError(error("hook-settings", Location(str(path)), f"not UTF-8, byte {exc.start}")) from None


def _at(problem: Problem, path: Path) -> Problem:
    """Of a file outside the ledger, so by its whole path."""
    return error(problem.rule, Location(str(path)), problem.message, problem.hint)


def own_command() -> list[str]:
    """How this program is started, for whoever does not know our PATH."""
    script = Path(os.path.abspath(sys.argv[0]))  # noqa: PTH100  # a link to it is what stays where it is
    if script.name == "sessions" and os.access(script, os.X_OK):
        return [str(script)]
    return [sys.executable, "-P", "-m", "sitegen.start"]


def cleanup_warnings(root: Path) -> list[Problem]:
    """That Claude Code will delete transcripts which this ledger does not have."""
    try:
        folders = find_transcript_folders([], os.environ, Path.home())
    except ProblemError:
        return []
    ledger = load_ledger(root)
    files = settings_files(_config_folder(), root)
    days = kept_days(files)
    found = endangered(_transcripts(folders), _known(ledger), days, datetime.now(UTC), ledger.settings.zone)
    if found is None:
        return []
    many = f"{plural(found.number, 'transcript')} not in this ledger"
    today = datetime.now(ledger.settings.zone).date()
    when = f"deletes the oldest on {found.first}" if found.first > today else "may delete the oldest any time"
    message = f"{many}; Claude Code {when} ({KEY} is {days})"
    hint = f"`sessions import` brings them in; a larger {KEY} in {USER_SETTINGS} keeps them longer"
    return [warning("transcripts-expire", Location(str(folders[0])), message, hint)]


def _config_folder() -> Path:
    listed = os.environ.get(VARIABLE, "").partition(",")[0].strip()
    return Path(listed).expanduser() if listed else Path.home() / ".claude"


def _known(ledger: Ledger) -> set[str]:
    return {name for session in ledger.sessions if session.source for name in session.source.sessions}


def _transcripts(folders: tuple[Path, ...]) -> Iterator[Transcript]:
    """Those of sessions in which a model answered; those of sub-agents go with their session's."""
    for file in find_transcripts(folders).files:
        path = Path(file.path)
        if "subagents" in path.parts or path.stem.startswith("agent-"):
            continue
        try:
            written = path.stat().st_mtime
            if _has_usage(path):
                yield Transcript(path.stem, written)
        except OSError:
            continue


def _has_usage(path: Path) -> bool:
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(b'"usage"') >= 0
