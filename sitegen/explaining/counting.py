"""How other tools may come to other token counts: each way changes the units that are counted."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sitegen.explaining.units import Unit
from sitegen.transcripts import AnswerLine

Change = Callable[[Sequence[Unit]], list[Unit]]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to count in another manner. `is_sure`: no tool can do it as we do."""

    name: str
    words: str
    change: Change
    is_sure: bool = False


def ways_to_count(
    ids: Collection[str], foreign: Sequence[Unit], others: Sequence[Unit], days: Collection[date] | None
) -> tuple[Way, ...]:
    """`ids`: the names of the session in its transcripts. `others`: what else a row by day or month sums up;
    `days`: those that the tool's file has rows of, None where its rows are sessions.
    """
    ways = [Way("only-here", "typed or sent from here: no transcript has it", _without(_is_only_here), is_sure=True)]
    if days is not None:
        known = frozenset(days)
        ways += [
            Way("no-such-day", "days that its file leaves out", _without(lambda u: u.day not in known), is_sure=True),
            Way("other-sessions", "other sessions of these days", lambda units: [*units, *others], is_sure=True),
        ]
    return (
        *ways,
        Way(
            "sub-agents-elsewhere", "sub-agents told as sessions of their own", _without(_is_elsewhere(frozenset(ids)))
        ),
        Way("no-sub-agents", "sub-agents left out", _without(lambda unit: unit.is_sub_agent)),
        Way("copies-elsewhere", "responses that a fork copied, told under that", _without(lambda unit: unit.copied)),
        Way("copies-here", "responses of another session, copied into this one", lambda units: [*units, *foreign]),
        Way("no-parts", "what was done inside a response (compaction, advisor)", _without(lambda u: bool(u.part))),
        Way("no-compaction", "compaction inside a response", _without(lambda u: u.part.startswith("compaction"))),
        Way("first-copy", "output of the first copy, not of the final one", _first_copies),
        Way("each-request", "one response under several request ids counted again", _each_request),
        Way("each-line", "each line counted, where several hold one response", _each_line),
    )


def _without(is_left_out: Callable[[Unit], bool]) -> Change:
    return lambda units: [unit for unit in units if not is_left_out(unit)]


def _is_only_here(unit: Unit) -> bool:
    return unit.only_here


def _is_elsewhere(ids: Collection[str]) -> Callable[[Unit], bool]:
    """By the names of files, as a tool does that does not look at the session in the lines."""

    def told_elsewhere(unit: Unit) -> bool:
        return unit.is_sub_agent and all(line.home not in ids for line in unit.lines)

    return told_elsewhere


def _first_copies(units: Sequence[Unit]) -> list[Unit]:
    return [_with_output(unit, unit.lines[0]) if unit.lines else unit for unit in units]


def _with_output(unit: Unit, line: AnswerLine) -> Unit:
    return replace(unit, counts=replace(unit.counts, output=line.counts.output))


def _each_request(units: Sequence[Unit]) -> list[Unit]:
    return [each for unit in units for each in (unit, *_repeated(unit, _by_request(unit.lines)))]


def _by_request(lines: Iterable[AnswerLine]) -> list[AnswerLine]:
    """Of each request, but for that of the copy that counts, the line with the most output."""
    best: dict[str, AnswerLine] = {}
    for line in lines:
        known = best.get(line.request)
        if known is None or line.counts.output > known.counts.output:
            best[line.request] = line
    return sorted(best.values(), key=_weight)[:-1]


def _each_line(units: Sequence[Unit]) -> list[Unit]:
    return [each for unit in units for each in (unit, *_repeated(unit, sorted(unit.lines, key=_weight)[:-1]))]


def _weight(line: AnswerLine) -> tuple[int, bool, bool]:
    return line.counts.output, line.is_final, not line.is_sub_agent


def _repeated(unit: Unit, lines: Iterable[AnswerLine]) -> Iterator[Unit]:
    for line in lines:
        yield replace(unit, counts=line.counts, web_searches=line.web_searches, prompt=line.counts.prompt, lines=())
