"""The top of a session's page: what it was, when, what came of it, and its key figures."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sitegen.charts import NOTHING
from sitegen.display import count, plain
from sitegen.markup import Html, el, joined, text
from sitegen.pages.figures import (
    by_hand_words,
    cached_words,
    card,
    cards,
    clock_words,
    cost_of,
    counted,
    day_words,
    eyebrow,
    month_words,
    offset_words,
    per_hour,
    share_words,
    span_of,
    tokens_of,
    unpriced_words,
)
from sitegen.pages.site import Site
from sitegen.pages.tables import project_link
from sitegen.rollups import month_key
from sitegen.session import Session

_KNOWN_CODE = ("files", "added", "deleted", "tests_added", "coverage")


def header_card(site: Site, here: str, session: Session, title: str) -> Html:
    """Readable at a glance: all that a list of sessions would say of it, and its outcome."""
    return el(
        "header",
        _eyebrow(site, here, session),
        el("h1", joined((title, *_badges(session)), " ")),
        el("p", session.focus, class_="sg-lead") if session.focus else None,
        _glance(
            (
                ("When", _when(session)),
                ("Phase", session.phase.words if session.phase else ""),
                ("Outcome", _goals(session)),
                ("Code", joined(_code_words(session), " · ")),
            )
        ),
        class_="sg-session-head",
    )


def key_figures(site: Site, session: Session) -> Html:
    """Each leads to the part of the page that it is made of."""
    totals, amounts, used = session.totals, site.amounts, bool(session.rows)
    rate = per_hour(totals.list_cost, session.active, amounts) if session.active else ""
    told = (unpriced_words(totals, amounts), by_hand_words(totals, amounts))
    note = " · ".join(words for words in told if words) or rate or share_words(amounts)
    return cards(
        card("List cost", cost_of(totals, amounts), note, "#breakdown" if used else None),
        card("Tokens", tokens_of(totals, amounts), cached_words(totals), "#breakdown" if used else None),
        card(
            "Requests",
            amounts.count_requests(totals.requests) if used else NOTHING,
            _interactions(session),
            "#usage" if used else None,
        ),
        card("Active", span_of(session.active), f"of {span_of(session.duration)}" if session.duration else ""),
    )


def other_code(session: Session) -> Iterator[tuple[str, str]]:
    """What the file says of the code besides the metrics in the header."""
    for key, value in session.code.items():
        if key not in _KNOWN_CODE:
            yield key.replace("_", " ").capitalize(), _number(value)


def _eyebrow(site: Site, here: str, session: Session) -> Html:
    month = month_key(session.started)
    in_month = site.month_uri.get(month)
    return eyebrow(
        project_link(site, here, session.project),
        el("a", month_words(month), href=site.link(here, in_month)) if in_month else None,
    )


def _badges(session: Session) -> Iterator[Html]:
    if session.sample:
        yield el("span", "sample", class_="sg-badge sg-badge-sample")
    if session.state:
        yield el("span", session.state, class_=f"sg-badge{' sg-badge-done' if session.state == 'complete' else ''}")


def _glance(pairs: tuple[tuple[str, str], ...]) -> Html | None:
    shown = [el("div", el("dt", name), el("dd", value)) for name, value in pairs if value]
    return el("dl", *shown, class_="sg-glance") if shown else None


def _when(session: Session) -> str:
    began, ended = session.started, session.ended
    if not began:
        return ""
    until = _moment(ended.date() if ended and ended.date() != session.day else None, clock_words(ended))
    return f"{day_words(session.day)}, {clock_words(began)} to {until if ended else '…'} {offset_words(began)}"


def _moment(day: date | None, clock: str) -> str:
    return f"{day_words(day)} {clock}" if day else clock


def _goals(session: Session) -> str:
    """A bar that says it again: the words alone are enough."""
    met, goals = session.goals
    if not goals:
        return ""
    share = plain((Decimal(100 * met) / goals).quantize(Decimal("0.1")))
    bar = el("span", el("span", style=f"width:{share}%"), class_="sg-goals", aria_hidden="true")
    return joined((text(f"{count(met)} of {counted(goals, 'goal')} met"), bar), " ")


def _code_words(session: Session) -> Iterator[Html]:
    code = session.code
    if "files" in code:
        yield text(f"{_number(code['files'])} {'file' if code['files'] == 1 else 'files'} changed")
    lines = [f"{sign}{_number(code[key])}" for key, sign in (("added", "+"), ("deleted", "−")) if key in code]
    if lines:
        yield text(f"{' '.join(lines)} lines")
    if "tests_added" in code:
        yield text(f"{_number(code['tests_added'])} {'test' if code['tests_added'] == 1 else 'tests'} added")
    if "coverage" in code:
        yield text(f"{_number(code['coverage'])} % covered by tests")


def _number(value: int | Decimal) -> str:
    return count(value) if isinstance(value, int) else plain(value)


def _interactions(session: Session) -> str:
    number = len({(row.at, row.task) for row in session.rows})
    return f"in {counted(number, 'interaction')}" if number else ""
