"""`sessions export`: the ledger in other forms, into a folder."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sitegen.cli.ledgers import end_with, ledger_root, plural, tell
from sitegen.errors import Location, ProblemError, Severity, error
from sitegen.publishing import BUILD, build_of
from sitegen.store import FOLDER

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def export() -> None:
    """The ledger in other forms, into a folder."""


@app.command("pages")
def pages(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to: a new or empty folder, or one made so.")],
    incognito: Annotated[
        bool, typer.Option("--incognito", help="Shares instead of money, tokens and requests, in prose too.")
    ] = False,
    address: Annotated[str, typer.Option("--site-url", help="Where the site will stand, for its feed.")] = "",
) -> None:
    """The site's pages as Markdown files with an mkdocs.yml, for MkDocs without a plugin or for Zensical.

    Writes only what changed, removes only what it made, and prints the path of the mkdocs.yml.
    Ends with 1 if the ledger has an error, after all is written.
    """
    from sitegen.checking import load_checked
    from sitegen.exporting import exported_pages, write_folder
    from sitegen.pages import site_of
    from sitegen.pictures import pictures_of

    root = ledger_root(context)
    asked = build_of(os.environ)
    if asked.public:
        message = "`public` needs a scan of the finished site, which an export is not; must be unset or `incognito`"
        hint = '`sessions build --public` builds and scans; `publish = "marked"` in sessions.toml leaves sessions out'
        raise ProblemError(error("export", Location(BUILD), message, hint))
    if address and not address.startswith(("https://", "http://")):
        message = f"`{address}` is no address of a site, must begin with `https://` or `http://`"
        raise ProblemError(error("export", Location("--site-url"), message))
    if folder.resolve().is_relative_to(root / FOLDER):
        message = f"this is in `{FOLDER}/`, where each Markdown file is a session; must be elsewhere"
        raise ProblemError(error("export", Location(str(folder)), message))
    checked = load_checked(root)
    ledger = replace(checked.ledger, problems=checked.problems)
    site = site_of(
        ledger,
        incognito=incognito or asked.incognito,
        address=address,
        pictures=pictures_of(ledger.sessions, root),
    )
    outcome = write_folder(folder, exported_pages(site))
    typer.echo(folder / "mkdocs.yml")
    written, removed = plural(len(outcome.written), "file"), len(outcome.removed)
    tell(f"{written} written, {removed:,} removed, {len(outcome.unchanged):,} unchanged")
    end_with(problem for problem in checked.problems if problem.severity is Severity.ERROR)
