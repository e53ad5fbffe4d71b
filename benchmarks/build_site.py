"""How long a site takes, beside plain MkDocs Material with as many pages of the same words, in the same minutes.

Ours is `mkdocs build` with the plugin: it reads, checks and sums the ledger, and makes every page. The plain one has
the bodies of the same session files, tables included, outside of the navigation and of the search, with the same theme
and the extensions that a session's words may use; for each page that ours has besides those of sessions it has one
more of these bodies. Prints ratios of whole processes: a figure in seconds says little on
a machine that others use as well. `--sessions 10000` for a large ledger, `--keep DIR` to look at the sites.
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from check_ledger import make_ledger

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(sys.executable).parent
BLOCKS = ("overview", "usage", "cost", "activity", "efficiency", "totals")
TEXT = (
    "the ledger keeps each row exact and a table is drawn from it so that a reader can check sums by hand while tests "
    "hold what the parser said about tokens caches models prices limits branches commits and reviews of an interface"
)
WORDS = TEXT.split()
EXTENSIONS = ("tables", "fenced_code", "sane_lists", "admonition", "footnotes", "pymdownx.tasklist")
"""What the words of a session may use on our site."""
MEASURE = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
took = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = used.ru_maxrss if sys.platform == "darwin" else used.ru_maxrss * 1024
print(json.dumps([code, took, used.ru_utime + used.ru_stime, peak]))
"""
"""In a process of its own: the peak of a process counts the memory of the one that it was forked from."""


@dataclass(frozen=True)
class Figures:
    """Seconds; bytes at the peak of the largest process; the files of the site by name, with their digests."""

    wall: float
    cpu: float
    memory: int
    files: Mapping[str, str] = field(default_factory=dict)


def body(number: int, seed: int) -> str:
    """About as long as the sample ledger's. The same seed gives the same words in every run."""
    chance = random.Random(f"{seed}-{number}")

    def sentence(length: int = 14) -> str:
        return " ".join(chance.choices(WORDS, k=length)).capitalize() + "."

    def block(name: str) -> str:
        return f"<!-- sessions:{name} -->\n<!-- /sessions:{name} -->\n"

    return "\n".join(
        (
            f"# Session {number}\n\n## Overview\n\n{block('overview')}\n## Cost\n\n{block('usage')}\n{block('cost')}",
            "## Session Activities\n\n### Key Accomplishments\n",
            *(f"- [{'x' if part % 4 else ' '}] {sentence(9)}" for part in range(6)),
            f"\n{block('activity')}\n## Efficiency\n\n{block('efficiency')}\n### What Went Well\n",
            f"- {sentence()} `{chance.choice(WORDS)}.py` was *{chance.choice(WORDS)}*.\n- {sentence()}\n",
            f'!!! note "{sentence(4)}"\n    {sentence(20)}\n',
            "```python\ndef total(rows):\n    return sum(row.cost for row in rows)\n```\n",
            "## Development Notes\n\n### Technical Decisions Made\n",
            f"1. **{sentence(5)}** {sentence(18)}\n2. {sentence(18)}\n",
            f"### Questions for Next Session\n\n- [ ] {sentence(10)}\n- [x] {sentence(10)}\n",
            f"## Totals\n\n{block('totals')}",
        )
    )


def make_ours(root: Path, sessions: int, rows: int, seed: int) -> None:
    root.mkdir(parents=True)
    make_ledger(root, sessions, rows)
    for path in (root / "sessions").rglob("*.md"):
        number = int(path.stem.rpartition("-")[2])
        front = path.read_text(encoding="utf-8").partition("\n---\n\n")[0]
        tags = f"state: complete\ntags: [tag-{number % 7}, tag-{number % 11}]"
        words = f"{front.replace('state: complete', tags)}\n---\n\n{body(number, seed)}"
        path.write_text(words, encoding="utf-8")
    (root / "mkdocs.yml").write_bytes((ROOT / "sitegen" / "ledger_files" / "mkdocs.yml").read_bytes())
    fixed = subprocess.run([PROGRAMS / "sessions", "-C", root, "check", "--fix"], check=False, capture_output=True)
    if fixed.returncode:
        sys.exit(f"the ledger is not sound: {fixed.stdout[-2000:].decode()}{fixed.stderr[-2000:].decode()}")


