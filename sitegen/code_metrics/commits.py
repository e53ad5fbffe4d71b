"""Commits as git tells of them, and those of them that follow one another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

LOG_FORMAT = "%H%x00%h%x00%P%x00%an%x00%ae%x00%aI%x00%s"
"""For `git log -z`: a field or a commit ends at each NUL."""
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class Commit:
    """`at`: when it was written, which a rebase leaves as it was; None where git has no such day. `short`: its `hash`
    as people write it.
    """

    hash: str
    short: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: datetime | None
    subject: str

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


def parse_log(text: str) -> tuple[Commit, ...]:
    """In the order of the log."""
    fields = text.split("\0")
    whole = len(fields) // _FIELDS * _FIELDS
    return tuple(_commit(fields[at : at + _FIELDS]) for at in range(0, whole, _FIELDS))


def _commit(fields: Sequence[str]) -> Commit:
    name, short, parents, author, email, written, subject = fields
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    return Commit(name, short, tuple(parents.split()), author, email, at, subject)


def is_by(commit: Commit, names: Collection[str]) -> bool:
    """Whether its author has one of these names or addresses; anybody where there are none."""
    wanted = {name.casefold() for name in names if name}
    local = commit.email.partition("@")[0]
    return not wanted or not wanted.isdisjoint({commit.author.casefold(), commit.email.casefold(), local.casefold()})


def runs_of(commits: Sequence[Commit]) -> tuple[tuple[Commit, ...], ...]:
    """Each run is a chain, the oldest first, in which each is the parent of the next; so that a run has one difference.

    `commits` come parents first. A merge is in no run.
    """
    ends: dict[str, list[Commit]] = {}
    runs: list[list[Commit]] = []
    for commit in commits:
        if commit.is_merge:
            continue
        run = ends.pop(commit.parents[0], None) if commit.parents else None
        if run is None:
            run = []
            runs.append(run)
        run.append(commit)
        ends[commit.hash] = run
    return tuple(tuple(run) for run in runs)
