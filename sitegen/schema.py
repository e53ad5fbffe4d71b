"""The schema of a session file, version 1: what each key holds, and a Session made from it.

Every mistake is a problem at its line and column; what is right is used all the same.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sitegen.errors import Location, Problem, error, note
from sitegen.frontmatter import Document
from sitegen.prices import UnitPrices
from sitegen.session import Git, Phase, Session, Source
from sitegen.settings import AMOUNT, did_you_mean
from sitegen.tokens import KINDS, PriceContext, TokenCounts, UsageRow

SCHEMA = 1
RULE = "schema"
UNKNOWN_KEY = "unknown-key"
KEYS = (
    "schema", "template", "title", "project", "author", "sample", "publish", "started", "ended", "active",
    "state", "phase", "focus", "tags", "git", "source", "usage", "totals", "billed", "prices", "estimate", "code",
    "quality", "ratings",
)  # fmt: skip
"""All top-level keys, in the order in which a new file has them."""

STATES = ("active", "break", "blocked", "documenting", "complete")
PHASE_STATES = ("planned", "in progress", "paused", "complete", "transitioning")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "rework": ("none", "minor", "major"),
    "documentation": ("synced", "partly", "not synced"),
    "api": ("successful", "issues", "failed"),
}
SOURCE_KINDS = ("claude-code", "api", "manual", "estimate")
INNER_KEYS: Mapping[str, tuple[str, ...]] = {
    "phase": ("name", "number", "part", "state"),
    "git": ("branch", "commits", "pull_request"),
    "source": ("kind", "sessions", "digest", "output", "reported_cost"),
    "totals": ("requests", *KINDS, "web_searches", "cost", "unpriced"),
    "billed": ("cost", "list_cost", "source", "date"),
    "estimate": ("cost",),
    "code": ("files", "added", "deleted", "tests_added", "coverage"),
    "quality": tuple(CHOICES),
    "ratings": ("session", "cost_efficiency", "code_quality"),
}
ROW_KEYS = (
    "time", "task", "model", "speed", "tier", "geo", "context", "price_from", "requests", *KINDS,
    "output_floor", "web_searches", "cost", "unpriced", "tools", "notes", "manual", "response",
)  # fmt: skip
PRICE_KEYS = (*KINDS, "web_search", "source")
MAX_TOKENS = 10**12
YEARS = range(2000, 2101)
_CLOCK = re.compile(r"(?:(\d{4}-\d{2}-\d{2}) )?([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_SPAN = re.compile(r"(\d{1,4}):([0-5]\d)", re.ASCII)


@dataclass
class _Reading:
    """One pass over one document: gives values out, and keeps the problems it met on the way.

    `data` is what stands under the keys of `base`; all other keys are counted from there.
    """

    document: Document
    path: str
    data: Any
    base: tuple[str | int, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def below(self, *keys: str | int) -> "_Reading":
        return _Reading(self.document, self.path, self.get(keys), (*self.base, *keys), self.problems)

    def at(self, *keys: str | int) -> Location:
        return Location(self.path, *self.document.locate(*self.base, *keys))

    def name(self, keys: Sequence[str | int]) -> str:
        return _name((*self.base, *keys))

    def wrong(self, keys: Sequence[str | int], message: str, hint: str | None = None) -> None:
        self.problems.append(error(RULE, self.at(*keys), message, hint))

    def get(self, keys: Sequence[str | int]) -> Any:
        value: Any = self.data
        for key in keys:
            kind = type(value)
            if kind is dict:
                value = value.get(key)
            elif kind is list and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                return None
        return value

    def text(self, *keys: str | int, choices: Collection[str] = ()) -> str:
        value = self.get(keys)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(keys, f"{self.name(keys)} is `{_shown(value)}`, must be text", "put it in quotes")
            return ""
        if choices and value not in choices:
            words = ", ".join(choices)
            self.wrong(keys, f"{self.name(keys)} is `{value}`, must be one of: {words}", did_you_mean(value, choices))
            return ""
        return str(value)

    def texts(self, *keys: str | int) -> tuple[str, ...]:
        value = self.get(keys)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(keys, f"{self.name(keys)} must be a list: `[one, two]`")
            return ()
        return tuple(filter(None, (self.text(*keys, index) for index in range(len(value)))))

    def whole(self, *keys: str | int, low: int = 0, high: int = MAX_TOKENS) -> int | None:
        """A whole number from low to high, or None with a problem; None without one where the key is absent."""
        value = self.get(keys)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            hint = "write it without commas, quotes or a unit" if _DIGITS.fullmatch(str(value)) else None
            self.wrong(keys, f"{self.name(keys)} is `{_shown(value)}`, must be a whole number", hint)
            return None
        if not low <= value <= high:
            limit = f"{low} or more" if value < low else f"{high} or less"
            self.wrong(keys, f"{self.name(keys)} is {value}, must be {limit}")
            return None
        return value

    def decimal(self, *keys: str | int) -> Decimal | None:
        value = self.get(keys)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str) or not AMOUNT.fullmatch(str(value)):
            self.wrong(keys, f"{self.name(keys)} is `{_shown(value)}`, must be a number such as 0.336611, 0 or more")
            return None
        return Decimal(str(value))

    def flag(self, *keys: str | int) -> bool:
        value = self.get(keys)
        if value not in (None, True, False) or (isinstance(value, int) and not isinstance(value, bool)):
            self.wrong(keys, f"{self.name(keys)} is `{_shown(value)}`, must be true or false")
            return False
        return bool(value)

    def instant(self, *keys: str | int) -> datetime | None:
        text = self.text(*keys)
        if not text:
            return None
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            when = None
        if when is None or when.tzinfo is None or len(text) < len("2026-01-01T00:00"):
            self.wrong(
                keys,
                f"{self.name(keys)} is `{text}`, must be a date and time with an offset",
                "for instance '2026-02-11T20:36:53+01:00'",
            )
            return None
        if when.year not in YEARS:
            self.wrong(keys, f"{self.name(keys)} is in the year {when.year}, must be {YEARS[0]} to {YEARS[-1]}")
            return None
        return when

    def day(self, *keys: str | int) -> str:
        """A date as it stands in the file, `2026-02-11`, or the empty text."""
        text = self.text(*keys)
        try:
            known = not text or (len(text) == len("2026-01-01") and date.fromisoformat(text).year in YEARS)
        except ValueError:
            known = False
        if not known:
            self.wrong(keys, f"{self.name(keys)} is `{text}`, must be a date such as '2026-02-11'")
        return text if known else ""

    def span(self, *keys: str | int) -> timedelta | None:
        text = self.text(*keys)
        if not text:
            return None
        if not (found := _SPAN.fullmatch(text)):
            self.wrong(keys, f"{self.name(keys)} is `{text}`, must be hours and minutes such as '0:52'")
            return None
        return timedelta(hours=int(found[1]), minutes=int(found[2]))

    def mapping(self, *keys: str | int) -> Mapping[str, Any]:
        value = self.get(keys)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(keys, f"{self.name(keys)} must be a mapping: `{{key: value}}`")
            return {}
        return value

    def known_keys(self, known: Collection[str], *keys: str | int) -> None:
        for key in self.mapping(*keys):
            if key in known or key.startswith(("x_", "x-")):
                continue
            place = Location(self.path, *self.document.locate_key(*self.base, *keys, key))
            where = f" in {self.name(keys)}" if (*self.base, *keys) else ""
            if where and _SPLIT_NUMBER.fullmatch(key) and self.get([*keys, key]) is None:
                self.problems.append(error(RULE, place, f"`{key}`{where} is no key", _COMMA))
                continue
            hint = did_you_mean(key, known)
            if hint:
                self.problems.append(error(UNKNOWN_KEY, place, f"unknown key `{key}`{where}", hint))
            else:
                told = f"`{key}`{where} is not a key of the format; it is kept and not used"
                self.problems.append(note(UNKNOWN_KEY, place, told, "begin it with `x_` to say that it is your own"))


_DIGITS = re.compile(r"[$]?\d[\d,]*(\.0*)?")
_SPLIT_NUMBER = re.compile(r"\d{3}")
_COMMA = "a comma inside `{…}` begins a new key: write 1200, not 1,200"


def parse_session(document: Document, path: str) -> tuple[Session, tuple[Problem, ...]]:
    """The session in a document, and every mistake against the schema. A row with a mistake is left out."""
    reading = _Reading(document, path, document.data)
    reading.known_keys(KEYS)
    for key, inner in INNER_KEYS.items():
        reading.known_keys(inner, key)
    _check_required(reading)
    started = reading.instant("started")
    session = Session(
        path=path,
        title=reading.text("title"),
        project=reading.text("project"),
        document=document,
        schema=_version(reading),
        author=reading.text("author"),
        publish=reading.flag("publish"),
        body=document.body,
        started=started,
        ended=reading.instant("ended"),
        active=reading.span("active"),
        state=reading.text("state", choices=STATES),
        phase=_phase(reading),
        focus=reading.text("focus"),
        tags=reading.texts("tags"),
        git=_git(reading),
        source=_source(reading),
        sample=reading.flag("sample"),
        rows=_rows(reading, started),
        stated_totals=reading.mapping("totals") if reading.get(["totals"]) is not None else None,
        prices=_prices(reading),
        estimate=reading.decimal("estimate", "cost"),
        billed=reading.decimal("billed", "cost"),
        code=_numbers(reading),
        quality=_words(reading),
        ratings=_ratings(reading),
    )
    _check_totals(reading)
    reading.text("template")
    reading.decimal("billed", "list_cost")
    return session, tuple(reading.problems)


def _version(reading: _Reading) -> int:
    version = reading.get(["schema"])
    return version if isinstance(version, int) else SCHEMA


def _check_required(reading: _Reading) -> None:
    version = reading.whole("schema", low=1)
    if version is None and reading.get(["schema"]) is None:
        reading.wrong(["schema"], "`schema` is missing", f"add `schema: {SCHEMA}` as the first key")
    elif version is not None and version > SCHEMA:
        hint = "update the `sessions` command"
        reading.wrong(["schema"], f"`schema` is {version}, this version reads up to {SCHEMA}", hint)
    for key in ("title", "project"):
        if not reading.get([key]):
            reading.wrong([key], f"`{key}` is missing or empty", f"add `{key}: …`")


def _phase(reading: _Reading) -> Phase | None:
    if not reading.mapping("phase"):
        return None
    return Phase(
        reading.text("phase", "name"),
        reading.whole("phase", "number"),
        reading.whole("phase", "part"),
        reading.text("phase", "state", choices=PHASE_STATES),
    )


def _git(reading: _Reading) -> Git:
    reading.mapping("git")
    pull_request = reading.whole("git", "pull_request")
    return Git(reading.text("git", "branch"), reading.texts("git", "commits"), pull_request)


def _source(reading: _Reading) -> Source | None:
    if not reading.mapping("source"):
        return None
    return Source(
        kind=reading.text("source", "kind", choices=SOURCE_KINDS),
        sessions=reading.texts("source", "sessions"),
        digest=reading.text("source", "digest"),
        output=reading.text("source", "output", choices=("exact", "at least")) or "exact",
        reported_cost=reading.decimal("source", "reported_cost"),
    )


def _rows(reading: _Reading, started: datetime | None) -> tuple[UsageRow, ...]:
    rows = reading.get(["usage"])
    if rows is None:
        return ()
    if not isinstance(rows, list):
        reading.wrong(["usage"], "`usage` must be a list of rows", "write each row as `- {time: '20:36', …}`")
        return ()
    made = (_row(reading, index, started) for index in range(len(rows)))
    return tuple(row for row in made if row is not None)


def _row(reading: _Reading, index: int, started: datetime | None) -> UsageRow | None:
    before = len(reading.problems)
    if not reading.mapping("usage", index):
        if reading.get(["usage", index]) in (None, {}):
            reading.wrong(["usage", index], f"{_name(['usage', index])} is empty")
        return None
    there = reading.below("usage", index)
    there.known_keys(ROW_KEYS)
    # Nobody counts the requests behind a row that they type: without the key they are not reported.
    counted = () if there.get(["manual"]) is True else ("requests",)
    missing = [key for key in ("model", *counted, "input", "output") if there.get([key]) is None]
    if missing:
        there.wrong([], f"{there.name([])}: `{missing[0]}` is missing")
    row = _row_values(there, started)
    wrong = any(problem.rule == RULE for problem in reading.problems[before:])
    return None if wrong else row


def _row_values(reading: _Reading, started: datetime | None) -> UsageRow:
    counts = {kind: reading.whole(kind) or 0 for kind in KINDS}
    return UsageRow(
        at=_row_time(reading, started),
        task=reading.text("task"),
        model=reading.text("model"),
        requests=reading.whole("requests") or 0,
        counts=TokenCounts(**counts),
        list_cost=reading.decimal("cost"),
        context=_price_context(
            reading.text("speed"),
            reading.text("tier"),
            reading.text("geo"),
            reading.text("context", choices=("long",)) == "long",
            reading.day("price_from"),
        ),
        web_searches=reading.whole("web_searches") or 0,
        output_floor=reading.flag("output_floor"),
        tools={name: reading.whole("tools", name) or 0 for name in reading.mapping("tools")} or _NO_TOOLS,
        notes=reading.text("notes"),
        unpriced=reading.text("unpriced"),
        manual=reading.flag("manual"),
        response=reading.text("response"),
    )


_NO_TOOLS: Mapping[str, int] = {}
# Thousands of rows say the same: one value for all of them.
_price_context = lru_cache(maxsize=1024)(PriceContext)


def _row_time(reading: _Reading, started: datetime | None) -> datetime | None:
    """A row's time is a clock time on the day and in the offset of `started`, or has its own date before it."""
    text = reading.text("time")
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    try:
        at = datetime.fromisoformat(f"{found[1] or '2000-01-01'}T{found[2]}:{found[3]}") if found else None
    except ValueError:
        at = None
    if found is None or at is None:
        reading.wrong(
            ["time"],
            f"{reading.name(['time'])} is `{text}`, must be a time such as '20:36' or '2026-02-12 00:10'",
        )
        return None
    if started is None:
        return None
    day = at.date() if found[1] else started.date()
    return datetime.combine(day, at.time(), started.tzinfo)