def make_plain(root: Path, ours: Path) -> None:
    """With as many pages as the site that `ours` has built."""
    files = sorted((ours / "sessions").rglob("*.md"))
    for path in files:
        write_plain(root / "sessions" / path.relative_to(ours / "sessions"), path)
    others = sum(1 for _ in (ours / "site").rglob("*.html")) - len(files)
    for number, path in zip(range(others - len(("index", "404"))), cycle(files)):
        write_plain(root / "sessions" / "more" / f"{number}.md", path)
    (root / "sessions" / "index.md").write_text("# Sessions\n", encoding="utf-8")
    settings = (ours / "mkdocs.yml").read_text(encoding="utf-8").replace("  - sitegen\n", "")
    outside = "not_in_nav: |\n" + "".join(f"  /{folder.name}/\n" for folder in sorted((root / "sessions").glob("*/")))
    extensions = "".join(f"  - {name}\n" for name in EXTENSIONS)
    added = f"\nnav:\n  - index.md\n{outside}markdown_extensions:\n{extensions}"
    (root / "mkdocs.yml").write_text(settings + added, encoding="utf-8")


def write_plain(page: Path, session: Path) -> None:
    words = session.read_text(encoding="utf-8").split("\n---\n\n", 1)[1]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"---\nsearch:\n  exclude: true\nhide:\n  - toc\n---\n\n{words}", encoding="utf-8")


def built(root: Path, cache: Path) -> Figures:
    """`cache` is where the check remembers what it found."""
    command = [str(PROGRAMS / "mkdocs"), "build", "--quiet", "--strict", "--config-file", str(root / "mkdocs.yml")]
    # An installed program is compiled already.
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables = {**known, "XDG_CACHE_HOME": str(cache), "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "0"}
    run = subprocess.run([sys.executable, "-c", MEASURE, *command], check=True, stdout=subprocess.PIPE, env=variables)
    code, wall, cpu, memory = json.loads(run.stdout)
    if code:
        sys.exit(f"{' '.join(command)} ended with {code}")
    return Figures(wall, cpu, memory, digests(root / "site"))


def digests(site: Path) -> dict[str, str]:
    files = sorted(path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def identity(builds: Sequence[Figures]) -> tuple[bool, str]:
    """Whether all builds made the same bytes, and that in words."""
    first = builds[0].files
    names = sorted({name for other in builds for name, _ in first.items() ^ other.files.items()})
    if names:
        return False, f"THE BYTES DIFFER in {len(names)} files: {', '.join(names[:5])}"
    whole = "".join(f"{digest}  {name}\n" for name, digest in first.items())
    return True, f"the same bytes in every build: sha256 {hashlib.sha256(whole.encode()).hexdigest()[:16]}"


def middle(runs: Sequence[Figures]) -> Figures:
    return Figures(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.memory for run in runs),
    )


def line(name: str, run: Figures, plain: Figures | None = None) -> str:
    against = f"{run.cpu / plain.cpu:9.2f} cpu {run.wall / plain.wall:5.2f} wall" if plain else ""
    return f"  {name:<22}{run.wall:8.1f} s{run.cpu:8.1f} s cpu{run.memory / 1e6:8.0f} MB{against}"


def sizes(root: Path) -> str:
    files = [path for path in (root / "site").rglob("*") if path.is_file()]
    index = (root / "site" / "search" / "search_index.json").read_bytes()
    pages = sum(path.suffix == ".html" for path in files)
    whole = sum(path.stat().st_size for path in files) / 1e6
    packed = len(gzip.compress(index, 6)) / 1e6
    return f"{pages:,} pages, {whole:.1f} MB, search index {len(index) / 1e6:.2f} MB, gzip {packed:.2f} MB"


def measure(folder: Path, sessions: int, options: argparse.Namespace) -> None:
    ours, plain = folder / f"ours-{sessions}", folder / f"plain-{sessions}"
    if not ours.exists():
        make_ours(ours, sessions, options.rows, options.seed)
        built(ours, folder / "cache-first")
        make_plain(plain, ours)
    cold, again, beside = [], [], []
    for number in range(options.rounds):
        cache = folder / f"cache-{sessions}-{number}"
        beside.append(built(plain, cache))
        cold.append(built(ours, cache))
        again.append(built(ours, cache))
    files = list((ours / "sessions").rglob("*.md"))
    lines = statistics.median(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    print(f"{sessions:,} sessions x {options.rows} rows, {lines:.0f} lines each; middle of {options.rounds} rounds")
    print(line("plain MkDocs Material", middle(beside)))
    print(line("ours, cold", middle(cold), middle(beside)))
    print(line("ours, unchanged", middle(again), middle(beside)))
    print(f"  plain: {sizes(plain)}")
    print(f"  ours:  {sizes(ours)}")
    same, words = identity((*cold, *again))
    print(f"  {words}", flush=True)
    if not same:
        sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1, help="Another one gives other words, as many of them.")
    parser.add_argument(
        "--keep", type=Path, help="Where the ledgers and their sites stay; used again if they are there."
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        for sessions in options.sessions:
            measure(folder, sessions, options)


if __name__ == "__main__":
    main()
