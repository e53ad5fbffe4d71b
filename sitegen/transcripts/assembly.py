"""Evidence into sessions: each response goes to one session, and each session gets its story."""

import hashlib
import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sitegen.masking import mask
from sitegen.tokens import PriceContext, Response, TokenCounts
from sitegen.transcripts.evidence import NO_TIME, Group, Scan, SessionLines
from sitegen.transcripts.history import AgentSession, Prompt

LONGEST_PAUSE = 600.0
_LAST = datetime.max.replace(tzinfo=UTC)


def assemble_sessions(scan: Scan, sidecar_titles: Mapping[str, str]) -> tuple[AgentSession, ...]:
    """Sorted by start and id. A session all of whose responses belong to older ones is left out."""
    shares = _Shares(scan)
    owned: dict[str, list[tuple[str, Group]]] = defaultdict(list)
    for key, group in scan.groups.items():
        owned[shares.origin_of(group)].append((key, group))
    summaries = _summaries_by_session(scan)
    sessions = [
        _Story(name, scan.sessions[name], groups, shares).session(sidecar_titles.get(name, ""), summaries.get(name, ""))
        for name, groups in owned.items()
    ]
    return tuple(sorted(sessions, key=lambda session: (session.started or _LAST, session.id)))


def _summaries_by_session(scan: Scan) -> dict[str, str]:
    if not scan.summaries:
        return {}
    return {
        name: scan.summaries[lines.last["uuid"][1]][1]
        for name, lines in scan.sessions.items()
        if "uuid" in lines.last and lines.last["uuid"][1] in scan.summaries
    }


class _Shares:
    """Sessions that hold the same responses or prompts, and which of them is the origin of each.

    The origin is no fork of another of them, and its own first line, one that no other has, is the oldest.
    A session without a line of its own before what is shared was copied, or is a copy that nobody went on
    with: then the one that has no line of its own at all, or the one that ended first.
    """

    def __init__(self, scan: Scan) -> None:
        self.partners = _partners(scan)
        self._sessions = {name: scan.sessions[name] for name in self.partners}
        self._all = {name: lines.times | lines.other_times for name, lines in self._sessions.items()}
        self._held = Counter(time for times in self._all.values() for time in times)
        self._firsts = {
            name: min((time for time in times if self._held[time] == 1), default=NO_TIME)
            for name, times in self._all.items()
        }
        self._lasts = {name: max(times, default=NO_TIME) for name, times in self._all.items()}
        self._forks = {
            name: "fork" in lines.first and lines.first["fork"][1] in self.partners[name]
            for name, lines in self._sessions.items()
        }

    def origin(self, names: Iterable[str], at: float) -> str:
        """The session among these to which a line of that time belongs."""
        return min(names, key=lambda name: self._rank(name, at))

    def _rank(self, name: str, at: float) -> tuple[bool, bool, float, float, str]:
        first = self._firsts[name]
        return self._forks[name], not NO_TIME < first < at, first, self._lasts[name], name

    def origin_of(self, group: Group) -> str:
        """A copy in a sub-agent's log is a replay where another session has the response itself."""
        if len(group.homes) == 1:
            return next(iter(group.homes))
        best = max(group.homes.values())
        return self.origin((name for name, side in group.homes.items() if side == best), group.best.at)

    def own_times(self, name: str, lines: SessionLines) -> list[float]:
        if name not in self.partners:
            return sorted(lines.times)
        return sorted(time for time in lines.times if self._held[time] == 1 or self._is_own_time(name, time))

    def _is_own_time(self, name: str, time: float) -> bool:
        holders = {other for other in self.partners[name] if time in self._all[other]}
        return self.origin(holders | {name}, time) == name

    def own(self, name: str, kept: str, uuid: str, at: float) -> bool:
        """Whether the prompt or error (`kept`: the field's name) is this session's, and no copy."""
        holders = [other for other in self.partners.get(name, ()) if uuid in getattr(self._sessions[other], kept)]
        return not holders or self.origin([*holders, name], at) == name


def _partners(scan: Scan) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    homes: dict[str, str] = {}
    for group in scan.groups.values():
        if len(group.homes) > 1:
            for name in group.homes:
                found[name].update(group.homes)
    for name, lines in scan.sessions.items():
        for uuid in lines.prompts:
            other = homes.setdefault(uuid, name)
            if other != name:
                found[name].update((other, name))
                found[other].update((other, name))
    return {name: others - {name} for name, others in found.items()}


