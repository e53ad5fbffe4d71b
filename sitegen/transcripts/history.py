"""What was read from the transcripts of coding agents, in our words: the values every reader ends in."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sitegen.errors import Severity
from sitegen.tokens import Response


@dataclass(frozen=True, slots=True)
class Prompt:
    """A human prompt. `text` is the raw beginning, 400 characters at most, not masked. `source` is "sdk"
    where a program sent it and nobody typed it.
    """

    at: datetime | None
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in a transcript that could not be taken as it stands. `message` never quotes the transcript."""

    path: str
    line: int
    kind: str
    message: str

    @property
    def severity(self) -> Severity:
        """An error where something was left out, a warning where a figure is in doubt, a note where it is normal."""
        return severity_of(self.kind)


_MESSAGES: Mapping[str, tuple[Severity, str]] = {
    "unreadable-file": (Severity.ERROR, "the file cannot be read"),
    "line-too-long": (Severity.ERROR, "longer than 16 MB, skipped"),
    "nul-bytes": (Severity.ERROR, "holds NUL bytes; only a record after leading ones was read"),
    "not-utf8": (Severity.WARNING, "not UTF-8; bad bytes were replaced, the numbers are good"),
    "incomplete-last-line": (Severity.NOTE, "the last line is not complete yet, as in a session that runs"),
    "spliced-line": (Severity.ERROR, "records run into each other; the whole ones were read, fragments dropped"),
    "not-json": (Severity.ERROR, "not JSON, skipped"),
    "too-deep": (Severity.ERROR, "nested too deeply, skipped"),
    "not-an-object": (Severity.ERROR, "not a JSON object, skipped"),
    "no-type": (Severity.WARNING, "usage on a line without a type, not counted"),
    "no-usage": (Severity.WARNING, "an answer without usage figures, not counted"),
    "no-message-id": (Severity.NOTE, "an answer without a message id; copies are known by the line's uuid only"),
    "bad-timestamp": (Severity.WARNING, "not a time with an offset; counted without a date"),
    "odd-date": (Severity.WARNING, "dated before 2020 or after tomorrow; counted without a date"),
    "no-timestamp": (Severity.WARNING, "an answer without a time; counted without a date"),
    "no-cache-split": (Severity.WARNING, "cache writes without a lifetime; taken as 5-minute writes"),
    "cache-split-short": (Severity.WARNING, "cache writes partly without a lifetime; the rest taken as 5-minute"),
    "cache-split-long": (Severity.WARNING, "cache writes by lifetime exceed their total; the parts were taken"),
    "iterations-differ": (Severity.WARNING, "the parts of an answer do not sum to its total; the total was taken"),
}
_MESSAGES_BY_KEY: Mapping[str, tuple[Severity, str]] = {
    "bad-count": (Severity.ERROR, "`{key}` is not a whole number from 0 to 10⁹; the answer was left out"),
    "missing-count": (Severity.WARNING, "`{key}` is not reported; taken as 0 in sums"),
    "repeat-differs": (Severity.WARNING, "copies of one answer differ in `{key}`; the copy with most output was taken"),
}


def severity_of(kind: str) -> Severity:
    return _describe(kind)[0]


def damage(path: str, line: int, kind: str) -> Damage:
    return Damage(path, line, kind, _describe(kind)[1])


def _describe(kind: str) -> tuple[Severity, str]:
    name, _, key = kind.partition(":")
    severity, message = (_MESSAGES_BY_KEY if key else _MESSAGES)[name]
    return severity, message.format(key=key)


@dataclass(frozen=True, slots=True)
class AgentSession:
    """One session of a coding agent, sub-agents included, with the responses that belong to no older session.

    `started` and `ended` are None where no line has a usable time. `active` leaves out pauses above 10 minutes.
    `responses` are sorted by time; `tools` maps an interaction's index (-1: before the first prompt) to the
    number of distinct calls of each tool. `reported_cost` is the agent's own last figure in USD, a guess where
    `reported_unknown`. `title` is the raw beginning of the agent's or user's title, 400 characters at most.
    `copied_in`: by the key of a response, the other sessions that hold a copy of it, by their names in transcripts.
    """

    id: str
    cwd: str
    branch: str
    title: str
    started: datetime | None
    ended: datetime | None
    active: timedelta
    prompts: tuple[Prompt, ...]
    responses: tuple[Response, ...]
    tools: Mapping[int, Mapping[str, int]]
    reported_cost: Decimal | None = None
    reported_unknown: bool = False
    lines_added: int | None = None
    lines_removed: int | None = None
    api_errors: int = 0
    copied_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def output_floor(self) -> bool:
        """True where an output count was never made final, so that the sum is a lower bound."""
        return any(response.output_floor for response in self.responses)

    @property
    def digest(self) -> str:
        """`sha256:…` over key, time, model, counts and price context of each response, sorted by key."""
        lines = sorted(map(_digest_line, self.responses))
        return f"sha256:{hashlib.sha256(''.join(lines).encode(errors='replace')).hexdigest()}"


def _digest_line(response: Response) -> str:
    counts, context = response.counts, response.context
    return (
        f"{response.key} {response.at and response.at.isoformat()} {response.model} {counts.input}"
        f" {counts.cache_write_5m} {counts.cache_write_1h} {counts.cache_read} {counts.output}"
        f" {response.web_searches} {context.speed} {context.tier} {context.geo}\n"
    )


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was read. `sessions` are sorted by start (undated last) and id.

    `damages` names the first 20 places of each kind, by path and line; `damage_counts` counts all of them,
    `file_damage_counts` by path. `synthetic` counts lines the agent wrote itself without a call, `skipped_files`
    files it had put aside, `unknown_lines` lines of a type nobody here knows.
    """

    sessions: tuple[AgentSession, ...] = ()
    damages: tuple[Damage, ...] = ()
    damage_counts: Mapping[str, int] = field(default_factory=dict)
    file_damage_counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    lines: int = 0
    skipped_files: int = 0
    synthetic: int = 0
    unknown_lines: int = 0
