"""`sessions export`: the ledger in other forms, into a folder, a file or another program."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sitegen.cli.ledgers import end_with, ledger_root, open_ledger, plural, tell
from sitegen.cli.pieces import STANDARD_OUTPUT, write_pieces
from sitegen.display import visible
from sitegen.errors import Location, ProblemError, Severity, error
from sitegen.ledger import Ledger
from sitegen.store import FOLDER

if TYPE_CHECKING:
    from sitegen.exporting import Outcome

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Target = Annotated[
    Path,
    typer.Argument(metavar="[FILE]", help="Where to; `-`, and without it, is standard output.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that no such export made.")]
Rows = Annotated[bool, typer.Option("--rows", help="One line for each usage row instead of each session.")]


@app.callback()
def export() -> None:
    """The ledger in other forms, for people and for other programs."""


@app.command("csv")
def export_csv(
    context: typer.Context, target: Target = STANDARD_OUTPUT, rows: Rows = False, force: Force = False
) -> None:
    """The sessions, or with --rows their usage rows, as CSV for a spreadsheet.

    Ends with 1 if a file of the ledger could not be read in full, after all is written.
    """
    from sitegen.records import SESSION_COLUMNS, USAGE_COLUMNS, csv_lines, usage_entries

    ledger = open_ledger(context)
    entries = usage_entries(ledger.sessions)
    lines = csv_lines(USAGE_COLUMNS, entries) if rows else csv_lines(SESSION_COLUMNS, ledger.sessions)
    _write(ledger, lines, target, head="path,row," if rows else "path,title,", force=force)


@app.command("json")
def export_json(
    context: typer.Context,
    target: Target = STANDARD_OUTPUT,
    rows: Annotated[
        bool, typer.Option("--rows", help="A flat list of usage rows instead of sessions with their rows.")
    ] = False,
    force: Force = False,
) -> None:
    """The sessions with their usage rows and the totals as JSON, or with --rows a flat list of rows.

    Ends with 1 if a file of the ledger could not be read in full, after all is written.
    """
    from sitegen.records import JSON_HEAD, json_pieces, json_rows

    ledger = open_ledger(context)
    form = json_rows if rows else json_pieces
    _write(ledger, form(ledger.settings.title, ledger.sessions), target, head=JSON_HEAD, force=force)


@app.command("focus")
def export_focus(
    context: typer.Context,
    target: Target = STANDARD_OUTPUT,
    account: Annotated[
        str, typer.Option("--account", help="The billing account; without it the title of the ledger.")
    ] = "",
    force: Force = False,
) -> None:
    """The priced usage as charges in the columns of FOCUS 1.2, for cost tools: one for each row and kind of tokens.

    Costs are list costs. A row that cannot be a charge is left out and counted on standard error, never written as 0.
    """
    from sitegen.exporting.focus import COLUMNS
    from sitegen.exporting.focus_charges import charges, left_out
    from sitegen.records import csv_lines

    ledger = open_ledger(context)
    billed = account.strip() or ledger.settings.title.strip() or ledger.root.name
    lines = csv_lines(COLUMNS, charges(ledger.sessions, billed))
    for reason, number in left_out(ledger.sessions).items():
        tell(f"{plural(number, 'usage row')} left out: {reason}")
    _write(ledger, lines, target, head=f"{COLUMNS[0].name},{COLUMNS[1].name},", force=force)


@app.command("obsidian")
def obsidian(
    context: typer.Context,
    vault: Annotated[Path, typer.Argument(metavar="VAULT", help="The vault: the folder that Obsidian opens.")],
    folder: Annotated[
        str, typer.Option("--folder", help="The folder for the notes in it: new, empty, or made by an export.")
    ] = "Sessions",
) -> None:
    """Each session, project and phase as a note, with properties, tags and links, and one of the latest session.

    Writes only what changed, removes only what it made, and touches nothing outside its folder. It ends, with nothing
    written, where one of its notes was changed by hand. Prints the path of the note of the latest session.
    """
    from sitegen.exporting import write_folder
    from sitegen.exporting.obsidian import LATEST
    from sitegen.exporting.obsidian_groups import vault_files
    from sitegen.pictures import pictures_of

    ledger = open_ledger(context)
    place = _notes_folder(vault, folder)
    _refuse_among_sessions(vault / place, ledger.root)
    pictures = pictures_of(ledger.sessions, ledger.root)
    outcome = write_folder(vault / place, vault_files(ledger.sessions, place, pictures, ledger.settings.bands))
    typer.echo(visible(str(vault / place / f"{LATEST}.md")))
    _tell_outcome(outcome)
    _end_with_errors(ledger)


def _notes_folder(vault: Path, folder: str) -> str:
    """The folder of the notes from the root of the vault, which links in them begin with."""
    from sitegen.exporting.obsidian_names import note_name

    if not vault.is_dir():
        message = "there is no such folder; must be the folder that Obsidian opens as a vault"
        raise ProblemError(error("export", Location(str(vault)), message, "make the folder first, or mend the path"))
    above = next((each for each in vault.resolve().parents if (each / ".obsidian").is_dir()), None)
    if not (vault / ".obsidian").is_dir():
        if above:
            message = f"this folder lies in the vault `{above}`; must be the vault itself, where links begin"
            inside = vault.resolve().relative_to(above) / folder
            hint = f"name the vault, and the place in it with `--folder {inside.as_posix()}`"
            raise ProblemError(error("export", Location(str(vault)), message, hint))
        tell(f"{vault} has no .obsidian yet: open this very folder as a vault, links in the notes begin there")
    parts = folder.strip("/").split("/")
    if any(part != note_name(part) for part in parts):
        message = f'`{folder}` cannot be linked to; must be names without []#^|\\:*?"<> that do not begin with a dot'
        raise ProblemError(error("export", Location("--folder"), message))
    return "/".join(parts)


def _write(ledger: Ledger, pieces: Iterable[str], target: Path, *, head: str, force: bool) -> None:
    write_pieces(pieces, target, root=ledger.root, head=head, force=force)
    if target != STANDARD_OUTPUT:
        tell(f"{plural(len(ledger.sessions), 'session')} written to {target}")
    _end_with_errors(ledger)


def _refuse_among_sessions(folder: Path, root: Path) -> None:
    if folder.resolve().is_relative_to(root / FOLDER):
        message = f"this is in `{FOLDER}/`, where each Markdown file is a session; must be elsewhere"
        raise ProblemError(error("export", Location(str(folder)), message))


def _tell_outcome(outcome: "Outcome") -> None:
    written, removed = plural(len(outcome.written), "file"), len(outcome.removed)
    tell(f"{written} written, {removed:,} removed, {len(outcome.unchanged):,} unchanged")


def _end_with_errors(ledger: Ledger) -> None:
    end_with(problem for problem in ledger.problems if problem.severity is Severity.ERROR)


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
    from sitegen.publishing import BUILD, build_of

    root = ledger_root(context)
    asked = build_of(os.environ)
    if asked.public:
        message = "`public` needs a scan of the finished site, which an export is not; must be unset or `incognito`"
        hint = '`sessions build --public` builds and scans; `publish = "marked"` in sessions.toml leaves sessions out'
        raise ProblemError(error("export", Location(BUILD), message, hint))
    if address and not address.startswith(("https://", "http://")):
        message = f"`{address}` is no address of a site, must begin with `https://` or `http://`"
        raise ProblemError(error("export", Location("--site-url"), message))
    _refuse_among_sessions(folder, root)
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
    _tell_outcome(outcome)
    _end_with_errors(ledger)
