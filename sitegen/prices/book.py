"""The price of one response: its model, day and context against the user's rows and the price list."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches

from sitegen.masking import one_line
from sitegen.prices.gaps import MISSING_MODELS, with_earlier_prices
from sitegen.prices.model_names import (
    ALIASES,
    SYNTHETIC,
    ModelName,
    family_name,
    is_at_least,
    read_model_name,
)
from sitegen.prices.overrides import PriceOverride
from sitegen.prices.price_list import Listed, list_source, listed_models, listed_prices
from sitegen.prices.unit_prices import PriceBands, UnitPrices
from sitegen.tokens import KINDS, PriceContext

_BATCH_FACTOR = Decimal("0.5")
_US_FACTOR = Decimal("1.1")
_US_SINCE_VERSION = (4, 6)
"""Inference in the US costs more from Claude 4.6 on; earlier models cost the same everywhere."""

_KNOWN_SPEEDS = ("", "standard", "fast")
_KNOWN_TIERS = ("", "standard", "batch")
_KNOWN_GEOS = ("", "global", "not_available", "us")


@dataclass(frozen=True, slots=True)
class Quote:
    """Unit prices that hold for a whole request. `long`: its prompt was above the model's threshold.

    `priced_as` is the id under which the price was found; it may differ from the id that was reported.
    """

    prices: UnitPrices
    long: bool
    priced_as: str


@dataclass(frozen=True, slots=True)
class Unpriced:
    """No price is known, and why. Never the same as a price of 0."""

    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """All that one model charges on one day in one context, whatever the length of the prompt."""

    priced_as: str
    bands: PriceBands

    def quote(self, prompt_tokens: int) -> Quote:
        above, prices = next(band for band in reversed(self.bands) if prompt_tokens > band[0])
        return Quote(prices, above >= 0, self.priced_as)


_Key = tuple[str, date, str, str, str]


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices on any date: the user's rows, then the price list, then the built-in rows for its gaps.

    `multiplier` is a contract discount: it multiplies every unit price, last of all.
    """

    overrides: tuple[PriceOverride, ...] = ()
    multiplier: Decimal = Decimal(1)
    _sheets: dict[_Key, _Sheet | Unpriced] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    @property
    def source(self) -> str:
        return list_source()

    def wrote(self, prices: UnitPrices) -> bool:
        """Whether the prices name this very list as their source, with or without what was added to it."""
        return prices.source == self.source or prices.source.startswith((f"{self.source} ", f"{self.source},"))

    @property
    def models(self) -> tuple[str, ...]:
        """Every id that has a price, sorted."""
        overridden = (name for override in self.overrides for name in override.match)
        return tuple(sorted({*listed_models(), *MISSING_MODELS, *overridden}))

    def load(self) -> None:
        """Reads the price list, which takes half a second."""
        listed_models()

    def quote(self, model: str, at: datetime | None, context: PriceContext, prompt_tokens: int) -> Quote | Unpriced:
        """What one response is charged: at its own time (UTC if it has no offset), for its own prompt.

        A sum over responses must not be priced as one: it would pass thresholds that none of them did.
        """
        if at is None:
            return Unpriced("no time reported")
        sheet = self._sheet(model, at, context)
        return sheet if isinstance(sheet, Unpriced) else sheet.quote(prompt_tokens)

    def compare(
        self, model: str, context: PriceContext, at: datetime | None, stated: UnitPrices
    ) -> tuple[tuple[str, Decimal, Decimal], ...]:
        """The kinds whose stated price differs from ours on that day, as (kind, stated, expected), in order.

        Kinds for which nothing is stated or nothing is known are left out. `context.long` asks for the price
        above the threshold.
        """
        sheet = None if at is None else self._sheet(model, at, context)
        if not isinstance(sheet, _Sheet):
            return ()
        expected = sheet.bands[-1 if context.long else 0][1]
        pairs = ((kind, getattr(stated, kind), getattr(expected, kind)) for kind in (*KINDS, "web_search"))
        return tuple((kind, ours, theirs) for kind, ours, theirs in pairs if _differ(ours, theirs))

    def _sheet(self, model: str, at: datetime, context: PriceContext) -> _Sheet | Unpriced:
        day = (at if at.tzinfo is None else at.astimezone(UTC)).date()
        key = (model, day, context.speed, context.tier, context.geo)
        sheet = self._sheets.get(key)
        if sheet is None:
            sheet = self._sheets[key] = self._make_sheet(model, day, context)
        return sheet

    def _make_sheet(self, model: str, day: date, context: PriceContext) -> _Sheet | Unpriced:
        refused = _refused(model, context)
        if refused is not None:
            return refused
        name = read_model_name(model)
        sheet = self._overridden(name, day) or _list_sheet(name, day, context)
        if sheet is None:
            return self._unknown(model, name)
        if self.multiplier == 1:
            return sheet
        discounted = ((above, p.times(self.multiplier, "multiplier", searches=True)) for above, p in sheet.bands)
        return _Sheet(sheet.priced_as, tuple(discounted))

    def _overridden(self, name: ModelName, day: date) -> _Sheet | None:
        """The newest of the user's rows: charged as written, without surcharges for speed or place."""
        for spelling in name.spellings:
            rows = [row for row in self._rows_for(spelling) if row[0].since <= day]
            if rows:
                override, written = max(rows, key=lambda row: row[0].since)
                return _Sheet(written, ((-1, _with_search_price(override.prices, name, day)),))
        return None

    def _rows_for(self, name: ModelName) -> tuple[tuple[PriceOverride, str], ...]:
        return tuple(
            (override, written)
            for override in self.overrides
            for written in override.match
            if read_model_name(written) == name
        )

    def _unknown(self, model: str, name: ModelName) -> Unpriced:
        shown = one_line(model)
        later = [row[0].since for spelling in name.spellings for row in self._rows_for(spelling)]
        if later:
            return Unpriced(
                f"no price of {shown} is known before {min(later)}",
                "add a row with an earlier `from` under [[prices.model]] in sessions.toml",
            )
        add = "add its price under [[prices.model]] in sessions.toml"
        if name.name in ALIASES:
            return Unpriced(f"{shown} is an alias: which model answered is not known", "write the full id of the model")
        near = get_close_matches(family_name(name.name), self.models, n=1, cutoff=0.75)
        return Unpriced(f"no price of {shown} is known", f"did you mean {near[0]}? If not, {add}" if near else add)


