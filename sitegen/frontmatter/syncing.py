"""The keys that the machine owns brought up to date in one go, and the proof that nothing else changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sitegen.errors import ProblemError, SitegenError, error
from sitegen.frontmatter.document import Document, parse_document
from sitegen.frontmatter.editing import add_keys, bring_to, same_value, sync_list, sync_mapping
from sitegen.frontmatter.emitting import entry_text, flow_text, key_text
from sitegen.frontmatter.nodes import Entry, Node, plain_data
from sitegen.frontmatter.splices import Edit, apply_edits, next_line


def synced(
    document: Document,
    wanted: Mapping[str, Any],
    *,
    order: Sequence[str],
    row_pairs: Sequence[int | None] = (),
    owned_inner: Mapping[str, Collection[str]] | None = None,
) -> Document:
    """The file with every key of `wanted` at its value (None: without the key), all else byte for byte as it was.

    A key that is missing is put behind the last present key that precedes it in `order`, else at the end.
    A list of mappings is a table: `row_pairs` names for each wanted row the index of the old row that it
    continues, or None for a new one; old rows that none continues go. Inside a mapping or a row, keys that are
    not wanted go only where `owned_inner` lists them under the key's name; `prices.*` means the mappings under
    `prices`. Equal files give equal bytes: syncing twice changes nothing.

    ProblemError where a value in the file cannot hold what is wanted; SitegenError if the proof fails.
    """
    owned = owned_inner or {}
    edits: list[Edit] = []
    for key, node in document.root.entries:
        name = str(key.value)
        if wanted.get(name) is not None:
            edits += _sync_entry(document, Entry(key, node), wanted[name], row_pairs, owned)
    edits += _missing_keys(document, wanted, order)
    if not edits:
        return document
    return prove(document, apply_edits(document, edits), wanted)


def _sync_entry(
    document: Document,
    entry: Entry,
    value: Any,
    row_pairs: Sequence[int | None],
    owned: Mapping[str, Collection[str]],
) -> list[Edit]:
    key, node = entry
    name = str(key.value)
    is_empty = node.is_null or (node.flow and not node.children and not node.entries)
    if _is_table(value) and is_empty and "\n" not in document.front[node.start : node.end]:
        return _fill_empty(document, node, value)
    if _is_rows(value) or (value == [] and node.kind == "sequence"):
        return _sync_rows(document, entry, value, row_pairs, owned.get(name, ()))
    if value == [] and node.is_null:
        return []
    if isinstance(value, Mapping) and node.kind == "mapping":
        return sync_mapping(document, node, value, owned.get(name, ()), owned.get(f"{name}.*", ()))
    return bring_to(document, key, node, value)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _is_table(value: Any) -> bool:
    """What is written with a line for each member: rows, and a mapping of mappings."""
    return _is_rows(value) or (isinstance(value, Mapping) and _is_rows(list(value.values())))


def _sync_rows(
    document: Document,
    entry: Entry,
    rows: Sequence[Mapping[str, Any]],
    pairs: Sequence[int | None],
    removable: Collection[str],
) -> list[Edit]:
    key, node = entry
    if node.kind != "sequence":
        message = f"`{key.value}` must be a list of rows"
        raise ProblemError(error("schema", document.location(str(key.value)), message, "write each row as `- {…}`"))
    if not rows:
        return bring_to(document, key, node, []) if all(child.kind == "mapping" for child in node.children) else []

    def sync_row(item: Node, row: Mapping[str, Any]) -> list[Edit]:
        if item.kind == "mapping":
            return sync_mapping(document, item, row, removable)
        return bring_to(document, None, item, row)

    return sync_list(document, node, rows, pairs, sync_row)


def _fill_empty(document: Document, node: Node, value: Any) -> list[Edit]:
    """Lines below a key that had no value yet; what stood for it (`[]`, `null`) goes, a comment behind it stays."""
    front = document.front
    start = len(front[: node.start].rstrip(" \t")) if node.end > node.start else node.start
    at = next_line(front, node.end)
    indent = " " * (document.root.column - 1)
    lines = "".join(f"{indent}{line}{document.newline}" for line in _table_lines(value))
    return [Edit(start, node.end, ""), Edit(at, at, lines)]


def _table_lines(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        return [f"  {entry_text(key, below)}" for key, below in value.items()]
    return [f"- {flow_text(row)}" for row in value]


def _missing_keys(document: Document, wanted: Mapping[str, Any], order: Sequence[str]) -> list[Edit]:
    """Top-level keys that come and go. New keys are written in `order`, after the edits of those present."""
    root = document.root
    present = {str(key.value) for key, _ in root.entries}
    removed = [key for key, value in wanted.items() if value is None and key in present]
    rank = {key: index for index, key in enumerate(order)}
    new = sorted((key for key in wanted if key not in present), key=lambda key: rank.get(key, len(rank)))
    missing = {key: wanted[key] for key in new if wanted[key] is not None}
    newline = document.newline

    def lines(key: str, value: Any) -> str:
        if not _is_table(value):
            return entry_text(key, value)
        indent = " " * (root.column - 1)
        return newline.join((f"{key_text(key)}:", *(f"{indent}{line}" for line in _table_lines(value))))

    if root.flow:
        hint = "write each key on a line of its own, without braces"
        raise ProblemError(error("frontmatter", document.location(), "the frontmatter is one `{…}`", hint))
    return add_keys(document, root, missing, order, removed, lines)


def prove(old: Document, new: bytes, owned: Mapping[str, Any]) -> Document:
    """The new bytes as a document. SitegenError unless they say what is wanted of the owned keys, and all else is
    as it was.

    As it was: the bytes before and after the frontmatter, the text of every other key, the order of the keys,
    and each comment that has a line of its own. `owned` holds the value wanted for each key, None for no key.
    """
    changed, problems = parse_document(new, old.path)
    if changed is None:
        raise SitegenError(f"an edit made a file that cannot be read: {problems[0]}")
    if (changed.head, changed.tail) != (old.head, old.tail):
        raise SitegenError("an edit changed bytes outside the frontmatter")
    if _foreign(old, owned) != _foreign(changed, owned):
        raise SitegenError("an edit changed a key that is not ours")
    if _common_order(old, changed) != _common_order(changed, old):
        raise SitegenError("an edit changed the order of keys")
    if not _is_subsequence(_comments(old), _comments(changed)):
        raise SitegenError("an edit lost a comment")
    for key, value in owned.items():
        node = changed.node(key)
        if not (node is None if value is None else node is not None and _holds(plain_data(node), value)):
            raise SitegenError(f"an edit did not write `{key}` as wanted")
    return changed


def _foreign(document: Document, owned: Collection[str]) -> list[str]:
    front = document.front
    entries = [entry for entry in document.root.entries if entry.key.value not in owned]
    return [front[key.start : value.end] for key, value in entries]


def _common_order(document: Document, other: Document) -> list[str]:
    return [str(key.value) for key, _ in document.root.entries if other.root.entry(str(key.value))]


def _comments(document: Document) -> list[str]:
    return [text for _, text in document.comment_lines]


def _is_subsequence(some: Iterable[str], all_of: Iterable[str]) -> bool:
    rest = iter(all_of)
    return all(one in rest for one in some)


def _holds(data: Any, wanted: Any) -> bool:
    """Whether data say what is wanted; a mapping may say more, and no value is as good as an empty one."""
    if isinstance(wanted, Mapping) and isinstance(data, Mapping):
        return all(key in data and _holds(data[key], value) for key, value in wanted.items())
    if isinstance(wanted, list | tuple) and isinstance(data, list):
        return len(data) == len(wanted) and all(map(_holds, data, wanted))
    return same_value(data, wanted) or (data is None and wanted in ([], {}))
