"""The rule that running totals are the sums of a project's sessions, and which file made them wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from sitegen.blocks import LineDifference, Table, differences, running_lines, running_table, split_cells
from sitegen.display import count
from sitegen.errors import Location, Problem, RenderBlocks, Severity, error, warning
from sitegen.rollups import Rollup, running_rollups
from sitegen.rules.blocks import RENDER
from sitegen.rules.facts import FileFacts, RunningBlock
from sitegen.rules.rule import Rule, Together

RULE = "running-totals"
_MOST_PLACES = 20
_OWN = "This session"
_MOST_NAMED = 3
_MOST_BETWEEN = 12
_MOST_KNOWN, _MOST_TRIALS = 20_000, 500_000
_Distances = Mapping[str, tuple[int | None, int | None]]
"""By row, how far the two stated sums are from what they should be; None where a rounded one differs."""


@dataclass(frozen=True, slots=True)
class _Stale:
    """A block that does not say what the sessions add up to. Blocks with equal distances have one cause."""

    file: FileFacts
    block: RunningBlock
    difference: LineDifference
    distances: _Distances

    @property
    def line(self) -> int:
        return self.block.line + self.difference.index

    @property
    def sessions(self) -> int:
        """How many sessions the stated sum counts too many; less than 0 where it lacks some."""
        return self.distances["Sessions"][1] or 0


def check_running(together: Together) -> Iterator[Problem]:
    """Only for projects whose numbers all hold: those that do not are told where they stand."""
    wrong = {file.project for file in together.files if not (file.sound and file.adds_up)}
    unread = len(set(together.paths) - {file.path for file in together.files})
    running = running_rollups(together.files)
    by_project: dict[str, list[FileFacts]] = {}
    for file in together.files:
        if file.project not in wrong:
            by_project.setdefault(file.project, []).append(file)
    for files in by_project.values():
        found = (_stale(file, running[file.path]) for file in files)
        stale = [each for each in found if each is not None and not 0 < each.sessions <= unread]
        for _, group in groupby(stale, key=attrgetter("distances")):
            yield _problem(list(group), files)


def _stale(file: FileFacts, running: Rollup) -> _Stale | None:
    block = file.running
    if block is None or block.lines == running_lines(_own(file), running):
        return None
    table = running_table(_own(file), running)
    found = differences(block.lines, table)
    return _Stale(file, block, found[0], _distances(block, table)) if found else None


def _own(file: FileFacts) -> Rollup:
    return Rollup(file.path, 1, file.totals, file.active or timedelta())


def _distances(block: RunningBlock, table: Table) -> _Distances:
    lines = (split_cells(line) for line in block.lines)
    stated = {name: (own, project) for name, own, project in (cells for cells in lines if len(cells) == 3)}
    return {
        name.text: (_distance(old[0], own.text), _distance(old[1], project.text))
        for name, own, project in table.rows
        for old in [stated.get(name.text, ("", ""))]
    }


def _distance(stated: str, expected: str) -> int | None:
    old, new = _number(stated), _number(expected)
    if stated == expected:
        return 0
    return None if old is None or new is None else old - new


def _number(text: str) -> int | None:
    """A count, or the minutes of hours and minutes."""
    first, colon, second = text.replace(",", "").partition(":")
    if not (first.isascii() and first.isdigit()):
        return None
    if not colon:
        return int(first)
    return int(first) * 60 + int(second) if second.isascii() and second.isdigit() else None


def _problem(group: Sequence[_Stale], files: Sequence[FileFacts]) -> Problem:
    first, *rest = group
    place = Location(first.file.path, first.line)
    told = "table `totals` does not have the lines that it must have"
    stated = expected = None
    if first.difference.cells:
        cell = first.difference.cells[0]
        place = replace(place, column=cell.column)
        stated, expected = cell.stated, cell.expected.text
        sums = "this session adds up" if cell.title == _OWN else "the sessions of the project so far add up"
        told = f"table `totals`, {first.difference.name}: says {stated or 'nothing'}, {sums} to {expected}"
    also = tuple(Location(stale.file.path, stale.line) for stale in rest)
    more = f"; so are {count(len(also))} later files" if len(also) > _MOST_PLACES else ""
    between = _not_counted(first, files)
    message = f"{told}{_cause(first, between)}{more}"
    # Sums that were right before others' sessions were merged are out of date, and nobody's mistake.
    say = warning if between else error
    return say(
        RULE,
        place,
        message,
        RENDER,
        stated=stated,
        expected=expected,
        also=also[:_MOST_PLACES],
        repair=RenderBlocks(),
    )


def _cause(stale: _Stale, between: Sequence[FileFacts]) -> str:
    """What happened after the sums were written, as far as they tell."""
    sessions = stale.sessions
    if len(between) == 1:
        return f"; {between[0].path} is not counted, it came in between"
    if between:
        paths = ", ".join(file.path for file in between[:_MOST_NAMED])
        others = f" and {count(len(between) - _MOST_NAMED)} more" if len(between) > _MOST_NAMED else ""
        return f"; {paths}{others} are not counted, they came in between"
    if sessions < 0:
        return f"; {_sessions(-sessions)} in between {'is' if sessions == -1 else 'are'} not counted"
    if sessions > 0:
        return f"; {_sessions(sessions)} more {'was' if sessions == 1 else 'were'} counted, since removed or moved"
    return ""


def _sessions(number: int) -> str:
    return "1 session" if number == 1 else f"{count(number)} sessions"


def _not_counted(stale: _Stale, files: Sequence[FileFacts]) -> tuple[FileFacts, ...]:
    """The files without which the stated sums are right, in order; none where no few of the latest are such files."""
    tokens = stale.distances["Tokens"][1]
    so_far = files[: files.index(stale.file) + 1]
    if tokens is None or tokens > 0 or not 0 < -stale.sessions <= _MOST_BETWEEN:
        return ()
    for places in _adding_up(so_far[:-1], -stale.sessions, -tokens):
        left = frozenset(so_far[place].path for place in places)
        without = running_rollups(other for other in so_far if other.path not in left)[stale.file.path]
        if not differences(stale.block.lines, running_table(_own(stale.file), without)):
            return tuple(so_far[place] for place in sorted(places))
    return ()


def _adding_up(files: Sequence[FileFacts], number: int, tokens: int) -> Iterator[tuple[int, ...]]:
    """The places of so many files that have so many tokens together, the latest first; as far as a few trials go."""
    known: dict[tuple[int, int], tuple[int, ...]] = {(0, 0): ()}
    trials = 0
    for place in reversed(range(len(files))):
        own = files[place].totals.tokens
        trials += len(known)
        if trials > _MOST_TRIALS:
            return
        for (count_of, sum_of), places in list(known.items()):
            taken = (count_of + 1, sum_of + own)
            if taken[0] > number or taken[1] > tokens:
                continue
            if taken == (number, tokens):
                yield (*places, place)
            elif len(known) < _MOST_KNOWN:
                known.setdefault(taken, (*places, place))


RULES = (
    Rule(
        RULE,
        Severity.ERROR,
        "running totals are the sums of a project's sessions so far",
        ledger=check_running,
    ),
)
