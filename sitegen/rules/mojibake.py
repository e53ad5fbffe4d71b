"""The rule about garbled text: UTF-8 that some program read as Mac Roman or Windows-1252 and saved again."""

from collections.abc import Iterator

from sitegen.body import without_code
from sitegen.errors import Location, Problem, ReplaceText, Severity, warning
from sitegen.rules.garbled import Garbled, garbled_in
from sitegen.rules.rule import Rule
from sitegen.rules.words import place, words_of
from sitegen.session import Session
from sitegen.settings import Settings

_MOST_SHOWN = 3


def check_mojibake(session: Session, _: Settings) -> Iterator[Problem]:
    """One problem for a line; its repair restores all of the line. Code may quote garbled text on purpose."""
    for line in words_of(session.body):
        if not line.text.isascii() and (found := garbled_in(without_code(line.text))):
            start, end = found[0].start, found[-1].end
            old = line.text[start:end]
            repair = ReplaceText(old, _restored(old, start, found))
            yield _told(place(session, line.number, start + 1), found, repair)
    for keys, text in _named(session):
        if found := garbled_in(text):
            yield _told(session.locate(*keys), found, None)


def _told(where: Location, found: tuple[Garbled, ...], repair: ReplaceText | None) -> Problem:
    pairs = list(dict.fromkeys((each.text, each.restored) for each in found))
    shown = ", ".join(f"`{text}` should be `{restored}`" for text, restored in pairs[:_MOST_SHOWN])
    more = f" and {len(pairs) - _MOST_SHOWN} more" if len(pairs) > _MOST_SHOWN else ""
    message = f"text in UTF-8 was read as {found[0].codec}: {shown}{more}"
    text, restored = pairs[0]
    hint = "restore it, and have your editor read and save UTF-8"
    return warning("mojibake", where, message, hint, stated=text, expected=restored, repair=repair)


def _restored(old: str, start: int, found: tuple[Garbled, ...]) -> str:
    for each in reversed(found):
        old = old[: each.start - start] + each.restored + old[each.end - start :]
    return old


def _named(session: Session) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What a person typed into the frontmatter; what an agent recorded may quote garbled text on purpose."""
    if session.is_note:
        return
    recorded = session.source is not None and session.source.kind == "claude-code"
    if not recorded:
        yield ("title",), session.title
    yield ("focus",), session.focus
    if session.phase:
        yield ("phase", "name"), session.phase.name
    for index, tag in enumerate(session.tags):
        yield ("tags", index), tag
    for index, row in enumerate(session.rows):
        if row.manual or not recorded:
            yield ("usage", index, "task"), row.task
            yield ("usage", index, "notes"), row.notes


RULES = (Rule("mojibake", Severity.WARNING, "what is written can be read", file=check_mojibake, notes=True),)
