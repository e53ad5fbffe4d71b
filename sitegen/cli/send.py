"""`sessions send`: a prompt to a model, its answer on standard output, its usage in the active session."""

import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sitegen.cli.kept import enter_responses, is_entered, keep_response
from sitegen.cli.ledgers import end_with, tell
from sitegen.cli.prompts import ledger_if_any, read_texts
from sitegen.cli.spooled import take_spooled
from sitegen.cli.writable import session_to_log_to
from sitegen.display import count, usd, visible
from sitegen.entering import LoggedResponse, model_to_ask, uncountable
from sitegen.errors import Location, Problem, ProblemError, error
from sitegen.ledger import Ledger, load_session
from sitegen.masking import one_line
from sitegen.prices import PriceBook
from sitegen.session import Session
from sitegen.spool import drop

if TYPE_CHECKING:
    from sitegen.api.sending import Answer

INTERRUPTED = 130
_STREAMED_WAIT, _WHOLE_WAIT = 60.0, 600.0


def send(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The prompt; `-` is standard input.")],
    model: Annotated[str | None, typer.Option("--model", help="Else the one that answered last.")] = None,
    system: Annotated[str | None, typer.Option("--system", metavar="FILE", help="A system prompt.")] = None,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=1, help="Where the answer is cut.")] = 8192,
    stream: Annotated[bool, typer.Option("--stream/--no-stream", help="Print the answer as it comes.")] = True,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0.1, max=3600, help="Seconds between two pieces. [60; 600 without a stream]"),
    ] = None,
    task: Annotated[str | None, typer.Option("--task", help="What the row says. Else the prompt's first line.")] = None,
    name: Annotated[str | None, typer.Option("--session", help="Whose row it is. Else the active session.")] = None,
    log: Annotated[bool, typer.Option("--log/--no-log", help="Log its usage in a session.")] = True,
) -> None:
    """Send a prompt, print the answer, and log the exact usage of the answer as one row of the active session."""
    prompt, system_text = read_texts(file, system)
    ledger, session = _place_to_log(context, name) if log else (ledger_if_any(context), None)
    if model is None:
        sessions = ledger.sessions if ledger else ()
        model, why = model_to_ask([*([session] if session else []), *reversed(sessions)])
        tell(f"model {visible(model)}: {visible(why)}; --model names another")
    sent = datetime.now(UTC)
    wait = timeout or (_STREAMED_WAIT if stream else _WHOLE_WAIT)
    answer = _ask(model, prompt, system_text, max_tokens, wait, stream=stream, ledger=ledger)
    told = list(_shortcomings(answer, max_tokens))
    if ledger is not None and session is not None:
        words = one_line(task) if task is not None else _task_of(prompt, ledger)
        told += _log(ledger.root, _logged(session, answer, sent, words, model))
    else:
        tell(f"not logged: {_counts(answer)}")
    if answer.interrupted:
        for problem in told:
            tell(str(problem))
        raise typer.Exit(INTERRUPTED)
    end_with(told)


def _place_to_log(context: typer.Context, name: str | None) -> tuple[Ledger, Session]:
    """Before anything is sent: where its row will stand. A file with errors is told, and sent for all the same."""
    take_spooled(context)
    ledger = ledger_if_any(context)
    if ledger is None:  # `take_spooled` has found one
        raise AssertionError
    hint = "`sessions new` begins one, --session names one, --no-log sends without a row"
    session = session_to_log_to(ledger, name, hint)
    if session.path in ledger.unsound:
        tell(f"{visible(session.path)} has errors: the row will wait until they are put right (see `sessions check`)")
    return ledger, session


@dataclass(slots=True)
class _Printer:
    """Writes an answer to standard output: harmless to a terminal, and never the end of what is being paid for."""

    is_terminal: bool
    last: str = "\n"
    fault: OSError | None = field(default=None)

    def __call__(self, text: str) -> None:
        self.last = text[-1:]
        shown = _harmless(text) if self.is_terminal else text
        encoding = sys.stdout.encoding
        clean = shown.encode(encoding, "replace").decode(encoding)
        if self.fault is None:
            try:
                sys.stdout.write(clean)
                sys.stdout.flush()
            except OSError as fault:  # the reader went away, or the disk is full: the answer is billed all the same
                self.fault = fault
                # What is left in the buffer would make Python complain at its end.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def finish(self) -> None:
        if self.last != "\n":
            self("\n")


def _harmless(text: str) -> str:
    """Lines and tabs as they are; everything else that a terminal would obey is shown."""
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.split("\n"))


