"""Where the program keeps what it could make again: in the user's cache folder, never in a ledger."""

from hashlib import blake2b
from pathlib import Path

from platformdirs import user_cache_dir


def cache_folder() -> Path:
    """It may not exist yet."""
    return Path(user_cache_dir("sessions-daybook", appauthor=False))


def cache_file(root: Path, kind: str, suffix: str) -> Path:
    """A file of this kind for the ledger at `root`; its folder may not exist yet."""
    name = blake2b(str(root.resolve()).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
    return cache_folder() / f"{kind}-{name}{suffix}"
