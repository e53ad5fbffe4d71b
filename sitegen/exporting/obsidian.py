"""Sessions → notes of an Obsidian vault: one for each session, project and phase, and one of the latest session.

Links name the whole path of a note in the vault, so that no other note of the same name is meant.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeVar

from sitegen.blocks import find_blocks, render_block
from sitegen.blocks.usage import total_cost
from sitegen.display import count, hours_minutes, plain, short_count
from sitegen.exporting.obsidian_names import note_name, one_line, tag, unique_names, unmarked, wiki_link
from sitegen.frontmatter.notes import Property, note_text
from sitegen.records import SESSION_COLUMNS
from sitegen.rollups import Rollup, running_rollups
from sitegen.session import Session
from sitegen.settings import EfficiencyBands
from sitegen.store import FOLDER

LATEST = "Latest_Session_Export"
PROJECTS, PHASES = "Projects", "Phases"
_OWN_WAY = frozenset({"title", "project", "phase", "started", "ended", "tags"})
"""Columns of the records that a note has in another form."""
PhaseKey = tuple[str, str]
"""The project, and the phase's name or, where it has none, its number."""
Key = TypeVar("Key", str, PhaseKey)


@dataclass(frozen=True)
class Vault:
    """`folder` is that of the notes, from the root of the vault. `sessions` are in the ledger's order."""

    folder: str
    sessions: tuple[Session, ...]
    bands: EfficiencyBands = field(default_factory=EfficiencyBands)

    @cached_property
    def projects(self) -> Mapping[str, tuple[Session, ...]]:
        return _grouped((session.project, session) for session in self.sessions)

    @cached_property
    def phases(self) -> Mapping[PhaseKey, tuple[Session, ...]]:
        return _grouped((key, session) for session in self.sessions if (key := phase_key(session)))

    @cached_property
    def running(self) -> Mapping[str, Rollup]:
        return running_rollups(self.sessions)

    @cached_property
    def beside(self) -> Mapping[str, tuple[Session | None, Session | None]]:
        """By path: the session before and the one after in the same project."""
        return {
            session.path: (before, after)
            for sessions in self.projects.values()
            for session, before, after in zip(sessions, (None, *sessions[:-1]), (*sessions[1:], None), strict=True)
        }

    @cached_property
    def _names(self) -> Mapping[tuple[str, ...], str]:
        """No two notes share a name, in whatever folders they are."""
        sessions = sorted(self.sessions, key=lambda session: session.path)
        return unique_names(
            (
                (("latest",), LATEST),
                *((("session", each.path), note_name(each.stem)) for each in sessions),
                *((("project", name), note_name(name)) for name in sorted(self.projects)),
                *((("phase", *key), note_name(" - ".join(key))) for key in sorted(self.phases)),
            )
        )

    def place(self, session: Session) -> str:
        """The path of its note in `folder`, without `.md`: as that of its file in the ledger."""
        above = PurePosixPath(session.path).relative_to(FOLDER).parent.parts
        return "/".join((*map(note_name, above), self._names["session", session.path]))

    def project_place(self, name: str) -> str:
        return f"{PROJECTS}/{self._names['project', name]}"

    def phase_place(self, key: PhaseKey) -> str:
        return f"{PHASES}/{self._names['phase', *key]}"

    def link(self, session: Session, *, in_table: bool = False) -> str:
        return wiki_link(f"{self.folder}/{self.place(session)}", session.title or session.stem, in_table=in_table)

    def project_link(self, name: str, *, in_table: bool = False) -> str:
        return wiki_link(f"{self.folder}/{self.project_place(name)}", name, in_table=in_table)

    def phase_link(self, key: PhaseKey, *, in_table: bool = False) -> str:
        return wiki_link(f"{self.folder}/{self.phase_place(key)}", phase_title(self.phases[key]), in_table=in_table)


def _grouped(pairs: Iterable[tuple[Key, Session]]) -> dict[Key, tuple[Session, ...]]:
    groups: dict[Key, list[Session]] = {}
    for key, session in pairs:
        groups.setdefault(key, []).append(session)
    return {key: tuple(groups[key]) for key in sorted(groups)}


def phase_key(session: Session) -> PhaseKey | None:
    phase = session.phase
    if phase is None or not (phase.name or phase.number is not None):
        return None
    return session.project, phase.name or f"Phase {phase.number}"


