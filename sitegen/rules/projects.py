"""The rule about names of projects: one that was typed once or twice and looks like a known one is a slip."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache

from sitegen.errors import Problem, Severity, warning
from sitegen.rules.rule import Rule, Together

FEW = 2
"""A name with more sessions than this is meant as it is written."""
_ALIKE = 0.85
_TOO_SHORT = 5


def check_projects(together: Together) -> Iterator[Problem]:
    """Only names that a person typed: the one of a working folder in a transcript is right as it stands."""
    sound = [file for file in together.files if file.sound]
    sessions = Counter(file.project for file in sound)
    mapped = set(together.settings.projects.values())
    read = {file.project for file in sound if file.measured}
    rare = [name for name, number in sessions.items() if number <= FEW and name not in mapped | read]
    meant = {name: _meant(name, sessions, mapped) for name in rare}
    for file in sound:
        if known := meant.get(file.project):
            number = sessions[known]
            told = f"{number} session{'s' if number > 1 else ''}" if number else "a place in `sessions.toml`"
            message = f"no other session is of project `{file.project}`, and `{known}` has {told}"
            if sessions[file.project] > 1:
                message = f"few sessions are of project `{file.project}`, and `{known}` has {told}"
            yield warning("project", file.locate("project"), message, _hint(known))


def _hint(known: str) -> str:
    return f"did you mean `{known}`? If not, name the project under [projects] in sessions.toml"


def _meant(name: str, sessions: Mapping[str, int], mapped: Collection[str]) -> str | None:
    """The known name that is most like it; of equal ones the first by the alphabet."""
    known = {other for other, number in sessions.items() if number > sessions[name]} | set(mapped)
    alike = ((_likeness(name, other), other) for other in sorted(known - {name}))
    best = max(alike, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] >= _ALIKE else None


def _likeness(name: str, other: str) -> float:
    """From 0 to 1. Names that differ in their digits, as `app-1` and `app-2`, are never alike."""
    if _letters(name) == _letters(other):
        return 1.0
    shorter, longer = sorted((len(name), len(other)))
    if shorter < _TOO_SHORT or 2 * shorter < _ALIKE * (shorter + longer) or _digits(name) != _digits(other):
        return 0.0
    matcher = SequenceMatcher(None, other.casefold(), name.casefold())
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return "".join(mark for mark in name.casefold() if mark not in "-_ .")


@lru_cache(maxsize=4096)
def _digits(name: str) -> str:
    return "".join(mark for mark in name if mark.isdigit())


RULES = (Rule("project", Severity.WARNING, "a project's name is spelled as it always is", ledger=check_projects),)
