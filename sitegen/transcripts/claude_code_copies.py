"""Each line of some responses on its own, where reading for sums takes the copies of a response together.

Slower than that reading, and only for the few responses of one session: to show what the copies are.
"""

import mmap
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sitegen.tokens import TokenCounts
from sitegen.transcripts.assembly import amount_of, cost_state, whole_number_of
from sitegen.transcripts.claude_code_files import find_transcripts, session_of_path
from sitegen.transcripts.claude_code_lines import Line, Message
from sitegen.transcripts.claude_code_scan import FileScanner
from sitegen.transcripts.evidence import MAIN, NO_TIME, Copy, Scan

_WORKFLOW = "wf_"


@dataclass(frozen=True, slots=True)
class SummedCounts:
    """Token counts as other programs state them: cache writes of both lifetimes as one."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    def __add__(self, other: "SummedCounts") -> "SummedCounts":
        return SummedCounts(
            self.input + other.input,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
            self.output + other.output,
        )

    def __sub__(self, other: "SummedCounts") -> "SummedCounts":
        return self + SummedCounts(-other.input, -other.cache_write, -other.cache_read, -other.output)

    @property
    def tokens(self) -> int:
        return self.input + self.cache_write + self.cache_read + self.output


def summed(counts: TokenCounts) -> SummedCounts:
    writes = counts.cache_write_5m + counts.cache_write_1h
    return SummedCounts(counts.input, writes, counts.cache_read, counts.output)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line that holds a response, or a part of one. `home`: the session that a tool takes it for which goes by
    the names of files alone. `request` is the id of the request, where the line has one.
    """

    path: str
    line: int
    session: str
    home: str
    at: datetime | None
    counts: TokenCounts
    web_searches: int
    is_final: bool
    is_sub_agent: bool
    request: str


@dataclass(frozen=True, slots=True)
class ModelFigure:
    """What an agent says of one of its models; `cost` in USD, None where it says nothing."""

    model: str
    counts: SummedCounts
    web_searches: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class AgentFigure:
    """An agent's own last account of a session, in USD. `is_guess`: for a model whose price it did not know.

    `times`: how often it wrote one, which is at each end of the session.
    """

    cost: Decimal
    is_guess: bool
    models: tuple[ModelFigure, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Copies:
    """`lines`: by key of a response, in order of path and line. `synthetic`: lines that the agent wrote itself."""

    lines: Mapping[str, tuple[AnswerLine, ...]]
    synthetic: int
    figures: tuple[AgentFigure, ...]


def read_copies(
    folders: Sequence[Path], keys: Collection[str], own: Collection[str], others: Collection[str], now: datetime
) -> Copies:
    """Every line of the responses with these keys. `own` are the sessions they belong to, `others` those that hold
    copies of them, by the names in transcripts. A time later than a day after `now` is not believed.
    """
    found = _Found(keys, own)
    needles = [name.encode() for name in (*own, *others)]
    latest = (now + timedelta(days=1)).timestamp()
    for file in find_transcripts(folders).files:
        if session_of_path(file.path) in own or _holds(file.path, needles):
            _LineScanner(found, file.path, latest).scan()
    lines = {key: tuple(sorted(lines, key=_order)) for key, lines in found.lines.items()}
    figures = (_figure(texts) for _, texts in sorted(found.cost_states.items()))
    return Copies(lines, len(found.synthetic), tuple(figure for figure in figures if figure))


def _order(line: AnswerLine) -> tuple[str, int]:
    return line.path, line.line


def _holds(path: str, needles: Iterable[bytes]) -> bool:
    try:
        with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return any(content.find(needle) >= 0 for needle in needles)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return False


class _Found:
    """What is looked for, and what was found of it."""

    def __init__(self, keys: Collection[str], own: Collection[str]) -> None:
        self.keys, self.own = frozenset(keys), frozenset(own)
        self.lines: dict[str, list[AnswerLine]] = defaultdict(list)
        self.synthetic: set[str] = set()
        self.cost_states: dict[str, list[tuple[float, str, int, str]]] = defaultdict(list)


class _LineScanner(FileScanner):
    """Hears of each line of an answer, not of the answer that the lines of one stream make."""

    def __init__(self, found: _Found, path: str, latest: float) -> None:
        super().__init__(Scan(), 0, path, latest)
        self._found, self._home = found, home_by_names(path)
        self._requests: dict[int, str] = {}

    def scan(self) -> None:
        try:
            super().scan()
        except OSError:
            return

    def _take_answer(
        self,
        message: Message | None,
        request: str | None,
        uuid: str | None,
        at: float,
        side: int,
        raw: bytes,
        kinds: tuple[str, ...],
    ) -> None:
        self._finish_answer()
        self._requests[self._number] = request or ""
        if message is not None and message.model == "<synthetic>" and self._session_id in self._found.own:
            self._found.synthetic.add(uuid or message.id or f"{self._path}:{self._number}")
        super()._take_answer(message, request, uuid, at, side, raw, kinds)

    def _note_copy(self, key: str, copy: Copy, *, open_: bool, tools: dict[str, str]) -> None:
        if key in self._found.keys:
            self._found.lines[key].append(self._line(copy, is_final=not open_))
        super()._note_copy(key, copy, open_=open_, tools=tools)

    def _line(self, copy: Copy, *, is_final: bool) -> AnswerLine:
        counts, (_, _, line) = copy.counts, copy.place
        return AnswerLine(
            self._path,
            line,
            copy.session,
            self._home or copy.session,
            None if copy.at == NO_TIME else datetime.fromtimestamp(copy.at, UTC),
            TokenCounts(counts.input, counts.write_5m, counts.write_1h, counts.read, counts.output),
            copy.searches,
            is_final,
            copy.side != MAIN,
            self._requests.get(line, ""),
        )

    def _take_metadata(self, line: Line, raw: bytes) -> None:
        if line.type == "cost-state" and self._session_id in self._found.own:
            text = raw[: 2**16].decode(errors="replace")
            self._found.cost_states[self._session_id].append((self._seen, self._path, self._number, text))
        super()._take_metadata(line, raw)


def home_by_names(path: str) -> str:
    """Of a sub-agent's file in its session's folder, the session or the workflow; of any other file its stem."""
    file = Path(path)
    if file.parent.name.startswith(_WORKFLOW):
        return file.parent.name
    return session_of_path(path)


def _figure(texts: Iterable[tuple[float, str, int, str]]) -> AgentFigure | None:
    """Of the last account, which sums up all before it."""
    written = sorted(texts)
    told = cost_state(written[-1][-1])
    cost = amount_of(told.get("totalCostUSD"))
    if cost is None:
        return None
    used = told.get("modelUsage")
    models = tuple(_models(used if isinstance(used, dict) else {}))
    return AgentFigure(cost, told.get("hasUnknownModelCost") is True, models, len({text for *_, text in written}))


def _models(used: Mapping[str, object]) -> Iterator[ModelFigure]:
    for name, told in used.items():
        if isinstance(told, dict):
            counts = SummedCounts(
                whole_number_of(told.get("inputTokens")) or 0,
                whole_number_of(told.get("cacheCreationInputTokens")) or 0,
                whole_number_of(told.get("cacheReadInputTokens")) or 0,
                whole_number_of(told.get("outputTokens")) or 0,
            )
            searches = whole_number_of(told.get("webSearchRequests")) or 0
            yield ModelFigure(str(name)[:200], counts, searches, amount_of(told.get("costUSD")))