def phase_title(sessions: Sequence[Session]) -> str:
    """As the latest of its sessions calls it: `3 Findability`."""
    phase = next(session.phase for session in reversed(sessions) if session.phase)
    if not phase.name:
        return f"Phase {phase.number}"
    return phase.name if phase.number is None else f"{phase.number} {phase.name}"


def session_note(vault: Vault, session: Session) -> str:
    return note_text(
        dict(_properties(vault, session)),
        "\n".join((*(f"> {line}" for line in head_lines(vault, session)), "", *_words(vault, session))),
    )


def head_lines(vault: Vault, session: Session) -> Iterator[str]:
    """A callout: where the session belongs and what it came to."""
    before, after = vault.beside[session.path]
    key = phase_key(session)
    yield "[!abstract] AI session"
    links = (
        f"**Project** {vault.project_link(session.project)}",
        f"**Phase** {vault.phase_link(key)}" if key else "",
        f"**Previous** {vault.link(before)}" if before else "",
        f"**Next** {vault.link(after)}" if after else "",
    )
    yield " · ".join(filter(None, links))
    if told := unmarked(" · ".join(_figures(session))):
        yield told


def _figures(session: Session) -> Iterator[str]:
    if session.rows:
        yield f"**List cost** {total_cost(session.totals)}"
        yield f"**Tokens** {short_count(session.totals.tokens)}"
    if session.active is not None:
        yield f"**Active** {hours_minutes(session.active)}"
    if by_hand := sum(row.manual for row in session.rows):
        yield f"{count(by_hand)} of {count(len(session.rows))} rows typed by hand"
    if session.sample:
        yield "an invented session"


def _properties(vault: Vault, session: Session) -> Iterator[tuple[str, Property]]:
    """The columns of the records that say something, and what only a note has."""
    yield "kind", "session"
    yield "title", one_line(session.title) or session.stem
    yield "aliases", [one_line(session.title) or session.stem]
    yield "tags", tags_of("ai-session", f"project/{tag(session.project)}", *session.tags)
    yield "project", vault.project_link(session.project)
    if key := phase_key(session):
        yield "phase", vault.phase_link(key)
    if session.phase and session.phase.part is not None:
        yield "phase_part", session.phase.part
    if session.phase and session.phase.state:
        yield "phase_state", one_line(session.phase.state)
    before, after = vault.beside[session.path]
    if before:
        yield "previous", vault.link(before)
    if after:
        yield "next", vault.link(after)
    yield from _times(session)
    for column in SESSION_COLUMNS:
        value = column.value(session)
        if column.name not in _OWN_WAY and value is not None and value != ():
            yield column.name, property_of(value)


def _times(session: Session) -> Iterator[tuple[str, Property]]:
    """Obsidian knows no offset: times are as the clock showed them there, and the offset is a text of its own."""
    if session.started:
        yield "date", session.started.date().isoformat()
        yield "started", _clock(session.started)
    if session.ended:
        yield "ended", _clock(session.ended)
    if at := session.started or session.ended:
        yield "utc_offset", at.isoformat()[len(_local(at)) :]


def _local(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat()


def _clock(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="seconds")


def tags_of(*words: str) -> list[str]:
    """Obsidian does not tell capitals from small letters in a tag."""
    return list({each.casefold(): each for each in map(tag, reversed(words)) if each.strip("/")}.values())[::-1]


def property_of(value: str | int | Decimal | tuple[str, ...]) -> Property:
    """An amount is a number with every decimal: Dataview adds up numbers, not texts."""
    if isinstance(value, tuple):
        return [one_line(each) for each in value]
    if isinstance(value, Decimal):
        return Decimal(plain(value))
    return one_line(value) if isinstance(value, str) else value


def _words(vault: Vault, session: Session) -> Sequence[str]:
    """The author's words as they stand, with the tables made anew and without the marks around them."""
    blocks, _ = find_blocks(session.body, session.path, session.document.body_line)
    lines = [line.removesuffix("\r") for line in session.body.split("\n")]
    for block in sorted(blocks, key=lambda found: found.first, reverse=True):
        table = map(unmarked, render_block(block.name, session, vault.running[session.path], vault.bands))
        before = [""] if block.first > 2 and lines[block.first - 3].strip() else []
        after = [""] if lines[block.last + 1 : block.last + 2] and lines[block.last + 1].strip() else []
        lines[block.first - 2 : block.last + 1] = [*before, *table, *after]
    return lines
