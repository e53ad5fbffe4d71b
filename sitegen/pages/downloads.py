"""The ledger to take away: tables for spreadsheets and programs, a badge, a feed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from sitegen.markup import Html, el, lines
from sitegen.pages.badge import badge_json, badge_svg, badge_words
from sitegen.pages.feed import FEED, address_of, feed
from sitegen.pages.figures import cell, counted, section, table, whole_page
from sitegen.pages.kept import kept_text
from sitegen.pages.site import DOWNLOADS, HOME, METHOD, MadeFile, Page, Site
from sitegen.records import (
    Column,
    csv_head,
    csv_rows,
    json_pieces,
    json_session,
    session_columns,
    usage_columns,
    usage_entries,
)
from sitegen.session import Session

SESSIONS_CSV, USAGE_CSV = "downloads/sessions.csv", "downloads/usage.csv"
SESSIONS_JSON = "downloads/sessions.json"
BADGE_SVG, BADGE_JSON = "downloads/badge.svg", "downloads/badge.json"


def downloads_page(site: Site) -> Page:
    body = whole_page(
        el("h1", "Downloads"),
        el("p", _intro(site)),
        _hidden_note(site) if site.amounts.hidden else None,
        _named("Files", ("File", "What it holds"), [_file_row(site, *file) for file in _files(site)]),
        section("In a spreadsheet", _spreadsheet_words(site), name="spreadsheet"),
        section("In a program", _program_words(site), name="program"),
        section("The badge", *_badge_words(site), name="badge"),
        section("Columns of sessions.csv", _column_table(_session_columns(site), "sessions.csv"), name="sessions-csv"),
        section("Columns of usage.csv", _column_table(_usage_columns(site), "usage.csv"), name="usage-csv"),
    )
    description = "The ledger as CSV and JSON, a badge and a feed"
    return Page(DOWNLOADS, "Downloads", body, "downloads", description=description, day=site.last_day)


def data_files(site: Site) -> tuple[MadeFile, ...]:
    """Of the sessions that are shown, in the ledger's order; without amounts where those are hidden."""
    news = feed(site)
    return (
        _data_file(site, SESSIONS_CSV, _sessions_csv),
        _data_file(site, USAGE_CSV, _usage_csv),
        _data_file(site, SESSIONS_JSON, _sessions_json),
        MadeFile(BADGE_SVG, badge_svg(site)),
        MadeFile(BADGE_JSON, badge_json(site)),
        *([MadeFile(FEED, news)] if news else []),
    )


def _data_file(site: Site, uri: str, make: Callable[[Site], Iterable[str]]) -> MadeFile:
    return MadeFile(uri, partial(kept_text, site, uri, partial(make, site)))


def _sessions_csv(site: Site) -> Iterator[str]:
    columns = _session_columns(site)
    rows = _kept(site, SESSIONS_CSV, lambda session: "".join(csv_rows(columns, [session])))
    return chain([csv_head(columns)], map(rows, site.sessions))


def _usage_csv(site: Site) -> Iterator[str]:
    columns = _usage_columns(site)
    rows = _kept(site, USAGE_CSV, lambda session: "".join(csv_rows(columns, usage_entries([session]))))
    return chain([csv_head(columns)], map(rows, site.sessions))


def _sessions_json(site: Site) -> Iterator[str]:
    amounts = not site.amounts.hidden
    told = _kept(site, SESSIONS_JSON, partial(json_session, amounts=amounts, private=False))
    return json_pieces(site.title, site.sessions, amounts=amounts, private=False, of=told)


def _kept(site: Site, name: str, make: Callable[[Session], str]) -> Callable[[Session], str]:
    """What is made of each session, kept with it where the site will be made again."""
    if not site.again:
        return make
    return lambda session: session.once(f"{name}, amounts hidden: {site.amounts.hidden}", partial(make, session))


def _session_columns(site: Site) -> tuple[Column[Any], ...]:
    return session_columns(amounts=not site.amounts.hidden, private=False)


def _usage_columns(site: Site) -> tuple[Column[Any], ...]:
    return usage_columns(amounts=not site.amounts.hidden, private=False)


def _intro(site: Site) -> str:
    rows = sum(len(session.rows) for session in site.sessions)
    return f"{counted(len(site.sessions), 'session')} with {counted(rows, 'usage row')}, as data."


def _hidden_note(site: Site) -> Html:
    del site
    return el(
        "p",
        "Amounts are hidden on this site: the files hold no money, tokens or requests, and the badge shows how many "
        "sessions there are.",
        class_="sg-note",
    )


def _files(site: Site) -> Iterator[tuple[str, str]]:
    yield SESSIONS_CSV, "One line for each session"
    yield USAGE_CSV, "One line for each usage row: a prompt, the model that answered, and what it used"
    sums = "" if site.amounts.hidden else ", and the totals"
    yield SESSIONS_JSON, f"The same in one JSON file: sessions, each with its usage rows{sums}"
    yield BADGE_SVG, "A small picture for a README"
    yield BADGE_JSON, "The same as data, in the endpoint format of shields.io"
    if feed(site):
        yield FEED, "The newest sessions as an Atom feed"


def _file_row(site: Site, uri: str, words: str) -> tuple[Html, ...]:
    name = uri.removeprefix("downloads/")
    # A feed is subscribed to, not saved.
    saved = None if uri == FEED else name
    shown = el("a", name, href=site.link(DOWNLOADS, uri), download=saved)
    return (el("th", shown, scope="row"), cell(words))


def _spreadsheet_words(site: Site) -> Html:
    shown = [
        "UTF-8, comma between cells, a line feed after each row, names of columns in the first. An empty cell is "
        "something the session file does not say; 0 is a reported zero.",
        "A text that a spreadsheet could take for a formula, because it begins with =, +, -, @ or | (also after "
        "blanks or in full width) or with a tab or line break, has an apostrophe before it. Numbers never have one.",
    ]
    if not site.amounts.hidden:
        shown.append(
            "list_cost has every decimal there is. A spreadsheet adds in floating point: its sums can differ from "
            "this site's in the last decimals."
        )
    return lines(*(el("p", words) for words in shown))


def _program_words(site: Site) -> Html:
    amounts = "" if site.amounts.hidden else "Amounts are decimal numbers in quotes, in USD; counts are integers. "
    return el(
        "p",
        el("code", "sessions.json"),
        f" has the same names as the columns below. {amounts}What is not known is ",
        el("code", "null"),
        ", texts are as they stand in the files, and lists are lists. ",
        el("a", "How the numbers are made", href=site.link(DOWNLOADS, METHOD)),
        " says what they mean.",
    )


def _badge_words(site: Site) -> Iterator[Html]:
    label, message = badge_words(site)
    yield el("p", "It says: ", el("strong", f"{label}: {message}"), ". Each build of the site draws it anew.")
    if site.address:
        picture, home = address_of(site, BADGE_SVG), address_of(site, HOME)
        yield el("p", "In Markdown:")
        yield el("pre", el("code", f"[![{label}]({picture})]({home})"))


def _column_table(columns: Sequence[Column[Any]], name: str) -> Html:
    rows = [(el("th", el("code", column.name), scope="row"), cell(column.words)) for column in columns]
    return _named(f"Columns of {name}", ("Column", "What it holds"), rows)


def _named(label: str, head: Sequence[str], rows: Sequence[Sequence[Html]]) -> Html:
    """A table whose first column holds names, which are not broken."""
    return el("div", table(label, head, rows), class_="sg-names")
