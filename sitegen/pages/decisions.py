"""What was decided, where, what that session cost, and what replaced it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sitegen.decisions import Decision, Place
from sitegen.display import count
from sitegen.items import plain_words
from sitegen.markup import Html, el, joined, lines, text
from sitegen.pages.figures import (
    card,
    cards,
    cell,
    cost_note,
    cost_of,
    counted,
    day_words,
    eyebrow,
    month_words,
    period_words,
    plural,
    section,
    share_words,
    table,
    whole_page,
)
from sitegen.pages.site import DECISIONS, Page, Site
from sitegen.pages.tables import project_link, session_link
from sitegen.rollups import NO_KEY, session_totals
from sitegen.session import Session

MOST_DECISIONS = 500
_LONGEST = 600
_LONGEST_NAME = 80
_WORDS_FOR_SEARCH = 2_000


@dataclass(frozen=True)
class Decided:
    """All decisions of a site, the newest first, and what it takes to link from one to another."""

    all: tuple[Decision, ...]
    by_place: Mapping[Place, Decision]
    replaced: Mapping[Place, tuple[Decision, ...]]
    sessions: Mapping[str, Session]
    anchors: Mapping[Place, str]
    """Of those that the page of decisions lists."""

    def of_project(self, name: str) -> list[Decision]:
        return [each for each in self.all if each.project == name]


def decided(site: Site) -> Decided:
    found = site.decisions
    replaced: dict[Place, list[Decision]] = {}
    for each in found:
        if each.superseded_by:
            replaced.setdefault(each.superseded_by, []).append(each)
    return Decided(
        found,
        {each.place: each for each in found},
        {place: tuple(decisions) for place, decisions in replaced.items()},
        {session.path: session for session in site.sessions},
        {each.place: anchor_of(site, each) for each in found[:MOST_DECISIONS]},
    )


def anchor_of(site: Site, decision: Decision) -> str:
    """`d-2026_2026-02-11-jwt-2`: stays while the session's file and the order of its decisions stay."""
    where = site.session_uri[decision.path].removesuffix(".md").replace("/", "_")
    return f"d-{where}-{decision.number}"


def decisions_page(site: Site) -> Page:
    found = decided(site)
    shown = found.all[:MOST_DECISIONS]
    months = groupby(shown, key=lambda each: each.day.isoformat()[:7] if each.day else NO_KEY)
    blocks = [_month(site, found, key, tuple(decisions)) for key, decisions in months]
    days = [each.day for each in found.all if each.day]
    body = whole_page(
        eyebrow(period_words(min(days), max(days))) if days else None,
        el("h1", "Decisions"),
        lines(_summary(site, found), cost_words()) if blocks else _none_yet(),
        *blocks,
        _older(found),
        cost_note(site.amounts) if blocks else None,
    )
    words = " · ".join(plain_words(each.title) for each in shown)[:_WORDS_FOR_SEARCH]
    return Page(
        DECISIONS, "Decisions", body, "decisions", description=_description(found), words=words, day=site.last_day
    )


def decision_table(
    site: Site, here: str, found: Decided, decisions: Sequence[Decision], label: str, *, with_project: bool = True
) -> Html:
    """One line for each session, whose cost its decisions share. `decisions` lie session by session."""
    rows = [
        (
            cell(_session_cell(site, here, found, path, tuple(group), with_project=with_project), extra="sg-main"),
            cell(cost_of(found.sessions[path].totals, site.amounts), number=True),
        )
        for path, group in groupby(decisions, key=lambda each: each.path)
    ]
    return table(label, ("Decided", "List cost"), rows, (), frozenset((1,)))


def _month(site: Site, found: Decided, key: str, decisions: tuple[Decision, ...]) -> Html:
    words = month_words(key)
    title = el("a", words, href=site.link(DECISIONS, site.month_uri[key])) if key in site.month_uri else text(words)
    name = "undated" if key == NO_KEY else f"month-{key}"
    return section(title, decision_table(site, DECISIONS, found, decisions, f"Decisions of {words}"), name=name)


