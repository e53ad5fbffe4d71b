"""Ledgers built by the real command, and their sites served on loopback."""

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parent.parent.parent
COMMAND = Path(sys.executable).parent / "sessions"
KINDS: Mapping[str, str] = {
    "dashboard": "index.html",
    "sessions": "all/index.html",
    "session": "[0-9]*/*.html",
    "projects": "projects/index.html",
    "project": "projects/*.html",
    "models": "models/index.html",
    "model": "models/*.html",
    "months": "months/index.html",
    "month": "months/*.html",
    "tags": "tags/index.html",
    "tag": "tags/*.html",
    "decisions": "decisions/index.html",
    "loops": "loops/index.html",
    "problems": "problems/index.html",
    "downloads": "downloads/index.html",
    "method": "method/index.html",
    "not found": "404.html",
}
"""Each kind of page, by a pattern of its files."""


@dataclass
class Served:
    """`asked` grows by each path that a browser asks for."""

    url: str
    asked: list[str] = field(default_factory=list)


def sample_ledger(folder: Path) -> Path:
    """A copy of the sample ledger of this repository."""
    shutil.copytree(ROOT / "sessions", folder / "sessions")
    for name in ("sessions.toml", "mkdocs.yml"):
        shutil.copy(ROOT / name, folder)
    return folder


def build(root: Path, *, strict: bool = True) -> Path:
    """The folder of the site. A ledger with mistakes is built as `mkdocs build --no-strict` does."""
    command = [str(COMMAND), "-C", str(root), "build"]
    if not strict:
        command = [sys.executable, "-m", "mkdocs", "build", "--no-strict", "--config-file", str(root / "mkdocs.yml")]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(root), timeout=300)
    assert run.returncode == 0, run.stderr
    return root / "site"


def environment(root: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "NO_MKDOCS_2_WARNING": "1",
    }


def page_of(site: Path, kind: str) -> str:
    """The largest page of a kind: the one with the most on it."""
    found = [path for path in site.glob(KINDS[kind]) if path.name != "index.html" or KINDS[kind].endswith("index.html")]
    assert found, f"the site has no page of the kind {kind}"
    return max(found, key=lambda path: (path.stat().st_size, path.name)).relative_to(site).as_posix()


@contextmanager
def serving(folder: Path, *, compressed: bool = False) -> Iterator[Served]:
    """As a host of pages serves them; most compress text, which matters where speed is measured."""
    served = Served("")
    with _running(partial(_Files, served, compressed, directory=str(folder))) as port:
        served.url = f"http://127.0.0.1:{port}/"
        yield served


@contextmanager
def outside() -> Iterator[Served]:
    """A proxy that leads nowhere: what a page asks of any other host ends here, and is known."""
    served = Served("")
    with _running(partial(_Nowhere, served)) as port:
        served.url = f"http://127.0.0.1:{port}"
        yield served


@contextmanager
def _running(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.05), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


class _Files(SimpleHTTPRequestHandler):
    def __init__(self, served: Served, compressed: bool, *args: object, directory: str) -> None:
        self._served = served
        self._compressed = compressed
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]  # as the server passes them

    def do_GET(self) -> None:
        self._served.asked.append(self.path)
        place = Path(self.translate_path(self.path))
        place = place / "index.html" if place.is_dir() else place
        if not (self._compressed and place.suffix in (".html", ".css", ".js", ".json", ".svg") and place.is_file()):
            super().do_GET()
            return
        content = gzip.compress(place.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(place)}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


class _Nowhere(BaseHTTPRequestHandler):
    def __init__(self, served: Served, *args: object) -> None:
        self._served = served
        super().__init__(*args)  # type: ignore[arg-type]  # as the server passes them

    def do_GET(self) -> None:
        self._served.asked.append(self.path)
        self.send_error(502)

    do_POST = do_HEAD = do_PUT = do_OPTIONS = do_CONNECT = do_GET  # noqa: N815  # as the server asks for them

    def log_message(self, *_: object) -> None: ...
