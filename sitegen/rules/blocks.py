"""The rule that generated tables say what the frontmatter says, told cell by cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sitegen.blocks import RENDERERS, Block, CellDifference, LineDifference, Part, differences, find_blocks
from sitegen.errors import Location, Problem, RenderBlocks, Severity, error
from sitegen.masking import one_line
from sitegen.rollups import Rollup
from sitegen.rules.places import place_of
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import EfficiencyBands, Settings

RENDER = "run `sessions fill` to render it anew; words belong outside the marks"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class StaleLine:
    """A line of a block that is not what the frontmatter gives. `line` counts from 1 in the file."""

    block: str
    line: int
    difference: LineDifference


def check_blocks(session: Session, settings: Settings) -> Iterator[Problem]:
    for stale in stale_lines(session, settings.bands):
        yield _problem(session, stale)


def stale_lines(session: Session, bands: EfficiencyBands) -> Iterator[StaleLine]:
    """In all blocks that depend on their file alone, and on the ledger's settings."""
    for block, lines in stated_blocks(session):
        if block.name != "totals":
            first = session.document.body_line + block.first - 1
            for difference in differences(lines, RENDERERS[block.name](session, Rollup(""), bands)):
                yield StaleLine(block.name, first + difference.index, difference)


def stated_blocks(session: Session) -> Iterator[tuple[Block, Sequence[str]]]:
    """Each block with the lines between its marks."""
    blocks, _ = find_blocks(session.body, session.path, session.document.body_line)
    lines = session.body.split("\n") if blocks else []
    for block in blocks:
        yield block, [line.removesuffix("\r") for line in lines[block.first - 1 : block.last]]


def contradicted(difference: CellDifference) -> tuple[Part, ...]:
    """The values of the frontmatter that the cell states otherwise; all that it shows where that cannot be told."""
    parts = difference.expected.parts
    shown = difference.expected.text
    differing = tuple(part for part in parts if part.read and part.read(difference.stated) != part.read(shown))
    return differing or parts


def _problem(session: Session, stale: StaleLine) -> Problem:
    difference = stale.difference
    also = _places(session, difference)
    if not difference.cells or difference.stated == difference.expected:
        place = Location(session.path, stale.line)
        return error("stale-block", place, _line_words(stale), RENDER, also=also, repair=RenderBlocks())
    cell = difference.cells[0]
    stated, expected = one_line(cell.stated, _SHOWN), one_line(cell.expected.text, _SHOWN)
    return error(
        "stale-block",
        Location(session.path, stale.line, cell.column),
        f"table `{stale.block}`, {_what(difference, cell)}: says {_said(stated)}, the frontmatter {_said(expected)}",
        RENDER,
        stated=stated,
        expected=expected,
        also=also,
        repair=RenderBlocks(),
    )


def _line_words(stale: StaleLine) -> str:
    difference = stale.difference
    if difference.stated is None and difference.expected is None:
        return f"table `{stale.block}` is empty"
    if difference.stated is None:
        return f"table `{stale.block}` lacks the line of {difference.name}"
    if difference.stated == difference.expected:
        return f"in table `{stale.block}` the line of {difference.name} stands in the wrong place"
    if difference.expected is None:
        return f"table `{stale.block}` has a line that the frontmatter does not give"
    return f"table `{stale.block}` does not have the columns of {difference.name}"


def _what(difference: LineDifference, cell: CellDifference) -> str:
    return ", ".join(filter(None, (difference.name, cell.title)))


def _said(text: str) -> str:
    return text or "nothing"


def _places(session: Session, difference: LineDifference) -> tuple[Location, ...]:
    """Where the values stand that the cells show, or would stand; one place for each line."""
    parts = (part for cell in difference.cells for part in contradicted(cell))
    found = sorted((place_of(session, part.keys) for part in parts), reverse=True)
    return tuple(sorted({place.line: place for place in found}.values()))


RULES = (Rule("stale-block", Severity.ERROR, "a generated table says what the frontmatter says", file=check_blocks),)
