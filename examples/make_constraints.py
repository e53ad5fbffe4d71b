"""The versions that the workflow of a new ledger installs: those of constraints.txt, without the tools for tests."""

from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "sitegen" / "ledger_files" / "sessions-constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
HEAD = """\
# What the workflow installs beside `sessions` itself, each in one version. A newer `sessions` brings a newer list: take
# this file away and run `sessions init`.
"""


def needed() -> set[str]:
    """Names of all packages that `sessions` needs here, directly or not."""
    found: set[str] = set()
    left = ["sessions-daybook"]
    while left:
        try:
            wanted = [Requirement(words) for words in requires(left.pop()) or ()]
        except PackageNotFoundError:
            continue
        names = {canonicalize_name(each.name) for each in wanted if _is_needed(each)}
        left += names - found
        found |= names
    return found


def _is_needed(wanted: Requirement) -> bool:
    marker = wanted.marker
    return marker is None or any(marker.evaluate({"python_version": version}) for version in PYTHONS)


def constraints() -> str:
    names = needed()
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return HEAD + "".join(f"{line}\n" for line in lines if canonicalize_name(line.partition("==")[0]) in names)


if __name__ == "__main__":
    TARGET.write_text(constraints(), encoding="utf-8")
    print(TARGET.relative_to(ROOT))
