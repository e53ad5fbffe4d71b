"""Whether other generators make the same site: `make zensical`. Ends with 1 if one that is there does not.

Zensical builds the pages of the sample ledger from disk; ProperDocs builds them too, and the ledger with the plugin.
Each is compared, article by article, with what MkDocs makes of the ledger.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.site_articles import articles, first_difference  # noqa: E402  # this is a script: its folder is not the root

VARIABLES = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true", "SOURCE_DATE_EPOCH": "0"}


def run(folder: Path, *command: object) -> str:
    """What it said where it failed, else nothing."""
    done = subprocess.run([*map(str, command)], cwd=folder, check=False, capture_output=True, text=True, env=VARIABLES)
    return f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}" if done.returncode else ""


def difference(one: Path, other: Path) -> str:
    """In words, empty where both sites have the same pages with the same articles."""
    here, there = articles(one), articles(other)
    if missing := sorted({*here} ^ {*there}):
        return f"{len(missing)} pages are only in one of them, the first is {missing[0]}"
    differing = {name: first_difference(here[name], there[name]) for name in here if here[name] != there[name]}
    told = "".join(f"\n  {name}: {words}" for name, words in list(differing.items())[:5])
    return f"{len(differing)} of {len(here)} articles differ:{told}" if differing else ""


def verdicts(work: Path, zensical: Path, properdocs: Path) -> dict[str, str]:
    """By generator: what is wrong, empty for nothing."""
    ledger, pages, expected = work / "ledger", work / "pages", work / "expected"
    for name in ("sessions", "templates"):
        shutil.copytree(ROOT / name, ledger / name)
    for name in ("mkdocs.yml", "sessions.toml"):
        shutil.copy2(ROOT / name, ledger / name)
    sessions = Path(sys.executable).parent / "sessions"
    for command in (
        (sessions, "-C", ledger, "export", "pages", pages),
        (sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", ledger / "mkdocs.yml", "-d", expected),
    ):
        if said := run(work, *command):
            sys.exit(said)
    found = {}
    if zensical.is_file():
        found["Zensical, pages"] = run(pages, zensical, "build", "--strict") or difference(expected, pages / "site")
        shutil.rmtree(pages / "site", ignore_errors=True)
    if properdocs.is_file():
        for name, folder in (("pages", pages), ("plugin", ledger)):
            site = work / f"properdocs-{name}"
            options = ("--strict", "--config-file", folder / "mkdocs.yml", "--site-dir", site)
            found[f"ProperDocs, {name}"] = run(folder, properdocs, "build", *options) or difference(expected, site)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zensical", type=Path, default=ROOT / ".cache/zensical/bin/zensical")
    parser.add_argument("--properdocs", type=Path, default=ROOT / ".cache/properdocs/bin/properdocs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # `absolute`, not `resolve`: the program of an environment is often a link into another place.
        found = verdicts(Path(folder).resolve(), options.zensical.absolute(), options.properdocs.absolute())
    for name, said in found.items():
        print(f"{name}: {said or 'the same articles as MkDocs'}")  # noqa: T201  # what this script is for
    if not found:
        sys.exit("neither Zensical nor ProperDocs could be installed")
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()
