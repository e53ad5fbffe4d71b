"""The generated blocks of a body: tables rendered from the frontmatter between two marks.

Each cell knows which values of the frontmatter it shows, so that what a table says can be held against them.
"""

from sitegen.blocks.comparing import CellDifference, LineDifference, differences, split_cells
from sitegen.blocks.cost import Prices, prices_in
from sitegen.blocks.efficiency import NOT_RATED, Efficiency, efficiency_of, efficiency_words
from sitegen.blocks.marks import Block, find_blocks
from sitegen.blocks.rendering import RENDERERS, render_block, update_blocks
from sitegen.blocks.running import running_lines, running_table
from sitegen.blocks.tables import Cell, Keys, Part, Table, escaped
from sitegen.blocks.usage import KIND_NAMES, row_model, row_time, rows_in

__all__ = [
    "KIND_NAMES",
    "NOT_RATED",
    "RENDERERS",
    "Block",
    "Cell",
    "CellDifference",
    "Efficiency",
    "Keys",
    "LineDifference",
    "Part",
    "Prices",
    "Table",
    "differences",
    "efficiency_of",
    "efficiency_words",
    "escaped",
    "find_blocks",
    "prices_in",
    "render_block",
    "row_model",
    "row_time",
    "rows_in",
    "running_lines",
    "running_table",
    "split_cells",
    "update_blocks",
]
