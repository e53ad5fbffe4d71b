"""`sessions import` and `sessions fill`, from transcripts to files, as a user runs them."""

import re
import stat
from pathlib import Path
from typing import Any

from tests.conftest import Run
from tests.transcript_lines import answer, prompt, write_transcript

FIRST = prompt("Add rate limiting to the login route", "2026-03-02T09:00:10.000Z")
LATER = prompt("Now the tests", "2026-03-02T09:20:00.000Z")


def two_interactions() -> tuple[dict[str, Any], ...]:
    return (
        FIRST,
        answer("a", "2026-03-02T09:00:20.000Z", tools=["Read", "Edit"]),
        answer("b", "2026-03-02T09:01:00.000Z", cache_read_input_tokens=5000),
        LATER,
        answer("c", "2026-03-02T09:20:30.000Z", model="claude-haiku-4-5-20251001"),
    )


def session_file(ledger: Path) -> Path:
    (found,) = (ledger / "sessions").rglob("*.md")
    return found


def rows_of(text: str) -> list[str]:
    return re.findall(r"^- \{.*\}$", text, re.MULTILINE)


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in (root / "sessions").rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_a_transcript_becomes_a_session_file(ledger: Path, home: Path, sessions: Run) -> None:
    folder = write_transcript(home, *two_interactions())
    run = sessions("-C", ledger, "import", "--from", folder)
    assert (run.returncode, run.stdout) == (0, "")
    path = session_file(ledger)
    assert path.relative_to(ledger).as_posix() == ("sessions/2026/2026-03-02-add-rate-limiting-to-the-login-route.md")
    assert rows_of(path.read_text()) == [
        "- {time: '09:00', task: Add rate limiting to the login route, model: claude-opus-4-6, requests: 2, input: 20, "
        "cache_write_5m: 0, cache_write_1h: 0, cache_read: 5000, output: 200, cost: 0.0076, tools: {Edit: 1, Read: 1}}",
        "- {time: '09:20', task: Now the tests, model: claude-haiku-4-5-20251001, requests: 1, input: 10, "
        "cache_write_5m: 0, cache_write_1h: 0, cache_read: 0, output: 100, cost: 0.00051}",
    ]
    check = sessions("-C", ledger, "check", "--strict")
    assert (check.returncode, check.stdout) == (0, "")


def test_the_second_import_writes_no_file(ledger: Path, home: Path, sessions: Run) -> None:
    folder = write_transcript(home, *two_interactions())
    sessions("-C", ledger, "import", "--from", folder)
    before = snapshot(ledger)
    run = sessions("-C", ledger, "import", "--from", folder)
    assert "wrote 0 new files, refreshed 0 files, 1 unchanged" in run.stderr
    assert snapshot(ledger) == before


def test_a_dry_run_writes_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    folder = write_transcript(home, *two_interactions())
    before = snapshot(ledger)
    run = sessions("-C", ledger, "import", "--from", folder, "--dry-run")
    assert "would write 1 new file" in run.stderr
    assert snapshot(ledger) == before


def test_a_grown_transcript_refreshes_the_numbers_and_keeps_the_words(ledger: Path, home: Path, sessions: Run) -> None:
    lines = two_interactions()
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines[:3]))
    path = session_file(ledger)
    text = path.read_text().replace("task: Add rate limiting to the login route", "task: 'Limits, my words'")
    text = text.replace("schema: 1\n", "schema: 1  # the first\nx_client:   ACME # mine\n").replace(
        "## Cost Tracking", "Some words of mine.\n\n## Cost Tracking"
    )
    path.write_text(text)
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines))
    after = path.read_text()
    assert "schema: 1  # the first\nx_client:   ACME # mine\n" in after
    assert "Some words of mine.\n\n## Cost Tracking" in after
    first, second = rows_of(after)
    assert first == rows_of(text)[0]
    assert "task: 'Limits, my words'" in first
    assert "task: Now the tests" in second
    assert sessions("-C", ledger, "check").stdout == ""


