"""The sample ledger: made again it is the same, and what the README shows of it is true."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sitegen.body import placeholders
from sitegen.ledger import load_ledger

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PROJECTS = EXAMPLES / "transcripts" / "projects"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A copy of the sample ledger."""
    root = tmp_path / "samples"
    for name in ("sessions", "templates"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "sessions.toml", root)
    return root


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_transcripts_are_what_the_script_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import sample_transcripts

    made = sample_transcripts.transcripts()
    for name in ("sample_transcripts", "sample_stories"):
        sys.modules.pop(name)
    assert made == contents(PROJECTS)
    assert max(map(len, made.values())) < 40_000


def test_importing_again_changes_no_byte(samples: Path, sessions: Run) -> None:
    before = contents(samples / "sessions")
    assert sessions("-C", samples, "import", "--from", PROJECTS).returncode == 0
    assert contents(samples / "sessions") == before


def test_importing_into_an_empty_ledger_gives_the_same_numbers(samples: Path, sessions: Run) -> None:
    shutil.rmtree(samples / "sessions")
    (samples / "sessions").mkdir()
    sessions("-C", samples, "import", "--from", PROJECTS)
    made = {session.source.sessions: session for session in load_ledger(samples).sessions if session.source}
    kept = {session.source.sessions: session for session in load_ledger(ROOT).sessions if session.source}
    assert made.keys() == kept.keys()
    assert [made[key].rows for key in made] == [kept[key].rows for key in made]
    assert [made[key].source for key in made] == [kept[key].source for key in made]


def test_the_sample_ledger_has_no_problem_and_says_that_it_is_a_sample() -> None:
    ledger = load_ledger(ROOT)
    assert ledger.problems == ()
    assert all(session.sample and session.tags and session.ratings for session in ledger.sessions)
    assert [session.path for session in ledger.sessions if placeholders(session.body)] == []


def test_the_samples_are_varied() -> None:
    found = load_ledger(ROOT).sessions
    rows = [row for session in found for row in session.rows]
    assert len(found) == 16
    assert {session.project for session in found} == {"shop-api", "atlas-docs", "ledger-cli"}
    assert {f"{session.day:%Y-%m}" for session in found} == {"2026-07", "2026-08", "2026-09", "2026-10"}
    assert len({row.model for row in rows}) == 5
    assert {row.context.speed for row in rows} == {"", "fast"}
    assert sum(row.web_searches for row in rows) == 3
    assert not any(session.totals.is_floor for session in found)


def test_the_readme_shows_lines_of_a_real_file(samples: Path) -> None:
    path, example = re.findall(r"Shortened from `(.+)`:\n\n```markdown\n(.*?)```", README, re.DOTALL)[0]
    real = (samples / path).read_text(encoding="utf-8").splitlines()
    assert [line for line in example.splitlines() if line not in real] == []


def test_the_readme_shows_a_real_message(samples: Path, sessions: Run) -> None:
    cost, shown = re.findall(r"Write `(cost: .+?)` instead.*?```text\n(.*?)```", README, re.DOTALL)[0]
    path = samples / shown.partition(":")[0]
    path.write_text(path.read_text(encoding="utf-8").replace("cost: 0.03799,", f"{cost},"), encoding="utf-8")
    run = sessions("-C", samples, "check")
    assert run.stdout.startswith(shown)


def test_a_new_ledger_gets_the_site_of_this_one() -> None:
    ours = (ROOT / "mkdocs.yml").read_bytes()
    assert (ROOT / "sitegen" / "ledger_files" / "mkdocs.yml").read_bytes() == ours


@pytest.mark.parametrize("document", ["README.md", "docs/session-file.md", "docs/templates.md", "docs/rules.md"])
def test_links_between_documents_lead_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_names_only_commands_that_exist(sessions: Run) -> None:
    listed = sessions("--help").stdout
    named = set(re.findall(r"(?:`|^\$ )sessions ([a-z]+)", README, re.MULTILINE))
    assert named >= {"init", "import", "new", "fill", "show", "check", "report", "build", "serve"}
    assert [name for name in sorted(named) if not re.search(rf"^ +{name} ", listed, re.MULTILINE)] == []
