"""Rules about the text of a file: its generated blocks, what is left to fill in, and its name."""

import re
from collections.abc import Iterator
from datetime import timedelta

from sitegen.blocks import Block, find_blocks, render_block, running_lines
from sitegen.body import placeholders
from sitegen.errors import Location, Problem, RenderBlocks, Severity, error, warning
from sitegen.rollups import Rollup, running_rollups
from sitegen.rules.rule import Rule, Together
from sitegen.session import Session
from sitegen.settings import Settings

_RENDER = "run `sessions fill` to render it anew; words belong outside the marks"


def check_blocks(session: Session, _: Settings) -> Iterator[Problem]:
    blocks, _problems = find_blocks(session.body, session.path, session.document.body_line)
    lines = session.body.split("\n") if blocks else []
    for block in blocks:
        if block.name != "totals":
            yield from _check_block(session, block, lines)


def _check_block(session: Session, block: Block, lines: list[str]) -> Iterator[Problem]:
    stated = tuple(line.removesuffix("\r") for line in lines[block.first - 1 : block.last])
    expected = render_block(block.name, session, Rollup(""))
    if stated != expected:
        line = session.document.body_line + block.first - 1 + _first_difference(stated, expected)
        message = f"block `{block.name}` does not say what the frontmatter says"
        yield error("stale-block", Location(session.path, line), message, _RENDER, repair=RenderBlocks())


def _first_difference(stated: tuple[str, ...], expected: tuple[str, ...]) -> int:
    differing = (at for at, (old, new) in enumerate(zip(stated, expected, strict=False)) if old != new)
    return next(differing, min(len(stated), len(expected)))


def check_running(together: Together) -> Iterator[Problem]:
    """Running totals of a project whose numbers all hold: those that do not are told where they stand."""
    wrong = {file.project for file in together.files if not (file.sound and file.adds_up)}
    running = running_rollups(together.files)
    for file in together.files:
        block = file.running
        if block is None or file.project in wrong:
            continue
        own = Rollup(file.path, 1, file.totals, file.active or timedelta())
        expected = running_lines(own, running[file.path])
        if block.lines != expected:
            place = Location(file.path, block.line + _first_difference(block.lines, expected))
            message = "block `totals` does not say what the sessions of the project add up to"
            yield error("stale-block", place, message, _RENDER, repair=RenderBlocks())


def check_placeholders(session: Session, _: Settings) -> Iterator[Problem]:
    if session.state != "complete":
        return
    for found in placeholders(session.body):
        place = Location(session.path, session.document.body_line + found.line - 1, found.column)
        hint = "fill it in or delete the line; a session in work has `state: active`"
        yield error("placeholder", place, f"`{found.text}` is not filled in, and the session is complete", hint)


def check_file_date(session: Session, _: Settings) -> Iterator[Problem]:
    name = re.match(r"\d{4}-\d{2}-\d{2}", session.stem)
    if name and session.day and name[0] != session.day.isoformat():
        message = f"the file is named {name[0]}, its session started on {session.day}"
        hint = f"rename it to begin with {session.day}, or put `started` right"
        yield warning("file-date", session.locate("started"), message, hint)


RULES = (
    Rule(
        "stale-block",
        Severity.ERROR,
        "a generated table says what the frontmatter says",
        file=check_blocks,
        ledger=check_running,
    ),
    Rule("placeholder", Severity.ERROR, "a completed session has nothing left to fill in", file=check_placeholders),
    Rule("file-date", Severity.WARNING, "a file's name begins with the day its session began", file=check_file_date),
)
