"""Names of files that are made from titles, never taken: safe on every system, and never those of another file."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache
from itertools import count

MAX_SLUG = 60
_FALLBACK = "session"
_WORDS = re.compile(r"[a-z0-9]+")
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]|conin|conout")


def slug(text: str) -> str:
    """At most 60 characters of `a-z`, `0-9` and `-`; never empty, never a device name of Windows."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").casefold()
    joined = "-".join(_WORDS.findall(plain)) or _FALLBACK
    if len(joined) > MAX_SLUG:
        whole_words, _, _ = joined[: MAX_SLUG + 1].rpartition("-")
        joined = whole_words or joined[:MAX_SLUG]
    return f"{_FALLBACK}-{joined}" if _RESERVED.fullmatch(joined) else joined


def free_session_path(taken: Collection[str], day: date | None, title: str, suffix_from: str) -> str:
    """`sessions/YYYY/YYYY-MM-DD-slug.md`, or `sessions/undated/slug.md` where no day is known.

    If a path in `taken` differs from it by case or by Unicode's normal form alone, the first 6 characters of
    `suffix_from` (the id of the source) are added, then more of them, then a number.
    """
    folder = f"sessions/{day.year:04d}/{day.isoformat()}-" if day else "sessions/undated/"
    used = {_folded(path) for path in taken}
    names = (f"{folder}{name}.md" for name in _names(slug(title), suffix_from))
    return next(name for name in names if _folded(name) not in used)


def _names(base: str, suffix_from: str) -> Iterator[str]:
    yield base
    suffix = "".join(_WORDS.findall(suffix_from.casefold()))
    for length in range(min(6, len(suffix)), min(len(suffix), MAX_SLUG) + 1):
        if length:
            yield f"{base}-{suffix[:length]}"
    yield from (f"{base}-{number}" for number in count(2))


@lru_cache(maxsize=65_536)  # an import asks about the same paths once for each new file
def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
