"""Any text as the body of a session file: shown without anything that runs, and read without a crash."""

from html.parser import HTMLParser

from sitegen.blocks import find_blocks
from sitegen.body import boxes, goals_met, placeholders, prose_lines, without_placeholders
from sitegen.handwritten import read_figures
from sitegen.prose import prose_html

REFUSED = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "base",
    "meta",
    "link",
    "form",
    "input",
    "img",
    "svg",
    "video",
}


class _Dangers(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in REFUSED, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name in ("href", "src", "action"):
                address = "".join((value or "").split()).lower()
                assert not address.startswith(("javascript:", "data:", "vbscript:")), address


def check(data: bytes) -> None:
    body = data.decode("utf-8", "replace")
    _Dangers().feed(prose_html(body, "Title", {"a.md": "a.html"}.get))
    lines = body.count("\n") + 1
    assert all(1 <= line.number <= lines for line in prose_lines(body))
    met, goals = goals_met(body)
    assert 0 <= met <= goals <= len(boxes(body))
    for found in placeholders(body):
        assert body.split("\n")[found.line - 1].startswith(found.text, found.column - 1)
    without_placeholders(body)
    blocks, _ = find_blocks(body, "s.md", 5)
    assert all(1 < block.first <= block.last + 1 <= lines for block in blocks)
    read_figures(body)
