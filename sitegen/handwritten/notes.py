"""A file without frontmatter whose figures stand in its body: a session that nothing counts yet."""

import re

from sitegen.body import prose_lines
from sitegen.frontmatter import Document
from sitegen.handwritten.figures import Figures, has_usage_table
from sitegen.handwritten.numbers import is_nothing, is_unfilled
from sitegen.handwritten.reading import read_figures
from sitegen.handwritten.values import LONGEST
from sitegen.session import Phase, Session

TITLES = ("session name", "session", "session title", "title")
PROJECTS = ("project", "project name", "repository")
FOCUSES = ("focus area", "focus")
_STATES = ("active", "break", "blocked", "documenting", "complete")
_H1 = re.compile(r"^\ufeff?#\s+(.*?)\s*#*\s*$")
_HEADING = re.compile(
    r"^##\s+session:\s*(?:phase\s+(?P<number>\d{1,4}))?\s*(?:part\s+(?P<part>\d{1,4}))?\s*[-–—:]?\s*(?P<name>.*?)\s*$",
    re.IGNORECASE,
)
_GLYPHS = re.compile(r"^[^\w\[]+")


def note_of(document: Document) -> Session | None:
    """The session that a file without frontmatter tells of, or None where it has no usage table."""
    figures = read_figures(document.body)
    if not has_usage_table(figures):
        return None
    return Session(
        path=document.path,
        title=stated_title(document.body, figures) or _first_heading(document.body) or _stem(document.path),
        project=stated_text(figures, *PROJECTS),
        document=document,
        body=document.body,
        state=stated_state(figures) or "complete",
        focus=stated_text(figures, *FOCUSES),
        phase=stated_phase(document.body, figures),
    )


def stated_text(figures: Figures, *names: str) -> str:
    """The words of a field, or nothing where it is missing or not filled in."""
    text = figures.field(*names)
    if text is None or is_unfilled(text.text) or is_nothing(text.text):
        return ""
    return text.text.replace("\\|", "|")


def stated_title(body: str, figures: Figures) -> str:
    """The field of the session's name, else the heading `## Session: …`."""
    if title := stated_text(figures, *TITLES):
        return title
    found = _session_heading(body)
    name = found["name"] if found else ""
    return "" if "[" in name else name


def has_title_field(body: str, figures: Figures) -> bool:
    """Whether the body has a place for the session's name, filled in or not."""
    return figures.field(*TITLES) is not None or _session_heading(body) is not None


def stated_phase(body: str, figures: Figures) -> Phase | None:
    found = _session_heading(body)
    number, part = (int(found[key]) if found and found[key] else None for key in ("number", "part"))
    name = _GLYPHS.sub("", stated_text(figures, "phase", "phase name", "phase state"))
    if number is None and part is None and (not name or "[" in name):
        return None
    return Phase("" if "[" in name else name, number, part)


def stated_state(figures: Figures) -> str:
    """One of the states of a session; the glyph before it does not count."""
    text = figures.field("session state", "state", "status")
    words = re.findall(r"[a-z]+", text.text.lower()) if text and not is_unfilled(text.text) else []
    return next((word for word in words if word in _STATES), "")


def _session_heading(body: str) -> re.Match[str] | None:
    return next((found for line in prose_lines(body) if (found := _short(_HEADING, line.text))), None)


def _short(pattern: re.Pattern[str], line: str) -> re.Match[str] | None:
    return pattern.match(line) if len(line) <= LONGEST else None


def _first_heading(body: str) -> str:
    found = next((found for line in prose_lines(body) if (found := _short(_H1, line.text))), None)
    return found[1] if found else ""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md")
