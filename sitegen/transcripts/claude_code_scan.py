"""What one Claude Code transcript file says: its lines into evidence."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from sitegen.transcripts.claude_code_answers import Answer
from sitegen.transcripts.claude_code_files import session_of_path
from sitegen.transcripts.claude_code_lines import Line, Message
from sitegen.transcripts.claude_code_prompts import prompt_text
from sitegen.transcripts.claude_code_reading import read_records
from sitegen.transcripts.claude_code_usage import context_of, counts_of, missing_counts, parts_of
from sitegen.transcripts.evidence import (
    MAIN,
    NO_TIME,
    PROGRESS,
    SIDECHAIN,
    Copy,
    Counts,
    Group,
    Place,
    PromptLine,
    Scan,
    SessionLines,
)

TEXT_LIMIT = 400
_LONGEST_COST_STATE = 2**16
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
_CONVERSATION = frozenset({"user", "assistant", "attachment", "system"})
_KNOWN = _CONVERSATION | {
    "agent-name",
    "ai-title",
    "atis-latch",
    "bridge-session",
    "cost-state",
    "custom-title",
    "file-history-delta",
    "file-history-snapshot",
    "frame-link",
    "last-prompt",
    "mode",
    "permission-mode",
    "pr-link",
    "progress",
    "queue-operation",
    "summary",
}


def scan_files(files: Iterable[tuple[int, str]], latest: float) -> Scan:
    """`files` are numbers and paths; `latest` is the last credible time, in seconds since 1970."""
    scan = Scan()
    for number, path in files:
        try:
            FileScanner(scan, number, path, latest).scan()
        except OSError:
            scan.note_damage(number, 1, "unreadable-file")
    return scan


class FileScanner:
    """Walks one file and keeps where it is: the line, the session, the last time seen."""

    def __init__(self, scan: Scan, file: int, path: str, latest: float) -> None:
        self._all, self._file, self._path, self._latest = scan, file, path, latest
        self._default_session = session_of_path(path)
        self._session_id, self._session = "", SessionLines()
        self._number, self._timeless = 0, False
        self._seen = self._earliest = NO_TIME
        self._surroundings: tuple[str | None, str | None] = (None, None)
        self._last_uuid: str | None = None
        self._answer: Answer | None = None
        self._anonymous: dict[str, int] = {}

    def scan(self) -> None:
        for number, raw, line, kinds in read_records(self._path):
            self._number = number
            if line is None:
                for kind in kinds:
                    self._damage(kind)
                continue
            name = line.session_id or self._default_session
            if name != self._session_id:
                self._enter_session(name)
            if line.type in _CONVERSATION:
                self._take_conversation(line, raw, kinds)
            else:
                self._take_other(line, raw, kinds)
        self._leave_session()
        self._all.lines += self._number

    def _damage(self, kind: str) -> None:
        self._all.note_damage(self._file, self._number, kind)

    def _place(self) -> Place:
        return (self._seen, self._file, self._number)

    def _enter_session(self, name: str) -> None:
        self._leave_session()
        self._session_id, self._session = name, self._all.session(name)
        self._surroundings = (None, None)

    def _leave_session(self) -> None:
        self._finish_answer()
        if self._last_uuid:
            self._session.note_last("uuid", self._place(), self._last_uuid)
            self._last_uuid = None

    def _take_conversation(self, line: Line, raw: bytes, kinds: tuple[str, ...]) -> None:
        at = self._time(line.timestamp, kinds)
        if at != NO_TIME:
            self._seen = at
            self._session.times.add(at)
        if at < self._earliest or (line.cwd, line.git_branch) != self._surroundings or line.forked_from:
            self._note_surroundings(line)
        if not line.is_sidechain:
            self._last_uuid = line.uuid
        if line.type == "assistant":
            side = SIDECHAIN if line.is_sidechain else MAIN
            self._take_answer(line.message, line.request_id, line.uuid, at, side, raw, kinds)
            if line.is_api_error_message and line.message is not None and line.message.model == "<synthetic>":
                self._session.errors[line.uuid or line.message.id or str(at)] = at
        elif line.type == "user" and not line.is_sidechain:
            self._take_prompt(line, at)

    def _note_surroundings(self, line: Line) -> None:
        """Where the session works, from its first lines."""
        place = self._place()
        if line.cwd:
            self._session.note_first("cwd", place, line.cwd)
        if line.git_branch:
            self._session.note_first("branch", place, line.git_branch)
        if line.forked_from is not None and line.forked_from.session_id:
            self._session.note_first("fork", place, line.forked_from.session_id)
        self._surroundings = (line.cwd, line.git_branch)
        self._earliest = self._seen

    def _time(self, time: datetime | None, kinds: tuple[str, ...]) -> float:
        self._timeless = time is None and "bad-timestamp" not in kinds
        if time is not None and time.tzinfo is not None:
            at = time.timestamp()
            if _EARLIEST <= at <= self._latest:
                return at
            self._damage("odd-date")
        elif time is not None or "bad-timestamp" in kinds:
            self._damage("bad-timestamp")
        return NO_TIME

    def _take_other(self, line: Line, raw: bytes, kinds: tuple[str, ...]) -> None:
        if line.type == "progress":
            self._take_progress(line, raw, kinds)
        elif line.type in _KNOWN:
            self._take_metadata(line, raw)
        elif line.type is None and line.message is not None and line.message.usage is not None:
            self._damage("no-type")
        else:
            self._all.unknown += 1

    def _take_progress(self, line: Line, raw: bytes, kinds: tuple[str, ...]) -> None:
        data = line.data
        inner = data.message if data is not None and data.type == "agent_progress" else None
        if inner is None or inner.message is None or inner.type not in (None, "assistant"):
            self._note_other_time(line)
        elif inner.message.usage is not None or kinds:
            at = self._time(inner.timestamp or line.timestamp, kinds)
            if at != NO_TIME:
                self._seen = at
                self._session.times.add(at)
            request, uuid = inner.request_id or line.request_id, inner.uuid or line.uuid
            self._take_answer(inner.message, request, uuid, at, PROGRESS, raw, kinds)

    def _note_other_time(self, line: Line) -> None:
        if line.timestamp is not None and line.timestamp.tzinfo is not None:
            self._session.other_times.add(line.timestamp.timestamp())

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
        if message is not None:
            answer = self._answer
            if answer and answer.takes(message, self._session_id, side, at, self._seen, self._number):
                return
            if message.model == "<synthetic>":
                self._all.synthetic += 1
                return
        bad = [kind for kind in kinds if kind.startswith("bad-count")]
        if message is None or message.usage is None or bad:
            for kind in bad or ["no-usage"]:
                self._damage(kind)
            return
        doubts = {"no-timestamp": self._timeless, "no-message-id": not message.id}
        flags = tuple(kind for kind, holds in doubts.items() if holds)
        self._finish_answer()
        answer = Answer(message, message.usage, self._session_id, side, at, self._seen, self._number, flags)
        if message.id and message.id.startswith("msg_") and not message.usage.iterations:
            self._answer = answer
        else:
            self._note_answer(self._key(message.id, request, uuid, at, raw), answer)

    def _key(self, message_id: str | None, request: str | None, uuid: str | None, at: float, raw: bytes) -> str:
        """What names a response in all transcripts of the world. A gateway's ids may come back in other sessions.

        A line without any id is known by its bytes and how often they came before in this file.
        """
        if message_id:
            if message_id.startswith("msg_"):
                return message_id
            return f"{self._session_id}/{message_id}/{request or at}"
        if uuid:
            return uuid
        digest = hashlib.sha256(raw.strip()).hexdigest()[:24]
        number = self._anonymous[digest] = self._anonymous.get(digest, 0) + 1
        return f"line-{digest}-{number}"

    def _finish_answer(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            self._note_answer(answer.message.id or "", answer)

    def _note_answer(self, key: str, answer: Answer) -> None:
        usage, model, flags = answer.usage, answer.message.model or "", answer.flags
        counts, doubts = counts_of(usage)
        doubts += missing_counts(usage)
        context = context_of(usage)
        if usage.iterations:
            model, parts, more = parts_of(usage, model)
            doubts += more
            for part in parts:
                copy = self._copy(answer, part.counts, part.model, context, part.flags, final=True)
                self._note_copy(f"{key}#{part.name}", replace(copy, requests=0), open_=False, tools={})
        final = answer.message.stop_reason is not None
        copy = self._copy(answer, counts, model, context, flags + doubts, final=final)
        if usage.server_tool_use is not None and usage.server_tool_use.web_search_requests:
            copy = replace(copy, searches=usage.server_tool_use.web_search_requests)
        self._note_copy(key, copy, open_=answer.open, tools=answer.tools)

    def _copy(
        self,
        answer: Answer,
        counts: Counts,
        model: str,
        context: tuple[str, str, str],
        flags: tuple[str, ...],
        *,
        final: bool,
    ) -> Copy:
        place = (answer.when, self._file, answer.line)
        session, side, at = answer.session, answer.side, answer.at
        return Copy(counts, final, side, at, place, session, model, context, flags=flags)

    def _note_copy(self, key: str, copy: Copy, *, open_: bool, tools: dict[str, str]) -> None:
        self._all.note_copy(key, Group(copy, open_, {copy.session: copy.side}, (), tools))

    def _take_prompt(self, line: Line, at: float) -> None:
        text = prompt_text(line)
        if text is not None:
            source = "sdk" if line.prompt_source == "sdk" else ""
            prompt = PromptLine(self._place(), at, text[:TEXT_LIMIT], source)
            uuid = line.uuid or hashlib.sha256(f"{self._session_id} {at} {text}".encode()).hexdigest()
            self._session.note_prompt(uuid, prompt)

    def _take_metadata(self, line: Line, raw: bytes) -> None:
        if line.type == "custom-title" and line.custom_title:
            self._session.note_last("custom-title", self._place(), line.custom_title[:TEXT_LIMIT])
        elif line.type == "ai-title" and line.ai_title:
            self._session.note_last("ai-title", self._place(), line.ai_title[:TEXT_LIMIT])
        elif line.type == "summary" and line.summary:
            self._take_summary(line.summary[:TEXT_LIMIT], line.leaf_uuid)
        elif line.type == "cost-state" and len(raw) <= _LONGEST_COST_STATE:
            self._session.note_last("cost-state", self._place(), raw.decode(errors="replace"))
        elif line.timestamp is not None:
            self._note_other_time(line)

    def _take_summary(self, text: str, leaf: str | None) -> None:
        """A summary may stand in another session's file: the line it points to says whose it is."""
        if leaf:
            self._all.note_summary(leaf, (self._place(), text))
        else:
            self._session.note_last("summary", self._place(), text)
