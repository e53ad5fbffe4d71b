"""The rule about which model did what, against the strategy that the file itself states."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sitegen.display import exact_usd, percent
from sitegen.errors import Location, Problem, Severity, warning
from sitegen.handwritten.account import account_of
from sitegen.handwritten.pricing import model_id
from sitegen.prices import PriceBook, Quote
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.rules.rule import Rule
from sitegen.rules.stems import ordered_words, stem
from sitegen.rules.words import items_of, place, shown, unfilled_lines
from sitegen.session import Session
from sitegen.settings import Settings
from sitegen.tokens import PriceContext, TokenCounts

FAMILIES = ("opus", "sonnet", "haiku", "fable", "mythos")
_HEADINGS = ("model usage strategy", "model strategy", "model policy")
_POLICY = re.compile(r"\*\*(?P<models>[^*]{1,60}?):?\*\*:?\s*(?P<work>.+)$")
_BETWEEN = re.compile(r"[,;/]|\band\b|\bor\b")
_AFTER_THE_NOUN = re.compile(r"\b(?:about|at|by|for|from|in|of|on|only|that|to|when|where|which|while|with)\b|\(")
_SHORT = 4
"""Words of a task that is a name, as `Code review`. Of a longer one, a prompt, only the first word tells the work."""


@dataclass(frozen=True, slots=True)
class _Policy:
    """`work` has the stem of each noun, with the words that it stands in."""

    line: int
    column: int
    families: frozenset[str]
    names: str
    work: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Use:
    """One row of usage. `list_cost` is None where no price is known."""

    at: datetime | None
    where: Location
    task: str
    model: str
    counts: TokenCounts
    context: PriceContext
    list_cost: Decimal | None


def check_model_policy(session: Session, settings: Settings) -> Iterator[Problem]:
    policies = list(_policies(session))
    if not policies:
        return
    uses, total = _uses(session, settings)
    claims = [(use, policy) for use in uses if (policy := _policy_for(use.task, policies))]
    kept = {(use.at, use.task) for use, policy in claims if not policy.families.isdisjoint(_families(use.model))}
    for use, policy in claims:
        # A sub-agent on another model is part of an interaction that kept to the strategy.
        if (use.at, use.task) not in kept and _families(use.model):
            yield _told(session, use, policy, _saving(use, policy, settings.price_book, total))


def _policy_for(task: str, policies: Sequence[_Policy]) -> _Policy | None:
    """The only one that has this kind of work; None where several do, or none."""
    claiming = [policy for policy in policies if not policy.work.keys().isdisjoint(_work_of(task))]
    return claiming[0] if len(claiming) == 1 else None


def _told(session: Session, use: _Use, policy: _Policy, saving: str) -> Problem:
    work = next(policy.work[each] for each in map(stem, ordered_words(use.task)) if each in policy.work)
    message = (
        f"{shown(use.task)} ran on {use.model}, and the strategy of this file has {policy.names} for {shown(work)}"
    )
    hint = "change the model next time, or the strategy"
    also = (place(session, policy.line, policy.column),)
    return warning("model-policy", use.where, f"{message}{saving}", hint, also=also)


def _policies(session: Session) -> Iterator[_Policy]:
    unfilled = unfilled_lines(session.body)
    for item in items_of(session.body):
        if item.line.number in unfilled or not any(heading in item.line.heading for heading in _HEADINGS):
            continue
        found = _POLICY.match(item.text)
        if found and (families := _families(found["models"])):
            work = {noun: words for words in _BETWEEN.split(found["work"]) if (noun := _noun(words))}
            yield _Policy(item.line.number, item.column, families, found["models"].strip(), work)


def _noun(phrase: str) -> str:
    """`quick reviews` and `the review of each change` → `review`."""
    words = ordered_words(_AFTER_THE_NOUN.split(phrase, maxsplit=1)[0])
    return stem(words[-1]) if words else ""


def _work_of(task: str) -> frozenset[str]:
    words = ordered_words(task)
    telling = (words[0], words[-1]) if 0 < len(words) <= _SHORT else words[:1]
    return frozenset(map(stem, telling))


def _families(name: str) -> frozenset[str]:
    return frozenset(FAMILIES).intersection(re.findall(r"[a-z]+", name.lower()))


def _uses(session: Session, settings: Settings) -> tuple[Sequence[_Use], Decimal | None]:
    """The rows of the file, and what they cost together where all have a price."""
    if session.rows:
        uses = [
            _Use(
                row.at or session.started,
                session.locate("usage", index, "model"),
                row.task,
                row.model,
                row.counts,
                row.context,
                row.list_cost,
            )
            for index, row in enumerate(session.rows)
        ]
        return uses, None if session.totals.unpriced_responses else session.totals.list_cost
    account = account_of(session, settings)
    if account is None:
        return (), None
    prices = [price for price in account.prices if price.row.model.text]
    uses = [
        _Use(
            account.at,
            account.place(price.row.model.place),
            price.row.task.text,
            model_id(price.model),
            price.counts,
            PriceContext(),
            price.exact,
        )
        for price in prices
    ]
    return uses, account.exact_cost


def _saving(use: _Use, policy: _Policy, book: PriceBook, total: Decimal | None) -> str:
    """What the row would have cost on the newest of the named models that is not newer than the one that ran."""
    model = _sibling(use.model, policy.families, book)
    if not model or not use.list_cost or use.at is None:
        return ""
    least, most = (book.quote(model, use.at, use.context, prompt) for prompt in (0, use.counts.prompt))
    if not isinstance(least, Quote) or not isinstance(most, Quote) or least.prices != most.prices:
        return ""
    cost = least.prices.list_cost(use.counts)
    if cost is None or cost >= use.list_cost:
        return ""
    less = use.list_cost - cost
    share = f", {percent(less, total)} of the session" if total else ""
    name = model.removesuffix("-latest")
    return f"; on {name} {exact_usd(cost)}: {percent(less, use.list_cost)} less for the row{share}"


def _sibling(model: str, families: frozenset[str], book: PriceBook) -> str:
    newest = _version(model)
    known = [(_version(name), name) for name in book.models if not families.isdisjoint(_families(name))]
    fitting = [(version, name) for version, name in known if version and version <= newest]
    return max(fitting, default=((), ""))[1]


def _version(model: str) -> tuple[int, ...]:
    """(4,) for claude-sonnet-4 and claude-sonnet-4-0, (3, 5) for claude-3-5-haiku; empty for other names."""
    found = re.fullmatch(r"claude-[a-z]+-(\d+)(?:-(\d+))?", family_name(read_model_name(model).name))
    return tuple(int(part) for part in found.groups() if part) if found else ()


RULES = (
    Rule(
        "model-policy",
        Severity.WARNING,
        "each task ran on the model that the file's own strategy has for it",
        file=check_model_policy,
        notes=True,
    ),
)
