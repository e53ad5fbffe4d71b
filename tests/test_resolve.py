"""Two branches change one session file: merged row by row, or named where both changed the same."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.cli.resolve import merge_words
from sitegen.errors import ProblemError
from sitegen.frontmatter import parse_document
from sitegen.merging import Merged, Words, merge_files
from sitegen.settings import EfficiencyBands
from tests.conftest import COMMAND, Run

PATH = "sessions/2026/2026-02-11-jwt.md"
BANDS = EfficiencyBands()
HAIKU = "claude-haiku-4-5"
OPUS = "claude-opus-4-6"
PRICES = {
    OPUS: f"  {OPUS}: {{input: 5, cache_read: 0.5, output: 25, source: my list}}\n",
    HAIKU: f"  {HAIKU}: {{input: 1, cache_read: 0.1, output: 5, source: my list}}\n",
}
COSTS = {OPUS: (5, 25), HAIKU: (1, 5)}


def row(time: str, written: int, model: str = OPUS, task: str = "Initial prompt") -> str:
    """One usage row with 1,000 tokens of input and the right cost."""
    read_price, written_price = COSTS[model]
    millionths = 1000 * read_price + written * written_price
    cost = f"{millionths // 10**6}.{millionths % 10**6:06d}".rstrip("0")
    return (
        f"- {{time: '{time}', task: {task}, model: {model}, requests: 1, input: 1000, cache_write_5m: 0, "
        f"cache_write_1h: 0, cache_read: 0, output: {written}, cost: {cost}}}\n"
    )


FIRST, SECOND, THIRD = row("20:36", 2113), row("20:51", 977), row("21:10", 3001)
BODY = """
# JWT

First words.

- [ ] a question

<!-- sessions:usage -->
<!-- /sessions:usage -->

Last words.

<!-- sessions:totals -->
<!-- /sessions:totals -->
"""


def session(*rows: str, body: str = BODY, state: str = "active", models: tuple[str, ...] = (OPUS,)) -> str:
    prices = "".join(PRICES[model] for model in models)
    return (
        "---\nschema: 1\ntitle: JWT\nproject: shop-api\nstarted: '2026-02-11T20:36:00+00:00'\n"
        f"state: {state}\nusage:\n{''.join(rows)}totals: {{requests: 0, cost: 0}}\nprices:\n{prices}---\n{body}"
    )


BASE = session(FIRST, SECOND)


def merged(base: str | None, ours: str, theirs: str) -> Merged:
    return merge_files(
        base.encode() if base is not None else None, ours.encode(), theirs.encode(), PATH, merge_words, BANDS
    )


def settled(base: str | None, ours: str, theirs: str) -> str:
    result = merged(base, ours, theirs)
    assert result.problems == ()
    return result.raw.decode()


def rows_of(text: str) -> list[str]:
    return [line for line in text.splitlines(keepends=True) if line.startswith("- {time")]


@dataclass(frozen=True)
class Repository:
    root: Path

    def __call__(self, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        who = {f"GIT_{role}_{what}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        variables = {
            "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
            "HOME": str(self.root),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "LANG": "C.UTF-8",
            **who,
        }
        run = subprocess.run(
            ["git", *arguments], cwd=self.root, env=variables, capture_output=True, text=True, check=False, timeout=60
        )
        assert not ok or run.returncode == 0, run.stdout + run.stderr
        return run

    @property
    def file(self) -> Path:
        return self.root / PATH

    def commit(self, text: str | None) -> None:
        if text is None:
            self.file.unlink()
        else:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(text, encoding="utf-8", newline="")
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", "change")

    def branches(self, base: str | None, ours: str | None, theirs: str | None) -> None:
        """Two branches that change the file, ours checked out."""
        if base is not None:
            self.commit(base)
        self("switch", "-q", "-c", "theirs")
        self.commit(theirs)
        self("switch", "-q", "main")
        self.commit(ours)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A ledger without a session."""
    root = tmp_path / "ledger"
    (root / PATH).parent.mkdir(parents=True)
    (root / "sessions.toml").write_text('timezone = "UTC"\n', encoding="utf-8")
    made = Repository(root)
    made("init", "-q", "-b", "main")
    made("config", "core.autocrlf", "false")
    made("add", "-A")
    made("commit", "-q", "-m", "a ledger")
    return made


