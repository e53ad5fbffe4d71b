"""The gate before a site that strangers may read: it holds nothing secret and nothing personal, or it is not there.

Both sides are looked through, the files of the ledger before the site is built and the finished site after it.
What cannot be looked through is not published.
"""

import gzip
import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from sitegen.errors import Location, Problem, ProblemError, Severity, error, sorted_problems
from sitegen.ledger import Ledger
from sitegen.masking import KINDS
from sitegen.processes import spread
from sitegen.rules.privacy import SECRET, location_in, look_through, look_through_text
from sitegen.settings import Settings
from sitegen.store import read_file, session_files
from sitegen.templates import own_templates

BUILD, DENY_LIST = "SESSIONS_BUILD", "SESSIONS_DENYLIST"
"""Variables of the environment: what kind of build is wanted, and a file of words that must not be published."""
REQUIRED = frozenset(
    {
        *("anthropic-key", "openai-key", "github-token", "gitlab-token", "aws-key-id", "aws-secret", "slack-token"),
        *("stripe-key", "google-key", "npm-token", "pypi-token", "hf-token", "jwt", "private-key", "url-password"),
        *("auth-header", "assigned-secret", "email", "home-path", "private-ip"),
    }
)
"""The kinds of findings without which no scan counts as one."""
_WORDS = {"public", "incognito"}
_MANY_PAGES = 60
_JSON_SUFFIXES = (".json", ".js", ".map")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"\\/bfnrt]))")
_TAG = re.compile(r"<[^<>]*>")
# Emphasis may stand within a word: `_` is part of many keys. Any other tag ends one.
_EMPHASIS = re.compile(r"</?(?:em|strong|del|sub|sup|mark)>")
_DRAWING = re.compile(r"\s(?:d|points)=\"[MmZzLlHhVvCcSsQqTtAa0-9.,\s+-]*\"")
_HINT = "find what shows it: a session file, sessions.toml, mkdocs.yml or the theme"


@dataclass(frozen=True, slots=True)
class Build:
    """`public`: only what is marked, and only if the scans are clean. `incognito`: shares instead of amounts."""

    public: bool = False
    incognito: bool = False

    @property
    def words(self) -> str:
        """`-public-incognito`: for the name of what is kept for builds of this kind alone; empty for a plain one."""
        return f"{'-public' * self.public}{'-incognito' * self.incognito}"


def build_of(environ: Mapping[str, str]) -> Build:
    """Raises ProblemError for a word that is none: a misspelt `public` must not publish everything."""
    words = re.split(r"[\s,]+", environ.get(BUILD, "").strip())
    unknown = [word for word in words if word and word not in _WORDS]
    if unknown:
        message = f"`{unknown[0]}` is no kind of build, must be `public`, `incognito` or both"
        raise ProblemError(error("build", Location(BUILD), message))
    return Build("public" in words, "incognito" in words)


