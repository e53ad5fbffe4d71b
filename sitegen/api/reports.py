"""The Admin API's reports of usage and cost, page by page: all of them, or a problem and nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import anthropic
import httpx2

from sitegen.api.asking import Patience, answer_of, ask
from sitegen.api.client import not_understood, open_client, told_as_problems
from sitegen.bills import Bill
from sitegen.bills.reports import MOST_PAGES, NotAReport, Question, Report, bill_of, reports_of, rows_and_next
from sitegen.errors import Problem, ProblemError

_ADMIN = (
    "the reports need an Admin key in ANTHROPIC_ADMIN_KEY, which an admin of the organization makes; "
    "the account of a single person has no such reports"
)
_OF_THE_KEY = ("api-key", "api-permission", "api-not-found")
_NOT_FOR_THIS_KEY = (anthropic.PermissionDeniedError, anthropic.NotFoundError)


@dataclass(frozen=True, slots=True)
class _Answer:
    http_response: httpx2.Response


def open_admin_client(timeout: float, admin_key: str | None) -> anthropic.Anthropic:
    """With the Admin key where there is one, else with what the client finds by itself."""
    client = open_client(timeout, retries=0)
    return client.with_options(api_key=admin_key) if admin_key else client


def fetch_bill(client: anthropic.Anthropic, days: tuple[date, date], today: date, patience: Patience) -> Bill:
    """What was billed on these UTC days, both included. Raises ProblemError: never a part of a bill."""
    try:
        with told_as_problems():
            return _first_open(client, reports_of(*days, today), days, patience)
    except ProblemError as exc:
        raise ProblemError(*(_with_cure(problem) for problem in exc.problems)) from None


def _first_open(
    client: anthropic.Anthropic, reports: Sequence[Report], days: tuple[date, date], patience: Patience
) -> Bill:
    *newer, oldest = reports
    for report in newer:
        try:
            return _fetch(client, report, days, patience)
        except _NOT_FOR_THIS_KEY:
            patience.tell(f"the {report.name} are not open to this key; asking for the older ones")
    return _fetch(client, oldest, days, patience)


def _with_cure(problem: Problem) -> Problem:
    return replace(problem, hint=_ADMIN) if problem.rule in _OF_THE_KEY else problem


def _fetch(client: anthropic.Anthropic, report: Report, days: tuple[date, date], patience: Patience) -> Bill:
    usage = [row for question in report.usage for row in _rows(client, question, patience)]
    costs = [row for question in report.costs for row in _rows(client, question, patience)]
    try:
        return bill_of(report, usage, costs, days)
    except NotAReport as exc:
        raise ProblemError(not_understood(str(exc))) from None


def _rows(client: anthropic.Anthropic, question: Question, patience: Patience) -> Iterator[Any]:
    """Of all pages, in order. A page that was there before would go round for ever: it is an answer of no use."""
    page: str | None = None
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        rows, page = _page(client, question, page, patience)
        yield from rows
        if page is None:
            return
        if page in seen:
            break
        seen.add(page)
    raise ProblemError(not_understood(f"its pages do not come to an end: {len(seen)} were read"))


def _page(
    client: anthropic.Anthropic, question: Question, page: str | None, patience: Patience
) -> tuple[list[Any], str | None]:
    params = {**question.params, **({"page": page} if page else {})}

    def attempt(headers: Any) -> httpx2.Response:
        return client.get(
            question.path,
            cast_to=httpx2.Response,
            options={"params": params, "headers": {**question.headers, **headers}},
        )

    response = ask(attempt, patience)
    try:
        return rows_and_next(answer_of(_Answer(response)))
    except NotAReport as exc:
        raise ProblemError(not_understood(str(exc), response.headers.get("request-id"))) from None