def test_a_hand_edited_file_keeps_every_byte_that_fill_does_not_own(ledger: Path, home: Path, sessions: Run) -> None:
    lines = two_interactions()
    folder = write_transcript(home, *lines[:3])
    sessions("-C", ledger, "import", "--from", folder)
    path = session_file(ledger)
    text = path.read_text()
    text = text.replace("tags: []", "tags:   [ a,b ]   # odd spacing").replace("usage:\n", "# above the rows\nusage:\n")
    text = text.replace("totals:", "x_own: {kept:   yes_indeed}\n# before the totals\ntotals:")
    edited = ("\ufeff" + text.rstrip("\n") + "\n\nlast line, no end  ").replace("\n", "\r\n").encode()
    path.write_bytes(edited)
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines))
    changed = path.read_bytes()
    assert changed != edited
    assert outside_what_fill_owns(changed) == outside_what_fill_owns(edited)
    assert b"\n" not in changed.replace(b"\r\n", b"")
    assert sessions("-C", ledger, "check").stdout == ""
    sessions("-C", ledger, "import", "--from", folder)
    assert path.read_bytes() == changed


def outside_what_fill_owns(raw: bytes) -> bytes:
    owned = rb"(?m)^(?:started|ended|active|source|totals): .*\r?\n|^- \{time.*\r?\n|^  claude-[^\n]*\n"
    blocks = rb"(?s)(<!-- sessions:(\w+) -->).*?(<!-- /sessions:\2 -->)"
    return re.sub(blocks, rb"\1\3", re.sub(owned, b"", raw))


def test_rows_by_hand_stay_and_count(ledger: Path, home: Path, sessions: Run) -> None:
    lines = two_interactions()
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines[:3]))
    path = session_file(ledger)
    by_hand = (
        "- {time: '09:00', task: A call by hand, model: claude-opus-4-6, requests: 1, input: 100000, output: 0, "
        "cost: 0.5, manual: true}"
    )
    path.write_text(path.read_text().replace("totals:", f"{by_hand}\ntotals:"))
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines))
    after = path.read_text()
    assert by_hand in after
    assert "totals: {requests: 4, input: 100030," in after
    assert sessions("-C", ledger, "check").stdout == ""


def test_an_unknown_model_is_unpriced_and_named(ledger: Path, home: Path, sessions: Run) -> None:
    folder = write_transcript(home, FIRST, answer("a", "2026-03-02T09:00:20.000Z", model="claude-nonexistent-9"))
    sessions("-C", ledger, "import", "--from", folder)
    text = session_file(ledger).read_text()
    assert "cost:" not in rows_of(text)[0]
    assert "unpriced: 1}" in text
    run = sessions("-C", ledger, "check")
    assert "warning[unpriced]: usage row 1: 1 response of `claude-nonexistent-9` unpriced: " in run.stdout
    assert "≥" not in sessions("-C", ledger, "report").stdout
    assert "unpriced" in sessions("-C", ledger, "report").stdout


def test_the_user_prices_what_the_list_lacks(ledger: Path, home: Path, sessions: Run) -> None:
    folder = write_transcript(home, FIRST, answer("a", "2026-03-02T09:00:20.000Z", model="claude-nonexistent-9"))
    sessions("-C", ledger, "import", "--from", folder)
    settings = ledger / "sessions.toml"
    row = (
        '[[prices.model]]\nmatch = ["claude-nonexistent-9"]\nfrom = "2026-01-01"\ninput = "1"\noutput = "2"\n'
        'source = "a contract"\n'
    )
    settings.write_text(settings.read_text() + "\n" + row)
    sessions("-C", ledger, "import", "--from", folder)
    text = session_file(ledger).read_text()
    assert "cost: 0.00021" in rows_of(text)[0]
    assert "source: 'override: a contract'" in text
    assert sessions("-C", ledger, "check").stdout == ""


