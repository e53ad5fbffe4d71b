"""Rules about the text of a file: its generated blocks, what is left to fill in, and its name."""

import re
from collections.abc import Iterator

from sitegen.blocks import Block, find_blocks, render_block
from sitegen.body import placeholders
from sitegen.errors import Location, Problem, error, warning
from sitegen.ledger import Ledger, running_rollups
from sitegen.rollups import Rollup
from sitegen.session import Session

RUNNING = "the sessions of the project add up to"


def check_blocks(ledger: Ledger) -> Iterator[Problem]:
    running = running_rollups(ledger.sessions)
    for session in ledger.sound:
        blocks, _ = find_blocks(session.body, session.path, session.document.body_line)
        lines = session.body.split("\n") if blocks else []
        for block in blocks:
            yield from _check_block(session, block, lines, running[session.path])


def _check_block(session: Session, block: Block, lines: list[str], running: Rollup) -> Iterator[Problem]:
    stated = [line.removesuffix("\r") for line in lines[block.first - 1 : block.last]]
    expected = list(render_block(block.name, session, running))
    if stated == expected:
        return
    offset = next(
        (at for at, (old, new) in enumerate(zip(stated, expected, strict=False)) if old != new),
        min(len(stated), len(expected)),
    )
    place = Location(session.path, session.document.body_line + block.first + offset - 1)
    source = RUNNING if block.name == "totals" else "the frontmatter says"
    message = f"block `{block.name}` does not say what {source}"
    yield error("stale-block", place, message, "run `sessions fill` to render it anew; words belong outside the marks")


def check_placeholders(ledger: Ledger) -> Iterator[Problem]:
    for session in ledger.sound:
        if session.state != "complete":
            continue
        for found in placeholders(session.body):
            place = Location(session.path, session.document.body_line + found.line - 1, found.column)
            hint = "fill it in or delete the line; a session in work has `state: active`"
            yield error("placeholder", place, f"`{found.text}` is not filled in, and the session is complete", hint)


def check_file_date(ledger: Ledger) -> Iterator[Problem]:
    for session in ledger.sound:
        name = re.match(r"\d{4}-\d{2}-\d{2}", session.stem)
        if name and session.day and name[0] != session.day.isoformat():
            message = f"the file is named {name[0]}, its session started on {session.day}"
            hint = f"rename it to begin with {session.day}, or put `started` right"
            yield warning("file-date", session.locate("started"), message, hint)
