"""Two versions of a session file and the one they come from, made into one: row by row, key by key."""

from sitegen.merging.files import Merged, MergeWords, Words, merge_files
from sitegen.merging.rows import Tally

__all__ = ["MergeWords", "Merged", "Tally", "Words", "merge_files"]
