"""Session files on disk: found in order, read with care, written whole or not at all, and named."""

from sitegen.store.files import FOLDER, read_file, session_files
from sitegen.store.locking import locked
from sitegen.store.names import free_session_path, slug
from sitegen.store.saving import TRIES, update_file, write_file

__all__ = [
    "FOLDER",
    "TRIES",
    "free_session_path",
    "locked",
    "read_file",
    "session_files",
    "slug",
    "update_file",
    "write_file",
]
