"""Any three versions of a session file: merged, refused, or left with marks; never lost on one side."""

from sitegen.errors import ProblemError
from sitegen.frontmatter import parse_document
from sitegen.merging import Words, merge_files
from sitegen.settings import EfficiencyBands

PATH = "sessions/2026/fuzz.md"
_BANDS = EfficiencyBands()
MARKS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")


def _words(base: bytes, ours: bytes, theirs: bytes) -> Words:
    """What git would say of whole texts."""
    if theirs in (ours, base):
        return Words(ours, 0)
    if base == ours:
        return Words(theirs, 0)
    return Words(b"<<<<<<< ours\n" + ours + b"\n=======\n" + theirs + b"\n>>>>>>> theirs\n", 1)


def check(data: bytes) -> None:
    """`%%` lines part the versions; each begins with what they have in common."""
    common, *parts = [*data.split(b"\n%%\n"), b"", b"", b""][:4]
    base, ours, theirs = (b"---\n" + common + b"\n" + part for part in parts)
    try:
        merged = merge_files(base, ours, theirs, PATH, _words, _BANDS)
        same = merge_files(base, ours, ours, PATH, _words, _BANDS)
    except ProblemError:
        return
    assert same.is_settled
    if merged.is_settled and not merged.problems:
        document, problems = parse_document(merged.raw, PATH)
        assert document is not None, problems
