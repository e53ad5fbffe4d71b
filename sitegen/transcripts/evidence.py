"""What the lines of transcripts say, before copies are settled: compact values that merge in any order."""

from collections.abc import Mapping

from msgspec import Struct, field

NO_TIME = -1.0
"""In place of a time, which is seconds since 1970, UTC: good to the microsecond."""

MAIN, SIDECHAIN, PROGRESS = 2, 1, 0
"""Where a copy stands: in the session itself, in a sub-agent's log, in a report about a sub-agent."""

Place = tuple[float, int, int]
"""(when, file, line). `when` is a line's time, or the last time before it in its file; `file` the file's number
in sorted order; `line` counts from 1. The least place is the first, the greatest the last."""

_PLACES = 20


class Counts(Struct, frozen=True, array_like=True, gc=False):
    """Token counts of one copy. What is not `output` is constant over the copies of a response."""

    input: int
    write_5m: int
    write_1h: int
    read: int
    output: int


_FOREIGN_NAMES = {
    "input": "input_tokens",
    "write_5m": "cache_creation.ephemeral_5m_input_tokens",
    "write_1h": "cache_creation.ephemeral_1h_input_tokens",
    "read": "cache_read_input_tokens",
}


class Copy(Struct, frozen=True, array_like=True, gc=False):
    """One copy of a response. `final`: it states why the answer ended. `at` is its own time. `context` is
    speed, tier and geography, the standard as the empty text. `flags` are the kinds of doubt about it.
    """

    counts: Counts
    final: bool
    side: int
    at: float
    place: Place
    session: str
    model: str
    context: tuple[str, str, str] = ("", "", "")
    searches: int = 0
    requests: int = 1
    flags: tuple[str, ...] = ()

    def rank(self) -> tuple[int, bool, int, float, int, int]:
        """The copy with the greatest rank counts, as a whole."""
        _, file, line = self.place
        return (self.counts.output, self.final, self.side, self.at, file, line)


class Group(Struct, array_like=True, gc=False):
    """All copies of one response: the one that counts, and what the others add.

    `open`: no copy is final. `homes`: the sessions with a copy, and the best side each has it on. `differs`:
    fields in which copies differ though they should not. `tools`: id of a call to the tool's name.
    """

    best: Copy
    open: bool
    homes: dict[str, int]
    differs: tuple[str, ...] = ()
    tools: dict[str, str] = field(default_factory=dict)

    def merge(self, other: "Group") -> None:
        if self.best.counts != other.best.counts or other.differs:
            self.differs = _differences(self, other)
        if other.best.rank() > self.best.rank():
            self.best = other.best
        self.open = self.open and other.open
        for session, side in other.homes.items():
            self.homes[session] = max(side, self.homes.get(session, side))
        self.tools.update(other.tools)


def _differences(one: Group, other: Group) -> tuple[str, ...]:
    counts, others = one.best.counts, other.best.counts
    found = {key for name, key in _FOREIGN_NAMES.items() if getattr(counts, name) != getattr(others, name)}
    return tuple(sorted(found.union(one.differs, other.differs)))


class PromptLine(Struct, frozen=True, array_like=True, order=True, gc=False):
    place: Place
    at: float
    text: str
    source: str


Text = tuple[Place, str]


class SessionLines(Struct, array_like=True, gc=False):
    """What the lines of one session say beside the responses.

    `times` are those of conversation lines, `other_times` those of lines of other types. `prompts` and
    `errors` (times of failed calls) go by uuid, `last` by what it is the last of: a title's type, `cost-state`,
    `uuid`; `first` by what it is the first of: `cwd`, `branch`, `fork` (the session this one was forked from).
    """

    times: set[float] = field(default_factory=set)
    other_times: set[float] = field(default_factory=set)
    prompts: dict[str, PromptLine] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    first: dict[str, Text] = field(default_factory=dict)
    last: dict[str, Text] = field(default_factory=dict)

    def note_first(self, name: str, place: Place, text: str) -> None:
        if name not in self.first or (place, text) < self.first[name]:
            self.first[name] = (place, text)

    def note_last(self, name: str, place: Place, text: str) -> None:
        if name not in self.last or (place, text) > self.last[name]:
            self.last[name] = (place, text)

    def note_prompt(self, uuid: str, prompt: PromptLine) -> None:
        self.prompts[uuid] = min(prompt, self.prompts.get(uuid, prompt))

    def merge(self, other: "SessionLines") -> None:
        self.times |= other.times
        self.other_times |= other.other_times
        self.errors.update(other.errors)
        for uuid, prompt in other.prompts.items():
            self.note_prompt(uuid, prompt)
        for name, (place, text) in other.first.items():
            self.note_first(name, place, text)
        for name, (place, text) in other.last.items():
            self.note_last(name, place, text)


class FileDamage(Struct, array_like=True, gc=False):
    """One kind of damage in one file: how often, and the first 20 lines."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.count += 1
        if len(self.lines) < _PLACES:
            self.lines.append(line)


class Scan(Struct, gc=False):
    """Everything that some files say. `groups` go by the key of the response, `damages` by file and kind.

    `summaries` go by the uuid of the line they sum up the conversation to.
    """

    groups: dict[str, Group] = field(default_factory=dict)
    sessions: dict[str, SessionLines] = field(default_factory=dict)
    damages: dict[int, dict[str, FileDamage]] = field(default_factory=dict)
    summaries: dict[str, Text] = field(default_factory=dict)
    lines: int = 0
    synthetic: int = 0
    unknown: int = 0

    def session(self, name: str) -> SessionLines:
        found = self.sessions.get(name)
        if found is None:
            found = self.sessions[name] = SessionLines()
        return found

    def note_copy(self, key: str, group: Group) -> None:
        known = self.groups.get(key)
        if known is None:
            self.groups[key] = group
        else:
            known.merge(group)

    def note_summary(self, leaf: str, text: Text) -> None:
        self.summaries[leaf] = max(text, self.summaries.get(leaf, text))

    def note_damage(self, file: int, line: int, kind: str) -> None:
        self.damages.setdefault(file, {}).setdefault(kind, FileDamage()).add(line)

    def merge(self, other: "Scan") -> None:
        """Take in what other files say. A file is scanned once, as a whole, so damages never meet."""
        for key, group in other.groups.items():
            self.note_copy(key, group)
        for name, session in other.sessions.items():
            if name in self.sessions:
                self.sessions[name].merge(session)
            else:
                self.sessions[name] = session
        for leaf, text in other.summaries.items():
            self.note_summary(leaf, text)
        self.damages |= other.damages
        self.lines += other.lines
        self.synthetic += other.synthetic
        self.unknown += other.unknown


def kinds_by_file(damages: Mapping[int, Mapping[str, FileDamage]]) -> dict[int, dict[str, int]]:
    return {file: {kind: found.count for kind, found in kinds.items()} for file, kinds in damages.items()}
