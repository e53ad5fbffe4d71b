"""What stands behind a session's figures, and what others say: its transcript, its agent, other tools."""

from collections.abc import Iterator

from sitegen.cli.explained_parts import Section, listed, moment, money, signed
from sitegen.cli.ledgers import plural
from sitegen.display import count, percent, visible
from sitegen.explaining.causes import Difference
from sitegen.explaining.explanation import Against, Reported
from sitegen.explaining.transcript import ResponseAccount, RowResponses, State, Transcript
from sitegen.session import Session
from sitegen.transcripts import summed

_SUB_AGENT, _COPIED = "s", "c"
_AGENTS = {"claude-code": "Claude Code"}


def transcript_section(transcript: Transcript, session: Session) -> Section:
    return Section("Transcript", lines=tuple(_transcript_lines(transcript, session)))


def _transcript_lines(transcript: Transcript, session: Session) -> Iterator[str]:
    if transcript.state is State.NEVER:
        yield "the figures do not come from a transcript"
    elif transcript.state is State.GONE:
        yield "not in the folders that were read: the figures above rest on the file alone"
        if transcript.gone_since:
            day = transcript.gone_since
            yield f"Claude Code deletes a transcript after 30 days: this one is gone since {day} or later"
    else:
        yield from _present_lines(transcript, session)


def _present_lines(transcript: Transcript, session: Session) -> Iterator[str]:
    responses = transcript.responses
    lines = sum(each.own_lines for each in responses)
    same = "the very one that the file was filled from" if transcript.is_same else "changed since the file was filled"
    yield f"still there, {same}"
    why = ": the same answer is written once for each of its blocks" if lines > len(responses) else ""
    yield f"{plural(lines, 'line')}, {plural(len(responses), 'response')}{why}"
    times = [each.response.at for each in responses if each.response.at]
    if times:
        yield f"first response {moment(min(times), session)}, last {moment(max(times), session)}"
    sub_agents = sum(each.is_sub_agent for each in responses)
    if sub_agents:
        yield f"{plural(sub_agents, 'response')} of sub-agents"
    copied = sum(bool(each.copied_in) for each in responses)
    if copied:
        yield f"{plural(copied, 'response')} also copied into another session, counted here only"
    if transcript.foreign:
        yield f"{plural(len(transcript.foreign), 'response')} copied from another session, counted there"
    if transcript.synthetic:
        errors = f", {plural(transcript.api_errors, 'error')} of the API among them" if transcript.api_errors else ""
        yield f"{plural(transcript.synthetic, 'line')} that the agent wrote without a model{errors}: not counted"
    yield from _fit_lines(transcript, session)


def _fit_lines(transcript: Transcript, session: Session) -> Iterator[str]:
    rows = transcript.rows or {}
    derived = [index for index, row in enumerate(session.rows) if row.is_derived]
    off = [str(index + 1) for index in derived if index not in rows or not rows[index].agrees]
    if off:
        yield f"the responses do not add up to {_rows(off)}: `sessions fill` brings them up to date"
    else:
        yield f"{plural(len(derived), 'row')}: the responses add up to each of them"
    if transcript.loose:
        yield f"{plural(len(transcript.loose), 'response')} of the transcript in no row of the file"


def _rows(numbers: list[str]) -> str:
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {listed(numbers[:12])}"


def responses_section(behind: RowResponses | None, transcript: Transcript, session: Session) -> Section:
    if behind is None:
        here = transcript.state is State.HERE
        words = "no response of the transcript belongs to this row" if here else "the transcript is not there"
        return Section("Responses", lines=(words,))
    head = ("#  Time", "Input", "Written", "Read", "Output", "Lines", "List cost")
    rows = tuple(_response_cells(number, each, session) for number, each in enumerate(behind.responses, 1))
    return Section("Responses", table=(head, *rows), lines=tuple(_response_notes(behind)))


def _response_notes(behind: RowResponses) -> Iterator[str]:
    yield "Written, Read: to and from the cache. Lines: those of the transcript that hold the response"
    if any(each.is_sub_agent for each in behind.responses):
        yield f"{_SUB_AGENT}: of a sub-agent"
    if any(each.copied_in for each in behind.responses):
        yield f"{_COPIED}: also copied into another session, counted here only"
    if not behind.agrees:
        yield "they do not add up to the row: `sessions fill` brings it up to date"


def _response_cells(number: int, each: ResponseAccount, session: Session) -> tuple[str, ...]:
    counts = summed(each.response.counts)
    mark = (f" {_SUB_AGENT}" if each.is_sub_agent else "") + (f" {_COPIED}" if each.copied_in else "")
    return (
        f"{number}  {moment(each.response.at, session)}{mark}",
        count(counts.input),
        count(counts.cache_write),
        count(counts.cache_read),
        f"{'≥ ' if each.response.output_floor else ''}{count(counts.output)}",
        count(each.own_lines),
        "unpriced" if each.list_cost is None else money(each.list_cost),
    )


def reported_section(reported: Reported, session: Session) -> Section:
    kind = session.source.kind if session.source else ""
    agent = _AGENTS.get(kind, "The source")
    reasons = tuple(f"it may be that {reason}" for reason in reported.reasons)
    return Section(
        f"{agent}'s own figure",
        (("Says", _figure_words(reported.difference)),),
        amounts=_amounts(reported.difference),
        lines=reasons,
    )


def against_section(against: Against) -> Section:
    names = against.names if len(against.names) < 4 else (*against.names[:3], f"{len(against.names) - 3:,} more")
    rows = "its row" if len(against.names) == 1 else "its rows"
    lines = [f"{visible(name)} is a row of its own there: {money(cost)}" for name, cost in against.sub_agents]
    return Section(
        f"Against {against.tool}",
        (
            ("Read", f"{visible(against.path)}, {rows} {listed(map(visible, names))}"),
            ("Says", _figure_words(against.difference)),
        ),
        amounts=_amounts(against.difference),
        lines=(*lines, *against.notes),
    )


def _figure_words(difference: Difference) -> str:
    off = difference.amount
    if not off:
        return f"{money(difference.theirs)}, the same as the file"
    if difference.is_noise:
        return f"{money(difference.theirs)}, the same as the file but for the rounding of binary numbers"
    side = "more" if off > 0 else "less"
    share = percent(abs(off), difference.ours)
    return f"{money(difference.theirs)}, {money(abs(off))} {side} than the file ({share})"


def _amounts(difference: Difference) -> tuple[tuple[str, str], ...]:
    """Causes and what is left of the difference; they add up to it exactly."""
    if not difference.amount or difference.is_noise:
        return ()
    causes = ((signed(cause.amount), visible(cause.words)) for cause in difference.causes)
    rest = (signed(difference.rest), "not explained")
    return (*causes, rest, (signed(difference.amount), "the difference: the sum of these"))
