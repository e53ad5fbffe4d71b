"""What is remembered between two runs never changes what `check` says."""

import shutil
from pathlib import Path

import pytest

from sitegen.checking import check_folder
from sitegen.checking.memory import circumstances, digest_of, read_memory, write_memory

ROOT = Path(__file__).parent.parent
SAMPLE = "sessions/2026/2026-10-06-webhook-retries-that-end.md"


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample ledger, and a place of its own to remember things."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "ledger"
    shutil.copytree(ROOT / "sessions", root / "sessions")
    shutil.copy(ROOT / "sessions.toml", root)
    return root


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_second_run_says_the_same_and_reads_nothing_anew(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample / SAMPLE
    path.write_text(path.read_text().replace("cost: 0.5841866", "cost: 0.6841866"))
    first = check_folder(sample)
    assert [problem.rule for problem in first.problems] == ["totals"]
    assert len(kept(tmp_path)) == 1

    def not_again(*_: object) -> None:
        raise AssertionError("a known file was read again")

    monkeypatch.setattr("sitegen.checking.folders.parse_session_file", not_again)
    again = check_folder(sample)
    assert [str(problem) for problem in again.problems] == [str(problem) for problem in first.problems]
    assert (again.sessions, again.rows) == (first.sessions, first.rows)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("output: 4242", "output: 4243"), id="a count"),
        pytest.param(lambda text: text.replace("schema: 1", "schema: 2"), id="what cannot be read"),
        pytest.param(lambda text: text.replace("Webhook retries", "Webhook tries"), id="a word"),
        pytest.param(lambda text: text.replace("project: shop-api", "project: other"), id="the project of others"),
    ],
)
def test_after_any_change_it_says_what_a_fresh_run_says(sample: Path, change: object) -> None:
    assert callable(change)
    check_folder(sample)
    path = sample / SAMPLE
    path.write_text(change(path.read_text()))
    fresh = check_folder(sample, remember=False)
    assert [str(problem) for problem in check_folder(sample).problems] == [str(each) for each in fresh.problems]


def test_other_settings_are_other_circumstances(sample: Path) -> None:
    path = sample / SAMPLE
    path.write_text(path.read_text().replace("cost: 0.5841866", "cost: 0.6841866"))
    assert check_folder(sample).problems
    settings = sample / "sessions.toml"
    settings.write_text(settings.read_text() + '\n[rules]\ntotals = "off"\nstale-block = "off"\n')
    assert check_folder(sample).problems == ()


@pytest.mark.parametrize("damage", [b"", b"{", b"[1, 2]", b"\x00" * 100])
def test_a_damaged_memory_is_an_empty_one(sample: Path, tmp_path: Path, damage: bytes) -> None:
    check_folder(sample)
    (file,) = kept(tmp_path)
    file.write_bytes(damage)
    assert check_folder(sample).problems == ()
    assert read_memory(sample, circumstances((sample / "sessions.toml").read_bytes()))


def test_where_nothing_can_be_kept_nothing_fails(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in the way").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "in the way"))
    assert check_folder(sample).problems == ()
    write_memory(sample, digest_of(b""), {})


def test_the_memory_holds_no_word_of_a_body(sample: Path, tmp_path: Path) -> None:
    check_folder(sample)
    (file,) = kept(tmp_path)
    assert b"receiver that answers 410" not in file.read_bytes()