def conflict(repository: Repository, base: str | None, ours: str | None, theirs: str | None) -> None:
    repository.branches(base, ours, theirs)
    assert repository("merge", "theirs", ok=False).returncode == 1


def test_both_append_a_row_and_one_deletes_another(repository: Repository, sessions: Run) -> None:
    other = row("21:04", 55, HAIKU)
    conflict(repository, BASE, session(FIRST, SECOND, THIRD), session(FIRST, other, models=(HAIKU, OPUS)))
    run = sessions("resolve", PATH, cwd=repository.root)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == (f"{PATH}: settled; 3 usage rows: 1 only in ours, 1 only in theirs\nhint: git add {PATH}\n")
    text = repository.file.read_text(encoding="utf-8")
    assert rows_of(text) == [FIRST, other, THIRD]
    assert "output: 5169, cost: 0.139125}\nprices:\n" in text
    assert "| **Total** |  |  | 3 | 3,000 | 5,169 |" in text
    assert "| Tokens | 8,169 | 8,169 |" in text
    assert " error[" not in sessions("check", PATH, cwd=repository.root).stdout
    repository("add", PATH)
    repository("commit", "-q", "-m", "merged")
    again = sessions("resolve", PATH, cwd=repository.root)
    assert again.returncode == 1
    assert "git has no conflict in this file" in again.stderr


def test_one_row_changed_by_both_is_named_and_marked(repository: Repository, sessions: Run) -> None:
    ours, theirs = row("20:51", 1000), row("20:51", 2000)
    conflict(repository, BASE, session(FIRST, ours), session(FIRST, theirs, THIRD))
    run = sessions("-C", repository.root, "resolve", repository.file)
    assert run.returncode == 1
    place = f"{PATH}:9:1: error[merge-conflict]"
    assert run.stderr == (
        f"{PATH}: not settled; 3 usage rows: 1 only in theirs, 1 changed on both sides\n"
        f"{place}: usage row `20:51 {OPUS} Initial prompt`: changed on both sides, ours against theirs: "
        "output 1000 against 2000, cost 0.03 against 0.055\n"
        "  hint: keep one of the two and delete the three marks, then run `sessions fill`\n"
    )
    text = repository.file.read_text(encoding="utf-8")
    assert f"{FIRST}<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n{THIRD}" in text
    assert sessions("-C", repository.root, "resolve", repository.file).stderr == run.stderr
    assert repository.file.read_text(encoding="utf-8") == text


def test_words_changed_by_both_keep_the_marks_of_git(repository: Repository, sessions: Run) -> None:
    ours = session(FIRST, SECOND, THIRD, body=BODY.replace("First words.", "Our words."))
    theirs = session(FIRST, body=BODY.replace("First words.", "Their words."))
    conflict(repository, BASE, ours, theirs)
    run = sessions("resolve", PATH, cwd=repository.root)
    assert run.returncode == 1
    text = repository.file.read_text(encoding="utf-8")
    assert "<<<<<<< ours\nOur words.\n=======\nTheir words.\n>>>>>>> theirs\n" in text
    line = text[: text.index("<<<<<<<")].count("\n") + 1
    assert f"{PATH}:{line}:1: error[merge-conflict]: words: changed on both sides\n" in run.stderr
    assert rows_of(text) == [FIRST, THIRD]
    assert "totals: {requests: 2," in text


def test_what_a_person_wrote_since_is_not_overwritten(repository: Repository, sessions: Run) -> None:
    conflict(repository, BASE, session(FIRST, SECOND, THIRD), session(FIRST))
    repository.file.write_text(repository.file.read_text(encoding="utf-8") + "A new thought.\n", encoding="utf-8")
    before = repository.file.read_bytes()
    run = sessions("resolve", PATH, cwd=repository.root)
    assert run.returncode == 1
    assert "the file was edited since the merge, nothing was written" in run.stderr
    assert repository.file.read_bytes() == before
    repository("checkout", "--ours", PATH)
    run = sessions("resolve", PATH, cwd=repository.root)
    assert "no conflict is left in the file, nothing was written" in run.stderr
    repository("checkout", "-m", PATH)
    assert sessions("resolve", PATH, cwd=repository.root).returncode == 0


