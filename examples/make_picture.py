"""Pictures of the sample ledger's dashboard for the README, light and dark: `make picture`.

Sharp ones, of twice the size, if they are small enough, as `pngquant` makes them where it is there; else plain ones.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
WIDTH, HEIGHT = 1280, 1000
MOST = 250_000
"""Bytes of one picture."""
QUANT = shutil.which("pngquant")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing: each request would be a line."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


def picture(browser: Any, address: str, scheme: str, scale: int) -> bytes:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme=scheme,
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    taken: bytes = page.screenshot(animations="disabled")
    context.close()
    if QUANT is None:
        return taken
    return subprocess.run(
        [QUANT, "--speed=1", "--strip", "256", "-"], input=taken, stdout=subprocess.PIPE, check=True
    ).stdout


def main() -> None:
    if CHROMIUM is None:
        sys.exit("error: there is no Chromium here\nhint: install the package `chromium`, or Google Chrome")
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder]
        variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "0"}
        subprocess.run(build, check=True, cwd=ROOT, env=variables)
        with served(Path(folder)) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            for scheme in ("light", "dark"):
                tries = (picture(browser, address, scheme, scale) for scale in (2, 1))
                small = next((content for content in tries if len(content) <= MOST), None)
                if small is None:
                    sys.exit(f"error: the {scheme} picture has more than {MOST:,} bytes\nhint: install `pngquant`")
                target = DOCS / f"dashboard-{scheme}.png"
                target.write_bytes(small)
                print(f"{target.relative_to(ROOT)}: {len(small):,} bytes")
            browser.close()


if __name__ == "__main__":
    main()
