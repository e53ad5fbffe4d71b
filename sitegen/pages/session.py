"""The page of one session: what came of it, what was written about it, what it cost, and where that comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

from sitegen.blocks import efficiency_of
from sitegen.display import Amounts, percent
from sitegen.html_store import Words, kept_page, kept_prose
from sitegen.markup import Html, el, joined, lines
from sitegen.pages.addresses import session_link
from sitegen.pages.figures import cost_of, counted, day_words, facts, whole_page
from sitegen.pages.kept import kept
from sitegen.pages.session_costs import breakdown_section, mix_section, what_if_section
from sitegen.pages.session_header import header_card, key_figures, other_code
from sitegen.pages.site import Page, Site
from sitegen.pages.tables import model_link
from sitegen.pages.usage import usage_section
from sitegen.pages.what_if import candidates
from sitegen.prose import Shown, prose_html
from sitegen.rollups import month_key
from sitegen.session import Session

_SOURCES = {
    "claude-code": "a Claude Code transcript",
    "api": "API responses",
    "manual": "rows written by hand",
    "estimate": "an estimate",
}
_OUTPUTS = {"exact": "output counts are final", "at least": "output counts are lower bounds"}


@dataclass(frozen=True, slots=True)
class Common:
    """What the pages of all sessions share, worked out once: the models to compare with, by `candidates`.

    `addresses` stands for all addresses of sessions: it is another one as soon as one of them is.
    """

    models: Mapping[str, str]
    addresses: str


def common_of(site: Site) -> Common:
    addresses = blake2b(repr(sorted(site.session_uri.items())).encode(), digest_size=16).hexdigest()
    models = kept(
        site, "models to compare with", dict[str, str], lambda: dict(candidates(site.models, site.settings.price_book))
    )
    return Common(models, addresses)


def session_pages(site: Site) -> list[Page]:
    common = common_of(site)
    pages = []
    for sessions in site.projects.values():
        for before, session, after in zip((None, *sessions[:-1]), sessions, (*sessions[1:], None), strict=True):
            pages.append(session_page(site, session, before, after, common))
    return pages


def session_page(
    site: Site, session: Session, before: Session | None, after: Session | None, common: Common | None = None
) -> Page:
    """`before` and `after` are its neighbours in its project. Its HTML is made when it is asked for."""
    common = common or common_of(site)
    here = site.session_uri[session.path]
    made_from = _made_from(site, session, before, after, common)
    make = partial(_html, site, session, before, after, common.models)
    key = _key(site, session, made_from)
    return Page(
        here,
        _title(session),
        partial(kept_page, site.store, key, make) if key else make,
        "session",
        source=session.path,
        description=f"{session.project}, {day_words(session.day)}",
        words=" ".join(filter(None, (session.project, session.focus, *session.tags, *session.models))),
        day=session.day,
        parent=site.project_uri[session.project],
        previous=site.session_uri[before.path] if before else None,
        next=site.session_uri[after.path] if after else None,
        made_from=(session, *made_from),
        key=key,
    )


def _key(site: Site, session: Session, made_from: tuple[object, ...]) -> bytes:
    """Of its file the bytes stand for the session; empty where those are not known."""
    digest = site.digests.get(session.path, "")
    shown = f"{digest} {session.path} {session.project} {made_from!r}".encode("utf-8", "surrogatepass")
    return blake2b(shown, digest_size=16).digest() if digest else b""


def _title(session: Session) -> str:
    return session.title or session.stem


def _html(
    site: Site, session: Session, before: Session | None, after: Session | None, models: Mapping[str, str]
) -> Html:
    here = site.session_uri[session.path]
    within = site.amounts_within(session.totals)
    return whole_page(
        header_card(site, here, session, _title(session)),
        key_figures(site, session),
        _prose_and_facts(site, here, session),
        _figures(site, here, session, models, within) if session.rows else None,
        _provenance(session, within),
        _neighbours(site, here, before, after),
    )


def _made_from(
    site: Site, session: Session, before: Session | None, after: Session | None, common: Common
) -> tuple[object, ...]:
    """All but its session that a page says and links to.

    Of other sessions no more than that, so that few pages change with one.
    """
    known = (*session.models, *common.models.values())
    return (
        *((_title(other), other.day) if other else None for other in (before, after)),
        common.models,
        # Any word of a body may be a link to the file of another session.
        common.addresses if ".md" in session.body else None,
        site.pictures_by_path.get(session.path),
        site.running[session.path],
        site.amounts,
        site.settings.overrides,
        site.settings.multiplier,
        site.directory_urls,
        site.month_uri.get(month_key(session.started)),
        tuple(site.tag_uri[tag] for tag in session.tags),
        tuple(site.model_uri.get(model) for model in known),
    )


def _prose_and_facts(site: Site, here: str, session: Session) -> Html:
    """What was decided comes first; the facts stand beside it where there is room."""
    resolve = partial(session_link, site.session_uri, session.path, directory_urls=site.directory_urls)
    if shows_pictures(session):
        words = prose_html(session.body, _title(session), resolve, partial(_picture, site, here, session.path))
    else:
        words = kept_prose(site.store, words_of(session), resolve)
    known = _facts(site, here, session)
    if not words:
        return known
    return el(
        "div", "\n", el("div", "\n", words, "\n", class_="sg-prose"), "\n", known, "\n", class_="sg-prose-and-facts"
    )


def _picture(site: Site, here: str, path: str, target: str) -> Shown | None:
    found = site.pictures.get((path, target))
    return Shown(site.link(here, found.uri), found.width, found.height) if found else None


def shows_pictures(session: Session) -> bool:
    """Its words are then made for its page alone: what a picture is called says not which one it is."""
    return "![" in session.body


def words_of(session: Session) -> Words:
    return session.once("words", lambda: Words(session.path, _title(session), session.body))


def _figures(site: Site, here: str, session: Session, models: Mapping[str, str], within: Amounts) -> Html:
    totals = session.totals
    return lines(
        usage_section(session, totals, within),
        breakdown_section(session, totals, within),
        mix_section(session, totals, within),
        what_if_section(site, here, session, models, within),
    )


def _facts(site: Site, here: str, session: Session) -> Html:
    return facts(
        (
            ("Models", joined((model_link(site, here, model) for model in session.models), ", ")),
            ("Branch", el("code", session.git.branch) if session.git.branch else None),
            ("Commits", joined((el("code", commit) for commit in session.git.commits), " ")),
            ("Pull request", f"#{session.git.pull_request}" if session.git.pull_request is not None else None),
            ("Tags", joined((_tag_link(site, here, tag) for tag in dict.fromkeys(session.tags)), " ")),
            *other_code(session),
            *((_label(key), value) for key, value in session.quality.items()),
            *((f"{_label(key)} rating", f"{value} / 10") for key, value in session.ratings.items()),
            ("Estimate", _estimate_words(session, site)),
            ("Billed", None if session.billed is None or site.amounts.hidden else site.amounts.usd(session.billed)),
            ("Project so far", _running_words(site, here, session)),
        )
    )


def _tag_link(site: Site, here: str, tag: str) -> Html:
    return el("a", tag, href=site.link(here, site.tag_uri[tag]), class_="sg-tag")


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _estimate_words(session: Session, site: Site) -> str:
    """What was expected, how much of it was spent, and what the ledger calls that."""
    if session.estimate is None:
        return ""
    list_cost = session.totals.list_cost
    expected = "" if site.amounts.hidden else site.amounts.usd(session.estimate)
    spent = f"{percent(list_cost, session.estimate)} of it spent" if session.estimate and list_cost else ""
    efficiency = efficiency_of(session, site.settings.bands)
    return ", ".join(filter(None, (expected, spent, efficiency.word if efficiency else "")))


def _running_words(site: Site, here: str, session: Session) -> Html:
    running = site.running[session.path]
    sessions = el("a", counted(running.sessions, "session"), href=site.link(here, site.project_uri[session.project]))
    return joined((sessions, cost_of(running.totals, site.amounts)), ", ")


def _provenance(session: Session, amounts: Amounts) -> Html | None:
    """Where the numbers come from. Never the ids of the source: they name nothing that a reader can open."""
    source = session.source
    if source is None:
        return None
    origin = _SOURCES.get(source.kind, source.kind)
    output = _OUTPUTS.get(source.output, f"output counts: {source.output}")
    prices = sorted({price.source for price in session.prices.values() if price.source})
    parts = [f"Numbers from {origin}; {output}"]
    parts += [f"prices from {', '.join(prices)}"] if prices else []
    if source.reported_cost is not None:
        parts.append(f"the agent itself reported {amounts.exact_usd(source.reported_cost)}")
    return el("p", "; ".join(parts), ". Session file: ", el("code", session.path), class_="sg-quiet sg-provenance")


def _neighbours(site: Site, here: str, before: Session | None, after: Session | None) -> Html | None:
    if not (before or after):
        return None
    return el(
        "nav",
        _neighbour(site, here, before, "Before in this project", "prev"),
        _neighbour(site, here, after, "After in this project", "next"),
        class_="sg-neighbours",
        aria_label="Neighbours in this project",
    )


def _neighbour(site: Site, here: str, session: Session | None, label: str, rel: str) -> Html | None:
    if session is None:
        return None
    return el(
        "a",
        el("span", label, class_="sg-below"),
        el("span", _title(session), class_="sg-neighbour-title"),
        el("span", day_words(session.day), class_="sg-below") if session.day else None,
        href=site.link(here, site.session_uri[session.path]),
        rel=rel,
        class_=f"sg-neighbour sg-{rel}",
    )
