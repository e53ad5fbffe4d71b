"""Secrets and personal details in text: find them, and leave them out of whatever is written.

The detectors know the shapes of known secrets only. Every pattern is bounded, so that no input makes it slow.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Literal

Level = Literal["secret", "personal"]

_DIGEST_PREFIX = b"sessions finding 1\n"
_WINDOW = 20_000
"""Characters looked at for one line: far more than are shown, and enough for any secret among them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where something stands that should not be published; never the text itself.

    `start` and `length` count characters. `digest` names the text in an allow-list: 16 hexadecimal digits.
    """

    rule: str
    level: Level
    start: int
    length: int
    digest: str = ""

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class _Detector:
    """`needles`: in lower case. Whatever the pattern matches holds one of them; they are faster to find."""

    rule: str
    level: Level
    needles: tuple[str, ...]
    pattern: re.Pattern[str]


def _detector(rule: str, needles: str, pattern: str, level: Level = "secret") -> _Detector:
    return _Detector(rule, level, tuple(needles.split()), re.compile(pattern))


_DETECTORS = (
    _detector("anthropic-key", "sk-ant-", r"\bsk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{20,}"),
    _detector("openai-key", "sk-", r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
    _detector(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    ),
    _detector("gitlab-token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    _detector("aws-key-id", "akia asia", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    _detector("aws-secret", "aws", r"(?i)\baws.{0,20}secret.{0,20}[=:]\s{0,20}[\"']?[A-Za-z0-9/+]{40}\b"),
    _detector("slack-token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _detector("stripe-key", "k_live_ k_test_", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _detector("google-key", "aiza", r"\bAIza[A-Za-z0-9_-]{35}"),
    _detector("npm-token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _detector("pypi-token", "pypi-", r"\bpypi-[A-Za-z0-9_-]{50,}"),
    _detector("hf-token", "hf_", r"\bhf_[A-Za-z]{30,}\b"),
    _detector("jwt", "eyj", r"\beyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{10,}"),
    # Without an end in sight it hides what follows, rather than nothing.
    _detector(
        "private-key",
        "private",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
        r"(?:[\s\S]{0,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----|[\s\S]{0,8000})",
    ),
    _detector(
        "url-password",
        "://",
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{1,80}:[^\s/@\"'<>]{3,200}@[^\s\"'<>]{1,200}",
    ),
    _detector(
        "auth-header",
        "authorization x-api-key",
        r"(?i)\b(?:authorization|x-api-key)\s{0,20}[:=]\s{0,20}[\"']?"
        r"(?:bearer\s{1,20}|basic\s{1,20}|token\s{1,20})?[A-Za-z0-9._~+/=-]{16,}",
    ),
    _detector(
        "assigned-secret",
        "password passwd pwd secret api_key api-key apikey access_token access-token accesstoken",
        r"(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|client[_-]?secret)\b"
        r"[\"']?\s{0,20}[:=]\s{0,20}[\"']?"
        r"(?!\$|<|\{|\*|null\b|none\b|true\b|false\b|os\.|env\b|redacted)[^\s\"',;]{8,}",
    ),
    _detector(
        "email",
        "@",
        r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\b",
        "personal",
    ),
    _detector(
        "home-path",
        r"/home/ /users/ /root \users\ -home- -users-",
        r"(?<![\w.])(?:(?:/home/|/Users/|[A-Za-z]:\\Users\\)[^\s\"'`<>:)\[]{1,200}|/root\b[^\s\"'`<>:)\[]{0,200})"
        r"|(?<![A-Za-z0-9])-(?:home|Users)-[A-Za-z0-9_-]{3,100}",
        "personal",
    ),
    _detector(
        "private-ip",
        "10. 172. 192.168.",
        r"\b(?:10\.[0-9]{1,3}|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168)(?:\.[0-9]{1,3}){2}\b",
        "personal",
    ),
)

_NEVER = re.compile(
    r"@(?:[a-z0-9-]{1,63}\.){0,8}example\.(?:com|org|net)$|@users\.noreply\.github\.com$|^noreply@|\[REDACTED:",
    re.IGNORECASE,
)
_HOME = re.compile(r"/(?:home|Users)/[^/\s]*|/root|[A-Za-z]:\\Users\\[^\\\s]*")
_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-?]{0,32}[ -/]{0,8}[@-~]")


def find_secrets(text: str) -> tuple[Finding, ...]:
    """In the order of the text. Of overlapping ones a secret wins, then the earliest, then the longest."""
    found = sorted(_candidates(text), key=lambda each: (each.start, -each.length))
    kept: list[Finding] = []
    for level in ("secret", "personal"):
        kept = _without_overlap(kept, (each for each in found if each.level == level))
    return tuple(kept)


def _candidates(text: str) -> Iterable[Finding]:
    lowered = text.lower()
    for detector in _DETECTORS:
        if any(needle in lowered for needle in detector.needles):
            for match in detector.pattern.finditer(text):
                if not _NEVER.search(match.group()):
                    yield Finding(
                        detector.rule,
                        detector.level,
                        match.start(),
                        len(match.group()),
                        _digest(match.group()),
                    )


def _digest(text: str) -> str:
    return sha256(_DIGEST_PREFIX + text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _without_overlap(kept: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Both, sorted; of `more` (sorted) only what touches neither `kept` nor what came before it."""
    free: list[Finding] = []
    position = 0
    blocking = iter(kept)
    block = next(blocking, None)
    for each in more:
        while block is not None and block.end <= each.start:
            block = next(blocking, None)
        if each.start >= position and (block is None or each.end <= block.start):
            free.append(each)
            position = each.end
    return sorted(chain(kept, free), key=lambda each: each.start)


def mask(text: str) -> str:
    """Without what `find_secrets` finds: `[REDACTED:rule]` in its place, `~` for a home folder."""
    while findings := find_secrets(text):
        parts: list[str] = []
        position = 0
        for each in findings:
            parts += text[position : each.start], _masked(each, text[each.start : each.end])
            position = each.end
        text = "".join((*parts, text[position:]))
    return text


def _masked(finding: Finding, found: str) -> str:
    if finding.rule == "home-path" and not found.startswith("-"):
        return _HOME.sub("~", found, count=1)
    return f"[REDACTED:{finding.rule}]"


def one_line(text: str, limit: int = 72) -> str:
    """Masked, on one line, without characters that no one sees, and no longer than `limit` characters.

    What is too long is cut after a word, and `…` says so.
    """
    flat = " ".join(_visible(text).split())
    window = flat if len(flat) <= _WINDOW else flat[:_WINDOW].rpartition(" ")[0] or flat[:_WINDOW]
    return _cut(mask(window), limit)


def _visible(text: str) -> str:
    """White space as blanks; without terminal colours, controls, marks of direction and half characters."""
    plain = " ".join(_TERMINAL_COLOURS.sub("", text).split())
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(char for char in plain if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})


def _cut(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    head, after = line[: limit - 1], line[limit - 1]
    words = head.rpartition(" ")[0]
    if after != " " and len(words) >= limit // 3:
        head = words
    return f"{head.rstrip()}…"
