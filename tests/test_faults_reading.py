"""Faults F04 to F17 and F41: files that cannot be read are told by line, harm nobody, and stay as they are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.fault_files import GOOD, contents, in_fences, in_good_file, put, told

ROWS = "schema: 1\ntitle: x\nproject: p\nstarted: '2026-03-02T09:00:10+00:00'\n"
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 27))
LAUGHS = "a0: &a0 [ha]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
FILES: Mapping[str, bytes] = {
    "f04-mapping": in_fences(f"{ROWS}usage: {{a: 1}}"),
    "f04-scalar": in_fences(f"{ROWS}usage: none yet"),
    "f07-prose": b"---\ntitle: x\n# T\nProse, here: too\nmore\n---\nBody\n",
    "f07-open": b"---\ntitle: x\nmore: y\n",
    "f08-null": in_fences("~"),
    "f09-top": in_fences("title: a\nstate: complete\ntitle: b"),
    "f09-row": in_fences(f"{ROWS}usage:\n- {{model: m, input: 1, model: m2}}"),
    "f10-deep": in_fences("a: " + "[" * 100_000),
    "f11-merge": in_fences(MERGE_BOMB),
    "f11-laughs": in_fences(LAUGHS),
    "f11-self": in_fences("a: &a [*a]"),
    "f12-tags": in_fences(
        "a: !!python/object/apply:os.system ['touch harmed']\nb: !!bool x\nc: !!timestamp x\nd: !own x"
    ),
    "f13-ambiguous": in_fences("sha: 12e4567\nt: 1:30\nx: 017\nz: yes"),
    "f13-exact": in_fences(f"{ROWS}v: 1.10"),
    "f14-day": in_fences("title: x\nstarted: 2026-13-45T10:00:00+01:00"),
    "f14-year": in_fences("title: x\nstarted: '0000-01-01T10:00:00+01:00'"),
    "f14-offset": in_fences("title: x\nstarted: '2026-01-02T10:00:00+99:99'"),
    "f15-digits": in_fences(f"{ROWS}usage:\n- {{model: m, input: {'9' * 5000}}}"),
    "f15-exponent": in_fences(f"{ROWS}usage:\n- {{model: m, cost: 1e-7}}"),
    "f15-nan": in_fences(f"{ROWS}usage:\n- {{model: m, requests: 1, input: 1, output: 1, cost: NaN}}"),
    "f15-minus": in_fences(f"{ROWS}usage:\n- {{model: m, requests: 1, input: 1, output: 1, cost: -0.00}}"),
    "f16-latin": b"---\ntitle: Caf\xe9\n---\nBody\n",
    "f16-utf16": GOOD.encode("utf-16"),
    "f16-returns": GOOD.replace("\n", "\r").encode(),
    "f16-separator": in_fences("title: a\u2028b"),
    "f16-next-line": in_fences("title: a\x85b"),
    "f17-front": in_fences("title: x\n<<<<<<< ours\nstate: complete\n=======\nstate: break\n>>>>>>> theirs"),
    "f17-body": in_good_file("<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n"),
    "good": GOOD.encode(),
}


@dataclass(frozen=True)
class Outcome:
    """What one run of `check` and one of `build` left behind."""

    ledger: Path
    check: str
    check_code: int
    check_seconds: float
    build: str
    build_code: int

    def lines(self, stem: str) -> list[str]:
        """Errors of one file, without its name."""
        return [line for line in told(self.check, f"sessions/{stem}.md") if " error[" in line]

    def refused(self, stem: str) -> str:
        """The one error of a file; the site has told it too, and has no page of it."""
        (line,) = self.lines(stem)
        assert f"sessions/{stem}.md:{line}" in self.build
        assert not list((self.ledger / "site").rglob(f"{stem}.html"))
        return line


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All bad files in one ledger: each must be told, and none may hide, change or stop another."""
    home = tmp_path_factory.mktemp("home")
    ledger = tmp_path_factory.mktemp("ledger")
    run = Run(home)
    assert run("-C", ledger, "init").returncode == 0
    put(ledger, **FILES)
    before = contents(ledger / "sessions")
    begin = time.monotonic()
    check = run("-C", ledger, "check")
    seconds = time.monotonic() - begin
    build = run("-C", ledger, "build")
    assert contents(ledger / "sessions") == before
    for finished in (check, build):
        assert "Traceback" not in finished.stdout + finished.stderr
    return Outcome(ledger, check.stdout, check.returncode, seconds, build.stderr, build.returncode)


def test_the_good_file_beside_them_is_in_order_and_has_its_page(outcome: Outcome) -> None:
    assert outcome.lines("good") == []
    (page,) = (outcome.ledger / "site").rglob("good.html")
    assert "Words of a person." in page.read_text()
    assert (outcome.check_code, outcome.build_code) == (1, 1)


@pytest.mark.parametrize("stem", ["f04-mapping", "f04-scalar"])
def test_f04_usage_that_is_no_list(stem: str, outcome: Outcome) -> None:
    assert outcome.lines(stem) == ["6:8: error[schema]: `usage` must be a list of rows"]


