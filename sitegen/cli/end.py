"""`sessions end`: the day's book-keeping in one go, and what is left for a person to write."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from sitegen.blocks import NOT_RATED, efficiency_words
from sitegen.body import placeholders
from sitegen.checking import check_folder, in_full, load_lean
from sitegen.cli.check import not_known
from sitegen.cli.git_work import Coverage, GitWork, folder_of_work, read_coverage, read_work
from sitegen.cli.ledgers import carry_out_anew, end_with, find_session, ledger_root, plural, tell
from sitegen.cli.reading import damage_problems, read_transcripts
from sitegen.cli.report import list_cost
from sitegen.cli.spooled import take_spooled
from sitegen.decisions import session_decisions
from sitegen.display import count, hours_minutes, plain, usd, visible
from sitegen.ending import Closed, Difference, Work, close_session, with_work
from sitegen.errors import Location, Problem, ProblemError, error, sorted_problems
from sitegen.importing import Plan, plan_changed
from sitegen.ledger import Ledger
from sitegen.rollups import running_rollups
from sitegen.schema import INNER_KEYS
from sitegen.session import Session
from sitegen.store import locked
from sitegen.transcripts import AgentSession, History
from sitegen.transcripts.assembly import LONGEST_PAUSE
from sitegen.transcripts.claude_code_files import session_of_path

_PLACEHOLDER = "placeholder"
_LABEL = 11
_WIDTH = 100
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Ended:
    """What was done to the file, for whoever says so."""

    closed: Closed
    work: GitWork | None
    coverage: Coverage
    differences: tuple[Difference, ...]


def end(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[SESSION]", help="Path, stem or part of one. Else the active one."),
    ] = None,
    folders: Annotated[list[Path] | None, typer.Option("--from", help="Where transcripts are.")] = None,
    recount: Annotated[
        bool, typer.Option("--recount", help="Replace what stands under `code` and `git.commits` by git's counts.")
    ] = False,
) -> None:
    """Fill, close and check a session; count its commits, files, lines and tests; say what is left to write.

    Ending it again changes nothing that was not counted anew.
    """
    take_spooled(context)
    now = datetime.now(UTC)
    ended: list[_Ended] = []
    root = ledger_root(context)
    with locked(root):
        ledger = load_lean(root)
        path = session_to_end(ledger, name).path
        ledger = in_full(ledger, _that_follow(ledger, path))
        history = read_transcripts(folders or [])

        def plan_for(current: Ledger) -> Plan:
            plan, done = _plan(current, path, history.sessions, now, recount=recount)
            ended[:] = [done]
            return plan

        plan, told = carry_out_anew(ledger, plan_for)
    end_with(told)
    done = ended[0]
    ledger = in_full(ledger, [path])
    session = next(session for session in ledger.sessions if session.path == path)
    changed = any(change.path == path for change in plan.changes)
    tell(f"ended {path}" if changed else f"ended {path}: nothing changed")
    _tell(_done_lines(ledger, session, done))
    _tell_what_is_left(session, done)
    tell(summary_line(session, ledger))
    typer.echo(path)
    damaged = _damage_of(history, done.closed.agents)
    checked = (found for found in _checked(root) if found.location.path == path and found.rule != _PLACEHOLDER)
    end_with((*damaged, *done.closed.problems, *checked))


def _that_follow(ledger: Ledger, path: str) -> Iterator[str]:
    """The session, and those of its project in whose running totals it counts."""
    every = [session.path for session in ledger.sessions]
    project = next(session.project for session in ledger.sessions if session.path == path)
    return (session.path for session in ledger.sessions[every.index(path) :] if session.project == project)


def _damage_of(history: History, agents: Sequence[AgentSession]) -> Iterator[Problem]:
    """Of the transcripts that tell of the session; `import` tells of the others."""
    names = {agent.id for agent in agents}
    return (found for found in damage_problems(history) if session_of_path(found.location.path) in names)


def session_to_end(ledger: Ledger, name: str | None) -> Session:
    """The one that is named, or active; where none is, the one that ended last: ending twice changes nothing."""
    is_any_active = any(session.state not in ("complete", "") for session in ledger.sessions)
    finished = [session for session in ledger.sessions if session.ended]
    if name is None and finished and not is_any_active:
        return max(finished, key=lambda session: (session.ended or _NEVER, session.path))
    return find_session(ledger, name)


def _plan(
    ledger: Ledger, path: str, agents: Sequence[AgentSession], now: datetime, *, recount: bool
) -> tuple[Plan, _Ended]:
    session = next((session for session in ledger.sessions if session.path == path), None)
    if session is None:
        raise ProblemError(error("session", Location(path), "the file went away meanwhile"))
    closed = close_session(ledger, session, agents, now)
    work, coverage = _counted(ledger, closed)
    document, differences = with_work(closed.session, _to_write(work, coverage), recount=recount)
    return plan_changed(ledger, {path: document}), _Ended(closed, work, coverage, differences)


def _counted(ledger: Ledger, closed: Closed) -> tuple[GitWork | None, Coverage]:
    top = folder_of_work(ledger, closed.session.project, closed.agents)
    if top is None:
        return None, Coverage()
    started = closed.session.started
    return read_work(top, closed.session, ledger.root), read_coverage(top, started) if started else Coverage()


def _to_write(work: GitWork | None, coverage: Coverage) -> Work:
    code: dict[str, int | Decimal] = {}
    if work and work.changes:
        changes = work.changes
        code = {"files": changes.files, "added": changes.added, "deleted": changes.deleted}
        if work.tests is not None:
            code["tests_added"] = work.tests
    if coverage.percent is not None:
        code["coverage"] = Decimal(plain(coverage.percent))
    return Work(tuple(commit.short for commit in work.commits) if work else (), code)


def _checked(root: Path) -> Iterable[Problem]:
    return sorted_problems(not_known(root, check_folder(root, now=datetime.now(tz=UTC))))


def _tell(lines: Iterable[tuple[str, str]]) -> None:
    for label, words in lines:
        indent = " " * (2 + _LABEL)
        for line in textwrap.wrap(words, _WIDTH, initial_indent=f"  {label:<{_LABEL}}", subsequent_indent=indent):
            tell(line)


def _done_lines(ledger: Ledger, session: Session, done: _Ended) -> Iterator[tuple[str, str]]:
    totals = session.totals
    if session.ended:
        yield "end", f"{session.ended:%Y-%m-%d %H:%M}, {done.closed.end_from}"
    if session.active is not None:
        pauses = f"pauses above {round(LONGEST_PAUSE / 60)} minutes left out"
        yield "active", f"{hours_minutes(session.active)} ({pauses})"
    if session.rows:
        requests = f"{plural(totals.requests, 'request')}, " if totals.requests else ""  # typed rows may not say
        yield "usage", f"{requests}{count(totals.tokens)} tokens, {list_cost(totals)}"
    else:
        yield "usage", "no row, and no transcript tells of it: that is matched by project and time"
    yield from _work_lines(session, done)
    met, goals = session.goals
    yield "goals", f"{met} of {goals} met" if goals else "none in the file"
    yield "estimate", _against_estimate(session, ledger)
    running = running_rollups(ledger.sessions)[session.path]
    told = f"{plural(running.sessions, 'session')}, {list_cost(running.totals)}, {hours_minutes(running.active)} active"
    yield "project", f"{visible(session.project)} so far: {told}"


def _against_estimate(session: Session, ledger: Ledger) -> str:
    if session.estimate is None:
        return f"none, so {NOT_RATED}"
    return f"{usd(session.estimate)}: {efficiency_words(session, ledger.settings.bands)}"


def _work_lines(session: Session, done: _Ended) -> Iterator[tuple[str, str]]:
    work, coverage = done.work, done.coverage
    if work is None:
        project = visible(session.project)
        yield "git", f"no repository of `{project}` here nor where the agent worked: nothing counted"
        return
    for note in work.notes:
        yield "git", visible(note)
    if work.changes:
        changes = work.changes
        made = f"; {plural(work.made, 'lock or generated file')} left out" if work.made else ""
        tests = f"; {plural(work.tests, 'test')} added" if work.tests is not None else ""
        lines = f"+{count(changes.added)} −{count(changes.deleted)} in {plural(len(work.commits), 'commit')}"
        yield "code", f"{plural(changes.files, 'file')}, {lines}{made}{tests}"
        yield "commits", visible(", ".join(commit.short for commit in work.commits))
    if work.later:
        names = ", ".join(f"{commit.short} {commit.subject[:40]}" for commit in work.later[:3])
        yield "later", f"{plural(len(work.later), 'commit')} after the end, not counted: {visible(names)}"
    if coverage.percent is not None:
        yield "coverage", f"{plain(coverage.percent)} % ({visible(coverage.source)})"
    for note in coverage.notes:
        yield "coverage", visible(note)
    for each in done.differences:
        who = coverage.source if each.name == "code.coverage" else "git"
        told = f"`{each.name}` is {visible(each.stated)}, {visible(who)} says {visible(each.found)}"
        yield "differs", f"{told}; `--recount` takes it"


def _tell_what_is_left(session: Session, done: _Ended) -> None:
    """What no program can write."""
    left = list(_left(session, done))
    tell("left to write, by you alone:" if left else "nothing is left to write")
    for words in left:
        for line in textwrap.wrap(words, _WIDTH, initial_indent="  ", subsequent_indent="    "):
            tell(line)


def _left(session: Session, done: _Ended) -> Iterator[str]:
    unfilled = sorted({session.document.body_line + found.line - 1 for found in placeholders(session.body)})
    if unfilled:
        yield f"to fill in or delete: {plural(len(unfilled), 'line')}, {line_numbers(unfilled)}"
    sent = [row for row in session.rows if row.response]
    asked = ("rework", "documentation", *(["api"] if sent else []))
    missing = [f"ratings.{key}" for key in INNER_KEYS["ratings"] if key not in session.ratings]
    missing += (f"quality.{key}" for key in asked if key not in session.quality)
    if missing:
        yield f"only you can say: {', '.join(missing)}"
    if "documentation" not in session.quality and done.work and done.work.changes:
        yield _suggested_documentation(done.work.documents)
    if sent and "api" not in session.quality:
        broken = sum(row.output_floor for row in sent)
        hint = f"{plural(broken, 'answer')} broke off: issues?" if broken else "every answer was whole: successful?"
        yield f"quality.api: {hint}"
    if not session_decisions(session):
        yield "no decision is written down"


def _suggested_documentation(documents: Sequence[str]) -> str:
    """Whether they say what is true, a person knows."""
    if not documents:
        return "quality.documentation: neither a README nor docs changed"
    more = f" and {plural(len(documents) - 1, 'other file')}" if len(documents) > 1 else ""
    return f"quality.documentation: {visible(documents[0])}{more} changed: synced?"


def line_numbers(numbers: Sequence[int]) -> str:
    """`3, 7-9, 12`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][-1] == number - 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join("-".join(map(str, span)) for span in spans)


def summary_line(session: Session, ledger: Ledger) -> str:
    """One line: list cost, tokens, active time, goals, and all that against the estimate."""
    totals = session.totals
    met, goals = session.goals
    parts = (
        f"{list_cost(totals)} list cost" if session.rows else "no usage",
        f"{count(totals.tokens)} tokens" if session.rows else "",
        f"{hours_minutes(session.active)} active" if session.active is not None else "active time unknown",
        f"{met} of {goals} goals" if goals else "no goals",
        efficiency_words(session, ledger.settings.bands),
    )
    return ", ".join(filter(None, parts))
