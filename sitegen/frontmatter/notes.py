"""A note as other programs read it: flat properties and words, written whole. A session file is never written so."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from frontmatter import Post, dumps
from frontmatter.default_handlers import YAMLHandler

from sitegen.frontmatter.emitting import entry_text

Property = str | int | Decimal | bool | Sequence[str]


def note_text(properties: Mapping[str, Property], body: str) -> str:
    """`properties` stand in the order given, one a line, each the same value for YAML 1.1 and 1.2.

    Blanks around the body go; the note ends with one line feed.
    """
    note = Post(body.strip())
    note.metadata.update(properties)
    return f"{dumps(note, handler=_OneLineEach())}\n"


class _OneLineEach(YAMLHandler):
    """PyYAML would write a branch `1e3` without quotes, which a reader of YAML 1.2 takes for a number."""

    def export(self, metadata: dict[str, object], **_: Any) -> str:
        return "\n".join(entry_text(key, value) for key, value in metadata.items())
