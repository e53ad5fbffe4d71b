"""`sessions init`: make a ledger here. Never overwrites a file."""

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

import typer

from sitegen.cli.ledgers import end_with, tell
from sitegen.errors import Location, Problem, error
from sitegen.settings import FILE_NAME
from sitegen.store import locked, write_file
from sitegen.templates import template_folder

_OWN_NAMES = {
    "gitignore": ".gitignore",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "problem-matcher.json": ".github/problem-matcher.json",
    "sessions-constraints.txt": ".github/sessions-constraints.txt",
    "workflows": ".github/workflows",
}


def init(context: typer.Context) -> None:
    """Make a ledger in this folder (or -C): settings, templates, site, workflow. Never overwrites a file."""
    root: Path = context.obj or Path.cwd()
    try:
        (root / "sessions").mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        end_with([error("io", Location(str(root)), f"cannot make the ledger: {exc.strerror}")])
    problems: list[Problem] = []
    made = []
    with locked(root):
        for path, content in ledger_files():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            if (root / path).exists():
                continue
            result = write_file(root, path, content, expected=None)
            if isinstance(result, Problem):
                problems.append(result)
            else:
                made.append(path)
    for path in made:
        typer.echo(path)
    end_with(problems)
    tell("a ledger is here; `sessions import` fills it from Claude Code's transcripts" if made else "nothing to do")


def ledger_files() -> Iterator[tuple[str, bytes]]:
    """The files of a new ledger by their paths in it, in order."""
    templates = template_folder()
    data = Path(__file__).parent.parent / "ledger_files"
    for path in sorted(data.rglob("*")):
        relative = path.relative_to(data).as_posix()
        if not path.is_file() or relative.startswith("templates/") or path.suffix == ".py":
            continue
        content = path.read_bytes()
        if relative == FILE_NAME:
            content = content.replace(b'timezone = "UTC"', f'timezone = "{local_zone()}"'.encode())
        first, _, rest = relative.partition("/")
        yield "/".join(filter(None, (_OWN_NAMES.get(first, first), rest))), content
    for path in sorted(templates.glob("*.md")):
        yield f"templates/{path.name}", path.read_bytes()
    # MkDocs wants its folder to exist, and git keeps no empty one.
    yield "sessions/.gitkeep", b""


def local_zone() -> str:
    """The name of this machine's time zone, UTC where the system does not tell it."""
    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    link = Path("/etc/localtime")
    if link.is_symlink():
        candidates.append(str(link.readlink()).partition("zoneinfo/")[2])
    return next((name for name in candidates if name in available_timezones()), "UTC")
