"""The first inputs of each fuzzer, and every input that once broke a promise, break none."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in (ROOT / "fuzz").glob("fuzz_*.py"))
FOLDERS = (ROOT / "fuzz" / "seeds", ROOT / "tests" / "fuzz_regressions")
INPUTS = sorted(path for folder in FOLDERS for path in folder.glob("*/*") if path.is_file())


def test_each_fuzzer_has_a_first_input() -> None:
    assert {path.parent.name for path in INPUTS} == set(TARGETS)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_promise_holds(path: Path) -> None:
    target = import_module(f"fuzz.fuzz_{path.parent.name}")
    check: Callable[[bytes], None] = getattr(target, "check_whole", target.check)
    check(path.read_bytes())