def test_no_word_of_a_prompt_where_the_owner_says_so(ledger: Path, home: Path, sessions: Run) -> None:
    settings = ledger / "sessions.toml"
    settings.write_text(settings.read_text().replace('tasks = "prompt"', 'tasks = "none"'))
    sessions("-C", ledger, "import", "--from", write_transcript(home, *two_interactions()))
    path = session_file(ledger)
    assert path.name == "2026-03-02-session-at-09-00.md"
    assert "rate limiting" not in path.read_text()
    assert "Now the tests" not in path.read_text()


def test_a_title_is_one_line_of_72_characters_without_secrets(ledger: Path, home: Path, sessions: Run) -> None:
    key = "-".join(("sk", "ant", "api03", "Q" * 40))
    text = f"Use {key} and\nmail ann@corp.test, then " + "do very many things " * 9
    folder = write_transcript(home, prompt(text, "2026-03-02T09:00:10.000Z"), answer("a", "2026-03-02T09:00:20.000Z"))
    sessions("-C", ledger, "import", "--from", folder)
    written = session_file(ledger).read_text()
    assert key not in written
    assert "ann@corp.test" not in written
    title = re.search(r"^title: (.*)$", written, re.MULTILINE)
    assert title is not None
    assert len(title[1].strip("'\"")) <= 72


def test_a_title_full_of_html_and_a_project_full_of_dots(ledger: Path, home: Path, sessions: Run) -> None:
    asked = prompt("<img src=x onerror=alert(1)> | `x` [y](z)", "2026-03-02T09:00:10.000Z", cwd="/srv/../..")
    folder = write_transcript(home, asked, answer("a", "2026-03-02T09:00:20.000Z"))
    run = sessions("-C", ledger, "import", "--from", folder)
    assert run.returncode == 0
    assert sessions("-C", ledger, "check").stdout == ""
    assert sessions("-C", ledger, "build").returncode == 0
    pages = [path.read_text() for path in (ledger / "site").rglob("*.html")]
    assert all("<img src=x" not in page for page in pages)


def test_two_sessions_with_one_title_are_two_files(ledger: Path, home: Path, sessions: Run) -> None:
    for name in ("aaaaaaaa-1", "bbbbbbbb-2"):
        asked = prompt("Same words", "2026-03-02T09:00:10.000Z", session=name)
        write_transcript(home, asked, answer(name, "2026-03-02T09:00:20.000Z", session=name), name=name)
    sessions("-C", ledger, "import", "--from", home / "projects")
    names = sorted(path.name for path in (ledger / "sessions").rglob("*.md"))
    assert names == ["2026-03-02-same-words-bbbbbb.md", "2026-03-02-same-words.md"]


def test_damaged_lines_are_named_and_the_rest_is_done(ledger: Path, home: Path, sessions: Run) -> None:
    folder = write_transcript(
        home, FIRST, '{"type":"assistant","usage":broken}', answer("a", "2026-03-02T09:00:20.000Z"), "\x00\x00\x00"
    )
    run = sessions("-C", ledger, "import", "--from", folder)
    assert run.returncode == 1
    assert "s-1.jsonl:2:1: error[transcript-damaged]: not JSON" in run.stderr
    assert "s-1.jsonl:4:1: error[transcript-damaged]: holds NUL bytes" in run.stderr
    assert len(rows_of(session_file(ledger).read_text())) == 1


def test_a_read_only_file_stays_whole_and_the_others_are_written(ledger: Path, home: Path, sessions: Run) -> None:
    lines = two_interactions()
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines[:3]))
    path = session_file(ledger)
    before = path.read_bytes()
    path.chmod(stat.S_IRUSR)
    other = prompt("Another", "2026-03-03T09:00:10.000Z", session="s-2")
    write_transcript(home, other, answer("z", "2026-03-03T09:00:20.000Z", session="s-2"), name="s-2")
    run = sessions("-C", ledger, "import", "--from", write_transcript(home, *lines))
    assert run.returncode == 1
    assert f"{path.relative_to(ledger).as_posix()}:1:1: error[io]" in run.stderr
    assert path.read_bytes() == before
    assert len(list((ledger / "sessions").rglob("*.md"))) == 2


