"""The rule about clock times of one file: all in one format, and with a zone if any has one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sitegen.errors import Problem, Severity, warning
from sitegen.handwritten.clocks import DURATIONS, ENDS, STARTS
from sitegen.handwritten.values import Text
from sitegen.rules.rule import Rule
from sitegen.rules.words import fields_of, place
from sitegen.session import Session
from sitegen.settings import Settings

_CLOCK_FIELDS = frozenset({"time", "session time", *STARTS, *ENDS})
_DAY = r"(?:\d{4}-\d{2}-\d{2}|YYYY-MM-DD)[ T]"
_CLOCK = re.compile(
    rf"\[?(?:{_DAY})?(?P<hours>\d{{1,2}}|HH?):(?:\d{{2}}|MM)(?P<seconds>:(?:\d{{2}}|SS)(?:\.\d{{1,9}})?)?"
    r"(?P<half>\s?[AaPp]\.?[Mm]\.?)?(?P<zone>\s?(?:Z|[A-Z]{2,5}|[+−-]\d{2}:?\d{2})(?:\s[+−-]\d{2}:?\d{2})?)?\]?"
)


@dataclass(frozen=True, slots=True)
class _Clock:
    """`shape` is the format in letters: `HH:MM:SS with a zone`."""

    text: Text
    shape: str


def check_clock_formats(session: Session, _: Settings) -> Iterator[Problem]:
    fields = fields_of(session.body)
    clocks = [clock for field in fields if field.name in _CLOCK_FIELDS and (clock := _clock(field.value))]
    if len({clock.shape for clock in clocks}) < 2:
        return
    lengths = [field.value for field in fields if field.name in DURATIONS and _CLOCK.fullmatch(field.value.text)]
    texts = sorted((*(clock.text for clock in clocks), *lengths), key=lambda text: text.place)
    shapes = list(dict.fromkeys(clock.shape for clock in clocks))
    first, *others = (place(session, text.line, text.column) for text in texts)
    looks = f"; {_names(lengths)} looks like one of them" if lengths else ""
    message = f"clock times in {len(shapes)} formats: {', '.join(shapes)}{looks}"
    hint = "write all with the same digits and the zone: `14:03 +02:00`; a duration as `1h07m`"
    yield warning("clock-format", first, message, hint, also=tuple(others))


def _clock(text: Text) -> _Clock | None:
    found = _CLOCK.fullmatch(text.text)
    if not found:
        return None
    digits = "HH:MM:SS" if found["seconds"] else "HH:MM"
    half = " with am or pm" if found["half"] else ""
    return _Clock(text, f"{digits}{half} with a zone" if found["zone"] else f"{digits}{half} without a zone")


def _names(lengths: list[Text]) -> str:
    return ", ".join(f"the duration `{text.text}`" for text in lengths)


RULES = (
    Rule(
        "clock-format",
        Severity.WARNING,
        "the clock times of a file are written alike",
        file=check_clock_formats,
        notes=True,
    ),
)
