"""sessions.toml: what it decides, and how its mistakes are told."""

import pytest

from sitegen.settings import Settings, parse_settings


@pytest.mark.parametrize(
    ("folder", "project"),
    [
        ("/srv/projects/shop-api", "shop-api"),
        ("/srv/projects/shop-api/", "shop-api"),
        ("/srv/projects/shop-api/.claude/worktrees/try-jwt", "shop-api"),
        ("/srv/projects/shop-api/worktrees/try-jwt/src", "shop-api"),
        ("C:\\code\\shop-api", "shop-api"),
        ("/srv/old-name", "new-name"),
        ("/srv/client/a/deep/folder", "client"),
        ("/srv/projects/..", "unnamed"),
        ("/", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_a_project_comes_from_the_working_folder(folder: str, project: str) -> None:
    settings = Settings(projects={"old-name": "new-name", "/srv/client": "client"})
    assert settings.project_of(folder) == project


def test_every_mistake_is_told_and_the_rest_is_used() -> None:
    text = """titel = "Mine"
title = "Mine"
timezone = "Europe/Berlim"
[privacy]
tasks = "some"
[rules]
times = "loud"
totals = "off"
"""
    settings, problems = parse_settings(text)
    assert [str(problem) for problem in problems] == [
        "sessions.toml:1:1: error[settings]: unknown key `titel`\n  hint: did you mean `title`?",
        "sessions.toml:3:1: error[settings]: unknown time zone `Europe/Berlim`\n"
        '  hint: use a name such as "Europe/Berlin" or "UTC"',
        'sessions.toml:5:1: error[settings]: `tasks` is `some`, must be one of "prompt", "none"',
        'sessions.toml:7:1: error[settings]: `times` is `loud`, must be one of "off", "error", "warning", "note"',
    ]
    assert (settings.title, settings.timezone, settings.tasks) == ("Mine", "UTC", "prompt")
    assert settings.severities == {"totals": "off"}


def test_a_file_that_is_no_toml_is_named_with_its_place() -> None:
    settings, (problem,) = parse_settings('title = "Mine\n')
    assert settings == Settings()
    assert (problem.location.line, problem.rule) == (1, "settings")
