"""The blocks a body may have, each rendered from its session."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sitegen.blocks.activity import activity_table
from sitegen.blocks.cost import cost_table
from sitegen.blocks.efficiency import efficiency_table
from sitegen.blocks.marks import Block
from sitegen.blocks.overview import overview_table
from sitegen.blocks.running import running_table
from sitegen.blocks.tables import Table
from sitegen.blocks.usage import usage_table
from sitegen.rollups import Rollup
from sitegen.session import Session
from sitegen.settings import EfficiencyBands

Renderer = Callable[[Session, Rollup, EfficiencyBands], Table]


def _from_file(table: Callable[[Session], Table]) -> Renderer:
    return lambda session, _running, _bands: table(session)


def _totals(session: Session, running: Rollup, _: EfficiencyBands) -> Table:
    return running_table(Rollup(session.path, 1, session.totals, session.active or timedelta()), running)


RENDERERS: Mapping[str, Renderer] = {
    "overview": _from_file(overview_table),
    "usage": _from_file(usage_table),
    "cost": _from_file(cost_table),
    "activity": _from_file(activity_table),
    "efficiency": lambda session, _, bands: efficiency_table(session, bands),
    "totals": _totals,
}
"""The blocks by name, in the order of the documentation. All but `totals` depend on their file alone, and on the
ledger's settings.
"""


def render_block(name: str, session: Session, running: Rollup, bands: EfficiencyBands) -> tuple[str, ...]:
    """The lines of one block. `running` sums the project's sessions up to and including this one."""
    return RENDERERS[name](session, running, bands).lines


def update_blocks(body: str, blocks: Sequence[Block], session: Session, running: Rollup, bands: EfficiencyBands) -> str:
    """The body with each block rendered anew, in the line ends the block's first mark has."""
    lines = body.split("\n")
    for block in sorted(blocks, key=lambda found: found.first, reverse=True):
        end = "\r" if lines[block.first - 2].endswith("\r") else ""
        lines[block.first - 1 : block.last] = [text + end for text in render_block(block.name, session, running, bands)]
    return "\n".join(lines)
