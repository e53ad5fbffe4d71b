"""The rule about names of models in hand-written tables: the full id, in one spelling all through the file."""

import re
from collections.abc import Iterator, Sequence

from sitegen.errors import Problem, Severity, warning
from sitegen.handwritten.account import Account, account_of
from sitegen.handwritten.pricing import model_id
from sitegen.handwritten.tables import own_lines
from sitegen.handwritten.values import Text
from sitegen.prices.model_names import family_name, read_model_name
from sitegen.rules.rule import Rule
from sitegen.session import Session
from sitegen.settings import Settings

SNAPSHOTS = {
    "claude-3-haiku": "claude-3-haiku-20240307",
    "claude-3-sonnet": "claude-3-sonnet-20240229",
    "claude-3-opus": "claude-3-opus-20240229",
    "claude-3-5-haiku": "claude-3-5-haiku-20241022",
    "claude-3-7-sonnet": "claude-3-7-sonnet-20250219",
    "claude-sonnet-4": "claude-sonnet-4-20250514",
    "claude-opus-4": "claude-opus-4-20250514",
    "claude-opus-4-1": "claude-opus-4-1-20250805",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-opus-4-5": "claude-opus-4-5-20251101",
}
"""The one dated id of a model that is also called by a name without a date. Later models have no dated ids."""
_FAMILY = re.compile(
    r"^claude-(?:(?P<family>[a-z]+)-(?P<version>\d+(?:-\d+)?)|(?P<old>\d+(?:-\d+)?)-(?P<kind>[a-z]+))$"
)


def check_models(session: Session, settings: Settings) -> Iterator[Problem]:
    account = account_of(session, settings)
    if account is None:
        return
    cells: dict[str, list[Text]] = {}
    for price in account.prices:
        if price.prices is not None and price.row.model.text:
            name = family_name(read_model_name(price.model).name)
            cells.setdefault(name, []).append(price.row.model)
    for family, written in cells.items():
        if problem := _other_than_id(account, family, written, several=len(cells) > 1):
            yield problem


def _other_than_id(account: Account, family: str, cells: Sequence[Text], *, several: bool) -> Problem | None:
    """One problem for all places. Words elsewhere in the file are named only where the table is not right itself."""
    full = SNAPSHOTS.get(family)
    odd = [cell for cell in cells if _is_odd(cell.text, family, full)]
    if not odd:
        return None
    elsewhere = list(_mentions(account, family, several=several))
    first, *others = [*odd, *elsewhere]
    spellings = list(dict.fromkeys(text.text for text in (*cells, *elsewhere)))
    is_alias = full is not None and family_name(read_model_name(first.text).name) == family
    message = f"`{first.text}` is {'an alias of' if is_alias else 'a name for'} {full or family}"
    if len(spellings) > 1:
        message += f", and the file spells it in {len(spellings)} ways: {', '.join(spellings)}"
    hint = f"write `{full or family}` in the table: sums by model take each spelling for another model"
    also = tuple(account.place(text.place) for text in others)
    return warning("model-name", account.place(first.place), message, hint, also=also)


def _is_odd(written: str, family: str, full: str | None) -> bool:
    """An alias of a dated id, or words where an id belongs."""
    return model_id(written) != written or (full is not None and read_model_name(written).name == family)


def _mentions(account: Account, family: str, *, several: bool) -> Iterator[Text]:
    """Where the rest of the file speaks of the model: with its version or, where it has one model only, without."""
    named = _FAMILY.match(family)
    if not named:
        return
    word, version = named["family"] or named["kind"], (named["version"] or named["old"]).replace("-", "[-.]")
    rest = "" if several else "?"
    pattern = re.compile(
        rf"(?<![\w-])(?:claude[- ])?{word}(?:[- ]?{version}){rest}(?![\w.-]*\d)(?![\w-])", re.IGNORECASE
    )
    taken = {number for table in account.figures.usage for number in range(table.first, table.last + 1)}
    for line in own_lines(account.session.body):
        if line.number not in taken:
            yield from (Text(found[0], line.number, found.start() + 1) for found in pattern.finditer(line.text))


RULES = (
    Rule(
        "model-name",
        Severity.WARNING,
        "a hand-written table names each model by its full id",
        check_models,
        notes=True,
    ),
)
