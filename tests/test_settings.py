"""sessions.toml: what it decides, and how its mistakes are told."""

from decimal import Decimal

import pytest

from sitegen.settings import EfficiencyBands, Settings, parse_settings


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


def test_the_bands_of_efficiency() -> None:
    assert parse_settings("")[0].bands == EfficiencyBands(Decimal("1.2"), Decimal("1.5"))
    settings, problems = parse_settings('[efficiency]\nefficient = "1"\nmonitor = "1.25"\n')
    assert problems == ()
    assert settings.bands == EfficiencyBands(Decimal(1), Decimal("1.25"))
    settings, _ = parse_settings('[efficiency]\nmonitor = "2"\n')
    assert settings.bands == EfficiencyBands(Decimal("1.2"), Decimal(2))


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ("efficient = 1.2", 4, "`efficient` must be a number above 0 in quotes"),
        ('monitor = "0"', 4, "`monitor` must be a number above 0 in quotes"),
        ('monitor = "1e3"', 4, "`monitor` must be a number above 0 in quotes"),
        ('efficient = "1.1"\nmonitor = "1"', 5, "`monitor` is 1, must be at least `efficient`, which is 1.1"),
        ('efficient = "2"', 4, "`monitor` is 1.5, must be at least `efficient`, which is 2"),
        ('eficient = "2"', 4, "unknown key `eficient` in [efficiency]"),
    ],
)
def test_bands_that_cannot_be_are_told_at_their_line(lines: str, line: int, message: str) -> None:
    settings, (problem,) = parse_settings(f"[budgets]\nmonitor = '5'\n[efficiency]\n{lines}\n")
    assert settings.bands == EfficiencyBands()
    assert (problem.location.line, problem.message) == (line, message)