def test_a_session_begun_by_hand_is_joined_to_its_transcript(ledger: Path, home: Path, sessions: Run) -> None:
    work = home / "shop-api"
    work.mkdir()
    begun = sessions("-C", ledger, "new", "My words", "--project", "shop-api", cwd=work)
    assert begun.returncode == 0, begun.stderr
    path = ledger / begun.stdout.strip()
    path.write_text(re.sub(r"started: .*", "started: '2026-03-02T09:00:00+00:00'", path.read_text()))
    folder = write_transcript(home, *two_interactions())
    sessions("-C", ledger, "import", "--from", folder)
    assert session_file(ledger) == path
    assert len(rows_of(path.read_text())) == 2
    assert "\nended:" not in path.read_text()


def test_a_transcript_that_shrank_changes_nothing(ledger: Path, home: Path, sessions: Run) -> None:
    lines = two_interactions()
    sessions("-C", ledger, "import", "--from", write_transcript(home, *lines))
    before = snapshot(ledger)
    run = sessions("-C", ledger, "import", "--from", write_transcript(home, *lines[:2]))
    assert "warning[transcript-shrunk]" in run.stderr
    assert snapshot(ledger) == before


def test_rows_typed_by_hand_are_priced_by_fill(ledger: Path, sessions: Run) -> None:
    made = sessions("-C", ledger, "new", "By hand", "--template", "api", "--project", "p")
    path = ledger / made.stdout.strip()
    row = "- {time: '23:59', task: One call, model: claude-opus-4-6, requests: 1, input: 1200, output: 800}"
    path.write_text(re.sub(r"started: .*", "started: '2026-03-02T23:59:00+00:00'", path.read_text()))
    path.write_text(path.read_text().replace("estimate: {}", f"usage:\n{row}\nestimate: {{}}"))
    run = sessions("-C", ledger, "fill")
    assert run.returncode == 0, run.stderr
    text = path.read_text()
    assert "output: 800, cost: 0.026}" in text
    assert "totals: {requests: 1, input: 1200," in text
    assert "error" not in sessions("-C", ledger, "check").stdout


def test_brackets_in_a_title_are_no_placeholder(ledger: Path, home: Path, sessions: Run) -> None:
    asked = prompt("[WIP] fix `list[int]` in [parser]", "2026-03-02T09:00:10.000Z")
    sessions("-C", ledger, "import", "--from", write_transcript(home, asked, answer("a", "2026-03-02T09:00:20.000Z")))
    assert "\n# \\[WIP\\] fix `list\\[int\\]` in \\[parser\\]\n" in session_file(ledger).read_text()
    assert sessions("-C", ledger, "check").stdout == ""


def test_a_session_just_begun_is_in_order_and_carries_what_was_left_open(ledger: Path, sessions: Run) -> None:
    first = ledger / sessions("-C", ledger, "new", "First", "--project", "p").stdout.strip()
    first.write_text(f"{first.read_text()}\n## Questions for Next Session\n\n- [ ] Which key rotates?\n- [x] Settled\n")
    run = sessions("-C", ledger, "new", "Second", "--project", "p", "--tag", "auth")
    assert run.returncode == 0, run.stderr
    second = (ledger / run.stdout.strip()).read_text()
    assert "- [ ] Which key rotates?" in second
    assert "Settled" not in second
    assert "tags: [auth]" in second
    check = sessions("-C", ledger, "check")
    assert check.returncode == 0
    assert set(re.findall(r": (\w+\[[a-z-]+\]): ", check.stdout)) == {"warning[placeholder]", "warning[state]"}
