"""The theme's templates, compiled once for all the builds of a `serve`."""

from jinja2.bccache import Bucket, BytecodeCache


class RememberedTemplates(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Of a template whose text has changed Jinja takes no notice: a checksum is in the bytes."""
        if known := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()