def _refused(model: str, context: PriceContext) -> Unpriced | None:
    """What stands in the way of any price. Values that nobody knows yet may cost anything: they are named."""
    if not model.strip():
        return Unpriced("no model reported")
    if model.strip().lower() == SYNTHETIC:
        return Unpriced("no model answered: Claude Code wrote this line itself")
    if context.tier == "priority":
        return Unpriced("the price of the service tier priority is not published")
    for what, value, known in (
        ("speed", context.speed, _KNOWN_SPEEDS),
        ("service tier", context.tier, _KNOWN_TIERS),
        ("inference geography", context.geo, _KNOWN_GEOS),
    ):
        if value not in known:
            names = ", ".join(filter(None, known))
            return Unpriced(f"unknown {what} {one_line(value)!r}", f"known: {names}")
    return None


def _list_sheet(name: ModelName, day: date, context: PriceContext) -> _Sheet | None:
    found = _listed(name, day, context)
    if found is None:
        return None
    bands = found.bands
    if context.tier == "batch" and not found.has_variant:
        bands = _times(bands, _BATCH_FACTOR, "batch")
    if context.geo == "us" and name.provider == "anthropic" and is_at_least(found.model, _US_SINCE_VERSION):
        bands = _times(bands, _US_FACTOR, "us")
    return _Sheet(found.model, bands)


def _listed(name: ModelName, day: date, context: PriceContext) -> Listed | None:
    """From the price list, with its gaps filled, before what batches and places add or take off."""
    variant = _variant(context)
    found = listed_prices(name, day, variant) or _built_in(name)
    if found is None:
        return None
    bands = found.bands
    if name.provider == "anthropic":
        bands = with_earlier_prices(bands, found.model, day)
    if "speed" in variant and not found.has_variant:
        bands = _without_fast_price(bands)
    return replace(found, bands=bands)


def _built_in(name: ModelName) -> Listed | None:
    if name.provider != "anthropic":
        return None
    known = (each.name for each in name.spellings if each.name in MISSING_MODELS)
    return next((Listed(model, ((-1, MISSING_MODELS[model]),), has_variant=False) for model in known), None)


def _variant(context: PriceContext) -> Mapping[str, str]:
    """In the words of the price list. Fast mode does not stack with batch: a batch is charged as a batch."""
    if context.tier == "batch":
        return {"processing": "batch"}
    return {"speed": "fast"} if context.speed == "fast" else {}


def _without_fast_price(bands: PriceBands) -> PriceBands:
    """A model without a fast price is charged at its standard one; the source says that it is so."""
    return tuple(
        (above, replace(prices, source=f"{prices.source} (no fast price listed: standard)")) for above, prices in bands
    )


def _times(bands: PriceBands, factor: Decimal, why: str) -> PriceBands:
    return tuple((above, prices.times(factor, why)) for above, prices in bands)


def _with_search_price(prices: UnitPrices, name: ModelName, day: date) -> UnitPrices:
    """A row that leaves out the price of a web search does not change it."""
    listed = None if prices.web_search is not None else _listed(name, day, PriceContext())
    return prices if listed is None else replace(prices, web_search=listed.bands[0][1].web_search)


def _differ(stated: Decimal | None, expected: Decimal | None) -> bool:
    return stated is not None and expected is not None and stated != expected
