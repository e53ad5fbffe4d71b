"""Rules about what must not be in a file that others may read: secrets, and personal details.

They look at the bytes of a file as they stand, readable as a session or not: keys, comments, code and all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sitegen.errors import Location, Problem, Severity, error, warning
from sitegen.masking import Finding, find_secrets, mask
from sitegen.rules.rule import Rule, Together
from sitegen.settings import FILE_NAME, Settings

SECRET, PERSONAL, UNUSED = "secret", "personal-data", "unused-allow"
_ROTATE = "make it void where it was issued, then take it out of this file and of the history of git"
_PERSONAL = "take it out; or allow its digest under [[privacy.allow]] in sessions.toml, with a reason"


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking through a file found. `allowed`: digests in it that the ledger's allow-list lets pass."""

    problems: tuple[Problem, ...] = ()
    allowed: tuple[str, ...] = ()


def find_in_text(text: str) -> tuple[Finding, ...]:
    """Everything that should not be published, allowed or not, in the order of the text."""
    return find_secrets(text)


def look_through(raw: bytes, path: str, settings: Settings) -> Looked:
    """Never raises: what is no UTF-8 is read with replacement marks. The same text is one problem a file."""
    return look_through_text(raw.decode("utf-8-sig", "replace"), path, settings)


def look_through_text(text: str, path: str, settings: Settings) -> Looked:
    findings = find_in_text(text)
    if not findings:
        return Looked()
    listed = {entry.digest for entry in settings.allowed}
    passed = {found.digest for found in findings} & listed
    told = sorted((found for found in findings if found.digest not in listed), key=lambda found: found.digest)
    groups = (tuple(same) for _, same in groupby(told, key=lambda found: found.digest))
    return Looked(tuple(_problem(text, path, same) for same in groups), tuple(sorted(passed)))


def privacy_problems(raw: bytes, path: str, settings: Settings) -> Iterator[Problem]:
    yield from look_through(raw, path, settings).problems


def _problem(text: str, path: str, same: Sequence[Finding]) -> Problem:
    """Of all places with this text the first is the problem's. The text itself is told nowhere."""
    first, *others = (location_in(text, path, found.start) for found in same)
    found = same[0]
    what = f"({found.rule}) of {found.length} characters, digest {found.digest}"
    if found.level == "secret":
        return error(SECRET, first, f"this looks like a secret {what}", _ROTATE, also=tuple(others))
    return warning(PERSONAL, first, f"this looks like a personal detail {what}", _PERSONAL, also=tuple(others))


def without_secrets(problem: Problem) -> Problem:
    """Messages quote what stands in a file: whatever else they tell, they tell no secret."""
    texts = (problem.message, problem.hint, problem.stated, problem.expected)
    message, hint, stated, expected = (mask(text) if text else text for text in texts)
    return replace(problem, message=message or "", hint=hint, stated=stated, expected=expected)


def location_in(text: str, path: str, start: int) -> Location:
    """Line and column of a character, its index counted from 0."""
    return Location(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))


def check_unused_allow(together: Together) -> Iterator[Problem]:
    used = frozenset(together.allowed)
    for entry in together.settings.allowed:
        if entry.digest not in used:
            message = f"nothing in the ledger has the digest {entry.digest}"
            hint = "delete the entry: what it allowed is gone, or was changed"
            yield warning(UNUSED, Location(FILE_NAME, entry.line), message, hint)


RULES = (
    Rule(SECRET, Severity.ERROR, "no known kind of key, token or password stands in a file", notes=True),
    Rule(PERSONAL, Severity.WARNING, "no e-mail address, home folder or private address stands in a file", notes=True),
    Rule(UNUSED, Severity.WARNING, "each entry of the allow-list allows something", ledger=check_unused_allow),
)
