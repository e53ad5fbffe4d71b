"""A session: one piece of work with an AI, told in one Markdown file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, TypeVar

from sitegen.body import goals_met
from sitegen.errors import Location
from sitegen.frontmatter import Document
from sitegen.prices import UnitPrices
from sitegen.tokens import Totals, UsageRow, totals_of

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Phase:
    name: str = ""
    number: int | None = None
    part: int | None = None
    state: str = ""

    @property
    def words(self) -> str:
        """`3 Findability, part 1, in progress`: what there is of it."""
        number = f"{self.number}" if self.number is not None else ""
        part = f"part {self.part}" if self.part is not None else ""
        return ", ".join(filter(None, (f"{number} {self.name}".strip(), part, self.state)))


@dataclass(frozen=True, slots=True)
class Git:
    branch: str = ""
    commits: tuple[str, ...] = ()
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the numbers come from. `kind`: claude-code, api, manual or estimate. `sessions`: ids in that source.

    `reported_cost` is what the agent itself said the session cost, in USD: a cross-check, never our figure.
    """

    kind: str
    sessions: tuple[str, ...] = ()
    digest: str = ""
    output: str = "exact"
    reported_cost: Decimal | None = None


@dataclass(frozen=True)
class Session:
    """What a session file says. `path` is relative to the ledger; absent fields are None or empty.

    `rows` are in the order of the file. `stated_totals` is what stands under `totals`, None without that key.
    `estimate` is the list cost that was expected beforehand, in USD.
    `billed` is what an invoice says it cost, in USD.
    `prices` are USD per million tokens, by `UsageRow.price_key`.
    `code`, `quality` and `ratings` hold what the file says under those keys.
    """

    path: str
    title: str
    project: str
    document: Document
    schema: int = 1
    author: str = ""
    publish: bool = False
    body: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    active: timedelta | None = None
    state: str = ""
    phase: Phase | None = None
    focus: str = ""
    tags: tuple[str, ...] = ()
    git: Git = Git()
    source: Source | None = None
    sample: bool = False
    rows: tuple[UsageRow, ...] = ()
    stated_totals: Mapping[str, int | str] | None = None
    prices: Mapping[str, UnitPrices] = field(default_factory=dict)
    estimate: Decimal | None = None
    billed: Decimal | None = None
    code: Mapping[str, int | Decimal] = field(default_factory=dict)
    quality: Mapping[str, str] = field(default_factory=dict)
    ratings: Mapping[str, int] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Value]) -> Value:
        """What depends on nothing but the session, worked out once under this name and kept until `forget`."""
        known = self._known
        if name not in known:
            known.setdefault(name, make())
        found: Value = known[name]
        return found

    def forget(self) -> None:
        """Lets go of what was kept by `once`: of thousands of sessions it is as much as they are themselves."""
        self.__dict__.pop("_known", None)

    @cached_property
    def _known(self) -> dict[str, Any]:
        return {}

    @property
    def is_note(self) -> bool:
        """True for a file without frontmatter whose figures stand in its body, written by hand."""
        return not self.document.head

    @cached_property
    def goals(self) -> tuple[int, int]:
        """How many of the goals in its body are met, and how many there are."""
        return goals_met(self.body)

    @cached_property
    def totals(self) -> Totals:
        """Summed anew from the rows; what the file states under `totals` is only ever compared with it."""
        return totals_of(self.rows)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Those that answered, in order of use."""
        return tuple(dict.fromkeys(row.model for row in self.rows if row.model))

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    @property
    def day(self) -> date | None:
        """The local day it began on."""
        return self.started.date() if self.started else None

    @property
    def duration(self) -> timedelta | None:
        return self.ended - self.started if self.started and self.ended else None

    def locate(self, *keys: str | int) -> Location:
        """Where the value under these keys stands, or the nearest place above it that exists."""
        line, column = self.document.locate(*keys)
        return Location(self.path, line, column)