def test_f04_fill_says_why_it_does_not_fill(ledger: Path, sessions: Run) -> None:
    put(ledger, bad=FILES["f04-mapping"])
    run = sessions("-C", ledger, "fill", "bad")
    assert run.returncode == 1
    assert "sessions/bad.md:6:8: error[schema]: `usage` must be a list of rows" in run.stderr
    assert "no transcript tells" not in run.stderr
    assert (ledger / "sessions/bad.md").read_bytes() == FILES["f04-mapping"]


def test_f07_frontmatter_that_is_not_closed(outcome: Outcome) -> None:
    assert outcome.refused("f07-open") == "1:1: error[frontmatter]: the frontmatter is not closed"
    assert outcome.refused("f07-prose") == (
        "6:1: error[yaml]: not YAML: while scanning a simple key, could not find expected ':'"
    )


def test_f07_fill_names_what_keeps_it_from_reading(ledger: Path, sessions: Run) -> None:
    put(ledger, bad=FILES["f07-open"])
    for name in ("bad", "sessions/bad.md"):
        run = sessions("-C", ledger, "fill", name, cwd=ledger)
        assert run.returncode == 1
        assert "sessions/bad.md:1:1: error[frontmatter]: the frontmatter is not closed" in run.stderr
        assert "is called" not in run.stderr


def test_f08_a_document_that_is_null(outcome: Outcome) -> None:
    assert outcome.refused("f08-null") == ("2:1: error[yaml]: the frontmatter is one value, must be `key: value` lines")


def test_f09_a_key_twice(outcome: Outcome) -> None:
    assert outcome.refused("f09-top") == "4:1: error[yaml]: `title` is already set on line 2"
    assert outcome.refused("f09-row") == "7:24: error[yaml]: `model` is already set on line 7"


def test_f10_nesting_without_end(outcome: Outcome) -> None:
    assert outcome.refused("f10-deep") == "2:15: error[yaml-unsafe]: nested more than 12 deep"


@pytest.mark.parametrize("stem", ["f11-merge", "f11-laughs", "f11-self"])
def test_f11_bombs(stem: str, outcome: Outcome) -> None:
    first, *_ = outcome.lines(stem)
    assert first.startswith("2:")
    assert " error[yaml-unsafe]: anchor `&a" in first
    assert all("error[yaml-unsafe]" in line for line in outcome.lines(stem))


def test_f10_f11_take_no_time(outcome: Outcome) -> None:
    """Each took a reader without bounds more than a minute, or its life."""
    assert outcome.check_seconds < 15


def test_f12_tags_run_nothing(outcome: Outcome) -> None:
    assert [line.partition(": error[yaml-unsafe]: tag ")[0] for line in outcome.lines("f12-tags")] == [
        "2:4", "3:4", "4:4", "5:4",
    ]  # fmt: skip
    assert not list(outcome.ledger.rglob("harmed"))


def test_f13_what_two_readers_read_differently(outcome: Outcome) -> None:
    assert outcome.lines("f13-ambiguous") == [
        "2:6: error[yaml]: ambiguous value `12e4567`",
        "3:4: error[yaml]: ambiguous value `1:30`",
        "4:4: error[yaml]: ambiguous value `017`",
        "5:4: error[yaml]: ambiguous value `yes`",
    ]
    assert outcome.check.count("hint: put it in quotes: `'12e4567'`") == 1
    assert outcome.lines("f13-exact") == []


@pytest.mark.parametrize("stem", ["f14-day", "f14-year", "f14-offset"])
def test_f14_days_that_there_are_not(stem: str, outcome: Outcome) -> None:
    assert any(
        line.startswith("3:10: error[schema]: `started` is `")
        and line.endswith("`, must be a date and time with an offset")
        for line in outcome.lines(stem)
    )


def test_f15_numbers_that_are_none(outcome: Outcome) -> None:
    assert outcome.lines("f15-digits") == [
        f"7:21: error[yaml]: not a plain number: `{'9' * 40}…`",
    ]
    assert outcome.lines("f15-exponent") == ["7:20: error[yaml]: ambiguous value `1e-7`"]
    for stem, value in (("f15-nan", "NaN"), ("f15-minus", "-0.00")):
        assert outcome.lines(stem) == [
            f"7:54: error[schema]: usage row 1: `cost` is `{value}`, must be a number such as 0.336611, 0 or more"
        ]


@pytest.mark.parametrize(
    ("stem", "line"),
    [
        ("f16-latin", "2:11: error[frontmatter]: the frontmatter is not UTF-8: byte 15 of the file is 0xE9"),
        ("f16-utf16", "1:1: error[frontmatter]: the file is UTF-16, must be UTF-8"),
        ("f16-returns", "1:1: error[frontmatter]: a carriage return alone ends line 1, must be LF or CRLF"),
        ("f16-separator", "2:9: error[frontmatter]: the character U+2028 stands in the frontmatter"),
        ("f16-next-line", "2:9: error[frontmatter]: the character U+0085 stands in the frontmatter"),
    ],
)
def test_f16_other_encodings_and_line_ends(stem: str, line: str, outcome: Outcome) -> None:
    assert outcome.refused(stem) == line


def test_f17_conflict_markers(outcome: Outcome) -> None:
    assert outcome.refused("f17-front") == ("3:1: error[merge-conflict]: unresolved merge: `<<<<<<<` begins this line")
    assert outcome.refused("f17-body") == ("13:1: error[merge-conflict]: unresolved merge: `<<<<<<<` begins this line")
