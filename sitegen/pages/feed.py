"""The feed of new sessions, Atom 1.0: the same ledger gives the same feed, whenever it is built."""

import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from urllib.parse import urljoin

from sitegen.markup import printable
from sitegen.pages.site import HOME, Site
from sitegen.session import Session

FEED = "downloads/feed.xml"
_MOST_ENTRIES = 50
_NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(site: Site) -> str | None:
    """The newest sessions, each dated by its end. None where the site has no address, or no session a date."""
    dated = [(_updated(session), session) for session in site.newest_first if session.started]
    if not site.address or not dated:
        return None
    # A day's sessions that overlap end in another order than they begin.
    newest = sorted(dated, key=lambda pair: (pair[0], pair[1].path), reverse=True)[:_MOST_ENTRIES]
    root = ET.Element("feed", {"xmlns": _NAMESPACE})
    _child(root, "id", _id(site, ""))
    _child(root, "title", site.title or "Sessions")
    _child(root, "updated", _stamp(newest[0][0]))
    _child(root, "link", href=address_of(site, HOME))
    _child(root, "link", rel="self", type="application/atom+xml", href=address_of(site, FEED))
    _child(_child(root, "author"), "name", site.title or "Sessions")
    _child(root, "generator", "Sessions Daybook")
    for updated, session in newest:
        _add_entry(root, site, session, updated)
    ET.indent(root, "  ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def address_of(site: Site, uri: str) -> str:
    """The full address of a page or file, for a site that has one."""
    return urljoin(_home(site), site.link(HOME, uri))


def _add_entry(root: ET.Element, site: Site, session: Session, updated: datetime) -> None:
    entry = _child(root, "entry")
    _child(entry, "id", _id(site, session.path))
    _child(entry, "title", session.title or session.stem)
    _child(entry, "updated", _stamp(updated))
    if session.started:
        _child(entry, "published", _stamp(session.started))
    _child(entry, "link", href=address_of(site, site.session_uri[session.path]))
    _child(entry, "category", term=session.project)
    for tag in dict.fromkeys(session.tags):
        _child(entry, "category", term=tag)
    _child(entry, "summary", _summary(site, session))


def _summary(site: Site, session: Session) -> str:
    """Project, models and list cost in one line; no share of the whole, which changes with every new session."""
    parts = [session.project, ", ".join(session.models), session.focus]
    totals = session.totals
    if session.rows and not site.amounts.hidden:
        unknown = totals.unpriced_responses and not totals.list_cost
        parts.append(f"list cost {site.amounts.usd(None if unknown else totals.list_cost, floor=totals.is_floor)}")
    return " · ".join(filter(None, parts))


def _updated(session: Session) -> datetime:
    return max(_with_offset(at) for at in (session.started, session.ended) if at)


def _with_offset(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    """RFC 3339."""
    return _with_offset(at).isoformat(timespec="seconds")


def _id(site: Site, path: str) -> str:
    """Lasting: the address of a page may change its ending, the file and the home of the site do not."""
    return uuid.uuid5(uuid.NAMESPACE_URL, printable(f"{_home(site)}{path}")).urn


def _home(site: Site) -> str:
    return f"{site.address.rstrip('/')}/"


def _child(parent: ET.Element, name: str, words: str = "", **attributes: str) -> ET.Element:
    """Foreign text in one line, without what XML forbids."""
    child = ET.SubElement(parent, name, {key: _plain(value) for key, value in attributes.items()})
    if words:
        child.text = _plain(words)
    return child


def _plain(words: str) -> str:
    return " ".join(printable(words).split())
