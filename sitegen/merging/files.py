"""A whole session file of three versions: frontmatter by keys, words by git, sums and tables made anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sitegen.blocks import find_blocks, update_blocks
from sitegen.errors import Location, Problem, ProblemError, Severity, error, warning
from sitegen.fill import OWNED_IN_TOTALS, totals_mapping
from sitegen.frontmatter import Document, parse_document, synced
from sitegen.merging.cutting import BY_HAND, RULE, cut_front, cut_table
from sitegen.merging.fronts import MergedFront, merge_fronts
from sitegen.merging.rows import Tally
from sitegen.merging.sides import OURS, Conflict, of_ours, with_marks
from sitegen.rollups import Rollup
from sitegen.schema import KEYS, parse_session
from sitegen.settings import EfficiencyBands

RUNNING = "totals"
"""The block that needs the other files of the project."""
_SETTLE = "keep one of the two and delete the three marks, then run `sessions fill`"


@dataclass(frozen=True, slots=True)
class Words:
    """What a merge of words gives: where both sides changed the same, both between the marks `<<<<<<< ours` and
    `>>>>>>> theirs`; `conflicts` counts these.
    """

    raw: bytes
    conflicts: int


MergeWords = Callable[[bytes, bytes, bytes], Words]
"""Of base, ours and theirs."""


@dataclass(frozen=True, slots=True)
class Merged:
    """`problems` are the conflicts left in `raw`, each at its first mark, and why sums were not made anew."""

    raw: bytes
    tally: Tally
    problems: tuple[Problem, ...] = ()

    @property
    def is_settled(self) -> bool:
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def merge_files(
    base: bytes | None, ours: bytes, theirs: bytes, path: str, merge_words: MergeWords, bands: EfficiencyBands
) -> Merged:
    """Three-way, row by row. `base` is None where both sides added the file. `bands` are the ledger's.

    Each row stands as in the side it comes from; totals and tables are made anew, but for the running totals of
    the project, which need all its files. ProblemError where a version cannot be read or the parts do not fit.
    """
    was = _read(base, path, "the common version") if base else None
    here, there = _read(ours, path, "our version"), _read(theirs, path, "their version")
    front = merge_fronts(was, here, there)
    body, conflicts = _merge_bodies(was, here, there, merge_words)
    document = _proven(here, front)
    _, wrong = parse_session(document, path)
    sound = not any(problem.severity is Severity.ERROR for problem in wrong)
    if sound and not front.tally.conflicts:
        document, front = _with_totals(document, front)
    unsound = () if sound else (_unsound(path),)
    if conflicts or any(isinstance(piece, Conflict) for piece in front.pieces):
        raw = _assembled(here, with_marks(front.pieces), body)
        return Merged(raw, front.tally, (*_conflicts(raw, path, front), *unsound))
    whole = document.with_body(body)
    return Merged(_with_tables(whole, bands) if sound else whole.raw, front.tally, unsound)


def _read(raw: bytes, path: str, which: str) -> Document:
    document, problems = parse_document(raw, path)
    if document is not None:
        return document
    told = (replace(problem, message=f"{which}: {problem.message}", hint=BY_HAND) for problem in problems)
    raise ProblemError(*told)


def _assembled(here: Document, front: str, body: bytes) -> bytes:
    fence = here.tail[: len(here.tail) - len(here.body_bytes)]
    if body and not fence.endswith(b"\n"):
        fence += here.newline.encode()
    return here.head + front.encode("utf-8") + fence + body


def _proven(here: Document, front: MergedFront) -> Document:
    """The frontmatter, ours in conflicts, without a body; every key and row in it reads as it was merged."""
    document, problems = parse_document(_assembled(here, of_ours(front.pieces), b""), here.path)
    if document is None:
        raise ProblemError(_does_not_fit(here.path, problems[0].message))
    wanted = {key: text for key, merged in front.keys.items() if (text := of_ours(merged.own))}
    found = {key: lines.own for key, lines in cut_front(document).keys.items()}
    rows = len(cut_table(document, "usage").items)
    if found != wanted or (not front.tally.conflicts and rows != front.tally.rows):
        raise ProblemError(_does_not_fit(here.path, "the two versions are laid out differently"))
    return document


def _does_not_fit(path: str, why: str) -> Problem:
    return error(RULE, Location(path), f"the parts of both versions do not fit together: {why}", BY_HAND)


def _with_totals(document: Document, front: MergedFront) -> tuple[Document, MergedFront]:
    """Sums of the merged rows, where either side has sums."""
    if "totals" not in front.keys:
        return document, front
    session, _ = parse_session(document, document.path)
    wanted = {"totals": totals_mapping(session.totals)}
    changed = synced(document, wanted, order=KEYS, owned_inner={"totals": OWNED_IN_TOTALS})
    totals = replace(front.keys["totals"], own=[cut_front(changed).lines("totals").own])
    return changed, replace(front, keys={**front.keys, "totals": totals})


def _with_tables(document: Document, bands: EfficiencyBands) -> bytes:
    session, _ = parse_session(document, document.path)
    body = document.body_bytes.decode("utf-8", "surrogateescape")
    blocks, _ = find_blocks(body, document.path, document.body_line)
    own = [block for block in blocks if block.name != RUNNING]
    rendered = update_blocks(body, own, session, Rollup(""), bands)
    return document.with_body(rendered.encode("utf-8", "surrogateescape")).raw


def _merge_bodies(was: Document | None, here: Document, there: Document, merge_words: MergeWords) -> tuple[bytes, int]:
    """Words as git merges them. The tables are no words: ours stand in their places, else theirs."""
    common = _without_tables(was)[0] if was else b""
    ours, our_tables = _without_tables(here)
    theirs, their_tables = _without_tables(there)
    words = merge_words(common, ours, theirs)
    return _with_lines(words.raw, {**their_tables, **our_tables}), words.conflicts


def _without_tables(document: Document) -> tuple[bytes, dict[str, list[str]]]:
    body = document.body_bytes.decode("utf-8", "surrogateescape")
    blocks, _ = find_blocks(body, document.path, document.body_line)
    lines = body.split("\n")
    tables = {block.name: lines[block.first - 1 : block.last] for block in blocks}
    for block in sorted(blocks, key=lambda found: found.first, reverse=True):
        del lines[block.first - 1 : block.last]
    return "\n".join(lines).encode("utf-8", "surrogateescape"), tables


def _with_lines(raw: bytes, tables: Mapping[str, Sequence[str]]) -> bytes:
    body = raw.decode("utf-8", "surrogateescape")
    blocks, _ = find_blocks(body, "", 1)
    lines = body.split("\n")
    for block in sorted(blocks, key=lambda found: found.first, reverse=True):
        lines[block.first - 1 : block.last] = tables.get(block.name, ())
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _conflicts(raw: bytes, path: str, front: MergedFront) -> Iterator[Problem]:
    """One for each first mark. No version had marks of its own: such a file is not read."""
    messages = [piece.message for piece in front.pieces if isinstance(piece, Conflict)]
    mark = OURS.encode()
    at = (number for number, line in enumerate(raw.split(b"\n"), 1) if line.rstrip(b"\r") == mark)
    for index, number in enumerate(at):
        message = messages[index] if index < len(messages) else "words: changed on both sides"
        yield error(RULE, Location(path, number), message, _SETTLE)


def _unsound(path: str) -> Problem:
    message = "the merged frontmatter has errors, so sums and tables are as they were in ours"
    return warning("not-filled", Location(path), message, "put right what `sessions check` names, then `sessions fill`")
