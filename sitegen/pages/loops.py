"""What is still open, oldest first."""

from collections.abc import Mapping, Sequence
from posixpath import basename

from sitegen.display import count
from sitegen.items import plain_words
from sitegen.loops import OpenLoop
from sitegen.markup import Html, el, joined, lines
from sitegen.pages.decisions import shortened
from sitegen.pages.figures import (
    card,
    cards,
    cell,
    counted,
    day_words,
    eyebrow,
    plural,
    section,
    table,
    whole_page,
)
from sitegen.pages.site import LOOPS, Page, Site
from sitegen.pages.tables import session_link
from sitegen.session import Session

_MOST_OF_A_PROJECT = 200
_LONGEST = 600
_WORDS_FOR_SEARCH = 2_000


def loops_page(site: Site) -> Page:
    loops = site.loops
    body = whole_page(
        eyebrow(f"as of {day_words(site.last_day)}") if site.last_day else None,
        el("h1", "Open loops"),
        _summary(site, loops) if loops else _nothing_open(site),
        *(_project(site, name, of_project) for name, of_project in by_project(loops).items()),
        _how() if loops else None,
    )
    words = " · ".join(plain_words(loop.text) for loop in loops)[:_WORDS_FOR_SEARCH]
    told = f"{counted(len(loops), 'open loop')}, the oldest first" if loops else "Nothing is open"
    return Page(LOOPS, "Open loops", body, "loops", description=told, words=words, day=site.last_day)


def by_project(loops: Sequence[OpenLoop]) -> Mapping[str, tuple[OpenLoop, ...]]:
    """The project with the oldest loop first."""
    found: dict[str, list[OpenLoop]] = {}
    for loop in loops:
        found.setdefault(loop.project, []).append(loop)
    return {name: tuple(of_project) for name, of_project in found.items()}


def loop_table(site: Site, here: str, loops: Sequence[OpenLoop], label: str) -> Html:
    sessions = {session.path: session for session in site.sessions}
    rows = [
        (cell(_told(site, here, loop, sessions), extra="sg-main"), cell(age_words(site, loop), number=True))
        for loop in loops
    ]
    return table(label, ("Still open", "Age"), rows, (), frozenset((1,)))


def project_anchor(site: Site, name: str) -> str:
    """The id of the project's section on the page of open loops."""
    return f"project-{basename(site.project_uri[name]).removesuffix('.md')}"


def age_words(site: Site, loop: OpenLoop) -> str:
    """`106 days`, `today` on the day of the newest session."""
    days = loop.age(site.last_day)
    return "no date" if days is None else counted(days, "day") if days else "today"


def _told(site: Site, here: str, loop: OpenLoop, sessions: Mapping[str, Session]) -> Html:
    first = joined((loop.kind, " from ", session_link(site, here, sessions[loop.path])))
    parts = [first, el("span", day_words(loop.day), class_="sg-date") if loop.day else ""]
    if loop.carried:
        times = "once" if loop.carried == 1 else f"{count(loop.carried)} times"
        parts.append(joined((f"carried {times}, last in ", session_link(site, here, sessions[loop.last_path]))))
    said = shortened(plain_words(loop.text), _LONGEST)
    return lines(el("span", said), el("span", joined((part for part in parts if part), " · "), class_="sg-below"))


def _summary(site: Site, loops: Sequence[OpenLoop]) -> Html:
    oldest = loops[0]
    questions = sum(loop.kind == "question" for loop in loops)
    carried = sum(loop.carried > 0 for loop in loops)
    projects = len(by_project(loops))
    return cards(
        card("Open loops", count(len(loops)), f"in {counted(projects, 'project')}"),
        card("Oldest", age_words(site, oldest), oldest.project, f"#{project_anchor(site, oldest.project)}"),
        card("Questions", count(questions), f"and {counted(len(loops) - questions, 'thing')} to do"),
        card("Carried over", count(carried), "into a later session" if carried else "none so far"),
    )


def _project(site: Site, name: str, loops: tuple[OpenLoop, ...]) -> Html:
    title = el("a", name, href=site.link(LOOPS, site.project_uri[name]))
    rest = len(loops) - _MOST_OF_A_PROJECT
    more = (
        f"{count(rest)} younger {plural(rest, 'loop')} {'is' if rest == 1 else 'are'} on the pages of their sessions."
    )
    return section(
        title,
        loop_table(site, LOOPS, loops[:_MOST_OF_A_PROJECT], f"Open loops of {name}"),
        el("p", more, class_="sg-quiet") if rest > 0 else None,
        name=project_anchor(site, name),
    )


def _how() -> Html:
    words = (
        "A loop is an unticked box below a heading such as Questions, Next Session or Action Items. A ticked box with "
        "the same words, in a later session of the project, closes it. Ages count to the day of the newest session."
    )
    return el("p", words, class_="sg-quiet")


def _nothing_open(site: Site) -> Html:
    words = "Nothing is open." if site.sessions else "No sessions yet."
    how = "Unticked boxes below a heading such as Questions, Next Session or Action Items appear here."
    return el("p", f"{words} {how}")
