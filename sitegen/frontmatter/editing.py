"""One value brought to another by the smallest splices. What is equal is not touched: a person's quoting stays."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sitegen.errors import ProblemError, SitegenError, error
from sitegen.frontmatter.document import Document
from sitegen.frontmatter.emitting import entry_text, flow_text
from sitegen.frontmatter.members import Insertion, Member, edit_members, members_of_list, members_of_mapping
from sitegen.frontmatter.nodes import Node, NumberText, plain_data
from sitegen.frontmatter.splices import Edit, cut_lines, line_start, next_line


def set_key(document: Document, keys: Sequence[str | int], value: Any, order: Sequence[str] = ()) -> tuple[Edit, ...]:
    """The edits that put `value` under `keys`; none where an equal value stands there.

    A missing key is added: at the top level behind the last present key that precedes it in `order`, else at
    the end of its mapping. A ProblemError says where a value in the file has no place for the key.
    """
    node = document.root
    key: Node | None = None
    for depth, name in enumerate(keys):
        if isinstance(name, str) and (found := node.entry(name)):
            key, node = found
        elif isinstance(name, int) and name < len(node.children):
            key, node = None, node.children[name]
        else:
            return tuple(_add_below(document, key, node, keys, depth, value, order))
    return tuple(bring_to(document, key, node, value))


def remove_key(document: Document, keys: Sequence[str | int]) -> tuple[Edit, ...]:
    """The edits that take the key and its value away; comments on lines of their own stay."""
    *above, last = keys
    node = document.node(*above)
    if node is None or not isinstance(last, str) or node.entry(last) is None:
        return ()
    return tuple(edit_members(document, node, members_of_mapping(node, [last]), ()))


def _add_below(
    document: Document,
    key: Node | None,
    node: Node,
    keys: Sequence[str | int],
    depth: int,
    value: Any,
    order: Sequence[str],
) -> list[Edit]:
    name = keys[depth]
    for inner in reversed(keys[depth + 1 :]):
        value = {inner: value}
    if isinstance(name, str) and node.is_null:
        return replace_value(document, key, node, {name: value})
    if not isinstance(name, str) or node.kind != "mapping":
        place = document.location(*keys[:depth])
        shown = ".".join(map(str, keys))
        raise ProblemError(error("frontmatter", place, f"there is no place for `{shown}` in this value"))
    return add_keys(document, node, {name: value}, order if depth == 0 else ())


def same_value(old: Any, new: Any) -> bool:
    """Equal as data: numbers by amount (0.50 is 0.5), mappings in any order; text is never a number."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same_value(old[key], new[key]) for key in old)
    if _is_list(old) and _is_list(new):
        return len(old) == len(new) and all(map(same_value, old, new))
    if _is_number(old) and _is_number(new):
        return Decimal(old) == Decimal(new)
    return type(old) is type(new) and bool(old == new)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal | NumberText) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def bring_to(
    document: Document, key: Node | None, node: Node, value: Any, removable: Collection[str] | None = None
) -> list[Edit]:
    """The edits that make `node` say `value`; of a mapping only `removable` keys go, None says any."""
    if same_value(plain_data(node), value):
        return []
    if node.kind == "mapping" and isinstance(value, Mapping) and (value or removable is not None):
        return sync_mapping(document, node, value, removable)
    if node.kind == "sequence" and _is_list(value) and value:
        pairs = [index if index < len(node.children) else None for index in range(len(value))]
        return sync_list(document, node, value, pairs)
    return replace_value(document, key, node, value)


def sync_mapping(
    document: Document,
    node: Node,
    wanted: Mapping[str, Any],
    removable: Collection[str] | None = None,
    nested: Collection[str] | None = None,
) -> list[Edit]:
    """Every wanted key with its value; keys that are not wanted go where they are `removable` (None says any).

    `nested` is the same for mappings that are values of this one.
    """
    present = [str(key.value) for key, _ in node.entries]
    removed = [name for name in present if name not in wanted and (removable is None or name in removable)]
    edits: list[Edit] = []
    for key, value in node.entries:
        if key.value in wanted:
            edits += bring_to(document, key, value, wanted[str(key.value)], nested)
    missing = {name: value for name, value in wanted.items() if name not in present}
    on_dash = not node.flow and bool(document.front[line_start(document.front, node.start) : node.start].strip())
    if on_dash and len(removed) == len(present):
        return replace_value(document, None, node, wanted)
    return edits + add_keys(document, node, missing, tuple(wanted), removed)