def _ask(
    model: str, prompt: str, system: str, max_tokens: int, wait: float, *, stream: bool, ledger: Ledger | None
) -> "Answer":
    from sitegen.api.asking import Patience
    from sitegen.api.client import open_client
    from sitegen.api.sending import Prompt
    from sitegen.api.sending import send as send_prompt

    book = ledger.settings.price_book if ledger else PriceBook()
    printer = _Printer(sys.stdout.isatty())
    asked = Prompt(model, prompt, system, max_tokens)
    try:
        with open_client(wait, 0) as client:
            answer = send_prompt(client, asked, printer, Patience(tell), stream=stream, models=book.models)
    except KeyboardInterrupt:
        tell("interrupted before the answer began: what it costs, if anything, is not known")
        raise
    printer.finish()
    if printer.fault is not None and answer.problem is None and not isinstance(printer.fault, BrokenPipeError):
        what = f"the answer could not be printed in full: {printer.fault.strerror or printer.fault}"
        answer.problem = error("io", Location("standard output"), what)
    return answer


def _shortcomings(answer: "Answer", max_tokens: int) -> list[Problem]:
    """What a reader of the answer has to know of it."""
    if answer.stop_reason == "max_tokens":
        tell(f"the answer was cut at {count(max_tokens)} tokens: --max-tokens gives it more")
    elif answer.stop_reason == "refusal":
        tell("the model refused to answer; that is billed too")
    elif answer.ended and not answer.has_text:
        tell("the answer is empty; that is billed too")
    if answer.interrupted:
        tell("interrupted: what had come until then is billed")
    return [answer.problem] if answer.problem else []


def _task_of(prompt: str, ledger: Ledger) -> str:
    return "" if ledger.settings.tasks == "none" else one_line(prompt)


def _logged(session: Session, answer: "Answer", sent: datetime, task: str, model: str) -> LoggedResponse:
    return LoggedResponse(
        session.path, _id(answer), sent, task, answer.model or model, answer.usage, broken=not answer.ended
    )


def _id(answer: "Answer") -> str:
    """A name in all ledgers of the world. A gateway's own may come back with another answer."""
    if answer.id.startswith("msg_"):
        return one_line(answer.id)
    return one_line("/".join(filter(None, (answer.id, answer.request_id)))) or f"local-{uuid.uuid4()}"


def _log(root: Path, logged: LoggedResponse) -> list[Problem]:
    """Keeps the response, writes its row, and lets go of what was kept when the row stands in the file."""
    if reason := uncountable(logged):
        tell(f"usage of {visible(logged.model)}: {_figures(logged.usage)}")
        what = f"nothing was logged: the usage cannot be counted ({one_line(reason, 200)})"
        return [error("not-logged", Location(logged.path), what, "if you know better, type it in with `sessions log`")]
    try:
        kept = keep_response(root, logged)
    except OSError as fault:
        kept, cannot = None, fault
    try:
        problems = enter_responses(root, [logged])
    except ProblemError as exc:
        problems = exc.problems
    if is_entered(root, logged):
        if kept is not None:
            drop(kept)
        _tell_row(root, logged)
        return list(problems)
    tell(f"usage of {visible(logged.model)}: {_figures(logged.usage)}")
    place = Location(logged.path)
    if kept is None:
        what = f"the row could not be written, nor kept: {cannot.strerror or cannot}"
        hint = "type it in with `sessions log`, from the figures above"
    else:
        what, hint = "the row could not be written; the response is kept", "the next `sessions fill` puts it in"
    return [*problems, error("not-logged", place, what, hint)]


def _tell_row(root: Path, logged: LoggedResponse) -> None:
    session, _ = load_session(root, logged.path)
    rows = [row for row in session.rows if row.response == logged.response] if session else []
    for row in rows:
        counts = ", ".join(f"{count(n)} {kind}" for kind, n in row.counts.by_kind().items() if n)
        cost = usd(row.list_cost, floor=row.output_floor and row.list_cost is not None)
        reason = f" ({visible(row.unpriced)})" if row.unpriced else ""
        tell(f"logged in {logged.path}: {visible(row.model)}, {counts} tokens, {cost}{reason}")


def _counts(answer: "Answer") -> str:
    return f"{visible(answer.model)}, {_figures(answer.usage)}"


def _figures(usage: Mapping[str, object]) -> str:
    """As the API named them: whatever they are, a person can type them into a row."""
    told = [f"{key} {value}" for key, value in usage.items() if isinstance(value, int | str) and value not in (0, "")]
    return visible(", ".join(told))
