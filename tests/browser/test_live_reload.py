"""`sessions serve`: what is saved in a session is seen in the page that is open."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.conftest import Visits
from tests.browser.places import COMMAND, environment, sample_ledger

pytestmark = pytest.mark.browser

SESSION = "sessions/2026/2026-10-06-webhook-retries-that-end.md"
PAGE = "2026/2026-10-06-webhook-retries-that-end.html"


@contextmanager
def serve(root: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(COMMAND), "-C", str(root), "serve", "--address", address]
    with subprocess.Popen(
        command, env=environment(root), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stderr is not None
        try:
            said = []
            for line in running.stderr:
                said.append(line)
                if "Serving on" in line:
                    break
            else:
                pytest.fail("".join(said))
            yield f"http://{address}/"
        finally:
            # The command and what it started.
            os.killpg(running.pid, signal.SIGTERM)


def test_an_edit_is_seen_in_the_open_page(visit: Visits, tmp_path: Path) -> None:
    root = tmp_path / "ledger"
    root.mkdir()
    sample_ledger(root)
    with serve(root) as base:
        page, file = visit(PAGE, base=base).page, root / SESSION
        text = file.read_text()
        file.write_text(text.replace("title: Webhook retries that end", "title: Webhooks that give up", 1))
        page.locator("h1", has_text="Webhooks that give up").wait_for(timeout=10_000)
        file.write_text(text)
        page.locator("h1", has_text="Webhook retries that end").wait_for(timeout=10_000)
        page.goto("about:blank")
