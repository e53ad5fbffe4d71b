"""The command line: one module for each command, which reads options, calls the core, prints and ends.

Data goes to standard output, everything else to standard error. Exit: 0 good, 1 problems found,
2 wrong usage, 3 a fault of ours, 130 interrupted.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from sitegen import __version__
from sitegen.errors import ProblemError, visible
from sitegen.processes import collect_seldom

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("sitegen.cli.init:init", "Make a ledger in a folder"),
    "import": ("sitegen.cli.importing:import_sessions", "Sessions of this machine into the ledger"),
    "new": ("sitegen.cli.new:new", "Begin a session file from a template"),
    "fill": ("sitegen.cli.fill:fill", "Numbers, prices and tables of a session file"),
    "log": ("sitegen.cli.log:log", "Add one row by hand"),
    "count": ("sitegen.cli.count:count", "Tokens of a prompt, with its list cost"),
    "send": ("sitegen.cli.send:send", "Send a prompt, print the answer, log its row"),
    "end": ("sitegen.cli.end:end", "Fill, close and check a session"),
    "show": ("sitegen.cli.show:show", "One session in a screenful"),
    "todo": ("sitegen.cli.todo:todo", "Open loops, oldest first"),
    "check": ("sitegen.cli.check:check", "All problems, with file, line and column"),
    "resolve": ("sitegen.cli.resolve:resolve", "Settle a git merge conflict in usage rows"),
    "report": ("sitegen.cli.report:report", "Sums by month, project, model, ..."),
    "explain": ("sitegen.cli.explain:explain", "How each number came about"),
    "reconcile": ("sitegen.cli.reconcile:reconcile", "Compare with what was billed"),
    "build": ("sitegen.cli.build:build", "Build the site into site/"),
    "serve": ("sitegen.cli.build:serve", "Serve the site, with live reload"),
    "export": ("sitegen.cli.export:app", "The ledger in other forms"),
    "hook": ("sitegen.cli.hook:app", "For Claude Code's settings"),
}
"""Each command with where its function is, and what the list of commands says of it."""


def _print_version(wanted: bool) -> None:  # Typer gives a callback its value by place
    if wanted:
        typer.echo(f"sessions {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    directory: Annotated[
        Path | None,
        typer.Option("-C", help="The ledger's folder. Else the nearest folder upwards with a sessions.toml."),
    ] = None,
    version: Annotated[  # noqa: ARG001  # its callback has done the work
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    context.obj = directory


def make_app(names: Sequence[str]) -> typer.Typer:
    """The command line with these commands in full; of the others only the names and what they do.

    Most of a start is importing what one command needs, so only what is asked for is imported.
    """
    app = typer.Typer(
        name="sessions",
        help="Plain-text accounting for AI coding sessions: a checked ledger in Markdown, and a site made from it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name, (place, summary) in COMMANDS.items():
        loaded = _load(place) if name in names else _named_only
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name, short_help=summary)
        else:
            app.command(name, short_help=summary)(loaded)
    return app


def _load(place: str) -> Callable[..., Any] | typer.Typer:
    """A command, or a group of commands."""
    module, _, name = place.partition(":")
    loaded: Callable[..., Any] | typer.Typer = getattr(import_module(module), name)
    return loaded


def _named_only() -> None:
    """Stands for a command in the list of commands."""


def main() -> None:
    """The one error boundary: no traceback reaches a user."""
    collect_seldom()
    try:
        make_app(sys.argv[1:])()
    except ProblemError as exc:
        for problem in exc.problems:
            typer.echo(problem, err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as exc:  # noqa: BLE001  # whatever escapes the core is a fault of ours
        _report_fault(exc)
        sys.exit(3)


def _report_fault(exc: Exception) -> None:
    if os.environ.get("SESSIONS_DEBUG"):
        raise exc
    typer.echo(f"fault: {type(exc).__name__}: {visible(str(exc))}", err=True)
    hint = "this is a mistake in the program, nothing was half-written; please report it"
    typer.echo(f"  hint: {hint} (SESSIONS_DEBUG=1 shows where)", err=True)
