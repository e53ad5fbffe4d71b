"""`sessions export obsidian`: notes that Obsidian reads well, links that lead somewhere, and nothing else touched."""

import json
import re
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import frontmatter
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sitegen.exporting.obsidian import LATEST
from sitegen.exporting.obsidian_groups import vault_files
from sitegen.exporting.obsidian_names import folded, note_name, tag, unique_names, unmarked, wiki_link
from sitegen.frontmatter.notes import note_text
from sitegen.session import Git, Phase, Session
from tests.conftest import Run
from tests.made_pictures import plain_png
from tests.made_sessions import made_row, made_session
from tests.test_export_tables import add_session

ROOT = Path(__file__).parent.parent
_LINK = re.compile(r"\[\[([^\[\]|\\]+)\\?\|([^\[\]|]+)\]\]")
_PROPERTIES = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """With notes of its own, as people have them."""
    folder = tmp_path / "vault"
    (folder / ".obsidian").mkdir(parents=True)
    (folder / ".obsidian" / "app.json").write_text("{}", encoding="utf-8")
    (folder / "Diary.md").write_text("mine", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def notes_of(*sessions: Session, folder: str = "Sessions") -> dict[str, str]:
    return {path: content.decode() for path, content in vault_files(sessions, folder, {}).items()}


def properties_of(note: str) -> Mapping[str, Any]:
    """As a reader of YAML 1.2 has them, which Obsidian is."""
    found = _PROPERTIES.match(note)
    assert found
    told: dict[str, Any] = dict(YAML(typ="safe", pure=True).load(StringIO(found[1])))
    return told


def full_session(path: str = "sessions/2026/2026-02-11-jwt.md", **more: Any) -> Session:
    row = made_row(tools={"Read": 4})
    session = replace(
        made_session(path, row, tags=("Auth", "auth", "2026", "two words"), branch="1e3"),
        phase=Phase("Auth", 1, 2, "in progress"),
        author="Jane",
        billed=Decimal("0.02"),
        git=Git("1e3", ("12345e6",), 42),
        body="# JWT\n\nWords #mine.\n<!-- sessions:usage -->\n<!-- /sessions:usage -->\nMore.\n",
    )
    return replace(session, **more)


def test_a_note_has_properties_of_the_types_that_obsidian_knows() -> None:
    notes = notes_of(full_session())
    told = properties_of(notes["2026/2026-02-11-jwt.md"])
    assert told == {
        "kind": "session",
        "title": "JWT",
        "aliases": ["JWT"],
        "tags": ["ai-session", "project/shop-api", "Auth", "tag-2026", "two-words"],
        "project": "[[Sessions/Projects/shop-api|shop-api]]",
        "phase": "[[Sessions/Phases/shop-api - Auth|1 Auth]]",
        "phase_part": 2,
        "phase_state": "in progress",
        "date": "2026-02-11",
        "started": "2026-02-11T20:36:53",
        "ended": "2026-02-11T21:16:53",
        "utc_offset": "+01:00",
        "path": "sessions/2026/2026-02-11-jwt.md",
        "author": "Jane",
        "state": "complete",
        "active_minutes": 30,
        "branch": "1e3",
        "commits": ["12345e6"],
        "pull_request": 42,
        "models": ["claude-sonnet-5"],
        "usage_rows": 1,
        "manual_rows": 0,
        "sample": False,
        "requests": 2,
        "input": 100,
        "cache_write_5m": 0,
        "cache_write_1h": 0,
        "cache_read": 20000,
        "output": 1000,
        "tokens": 21100,
        "web_searches": 0,
        "list_cost": 0.0213,
        "at_least": False,
        "unpriced_responses": 0,
        "billed": 0.02,
    }
    assert all(re.fullmatch("[a-z_0-9]+", name) for name in told)
    assert "\nlist_cost: 0.0213\n" in notes["2026/2026-02-11-jwt.md"]


def test_what_is_not_known_is_no_property_and_never_0() -> None:
    bare = replace(made_session("sessions/undated/a.md", title="", started=None, active=None), state="")
    told = properties_of(notes_of(bare)["undated/a.md"])
    assert set(told) == {"kind", "title", "aliases", "tags", "project", "path", "usage_rows", "manual_rows", "sample"}
    unpriced = properties_of(notes_of(made_session("sessions/2026/b.md", made_row(list_cost=None)))["2026/b.md"])
    assert "list_cost" not in unpriced
    assert (unpriced["unpriced_responses"], unpriced["at_least"]) == (2, True)
    sums = properties_of(notes_of(made_session("sessions/2026/b.md", made_row(list_cost=None)))["Projects/shop-api.md"])
    assert "list_cost" not in sums


def test_the_words_stand_as_they_are_with_tables_made_anew() -> None:
    note = notes_of(full_session())["2026/2026-02-11-jwt.md"]
    words = note.split("\n---\n", 1)[1]
    assert words.startswith("\n> [!abstract] AI session\n> **Project** [[Sessions/Projects/shop-api|shop-api]]")
    table = "| 20:36 | Initial prompt | claude-sonnet-5 | 2 | 100 | 20,000 | 1,000 | 21,100 | \\$0.0213 | Read 4 |"
    assert "\n# JWT\n\nWords #mine.\n\n| Time |" in words
    assert f"\n{table}\n" in words
    assert words.endswith("\n\nMore.\n")
    assert "sessions:usage" not in words


def test_words_of_a_prompt_make_no_tag_formula_or_comment() -> None:
    row = made_row(task="#tag costs $1 or $2 %%gone ==lit== [[link]]")
    body = "<!-- sessions:usage -->\n<!-- /sessions:usage -->\n"
    note = notes_of(replace(made_session("sessions/2026/a.md", row), body=body))["2026/a.md"]
    assert r"| \#tag costs \$1 or \$2 %\%gone =\=lit=\= \[\[link\]\] |" in note


def test_sessions_of_a_project_lead_to_each_other() -> None:
    def session(day: int, project: str = "shop") -> Session:
        made = made_session(f"sessions/2026/2026-02-{day:02}-s.md", made_row(), title=f"Day {day}", project=project)
        return replace(made, started=datetime.fromisoformat(f"2026-02-{day:02}T10:00:00+00:00"))

    notes = notes_of(session(1), session(2, "other"), session(3), session(4))
    told = {path: properties_of(note) for path, note in notes.items() if path.startswith("2026")}
    assert "previous" not in told["2026/2026-02-01-s.md"]
    assert told["2026/2026-02-01-s.md"]["next"] == "[[Sessions/2026/2026-02-03-s|Day 3]]"
    assert told["2026/2026-02-04-s.md"]["previous"] == "[[Sessions/2026/2026-02-03-s|Day 3]]"
    assert {"previous", "next"}.isdisjoint(told["2026/2026-02-02-s.md"])
    project = notes["Projects/shop.md"]
    assert properties_of(project) == {
        **properties_of(project),
        "kind": "project",
        "sessions": 3,
        "first": "2026-02-01",
        "last": "2026-02-04",
        "active_minutes": 90,
        "tokens": 63300,
        "list_cost": 0.0639,
    }
    rows = [line for line in project.splitlines() if line.startswith("| 2026")]
    assert rows[0] == "| 2026-02-04 | [[Sessions/2026/2026-02-04-s\\|Day 4]] |  | 21.1 k | \\$0.0213 |"
    assert len(rows) == 3


def test_a_phase_has_a_note_with_its_sessions_and_sums() -> None:
    first = full_session(phase=Phase("Auth", 1, 1, "in progress"))
    second = full_session("sessions/2026/2026-02-12-more.md", phase=Phase("Auth", 1, 2, "complete"))
    numbered = full_session("sessions/2026/2026-02-13-third.md", phase=Phase("", 3))
    none = full_session("sessions/2026/2026-02-14-none.md", phase=None)
    notes = notes_of(first, second, numbered, none)
    told = properties_of(notes["Phases/shop-api - Auth.md"])
    assert (told["number"], told["state"], told["sessions"], told["list_cost"]) == (1, "complete", 2, 0.0426)
    assert told["project"] == "[[Sessions/Projects/shop-api|shop-api]]"
    assert properties_of(notes["Phases/shop-api - Phase 3.md"])["title"] == "Phase 3"
    assert "phase" not in properties_of(notes["2026/2026-02-14-none.md"])


def test_the_latest_session_says_what_it_left_open() -> None:
    early = "## Questions for Next Session\n\n- [ ] Who rolls the keys?\n- [ ] Is it quick?\n"
    late = "## Next Session\n\n- [ ] Write the docs\n- [x] Done already\n\n## Questions\n\n- [ ] Is it quick?\n"
    older = made_session("sessions/2026/2026-02-11-a.md", title="First", body=early)
    newer = made_session(
        "sessions/2026/2026-02-12-b.md", title="Second", body=late, started="2026-02-12T10:00:00+01:00"
    )
    undated = made_session("sessions/undated/z.md", title="Undated", started=None)
    note = notes_of(older, newer, undated)[f"{LATEST}.md"]
    assert properties_of(note) == {
        "kind": "latest",
        "tags": ["ai-latest"],
        "session": "[[Sessions/2026/2026-02-12-b|Second]]",
        "project": "[[Sessions/Projects/shop-api|shop-api]]",
        "date": "2026-02-12",
    }
    after = note.split("## For the next session\n", 1)[1]
    assert after == (
        "\n### Next session\n\n- Write the docs\n\n### Questions\n\n- Is it quick?\n\n## Open since earlier\n\n"
        "- Who rolls the keys? (question, since [[Sessions/2026/2026-02-11-a|First]])\n"
    )
    assert "- [ ]" not in note
    assert "| Session | Second |" in note
    assert "The ledger has no session yet." in notes_of()[f"{LATEST}.md"]


def test_every_link_leads_to_a_note_and_every_name_is_safe(vault: Path, sessions: Run) -> None:
    run = sessions("-C", ROOT, "export", "obsidian", vault, "--folder", "Work/AI sessions")
    assert (run.returncode, run.stdout) == (0, f"{vault}/Work/AI sessions/{LATEST}.md\n"), run.stderr
    made = {path: content.decode() for path, content in contents(vault).items() if path.endswith(".md")}
    links = [link for note in made.values() for link, _ in _LINK.findall(note)]
    assert len(links) > 100
    assert {f"{link}.md" for link in links} <= set(made)
    for path, note in made.items():
        if path == "Diary.md":
            continue
        loaded = frontmatter.loads(note)
        assert json.loads(json.dumps(loaded.metadata)) == json.loads(json.dumps(properties_of(note))), path
        assert not re.search(r'[\[\]#^|\\:*?"<>]', path)


def test_only_what_it_made_is_touched(vault: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    extra = add_session(ledger, "2026-02-12-more")
    before = contents(vault)
    assert sessions("-C", ledger, "export", "obsidian", vault).returncode == 0
    first = contents(vault)
    assert {path for path in first if not path.startswith("Sessions/")} == set(before)
    assert all(first[path] == before[path] for path in before)
    again = sessions("-C", ledger, "export", "obsidian", vault)
    assert again.stderr == "0 files written, 0 removed, 4 unchanged\n"
    assert contents(vault) == first
    own = vault / "Sessions" / "Mine.md"
    own.write_text("my own note among them", encoding="utf-8")
    extra.unlink()
    assert sessions("-C", ledger, "export", "obsidian", vault).returncode == 0
    assert own.exists()
    assert not (vault / "Sessions" / "2026" / "2026-02-12-more.md").exists()
    note = vault / "Sessions" / "2026" / "2026-02-11-jwt.md"
    note.write_text(f"{note.read_text(encoding='utf-8')}\nMy thoughts.\n", encoding="utf-8")
    edited = contents(vault)
    add_session(ledger, "2026-02-13-third")
    run = sessions("-C", ledger, "export", "obsidian", vault)
    assert run.returncode == 1
    assert "2026-02-11-jwt.md:1:1: error[export]: this file was changed by hand since" in run.stderr
    assert contents(vault) == edited


def test_a_folder_with_notes_of_the_user_is_refused(vault: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    (vault / "Sessions").mkdir()
    (vault / "Sessions" / "Mine.md").write_text("mine", encoding="utf-8")
    before = contents(vault)
    run = sessions("-C", ledger, "export", "obsidian", vault)
    assert run.returncode == 1
    assert "the folder is not empty" in run.stderr
    assert contents(vault) == before


def test_what_is_no_vault_is_told(tmp_path: Path, vault: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    for arguments, why in (
        ((tmp_path / "none",), "there is no such folder"),
        ((vault, "--folder", "../out"), "cannot be linked to"),
        ((vault, "--folder", ".obsidian"), "cannot be linked to"),
        ((vault, "--folder", "a#b"), "cannot be linked to"),
        ((vault, "--folder", ""), "cannot be linked to"),
        ((ledger, "--folder", "sessions/notes"), "each Markdown file is a session"),
    ):
        run = sessions("-C", ledger, "export", "obsidian", *arguments)
        assert run.returncode == 1, arguments
        assert why in run.stderr, arguments
    below = vault / "Work"
    below.mkdir()
    run = sessions("-C", ledger, "export", "obsidian", below)
    assert run.returncode == 1
    assert "must be the vault itself, where links begin" in run.stderr
    assert "`--folder Work/Sessions`" in run.stderr
    assert not (tmp_path / "none").exists()
    assert not list(below.iterdir())
    new = tmp_path / "new"
    new.mkdir()
    run = sessions("-C", ledger, "export", "obsidian", new)
    assert run.returncode == 0
    assert "has no .obsidian yet: open this very folder as a vault" in run.stderr


def test_a_picture_comes_along_where_its_link_looks_for_it(vault: Path, ledger: Path, sessions: Run) -> None:
    path = add_session(ledger)
    (path.parent / "img").mkdir()
    (path.parent / "img" / "a b.png").write_bytes(plain_png())
    with path.open("a", encoding="utf-8") as file:
        file.write("\n![A](img/a%20b.png)\n![Gone](none.png)\n![Out](../../outside.png)\n")
    (ledger / "outside.png").write_bytes(plain_png())
    assert sessions("-C", ledger, "export", "obsidian", vault).returncode == 0
    pictures = [name for name in contents(vault) if name.endswith(".png")]
    assert pictures == ["Sessions/2026/img/a b.png"]


def test_files_are_plain_and_readable_by_all(vault: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger)
    sessions("-C", ledger, "export", "obsidian", vault)
    for path in (vault / "Sessions").rglob("*.md"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert path.read_bytes().endswith(b"\n")
        assert b"\r" not in path.read_bytes()


def test_the_same_ledger_gives_the_same_notes_in_whatever_order_names_come() -> None:
    sessions = [
        made_session("sessions/2026/2026-02-11-A.md", project="Con"),
        made_session("sessions/2026/2026-02-11-a.md", project="con"),
        made_session("sessions/2027/2026-02-11-a.md", project="a/b: c?"),
        made_session("sessions/2026/Con.md", project="."),
    ]
    notes = notes_of(*sessions)
    assert sorted(notes) == [
        "2026/2026-02-11-A.md",
        "2026/2026-02-11-a 2.md",
        "2026/Con-.md",
        "2027/2026-02-11-a 3.md",
        f"{LATEST}.md",
        "Projects/Con- 2.md",
        "Projects/a-b- c-.md",
        "Projects/con- 3.md",
        "Projects/unnamed.md",
    ]
    assert notes == notes_of(*sessions)


ANY = st.text(max_size=40) | st.sampled_from(
    ["CON", "a/b", "..", "[[x]]|y", "#1", "%%", "\u202e", "\ud800", "é", "e\u0301", "1/2"]
)


@given(ANY)
def test_a_name_is_safe_on_every_system(words: str) -> None:
    name = note_name(words)
    assert not re.search(r'[\[\]#^|\\/:*?"<>\x00-\x1f]', name)
    assert name == name.strip(". ")
    assert 0 < len(name.encode()) <= 201
    assert note_name(name) == name or name.endswith("-")


@given(ANY)
def test_a_tag_is_one_or_nothing(words: str) -> None:
    found = tag(words)
    assert found == tag(found)
    if found:
        assert all(each in "_-/" or unicodedata.category(each)[0] in "LMN" for each in found)
        assert not all(each.isnumeric() for each in found.replace("/", ""))
        assert not found.startswith("/")
        assert "//" not in found


@given(st.lists(ANY, max_size=8))
def test_no_two_notes_share_a_name(words: list[str]) -> None:
    names = unique_names((number, note_name(each)) for number, each in enumerate(words))
    assert len({folded(name) for name in names.values()}) == len(words)


@given(ANY)
def test_a_link_is_one_link(label: str) -> None:
    for in_table in (False, True):
        link = wiki_link("Sessions/a", label, in_table=in_table)
        found = _LINK.fullmatch(link)
        assert found
        assert found[1] == "Sessions/a"
        assert "\n" not in link


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        ANY.filter(lambda each: "\ud800" not in each)
        | st.booleans()
        | st.integers(-9, 10**17)
        | st.lists(ANY.filter(lambda each: "\ud800" not in each), max_size=3),
        min_size=1,
    )
)
def test_properties_read_the_same_everywhere(properties: dict[str, Any]) -> None:
    note = note_text(properties, "# Words\n\n")
    assert properties_of(note) == properties
    assert frontmatter.loads(note).metadata == properties
    assert note.endswith("---\n\n# Words\n")


@given(st.text(alphabet="#$%=~\\ab ", max_size=12))
def test_marks_are_escaped_once(words: str) -> None:
    shown = unmarked(words)
    assert not re.search(r"(?<!\\)[#$]", shown)
    assert not re.search(r"%%|==|~~", shown)
