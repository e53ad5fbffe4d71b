"""What Obsidian takes for a name, a tag and a link: names of notes that any system can hold and any link can reach."""

import re
import unicodedata
from collections.abc import Hashable, Iterable
from itertools import chain, count
from typing import TypeVar

_LONGEST = 100
"""Characters of a name; with four bytes each and a suffix that is still a file name everywhere but in odd cases."""
_MOST_BYTES = 200
_NOT_IN_A_NAME = re.compile(r'[\[\]#^|\\/:*?"<>]+')
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)")
_NOT_IN_A_LABEL = {ord("["): "(", ord("]"): ")", ord("|"): "/"}
# What makes a tag, mathematics, a comment, a highlight or a strike of words that are none.
_MARK = re.compile(r"(?<!\\)[#$]|(?<=%)%|(?<==)=|(?<=~)~")
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")

Key = TypeVar("Key", bound=Hashable)


def note_name(words: str) -> str:
    """The words as the name of a note, without `.md`: never empty, hidden, or a device of Windows."""
    name = _NOT_IN_A_NAME.sub("-", one_line(words)).strip(". ")
    while len(name) > _LONGEST or len(name.encode()) > _MOST_BYTES:
        name = name[: min(_LONGEST, len(name) - 1)].rstrip(". ")
    name = name or "unnamed"
    return f"{name}-" if _DEVICE.match(name) else name


def unique_names(wanted: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """The name each key gets: with a number where an earlier one differs by case or Unicode's form alone."""
    taken: set[str] = set()
    names: dict[Key, str] = {}
    for key, name in wanted:
        tries = chain((name,), (f"{name} {number}" for number in count(2)))
        names[key] = next(each for each in tries if folded(each) not in taken)
        taken.add(folded(names[key]))
    return names


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def tag(words: str) -> str:
    """Letters, digits, `_`, `-` and `/` between parts, and not digits alone; empty where no letter or digit is left."""
    kept = "".join(each if each in "_-/" or unicodedata.category(each)[0] in "LMN" else "-" for each in words)
    parts = (re.sub(r"-{2,}", "-", part).strip("-") for part in kept.split("/"))
    name = "/".join(part for part in parts if part)
    # A number alone is no tag.
    return f"tag-{name}" if name and all(each.isnumeric() or each in "_-/" for each in name) else name


def wiki_link(path: str, label: str, *, in_table: bool = False) -> str:
    """`path` is that of the note in the vault, without `.md`: no other note of the same name is meant."""
    words = one_line(label).translate(_NOT_IN_A_LABEL) or path.rpartition("/")[2]
    return f"[[{path}{chr(92) if in_table else ''}|{words}]]"


def unmarked(markdown: str) -> str:
    """A line of ours whose words Obsidian shall not take for a tag, a formula, a comment or a highlight."""
    return _MARK.sub(lambda found: f"\\{found[0]}", markdown)


def one_line(words: str) -> str:
    """Without controls, marks that cannot be seen and halves of characters."""
    seen = (" " if unicodedata.category(each) in _UNSEEN else each for each in words)
    return " ".join("".join(seen).split())
