"""The workflows: what they may do, and that nobody but a push to main publishes."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

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


def test_both_sites_use_the_same_actions() -> None:
    used = [set(re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))) for path in PAGES]
    assert used[0] == used[1]
