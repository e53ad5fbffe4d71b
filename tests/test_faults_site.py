"""Faults F36 to F43 and F57: whatever a session file holds, the built site shows it and neither runs nor drops it."""

import json
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import Run
from tests.fault_files import GOOD, contents, in_good_file, put

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "</title><script>alert(2)</script>",
    '"><script>alert(3)</script>',
    "&lt;/title&gt;&lt;script&gt;alert(4)&lt;/script&gt;",
)
FRONT = """---
schema: 1
title: {text}
project: {text}
author: {text}
focus: {text}
tags: [{text}]
git: {{branch: {text}}}
phase: {{name: {text}, number: 1}}
started: '2026-03-1{number}T09:00:10+00:00'
active: '0:30'
state: complete
source: {{kind: claude-code, sessions: ['{number}']}}
usage:
- {{time: '09:0{number}', task: {text}, model: {text}, requests: 1, input: 100{number}, output: 1, cost: 0.5,
   tools: {{{text}: 1}}}}
totals: {{requests: 1, input: 100{number}, output: 1, cost: 0.5}}
prices:
  {text}: {{input: 5, output: 25, source: {text}}}
---

# {plain}

{plain}
"""
BODY = """
<script>alert(5)</script>
<iframe srcdoc="<script>alert(6)</script>"></iframe>
[a](javascript:alert(7)) [b](data:text/html;base64,PHM+) <a href="javascript:alert(8)">c</a>

## Heading {onerror=alert(9)}

![far](https://tracker.example.com/x.png) <svg onload=alert(10)></svg><form action="https://example.com"></form>

# &lt;/title&gt;&lt;script&gt;alert(11)&lt;/script&gt; `<b>code</b>`

The words stay readable.
"""
FENCES = """
`````
A prompt with
```
<script>alert(12)</script>
```
and
````
more
````
`````

After the code.
"""
HUGE = {
    "brackets": "[" * 20_000,
    "lists": "\n".join("    " * depth + "- x" for depth in range(300)),
    "line": "word " * 200_000,
}


@dataclass(frozen=True)
class Site:
    folder: Path
    seconds: float
    said: str
    code: int

    def page(self, stem: str) -> str:
        (path,) = self.folder.rglob(f"{stem}.html")
        return path.read_text(encoding="utf-8")

    def words(self, stem: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.page(stem)).split())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    home, ledger = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("ledger")
    run = Run(home)
    assert run("-C", ledger, "init").returncode == 0
    for number, payload in enumerate(PAYLOADS):
        text = FRONT.format(text=json.dumps(payload), plain=payload, number=number)
        put(ledger, **{f"hostile-{number}": text.encode()})
    put(ledger, body=in_good_file(BODY), fences=in_good_file(FENCES))
    put(ledger, **{f"huge-{name}": in_good_file(text) for name, text in HUGE.items()})
    meta = GOOD.replace("schema: 1", "schema: 1\nicon: no/such\ntemplate: none.html\nhide: [navigation]\nstatus: new")
    put(ledger, meta=meta.encode(), note=b"Note: this line\n\nstays.\n", unended=GOOD.partition("\n\n# ")[0].encode())
    for name in (".env", "a.md~", "a.md.orig", "usage.jsonl", "b.txt", ".c.md.1.0123abcd.tmp"):
        (ledger / "sessions" / name).write_text("STRAY")
    begin = time.monotonic()
    built = run("-C", ledger, "build")
    assert "Traceback" not in built.stdout + built.stderr
    return Site(ledger / "site", time.monotonic() - begin, built.stderr, built.returncode)


class Dangers(HTMLParser):
    """What could run or load: scripts and their text, handlers, addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("iframe", "object", "embed", "base", "img"):
            self.found.append(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or address.startswith(("javascript:", "data:text", "vbscript:")):
                self.found.append(f"{tag} {name}={value}")
            if name in ("src", "srcset", "srcdoc", "action", "formaction") and "example.com" in address:
                self.found.append(f"{tag} {name}={value}")


def dangers(page: str) -> list[str]:
    parser = Dangers()
    parser.feed(page)
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", page, re.DOTALL)
    return [*parser.found, *(script for script in scripts if "alert(" in script)]


def test_f36_hostile_text_in_every_field(site: Site) -> None:
    pages = sorted(site.folder.rglob("*.html"))
    assert len(pages) > 10
    assert [(page.name, found) for page in pages if (found := dangers(page.read_text(encoding="utf-8")))] == []
    for number in range(len(PAYLOADS)):
        assert f"alert({number + 1})" in site.page(f"hostile-{number}")


def test_f36_hostile_text_in_the_search_index(site: Site) -> None:
    """The theme shows titles and texts of the index as HTML."""
    index = json.loads((site.folder / "search" / "search_index.json").read_text(encoding="utf-8"))
    shown = [entry[key] for entry in index["docs"] for key in ("title", "text")]
    assert any("alert(1)" in text for text in shown)
    assert [text for text in shown if "<" in text] == []


def test_f37_hostile_markdown(site: Site) -> None:
    page = site.page("body")
    assert dangers(page) == []
    assert "tracker.example.com" not in page
    assert "The words stay readable." in page
    assert "[image: far]" in page


def test_f38_a_heading_that_would_close_the_title(site: Site) -> None:
    page = site.page("body")
    assert "&lt;/title&gt;&lt;script&gt;alert(11)&lt;/script&gt;" in page
    assert "<code>&lt;b&gt;code&lt;/b&gt;</code>" in page


def test_f39_a_fence_in_a_fence(site: Site) -> None:
    page = site.page("fences")
    block = re.search(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)
    assert block is not None
    assert "```\n&lt;script&gt;alert(12)&lt;/script&gt;\n```" in block[1]
    assert "````\nmore\n````" in block[1]
    assert "<p>After the code.</p>" in page


def test_f40_keys_that_mkdocs_would_obey(site: Site) -> None:
    page, plain = site.page("meta"), site.page("fences")
    assert "Words of a person." in page
    assert page.count('class="md-nav md-nav--primary"') == plain.count('class="md-nav md-nav--primary"')
    assert "sessions/meta.md:3:1: " in site.said


@pytest.mark.parametrize("name", HUGE)
def test_f41_bodies_that_would_hang_a_build(name: str, site: Site) -> None:
    assert "The notes of this session are not shown here, because" in site.words(f"huge-{name}")


def test_f41_the_build_ends_soon(site: Site) -> None:
    assert site.seconds < 60


def test_f42_nothing_vanishes_and_nothing_raw_is_shown(site: Site) -> None:
    if not list(site.folder.rglob("note.html")):
        assert "sessions/note.md:1:1: " in site.said
    else:
        assert "Note: this line stays." in site.words("note")
    assert "schema: 1" not in site.words("unended")
    assert "Login limits" in site.words("unended")


def test_f43_stray_files_are_not_published(site: Site) -> None:
    assert [name for name, content in contents(site.folder).items() if b"STRAY" in content] == []


def test_f57_charts_are_well_formed(site: Site) -> None:
    charts = [
        chart
        for path in site.folder.rglob("*.html")
        for chart in re.findall(r"<svg\b[^>]*class=\"sg-chart.*?</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    ]
    assert charts
    for chart in charts:
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(chart).iter()}  # noqa: S314  # our own
        assert "script" not in tags
