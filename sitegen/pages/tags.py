"""Tags: an index, and one page for each."""

from collections import Counter

from sitegen.charts import Bar, ranked_bars
from sitegen.display import count
from sitegen.markup import Html, el, joined, lines, text
from sitegen.pages.figures import (
    cost_note,
    cost_of,
    counted,
    eyebrow,
    period_of,
    section,
    totals_cards,
    whole_page,
)
from sitegen.pages.newest import newest_sessions
from sitegen.pages.site import TAGS, Page, Site
from sitegen.pages.tables import chart, costliest_first, project_link, rollup_table
from sitegen.rollups import Rollup, rollup_by, rollup_of
from sitegen.session import Session

_MOST_TOGETHER = 20
_MOST_BARS = 10


def tags_page(site: Site) -> Page:
    rollups = costliest_first([rollup_of(tag, sessions) for tag, sessions in site.tags.items()])
    rows = [(tag_link(site, TAGS, r.key), r) for r in rollups]
    untagged = [session for session in site.sessions if not session.tags]
    if untagged and rows:
        rows.append((el("span", "without a tag", class_="sg-quiet"), rollup_of("", untagged)))
    body = whole_page(
        eyebrow(counted(len(rollups), "tag")) if rollups else None,
        el("h1", "Tags"),
        _bars(site, rollups) if len(rollups) > 1 else None,
        lines(rollup_table(site, "Tags", "Tag", rows), _several(), cost_note(site.amounts)) if rows else _none_yet(),
    )
    told = f"List cost by tag: {counted(len(rollups), 'tag')}" if rollups else "No tags yet"
    return Page(TAGS, "Tags", body, "tags", description=told, day=site.last_day)


def tag_pages(site: Site) -> list[Page]:
    return [_tag_page(site, tag, sessions) for tag, sessions in site.tags.items()]


def tag_link(site: Site, here: str, tag: str) -> Html:
    return el("a", tag, href=site.link(here, site.tag_uri[tag]))


def _tag_page(site: Site, tag: str, sessions: tuple[Session, ...]) -> Page:
    here = site.tag_uri[tag]
    projects = costliest_first(rollup_by(sessions, "project"))
    rows = [(project_link(site, here, r.key), r) for r in projects]
    listed = site.session_list(here, "tag", tag)
    body = whole_page(
        eyebrow(el("a", "Tags", href=site.link(here, TAGS)), period_of(sessions)),
        el("h1", tag),
        totals_cards(rollup_of(tag, sessions), site, f"in {counted(len(projects), 'project')}", listed=listed),
        chart(site, sessions, "tag-cost"),
        _together(site, here, tag, sessions),
        section("By project", rollup_table(site, "By project", "Project", rows), name="by-project"),
        section(
            "Sessions", newest_sessions(site, here, sessions, f"Sessions with the tag {tag}", listed), name="sessions"
        ),
        el("p", "A session with several tags counts in full under each of them.", class_="sg-quiet"),
        cost_note(site.amounts),
    )
    words = f"{counted(len(sessions), 'session')} with the tag {tag}"
    return Page(here, tag, body, "tag", description=words, day=site.last_day, parent=TAGS)


def _bars(site: Site, rollups: list[Rollup]) -> Html:
    """Ten, and no line for the others: a sum over tags would count sessions twice."""
    bars = [
        Bar(r.key, r.totals.list_cost, cost_of(r.totals, site.amounts), site.link(TAGS, site.tag_uri[r.key]))
        for r in rollups[:_MOST_BARS]
    ]
    return ranked_bars(bars, "tags", _MOST_BARS, site.amounts)


def _together(site: Site, here: str, tag: str, sessions: tuple[Session, ...]) -> Html | None:
    """The tags that stand beside this one, the most frequent first."""
    beside = Counter(other for session in sessions for other in set(session.tags) if other != tag)
    ranked = sorted(beside.items(), key=lambda found: (-found[1], found[0]))[:_MOST_TOGETHER]
    if not ranked:
        return None
    links = (joined((tag_link(site, here, other), f" {count(number)}")) for other, number in ranked)
    return el("p", joined((text("Together with "), joined(links, " · "))), class_="sg-together")


def _several() -> Html:
    words = (
        "A session with several tags counts in full under each of them, so these lines add up to more than the ledger."
    )
    return el("p", words, class_="sg-quiet")


def _none_yet() -> Html:
    words = joined(("No tags yet. A session gets some in its frontmatter: ", el("code", "tags: [auth, security]"), "."))
    return el("p", words)
