"""The responses behind the rows of a session, where its transcript is still there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sitegen.fill import combine, rows_from_responses
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import Response, UsageRow
from sitegen.transcripts import AgentFigure, AgentSession, AnswerLine, Copies

KEPT = timedelta(days=30)
"""How long Claude Code keeps a transcript, unless its settings say otherwise."""


class State(StrEnum):
    """Whether the transcript is there; `NEVER`: the numbers do not come from one."""

    HERE = "here"
    GONE = "gone"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ResponseAccount:
    """A response, its list cost at the prices of the file (None: unpriced), and the lines that hold it."""

    response: Response
    list_cost: Decimal | None
    lines: tuple[AnswerLine, ...]
    copied_in: tuple[str, ...] = ()

    @property
    def own_lines(self) -> int:
        """How many lines of its own session hold it; the others are in sessions that copied it."""
        return sum(line.session == self.response.session for line in self.lines)

    @property
    def is_sub_agent(self) -> bool:
        return bool(self.lines) and all(line.is_sub_agent for line in self.lines)


@dataclass(frozen=True, slots=True)
class RowResponses:
    """`agrees`: they add up to the row as it stands in the file."""

    responses: tuple[ResponseAccount, ...]
    agrees: bool

    @property
    def times(self) -> tuple[datetime, datetime] | None:
        times = [each.response.at for each in self.responses if each.response.at]
        return (min(times), max(times)) if times else None


@dataclass(frozen=True)
class Transcript:
    """`rows` go by the index of a row in the file; `loose` are responses that no row of the file tells of.

    `names` are those of the session in its transcripts. `is_same`: it is the very one that the file was filled from.
    `foreign`: responses of other sessions of which this one holds a copy, with its lines. `gone_since`: the day on
    which one that is gone was deleted at the earliest, None where none had to be yet.
    """

    state: State
    names: tuple[str, ...] = ()
    rows: Mapping[int, RowResponses] | None = None
    loose: tuple[ResponseAccount, ...] = ()
    is_same: bool = False
    synthetic: int = 0
    api_errors: int = 0
    figures: tuple[AgentFigure, ...] = ()
    foreign: tuple[Response, ...] = ()
    foreign_lines: Mapping[str, tuple[AnswerLine, ...]] = field(default_factory=dict)
    gone_since: date | None = None

    @property
    def responses(self) -> tuple[ResponseAccount, ...]:
        """Sorted by time."""
        behind = (each for row in (self.rows or {}).values() for each in row.responses)
        return tuple(sorted((*behind, *self.loose), key=_moment))


def _moment(account: ResponseAccount) -> tuple[float, str]:
    at = account.response.at
    return (at.timestamp() if at else float("-inf"), account.response.key)


def names_of(agents: Sequence[AgentSession]) -> tuple[str, ...]:
    """As transcripts spell them: an id in a session file may be masked."""
    return tuple(dict.fromkeys(response.session for agent in agents for response in agent.responses))


def agents_of(session: Session, agents: Sequence[AgentSession]) -> tuple[AgentSession, ...] | None:
    """The sessions of an agent that the file tells of; None where one of them is not there any more."""
    wanted = session.source.sessions if session.source else ()
    by_id = {agent.id: agent for agent in agents}
    found = tuple(by_id[name] for name in wanted if name in by_id)
    return found if wanted and len(found) == len(wanted) else None


def without_transcript(session: Session, now: datetime) -> Transcript:
    named = session.source.sessions if session.source else ()
    if not named:
        return Transcript(State.NEVER)
    deleted = session.ended + KEPT if session.ended else None
    return Transcript(State.GONE, named, gone_since=deleted.date() if deleted and deleted <= now else None)


def foreign_responses(agents: Sequence[AgentSession], names: Sequence[str]) -> tuple[Response, ...]:
    """Responses that belong to another session and stand, as a copy, in one of these too."""
    wanted = set(names)
    return tuple(
        response
        for agent in agents
        for response in agent.responses
        if response.session not in wanted and not wanted.isdisjoint(agent.copied_in.get(response.key, ()))
    )


def transcript_of(
    session: Session, settings: Settings, agents: Sequence[AgentSession], copies: Copies, foreign: tuple[Response, ...]
) -> Transcript:
    """`agents`: the ones that the file tells of; `copies`: the lines of their responses and of the foreign ones."""
    agent = combine(agents)
    copied = {key: names for each in agents for key, names in each.copied_in.items()}
    filled = rows_from_responses(agent, settings, session.prices)
    behind = [
        tuple(_response_account(session, row, each, copies, copied) for each in responses)
        for row, responses in zip(filled.rows, filled.responses, strict=True)
    ]
    found = dict(_matched(session.rows, filled.rows))
    rows = {index: RowResponses(behind[place], agrees) for index, (place, agrees) in found.items()}
    taken = {place for place, _ in found.values()}
    digest = session.source.digest if session.source else ""
    return Transcript(
        State.HERE,
        names_of(agents),
        rows,
        tuple(each for place, group in enumerate(behind) if place not in taken for each in group),
        agent.digest == digest,
        copies.synthetic,
        sum(each.api_errors for each in agents),
        copies.figures,
        foreign,
        {each.key: copies.lines.get(each.key, ()) for each in foreign},
    )


def _response_account(
    session: Session, row: UsageRow, response: Response, copies: Copies, copied: Mapping[str, tuple[str, ...]]
) -> ResponseAccount:
    prices = session.prices.get(row.price_key) if row.list_cost is not None else None
    list_cost = prices.list_cost(response.counts, response.web_searches) if prices else None
    return ResponseAccount(response, list_cost, copies.lines.get(response.key, ()), copied.get(response.key, ()))


def _matched(rows: Sequence[UsageRow], made: Sequence[UsageRow]) -> Iterator[tuple[int, tuple[int, bool]]]:
    """For rows of the file the row made anew that tells of the same, first those with the same figures."""
    free = dict(enumerate(made))
    left = [index for index, row in enumerate(rows) if row.is_derived]
    for figures in (True, False):
        for index in tuple(left):
            place = next((place for place, row in free.items() if _is_same(rows[index], row, figures=figures)), None)
            if place is not None:
                yield index, (place, figures)
                left.remove(index)
                del free[place]


def _is_same(one: UsageRow, other: UsageRow, *, figures: bool) -> bool:
    same = (one.at, one.model, one.context) == (other.at, other.model, other.context)
    return same and (not figures or _figures(one) == _figures(other))


def _figures(row: UsageRow) -> tuple[object, ...]:
    return row.requests, row.counts, row.web_searches
