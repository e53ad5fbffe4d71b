"""Method: how the numbers are made, from which prices, and why another tool may say something else."""

from collections import Counter
from collections.abc import Iterator

from sitegen.display import count, plain
from sitegen.markup import Html, el, joined, lines
from sitegen.pages.figures import counted, section, unpriced_words, whole_page
from sitegen.pages.price_table import changes_with_the_day, price_table, used_prices
from sitegen.pages.site import DOWNLOADS, METHOD, Page, Site
from sitegen.pages.tables import session_link
from sitegen.rollups import session_totals
from sitegen.session import Session
from sitegen.tokens import KINDS, UsageRow

_TITLE = "How the numbers are made"
_SOURCES = {
    "claude-code": "from Claude Code transcripts",
    "api": "from API responses",
    "manual": "typed by hand",
    "estimate": "estimated",
}
_NOT_IN_IT = (
    "Subscriptions. With one, list cost is what the same tokens would have cost over the API; nobody paid it.",
    "Taxes, credits, free quotas, refunds and exchange rates.",
    "Contract discounts, unless the ledger's settings name them.",
    "What is charged by time, such as code execution and hosted agents.",
    "Calls that an agent makes on the side and writes into no transcript, for instance to find a title.",
    "Service tiers whose price is not published: such responses are unpriced.",
)
_DIFFERENCES = (
    (
        "Repeated lines",
        "A transcript tells one response on several lines and repeats its counts on each. Adding up the lines counts "
        "it two or three times.",
    ),
    (
        "Counts before the end",
        "While a response is written, its lines hold a small first output count. Keeping the first line reports far "
        "too little output.",
    ),
    (
        "Copied lines",
        "A session that is forked or resumed may begin with a copy of an older one. Here a response belongs to the "
        "session that had it first.",
    ),
    (
        "Sub-agents",
        "They write files of their own. Here they count in the session that started them; elsewhere they may be "
        "sessions of their own, or missing.",
    ),
    (
        "Cache writes",
        "Text kept in a cache for one hour costs twice the input price, for five minutes 1.25 times. Some tools charge "
        "all of it as five minutes.",
    ),
    (
        "Price of the day",
        "Here a response keeps the price of its own day. With today's prices, old sessions change when prices do.",
    ),
    (
        "Long prompts",
        "Some models charge a whole request at a higher price once its prompt passes a threshold. Tools that raise "
        "only the part above it, or add up requests first, get another sum.",
    ),
    (
        "Fast mode, batches, places, searches",
        "Each has its own price here. Many tools leave them out.",
    ),
    (
        "Unknown models",
        "Here they are unpriced, and the sum is marked as a lower bound. Elsewhere they may cost nothing, or what a "
        "similar model costs.",
    ),
    (
        "Days and months",
        "Here they are those of the clock on the wall where the work was done. An invoice counts in UTC, so an evening "
        "may fall on another day, or into another month.",
    ),
    (
        "Rounding",
        "Here amounts are added exactly and rounded once, half up, for display. Rounding each line to cents first can "
        "shift a sum by several cents.",
    ),
)


def method_page(site: Site) -> Page:
    body = whole_page(
        el("h1", _TITLE),
        el("p", "Every number on this site can be worked out again from the session files alone."),
        section("Where the counts come from", *_counts(site), name="counts"),
        section("What list cost is", *_list_cost(site), name="list-cost"),
        section("The prices used", *_prices(site), name="prices"),
        section("What is not in it", _items(_NOT_IN_IT), name="not-in-it"),
        section("Why another tool may say something else", _differences(), name="other-tools"),
        section("How to check it", *_checks(site), name="check"),
    )
    description = "Where the counts come from, what list cost is, and which prices were used"
    return Page(METHOD, _TITLE, body, "method", description=description, day=site.last_day)


def _counts(site: Site) -> Iterator[Html]:
    yield el(
        "p",
        "Counts come from what the agent wrote down: the transcript of a session, or the response of an API. Each "
        "response of a model reports its own tokens and is counted once, however many lines or files repeat it. "
        "Responses to one prompt make one row of a session's usage table.",
    )
    yield el(
        "p",
        "Tokens are of five kinds that do not overlap: input that was neither read from a cache nor written to one, "
        "cache writes for five minutes, cache writes for one hour, cache reads, and output. Thinking is output.",
    )
    yield el(
        "p",
        "≥ marks a lower bound: a response whose output count was never made final, or one without a known price. "
        "— means that nothing is known, which is not zero.",
    )
    told = _source_words(site)
    if told:
        yield el("p", told)


