from pathlib import Path

import pytest

from sitegen.errors import ProblemError
from sitegen.transcripts import find_transcript_folders, read_history
from sitegen.transcripts.claude_code_files import find_transcripts, session_of_path


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_given_folders_may_be_the_configuration_or_the_projects_themselves(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one" / "projects"), make(tmp_path / "other")
    given = (tmp_path / "one", one, other)
    assert find_transcript_folders(given, {"CLAUDE_CONFIG_DIR": "/nowhere"}, tmp_path) == (one, other)


def test_a_given_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        find_transcript_folders((tmp_path / "gone",), {}, tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}/gone:1:1: error[transcripts]: no such folder\n  hint: name a folder with transcripts (*.jsonl)"
    )


def test_the_variable_is_a_list_with_home_folders_and_projects(tmp_path: Path) -> None:
    one, two = make(tmp_path / "home" / "work" / "projects"), make(tmp_path / "two" / "projects")
    environ = {"CLAUDE_CONFIG_DIR": f" ~/work , {two},/nowhere,"}
    assert find_transcript_folders((), environ, tmp_path / "home") == (one, two)


def test_a_variable_without_any_valid_folder_is_a_problem_that_names_it(tmp_path: Path) -> None:
    make(tmp_path / ".claude" / "projects")
    environ = {"CLAUDE_CONFIG_DIR": f"{tmp_path}/a,{tmp_path}/b"}
    with pytest.raises(ProblemError) as raised:
        find_transcript_folders((), environ, tmp_path)
    assert str(raised.value) == (
        "CLAUDE_CONFIG_DIR:1:1: error[transcripts]: none of its folders holds `projects`: "
        f"{tmp_path}/a, {tmp_path}/b\n"
        "  hint: correct or unset CLAUDE_CONFIG_DIR, or give a folder with --from"
    )


def test_without_the_variable_both_usual_places_are_read(tmp_path: Path) -> None:
    old, new = make(tmp_path / ".claude" / "projects"), make(tmp_path / ".config" / "claude" / "projects")
    xdg = make(tmp_path / "xdg" / "claude" / "projects")
    assert find_transcript_folders((), {}, tmp_path) == (old, new)
    assert find_transcript_folders((), {"XDG_CONFIG_HOME": f"{tmp_path}/xdg"}, tmp_path) == (old, xdg)
    assert find_transcript_folders((), {}, tmp_path / "empty") == ()


def test_what_is_a_transcript(tmp_path: Path) -> None:
    for name in (
        "p/s.jsonl",
        "p/s/subagents/agent-a.jsonl",
        "p/s/subagents/workflows/wf_1/agent-b.jsonl",
        "p/s/subagents/workflows/wf_1/journal.jsonl",
        "p/s/custom-title.json",
        "p/s/subagents/agent-a.meta.json",
        "p/old.orphaned.jsonl",
        "p/old.jsonl.superseded",
        "p/notes.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "p" / "folder.jsonl").mkdir()
    (tmp_path / "p" / "link.jsonl").symlink_to(tmp_path / "p" / "s.jsonl")
    (tmp_path / "linked").symlink_to(tmp_path / "p")
    tree = find_transcripts([tmp_path, tmp_path / "p", tmp_path / "linked"])
    assert [Path(file.path).relative_to(tmp_path).as_posix() for file in tree.files] == [
        "p/s.jsonl",
        "p/s/subagents/agent-a.jsonl",
        "p/s/subagents/workflows/wf_1/agent-b.jsonl",
    ]
    assert [Path(path).relative_to(tmp_path).as_posix() for path in tree.sidecars] == ["p/s/custom-title.json"]
    assert tree.skipped == 2


@pytest.mark.parametrize(
    ("path", "session"),
    [
        ("/c/projects/p/5f.jsonl", "5f"),
        ("/c/projects/p/5f/subagents/agent-a.jsonl", "5f"),
        ("/c/projects/p/5f/subagents/workflows/wf_1/agent-a.jsonl", "5f"),
        ("/subagents/p/5f.jsonl", "5f"),
    ],
)
def test_the_session_a_place_speaks_of(path: str, session: str) -> None:
    assert session_of_path(path) == session


def test_a_folder_that_went_away_and_an_empty_one_hold_nothing(tmp_path: Path) -> None:
    assert read_history([tmp_path / "gone", tmp_path]).sessions == ()
