"""What a person wrote in a session file: Markdown → HTML that cannot run, load or imitate anything."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions.toc import TocExtension, slugify
from markdown.treeprocessors import Treeprocessor

from sitegen.body_limits import refusal_of, without_blocks
from sitegen.markup import Html, el, printable

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"(<h([1-6])[^>]*>.*?</h\2>)", re.DOTALL)
_CHECK_BOX = re.compile(r"<input\b[^>]*?type=\"checkbox\"[^>]*>")
_OWN_ID = re.compile(r"(?:notes-|fn:|fnref\d*:)")

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TAGS = (nh3.ALLOWED_TAGS | _HEADINGS | {"details", "summary"}) - {"img", "map", "area"}
_ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "ol": {"start"},
    "span": {"role", "aria-label"},
    "td": {"style"},
    "th": {"style"},
}
_KINDS_OF_NOTE = {"note", "abstract", "info", "tip", "success", "question", "warning", "failure", "danger"}
_CLASSES = _KINDS_OF_NOTE | {
    "admonition",
    "admonition-title",
    "bug",
    "example",
    "quote",
    "footnote",
    "footnote-ref",
    "footnote-backref",
    "task-list",
    "task-list-item",
    "sg-box",
    "sg-image",
}
_LANGUAGE = re.compile(r"language-[\w+-]+")
_MARK = re.compile(r"sg-picture-\d{1,4}")
# Where a picture goes. Cleaned HTML has no quotes within attributes, so nothing but such an element looks like it.
_PICTURE = re.compile(r'<span class="sg-picture-(\d{1,4})"></span>')


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on a page: its address as seen from there, and its size in pixels where that is known."""

    address: str
    width: int | None = None
    height: int | None = None


def _no_picture(target: str) -> Shown | None:  # noqa: ARG001  # the signature of all that find one
    return None


def prose_html(
    body: str,
    title: str,
    resolve: Callable[[str], str | None],
    picture: Callable[[str], Shown | None] = _no_picture,
) -> Html:
    """The body without its generated blocks, and without a first heading that repeats the title.

    `resolve` gives the address on the site of a relative link, or None for one that leads nowhere here.
    `picture` gives what the site has for the target of an image; where it is None its description stands instead.
    Text that could stop the build is not converted; a line says why. The result may be empty.
    """
    shown = printable(body.replace("\r\n", "\n"))
    if refusal := refusal_of(shown):
        return _stub(str(refusal))
    drawn: list[Html] = []
    try:
        raw = _converter(title, _Images(picture, drawn)).convert(without_blocks(shown))
    except RecursionError:
        return _stub("it is nested too deeply")
    cleaned = _clean(_without_empty_sections(_COMMENT.sub("", raw)), resolve)
    return Html(_PICTURE.sub(lambda found: "".join(drawn[int(found[1]) :][:1]), cleaned))


def picture_targets(body: str) -> tuple[str, ...]:
    """What the images of a body point to, in the order in which they stand there."""
    found: dict[str, None] = {}
    if "![" in body:
        prose_html(body, "", lambda _: None, found.setdefault)
    return tuple(found)


def _converter(title: str, images: Treeprocessor) -> markdown.Markdown:
    converter = markdown.Markdown(
        extensions=[
            "tables",
            "fenced_code",
            "sane_lists",
            "admonition",
            "footnotes",
            "pymdownx.tasklist",
            TocExtension(slugify=lambda words, between: f"notes-{slugify(words, between)}"),
        ]
    )
    # After the inline text is known (priority 20), before the headings get their ids (5).
    converter.treeprocessors.register(_Headings(title), "sg-headings", 6)
    converter.treeprocessors.register(images, "sg-images", 6)
    return converter


class _Headings(Treeprocessor):
    """The page has its own first heading: one that repeats it goes, and any other moves one level down."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = " ".join(title.split())

    def run(self, root: Element) -> None:
        first = next(iter(root), None)
        if first is not None and first.tag == "h1" and _words(first) == self._title:
            root.remove(first)
        if root.find(".//h1") is None:
            return
        for element in root.iter():
            if re.fullmatch(r"h[1-5]", element.tag):
                element.tag = f"h{int(element.tag[1]) + 1}"


class _Images(Treeprocessor):
    """A picture from elsewhere would tell its host who reads this: its description stands in its place.

    One that is on the site gets a mark, which becomes a picture after all else is cleaned: no `img` of a body ever
    passes.
    """

    def __init__(self, picture: Callable[[str], Shown | None], drawn: list[Html]) -> None:
        super().__init__()
        self._picture = picture
        self._drawn = drawn

    def run(self, root: Element) -> None:
        for element in root.iter("img"):
            words = element.get("alt", "")
            shown = self._picture(element.get("src", ""))
            element.tag = "span"
            if shown is None:
                element.text = f"[image: {words or 'no description'}]"
                element.attrib = {"class": "sg-image"}
            else:
                element.attrib = {"class": f"sg-picture-{len(self._drawn)}"}
                self._drawn.append(_drawn_picture(shown, words))


def _drawn_picture(shown: Shown, words: str) -> Html:
    return el("img", src=shown.address, alt=words, width=shown.width, height=shown.height, loading="lazy")


def _words(heading: Element) -> str:
    return " ".join(html.unescape("".join(heading.itertext())).split())


def _without_empty_sections(content: str) -> str:
    """Headings with nothing below them go, as above a generated block. Before cleaning, never after."""
    first, *rest = _HEADING.split(content)
    kept: list[str] = []
    level_below = 0
    for heading, level, words in reversed([*zip(rest[::3], map(int, rest[1::3]), rest[2::3], strict=True)]):
        if words.strip() or level_below > level:
            kept += [words, heading]
            level_below = level
    return first + "".join(reversed(kept))


def _clean(raw: str, resolve: Callable[[str], str | None]) -> Html:
    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "class":
            return " ".join(word for word in value.split() if _is_known_class(word)) or None
        if name == "id":
            return value if _OWN_ID.match(value) else None
        if tag == "a" and name == "href":
            return _address(value, resolve)
        return value

    return Html(
        nh3.clean(
            _CHECK_BOX.sub(_drawn_box, raw),
            tags=set(_TAGS),
            attributes=_ATTRIBUTES,
            attribute_filter=attribute,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow ugc",
            filter_style_properties={"text-align"},
        ).strip()
    )


def _drawn_box(found: re.Match[str]) -> str:
    ticked = "checked" in found[0]
    drawn, words = ("☑", "done") if ticked else ("☐", "open")
    return el("span", drawn, class_="sg-box", role="img", aria_label=words)


def _is_known_class(word: str) -> bool:
    return word in _CLASSES or bool(_LANGUAGE.fullmatch(word) or _MARK.fullmatch(word))


def _address(value: str, resolve: Callable[[str], str | None]) -> str | None:
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return value
    if not parts.path:
        anchor = parts.fragment
        return f"#{anchor}" if _OWN_ID.match(anchor) else f"#notes-{anchor}"
    return resolve(parts.path)


def _stub(reason: str) -> Html:
    return el("p", f"The notes of this session are not shown here, because {reason}.", class_="sg-stub")