def test_a_file_added_on_both_sides(repository: Repository, sessions: Run) -> None:
    conflict(repository, None, session(FIRST, SECOND), session(FIRST, THIRD))
    assert sessions("resolve", Path(PATH).name, cwd=repository.file.parent).returncode == 0
    assert rows_of(repository.file.read_text(encoding="utf-8")) == [FIRST, SECOND, THIRD]


def test_a_file_deleted_on_one_side_is_a_choice(repository: Repository, sessions: Run) -> None:
    conflict(repository, BASE, None, session(FIRST))
    run = sessions("resolve", PATH, cwd=repository.root)
    assert run.returncode == 1
    assert "one side deleted the file, the other changed it" in run.stderr


def test_line_ends_are_those_of_the_working_tree(repository: Repository, sessions: Run) -> None:
    (repository.root / ".gitattributes").write_text("*.md text eol=crlf\n", encoding="utf-8")
    conflict(repository, BASE, session(FIRST, SECOND, THIRD), session(FIRST))
    assert sessions("resolve", PATH, cwd=repository.root).returncode == 0
    raw = repository.file.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 20


def test_running_totals_of_later_files_follow(repository: Repository, sessions: Run) -> None:
    later = repository.root / "sessions/2026/2026-02-12-next.md"
    later.parent.mkdir(parents=True, exist_ok=True)
    later.write_text(BASE.replace("2026-02-11T20:36", "2026-02-12T20:36").replace("active", "complete"))
    conflict(repository, BASE, session(FIRST, SECOND, THIRD), session(FIRST, SECOND, row("22:00", 1)))
    run = sessions("resolve", PATH, cwd=repository.root)
    assert run.stderr.endswith(f"hint: git add {PATH} sessions/2026/2026-02-12-next.md\n")
    assert "| Tokens | 5,090 | 15,182 |" in later.read_text(encoding="utf-8")


def test_without_a_name_all_files_in_conflict_are_settled(repository: Repository, sessions: Run) -> None:
    other = repository.root / "sessions/second one.md"
    twin = BASE.replace("2026-02-11T20:36", "2026-02-10T20:36")
    other.write_text(twin, encoding="utf-8")
    repository.commit(BASE)
    repository("switch", "-q", "-c", "theirs")
    other.write_text(twin.replace(SECOND, ""), encoding="utf-8")
    repository.commit(session(FIRST, row("20:51", 1)))
    repository("switch", "-q", "main")
    other.write_text(twin.replace(SECOND, SECOND + THIRD), encoding="utf-8")
    repository.commit(session(FIRST, row("20:51", 2)))
    assert repository("merge", "theirs", ok=False).returncode == 1
    run = sessions("resolve", cwd=repository.root)
    assert run.returncode == 1
    assert "sessions/second one.md: settled; 2 usage rows: 1 only in ours" in run.stderr
    assert f"{PATH}: not settled" in run.stderr
    assert "hint: git add 'sessions/second one.md'\n" in run.stderr
    assert rows_of(other.read_text(encoding="utf-8")) == [FIRST, THIRD]
    repository("checkout", "--theirs", PATH)
    run = sessions("resolve", cwd=repository.root)
    assert (run.returncode, run.stderr) == (0, "no conflict is left in a session file\n")
    repository("merge", "--abort")
    run = sessions("resolve", cwd=repository.root)
    assert (run.returncode, run.stderr) == (0, "git has no conflict in a session file\n")


def with_driver(repository: Repository) -> None:
    (repository.root / "sessions/.gitattributes").write_text("*.md merge=sessions\n", encoding="utf-8")
    repository("config", "merge.sessions.driver", f"{COMMAND} resolve --driver %O %A %B %P")


def test_as_a_merge_driver_git_merges_by_itself(repository: Repository) -> None:
    with_driver(repository)
    repository.branches(BASE, session(FIRST, SECOND, THIRD), session(FIRST, row("21:40", 7)))
    repository("merge", "-q", "theirs", "-m", "merged")
    assert rows_of(repository.file.read_text(encoding="utf-8")) == [FIRST, THIRD, row("21:40", 7)]
    assert repository("status", "--porcelain").stdout == ""


