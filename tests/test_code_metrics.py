"""What texts of git and of coverage reports say, counted: files, lines, new tests, percent."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.cli.git_work import read_work
from sitegen.code_metrics import (
    CodeChanges,
    Commit,
    FileChange,
    coverage_in,
    is_by,
    is_documentation,
    is_made,
    new_tests,
    parse_attributes,
    parse_log,
    parse_numstat,
    runs_of,
    summed,
)
from tests.made_sessions import made_session

PATHS = ("a.py", "tests/test_b.py", "-c.txt", "new\nline.js", "d/é f")


def commit(name: str, *parents: str, author: str = "Ana", email: str = "ana@example.com") -> Commit:
    return Commit(name, name[:7], parents, author, email, None, "")


def patch(path: str, *lines: str) -> str:
    """A difference with one hunk: lines begin with ` `, `+` or `-`."""
    old, new = (sum(not line.startswith(mark) for line in lines) for mark in "+-")
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n"
    return head + "".join(f"{line}\n" for line in lines)


def test_numstat_knows_renames_binaries_and_odd_names() -> None:
    text = '3\t1\ta.py\x000\t0\t\x00old name.py\x00new\tname.py\x00-\t-\tlogo.png\x005\t0\té "x".py\x00'
    assert parse_numstat(text) == (
        FileChange("a.py", "a.py", 3, 1),
        FileChange("new\tname.py", "old name.py", 0, 0),
        FileChange("logo.png", "logo.png", None, None),
        FileChange('é "x".py', 'é "x".py', 5, 0),
    )
    assert parse_numstat("") == ()


def test_a_file_counts_once_however_often_it_is_changed_and_renamed() -> None:
    first = parse_numstat("3\t1\ta.py\x00-\t-\tlogo.png\x00")
    second = parse_numstat("2\t2\t\x00a.py\x00b.py\x001\t0\tc.py\x00")
    assert summed([first, second]) == CodeChanges(3, 6, 3)
    assert summed([]) == CodeChanges()


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json", "web/yarn.lock", "uv.lock", "Cargo.lock", "go.sum", "node_modules/a/b.js", "vendor/x.go",
        "third_party/z.c", "dist/app.js", "static/app.min.js", "static/app.js.map", "api_pb2.py", "x/api.pb.go",
        "Model.g.dart", "__snapshots__/a.test.js.snap",
    ],
)  # fmt: skip
def test_what_programs_make(path: str) -> None:
    assert is_made(path, {})
    assert not is_made(path, {path: False})


@pytest.mark.parametrize(
    "path", ["src/lock.py", "vendoring.py", "distance/a.py", "src/map.js", "minutes.js", "lib/a.py"]
)
def test_what_people_write(path: str) -> None:
    assert not is_made(path, {})
    assert is_made(path, {path: True})


def test_attributes_say_more_than_names() -> None:
    said = [
        ("a.py", "linguist-generated", "set"),
        ("a.py", "linguist-vendored", "unset"),
        ("b.js", "linguist-generated", "unspecified"),
        ("c.js", "linguist-generated", "false"),
        ("d.js", "linguist-vendored", "true"),
    ]
    text = "".join(f"{part}\x00" for each in said for part in each)
    assert parse_attributes(text) == {"a.py": True, "c.js": False, "d.js": True}


@pytest.mark.parametrize("path", ["README", "readme.txt", "docs/a.py", "guide.md", "a/b.rst"])
def test_documentation_is_known_by_its_name(path: str) -> None:
    assert is_documentation(path)
    assert not is_documentation("src/a.py")


def test_commits_are_read_and_chained() -> None:
    one = ("aaa", "a", "", "Ana", "ana@x.io", "2026-03-02T09:10:00+01:00", "First")
    text = "".join(f"{field}\x00" for field in (*one, "bbb", "b", "aaa m", "Bo", "b@x.io", "", ""))
    first, merge = parse_log(text)
    assert (first.parents, first.at and first.at.isoformat()) == ((), "2026-03-02T09:10:00+01:00")
    assert (merge.is_merge, merge.at, merge.subject) == (True, None, "")
    assert parse_log("") == ()


def test_a_run_ends_at_a_merge_a_gap_and_a_fork() -> None:
    chain = [
        commit("1", "0"),
        commit("2", "1"),
        commit("m", "2", "x"),
        commit("3", "m"),
        commit("5", "4"),
        commit("6", "2"),
    ]
    assert [[c.hash for c in run] for run in runs_of(chain)] == [["1", "2", "6"], ["3"], ["5"]]
    forked = [commit("1", "0"), commit("2", "1"), commit("3", "1")]
    assert [[c.hash for c in run] for run in runs_of(forked)] == [["1", "2"], ["3"]]
    assert runs_of([]) == ()


def test_an_author_is_known_by_name_or_address() -> None:
    one = commit("1")
    assert [names for names in (["ana"], ["ANA@example.com"], ["Bo"], [""], []) if is_by(one, names)] == [
        ["ana"], ["ANA@example.com"], [""], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "lines", "number"),
    [
        ("tests/test_a.py", ["+def test_one():", "+    async def test_two(self):", "+def helper_test():"], 2),
        ("src/net.py", ["+def test_connection():"], 0),
        ("a.test.ts", ["+  it('adds', () => {", "+test.each([1])('x', f)", "+  /a/.test(x)", "+  submit(x)"], 2),
        ("src/a.ts", ["+  test('x')"], 0),
        ("a.test.ts", ["-it('adds', () => {", '+it.only("adds", async () => {'], 0),
        ("a.test.ts", ["-it('adds', () => is(1, 1));", "+it('adds', () => is(2, 2));", "+it(`it's`, f)"], 1),
        ("a.test.ts", ["-it('adds', () => {", "+it('adds two', () => {"], 1),
        ("spec/a_spec.rb", ['+  it "adds" do', "+  specify('x') { y }", "+  it_behaves_like 'x'"], 2),
        ("test/a_test.rb", ["+  def test_adds", "+  def helper", "-  test 'old' do", "+  test 'old', :slow do"], 1),
        ("lib/a.rb", ["+  def test_connection"], 0),
        ("a_test.go", ["+func TestAdd(t *testing.T) {", "+func TestMain(m *testing.M) {", "+func Testify() {"], 1),
        ("a.go", ["+func TestAdd(t *testing.T) {"], 0),
        ("src/lib.rs", ["+#[test]", "+fn adds() {", "+fn helper() {", "+#[tokio::test]", "+async fn waits() {"], 2),
        ("src/lib.rs", ["+#[test] fn short() {}", "+#[cfg(test)]", "+mod tests {", "+ fn no() {"], 1),
        ("ATest.java", ["+  @Test", '+  @DisplayName("x (y)")', "+  public void adds() {", "+  void helper() {"], 1),
        ("ATest.kt", ["+  @Test fun `adds up`() {", '+  @ParameterizedTest(name = "a")', "+  fun more(x: Int) {"], 2),
        ("A.cs", ["+  [Fact]", "+  public void Adds()", "+  [Obsolete]", "+  public void No()"], 1),
        ("tests/test_a.py", ["-def test_one():", "+def test_one(x):", "+def test_two():"], 1),
        ("tests/test_a.py", [" def test_one():", "-def test_gone():"], 0),
        ("src/lib.rs", [" #[test]", "-fn was() {", "+fn is() {"], 1),
        ("tests/my test.py\t", ["+def test_one():"], 1),
        ("tests/test_a.txt", ["+def test_one():"], 0),
    ],
)  # fmt: skip
def test_new_tests_of_each_language(path: str, lines: list[str], number: int) -> None:
    assert new_tests([patch(path, *lines)]) == number


def test_a_test_that_only_moved_is_not_new() -> None:
    moved = patch("tests/test_a.py", "-def test_one():") + patch(
        "tests/test_b.py", "+def test_one():", "+def test_two():"
    )
    assert new_tests([moved]) == 1
    assert new_tests([patch("tests/test_a.py", "+def test_a():"), patch("tests/test_a.py", "-def test_a():")]) == 0


def test_lines_of_a_file_that_look_like_a_difference_are_its_lines() -> None:
    lines = ["--- a/tests/x.py", "+++ b/tests/x.py", "+def test_real():", "+@@ -1 +1 @@", "+def test_also():"]
    assert new_tests([patch("tests/test_a.py", *lines)]) == 2


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    new_tests([text, f"diff --git a/x b/x\n--- a/x.rs\n+++ b/x.rs\n@@ -1 +1,9 @@\n{text}"])
    parse_log(text)
    parse_numstat(text)
    parse_attributes(text)
    for name in ("coverage.xml", "coverage.json", "lcov.info"):
        coverage_in(name, text)


@pytest.mark.parametrize(
    ("name", "text", "percent"),
    [
        ("coverage.xml", '<?xml version="1.0"?><coverage version="7" line-rate="0.9125" branch-rate="0.5">', "91.25"),
        ("coverage.xml", "<coverage lines-valid='3' lines-covered='2' line-rate='0.67'>", "66.67"),
        ("coverage.xml", '<coverage line-rate="1">', "100"),
        ("coverage.xml", '<coverage line-rate="0.99999">', "99.99"),
        ("coverage.xml", '<coverage line-rate="91">', None),
        ("coverage.xml", '<coverage line-rate="nan">', None),
        ("coverage.xml", "<report/>", None),
        ("coverage.json", '{"totals": {"percent_covered": 87.456, "covered_lines": 1, "num_statements": 2}}', "87.46"),
        ("coverage.json", '{"totals": {"covered_lines": 1, "num_statements": 3}}', "33.33"),
        ("coverage.json", '{"total": {"lines": {"pct": 50}}}', "50"),
        ("coverage.json", '{"totals": []}', None),
        ("coverage.json", "{", None),
        ("lcov.info", "SF:a\nDA:1,2\nDA:2,0\nend_of_record\nSF:a\nDA:2,1\nDA:3,0\nend_of_record\n", "66.67"),
        ("lcov.info", "SF:a\nLF:4\nLH:3\nend_of_record\n", "75"),
        ("lcov.info", "", None),
        ("lcov.info", f"SF:a\nLF:{'9' * 5000}\nLH:1\n", None),
        ("coverage.xml", '<!-- <coverage line-rate="0.1"> --><coverage line-rate="0.9"/>', "90"),
        ("coverage.xml", '<!-- <coverage line-rate="0.1"/>', None),
        ("coverage.xml", '<!DOCTYPE c [<!ENTITY x "9">]><coverage line-rate="&x;"/>', None),
        ("coverage.xml", '<coverage line-rate="9e999999"/>', None),
        ("coverage.xml", f'<coverage lines-covered="1" lines-valid="{"9" * 190}"/>', None),
        ("coverage.json", '{"totals": {"percent_covered": 1e99999999999999999999}}', None),
        ("coverage.json", '{"totals": {"covered_lines": 9e999999, "num_statements": 1}}', None),
        ("coverage.json", '{"totals": {"covered_lines": 1, "num_statements": 1e-999999}}', None),
    ],
)
def test_coverage_is_read_from_each_form(name: str, text: str, percent: str | None) -> None:
    assert coverage_in(name, text) == (None if percent is None else Decimal(percent))


LINES = st.lists(st.sampled_from(["a", "b", "def test_a():", "", "é", "-- x", "++ y", "@@ -1 +1 @@"]), max_size=6)
HISTORIES = st.lists(st.dictionaries(st.sampled_from(PATHS), st.none() | LINES, max_size=3), min_size=1, max_size=6)


@settings(max_examples=25)
@given(before=st.dictionaries(st.sampled_from(PATHS), LINES), history=HISTORIES)
def test_what_is_added_less_what_is_deleted_is_what_the_files_grew_by(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, list[str]], history: list[dict[str, list[str] | None]]
) -> None:
    top = tmp_path_factory.mktemp("grown")
    git_of(top, "init", "-q", "-b", "main")
    started = datetime(2026, 2, 11, 20, 36, 53, tzinfo=UTC)
    stream = [commit_of(started - timedelta(hours=1), before)]
    stream += [commit_of(started + timedelta(minutes=at), files) for at, files in enumerate(history)]
    git_of(top, "fast-import", "--quiet", stdin=b"".join(stream))
    after: dict[str, list[str]] = dict(before)
    for files in history:
        after = {path: lines for path, lines in (after | files).items() if lines is not None}
    session = replace(made_session(started=started.isoformat()), author="ana", ended=started + timedelta(hours=1))
    work = read_work(top, session, Path("/nowhere"))
    assert len(work.commits) == len(history)
    assert work.changes is not None
    grown = sum(map(len, after.values())) - sum(map(len, before.values()))
    assert work.changes.added - work.changes.deleted == grown
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    assert work.changes.files <= len(changed)
    assert (work.changes.files == 0) == (not changed)


def git_of(top: Path, *arguments: str, stdin: bytes = b"") -> None:
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    subprocess.run(["git", "-C", str(top), *arguments], env=quiet, input=stdin, check=True, capture_output=True)


def commit_of(at: datetime, files: Mapping[str, Sequence[str] | None]) -> bytes:
    """For `git fast-import`; a file that is None is deleted, one without lines is empty."""
    when = f"Ana <ana@example.com> {int(at.timestamp())} +0000"
    parts = [f"commit refs/heads/main\nauthor {when}\ncommitter {when}\ndata 0\n".encode()]
    for path, lines in files.items():
        name = '"' + path.replace("\n", "\\n") + '"'
        text = "".join(f"{line}\n" for line in lines or ()).encode()
        told = f"D {name}\n" if lines is None else f"M 100644 inline {name}\ndata {len(text)}\n"
        parts.append(told.encode() + (b"" if lines is None else text + b"\n"))
    return b"".join(parts)
