"""What `sessions check --fix` changes, shown as a diff, and written."""

from collections.abc import Callable, Iterator, Sequence
from difflib import unified_diff

from sitegen.checking import repair_ledger
from sitegen.cli.ledgers import plural, tell, write_changes
from sitegen.display import visible
from sitegen.errors import Problem
from sitegen.importing import Change
from sitegen.ledger import Ledger
from sitegen.masking import mask


def fix_ledger(ledger: Ledger, wanted: Callable[[Problem], bool], *, write: bool) -> tuple[Problem, ...]:
    """Repairs the wanted problems and shows each change on standard error; what stood in the way is given back."""
    repaired = repair_ledger(ledger, wanted)
    for change in repaired.changes:
        for line in diff_of(change):
            tell(visible(mask(line)))
    problems = (*repaired.problems, *(write_changes(ledger.root, repaired.changes) if write else ()))
    done = "repaired" if write else "would repair"
    if repaired.changes:
        tell(f"{done} {plural(len(repaired.changes), 'file')}")
    return problems


def diff_of(change: Change) -> Iterator[str]:
    """Three lines of context, as git shows a change; line ends are left out."""
    return unified_diff(
        _lines(change.old or b""), _lines(change.new), f"a/{change.path}", f"b/{change.path}", lineterm=""
    )


def _lines(raw: bytes) -> Sequence[str]:
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
