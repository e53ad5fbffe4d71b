"""What the list of sessions can be narrowed by: the choices, and for each session which of them it has.

The script of the list reads both: a select for each facet, and numbers that count its choices from 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sitegen.display import count, plain
from sitegen.markup import Html, el, lines
from sitegen.pages.figures import month_words
from sitegen.pages.site import Site
from sitegen.rollups import NO_KEY, month_key
from sitegen.schema import STATES
from sitegen.session import Session
from sitegen.tokens import Totals

RESET_ID = "sg-filter-reset"
BY_MONTH_ID = "sg-filter-months"
RESULT_ID = "sg-filter-result"


@dataclass(frozen=True)
class Facet:
    """One select: `every` is its first option, `without` stands for what has no such thing."""

    name: str
    label: str
    every: str
    without: str
    of: Callable[[Session], Iterable[str]]
    in_order: Callable[[Iterable[str]], list[str]]
    words: Callable[[str], str] = str


@dataclass(frozen=True)
class Choices:
    """What the sessions of a site have of one facet, in the order of the select, with how many sessions have it."""

    facet: Facet
    sessions: Sequence[Session]

    @cached_property
    def counts(self) -> Mapping[str, int]:
        found = Counter(key for session in self.sessions for key in _keys(self.facet, session))
        known = self.facet.in_order(key for key in found if key != NO_KEY)
        return {key: found[key] for key in (*known, *([NO_KEY] if NO_KEY in found else []))}

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {key: number for number, key in enumerate(self.counts)}

    def numbers(self, session: Session) -> str:
        """`0,3`: where its choices stand in the select, without the first option."""
        return ",".join(str(self._numbers[key]) for key in _keys(self.facet, session))


def month_order(keys: Iterable[str]) -> list[str]:
    """The newest first."""
    return sorted(keys, reverse=True)


def _by_name(keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=lambda key: (key.casefold(), key))


def _state_order(keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=lambda key: (STATES.index(key) if key in STATES else len(STATES), key))


FACETS = (
    Facet("project", "Project", "All projects", "no project", lambda session: [session.project], _by_name),
    Facet("model", "Model", "All models", "no model", lambda session: session.models, _by_name),
    Facet("tag", "Tag", "All tags", "no tag", lambda session: dict.fromkeys(session.tags), _by_name),
    Facet(
        "month",
        "Month",
        "All months",
        month_words(NO_KEY),
        lambda session: [month_key(session.started)],
        month_order,
        month_words,
    ),
    Facet("state", "State", "All states", "no state", lambda session: [session.state], _state_order),
)
"""In the order in which they are shown."""
_BESIDE_MONTH = tuple(at for at, facet in enumerate(FACETS) if facet.name != "month")


def choices_of(site: Site) -> tuple[Choices, ...]:
    return tuple(Choices(facet, site.sessions) for facet in FACETS)


def row_data(choices: Sequence[Choices], session: Session, totals: Totals, *, hidden: bool) -> str:
    """`3;0,2;1;4;12.2257312+;15400000`: project, models, tags and state, then list cost and tokens, exact.

    The month is that of the table. The last two are left out where amounts are hidden. A `+` marks a lower bound, alone
    it is an unknown price; where nothing was used there is nothing.
    """
    facets = ";".join(choices[at].numbers(session) for at in _BESIDE_MONTH)
    return facets if hidden else f"{facets};{_cost_data(totals)};{_tokens_data(totals)}"


def filter_bar(choices: Sequence[Choices], result: str) -> Html:
    """Hidden until the script shows it, as no control may be there that does nothing. `result` says what is listed."""
    text = el("input", id="sg-filter-text", type="search", autocomplete="off", spellcheck="false")
    return el(
        "div",
        "\n",
        lines(
            _field("text", "Filter by text", text),
            *(_field(each.facet.name, each.facet.label, _select(each)) for each in choices if _tells(each)),
            el(
                "div",
                el("p", result, id=RESULT_ID, role="status"),
                el(
                    "div",
                    el("button", "By month", type="button", id=BY_MONTH_ID, hidden=True),
                    el("button", "Reset", type="button", id=RESET_ID),
                ),
                class_="sg-filter-result",
            ),
        ),
        "\n",
        class_="sg-filter",
        role="search",
        aria_label="Sessions",
    )


def _field(name: str, label: str, control: Html) -> Html:
    return el("div", el("label", label, for_=f"sg-filter-{name}"), control, class_=f"sg-filter-{name}")


def _select(choices: Choices) -> Html:
    facet = choices.facet
    options = (
        el("option", f"{facet.without if key == NO_KEY else facet.words(key)} ({count(number)})", value=key)
        for key, number in choices.counts.items()
    )
    every = el("option", facet.every, value="")
    return el("select", every, *options, id=f"sg-filter-{facet.name}", data_facet=facet.name, autocomplete="off")


def _tells(choices: Choices) -> bool:
    return any(key != NO_KEY for key in choices.counts)


def _keys(facet: Facet, session: Session) -> tuple[str, ...]:
    return tuple(key for key in facet.of(session) if key) or (NO_KEY,)


def _cost_data(totals: Totals) -> str:
    if totals.unpriced_responses and not totals.list_cost:
        return "+"
    if not (totals.requests or totals.tokens or totals.list_cost):
        return ""
    return f"{plain(totals.list_cost)}{'+' if totals.is_floor else ''}"


def _tokens_data(totals: Totals) -> str:
    return str(totals.tokens) if totals.tokens or totals.requests else ""
