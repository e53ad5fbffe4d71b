"""What `sessions end` counts in a real repository, and what it leaves out."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sitegen.cli.git_work import GitWork, folder_of_work, read_coverage, read_work
from sitegen.code_metrics import CodeChanges
from sitegen.ledger import load_session
from sitegen.session import Git, Session
from sitegen.settings import Settings
from tests.conftest import Run
from tests.made_sessions import made_ledger, made_session

START = datetime(2026, 2, 11, 20, 36, 53, tzinfo=UTC)
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}


class Repository:
    def __init__(self, folder: Path) -> None:
        self.top = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "ana@example.com")
        self.git("config", "user.name", "Ana")

    def git(self, *arguments: str, **variables: str) -> str:
        command = ["git", "-C", str(self.top), *arguments]
        return subprocess.run(command, env={**GIT, **variables}, capture_output=True, text=True, check=True).stdout

    def commit(self, minutes: int, files: dict[str, str | bytes | None], author: str = "Ana <ana@example.com>") -> str:
        for name, content in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content)
        self.git("add", "-A")
        when = (START + timedelta(minutes=minutes)).isoformat()
        dates = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
        self.git("commit", "-q", "--allow-empty", "-m", f"At {minutes}", f"--author={author}", **dates)
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "shop-api")
    made.commit(-60, {"a.py": "x = 1\ny = 2\n"})
    return made


def a_session(*commits: str, author: str = "", minutes: int = 40) -> Session:
    end = START + timedelta(minutes=minutes)
    return replace(made_session(started=START.isoformat()), git=Git("main", commits), author=author, ended=end)


def work_of(repository: Repository, session: Session | None = None, root: Path = Path("/nowhere")) -> GitWork:
    return read_work(repository.top, session or a_session(), root)


def test_commits_between_start_and_end_are_counted_as_one_difference(repository: Repository) -> None:
    repository.commit(-1, {"before.py": "1\n"})
    repository.commit(5, {"a.py": "x = 1\ny = 3\n", "new.py": "one\n" * 10})
    repository.commit(10, {"new.py": "one\n" * 4, "README.md": "Now\n"})
    repository.commit(20, {"theirs.py": "x\n" * 50}, author="Bo <bo@example.com>")
    repository.commit(30, {"logo.png": b"\x89PNG\x00\x01"})
    repository.commit(50, {"late.py": "1\n"})
    work = work_of(repository)
    assert [commit.subject for commit in work.commits] == ["At 5", "At 10", "At 30"]
    assert work.changes == CodeChanges(files=4, added=6, deleted=1)
    assert [commit.subject for commit in work.later] == ["At 50"]
    assert work.documents == ("README.md",)
    assert all(len(commit.short) == 7 for commit in work.commits)


def test_renames_merges_and_a_first_commit(tmp_path: Path, repository: Repository) -> None:
    repository.commit(2, {"long.py": "".join(f"line {number}\n" for number in range(40))})
    repository.git("mv", "long.py", "renamed.py")
    repository.commit(4, {})
    repository.git("checkout", "-q", "-b", "side", "HEAD~2")
    repository.commit(6, {"side.py": "s\n" * 3}, author="Bo <bo@example.com>")
    repository.git("checkout", "-q", "main")
    when = (START + timedelta(minutes=8)).isoformat()
    repository.git("merge", "-q", "--no-ff", "side", "-m", "Merge", GIT_COMMITTER_DATE=when, GIT_AUTHOR_DATE=when)
    repository.commit(9, {"renamed.py": "".join(f"line {number}\n" for number in range(41))})
    work = work_of(repository)
    assert [commit.subject for commit in work.commits] == ["At 2", "At 4", "At 9"]
    assert work.changes == CodeChanges(files=1, added=41, deleted=0)
    fresh = Repository(tmp_path / "fresh")
    fresh.commit(3, {"a.py": "1\n2\n"})
    assert work_of(fresh).changes == CodeChanges(files=1, added=2, deleted=0)


def test_what_is_left_out(repository: Repository) -> None:
    attributes = "schema/*.py linguist-generated\ndist/own.js -linguist-vendored\n"
    repository.commit(3, {".gitattributes": attributes})
    repository.commit(
        5,
        {
            "uv.lock": "x\n" * 900,
            "dist/app.js": "x\n" * 30,
            "dist/own.js": "x\n" * 3,
            "schema/tables.py": "x\n" * 70,
            "sessions/2026/today.md": "x\n" * 20,
            'src/ünd "so".py': "x\n" * 2,
            "tests/test_a.py": "def test_a():\n    pass\n",
            "node_modules/tests/test_b.py": "def test_b():\n    pass\n",
        },
    )
    work = work_of(repository, root=repository.top)
    assert work.changes == CodeChanges(files=4, added=9, deleted=0)
    assert (work.made, work.tests) == (4, 1)
    assert work_of(repository).changes == CodeChanges(files=5, added=29, deleted=0)


def test_a_commit_that_the_file_names_is_counted_too(repository: Repository) -> None:
    early = repository.commit(-30, {"early.py": "1\n2\n3\n"})
    long_ago = repository.commit(-30_000, {"old.py": "1\n"})
    repository.commit(5, {"a.py": "x = 1\n"})
    late = repository.commit(55, {"late.py": "1\n"})
    session = a_session(early[:9], long_ago, late[:7], "0000000", "--all")
    work = work_of(repository, session)
    assert [commit.subject for commit in work.commits] == ["At -30", "At -30000", "At 5", "At 55"]
    assert work.changes == CodeChanges(files=4, added=5, deleted=1)
    assert work.later == ()


def test_whose_commits_they_are(repository: Repository) -> None:
    repository.commit(5, {"a.py": "1\n"})
    repository.commit(6, {"b.py": "1\n"}, author="Bo <bo@example.com>")
    assert [c.author for c in work_of(repository).commits] == ["Ana"]
    assert [c.author for c in work_of(repository, a_session(author="bo")).commits] == ["Bo"]
    nobody = work_of(repository, a_session(author="eve"))
    assert nobody.changes is None
    assert nobody.notes == ("no commit by eve between start and end",)
    (repository.top / "a.py").write_text("changed\n")
    assert work_of(repository, a_session(author="eve")).notes[0].endswith("; 1 changed file not committed")


def test_a_shallow_clone_counts_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.commit(5, {"b.py": "1\n"})
    shallow = tmp_path / "shallow"
    command = ["git", "clone", "-q", "--depth", "1", repository.top.as_uri(), str(shallow)]
    subprocess.run(command, env=GIT, check=True, capture_output=True)
    work = read_work(shallow, a_session(author="ana"), Path("/nowhere"))
    assert (len(work.commits), work.changes) == (1, None)
    assert "shallow" in work.notes[0]


def test_what_git_cannot_tell_is_not_counted(repository: Repository) -> None:
    repository.commit(-5, {"b.py": "1\n2\n"})
    repository.commit(5, {"b.py": "3\n"})
    blob = repository.git("rev-parse", "HEAD~1:b.py").strip()
    (repository.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    work = work_of(repository)
    assert (len(work.commits), work.changes) == (1, None)
    assert work.notes == ("not counted: git cannot tell what the commits changed (`git fsck`)",)


def test_tests_are_told_in_any_number_of_files(repository: Repository) -> None:
    kept = "".join(f"    assert {number}\n" for number in range(9))
    repository.commit(-5, {f"tests/test_{number}.py": f"def test_{number}():\n{kept}" for number in range(230)})
    repository.git("mv", "tests", "unit")
    repository.commit(4, {f"unit/tests/test_{name}.py": "def test_a():\n" for name in ("a", ":(glob)*", "-z")})
    repository.commit(5, {f"vendor/m{number}_test.go": "func TestA(t *testing.T) {\n" for number in range(230)})
    assert (work_of(repository).tests, work_of(repository).made) == (3, 230)


def test_tests_in_a_difference_that_is_too_large_are_not_counted(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sitegen.cli.git_work._LARGEST_PATCH", 50_000)
    repository.commit(5, {"tests/test_a.py": "def test_a():\n" * 5_000})
    work = work_of(repository)
    assert (work.changes, work.tests) == (CodeChanges(files=1, added=5_000, deleted=0), None)
    assert "tests not counted" in work.notes[0]


def test_an_empty_repository_and_a_session_without_a_start(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty")
    assert work_of(empty).notes == ("no commit by ana@example.com between start and end",)
    assert work_of(empty, replace(a_session(), started=None)).changes is None


def test_the_repository_of_the_project(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = made_ledger()
    tree = tmp_path / "elsewhere"
    repository.git("worktree", "add", "-q", str(tree), "-b", "try")
    for folder, found in ((repository.top, repository.top), (tree, tree), (tmp_path, None)):
        monkeypatch.chdir(folder)
        assert folder_of_work(ledger, "shop-api", ()) == found
    monkeypatch.chdir(repository.top)
    assert folder_of_work(ledger, "other", ()) is None
    mapped = replace(ledger, settings=Settings(projects={str(repository.top): "other"}))
    assert folder_of_work(mapped, "other", ()) == repository.top


def test_coverage_is_taken_from_the_newest_report_of_the_session(tmp_path: Path) -> None:
    def write(name: str, text: str, minutes: int) -> None:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        at = (START + timedelta(minutes=minutes)).timestamp()
        os.utime(path, (at, at))

    assert read_coverage(tmp_path, START).percent is None
    write("coverage.xml", '<coverage line-rate="0.5"/>', -10)
    old = read_coverage(tmp_path, START)
    assert (old.percent, old.notes) == (None, ("coverage.xml is older than the session, not read",))
    write("coverage/lcov.info", "SF:a\nLF:4\nLH:3\n", 5)
    write("coverage.json", "no report", 9)
    found = read_coverage(tmp_path, START)
    assert (str(found.percent), found.source) == ("75.00", "coverage/lcov.info")
    (tmp_path / "coverage" / "lcov.info").unlink()
    assert "coverage.json states no coverage that is understood" in read_coverage(tmp_path, START).notes


def test_a_report_that_is_a_pipe_or_too_long_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "coverage.xml")
    assert read_coverage(tmp_path, START).notes == ()
    (tmp_path / "lcov.info").write_text("SF:a\nDA:1,1\nDA:2,0\n")
    assert str(read_coverage(tmp_path, START).percent) == "50.00"
    monkeypatch.setattr("sitegen.cli.git_work._LARGEST_REPORT", 14)
    assert read_coverage(tmp_path, START).percent is None


def test_end_fills_only_what_is_empty_and_says_where_it_differs(sessions: Run, ledger: Path, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "work" / "shop-api")
    begun = sessions("-C", ledger, "new", "Counted", cwd=repository.top)
    path = begun.stdout.strip()
    session, _ = load_session(ledger, path)
    assert session is not None
    assert session.started is not None
    (repository.top / "a.py").write_text("1\n2\n")
    (repository.top / "coverage.xml").write_text('<coverage line-rate="0.81"/>')
    repository.git("add", "a.py")
    repository.git("commit", "-qm", "Work")
    file = ledger / path
    file.write_text(file.read_text().replace("code: {}", "code: {added: 7}"))
    run = sessions("-C", ledger, "end", cwd=repository.top)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == path
    assert "`code.added` is 7, git says 2; `--recount` takes it" in run.stderr
    assert "coverage   81 % (coverage.xml)" in run.stderr
    once = file.read_bytes()
    ended, _ = load_session(ledger, path)
    assert ended is not None
    assert {key: str(value) for key, value in ended.code.items()} == {
        "added": "7", "files": "1", "deleted": "0", "tests_added": "0", "coverage": "81",
    }  # fmt: skip
    assert (ended.state, len(ended.git.commits), ended.quality, ended.ratings) == ("complete", 1, {}, {})
    again = sessions("-C", ledger, "end", cwd=repository.top)
    assert again.returncode == 0
    assert "nothing changed" in again.stderr
    assert file.read_bytes() == once
    assert sessions("-C", ledger, "end", "--recount", cwd=repository.top).returncode == 0
    assert "added: 2," in file.read_text()


def test_ending_again_never_closes_another_session(sessions: Run, ledger: Path) -> None:
    first = sessions("-C", ledger, "new", "First", "--project", "p").stdout.strip()
    assert sessions("-C", ledger, "end").returncode == 0
    (ledger / "sessions/2026/2026-01-05-old.md").parent.mkdir(parents=True, exist_ok=True)
    old = ledger / "sessions/2026/2026-01-05-old.md"
    old.write_text("---\nschema: 1\ntitle: Old\nproject: q\nstarted: '2099-01-05T10:00:00Z'\n---\n")
    before = old.read_bytes(), (ledger / first).read_bytes()
    again = sessions("-C", ledger, "end", first)
    assert again.stdout.strip() == first
    assert (old.read_bytes(), (ledger / first).read_bytes()) == before


def test_an_empty_ledger_has_nothing_to_end(sessions: Run, ledger: Path) -> None:
    run = sessions("-C", ledger, "end")
    assert run.returncode == 1
    assert "the ledger has no session yet" in run.stderr
