"""What `sessions check` has to say: every problem, the gravest first, with its place and its cure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sitegen.display import count, visible
from sitegen.errors import Problem, Severity
from sitegen.markup import Html, el, joined, lines, text
from sitegen.pages.figures import card, cards, counted, section, whole_page
from sitegen.pages.site import PROBLEMS, Page, Site

_SEVERITIES = (
    (Severity.ERROR, "error", "sessions check ends with 1"),
    (Severity.WARNING, "warning", "worth a look"),
    (Severity.NOTE, "note", "good to know"),
)
_MOST_SHOWN = 1000


def problems_page(site: Site) -> Page:
    withheld = site.in_all is not None or site.amounts.hidden
    content = [_withheld_words(site)] if withheld else _found(site)
    body = whole_page(el("h1", "Problems"), *content)
    description = "Mistakes in the session files" if withheld else _summary(site.problems)
    return Page(PROBLEMS, "Problems", body, "problems", description=description, day=site.last_day)


def _withheld_words(site: Site) -> Html:
    kind = "without amounts" if site.amounts.hidden else "of published sessions only"
    return el(
        "p",
        f"Not shown on this site, which is one {kind}: messages quote figures, and name files that may not be "
        "published. The owner of the ledger sees them with ",
        el("code", "sessions check"),
        ".",
    )


def _found(site: Site) -> Iterator[Html | None]:
    rows = sum(len(session.rows) for session in site.sessions)
    looked = f"{counted(len(site.sessions), 'session')} with {counted(rows, 'usage row')}"
    if not site.problems:
        yield el("p", "Nothing found by ", el("code", "sessions check"), f" in {looked}.")
        return
    yield el("p", "What ", el("code", "sessions check"), f" has to say about {looked}.")
    yield _counts(site.problems)
    left = _MOST_SHOWN
    for severity, word, _ in _SEVERITIES:
        own = [problem for problem in site.problems if problem.severity is severity]
        if own[:left]:
            yield section(counted(len(own), word).capitalize(), _by_file(site, own[:left]), name=f"{word}s")
        left -= len(own[:left])
    if len(site.problems) > _MOST_SHOWN:
        yield el(
            "p",
            f"Shown are the first {count(_MOST_SHOWN)} of {counted(len(site.problems), 'problem')}; ",
            el("code", "sessions check"),
            " tells them all.",
            class_="sg-note",
        )


def _counts(problems: Sequence[Problem]) -> Html:
    return cards(
        *(
            card(f"{word.capitalize()}s", count(sum(problem.severity is severity for problem in problems)), note)
            for severity, word, note in _SEVERITIES
        ),
        card("Files", count(len({problem.location.path for problem in problems})), "with something to look at"),
    )


def _by_file(site: Site, problems: Sequence[Problem]) -> Html:
    in_order = sorted(problems, key=lambda problem: (problem.location, problem.rule, problem.message))
    files = groupby(in_order, key=lambda problem: problem.location.path)
    return lines(*(_file(site, path, tuple(own)) for path, own in files))


def _file(site: Site, path: str, problems: Sequence[Problem]) -> Html:
    name: Html = el("code", visible(path))
    uri = site.session_uri.get(path)
    return el(
        "section",
        "\n",
        lines(
            el("h3", el("a", name, href=site.link(PROBLEMS, uri)) if uri else name),
            el("ul", "\n", lines(*map(_problem, problems)), "\n", class_="sg-problems"),
        ),
        "\n",
        class_="sg-problem-file",
    )


def _problem(problem: Problem) -> Html:
    """The place stands whole, so that an editor can be told to go there."""
    return el(
        "li",
        el("span", _with_code(problem.text), class_="sg-problem-words"),
        " ",
        el("span", "Hint: ", _with_code(problem.hint), class_="sg-below") if problem.hint else None,
        " " if problem.hint else None,
        el(
            "span",
            el("code", visible(str(problem.location))),
            " ",
            el("span", problem.rule, class_="sg-badge"),
            class_="sg-below",
        ),
    )


def _with_code(words: str) -> Html:
    """What stands between backticks is code, if each has its partner."""
    parts = visible(words).split("`")
    if len(parts) % 2 == 0:
        return text(visible(words))
    return joined(el("code", part) if at % 2 and part else part for at, part in enumerate(parts))


def _summary(problems: Sequence[Problem]) -> str:
    return f"{counted(len(problems), 'problem')} in the session files" if problems else "No problems found"
