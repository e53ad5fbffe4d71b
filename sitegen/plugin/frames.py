"""The frame around a page: what the theme makes is the same for most sessions but for a few words.

The theme's template takes several times as long as all else about a session's page. It is rendered once for all
pages with the same place in the navigation, with marks where they differ. A frame is trusted only after two pages
came out of it byte for byte as the template itself made them; a frame that fails once is never used again.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mkdocs.structure.toc import AnchorLink, TableOfContents

from sitegen.pages import Page
from sitegen.plugin.made_pages import SitePage

KNOWN_PLUGINS = frozenset({"search", "material/search", "offline", "material/offline", "sitegen"})
"""With others a page may differ in more than a frame knows of."""
_TRIALS = 2
_TITLE, _DESCRIPTION, _URL, _EDIT = (f"sg-frame-{name}-5d21c3" for name in "tdue")
# The theme adds a heading to content that has none.
_CONTENT = "<h1 data-sg-frame-c-5d21c3>"

Remembered = Callable[[Page, Callable[[], str]], str]
"""What the template makes of a page, by this function or as it was made before."""


@dataclass(slots=True)
class _Frame:
    parts: tuple[str, ...]
    trials: int = 0
    sound: bool = True


class FramedTemplate:
    """Stands in for the theme's template of a page."""

    def __init__(self, template: Any, remembered: Remembered | None = None) -> None:
        self._template = template
        self._remembered = remembered or _render
        self._frames: dict[tuple[Any, ...], _Frame] = {}

    def render(self, context: Mapping[str, Any]) -> str:
        page = context["page"]
        if isinstance(page, SitePage) and page.made.kind != "session":
            return self._remembered(page.made, lambda: str(self._template.render(context)))
        if not isinstance(page, SitePage) or not _has_marked_parts(page):
            return str(self._template.render(context))
        key = (context["base_url"], page.made.parent, bool(page.made.description), page.edit_url is None)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = _Frame(_split(str(self._template.render({**context, "page": _marked(page)}))))
        if frame.sound and frame.trials >= _TRIALS:
            return _filled(frame, page)
        whole = str(self._template.render(context))
        frame.trials += 1
        frame.sound = frame.sound and _filled(frame, page) == whole
        return whole


class FramedEnvironment:
    """The environment of the theme's templates, with the one of pages framed."""

    def __init__(self, environment: Any, remembered: Remembered | None = None) -> None:
        self._environment = environment
        self._page = FramedTemplate(environment.get_template("main.html"), remembered)

    def get_template(self, name: str, *args: Any, **options: Any) -> Any:
        if name == "main.html":
            return self._page
        return self._environment.get_template(name, *args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._environment, name)


def _render(page: Page, render: Callable[[], str]) -> str:
    del page
    return render()


def _has_marked_parts(page: SitePage) -> bool:
    edit = page.edit_url is None or (page.file.edit_uri or "\n") in page.edit_url
    return edit and (not page.canonical_url or page.canonical_url.endswith(page.url))


def _marked(page: SitePage) -> SitePage:
    marked = copy.copy(page)
    marked.title = _TITLE
    marked.content = _CONTENT
    marked.toc = TableOfContents([AnchorLink(_TITLE, page.toc.items[0].id, 1)])
    marked.meta = {**page.meta, "title": _TITLE, "description": _DESCRIPTION if page.made.description else ""}
    if page.canonical_url:
        marked.canonical_url = page.canonical_url.removesuffix(page.url) + _URL
    if page.edit_url and page.file.edit_uri:
        marked.edit_url = page.edit_url.replace(page.file.edit_uri, _EDIT)
    return marked


def _split(whole: str) -> tuple[str, ...]:
    """Text and marks in turn, text first."""
    parts = [whole]
    for mark in (_TITLE, _DESCRIPTION, _CONTENT, _URL, _EDIT):
        cut: list[str] = []
        for at, part in enumerate(parts):
            pieces = [part] if at % 2 else part.split(mark)
            cut += [piece for text in pieces for piece in (mark, text)][1:]
        parts = cut
    return tuple(parts)


def _filled(frame: _Frame, page: SitePage) -> str:
    words = {
        _TITLE: str(page.meta["title"]),
        _DESCRIPTION: str(page.meta["description"]),
        _CONTENT: str(page.content),
        _URL: page.url,
        _EDIT: page.file.edit_uri or "",
    }
    return "".join(words[part] if at % 2 else part for at, part in enumerate(frame.parts))