def denied_words(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of the file that the variable names. Raises ProblemError where it is set and cannot be read."""
    if DENY_LIST not in environ:
        return ()
    try:
        lines = Path(environ[DENY_LIST]).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        reason = "not UTF-8" if isinstance(exc, UnicodeDecodeError) else exc.strerror or type(exc).__name__
        hint = "unset the variable, or let it name a text file with one word a line"
        raise ProblemError(error("deny-list", Location(DENY_LIST), f"cannot be read: {reason}", hint)) from exc
    return tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))


def refusals(ledger: Ledger) -> tuple[Problem, ...]:
    """Why nothing of this ledger may be published: a secret in any file, a personal detail in a published one.

    Neither `[rules]` nor `[[ignore]]` counts here, only `[[privacy.allow]]`.
    """
    found = [_missing(kind) for kind in sorted(REQUIRED - KINDS.keys())]
    published = {session.path for session in ledger.sessions if session.publish}
    for path in (*session_files(ledger.root), *own_templates(ledger.root)):
        raw = read_file(ledger.root, path)
        if isinstance(raw, Problem):
            found.append(raw)
            continue
        problems = look_through(raw, path, ledger.settings).problems
        found += (_as_error(problem) for problem in problems if problem.rule == SECRET or path in published)
    return sorted_problems(found)


def _missing(kind: str) -> Problem:
    return error("publish", Location("."), f"the detector `{kind}` is missing, so nothing can be published")


def _as_error(problem: Problem) -> Problem:
    return replace(problem, severity=Severity.ERROR)


def site_refusals(
    folder: Path, shown_as: str, settings: Settings, words: Sequence[str], is_theirs: Callable[[Path], bool]
) -> tuple[Problem, ...]:
    """What a finished site holds that must not be published, by file and line. Raises where it cannot look.

    `shown_as` is the folder's name in problems. Files that `is_theirs`, the theme's own, are not looked into.
    """
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() and not is_theirs(path))
    work = partial(_look_through_files, folder, shown_as, settings, tuple(words))
    return sorted_problems([problem for found in spread(work, files, least=_MANY_PAGES) for problem in found])


def _look_through_files(
    folder: Path, shown_as: str, settings: Settings, words: tuple[str, ...], files: Sequence[Path]
) -> list[tuple[Problem, ...]]:
    denied = _pattern_of(words)
    return [tuple(_look_through_file(folder, shown_as, settings, denied, file)) for file in files]


def _look_through_file(
    folder: Path, shown_as: str, settings: Settings, denied: re.Pattern[str] | None, file: Path
) -> Iterator[Problem]:
    name = file.relative_to(folder).as_posix()
    for text in (name, *readings(file.read_bytes(), file.suffix)):
        for problem in look_through_text(text, f"{shown_as}/{name}", settings).problems:
            place = Location(problem.location.path, problem.location.line)
            yield replace(_as_error(problem), location=place, hint=_HINT, also=())
        yield from _look_for_words(text, f"{shown_as}/{name}", denied)


def _look_for_words(text: str, path: str, denied: re.Pattern[str] | None) -> Iterator[Problem]:
    if denied is None:
        return
    folded = _folded(text)
    for found in denied.finditer(folded):
        line = location_in(folded, path, found.start()).line
        yield error("deny-list", Location(path, line), "a word of the deny-list stands here", _HINT)


def _pattern_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """Words count inside longer ones too. Blanks, hyphens and underscores are the same: names of files have those."""
    parts = (re.split(r"[\s_-]+", _folded(word)) for word in words)
    found = sorted({r"[\s_-]{1,9}".join(map(re.escape, filter(None, part))) for part in parts} - {""})
    return re.compile("|".join(found)) if found else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def readings(raw: bytes, suffix: str) -> tuple[str, ...]:
    """What a reader of the file can get to see: its words without tags, and the insides of the tags.

    Lines stay where they are. Of a binary file there is nothing but its name.
    """
    if suffix == ".gz":
        raw = gzip.decompress(raw)
    if b"\0" in raw[:8192]:
        return ()
    text = raw.decode("utf-8", "replace").replace("<!--", " ").replace("-->", " ")
    if suffix in _JSON_SUFFIXES:
        text = _JSON_ESCAPE.sub(_unescaped, text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return html.unescape(_TAG.sub(_blank, text)), unquote(html.unescape(_insides_of_tags(text)))


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1]:
        return chr(int(escape[1], 16))
    return escape[2] if escape[2] in '"\\/' else " "


def _blank(tag: re.Match[str]) -> str:
    return "" if _EMPHASIS.fullmatch(tag[0]) else " " + "\n" * tag[0].count("\n")


def _insides_of_tags(text: str) -> str:
    parts: list[str] = []
    end = 0
    for tag in _TAG.finditer(text):
        parts += "\n" * text.count("\n", end, tag.start()), _DRAWING.sub("", tag[0][1:-1]), " "
        end = tag.end()
    return "".join(parts)
