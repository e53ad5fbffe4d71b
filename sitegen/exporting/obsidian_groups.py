"""Notes about several sessions: a project, a phase, and the latest session with what it left for the next."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from sitegen.blocks import escaped, render_block
from sitegen.blocks.usage import total_cost
from sitegen.display import count, grouped_hours, short_count
from sitegen.exporting.obsidian import (
    LATEST,
    PhaseKey,
    Vault,
    head_lines,
    phase_key,
    phase_title,
    property_of,
    session_note,
    tags_of,
)
from sitegen.exporting.obsidian_names import one_line, tag, unmarked
from sitegen.frontmatter.notes import Property, note_text
from sitegen.loops import OpenLoop, open_loops
from sitegen.pictures import Picture
from sitegen.records import totals_record
from sitegen.rollups import Rollup, newest_first, rollup_of
from sitegen.session import Session
from sitegen.settings import EfficiencyBands
from sitegen.store import FOLDER

Pictures = Mapping[tuple[str, str], Picture]
_HEADINGS = {
    "next session": "Next session",
    "action item": "Action items",
    "question": "Questions",
}
_USUAL = EfficiencyBands()
_TABLE = ("| Date | Session | Phase | Tokens | List cost |", "| --- | --- | --- | ---: | ---: |")


def vault_files(
    sessions: Sequence[Session], folder: str, pictures: Pictures, bands: EfficiencyBands = _USUAL
) -> dict[str, bytes]:
    """By path in `folder`, which is named from the root of the vault. The same sessions give the same bytes."""
    vault = Vault(folder, tuple(sessions), bands)
    notes = {f"{vault.place(session)}.md": session_note(vault, session) for session in vault.sessions}
    for name in vault.projects:
        notes[f"{vault.project_place(name)}.md"] = project_note(vault, name)
    for key in vault.phases:
        notes[f"{vault.phase_place(key)}.md"] = phase_note(vault, key)
    notes[f"{LATEST}.md"] = latest_note(vault)
    files = {path: note.encode("utf-8", "replace") for path, note in notes.items()}
    return dict(sorted((files | dict(_picture_files(vault, pictures))).items()))


def project_note(vault: Vault, name: str) -> str:
    sessions = vault.projects[name]
    sums = rollup_of(name, sessions)
    properties: dict[str, Property] = {
        "kind": "project",
        "title": one_line(name),
        "aliases": [one_line(name)],
        "tags": tags_of("ai-project", f"project/{tag(name)}"),
        **_sums(sums, sessions),
    }
    phases = [key for key in vault.phases if key[0] == name]
    body = (
        *_group_head(name, sums),
        *_phases(vault, phases),
        *_table(vault, sessions),
        *_open(vault, open_loops(sessions)),
    )
    return note_text(properties, "\n".join(body))


def phase_note(vault: Vault, key: PhaseKey) -> str:
    sessions = vault.phases[key]
    title = phase_title(sessions)
    sums = rollup_of(title, sessions)
    latest = next(session.phase for session in reversed(sessions) if session.phase)
    properties: dict[str, Property] = {
        "kind": "phase",
        "title": one_line(title),
        "aliases": [f"{one_line(key[0])}: {one_line(title)}"],
        "tags": tags_of("ai-phase", f"project/{tag(key[0])}"),
        "project": vault.project_link(key[0]),
        **({} if latest.number is None else {"number": latest.number}),
        **({"state": one_line(latest.state)} if latest.state else {}),
        **_sums(sums, sessions),
    }
    head = [*_group_head(title, sums), f"Of {vault.project_link(key[0])}.", ""]
    return note_text(properties, "\n".join((*head, *_table(vault, sessions))))


def latest_note(vault: Vault) -> str:
    """For the start of the next session: what the last one was, and what is open in its project."""
    properties: dict[str, Property] = {"kind": "latest", "tags": tags_of("ai-latest")}
    latest = next(iter(newest_first(vault.sessions)), None)
    if latest is None:
        return note_text(properties, "# Latest session\n\nThe ledger has no session yet.")
    properties |= {"session": vault.link(latest), "project": vault.project_link(latest.project)}
    if latest.day:
        properties["date"] = latest.day.isoformat()
    loops = open_loops(vault.projects[latest.project])
    here = [loop for loop in loops if loop.last_path == latest.path]
    older = [loop for loop in loops if loop.last_path != latest.path]
    lines = (
        "# Latest session",
        "",
        vault.link(latest),
        "",
        *(f"> {line}" for line in head_lines(vault, latest)),
        "",
        "## Overview",
        "",
        *map(unmarked, render_block("overview", latest, vault.running[latest.path], vault.bands)),
        "",
        "## For the next session",
        "",
        *_by_kind(here),
        *(("## Open since earlier", "", *_loop_lines(vault, older), "") if older else ()),
    )
    return note_text(properties, "\n".join(lines))


def _by_kind(loops: Sequence[OpenLoop]) -> Iterator[str]:
    """Plain bullets: a box ticked here would be lost, the session file is where it is ticked."""
    if not loops:
        yield from ("It left nothing open.", "")
    for kind, heading in _HEADINGS.items():
        if told := [f"- {loop.text}" for loop in loops if loop.kind == kind]:
            yield from (f"### {heading}", "", *told, "")


def _open(vault: Vault, loops: Sequence[OpenLoop]) -> Iterator[str]:
    if loops:
        yield from ("", "## Open, oldest first", "", *_loop_lines(vault, loops))


def _loop_lines(vault: Vault, loops: Sequence[OpenLoop]) -> Iterator[str]:
    by_path = {session.path: session for session in vault.sessions}
    for loop in loops:
        yield f"- {loop.text} ({loop.kind}, since {vault.link(by_path[loop.path])})"


def _sums(sums: Rollup, sessions: Sequence[Session]) -> dict[str, Property]:
    days = sorted(session.day for session in sessions if session.day)
    told: dict[str, Property] = {"sessions": sums.sessions}
    if days:
        told |= {"first": days[0].isoformat(), "last": days[-1].isoformat()}
    if any(session.active is not None for session in sessions):
        told["active_minutes"] = int(sums.active.total_seconds()) // 60
    if any(session.rows for session in sessions):
        told |= totals_record(sums.sessions, sums.totals)
        del told["list_cost"]
        if total_cost(sums.totals) != "unpriced":
            told["list_cost"] = property_of(sums.totals.list_cost)
    return told


def _group_head(title: str, sums: Rollup) -> Iterator[str]:
    yield from (f"# {unmarked(escaped(one_line(title)))}", "")
    figures = (
        f"**Sessions** {count(sums.sessions)}",
        f"**List cost** {total_cost(sums.totals)}",
        f"**Tokens** {short_count(sums.totals.tokens)}",
        f"**Active** {grouped_hours(sums.active)}",
    )
    yield from ("> [!abstract] Sums", f"> {unmarked(' · '.join(figures))}", "")


def _phases(vault: Vault, keys: Sequence[PhaseKey]) -> Iterator[str]:
    if keys:
        yield from ("## Phases", "", *(f"- {vault.phase_link(key)}" for key in keys), "")


def _table(vault: Vault, sessions: Sequence[Session]) -> Iterator[str]:
    yield from ("## Sessions", "", *_TABLE)
    for session in newest_first(sessions):
        key = phase_key(session)
        cells = (
            session.day.isoformat() if session.day else "",
            vault.link(session, in_table=True),
            vault.phase_link(key, in_table=True) if key else "",
            short_count(session.totals.tokens) if session.rows else "",
            unmarked(total_cost(session.totals)) if session.rows else "",
        )
        yield f"| {' | '.join(cells)} |"


def _picture_files(vault: Vault, pictures: Pictures) -> Iterator[tuple[str, bytes]]:
    """Where the relative link in the words looks for it; none that is kept outside the folder of the sessions."""
    places = {session.path: PurePosixPath(vault.place(session)) for session in vault.sessions}
    for (path, target), picture in pictures.items():
        kept = _joined(PurePosixPath(path).parent, target)
        shown = _joined(places[path].parent, target)
        if kept and shown and kept.startswith(f"{FOLDER}/") and kept == f"{FOLDER}/{shown}":
            yield shown, picture.content


def _joined(folder: PurePosixPath, target: str) -> str | None:
    path = posixpath.normpath(posixpath.join(str(folder), unquote(urlsplit(target).path)))
    return None if path.startswith("..") else path