def _session_cell(
    site: Site, here: str, found: Decided, path: str, decisions: tuple[Decision, ...], *, with_project: bool
) -> Html:
    session = found.sessions[path]
    where = [
        el("span", day_words(session.day), class_="sg-date"),
        session_link(site, here, session),
        *([project_link(site, here, session.project)] if with_project else []),
    ]
    listed = el("ul", *(_entry(site, here, found, each) for each in decisions), class_="sg-decided")
    return lines(listed, el("span", joined(where, " · "), class_="sg-below"))


def _entry(site: Site, here: str, found: Decided, decision: Decision) -> Html:
    """Its anchor stands on the page of decisions only."""
    title = el("strong", shortened(plain_words(decision.title), _LONGEST))
    reason = shortened(plain_words(decision.reason), _LONGEST)
    by = found.by_place[decision.superseded_by] if decision.superseded_by else None
    parts = [
        joined((title, el("span", "superseded", class_="sg-badge") if by else ""), " ") if by else title,
        el("span", reason, class_="sg-reason") if reason else None,
        _relation("Replaced by", site, here, found, (by,)) if by else None,
        _relation("Replaces", site, here, found, found.replaced.get(decision.place, ())),
    ]
    anchor = found.anchors.get(decision.place) if here == DECISIONS else None
    return el("li", lines(*parts), id=anchor, class_="sg-superseded" if by else None)


def _relation(words: str, site: Site, here: str, found: Decided, others: Sequence[Decision]) -> Html | None:
    if not others:
        return None
    named = joined((_link(site, here, found, other) for other in others), ", ")
    return el("span", joined((words, named), " "), class_="sg-below")


def _link(site: Site, here: str, found: Decided, decision: Decision) -> Html:
    """To its place on the page of decisions; to its session where it is too old for that page."""
    name = shortened(plain_words(decision.title), _LONGEST_NAME)
    anchor = found.anchors.get(decision.place)
    page = site.link(here, DECISIONS if anchor else site.session_uri[decision.path])
    href = f"#{anchor}" if anchor and here == DECISIONS else f"{page}#{anchor}" if anchor else page
    day = f" ({day_words(decision.day)})" if decision.day else ""
    return joined((el("a", name, href=href), day))


def shortened(words: str, longest: int) -> str:
    """Cut after a word, with `…`, where it is longer."""
    if len(words) <= longest:
        return words
    return f"{words[:longest].rpartition(' ')[0] or words[:longest]}…"


def _summary(site: Site, found: Decided) -> Html:
    paths = list(dict.fromkeys(each.path for each in found.all))
    totals = session_totals(found.sessions[path] for path in paths)
    superseded = sum(each.superseded_by is not None for each in found.all)
    return cards(
        card("Decisions", count(len(found.all)), f"in {counted(len(paths), 'session')}"),
        card("Superseded", count(superseded), "by a later decision" if superseded else "all still stand"),
        card(
            "List cost of their sessions",
            cost_of(totals, site.amounts),
            share_words(site.amounts) or "with all other work in them",
        ),
    )


def _older(found: Decided) -> Html | None:
    rest = len(found.all) - MOST_DECISIONS
    if rest <= 0:
        return None
    words = (
        f"{count(rest)} older {plural(rest, 'decision')} {'is' if rest == 1 else 'are'} on the pages of their sessions."
    )
    return el("p", words, class_="sg-quiet")


def cost_words() -> Html:
    words = "A decision has no cost of its own: the amount beside it is that of the whole session it was made in."
    return el("p", words, class_="sg-quiet")


def _none_yet() -> Html:
    words = "No decisions yet. Each item of a list below a heading with the word “decision” appears here: "
    shape = el("code", "1. **What was decided**: why")
    return el("p", joined((words, shape, "."), ""))


def _description(found: Decided) -> str:
    return f"{counted(len(found.all), 'decision')}, the newest first" if found.all else "No decisions yet"