def _source_words(site: Site) -> str:
    """How this ledger's own sessions came by their counts."""
    kinds = Counter(session.source.kind if session.source else "" for session in site.sessions if session.rows)
    parts = [f"{count(number)} {_SOURCES.get(kind, 'of another source')}" for kind, number in kinds.most_common()]
    if not parts:
        return ""
    words = [f"Of the sessions with usage on this site, {', '.join(parts)}"]
    floors = sum(session.totals.output_floor for session in site.sessions)
    if floors:
        words.append(
            f"{counted(floors, 'session')} {'has' if floors == 1 else 'have'} output counts that are lower bounds"
        )
    unpriced = unpriced_words(session_totals(site.sessions), site.amounts)
    return f"{'; '.join([*words, *([unpriced] if unpriced else [])])}."


def _list_cost(site: Site) -> Iterator[Html]:
    yield el(
        "p",
        "List cost is tokens times the price that the provider published for the day on which they were used. Each "
        "response is priced on its own, because price depends on the model, the day, the length of the prompt (long "
        "context), fast mode, batches, and where the model ran. Web searches are charged one by one.",
    )
    yield el(
        "p",
        "The prices used stand in each session file, beside the counts. A later price list changes no old session.",
    )
    example = None if site.amounts.hidden else _example(site)
    if example:
        yield example


def _example(site: Site) -> Html | None:
    """The first row of the newest session whose prices are stated, worked out."""
    for session in site.newest_first:
        for row in session.rows:
            sum_words = _sum_words(session, row)
            if sum_words:
                return el(
                    "p",
                    "For example, a row of ",
                    session_link(site, METHOD, session),
                    f" with {row.model}: ",
                    el("code", sum_words),
                    " dollars.",
                )
    return None


def _sum_words(session: Session, row: UsageRow) -> str:
    """`(24 × 5 + 2,141 × 25) ÷ 1,000,000 = 0.053645`; empty where the stated prices do not give the stated cost."""
    prices = session.prices.get(row.price_key)
    if prices is None or row.list_cost is None or not row.counts.tokens or row.web_searches:
        return ""
    if prices.list_cost(row.counts) != row.list_cost:
        return ""
    used = [(getattr(row.counts, kind), getattr(prices, kind)) for kind in KINDS]
    parts = [f"{count(number)} × {plain(unit)}" for number, unit in used if number]
    return f"({' + '.join(parts)}) ÷ 1,000,000 = {plain(row.list_cost)}"


def _prices(site: Site) -> Iterator[Html | None]:
    used = used_prices(site.sessions)
    if used:
        per = "As multiples of the input price" if site.amounts.hidden else "US dollars per million tokens"
        yield el("p", f"{per}, as the session files state them, and the days on which each was used.")
        yield price_table(site, used)
        changed = changes_with_the_day(used)
        if changed:
            yield el(
                "p",
                "The price changed with the day for ",
                joined((el("code", key) for key in changed), ", "),
                ".",
            )
    yield el("p", "New rows are priced from ", el("code", site.settings.price_book.source), ".")
    yield from _own_prices(site)


def _own_prices(site: Site) -> Iterator[Html]:
    """What the settings add. Prices that are not in use are the owner's affair."""
    if site.settings.multiplier != 1:
        factor = "a factor" if site.amounts.hidden else f"× {plain(site.settings.multiplier)}"
        yield el("p", f"The settings of this ledger multiply every unit price of a new row: {factor}.")
    if not site.settings.overrides or site.in_all is not None or site.amounts.hidden:
        return
    yield el("p", "The settings of this ledger have prices of their own, which come before the price list:")
    yield _items(
        f"{', '.join(override.match)} from {override.since.isoformat()}: {override.source}"
        for override in site.settings.overrides
    )


def _items(items: Iterator[str] | tuple[str, ...]) -> Html:
    return el("ul", "\n", lines(*(el("li", item) for item in items)), "\n")


def _differences() -> Html:
    return el(
        "dl",
        "\n",
        lines(*(lines(el("dt", name), el("dd", words)) for name, words in _DIFFERENCES)),
        "\n",
        class_="sg-reasons",
    )


def _checks(site: Site) -> Iterator[Html]:
    yield lines(
        el(
            "ul",
            "\n",
            lines(
                el("li", el("code", "sessions check"), " works out every cost, sum and table of the files again."),
                el("li", el("code", "sessions report --by month"), " prints the sums that this site shows."),
                el("li", el("code", "sessions show SESSION"), " tells one session, row by row."),
                el(
                    "li",
                    el("a", "Downloads", href=site.link(METHOD, DOWNLOADS)),
                    " has all rows as tables, to add up with any other program.",
                ),
            ),
            "\n",
        )
    )
