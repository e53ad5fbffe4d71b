"""Where each page lives: addresses that are safe, unique on every file system, and stable."""

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

_YEAR = re.compile(r"\d{4}")
_TAKEN = frozenset({"index", "readme"})
_LONGEST = 60


def slug(name: str, longest: int = _LONGEST) -> str:
    """Letters, digits and single hyphens, lower case; may be empty."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:longest].strip("-")


def slugs(names: Iterable[str]) -> Mapping[str, str]:
    """One for each name. A name that does not keep its own gets a few digits of its hash, so that a new
    name never moves the page of an older one that was already spelled like its slug.
    """
    unique = sorted(set(names))
    shared: dict[str, int] = {}
    for name in unique:
        shared[slug(name)] = shared.get(slug(name), 0) + 1
    return {name: _own_slug(name, shared[slug(name)]) for name in unique}


def session_uris(paths: Iterable[str]) -> Mapping[str, str]:
    """`sessions/2026/2026-02-11-jwt.md` → `2026/2026-02-11-jwt.md`; other places go below `other/`."""
    uris: dict[str, str] = {}
    used: set[str] = set()
    for path in sorted(paths):
        uri = _session_uri(path)
        if uri.casefold() in used:
            uri = f"{uri.removesuffix('.md')}-{_digits(path)}.md"
        used.add(uri.casefold())
        uris[path] = uri
    return uris


def url_of(uri: str, *, directory_urls: bool = False) -> str:
    """The address of a page below the site's root, not quoted: `2026/a.md` → `2026/a.html` or `2026/a/`."""
    stem = uri.removesuffix(".md")
    if stem == uri or not directory_urls:
        return uri if stem == uri else f"{stem}.html"
    folder, name = posixpath.split(stem)
    return (f"{folder}/" if folder else "") if name == "index" else f"{stem}/"


def link(from_uri: str, to_uri: str, *, directory_urls: bool = False) -> str:
    """The relative address of one page as seen from another, quoted for an attribute."""
    here = url_of(from_uri, directory_urls=directory_urls)
    return _relative(posixpath.dirname(here), url_of(to_uri, directory_urls=directory_urls))


@lru_cache(maxsize=50_000)  # the same few pages lead to every session
def _relative(folder: str, there: str) -> str:
    relative = posixpath.relpath("/" + there, "/" + folder)
    return quote(relative + "/" if there.endswith("/") or not there else relative, safe="/.-_~")


def relative_target(from_path: str, target: str) -> str:
    """The ledger path that a relative link in a session file names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(from_path), unquote(target)))


def session_link(uris: Mapping[str, str], path: str, target: str, *, directory_urls: bool = False) -> str | None:
    """Where a link written in the session file at `path` leads on the site; None if that is no session."""
    uri = uris.get(relative_target(path, target))
    return link(uris[path], uri, directory_urls=directory_urls) if uri else None


def _own_slug(name: str, sharing: int) -> str:
    own = slug(name)
    if own and own not in _TAKEN and (sharing == 1 or own == name):
        return own
    return f"{own or 'name'}-{_digits(name)}"


@lru_cache(maxsize=50_000)  # `serve` asks for the same ones after every edit
def _session_uri(path: str) -> str:
    parts = PurePosixPath(path).with_suffix("").parts
    below = parts[1:] if parts[0] == "sessions" else parts
    safe = [slug(part, 120) or _digits(part) for part in below]
    if safe[-1] in _TAKEN:
        safe[-1] = f"{safe[-1]}-session"
    home = [] if _YEAR.fullmatch(safe[0]) and len(safe) > 1 else ["other"]
    return "/".join([*home, *safe]) + ".md"


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