def test_a_merge_driver_rates_by_the_limits_of_the_ledger(repository: Repository) -> None:
    with_driver(repository)
    limits = '[efficiency]\nefficient = "0.01"\nmonitor = "0.02"\n'
    (repository.root / "sessions.toml").write_text(limits, encoding="utf-8")
    body = f"{BODY}\n<!-- sessions:efficiency -->\n<!-- /sessions:efficiency -->\n"
    texts = (session(*rows, body=body) for rows in ((FIRST,), (FIRST, SECOND), (FIRST, THIRD)))
    repository.branches(*(text.replace("state: active", "state: active\nestimate: {cost: 1}") for text in texts))
    repository("merge", "-q", "theirs", "-m", "merged")
    assert "| Against the estimate | 🔴 review (" in repository.file.read_text(encoding="utf-8")


def test_a_merge_driver_leaves_a_conflict_to_people(repository: Repository) -> None:
    with_driver(repository)
    repository.branches(BASE, session(FIRST, row("20:51", 1)), session(FIRST, row("20:51", 2)))
    run = repository("merge", "theirs", ok=False)
    assert run.returncode == 1
    assert f"{PATH}:9:1: error[merge-conflict]: usage row" in run.stderr
    assert repository("ls-files", "--unmerged").stdout.count(PATH) == 3
    assert "<<<<<<< ours" in repository.file.read_text(encoding="utf-8")


def test_a_merge_driver_that_cannot_read_a_side_merges_as_git_does(repository: Repository) -> None:
    with_driver(repository)
    broken = session(FIRST, "- {time: '20:51', model: [}\n")
    repository.branches(BASE, broken, session(FIRST, row("20:51", 2)))
    run = repository("merge", "theirs", ok=False)
    assert run.returncode == 1
    assert "our version: " in run.stderr
    text = repository.file.read_text(encoding="utf-8")
    assert f"<<<<<<< ours\n- {{time: '20:51', model: [}}\n=======\n{row('20:51', 2)}>>>>>>> theirs\n" in text


def test_a_driver_needs_three_files(sessions: Run, tmp_path: Path) -> None:
    assert sessions("resolve", "--driver", tmp_path / "a").returncode == 2


def test_words_of_both_sides_are_kept_where_they_are_apart() -> None:
    ours = session(FIRST, SECOND, body=BODY.replace("First words.", "Our words."), state="complete")
    theirs = session(FIRST, SECOND, body=BODY.replace("Last words.", "Their words."))
    text = settled(BASE, ours, theirs)
    assert "Our words." in text
    assert "Their words." in text
    assert "state: complete\n" in text


def test_keys_and_comments_of_both_sides_are_kept() -> None:
    ours = BASE.replace("state: active\n", "state: active\nfocus: tokens # ours\n").replace(
        "title: JWT", "title: J W T"
    )
    theirs = BASE.replace("state: active\n", "# theirs\nstate: blocked\ntags: [auth]\n")
    text = settled(BASE, ours, theirs)
    assert "title: J W T\n" in text
    assert "# theirs\nstate: blocked\n" in text
    assert "focus: tokens # ours\n" in text
    assert "tags: [auth]\n" in text


def test_a_key_changed_by_both_is_named() -> None:
    result = merged(
        BASE, BASE.replace("title: JWT", "title: Ours"), session(FIRST).replace("title: JWT", "title: Theirs")
    )
    (problem,) = result.problems
    assert (problem.location.line, problem.message) == (3, "`title`: changed on both sides")
    assert b"<<<<<<< ours\ntitle: Ours\n=======\ntitle: Theirs\n>>>>>>> theirs\nproject:" in result.raw
    assert rows_of(result.raw.decode()) == [FIRST]


def test_rows_of_one_minute_keep_their_order() -> None:
    twin = row("20:51", 40, HAIKU)
    both = (HAIKU, OPUS)
    base = session(FIRST, SECOND, twin, models=both)
    theirs = session(FIRST, row("20:51", 978), twin, row("20:51", 3, HAIKU, "Another"), models=both)
    ours = session(FIRST, SECOND, twin, THIRD, models=both)
    text = settled(base, ours, theirs)
    assert rows_of(text) == [FIRST, row("20:51", 978), twin, row("20:51", 3, HAIKU, "Another"), THIRD]
    assert text == settled(base, theirs, ours)


