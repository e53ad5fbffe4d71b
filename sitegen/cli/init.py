"""`sessions init`: make a ledger here. Never overwrites a file."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from sitegen.cli.claude import cleanup_warnings, print_hooks, write_hooks
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


def init(
    context: typer.Context,
    hooks: Annotated[bool, typer.Option("--hooks", help="Print the hooks for Claude Code's settings.")] = False,
    write: Annotated[bool, typer.Option("--write", help="With --hooks: write them, into what is there.")] = False,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", help="The settings file to write. Else .claude/settings.local.json here."),
    ] = None,
) -> None:
    """Make a ledger in this folder (or -C): settings, templates, site, workflow. Never overwrites a file."""
    if (write and not hooks) or (settings and not write):
        raise typer.BadParameter("--write belongs to --hooks, and --settings to --write")
    root: Path = context.obj or Path.cwd()
    made, problems = make_ledger(root)
    for path in made:
        typer.echo(path, err=hooks)
    end_with(problems)
    if hooks and write:
        write_hooks(root.resolve(), settings)
    elif hooks:
        print_hooks(root.resolve())
    else:
        tell("a ledger is here; `sessions import` fills it from Claude Code's transcripts" if made else "nothing to do")
    end_with(cleanup_warnings(root.resolve()))


def make_ledger(root: Path) -> tuple[list[str], list[Problem]]:
    """The files that were made, by their paths in the ledger; those that are there already are left alone."""
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
    return made, problems


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
