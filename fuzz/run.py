"""Fuzzes one target for some seconds: `python -m fuzz.run frontmatter --seconds 60`. Needs the extra `fuzz`."""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import atheris

HERE = Path(__file__).parent
REGRESSIONS = HERE.parent / "tests" / "fuzz_regressions"
SLOWEST = 10
"""Seconds that one input may take."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py")))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="Where to keep what was found to reach further. Else nowhere.")
    options = parser.parse_args()
    with atheris.instrument_imports(include=["sitegen", "fuzz", "tomllib"]):
        target = import_module(f"fuzz.fuzz_{options.target}")
    failing = REGRESSIONS / options.target
    failing.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        corpus = options.corpus or Path(scratch)
        corpus.mkdir(parents=True, exist_ok=True)
        arguments = [
            sys.argv[0],
            f"-max_total_time={options.seconds}",
            f"-timeout={SLOWEST}",
            "-max_len=4096",
            "-print_final_stats=1",
            f"-dict={HERE / 'words.dict'}",
            f"-artifact_prefix={failing}/",
            str(corpus),
            str(HERE / "seeds" / options.target),
        ]
        atheris.Setup(arguments, target.check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
