"""A tree of made-up Claude Code transcripts: the same bytes for the same size and seed.

Sizes of files, shares of line types, streamed copies, sub-agents and bulky tool results are as in real trees;
every word is invented. All lines are well-formed, so that other readers must come to the same totals.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

_SIZES = ((0.0, 4e3), (0.5, 105e3), (0.9, 654e3), (0.99, 5.4e6), (1.0, 87e6))
"""Share of files and their size in bytes, as measured on 3,142 files."""
_WORDS = [
    "return",
    "value",
    "parser",
    "session",
    "cache",
    "route",
    "handler",
    "index",
    "token",
    "model",
    "store",
    "report",
    "build",
    "check",
    "import",
    "class",
    "def",
    "for",
    "while",
    "if",
    "else",
    "None",
    "True",
    "config",
    "path",
    "line",
    "column",
    "offset",
    "buffer",
]
_MODELS = ("claude-opus-4-6", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
_TOOLS = ("Read", "Edit", "Bash", "Grep", "Write", "Glob")
_START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass
class _Pieces:
    """Text that is already escaped for JSON, in paragraphs of about 200 to 2,000 bytes."""

    random: random.Random
    paragraphs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.paragraphs = [self._paragraph() for _ in range(400)]

    def _paragraph(self) -> str:
        lines = [
            "    " * self.random.randrange(4) + " ".join(self.random.choices(_WORDS, k=self.random.randint(3, 14)))
            for _ in range(self.random.randint(4, 30))
        ]
        quoted = [f'{line} "{self.random.choice(_WORDS)}"' if len(line) % 5 == 0 else line for line in lines]
        if self.random.random() < 0.06:
            quoted.append("naïve → über ✓")
        return json.dumps("\n".join(quoted) + "\n", ensure_ascii=False)[1:-1]

    def text(self, size: float) -> str:
        pieces: list[str] = []
        total = 0
        while total < size:
            pieces.append(self.random.choice(self.paragraphs))
            total += len(pieces[-1])
        return "".join(pieces)


class _Transcript:
    """One file in the making: an envelope, a clock and a counter for identifiers."""

    def __init__(self, pieces: _Pieces, session: str, cwd: str, started: datetime, agent: str = "") -> None:
        self.random, self.pieces, self.session, self.clock = pieces.random, pieces, session, started
        self.parent, self.agent = "null", agent
        self.new_layout = self.random.random() < 0.6
        self.place = (
            f'"userType":"external","cwd":"{cwd}","sessionId":"{session}","version":"2.1.200","gitBranch":"main"'
        )
        self.model = self.random.choices(_MODELS, (6, 3, 1))[0]
        self.context = self.random.randint(12_000, 30_000)

    def identifier(self, prefix: str) -> str:
        return f"{prefix}{self.random.getrandbits(100):025x}"

    def line(self, kind: str, payload: str, after: str = "") -> bytes:
        self.clock += timedelta(milliseconds=self.random.randint(300, 9_000))
        uuid = f"{self.random.getrandbits(128):032x}"
        head = f'{{"parentUuid":{self.parent},"isSidechain":{"true" if self.agent else "false"}'
        head += f',"agentId":"{self.agent}"' if self.agent else ""
        time = self.clock.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.clock.microsecond // 1000:03d}Z"
        middle = f'{payload}"type":"{kind}","uuid":"{uuid}","timestamp":"{time}"'
        self.parent = f'"{uuid}"'
        text = (
            f"{head},{middle}{after},{self.place}}}\n"
            if self.new_layout
            else f"{head},{self.place},{middle}{after}}}\n"
        )
        return text.encode()

    def prompt(self) -> bytes:
        text = self.pieces.text(self.random.choice((60, 400, 1500)))
        return self.line("user", f'"message":{{"role":"user","content":"{text}"}},')

    def response(self) -> Iterator[bytes]:
        """One response as one line for each block; the output count grows to its final value on the last."""
        message, request = self.identifier("msg_01"), self.identifier("req_01")
        written = self.random.randint(200, 4_000)
        output = self.random.randint(60, 2_500)
        five = written if self.random.random() < 0.2 else 0
        fixed = (
            f'"input_tokens":{self.random.randint(1, 12)},"cache_creation_input_tokens":{written},'
            f'"cache_read_input_tokens":{self.context},"cache_creation":{{"ephemeral_5m_input_tokens":{five},'
            f'"ephemeral_1h_input_tokens":{written - five}}}'
        )
        blocks = self._blocks()
        for number, block in enumerate(blocks, 1):
            final = number == len(blocks)
            usage = f'{fixed},"output_tokens":{output if final else 3},"service_tier":"standard"'
            stop = '"tool_use"' if final else "null"
            yield self.line(
                "assistant",
                f'"message":{{"model":"{self.model}","id":"{message}","type":"message","role":"assistant",'
                f'"content":[{block}],"stop_reason":{stop},"stop_sequence":null,"usage":{{{usage}}}}},'
                f'"requestId":"{request}",',
            )
        self.context += written + output

    def _blocks(self) -> list[str]:
        blocks = []
        if self.random.random() < 0.5:
            signature = f"{self.random.getrandbits(4 * 900):0900x}"
            blocks.append(f'{{"type":"thinking","thinking":"{self.pieces.text(300)}","signature":"{signature}"}}')
        if self.random.random() < 0.4:
            blocks.append(f'{{"type":"text","text":"{self.pieces.text(250)}"}}')
        for _ in range(self.random.choice((1, 1, 1, 2))):
            size = self.random.choice((80, 300, 3_000))
            blocks.append(
                f'{{"type":"tool_use","id":"{self.identifier("toolu_01")}","name":"{self.random.choice(_TOOLS)}",'
                f'"input":{{"file_path":"src/parser.py","new_string":"{self.pieces.text(size)}"}}}}'
            )
        return blocks

    def tool_result(self) -> bytes:
        text = self.pieces.text(math.exp(self.random.gauss(7.9, 1.2)))
        block = f'{{"tool_use_id":"{self.identifier("toolu_01")}","type":"tool_result","content":"{text}"}}'
        after = f',"toolUseResult":{{"type":"text","file":{{"content":"{text}","numLines":40}}}}'
        return self.line("user", f'"message":{{"role":"user","content":[{block}]}},', after)

    def attachment(self) -> bytes:
        text = self.pieces.text(self.random.choice((100, 500, 2_500)))
        return self.line("attachment", f'"attachment":{{"type":"hook_success","content":"{text}"}},')

    def metadata(self) -> bytes:
        title = " ".join(self.random.choices(_WORDS[:15], k=4))
        return self.random.choice(
            (
                f'{{"type":"ai-title","aiTitle":"{title}","sessionId":"{self.session}"}}\n',
                f'{{"type":"last-prompt","lastPrompt":"{title} …","sessionId":"{self.session}"}}\n',
                f'{{"type":"permission-mode","permissionMode":"default","sessionId":"{self.session}"}}\n',
                f'{{"type":"file-history-snapshot","messageId":"{self.identifier("")}","snapshot":{{}},"isSnapshotUpdate":false}}\n',
            )
        ).encode()

    def turn(self) -> Iterator[bytes]:
        if not self.agent:
            yield self.prompt()
        self.clock += timedelta(minutes=self.random.choice((0, 0, 1, 25)))
        for _ in range(self.random.randint(2, 14)):
            yield from self.response()
            yield self.tool_result()
            if self.random.random() < 0.6:
                yield self.attachment()
            for _ in range(self.random.choice((0, 0, 1, 3))):
                yield self.metadata()

    def write(self, path: Path, size: float) -> int:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with path.open("wb") as file:
            while written < size:
                written += sum(file.write(line) for line in self.turn())
        return written


def _size(share: float) -> float:
    for (low, small), (high, large) in pairwise(_SIZES):
        if share <= high:
            part = ((share - low) / (high - low)) ** (3 if high == 1 else 1)
            return math.exp(math.log(small) + part * math.log(large / small))
    raise AssertionError(share)


def write_tree(folder: Path, megabytes: float, seed: int = 7) -> tuple[int, int]:
    """Write `projects/` below the folder. Returns files and bytes written, at least the size asked for."""
    pieces = _Pieces(random.Random(seed))
    files = written = 0
    while written < megabytes * 1_000_000:
        project = f"project-{pieces.random.randrange(40):02d}"
        slug = folder / "projects" / f"-home-ana-{project}"
        session = f"{pieces.random.getrandbits(128):032x}"
        started = _START + timedelta(minutes=pieces.random.randrange(150_000))
        size = min(_size(pieces.random.random()), megabytes * 1_000_000 / 8)
        names = [(slug / f"{session}.jsonl", "", size)]
        if pieces.random.random() < 0.25:
            agents = [f"{pieces.random.getrandbits(68):017x}" for _ in range(pieces.random.randint(1, 4))]
            names += [(slug / session / "subagents" / f"agent-{a}.jsonl", a, size / 4) for a in agents]
        for path, agent, bytes_ in names:
            transcript = _Transcript(pieces, session, f"/home/ana/{project}", started, agent)
            written += transcript.write(path, bytes_)
            files += 1
    return files, written
