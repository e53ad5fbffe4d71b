"""What a rule is: a name, what it is for, and a function from values to problems."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sitegen.errors import Problem, Severity
from sitegen.rules.facts import FileFacts
from sitegen.session import Session
from sitegen.settings import Settings


@dataclass(frozen=True, slots=True)
class Together:
    """All that rules across files look at. `files` are in the ledger's order: by start, then path.

    `now` is None where the answer must not depend on the day, as for a site. `paths` are all session files,
    readable or not, sorted. `allowed` are the digests of the allow-list under which something was found.
    """

    files: Sequence[FileFacts]
    settings: Settings
    paths: Sequence[str] = ()
    now: datetime | None = None
    allowed: Sequence[str] = ()


FileCheck = Callable[[Session, Settings], Iterable[Problem]]
LedgerCheck = Callable[[Together], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`severity` is the gravest that the rule gives; `reason` says in one line what it holds.

    `file` looks at one file, on its own and whatever the others say; `ledger` at all of them together. A rule
    with neither is one of reading: its problems come up where files are read. `notes`: the rule also looks at
    files without frontmatter. `since` is the schema version from which it holds: older files are passed over.
    `asked_for`: the rule is off unless `sessions.toml` gives it a severity.
    """

    name: str
    severity: Severity
    reason: str
    file: FileCheck | None = None
    ledger: LedgerCheck | None = None
    notes: bool = False
    since: int = 1
    asked_for: bool = False
