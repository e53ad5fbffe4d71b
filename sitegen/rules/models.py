"""The rule about names of models that a person typed: each names one model, and in one spelling."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from sitegen.errors import Problem, Severity, warning
from sitegen.prices import PriceBook
from sitegen.prices.model_names import ALIASES, family_name, read_model_name
from sitegen.rules.facts import is_measured
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings, did_you_mean

_SNAPSHOT = re.compile(r"20\d{2}-?\d{2}-?\d{2}$")


def check_models(session: Session, settings: Settings) -> Iterator[Problem]:
    """What an agent or an API reported is the name, however it is spelled: only typed rows are looked at."""
    measured = is_measured(session)
    typed: dict[str, list[int]] = {}
    for index, row in enumerate(session.rows):
        if row.manual or not (measured or row.response):
            typed.setdefault(row.model, []).append(index)
    for model, indexes in typed.items():
        yield from _check_model(session, model, indexes, settings.price_book)


def _check_model(session: Session, model: str, indexes: Sequence[int], book: PriceBook) -> Iterator[Problem]:
    known = _known_models(book)
    name = family_name(read_model_name(model).name)
    priced = any(session.rows[index].price_key in session.prices for index in indexes)
    if name in ALIASES and name not in known:
        message = f"`{model}` is an alias: it does not say which model answered"
        yield _told(session, indexes, message, "write the full name, with its version: claude-opus-4-6")
    elif usual := _usual_spelling(session, model):
        message = f"`{model}` and `{usual}` are one model; sums by model count them as two"
        yield _told(session, indexes, message, f"write `{usual}` in both places, and under `prices`")
    elif name not in known and not priced and (near := did_you_mean(_whole_family(model), known)):
        yield _told(session, indexes, f"no price list knows `{model}`", near)


def _told(session: Session, indexes: Sequence[int], message: str, hint: str) -> Problem:
    first, *others = (session.locate("usage", index, "model") for index in indexes)
    return warning("model-name", first, message, hint, also=tuple(others))


def _usual_spelling(session: Session, model: str) -> str | None:
    """Another spelling of the same model that the file has more often, or as often and earlier."""
    rows = Counter(row.model for row in session.rows if _is_same(row.model, model))
    usual = max(rows, key=lambda spelling: rows[spelling])  # the first of several: rows are in order
    return usual if usual != model else None


def _is_same(one: str, other: str) -> bool:
    """Snapshots of two dates are two models; a name without a date is any of them."""
    dates = {date for date in (_date(one), _date(other)) if date}
    return one == other or (_whole_family(one) == _whole_family(other) and len(dates) < 2)


def _date(model: str) -> str:
    found = _SNAPSHOT.search(read_model_name(model).name)
    return found[0].replace("-", "") if found else ""


def _whole_family(model: str) -> str:
    """`Sonnet 4.5`, `sonnet-4-5` and `claude-sonnet-4-5` are `claude-sonnet-4-5`."""
    name = "-".join(model.lower().split())
    family, _, version = name.partition("-")
    whole = f"claude-{name}" if family in ALIASES and version else name
    return family_name(read_model_name(whole).name)


@lru_cache(maxsize=8)
def _known_models(book: PriceBook) -> frozenset[str]:
    return frozenset(family_name(read_model_name(model).name) for model in book.models)


RULES = (
    Rule(
        "model-name",
        Severity.WARNING,
        "the model of a typed row is one model, in one spelling",
        file=check_models,
    ),
)
