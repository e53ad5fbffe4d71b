"""How long a reader and a writer wait on a large site: for the first hit of a search, and for an edit under `serve`.

`first hit`: from the first letter typed on a page that was just opened, the index not yet fetched, until a result is
seen in a real Chromium. `edit`: from the moment a session file is saved until the server gives the page with the new
words, the server at rest before; `edit again`: the same right after another edit was seen.
`--ledger DIR` is one that `build_site.py --keep` left, its site built; it is copied, not changed.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import sync_playwright

PROGRAMS = Path(sys.executable).parent
WORDS = "Session 17"
REST = 20
"""Seconds in which a server has done whatever an edit makes it do."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        del format, args


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def first_hits(site: Path, rounds: int) -> list[float]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    took = []
    with hosted(site) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(rounds):
            page = browser.new_context().new_page()
            page.goto(address)
            box = page.locator("input.md-search__input")
            began = time.perf_counter()
            box.click()
            box.type(WORDS)
            page.locator(".md-search-result__link").first.wait_for(state="visible", timeout=60_000)
            took.append(time.perf_counter() - began)
            page.context.close()
        browser.close()
    return took


def edits(ledger: Path, rounds: int) -> tuple[float, list[float], list[float]]:
    """Seconds until the server was ready, and until each edit was there: after a rest, and right after another."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "ledger"
        shutil.copytree(ledger, root, ignore=shutil.ignore_patterns("site"))
        files = sorted((root / "sessions").rglob("*.md"))
        began = time.perf_counter()
        with serving(root, Path(temporary)) as address:
            ready = time.perf_counter() - began
            rested, again = [], []
            for number in range(rounds):
                file = files[len(files) * (number + 1) // (rounds + 2)]
                time.sleep(REST)
                rested.append(edited(root, file, address, 2 * number))
                again.append(edited(root, file, address, 2 * number + 1))
            return ready, rested, again


@contextmanager
def serving(root: Path, cache: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables = {**known, "XDG_CACHE_HOME": str(cache / "cache"), "NO_MKDOCS_2_WARNING": "1"}
    command = [
        str(PROGRAMS / "mkdocs"),
        "serve",
        "-q",
        "--dev-addr",
        address,
        "--config-file",
        str(root / "mkdocs.yml"),
    ]
    with subprocess.Popen(command, env=variables) as running:
        wait_for(lambda: bool(text_of(f"http://{address}/")))
        yield f"http://{address}/"
        running.terminate()


def edited(root: Path, file: Path, address: str, number: int) -> float:
    page = address + file.relative_to(root / "sessions").with_suffix(".html").as_posix()
    words = f"Edited for the {number}th time"
    file.write_text(file.read_text(encoding="utf-8") + f"\n{words}.\n", encoding="utf-8")
    began = time.perf_counter()
    wait_for(lambda: words in text_of(page))
    return time.perf_counter() - began


def wait_for(holds: Callable[[], bool], seconds: float = 900) -> None:
    end = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > end:
            sys.exit("it did not come")
        time.sleep(0.02)


def text_of(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def line(name: str, took: list[float], limit: float) -> str:
    middle, longest = statistics.median(took), max(took)
    return f"  {name:<12}{middle:6.2f} s, at most {longest:.2f} s: {longest / limit:.2f} of the limit of {limit:g} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sessions = sum(1 for _ in (options.ledger / "sessions").rglob("*.md"))
    print(f"{sessions:,} sessions; middle of {options.rounds} rounds")
    print(line("first hit", first_hits(options.ledger / "site", options.rounds), 2))
    ready, rested, again = edits(options.ledger.resolve(), options.rounds)
    print(line("edit", rested, 3))
    print(line("edit again", again, 3))
    print(f"  serve was ready after {ready:.1f} s")


if __name__ == "__main__":
    main()
