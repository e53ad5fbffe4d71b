"""Text ↔ frontmatter: bounded reading with positions, and edits by splice that change no other byte."""

from sitegen.frontmatter.document import Document, bare_document, parse_document
from sitegen.frontmatter.editing import remove_key, same_value, set_key
from sitegen.frontmatter.emitting import flow_text
from sitegen.frontmatter.nodes import Entry, Node, NumberText
from sitegen.frontmatter.splices import Edit, apply_edits
from sitegen.frontmatter.syncing import prove, synced

__all__ = [
    "Document",
    "Edit",
    "Entry",
    "Node",
    "NumberText",
    "apply_edits",
    "bare_document",
    "flow_text",
    "parse_document",
    "prove",
    "remove_key",
    "same_value",
    "set_key",
    "synced",
]
