"""Sections of an explanation as text for a terminal, and as Markdown."""

import textwrap
from collections.abc import Iterator, Sequence

from sitegen.cli.explained_parts import Section
from sitegen.cli.report import markdown_table, text_table

_WIDTH = 79


def as_text(sections: Sequence[Section]) -> str:
    return "\n\n".join("\n".join(_text_lines(section)) for section in sections)


def _text_lines(section: Section) -> Iterator[str]:
    if section.title:
        yield section.title
    for label, words in section.facts:
        yield _wrapped(words, f"{label:<{section.label_width}}  ")
    if section.table:
        head, *rows = section.table
        yield text_table(head, rows, total=section.has_total)
    yield from _amount_lines(section.amounts)
    for line in section.lines:
        yield _wrapped(line, "- ")


def _amount_lines(amounts: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max((len(amount) for amount, _ in amounts), default=0)
    for amount, words in amounts:
        yield _wrapped(words, f"  {amount:>{width}}  ")


def _wrapped(words: str, indent: str) -> str:
    return textwrap.fill(
        words,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_on_hyphens=False,
        break_long_words=False,
    )


def as_markdown(sections: Sequence[Section]) -> str:
    return "\n\n".join(part for section in sections for part in _markdown_parts(section))


def _markdown_parts(section: Section) -> Iterator[str]:
    if section.title:
        yield f"{'#' * section.level} {_escaped(section.title)}"
    if section.facts:
        yield "\n".join(f"- **{label or '…'}**: {_escaped(words)}" for label, words in section.facts)
    if section.table:
        head, *rows = section.table
        yield markdown_table(head, [[_escaped(cell.strip(), table=True) for cell in row] for row in rows])
    if section.amounts:
        rows = [(_escaped(words, table=True), amount) for amount, words in section.amounts]
        yield markdown_table(("Why", "Amount"), rows)
    if section.lines:
        yield "\n".join(f"- {_escaped(line)}" for line in section.lines)


def _escaped(text: str, *, table: bool = False) -> str:
    """Foreign words stay words. The table itself escapes what would end a cell."""
    special = "\\`*_[]<>#" if table else "\\`*_[]<>#|"
    return "".join(f"\\{character}" if character in special else character for character in text)
