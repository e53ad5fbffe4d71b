"""Where the blocks of a body begin and end.

A block begins with the line `<!-- sessions:NAME -->` and ends with `<!-- /sessions:NAME -->`, both outside
code fences. Only the lines between the marks are ever replaced.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from sitegen.body import prose_lines
from sitegen.errors import Location, Problem, error

RULE = "block"
NAMES = ("overview", "usage", "cost", "activity", "efficiency", "totals")
"""The blocks a body may have, in the order of the documentation."""
_MARK = re.compile(r"^<!--\s*(/?)sessions:([a-z_]+)\s*-->\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (from 1, in the body) lie between the marks of the block; none where last < first."""

    name: str
    first: int
    last: int


@lru_cache(maxsize=4)  # a file is asked for its blocks by whoever reads, checks and sums it up, one after another
def find_blocks(body: str, path: str, first_line: int) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    """All well-formed blocks of a body that begins on line `first_line` of its file, and what is wrong with others."""
    blocks: list[Block] = []
    problems: list[Problem] = []
    open_name, open_line = "", 0

    def wrong(line: int, message: str, hint: str) -> None:
        problems.append(error(RULE, Location(path, first_line + line - 1), message, hint))

    for line in prose_lines(body):
        mark = _MARK.match(line.text)
        if not mark:
            continue
        closes, name = bool(mark[1]), mark[2]
        if not closes and open_name:
            wrong(open_line, f"block `{open_name}` is not closed", f"add the line `<!-- /sessions:{open_name} -->`")
        if closes and name != open_name:
            wrong(
                line.number,
                f"block `{name}` is closed but not open here",
                f"add `<!-- sessions:{name} -->` above",
            )
        elif closes and name in {block.name for block in blocks}:
            wrong(open_line, f"block `{name}` is in this file twice", "remove one of the two")
        elif closes and name in NAMES:
            blocks.append(Block(name, open_line + 1, line.number - 1))
        elif closes:
            wrong(open_line, f"unknown block `{name}`", f"the blocks are: {', '.join(NAMES)}")
        open_name, open_line = ("", 0) if closes else (name, line.number)
    if open_name:
        wrong(open_line, f"block `{open_name}` is not closed", f"add the line `<!-- /sessions:{open_name} -->`")
    return tuple(blocks), tuple(problems)
