"""Secrets and personal details in text: find them, and leave them out of whatever is written.

The detectors know the shapes of known secrets only. Every pattern is bounded, so that no input makes it slow.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
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
    """`needles`: in lower case; whatever the pattern matches holds one of them, and they are quick to find.

    A match begins at most `before` characters before its needle.
    """

    rule: str
    level: Level
    needles: tuple[str, ...]
    pattern: str
    before: int = 0

    @property
    def compiled(self) -> re.Pattern[str]:
        """Most texts hold no needle at all."""
        return _compiled(self.pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _detector(rule: str, needles: str, pattern: str, *, level: Level = "secret", before: int = 0) -> _Detector:
    return _Detector(rule, level, tuple(needles.split()), pattern, before)


_DETECTORS = (
    _detector("anthropic-key", "sk-", r"(?<![A-Za-z0-9])sk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{20,}"),
    _detector("openai-key", "sk-", r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
    _detector("model-api-key", "gsk_ xai-", r"(?<![A-Za-z0-9])(?:gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{60,})"),
    _detector(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    ),
    _detector("gitlab-token", "glpat-", r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}"),
    _detector("aws-key-id", "akia asia", r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _detector(
        "aws-secret",
        "aws",
        r"(?i)(?<![A-Za-z0-9])aws.{0,20}secret.{0,20}[=:]\s{0,20}[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    ),
    _detector("slack-token", "xox xapp-", r"(?<![A-Za-z0-9])(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}"),
    _detector(
        "slack-webhook",
        "hooks.slack.com",
        r"(?<![A-Za-z0-9])hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,200}",
    ),
    _detector("stripe-key", "k_live_ k_test_", r"(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}", before=1),
    _detector("google-key", "aiza", r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}"),
    _detector("google-secret", "gocspx-", r"(?<![A-Za-z0-9])GOCSPX-[A-Za-z0-9_-]{24,}"),
    _detector("sendgrid-key", "sg.", r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,80}"),
    _detector("npm-token", "npm_", r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _detector("pypi-token", "pypi-", r"(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,}"),
    _detector("hf-token", "hf_", r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}"),
    # Its first two parts are enough: the beginning of a long one may be all there is.
    _detector(
        "jwt", "eyj", r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]+)?"
    ),
    # Without an end in sight it hides what follows, rather than nothing.
    _detector(
        "private-key",
        "-----begin",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[\s\S]{0,8000}?-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|[\s\S]{0,8000})",
    ),
    _detector(
        "url-password",
        "://",
        r"(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]{1,80}:[^\s/@\"'<>]{3,200}@[^\s\"'<>]{1,200}",
        before=21,
    ),
    _detector(
        "auth-header",
        "authorization api",
        r"(?i)(?<![A-Za-z0-9])(?:authorization|x-api-key)\s{0,20}[:=]\s{0,20}[\"']?"
        r"(?:bearer\s{1,20}|basic\s{1,20}|token\s{1,20})?[A-Za-z0-9._~+/=-]{16,}",
        before=2,
    ),
    # `DB_PASSWORD=` counts; a call, a variable or a sentence that goes on (`password: validation fails`) does not.
    _detector(
        "assigned-secret",
        "passw pwd secret api token",
        r"(?i)(?:(?<![A-Za-z0-9])(?:password|passwd|pwd|secret(?:[_-]?(?:access[_-]?)?key)?|api[_-]?key)"
        r"|(?:(?<=access)|(?<=access[_-])|(?<=auth[_-])|(?<=refresh[_-]))token|(?<=client)secret)\b"
        r"[\"']?\s{0,20}[:=]\s{0,20}[\"']?"
        r"(?![$<{*(\[]|(?:null|none|true|false|env|redacted)\b|(?:os|self|process)\.|[a-z_.]{1,60}\(|[a-z]{8,20} [a-z]"
        r"|(?:[a-z]{1,20}[_.]){0,4}(?:password|passwd|secret|api_key|token)(?![\w-]))"
        r"[^\s\"',;]{8,}",
    ),
    _detector(
        "email",
        "@",
        r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,7}\.(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{2,59})(?![A-Za-z0-9])",
        level="personal",
        before=64,
    ),
    _detector(
        "home-path",
        "home users /root",
        r"(?:(?<![A-Za-z0-9.])|(?<=\s-[A-Z]))(?:(?:/home/|(?:(?:/mnt)?/[a-z])?/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})[^\s\"'`<>:)\[]{1,200}"
        r"|/root\b[^\s\"'`<>:)\[]{0,200})"
        r"|(?<![A-Za-z0-9])-(?:home|Users)-[A-Za-z0-9_-]{3,100}",
        level="personal",
        before=7,
    ),
    _detector(
        "private-ip",
        "10. 172. 192.168.",
        r"(?<![A-Za-z0-9])(?:10\.[0-9]{1,3}|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168)(?:\.[0-9]{1,3}){2}(?![A-Za-z0-9])",
        level="personal",
    ),
)
KINDS: Mapping[str, Level] = {detector.rule: detector.level for detector in _DETECTORS}
"""Every kind of finding there is, with its level."""

_NEVER = re.compile(
    r"@(?:[a-z0-9-]{1,63}\.){0,8}example\.(?:com|org|net)$|@users\.noreply\.github\.com$|^noreply@|^git@|\[REDACTED:",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?:(?:/mnt)?/[a-z](?=/Users))?/(?:home|Users)/[^/\s]*|/root|[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s]*")
_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-?]{0,32}[ -/]{0,8}[@-~]")


def find_secrets(text: str) -> tuple[Finding, ...]:
    """In the order of the text. Of overlapping ones a secret wins, then the earliest, then the longest."""
    found = sorted(_candidates(text), key=lambda each: (each.start, -each.length))
    kept: list[Finding] = []
    for level in ("secret", "personal"):
        kept = _without_overlap(kept, (each for each in found if each.level == level))
    return tuple(kept)


def _candidates(text: str) -> Iterator[Finding]:
    lowered = _in_lower_case(text)
    for detector in _DETECTORS:
        for needle in detector.needles:
            for match in _matches(detector, needle, text, lowered):
                found = match.group()
                if not _NEVER.search(found):
                    yield Finding(detector.rule, detector.level, match.start(), len(found), _digest(found))


def _in_lower_case(text: str) -> str:
    """Of the same length, so that places stay: a few letters have two characters in lower case."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if char.isascii() else char for char in text)


def _matches(detector: _Detector, needle: str, text: str, lowered: str) -> Iterator[re.Match[str]]:
    """The pattern tried only where a needle allows it to begin. No needle stands before itself in a match."""
    free = 0
    at = lowered.find(needle)
    while at >= 0:
        first = max(free, at - detector.before)
        free = at + 1
        for start in range(first, at + 1):
            if match := detector.compiled.match(text, start):
                yield match
                free = max(free, match.end())
                break
        at = lowered.find(needle, free)


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
