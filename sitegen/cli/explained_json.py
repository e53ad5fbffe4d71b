"""An explanation as JSON: all of it, amounts as decimal text, counts as numbers. No id of a response is told."""

from collections.abc import Sequence
from typing import Any

from sitegen.display import plain, usd
from sitegen.errors import Problem
from sitegen.explaining.account import Account, PriceAccount, RowAccount
from sitegen.explaining.causes import Difference
from sitegen.explaining.charges import Charge
from sitegen.explaining.explanation import Against, Explanation
from sitegen.explaining.transcript import ResponseAccount, RowResponses, State, Transcript
from sitegen.tokens import Totals


def as_json(explanation: Explanation, problems: Sequence[Problem], row: int | None) -> dict[str, Any]:
    account, transcript = explanation.account, explanation.transcript
    session = account.session
    rows = [each for each in account.rows if row in (None, each.number)]
    reported, against = explanation.reported, explanation.against
    return {
        "path": session.path,
        "title": session.title,
        "project": session.project,
        "total": {**_totals(account.totals), "shown": usd(account.totals.list_cost, floor=account.totals.is_floor)},
        "floor_reasons": list(account.floor_reasons),
        "agrees": not problems,
        "problems": [_problem(problem) for problem in problems],
        "by_price": [_price(price) for price in account.by_price],
        "by_kind": [_charge(charge) for charge in account.by_kind],
        "by_model": [{"model": model, **_totals(totals)} for model, totals in account.by_model],
        "rows": [_row(each, account, transcript) for each in rows],
        "transcript": _transcript(transcript),
        "reported": {**_difference(reported.difference), "reasons": list(reported.reasons)} if reported else None,
        "against": _against(against) if against else None,
    }


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "requests": totals.requests,
        **totals.counts.by_kind(),
        "tokens": totals.tokens,
        "web_searches": totals.web_searches,
        "list_cost": plain(totals.list_cost),
        "is_floor": totals.is_floor,
        "unpriced_responses": totals.unpriced_responses,
        "manual_rows": totals.manual_rows,
    }


def _charge(charge: Charge) -> dict[str, Any]:
    """A charge whose kind is the empty text: what the prices in the file do not make of the stated cost."""
    return {
        "kind": charge.kind,
        "number": charge.number,
        "unit_price": plain(charge.unit_price) if charge.unit_price is not None else None,
        "list_cost": plain(charge.amount) if charge.amount is not None else None,
    }


def _price(price: PriceAccount) -> dict[str, Any]:
    return {
        "key": price.key,
        "source": price.source,
        "first_day": price.days[0].isoformat() if price.days else None,
        "last_day": price.days[1].isoformat() if price.days else None,
        **_totals(price.totals),
        "charges": [_charge(charge) for charge in price.charges],
    }


def _row(each: RowAccount, account: Account, transcript: Transcript) -> dict[str, Any]:
    row = each.row
    place = account.session.locate("usage", each.number - 1)
    behind = (transcript.rows or {}).get(each.number - 1)
    return {
        "row": each.number,
        "line": place.line,
        "column": place.column,
        "at": row.at.isoformat(timespec="minutes") if row.at else None,
        "task": row.task,
        "model": row.model,
        "context": list(row.context.words()),
        "requests": row.requests,
        "price_key": row.price_key,
        "price_source": each.prices.source if each.prices else None,
        "price_day": each.day.isoformat() if each.day else None,
        "charges": [_charge(charge) for charge in each.charges],
        "list_cost": plain(row.list_cost) if row.list_cost is not None else None,
        "unpriced": row.unpriced or None,
        "output_floor": row.output_floor,
        "manual": row.manual,
        "sent": bool(row.response),
        "responses": _behind(behind) if behind else None,
    }


def _behind(behind: RowResponses) -> dict[str, Any]:
    times = behind.times
    return {
        "agrees": behind.agrees,
        "number": len(behind.responses),
        "lines": sum(each.own_lines for each in behind.responses),
        "first": times[0].isoformat() if times else None,
        "last": times[1].isoformat() if times else None,
        "list": [_response(each) for each in behind.responses],
    }


def _response(each: ResponseAccount) -> dict[str, Any]:
    response = each.response
    return {
        "at": response.at.isoformat() if response.at else None,
        **response.counts.by_kind(),
        "web_searches": response.web_searches,
        "list_cost": plain(each.list_cost) if each.list_cost is not None else None,
        "output_floor": response.output_floor,
        "sub_agent": each.is_sub_agent,
        "lines": each.own_lines,
        "copied_in": len(each.copied_in),
    }


def _transcript(transcript: Transcript) -> dict[str, Any]:
    responses = transcript.responses
    if transcript.state is not State.HERE:
        return {"state": transcript.state.value}
    times = [each.response.at for each in responses if each.response.at]
    return {
        "state": transcript.state.value,
        "same": transcript.is_same,
        "lines": sum(each.own_lines for each in responses),
        "responses": len(responses),
        "first": min(times).isoformat() if times else None,
        "last": max(times).isoformat() if times else None,
        "sub_agent_responses": sum(each.is_sub_agent for each in responses),
        "copied_to_others": sum(bool(each.copied_in) for each in responses),
        "copied_from_others": len(transcript.foreign),
        "without_row": len(transcript.loose),
        "synthetic": transcript.synthetic,
        "api_errors": transcript.api_errors,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "list_cost": plain(difference.ours),
        "figure": plain(difference.theirs),
        "difference": plain(difference.amount),
        "causes": [
            {"name": cause.name, "words": cause.words, "amount": plain(cause.amount)} for cause in difference.causes
        ],
        "not_explained": plain(difference.rest),
    }


def _against(against: Against) -> dict[str, Any]:
    return {
        "tool": against.tool,
        "path": against.path,
        "rows_of": against.period,
        "rows": list(against.names),
        **_difference(against.difference),
        "sub_agent_rows": [{"row": name, "cost": plain(cost)} for name, cost in against.sub_agents],
        "notes": list(against.notes),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.location
    return {
        "rule": problem.rule,
        "severity": problem.severity.value,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "message": problem.text,
    }