def _prices(reading: _Reading) -> dict[str, UnitPrices]:
    prices = {}
    for key in reading.mapping("prices"):
        if not isinstance(key, str) or not reading.mapping("prices", key):
            continue
        reading.known_keys(PRICE_KEYS, "prices", key)
        amounts = tuple(reading.decimal("prices", key, kind) for kind in (*KINDS, "web_search"))
        # By their digits: 5 and 5.0 are equal and not the same.
        prices[key] = _unit_prices(tuple(map(str, amounts)), reading.text("prices", key, "source"))
    return prices


@lru_cache(maxsize=1024)
def _unit_prices(amounts: tuple[str, ...], source: str) -> UnitPrices:
    known = {kind: None if amount == "None" else Decimal(amount) for kind, amount in _priced(amounts)}
    return UnitPrices(**known, source=source)


def _priced(amounts: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    return zip((*KINDS, "web_search"), amounts, strict=True)


def _check_totals(reading: _Reading) -> None:
    for key in reading.mapping("totals"):
        if key == "cost":
            reading.decimal("totals", key)
        elif key in INNER_KEYS["totals"]:
            reading.whole("totals", key)


def _numbers(reading: _Reading) -> dict[str, int | Decimal]:
    read: dict[str, Callable[..., int | Decimal | None]] = dict.fromkeys(INNER_KEYS["code"], reading.whole)
    read["coverage"] = reading.decimal
    found = {key: read[key]("code", key) for key in reading.mapping("code") if key in read}
    if (coverage := found.get("coverage")) is not None and coverage > 100:
        reading.wrong(["code", "coverage"], f"`code.coverage` is {coverage}, must be 100 or less (percent)")
    return {key: value for key, value in found.items() if value is not None}


def _words(reading: _Reading) -> dict[str, str]:
    present = [key for key in reading.mapping("quality") if key in CHOICES]
    return {key: text for key in present if (text := reading.text("quality", key, choices=CHOICES[key]))}


def _ratings(reading: _Reading) -> dict[str, int]:
    present = [key for key in reading.mapping("ratings") if key in INNER_KEYS["ratings"]]
    scores = {key: reading.whole("ratings", key, low=1, high=10) for key in present}
    return {key: score for key, score in scores.items() if score is not None}


def _name(keys: Sequence[str | int]) -> str:
    """How a message names a place: `usage row 2: `output``, `code.coverage`."""
    if len(keys) >= 2 and keys[0] == "usage" and isinstance(keys[1], int):
        row = f"usage row {keys[1] + 1}"
        return f"{row}: `{'.'.join(map(str, keys[2:]))}`" if len(keys) > 2 else row
    return f"`{'.'.join(str(key) for key in keys)}`"


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
