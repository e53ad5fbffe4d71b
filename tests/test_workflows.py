"""The workflows: what they may do, and that nobody but a push to main publishes."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from sitegen.settings import parse_settings

ROOT = Path(__file__).parent.parent
FILES = (
    ROOT / ".github" / "workflows" / "check.yml",
    ROOT / ".github" / "workflows" / "pages.yml",
    ROOT / "sitegen" / "ledger_files" / "workflows" / "pages.yml",
)
PAGES = FILES[1:]


def workflow(path: Path) -> dict[str, Any]:
    # BaseLoader keeps `on` a word.
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # builds text only
    return loaded


@pytest.mark.parametrize("path", FILES, ids=str)
def test_rights_are_none_at_the_top_and_least_in_each_job(path: Path) -> None:
    jobs = workflow(path)["jobs"]
    assert workflow(path)["permissions"] == {}
    allowed: dict[str, Any] = {
        "check": {"contents": "read"},
        "fuzz": {"contents": "read"},
        "browser": {"contents": "read"},
        "others": {"contents": "read"},
        "build": {"contents": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
    }
    assert {name: job["permissions"] for name, job in jobs.items()} == {name: allowed[name] for name in jobs}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_triggers_time_limits_and_concurrency(path: Path) -> None:
    loaded = workflow(path)
    assert loaded["on"] == {"push": {"branches": ["main"]}, "pull_request": ""}
    assert "github.ref" in loaded["concurrency"]["group"]
    assert all(int(job["timeout-minutes"]) <= 20 for job in loaded["jobs"].values())


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_action_is_pinned_to_a_commit_with_its_version_told(path: Path) -> None:
    uses = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_text_from_outside_is_pasted_into_a_script(path: Path) -> None:
    steps = [step for job in workflow(path)["jobs"].values() for step in job["steps"]]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert all(
        step["with"]["persist-credentials"] == "false"
        for step in steps
        if step.get("uses", "").startswith("actions/checkout@")
    )


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_only_a_push_to_main_deploys_and_does_nothing_else(path: Path) -> None:
    deploy = workflow(path)["jobs"]["deploy"]
    assert deploy["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    assert deploy["needs"] == "build"
    assert deploy["environment"]["name"] == "github-pages"
    assert [step["uses"].partition("@")[0] for step in deploy["steps"]] == ["actions/deploy-pages"]


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_pull_request_builds_the_site_and_keeps_nothing_of_it(path: Path) -> None:
    build = workflow(path)["jobs"]["build"]
    assert "if" not in build
    kept = [step for step in build["steps"] if step.get("uses", "").startswith("actions/upload-")]
    assert [step["if"] for step in kept] == ["github.event_name == 'push' && github.ref == 'refs/heads/main'"]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_the_job_that_looks_ahead_may_fail(path: Path) -> None:
    jobs = workflow(path)["jobs"]
    assert [name for name, job in jobs.items() if "continue-on-error" in job] == [n for n in jobs if n == "others"]
    assert not any("continue-on-error" in step for job in jobs.values() for step in job["steps"])


@pytest.mark.parametrize("path", [*FILES, ROOT / "Makefile", *(ROOT / ".ci").iterdir()], ids=str)
def test_what_is_installed_has_its_version_told(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    installs = re.findall(r".*\b(?:pip3?|pipx|npm|uv)(?: -\S+)* (?:install|add|ci|i|sync)\b.*", text)
    commands = [line for line in installs if not line.lstrip().startswith("#")]
    pinned = re.compile(r"npm ci --ignore-scripts|pip install .*(?:-c|--constraint) \S+|pip install .*--no-deps -r \$<")
    assert [line for line in commands if not pinned.search(line)] == []
    assert len(commands) > 5 or path.name != "Makefile"


@pytest.mark.parametrize("name", ["constraints.txt", ".ci/zensical.txt", ".ci/properdocs.txt"])
def test_every_version_is_told_exactly(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)] == []


def test_a_new_ledger_gets_the_versions_that_are_tested_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import make_constraints

    written = make_constraints.TARGET.read_text(encoding="utf-8")
    assert written == make_constraints.constraints(), "`make docs` writes it"
    pins = written.removeprefix(make_constraints.HEAD).splitlines()
    assert set(pins) <= set((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    assert {"Markdown==", "mkdocs==", "nh3=="} <= {re.sub(r"(?<===).*", "", pin) for pin in pins}
    assert "pytest" not in written
    (install,) = [step for step in workflow(FILES[2])["jobs"]["build"]["steps"] if "pip install" in step.get("run", "")]
    assert "--constraint .github/sessions-constraints.txt" in install["run"]
    from sitegen.cli.init import ledger_files

    assert dict(ledger_files())[".github/sessions-constraints.txt"].decode() == written


def test_both_sites_use_the_same_actions() -> None:
    used = [set(re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))) for path in PAGES]
    assert used[0] == used[1]


def test_a_new_ledger_gets_the_problem_matcher_of_this_one() -> None:
    ours = (ROOT / ".github" / "problem-matcher.json").read_bytes()
    assert (ROOT / "sitegen" / "ledger_files" / "problem-matcher.json").read_bytes() == ours
    owners = [matcher["owner"] for matcher in json.loads(ours)["problemMatcher"]]
    assert len(owners) == len(set(owners))


def test_problems_are_shown_beside_the_lines_of_a_pull_request() -> None:
    for path in FILES[:2]:
        runs = [step.get("run", "") for job in workflow(path)["jobs"].values() for step in job["steps"]]
        assert 'echo "::add-matcher::.github/problem-matcher.json"' in runs
    checks = [step["run"] for step in workflow(FILES[2])["jobs"]["build"]["steps"] if step["name"] == "Check"]
    assert checks == ["sessions check --format github"]


def test_the_hook_for_pre_commit_is_what_a_new_ledger_gets() -> None:
    (ours,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    theirs = yaml.safe_load((ROOT / "sitegen" / "ledger_files" / "pre-commit-config.yaml").read_text(encoding="utf-8"))
    ((local,),) = [repository["hooks"] for repository in theirs["repos"]]
    for key in ("id", "name", "entry", "pass_filenames"):
        assert ours[key] == local[key]
    # pre-commit installs this package, and then looks for the entry's command in it.
    assert ours["language"] == "python"
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert ours["entry"].split()[0] in scripts
    for path in ("sessions/2026/a.md", "templates/a.md", "sessions.toml", "sessions-baseline.toml"):
        assert re.search(local["files"], path)
        assert re.search(ours["files"], path)
        assert re.search(ours["files"], f"docs/ledger/{path}")
    assert not re.search(ours["files"], "README.md")


def test_every_commented_setting_is_one_that_is_read() -> None:
    text = (ROOT / "sitegen" / "ledger_files" / "sessions.toml").read_text(encoding="utf-8")
    assert parse_settings(text)[1] == ()
    settings = re.sub(r"^# (?=\[|\"?[\w/-]+\"? = )", "", text, flags=re.MULTILINE)
    read, problems = parse_settings(settings)
    assert problems == ()
    assert (len(read.ignores), len(read.allowed), len(read.overrides)) == (1, 1, 1)
    assert sorted(read.budgets) == ["all", "shop-api"]