def add_keys(
    document: Document,
    node: Node,
    missing: Mapping[str, Any],
    order: Sequence[str],
    removed: Collection[str] = (),
    write: Callable[[str, Any], str] = entry_text,
) -> list[Edit]:
    """Keys added to a mapping, each behind the nearest present key that precedes it in `order`."""
    members = members_of_mapping(node, removed)
    places = {str(key.value): index for index, (key, _) in enumerate(node.entries) if members[index].stays}
    insertions = [_insertion(name, write(name, value), order, places) for name, value in missing.items()]
    return edit_members(document, node, members, insertions)


def _insertion(name: str, text: str, order: Sequence[str], places: Mapping[str, int]) -> Insertion:
    if name not in order:
        return Insertion(text)
    rank = list(order).index(name)
    before = [places[other] for other in order[:rank] if other in places]
    behind = [places[other] for other in order[rank + 1 :] if other in places]
    if before:
        return Insertion(text, after=before[-1])
    return Insertion(text, before=behind[0]) if behind else Insertion(text)


def sync_list(
    document: Document,
    node: Node,
    wanted: Sequence[Any],
    pairs: Sequence[int | None],
    sync_item: Callable[[Node, Any], list[Edit]] | None = None,
) -> list[Edit]:
    """A list brought to `wanted`; `pairs` names for each wanted item the old one that it continues, or None.

    Old items keep their order; those that no wanted item continues go.
    """
    kept = [pair for pair in pairs if pair is not None]
    if len(pairs) != len(wanted) or len(set(kept)) != len(kept):
        raise SitegenError("the pairs of old and new items do not fit")
    members = members_of_list(document.front, node, [index in kept for index in range(len(node.children))])
    edits: list[Edit] = []
    for value, pair in zip(wanted, pairs, strict=True):
        if pair is not None:
            item = node.children[pair]
            edits += sync_item(item, value) if sync_item else bring_to(document, None, item, value)
    return edits + edit_members(document, node, members, _new_items(node, members, wanted, pairs))


def _new_items(
    node: Node, members: Sequence[Member], wanted: Sequence[Any], pairs: Sequence[int | None]
) -> list[Insertion]:
    """A new item stands behind the one before it; those at the front stand before the first that stays."""
    first = next((index for index, member in enumerate(members) if member.stays), None)
    insertions = []
    after: int | None = None
    for value, pair in zip(wanted, pairs, strict=True):
        if pair is not None:
            after = pair
            continue
        text = flow_text(value) if node.flow else f"- {flow_text(value)}"
        insertions.append(Insertion(text, after=after, before=first))
    return insertions


def replace_value(document: Document, key: Node | None, node: Node, value: Any) -> list[Edit]:
    """The value written out anew on one line. `key` is that of the value, None for an item of a list."""
    front = document.front
    text = flow_text(value)
    if front.startswith("#", node.end):
        text += " "  # a comment right behind quotes is one; behind what is written now it would be text
    if node.start == node.end:
        return [_fill_gap(document, key, node, text)]
    if key is not None and _is_block(front, key, node):
        colon = front.index(":", key.end) + 1
        cut = cut_lines(document, line_start(front, node.start), next_line(front, node.end))
        return [Edit(colon, colon, f" {text}"), *cut]
    if front[node.start : node.end].endswith("\n"):
        text += document.newline  # a block scalar that keeps its blank lines
    return [Edit(node.start, node.end, text + _comments_in(document, node))]


def _is_block(front: str, key: Node, node: Node) -> bool:
    """Whether the value has its lines below its key for itself."""
    if node.style in ("|", ">"):
        return "\n" in front[key.end : node.start]
    return node.kind != "scalar" and not node.flow


def _comments_in(document: Document, node: Node) -> str:
    """The comments that have a line of their own between the parts of a value, to be put behind what replaces it."""
    found = [text for at, text in document.comment_lines if node.start < at < node.end]
    if not found:
        return ""
    rest, _, _ = document.front[node.end :].partition("\n")
    lines = "".join(f"{document.newline}{text}" for text in found)
    return lines + document.newline if rest.strip() else lines


def _fill_gap(document: Document, key: Node | None, node: Node, text: str) -> Edit:
    """A value put behind a key or a dash that had none."""
    front = document.front
    between = front[key.end : node.start] if key else front[node.start - 1 : node.start]
    if key is None or ":" in between:
        return Edit(node.start, node.start, text if between.endswith((" ", "\n")) else f" {text}")
    return Edit(key.end, key.end, f": {text}")  # `{a, b: 1}` has a key without a colon
