"""From the targets in the bodies of sessions to files of the site, each with an address of its own."""

import hashlib
import os
import posixpath
import stat
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sitegen.pictures.formats import Format, format_of
from sitegen.prose import picture_targets
from sitegen.session import Session

PICTURES = "pictures"
"""The folder of the site."""
MAX_BYTES = 5 * 1024 * 1024
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # O_NONBLOCK: a FIFO must not hang us


@dataclass(frozen=True, slots=True)
class Picture:
    """`uri` is its place on the site. Width and height are in pixels, as it is shown; None where not known."""

    uri: str
    content: bytes
    width: int | None = None
    height: int | None = None


def pictures_of(sessions: Iterable[Session], root: Path, *, public: bool = False) -> Mapping[tuple[str, str], Picture]:
    """By the path of the session and the target as its body has it. What is not among them is not published.

    A public build leaves out the formats whose metadata cannot be taken out here.
    """
    found: dict[tuple[str, str], Picture] = {}
    read: dict[str, Picture | None] = {}
    for session in sessions:
        for target in picture_targets(session.body):
            path = _path_of(session.path, target)
            if path is None:
                continue
            if path not in read:
                read[path] = _picture_at(root, path, public=public)
            if picture := read[path]:
                found[session.path, target] = picture
    return found


def _path_of(session_path: str, target: str) -> str | None:
    """The file in the ledger that a relative target names, or None: never a hidden one, nor one outside."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    named = unquote(parts.path)
    if parts.scheme or parts.netloc or not named or named.startswith("/") or "\\" in named or "\0" in named:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(session_path), named))
    return None if any(part.startswith(".") for part in path.split("/")) else path


def _picture_at(root: Path, path: str, *, public: bool) -> Picture | None:
    known = format_of(posixpath.splitext(path)[1])
    if known is None or (public and known.without_metadata is None):
        return None
    raw = _read_plain(root, path)
    return _picture_in(raw, known) if raw is not None and known.holds(raw) else None


def _picture_in(raw: bytes, known: Format) -> Picture | None:
    content = known.without_metadata(raw) if known.without_metadata else raw
    if content is None:
        return None
    width, height = known.size(content) or (None, None)
    return Picture(f"{PICTURES}/{hashlib.sha256(content).hexdigest()[:12]}.{known.suffix}", content, width, height)


def _read_plain(root: Path, path: str) -> bytes | None:
    """Opened folder by folder, so that none of them can be, or become, a link that leads elsewhere."""
    *folders, name = path.split("/")
    try:
        with ExitStack() as opened:
            at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            opened.callback(os.close, at)
            for folder in folders:
                at = os.open(folder, _FLAGS | os.O_DIRECTORY, dir_fd=at)
                opened.callback(os.close, at)
            file = os.open(name, _FLAGS, dir_fd=at)
            opened.callback(os.close, file)
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                return None
            with os.fdopen(file, "rb", closefd=False) as content:
                return content.read(MAX_BYTES)
    except (OSError, ValueError):
        return None
