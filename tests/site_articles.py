"""What two built sites have in common: their articles, without the frame that each generator puts around them."""

import re
from html.parser import HTMLParser
from pathlib import Path

ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.DOTALL)
_SKIP = re.compile(r'<a\b[^>]*id="?__skip"?[^>]*></a>')
"""Where Zensical's link past the navigation leads; with MkDocs that is an element of ours."""
Event = tuple[str, str, tuple[tuple[str, str | None], ...]]


class _Events(HTMLParser):
    """What a browser reads: references are characters, and it is the same however they are written."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(("start", tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.events.append(("end", tag, ()))

    def handle_data(self, data: str) -> None:
        kind, words, _ = self.events[-1] if self.events else ("", "", ())
        if kind == "text":
            self.events[-1] = ("text", words + data, ())
        else:
            self.events.append(("text", data, ()))


def events_of(content: str) -> list[Event]:
    parser = _Events()
    parser.feed(content.strip())
    parser.close()
    return parser.events


def articles(site: Path) -> dict[str, list[Event]]:
    """By address; the page for addresses that are not there is left out."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        article = ARTICLE.search(path.read_text(encoding="utf-8"))
        if article is not None and path.name != "404.html":
            found[path.relative_to(site).as_posix()] = events_of(_SKIP.sub("", article[1]))
    return found


def first_difference(one: list[Event], other: list[Event]) -> str:
    """In words, empty where there is none."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return f"{left!r} against {right!r}"
    return "" if len(one) == len(other) else f"{len(one)} against {len(other)} parts"
