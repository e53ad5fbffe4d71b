"""A real Chromium on the site of the sample ledger. Whatever a test looks at, no page may report an error."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import Served, build, outside, sample_ledger, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_OF_THE_BROWSER = ("content-autofill.googleapis.com:443",)
"""Where Chromium itself asks how to fill in a text box, whoever's page it is on."""


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "there is no Chromium here: `make browser` installs one, or says what to install"
    return found


@dataclass
class Visit:
    """A page and what went wrong in it: errors of the console, of scripts, dialogs, answers that are no pages."""

    page: "Page"
    base: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str = "index.html") -> "Page":
        self.page.goto(self.base + path)
        return self.page


Visits = Callable[..., Visit]
_MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")


def measure(page: "Page", name: str) -> Any:
    """What `measures.js` has under this name says of the page."""
    return page.evaluate(f"{_MEASURES.strip()}.{name}()")


def eventually(holds: Callable[[], bool], seconds: float = 5) -> None:
    """The driver's own way to wait evaluates text in the page, which the site's policy forbids."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the sample ledger: to be looked at, not to be changed."""
    return build(sample_ledger(tmp_path_factory.mktemp("sample")))


@pytest.fixture(scope="session")
def served(sample: Path) -> Iterator[Served]:
    with serving(sample) as place:
        yield place


@pytest.fixture
def proxy() -> Iterator[Served]:
    with outside() as nowhere:
        yield nowhere


@pytest.fixture
def visit(browser: "Browser", served: Served, proxy: Served) -> Iterator[Visits]:
    """`visit("all/index.html", color_scheme="dark")`. A fault of a page fails the test, as does asking another host."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def start(path: str | None = "index.html", base: str | None = None, **options: Any) -> Visit:
        options = {"proxy": {"server": proxy.url, "bypass": "127.0.0.1"}, **options}
        context = browser.new_context(**options)
        context.set_default_timeout(8_000)
        contexts.append(context)
        made = Visit(context.new_page(), base or served.url)
        _watch(made)
        visits.append(made)
        if path is not None:
            made.go(path)
        return made

    yield start
    for context in contexts:
        context.close()
    assert [fault for made in visits for fault in made.faults] == []
    assert [host for host in proxy.asked if host not in _OF_THE_BROWSER] == []


def _watch(visit: Visit) -> None:
    page, note = visit.page, visit.faults.append
    page.on("console", lambda said: note(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: note(f"script: {error}"))
    page.on("response", lambda answer: note(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("requestfailed", partial(_note_failure, note))
    page.on("dialog", partial(_dismiss, note))


def _note_failure(note: Callable[[str], None], request: Any) -> None:
    # A page that is left ends its requests.
    if request.failure != "net::ERR_ABORTED":
        note(f"failed: {request.url} {request.failure}")


def _dismiss(note: Callable[[str], None], dialog: Any) -> None:
    note(f"dialog: {dialog.message}")
    dialog.dismiss()
