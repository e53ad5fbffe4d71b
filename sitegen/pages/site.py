"""What every page is made from: the ledger seen as a site, with the address of each page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b
from urllib.parse import quote

from sitegen.charts import series_order
from sitegen.decisions import Decision, decisions_of
from sitegen.display import AS_THEY_ARE, Amounts
from sitegen.errors import Problem
from sitegen.html_store import NothingKept, Store
from sitegen.ledger import Ledger
from sitegen.loops import OpenLoop, open_loops
from sitegen.markup import Html
from sitegen.pages.addresses import link, session_uris, slugs
from sitegen.pages.incognito import shares_of, without_amounts
from sitegen.pages.periods import Outcomes, outcomes_of
from sitegen.pictures import Picture
from sitegen.rollups import NO_KEY, Rollup, newest_first, rollup_by, running_rollups, session_totals
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import Totals

HOME = "index.md"
SESSIONS = "all/index.md"
PROJECTS = "projects/index.md"
MODELS = "models/index.md"
MONTHS = "months/index.md"
TAGS = "tags/index.md"
DECISIONS = "decisions/index.md"
LOOPS = "loops/index.md"
PROBLEMS = "problems/index.md"
DOWNLOADS = "downloads/index.md"
METHOD = "method/index.md"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `uri` is its place as a Markdown file, `title` and `description` are plain text, not HTML.

    `content` is its HTML, or makes it: a ledger has thousands of sessions, and their pages need not be in memory
    together. Two pages are the same if all but such a maker is; `made_from` is what the maker depends on.
    `key` names the same across processes, where HTML may be kept. `kind` names the sort of page, `source` is the
    session file it shows. `parent`, `previous` and `next`
    are URIs. `words` is what a search should find besides the title.
    """

    uri: str
    title: str
    content: Html | Callable[[], Html] = field(compare=False)
    kind: str
    source: str | None = None
    description: str = ""
    words: str = ""
    day: date | None = None
    parent: str | None = None
    previous: str | None = None
    next: str | None = None
    made_from: object = None
    key: bytes = field(default=b"", compare=False)

    @property
    def body(self) -> Html:
        """The page's HTML, one element."""
        return self.content if isinstance(self.content, Html) else self.content()


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of the site that is no page: data to download, a badge, a picture. `uri` is its address there.

    `made` is its content, or makes it piece by piece: the data of a large ledger need not be in memory whole.
    """

    uri: str
    made: str | bytes | Callable[[], Iterable[str]]

    @property
    def content(self) -> str | bytes:
        return self.made if isinstance(self.made, str | bytes) else "".join(self.made())

    def pieces(self) -> Iterable[bytes]:
        if isinstance(self.made, bytes):
            return (self.made,)
        return (piece.encode() for piece in ([self.made] if isinstance(self.made, str) else self.made()))


@dataclass(frozen=True)
class Site:
    """`directory_urls` says whether `a.md` is shown at `a/` instead of `a.html`.

    `in_all`: how many sessions the ledger has, where only those marked for it are shown; else None.
    `settings` are the ledger's: its price book, its budgets. `address` is where the site will stand, or empty.
    `pictures` are those that sessions show, by path and target. `store` keeps HTML; `digests` name, by path, the
    bytes of session files and the program that reads them. `again`: it will be made anew whenever a file changes.
    """

    title: str
    sessions: tuple[Session, ...]
    problems: tuple[Problem, ...] = ()
    directory_urls: bool = False
    amounts: Amounts = AS_THEY_ARE
    in_all: int | None = None
    settings: Settings = field(default_factory=Settings)
    address: str = ""
    store: Store = field(default_factory=NothingKept, compare=False)
    digests: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[tuple[str, str], Picture] = field(default_factory=dict)
    again: bool = False

    def amounts_within(self, totals: Totals) -> Amounts:
        """How amounts are shown beside these sums: as shares of them, where they are to stay hidden."""
        return shares_of(totals) if self.amounts.hidden else self.amounts

    def link(self, from_uri: str, to_uri: str) -> str:
        return link(from_uri, to_uri, directory_urls=self.directory_urls)

    def session_list(self, from_uri: str, facet: str, key: str) -> str:
        """The list of all sessions, narrowed to those that have `key` as this facet of `session_filters`."""
        return f"{self.link(from_uri, SESSIONS)}#{facet}={quote(key, safe='')}"

    @cached_property
    def digest(self) -> bytes:
        """Of all that its pages are made from, where the bytes of each file are known; else empty.

        The digests of files stand for the settings and for the program as well.
        """
        if not self.sessions or not all(session.path in self.digests for session in self.sessions):
            return b""
        parts = (
            [(session.path, self.digests[session.path]) for session in self.sessions],
            [replace(problem, repair=None) for problem in self.problems],
            self.directory_urls,
            self.address,
            self.in_all,
            self.amounts.hidden,
            self.pictures_by_path,
        )
        return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()

    @cached_property
    def newest_first(self) -> tuple[Session, ...]:
        return tuple(newest_first(self.sessions))

    @cached_property
    def has_samples(self) -> bool:
        return any(session.sample for session in self.sessions)

    @cached_property
    def last_day(self) -> date | None:
        return max((session.day for session in self.sessions if session.day), default=None)

    @cached_property
    def first_day(self) -> date | None:
        return min((session.day for session in self.sessions if session.day), default=None)

    @cached_property
    def outcomes(self) -> Outcomes:
        return outcomes_of(self.sessions)

    @cached_property
    def running(self) -> Mapping[str, Rollup]:
        return running_rollups(self.sessions)

    @cached_property
    def models(self) -> tuple[str, ...]:
        return series_order(self.sessions)

    @cached_property
    def projects(self) -> Mapping[str, tuple[Session, ...]]:
        """By name, in the order of the names; the sessions of each in the ledger's order."""
        names = sorted({session.project for session in self.sessions}, key=lambda name: (name.casefold(), name))
        found: dict[str, list[Session]] = {name: [] for name in names}
        for session in self.sessions:
            found[session.project].append(session)
        return {name: tuple(sessions) for name, sessions in found.items()}

    @cached_property
    def months(self) -> tuple[Rollup, ...]:
        return rollup_by(self.sessions, "month")

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        return decisions_of(self.sessions)

    @cached_property
    def loops(self) -> tuple[OpenLoop, ...]:
        return open_loops(self.sessions)

    @cached_property
    def pictures_by_path(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Target and address of each."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for (path, target), picture in sorted(self.pictures.items(), key=lambda item: item[0]):
            found[path] = (*found.get(path, ()), (target, picture.uri))
        return found

    @cached_property
    def session_uri(self) -> Mapping[str, str]:
        return session_uris(session.path for session in self.sessions)

    @cached_property
    def project_uri(self) -> Mapping[str, str]:
        return {name: f"projects/{slug}.md" for name, slug in slugs(self.projects).items()}

    @cached_property
    def model_uri(self) -> Mapping[str, str]:
        return {name: f"models/{slug}.md" for name, slug in slugs(self.models).items()}

    @cached_property
    def tags(self) -> Mapping[str, tuple[Session, ...]]:
        """By tag, in the order of the tags; the sessions of each in the ledger's order."""
        found: dict[str, list[Session]] = {}
        for session in self.sessions:
            for tag in dict.fromkeys(session.tags):
                found.setdefault(tag, []).append(session)
        return {tag: tuple(found[tag]) for tag in sorted(found, key=lambda tag: (tag.casefold(), tag))}

    @cached_property
    def tag_uri(self) -> Mapping[str, str]:
        return {name: f"tags/{slug}.md" for name, slug in slugs(self.tags).items()}

    @cached_property
    def month_uri(self) -> Mapping[str, str]:
        return {key: f"months/{slug}.md" for key, slug in slugs(r.key for r in self.months).items()}


def site_of(
    ledger: Ledger,
    *,
    directory_urls: bool = False,
    marked_only: bool = False,
    incognito: bool = False,
    address: str = "",
    store: Store | None = None,
    digests: Mapping[str, str] | None = None,
    pictures: Mapping[tuple[str, str], Picture] | None = None,
    again: bool = False,
) -> Site:
    """A session without a project, which is a mistake in its file, is shown under the name that sums give it.

    Problems are the owner's alone: they name files that are not shown, and figures.
    """
    marked_only = marked_only or ledger.settings.publish == "marked"
    shown = tuple(session for session in ledger.sessions if session.publish or not marked_only)
    sessions = tuple(s if s.project else replace(s, project=NO_KEY) for s in shown)
    return Site(
        ledger.settings.title,
        tuple(map(without_amounts, sessions)) if incognito else sessions,
        () if marked_only or incognito else ledger.problems,
        directory_urls,
        shares_of(session_totals(sessions)) if incognito else AS_THEY_ARE,
        len(ledger.sessions) if marked_only else None,
        ledger.settings,
        address,
        store or NothingKept(),
        digests or {},
        # What can be seen in a picture cannot be hidden.
        {} if incognito or not pictures else pictures,
        again,
    )
