"""The theme's templates, compiled once: for all the builds of a `serve`, and for later ones where a folder is kept."""

from contextlib import suppress
from pathlib import Path

from jinja2.bccache import Bucket, BytecodeCache, FileSystemBytecodeCache


class RememberedTemplates(BytecodeCache):
    """Of a template whose text has changed Jinja takes no notice: a checksum is in the bytes."""

    def __init__(self, folder: Path) -> None:
        self._compiled: dict[str, bytes] = {}
        self._folder = folder
        self._files = FileSystemBytecodeCache(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(known)
            return
        try:
            self._files.load_bytecode(bucket)
        except Exception:  # noqa: BLE001  # a damaged file raises whatever its bytes lead to
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._files.dump_bytecode(bucket)