def test_a_task_worded_anew_is_the_same_row() -> None:
    text = settled(BASE, session(FIRST, row("20:51", 977, task="Reviewed")), session(FIRST, SECOND, THIRD))
    assert rows_of(text) == [FIRST, row("20:51", 977, task="Reviewed"), THIRD]
    result = merged(BASE, session(FIRST, row("20:51", 977, task="Reviewed")), session(FIRST, row("20:51", 978)))
    assert "task Reviewed against Initial prompt, output 977 against 978" in result.problems[0].message


def test_equal_rows_are_counted() -> None:
    base = session(FIRST, SECOND, SECOND)
    assert rows_of(settled(base, session(FIRST, SECOND), session(FIRST, SECOND, SECOND, THIRD))) == [
        FIRST,
        SECOND,
        THIRD,
    ]
    assert rows_of(settled(base, session(FIRST, SECOND), session(FIRST, SECOND))) == [FIRST, SECOND]
    new = row("20:51", 5)
    assert rows_of(settled(base, session(FIRST, SECOND), session(FIRST, SECOND, SECOND, new))) == [FIRST, SECOND, new]
    result = merged(base, session(FIRST, row("20:51", 1)), session(FIRST, SECOND, new))
    assert "changed rows that look alike" in result.problems[0].message


@pytest.mark.parametrize("swapped", [False, True])
def test_a_row_deleted_here_and_changed_there(swapped: bool) -> None:
    sides = (session(FIRST), session(FIRST, row("20:51", 1)))
    result = merged(BASE, *(reversed(sides) if swapped else sides))
    (problem,) = result.problems
    words = "deleted in ours, changed in theirs (output 977 to 1, cost 0.029425 to 0.005025)"
    if swapped:
        words = "changed in ours (output 977 to 1, cost 0.029425 to 0.005025), deleted in theirs"
    assert problem.message == f"usage row `20:51 {OPUS} Initial prompt`: {words}"


def test_prices_are_merged_by_their_names() -> None:
    one, two = row("21:10", 1, HAIKU), row("21:20", 2)
    text = settled(BASE, session(FIRST, SECOND, one, models=(HAIKU, OPUS)), session(FIRST, SECOND, two))
    assert PRICES[HAIKU] + PRICES[OPUS] in text
    other = PRICES[OPUS].replace("input: 5", "input: 6")
    theirs = session(FIRST, SECOND, one, models=(OPUS, HAIKU)).replace(PRICES[OPUS], other)
    text = settled(BASE, session(FIRST, SECOND, two), theirs)
    assert other + PRICES[HAIKU] in text
    result = merged(BASE, BASE.replace("input: 5", "input: 7"), theirs)
    assert [problem.message for problem in result.problems] == [f"`prices.{OPUS}`: changed on both sides"]


def test_a_price_that_a_row_of_the_other_side_needs_stays() -> None:
    base = session(FIRST, row("21:10", 1, HAIKU), models=(HAIKU, OPUS))
    text = settled(base, session(FIRST), base.replace("totals:", row("21:20", 2, HAIKU) + "totals:"))
    assert rows_of(text) == [FIRST, row("21:20", 2, HAIKU)]
    assert PRICES[HAIKU] in text
    gone = settled(base, session(FIRST), base.replace("First words", "Other words"))
    assert PRICES[HAIKU] not in gone


def test_rows_in_brackets_and_none_at_all() -> None:
    empty = BASE.replace(f"usage:\n{FIRST}{SECOND}", "usage: []\n")
    assert rows_of(settled(empty, session(FIRST), session(SECOND))) == [FIRST, SECOND]
    brackets = BASE.replace(f"usage:\n{FIRST}{SECOND}", f"usage: [{FIRST[2:-1]}, {SECOND[2:-1]}]\n")
    assert rows_of(settled(brackets, session(FIRST, SECOND, THIRD), session(SECOND))) == [SECOND, THIRD]
    assert "usage: []\ntotals: {requests: 0" in settled(
        BASE, session(FIRST).replace(FIRST, "").replace("usage:", "usage: []"), BASE
    )
    none = BASE.replace(f"usage:\n{FIRST}{SECOND}totals: {{requests: 0, cost: 0}}\n", "")
    text = settled(none, session(FIRST), none)
    assert rows_of(text) == [FIRST]


