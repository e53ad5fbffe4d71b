"""Rows of single responses among everything else in a ledger."""

import re
import subprocess

import pytest

from tests.api_server import MODEL
from tests.desks import PROMPT, Desk
from tests.transcript_lines import answer, prompt, write_transcript


def test_one_response_in_two_rows_is_an_error_at_the_second(begun: Desk) -> None:
    begun.send("--model", MODEL)
    lines = begun.file.read_text().splitlines(keepends=True)
    (number,) = [index for index, line in enumerate(lines) if line.startswith("- {time:")]
    first = begun.file
    doubled = "".join((*lines[: number + 1], lines[number], *lines[number + 1 :]))
    first.write_text(doubled)
    (found,) = [problem for problem in begun.errors() if problem["rule"] == "claimed-twice"]
    assert found["line"] == number + 2
    assert doubled.splitlines()[number + 1][found["column"] - 1 :].startswith("msg_")
    assert "msg_" not in found["message"]
    other = first.with_name("2030-01-01-other.md")
    other.write_text("".join(lines).replace("API day", "Other"))
    first.write_text("".join(lines))
    (found,) = [problem for problem in begun.errors() if problem["rule"] == "claimed-twice"]
    assert found["path"].endswith("other.md")
    assert f"{begun.root}" not in found["message"]
    assert "-api-day.md:" in found["message"]


def test_an_answer_joins_the_work_that_a_transcript_tells_of(desk: Desk) -> None:
    """A prompt sent while Claude Code works in the same project: one session, and filling keeps both."""
    assert desk("new", "Both", "--project", "shop-api").returncode == 0
    assert desk.send("--model", MODEL).returncode == 0
    started = desk.session.started
    assert started is not None
    at = started.isoformat()
    folder = write_transcript(desk.home / "claude", prompt("In the editor", at), answer("a", at, model=MODEL))
    run = desk("fill", "--from", folder)
    assert run.returncode == 0, run.stderr
    assert desk.session.source is not None
    assert desk.session.source.kind == "claude-code"
    assert sorted(row.task for row in desk.session.rows) == [PROMPT.strip(), "In the editor"]
    assert desk.errors() == []
    before = desk.file.read_bytes()
    assert "gone" not in desk("fill", "--from", folder).stderr
    assert desk.file.read_bytes() == before
    assert desk.send("--model", MODEL).returncode == 0
    assert len(desk.session.rows) == 3
    assert desk.errors() == []


def test_an_api_session_is_not_told_that_its_transcript_is_gone(begun: Desk) -> None:
    begun.send("--model", MODEL)
    text = begun.file.read_text().replace("source: {kind: api}", "source: {kind: api, sessions: [gone-1]}")
    begun.file.write_text(text)
    run = begun("fill")
    assert run.returncode == 0
    assert "gone" not in run.stderr
    assert "filled 1 file" in run.stderr


def test_the_ids_of_responses_are_on_no_page_and_in_no_export(begun: Desk) -> None:
    begun.send("--model", MODEL)
    assert begun("build").returncode == 0
    assert begun("export", "pages", begun.home / "pages").returncode == 0
    for folder in (begun.root / "site", begun.home / "pages"):
        for path in folder.rglob("*"):
            if path.is_file():
                assert b"msg_0" not in path.read_bytes(), path
    assert "msg_0" not in begun("show", "--format", "json").stdout


def test_two_people_log_at_once_and_git_merges_it(begun: Desk) -> None:
    """The same minute, the same prompt, the same model: two responses, and both stay."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=begun.root, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", "-A")
    git("commit", "-m", "begin")
    git("checkout", "-b", "other")
    begun.send("--model", MODEL)
    git("commit", "-am", "one")
    git("checkout", "main")
    begun.send("--model", MODEL)
    git("commit", "-am", "two")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "other")
    run = begun("resolve", begun.file)
    assert run.returncode == 0, run.stdout + run.stderr
    assert begun("fill").returncode == 0
    assert len({row.response for row in begun.session.rows}) == 2
    assert begun.errors() == []


def test_a_row_key_must_be_text(begun: Desk) -> None:
    begun.send("--model", MODEL)
    begun.file.write_text(re.sub(r"response: msg_\d+", "response: 17", begun.file.read_text()))
    (found,) = [problem for problem in begun.errors() if problem["rule"] == "schema"]
    assert found["message"] == "usage row 1: `response` is `17`, must be text"
