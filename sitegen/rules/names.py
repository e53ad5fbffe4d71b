"""The rule about names of files: no two that one system takes for the same file, or a site for the same page."""

import unicodedata
from collections.abc import Iterator

from sitegen.errors import Location, Problem, Severity, error
from sitegen.rules.rule import Rule, Together

_INDEX = "/index.md"


def check_names(together: Together) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path in sorted(together.paths):
        name = _same_for_all(path)
        other = first.setdefault(name, path)
        if other != path:
            message = f"the name differs from `{other}` only by capitals or by how its letters are encoded"
            yield error("names", _place(path), message, "some systems take both for one file; rename one of them")
    for name, path in first.items():
        beside = first.get(name.removesuffix(_INDEX) + ".md") if name.endswith(_INDEX) else None
        if beside is not None:
            message = f"`{beside}` has the same address on a site"
            yield error("names", _place(path), message, "rename one of the two files")


def _place(path: str) -> Location:
    """A name that is not Unicode is shown with replacement marks."""
    return Location(path.encode("utf-8", "replace").decode("utf-8"))


def _same_for_all(path: str) -> str:
    """What file systems that ignore case and Unicode's normal form compare."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


RULES = (Rule("names", Severity.ERROR, "no two files have names that a system takes for one", ledger=check_names),)