class _Story:
    """One session in the making: its own lines, without those it was copied from."""

    def __init__(self, name: str, lines: SessionLines, groups: Iterable[tuple[str, Group]], shares: _Shares) -> None:
        self._name, self._lines = name, lines
        self._groups = sorted(groups, key=lambda item: (item[1].best.place[0], item[0]))
        self._times = shares.own_times(name, lines)
        self._prompts = sorted(
            prompt for uuid, prompt in lines.prompts.items() if shares.own(name, "prompts", uuid, prompt.at)
        )
        self._starts = [prompt.place[0] for prompt in self._prompts]
        self._errors = sum(shares.own(name, "errors", uuid, at) for uuid, at in lines.errors.items())

    def session(self, sidecar_title: str, summary: str) -> AgentSession:
        first, last = self._lines.first, self._lines.last
        titles = (_text(last, "custom-title"), sidecar_title, _text(last, "ai-title"), summary, _text(last, "summary"))
        branch = _text(first, "branch")
        cost = cost_state(_text(last, "cost-state"))
        # The copy of a response that counts may stand in another session, at another time.
        moments = [*self._times, *(group.best.at for _, group in self._groups if group.best.at != NO_TIME)]
        return AgentSession(
            id=_name_without_secrets(self._name),
            cwd=_text(first, "cwd"),
            branch="" if branch == "HEAD" else branch,
            title=next(filter(None, titles), ""),
            started=_datetime(min(moments, default=NO_TIME)),
            ended=_datetime(max(moments, default=NO_TIME)),
            active=_active(self._times),
            prompts=tuple(Prompt(_datetime(p.at), p.text, p.source) for p in self._prompts),
            responses=tuple(self._response(key, group) for key, group in self._groups),
            tools=self._tools(),
            reported_cost=amount_of(cost.get("totalCostUSD")),
            reported_unknown=cost.get("hasUnknownModelCost") is True,
            lines_added=whole_number_of(cost.get("totalLinesAdded")),
            lines_removed=whole_number_of(cost.get("totalLinesRemoved")),
            api_errors=self._errors,
            copied_in={key: self._others(group) for key, group in self._groups if len(group.homes) > 1},
        )

    def _others(self, group: Group) -> tuple[str, ...]:
        return tuple(sorted(group.homes.keys() - {self._name}))

    def _interaction(self, group: Group) -> int:
        return bisect_right(self._starts, group.best.place[0]) - 1

    def _response(self, key: str, group: Group) -> Response:
        best = group.best
        counts = best.counts
        return Response(
            key,
            self._name,
            _datetime(best.at),
            _masked(best.model),
            TokenCounts(counts.input, counts.write_5m, counts.write_1h, counts.read, counts.output),
            _context(best.context),
            web_searches=best.searches,
            output_floor=group.open,
            requests=best.requests,
            interaction=self._interaction(group),
        )

    def _tools(self) -> dict[int, dict[str, int]]:
        seen: set[str] = set()
        counted: dict[int, Counter[str]] = defaultdict(Counter)
        for _, group in self._groups:
            for call, tool in group.tools.items():
                if call not in seen:
                    seen.add(call)
                    counted[self._interaction(group)][tool] += 1
        return {index: dict(sorted(counted[index].items())) for index in sorted(counted)}


_STANDARD = PriceContext()
# A history names the same few models many thousand times; a local one may be named by its path in a home folder.
_masked = lru_cache(maxsize=1024)(mask)


def _context(reported: tuple[str, str, str]) -> PriceContext:
    speed, tier, place = reported
    return PriceContext(_masked(speed), _masked(tier), _masked(place)) if any(reported) else _STANDARD


def _name_without_secrets(name: str) -> str:
    """The id as it stands in session files: a file of transcripts may be called anything."""
    masked = mask(name)
    return name if masked == name else f"{masked}-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:12]}"


def _text(texts: Mapping[str, tuple[Any, str]], name: str) -> str:
    return texts[name][1] if name in texts else ""


def _datetime(at: float) -> datetime | None:
    return None if at == NO_TIME else datetime.fromtimestamp(at, UTC)


def _active(times: Sequence[float]) -> timedelta:
    """Between moments in order, given in seconds, but for pauses above 10 minutes; whole microseconds, so that no
    rounding adds up.
    """
    pauses = (later - earlier for earlier, later in pairwise(times))
    return timedelta(microseconds=sum(round(pause * 1e6) for pause in pauses if pause <= LONGEST_PAUSE))


def cost_state(text: str) -> dict[str, Any]:
    """Claude Code's own running total, its amounts as written."""
    try:
        found = json.loads(text, parse_float=Decimal) if text else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def amount_of(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    amount = Decimal(value)
    return amount if 0 <= amount < 10**9 else None


def whole_number_of(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9 else None
