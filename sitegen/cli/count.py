"""`sessions count`: how many tokens a prompt has, before it is sent, and what sending it costs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer

from sitegen.cli.ledgers import end_with, tell
from sitegen.cli.prompts import ledger_if_any, read_texts
from sitegen.cli.report import text_table
from sitegen.cli.writable import refuse_unsound_settings
from sitegen.display import count as count_text
from sitegen.display import json_text, plain, usd, visible
from sitegen.entering import model_to_ask
from sitegen.errors import Problem, ProblemError
from sitegen.ledger import Ledger
from sitegen.prices import PriceBook, UnitPrices, Unpriced
from sitegen.tokens import PriceContext, TokenCounts

ESTIMATE = "input tokens are the API's estimate before sending; what is billed may differ, and caching is left out"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Counted:
    """The tokens of a prompt for one model, and of an answer that was assumed. `prices` are None where unknown."""

    model: str
    input: int
    output: int | None
    prices: UnitPrices | None
    unpriced: str = ""

    @property
    def of_input(self) -> Decimal | None:
        return self.prices.list_cost(TokenCounts(input=self.input)) if self.prices else None

    @property
    def of_answer(self) -> Decimal | None:
        return self.prices.list_cost(TokenCounts(output=self.output or 0)) if self.prices else None

    @property
    def whole(self) -> Decimal | None:
        return None if self.of_input is None or self.of_answer is None else self.of_input + self.of_answer


def count(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The prompt; `-` is standard input.")],
    models: Annotated[
        list[str] | None, typer.Option("--model", help="For which model; may be given again. Else the last one used.")
    ] = None,
    system: Annotated[str | None, typer.Option("--system", metavar="FILE", help="A system prompt.")] = None,
    output: Annotated[
        int | None, typer.Option("--output", min=0, help="Tokens of an answer, to price that too.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=600, help="Seconds to wait for the API.")] = 15,
    style: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Count the tokens of a prompt with the API, for one or several models: nothing is sent to a model.

    It is an estimate of the input only. The list cost comes from the ledger's price book, else the built-in one.
    """
    prompt, system_text = read_texts(file, system)
    ledger = ledger_if_any(context)
    if ledger is not None:
        refuse_unsound_settings(ledger)
    wanted = list(dict.fromkeys(models)) if models else [_usual_model(ledger)]
    book = ledger.settings.price_book if ledger else PriceBook()
    found, problems = _count_each(wanted, prompt, system_text, timeout, book, output)
    if style is Format.JSON:
        typer.echo(json_text(_as_json(found, book)))
    elif found:
        typer.echo(_table(found))
    if found:
        tell(ESTIMATE)
    for each in found:
        if each.unpriced:
            tell(f"unpriced: {visible(each.unpriced)}")
    end_with(problems)


def _usual_model(ledger: Ledger | None) -> str:
    sessions = ledger.sessions if ledger else ()
    active = [session for session in sessions if session.state not in ("complete", "")]
    model, why = model_to_ask([*reversed(active), *reversed(sessions)])
    tell(f"model {visible(model)}: {visible(why)}; --model names another")
    return model


def _count_each(
    models: list[str], prompt: str, system: str, timeout: float, book: PriceBook, output: int | None
) -> tuple[list[Counted], list[Problem]]:
    from sitegen.api.asking import Patience
    from sitegen.api.client import open_client
    from sitegen.api.counting import count_tokens

    found: list[Counted] = []
    problems: list[Problem] = []
    with open_client(timeout, 0) as client:
        for model in models:
            try:
                tokens = count_tokens(client, model, prompt, system, Patience(tell), book.models)
            except ProblemError as exc:
                problems += exc.problems
            else:
                found.append(_priced(model, tokens, output, book))
    return found, list(dict.fromkeys(problems))


def _priced(model: str, tokens: int, output: int | None, book: PriceBook) -> Counted:
    quote = book.quote(model, datetime.now(UTC), PriceContext(), tokens)
    if isinstance(quote, Unpriced):
        return Counted(model, tokens, output, None, quote.reason)
    return Counted(model, tokens, output, quote.prices)


def _table(found: list[Counted]) -> str:
    if found[0].output is None:
        head: tuple[str, ...] = ("Model", "Input, estimated", "List cost of it")
        return text_table(head, [_line_of_input(each) for each in found], total=False)
    head = ("Model", "Input, estimated", "List cost of it", "Output, assumed", "Of both")
    lines = [(*_line_of_input(each), count_text(each.output or 0), usd(each.whole)) for each in found]
    return text_table(head, lines, total=False)


def _line_of_input(each: Counted) -> tuple[str, str, str]:
    return visible(each.model), count_text(each.input), usd(each.of_input)


def _as_json(found: list[Counted], book: PriceBook) -> dict[str, Any]:
    return {
        "estimate": True,
        "price_source": book.source,
        "models": [
            {
                "model": each.model,
                "input": each.input,
                "list_cost_of_input": _amount(each.of_input),
                "output": each.output,
                "list_cost": _amount(each.whole if each.output is not None else each.of_input),
                "unpriced": each.unpriced or None,
            }
            for each in found
        ],
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