def test_rows_of_many_lines_and_comments_between_rows() -> None:
    block = f"- time: '21:30'\n  model: {OPUS}\n  requests: 1\n  input: 0\n  output: 1\n  cost: 0.000025\n"
    commented = f"# typed by hand\n{THIRD}"
    text = settled(BASE, session(FIRST, SECOND, block), session(FIRST, SECOND, commented, "# the end\n"))
    assert f"{SECOND}{commented}{block}# the end\ntotals: {{requests: 4" in text


def test_rows_over_midnight_and_rows_without_a_time() -> None:
    late, timeless = row("2026-02-12 00:10", 3), SECOND.replace("time: '20:51', ", "")
    text = settled(BASE, session(FIRST, SECOND, late), session(FIRST, timeless, SECOND, THIRD))
    assert [line for line in text.splitlines(keepends=True) if line.startswith("- {t")] == [
        FIRST,
        timeless,
        SECOND,
        THIRD,
        late,
    ]


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        ("---\na: [\n---\n", "our version: "),
        ("no frontmatter", "our version: no frontmatter"),
        ("---\n{schema: 1}\n---\n", "so its keys have no lines of their own"),
        (BASE.replace(f"{FIRST}{SECOND}", f"  {FIRST}  {SECOND}"), "the parts of both versions do not fit together"),
        (BASE.replace(f"usage:\n{FIRST}{SECOND}", f"usage: [ # why\n{FIRST[2:]}]\n"), "they would be lost"),
    ],
)
def test_what_cannot_be_merged_is_left_to_people(ours: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        merged(BASE, ours, session(FIRST, SECOND, THIRD))


def test_sums_of_a_file_with_errors_are_not_made_anew() -> None:
    ours = session(FIRST, SECOND, row("21:00", 1).replace("requests: 1", "requests: many"))
    result = merged(BASE, ours, session(FIRST))
    assert [problem.rule for problem in result.problems] == ["not-filled"]
    assert result.is_settled
    assert b"totals: {requests: 0, cost: 0}" in result.raw


def test_bytes_of_the_words_survive() -> None:
    odd = BODY.encode() + b"caf\xe9  \nlast line without an end"
    ours, theirs = session(FIRST, SECOND, THIRD, body=""), session(FIRST, body="")
    result = merge_files(BASE.encode(), ours.encode() + odd, theirs.encode() + odd, PATH, merge_words, BANDS)
    assert result.raw.endswith(b"caf\xe9  \nlast line without an end")


TIMES = [f"20:{minute:02d}" for minute in range(20)]
EDITS = st.dictionaries(st.sampled_from(TIMES), st.sampled_from(["delete", "change", "add"]), max_size=8)


def edited(rows: dict[str, str], edits: dict[str, str], written: int) -> dict[str, str]:
    """Adding is a row of another model in the same minute."""
    made = dict(rows)
    for time, edit in edits.items():
        if edit == "delete":
            made.pop(time, None)
        elif edit == "change" and time in made:
            made[time] = row(time, written)
        elif edit == "add":
            made[f"{time}+"] = row(time, written, HAIKU)
    return dict(sorted(made.items()))


@given(st.sets(st.sampled_from(TIMES)), EDITS, EDITS)
def test_edits_of_different_rows_are_all_made(times: set[str], ours: dict[str, str], theirs: dict[str, str]) -> None:
    theirs = {time: edit for time, edit in theirs.items() if time not in ours}
    rows = {time: row(time, 10) for time in sorted(times)}
    both = (HAIKU, OPUS)
    texts = [
        session(*made.values(), models=both).replace("usage:\ntotals", "usage: []\ntotals")
        for made in (rows, edited(rows, ours, 20), edited(rows, theirs, 30))
    ]
    wanted = edited(edited(rows, ours, 20), theirs, 30)
    base, here, there = (text.encode() for text in texts)
    front = merge_files(base, here, there, PATH, lambda _, words, __: Words(words, 0), BANDS)
    assert front.problems == ()
    assert rows_of(front.raw.decode()) == list(wanted.values())
    document, _ = parse_document(front.raw, PATH)
    assert document is not None
    assert document.data["totals"]["requests"] == len(wanted)
