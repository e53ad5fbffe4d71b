"""The rule about git's history: a commit that an AI helped to write belongs to a session of the ledger."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from sitegen.errors import Location, Problem, Severity, warning
from sitegen.masking import one_line
from sitegen.rules.rule import Rule
from sitegen.session import Session

AGENTS: tuple[tuple[str, str], ...] = (
    ("Aider", "*@aider.chat"),
    ("Amp", "*@ampcode.com"),
    ("Claude", "*@anthropic.com"),
    ("Codex", "*@openai.com"),
    ("Codex", "chatgpt-codex-connector@github"),
    ("Copilot", "copilot-swe-agent@github"),
    ("Copilot", "copilot@github"),
    ("Copilot", "copilot@github.com"),
    ("Crush", "crush@charm.land"),
    ("Cursor", "cursoragent@cursor.com"),
    ("Cursor", "noreply@cursor.com"),
    ("Devin", "devin-ai-integration@github"),
    ("Droid", "*@factory.ai"),
    ("Droid", "factory-droid@github"),
    ("Gemini", "gemini-cli@google.com"),
    ("Gemini", "gemini-code-assist@github"),
    ("Gemini", "gemini-code-assist@google.com"),
    ("Jules", "google-labs-jules@github"),
    ("OpenCode", "*@opencode.ai"),
    ("OpenHands", "openhands@all-hands.dev"),
    ("Qwen", "qwen-coder@alibabacloud.com"),
    ("Windsurf", "noreply@codeium.com"),
)
"""Each agent with an address that it signs with; `…@github` is any of GitHub's no-reply addresses of that account.

Names alone say nothing: people are called Claude and Devin, too.
"""
_TRAILER = re.compile(r"^co-authored-by:[^<>\r\n]{0,200}<\s*([^<>\s]{3,200})\s*>\s*$", re.IGNORECASE | re.MULTILINE)
_GITHUB = re.compile(r"^(?:\d{1,12}\+)?(.+?)(?:\[bot\])?@users\.noreply\.github\.com$")
_SHORTEST = 7
"""Digits of a commit's hash from which on a session names it: git itself abbreviates to no fewer."""


@dataclass(frozen=True, slots=True)
class Commit:
    """`hash` in full. `at`: when it was written, which a rebase leaves as it was; None where git has no such day."""

    hash: str
    at: datetime | None
    message: str

    @property
    def subject(self) -> str:
        return self.message.strip().partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Work:
    """Where the commits were made, each empty where nobody knows."""

    project: str = ""
    branch: str = ""


def co_author(message: str) -> str | None:
    """The agent that a commit's message names as co-author."""
    for address in _TRAILER.findall(message):
        plain = _GITHUB.sub(r"\1@github", address.lower())
        for name, pattern in AGENTS:
            if fnmatchcase(plain, pattern):
                return name
    return None


def check_commits(commits: Sequence[Commit], sessions: Sequence[Session], work: Work) -> Iterator[Problem]:
    """Commits with an AI as co-author that no session names, nor was at work on when they were written."""
    named = [name.lower() for session in sessions for name in session.git.commits if len(name) >= _SHORTEST]
    for commit in commits:
        agent = co_author(commit.message)
        if agent is None or commit.hash.startswith(tuple(named)):
            continue
        if not any(_was_at_work(session, commit, work) for session in sessions):
            yield _missing(commit, agent)


def _was_at_work(session: Session, commit: Commit, work: Work) -> bool:
    if commit.at is None or session.started is None or commit.at < session.started:
        return False
    if session.ended is not None and commit.at > session.ended:
        return False
    return _is_of(session, work)


def _is_of(session: Session, work: Work) -> bool:
    """A checkout elsewhere may have another name, and no branch: only what is known on both sides can differ."""
    same_project = "" in (session.project, work.project) or session.project == work.project
    same_branch = "" in (session.git.branch, work.branch) or session.git.branch == work.branch
    return same_project or same_branch


def _missing(commit: Commit, agent: str) -> Problem:
    subject = one_line(commit.subject) or "without a message"
    message = f"no session tells of commit {commit.hash[:_SHORTEST]} ({subject}), which names {agent} as co-author"
    hint = "`sessions import` on the machine where it was made, or name it in a session: `git: {commits: [...]}`"
    return warning("commit-without-session", Location("sessions"), message, hint)


RULES = (
    Rule(
        "commit-without-session",
        Severity.WARNING,
        "with `--since`: a commit that names an AI as co-author belongs to a session",
    ),
)
