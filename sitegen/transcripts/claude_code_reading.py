"""The lines of one Claude Code transcript file, bounded in memory, good and bad."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import DecodeError
from msgspec.json import Decoder

from sitegen.transcripts.claude_code_lines import Line
from sitegen.transcripts.claude_code_salvage import salvage_line

LONGEST_LINE = 16 * 2**20
_BUFFER = 2**20

NumberedRecord = tuple[int, bytes, Line | None, tuple[str, ...]]
"""Line number from 1, the line's bytes, a record on it, and the kinds of damage.

Damage to the line itself comes first, without a record; a line in order gives one record and no kinds.
"""


def read_records(path: str) -> Iterator[NumberedRecord]:
    """Raises OSError. A blank line gives nothing; a line above 16 MB gives `line-too-long` and no record."""
    decode = Decoder(Line).decode
    with Path(path).open("rb", buffering=_BUFFER) as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            try:
                line = decode(raw)
                if not raw.isascii():
                    raw.decode()
            except (DecodeError, UnicodeDecodeError, RecursionError):
                yield from _unusual(file, number, raw)
            else:
                yield number, raw, line, ()


def _unusual(file: BinaryIO, number: int, raw: bytes) -> Iterator[NumberedRecord]:
    if len(raw) > LONGEST_LINE:
        _skip_rest(file, raw)
        yield number, b"", None, ("line-too-long",)
        return
    records, kinds = salvage_line(raw, first=number == 1)
    if kinds:
        yield number, b"", None, kinds
    for record, inner in records:
        yield number, raw, record, inner


def _skip_rest(file: BinaryIO, raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(_BUFFER)
