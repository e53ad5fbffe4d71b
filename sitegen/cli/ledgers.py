"""What every command needs: the ledger it works on, the session that is meant, and files written."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from sitegen.errors import Location, Problem, ProblemError, Severity, error
from sitegen.importing import Change, Plan
from sitegen.ledger import Ledger, find_ledger, load_ledger
from sitegen.session import Session
from sitegen.settings import FILE_NAME
from sitegen.store import FOLDER, TRIES, locked, write_file
from sitegen.templates import find_template, template_folder, template_names


def tell(message: str) -> None:
    """A line for the person at the terminal: standard error, so that standard output stays data."""
    typer.echo(message, err=True)


def ledger_root(context: typer.Context) -> Path:
    given: Path | None = context.obj
    if given is not None and not (given / FILE_NAME).is_file():
        hint = f"`sessions -C {given} init` makes one"
        raise ProblemError(error("ledger", Location(str(given)), f"no {FILE_NAME} here, so this is no ledger", hint))
    root = given or find_ledger(Path.cwd())
    if root is None:
        message = f"no ledger here: neither this folder nor one above it has a {FILE_NAME}"
        raise ProblemError(error("ledger", Location("."), message, "`sessions init` makes one, or name it with -C"))
    return root.resolve()


def open_ledger(context: typer.Context) -> Ledger:
    return load_ledger(ledger_root(context))


@contextmanager
def ledger_to_write(context: typer.Context) -> Iterator[Ledger]:
    """The ledger as it is under its lock. Whoever reads transcripts does so inside: no older view of them may
    then replace what another command wrote from a newer one.
    """
    root = ledger_root(context)
    with locked(root):
        yield load_ledger(root)


def find_session(ledger: Ledger, wanted: str | None) -> Session:
    """The session named by a path, a stem or any unambiguous part of one; without a name, the active one: where
    several are, that of the project of the folder the command runs in.
    """
    if wanted is None:
        active = [session for session in ledger.sessions if session.state not in ("complete", "")]
        if len(active) > 1:
            here = ledger.settings.project_of(str(Path.cwd()))
            active = [session for session in active if session.project == here] or active
        candidates, message = active, "no session is active"
        if not active:
            candidates, message = list(ledger.sessions[-1:]), "the ledger has no session yet"
    else:
        relative = _relative(ledger.root, wanted)
        exact = [s for s in ledger.sessions if wanted in (s.path, s.stem) or s.path == relative]
        candidates = exact or [s for s in ledger.sessions if wanted.lower() in s.path.lower()]
        message = f"no session is called `{wanted}`"
    if len(candidates) == 1:
        return candidates[0]
    if wanted and not candidates and (unread := _errors_of_unread(ledger, wanted)):
        raise ProblemError(*unread)
    if candidates:
        names = ", ".join(f"`{session.stem}`" for session in candidates[:5])
        message = f"`{wanted}` could be {names}" if wanted else f"several sessions are active: {names}"
        raise ProblemError(error("session", Location("sessions"), message, "name one of them"))
    raise ProblemError(error("session", Location("sessions"), message, "`sessions report --by session` lists them"))


def _errors_of_unread(ledger: Ledger, wanted: str) -> tuple[Problem, ...]:
    """What keeps a file from being read that has this name, or this in its name."""
    read = {session.path for session in ledger.sessions}
    places = [found.location.path for found in ledger.problems if found.severity is Severity.ERROR]
    named = {path for path in places if path not in read and path.startswith(f"{FOLDER}/")}
    meant = {path for path in named if wanted.lower() in path.lower() or path == _relative(ledger.root, wanted)}
    return tuple(found for found in ledger.problems if found.location.path in meant)


def _relative(root: Path, given: str) -> str:
    path = Path(given).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def read_template(root: Path, name: str) -> str:
    folders = (root / "templates", template_folder())
    path = find_template(name, folders)
    if path is None:
        known = ", ".join(f"`{stem}`" for stem in template_names(folders))
        raise ProblemError(
            error("template", Location("templates"), f"no template is called `{name}`", f"there are {known}")
        )
    return path.read_text(encoding="utf-8")


def carry_out(ledger: Ledger, plan: Plan) -> tuple[Problem, ...]:
    """Writes every change that can be written; what cannot be is a problem and leaves its file whole."""
    return (*plan.problems, *write_changes(ledger.root, plan.changes))


def carry_out_anew(ledger: Ledger, plan_for: Callable[[Ledger], Plan]) -> tuple[Plan, tuple[Problem, ...]]:
    """The plan for a ledger read under its lock, written. An editor takes no lock: where one changed a file
    meanwhile the plan is made anew, three times in all, and then the change is told.
    """
    first = plan = plan_for(ledger)
    problems = carry_out(ledger, plan)
    for _ in range(TRIES - 1):
        if not any(found.rule == "file-changed" for found in problems):
            break
        ledger = load_ledger(ledger.root)
        plan = plan_for(ledger)
        problems = carry_out(ledger, plan)
    return first, problems


def write_changes(root: Path, changes: Sequence[Change]) -> Iterable[Problem]:
    if not changes:
        return []
    with locked(root):
        written = [write_file(root, change.path, change.new, expected=change.old) for change in changes]
    return [result for result in written if isinstance(result, Problem)]


def end_with(problems: Iterable[Problem]) -> None:
    """Says what went wrong on standard error, and ends with 1 if any of it is an error."""
    found = tuple(problems)
    for problem in found:
        tell(str(problem))
    if any(problem.severity is Severity.ERROR for problem in found):
        raise typer.Exit(1)


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def is_terminal() -> bool:
    return sys.stderr.isatty()
