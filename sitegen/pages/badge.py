"""The badge: what the ledger's sessions cost, as a small picture and as data for a badge service."""

import json

from sitegen.display import count
from sitegen.markup import Html, el, lines, text
from sitegen.pages.figures import plural
from sitegen.pages.site import Site
from sitegen.rollups import session_totals

_HEIGHT, _BASE = 20, 14
_PAD = 6
_NARROW = frozenset(" .,:;!|'ijl1I()")
_WIDE = frozenset("mwMW%≥")


def badge_words(site: Site) -> tuple[str, str]:
    """Label and message: the list cost of all sessions, or their number where amounts are hidden."""
    number = len(site.sessions)
    if site.amounts.hidden or not number:
        return "AI coding", f"{count(number)} {plural(number, 'session')}"
    totals = session_totals(site.sessions)
    unknown = totals.unpriced_responses and not totals.list_cost
    return "AI list cost", site.amounts.usd(None if unknown else totals.list_cost, floor=totals.is_floor)


def badge_svg(site: Site) -> str:
    """Stands alone: no font, style or colour comes from elsewhere. Each text is fitted to its computed width."""
    label, message = badge_words(site)
    left, right = (2 * _PAD + _width(words) for words in (label, message))
    drawing = lines(
        el("title", f"{label}: {message}", id="badge-title"),
        el("desc", _description(site), id="badge-desc"),
        el("rect", width=left + right, height=_HEIGHT, rx=3, fill="#3b3f48"),
        el("path", d=f"M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{right - 3}z", fill="#3f66c9"),
        _words(label, _PAD),
        _words(message, left + _PAD),
    )
    return el(
        "svg",
        "\n",
        drawing,
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        width=left + right,
        height=_HEIGHT,
        role="img",
        aria_labelledby="badge-title badge-desc",
    ) + Html("\n")


def badge_json(site: Site) -> str:
    """The endpoint schema of shields.io."""
    label, message = badge_words(site)
    return json.dumps({"schemaVersion": 1, "label": label, "message": message, "color": "3f66c9"}) + "\n"


def _description(site: Site) -> str:
    number = len(site.sessions)
    whose = f"{count(number)} AI coding {plural(number, 'session')}"
    if site.amounts.hidden:
        return f"{whose}."
    return f"{whose} at list prices: tokens times the published price, not an invoice."


def _words(words: str, x: int) -> Html:
    shown = text(words)
    fitted = f'textLength="{_width(words)}" lengthAdjust="spacingAndGlyphs"'
    font = 'font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" fill="#fff"'
    return Html(f'<text x="{x}" y="{_BASE}" {font} {fitted}>{shown}</text>')


def _width(words: str) -> int:
    """Pixels in a sans-serif of 11 pixels, by three classes of characters: no font has to be measured."""
    return sum(4 if one in _NARROW else 10 if one in _WIDE else 7 for one in words)
