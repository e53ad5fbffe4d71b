"""HTML that cannot be built unescaped: foreign text becomes `Html` only through `text` or `el`."""

import html
import re
from collections.abc import Iterable
from functools import cache

_VOID = frozenset({"br", "hr", "img", "input", "meta", "link"})
# What XML forbids, and the marks that turn the direction of the text after them.
_UNPRINTABLE_ONES = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_UNPRINTABLE = re.compile(f"[{_UNPRINTABLE_ONES}]")
# Most texts hold nothing of the kind and are looked through once.
_SPECIAL = re.compile(f"[&<>\"'{_UNPRINTABLE_ONES}]")


class Html(str):
    """Text that is HTML already. Joined with plain text by `+` or an f-string it is plain text again."""

    __slots__ = ()

    def __html__(self) -> str:
        """For templates: an escape filter leaves this as it is."""
        return str(self)


def printable(foreign: str) -> str:
    return _UNPRINTABLE.sub("", foreign)


def text(foreign: str) -> Html:
    if isinstance(foreign, Html):
        return foreign
    return Html(html.escape(printable(foreign), quote=True)) if _SPECIAL.search(foreign) else Html(foreign)


def el(name: str, *children: str | None, **attributes: str | int | bool | None) -> Html:
    """`el("td", title, class_="sg-num")`: children and values are escaped, None and False are left out.

    Underscores in attribute names become hyphens, one at the end is dropped.
    """
    shown = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown += f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{_plain(value)}"'
    if name in _VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{''.join([_escaped(child) for child in children if child is not None])}</{name}>")


def _plain(value: str | int) -> str:
    return _escaped(value) if isinstance(value, str) else str(value)


def _escaped(foreign: str) -> str:
    """As `text`, without naming it HTML: a page has thousands of these."""
    if type(foreign) is Html or not _SPECIAL.search(foreign):
        return foreign
    return text(foreign)


def joined(parts: Iterable[str], between: str = "") -> Html:
    return Html(text(between).join([_escaped(part) for part in parts]))


def lines(*parts: str | None) -> Html:
    """Blocks one below the other; what is empty is left out, so no line is blank."""
    return joined((part for part in parts if part), "\n")


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def scroll_box(wide: Html, label: str) -> Html:
    """What may be wider than a phone scrolls in its own box, also by keyboard."""
    return el("div", wide, class_="sg-scroll", tabindex="0", role="group", aria_label=label)
