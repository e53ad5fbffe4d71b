"""The rule of every three-way merge, and what is left where it gives no answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OURS, THEIRS = "<<<<<<< ours", ">>>>>>> theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Whole lines of both sides, empty where a side has none. `message` says what both changed."""

    ours: str
    theirs: str
    message: str

    @property
    def lines(self) -> str:
        """Both sides between the marks that git uses."""
        end = "\r\n" if "\r\n" in self.ours + self.theirs else "\n"
        return f"{OURS}{end}{self.ours}======={end}{self.theirs}{THEIRS}{end}"


Piece = str | Conflict


def three_way(base: str, ours: str, theirs: str, message: str) -> Piece:
    """What one side alone changed, or both in the same way; empty text stands for what is not there."""
    was, here, there = (text.replace("\r\n", "\n") for text in (base, ours, theirs))
    if here in (was, there):
        return ours if here == there else theirs
    return ours if there == was else Conflict(ours, theirs, message)


def of_ours(pieces: Iterable[Piece]) -> str:
    """The text as it reads with our side in each conflict."""
    return "".join(piece.ours if isinstance(piece, Conflict) else piece for piece in pieces)


def with_marks(pieces: Iterable[Piece]) -> str:
    return "".join(piece.lines if isinstance(piece, Conflict) else piece for piece in pieces)


def joined_order(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """The names of ours in their order; each name that only theirs has behind the one before it there."""
    names = list(ours)
    for index, name in enumerate(theirs):
        if name not in names:
            place = names.index(theirs[index - 1]) + 1 if index else 0
            names.insert(place, name)
    return names
