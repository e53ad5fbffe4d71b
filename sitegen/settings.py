"""`sessions.toml`: what a ledger's owner decides once."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sitegen.errors import Location, Problem, Severity, error
from sitegen.masking import mask
from sitegen.prices import PriceBook, PriceOverride, parse_price_settings

FILE_NAME = "sessions.toml"
RULE = "settings"
_KEYS: Mapping[str, type] = {
    "title": str,
    "timezone": str,
    "privacy": dict,
    "projects": dict,
    "rules": dict,
    "ignore": list,
    "budgets": dict,
    "efficiency": dict,
    "prices": dict,
}
_TASKS = ("prompt", "none")
_PUBLISH = ("all", "marked")
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?", re.ASCII)
"""A decimal number as it may be written: not below 0, without an exponent."""
_DIGEST = re.compile(r"[0-9a-f]{16}", re.ASCII)
_SEVERITIES = ("off", *Severity)
_WORKTREE = re.compile(r"^(?P<repository>.+?)[/\\](?:\.claude[/\\]worktrees|\.worktrees|worktrees)[/\\][^/\\]+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """Problems of `rule` are not told in files whose path fits the pattern `path` (`*` also spans folders)."""

    rule: str
    path: str
    reason: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Allowed:
    """A text that looks like a secret or a personal detail and is none, by the digest that `check` prints."""

    digest: str
    reason: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class EfficiencyBands:
    """Up to how many times its estimate a session is `efficient`, and up to how many times to `monitor`."""

    efficient: Decimal = Decimal("1.2")
    monitor: Decimal = Decimal("1.5")


@dataclass(frozen=True)
class Settings:
    """`tasks`: "prompt" lets titles and tasks quote a prompt's first line, "none" leaves them out.

    `publish`: "all" sessions are on the site, or only those "marked" with `publish: true`.
    `projects` maps a working folder, or its last part, to a project's name. `severities` maps a rule to
    "off" or the severity it has in this ledger. `budgets`: USD a calendar month, by project or "all";
    `budget_lines` and `rule_lines` say where each stands in the file.
    """

    title: str = "Sessions"
    timezone: str = "UTC"
    tasks: str = "prompt"
    publish: str = "all"
    projects: Mapping[str, str] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    rule_lines: Mapping[str, int] = field(default_factory=dict)
    ignores: tuple[Ignore, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    budgets: Mapping[str, Decimal] = field(default_factory=dict)
    budget_lines: Mapping[str, int] = field(default_factory=dict)
    bands: EfficiencyBands = EfficiencyBands()
    overrides: tuple[PriceOverride, ...] = ()
    multiplier: Decimal = Decimal(1)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def price_book(self) -> PriceBook:
        return PriceBook(self.overrides, self.multiplier)

    def project_of(self, folder: str) -> str:
        """The project a working folder belongs to: the longest mapped parent, else the folder's last part.

        A git worktree kept inside its repository counts as the repository. Never empty, never a path; a home
        folder itself is `home`, since its own name is that of a person.
        """
        worktree = _WORKTREE.match(folder)
        home = worktree["repository"] if worktree else folder
        path = PureWindowsPath(home) if "\\" in home else PurePosixPath(home)
        for parent in (path, *path.parents):
            if str(parent) in self.projects:
                return self.projects[str(parent)]
        if mask(str(path)) == "~":
            return self.projects.get("home", "home")
        last = path.name if path.name not in ("", ".", "..") else "unnamed"
        return self.projects.get(last, last)


def parse_settings(text: str, path: str = FILE_NAME) -> tuple[Settings, tuple[Problem, ...]]:
    """Whatever can be read is used; everything else is a problem and stands at its default."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        return Settings(), (error(RULE, _toml_location(path, str(exc)), f"not valid TOML: {exc}"),)
    problems = list(_check_keys(table, text, path))
    good: dict[str, Any] = {key: value for key, value in table.items() if isinstance(value, _KEYS.get(key, ()))}
    overrides, multiplier, price_problems = parse_price_settings(good.get("prices", {}), path)
    privacy = good.get("privacy", {})
    ignores, wrong_ignores = _entries(good.get("ignore", []), "ignore", ("rule", "path", "reason"), text, path)
    allowed, wrong_allowed = _entries(privacy.get("allow", []), "privacy.allow", ("digest", "reason"), text, path)
    budgets, wrong_budgets = _budgets(good.get("budgets", {}), text, path)
    bands, wrong_bands = _bands(good.get("efficiency", {}), text, path)
    problems += (*wrong_ignores, *wrong_allowed, *wrong_budgets, *wrong_bands)
    settings = Settings(
        title=good.get("title", Settings.title),
        timezone=_known(good, "timezone", available_timezones(), "UTC"),
        tasks=_known(privacy, "tasks", _TASKS, "prompt"),
        publish=_known(privacy, "publish", _PUBLISH, "all"),
        projects={str(key).rstrip("/"): str(name) for key, name in good.get("projects", {}).items()},
        severities={rule: level for rule, level in good.get("rules", {}).items() if level in _SEVERITIES},
        rule_lines={rule: _line_of(text, rule) for rule in good.get("rules", {})},
        ignores=tuple(Ignore(**entry) for entry in ignores),
        allowed=tuple(Allowed(**entry) for entry in allowed),
        budgets=budgets,
        budget_lines={key: _line_below(text, "budgets", key) for key in budgets},
        bands=bands,
        overrides=overrides,
        multiplier=multiplier,
    )
    return settings, (*problems, *price_problems)


def _check_keys(table: Mapping[str, Any], text: str, path: str) -> Iterator[Problem]:
    for key, value in table.items():
        at = Location(path, _line_of(text, key))
        if key not in _KEYS:
            yield error(RULE, at, f"unknown key `{key}`", did_you_mean(key, _KEYS))
        elif not isinstance(value, _KEYS[key]):
            tables = "a table" if _KEYS[key] is dict else f"tables, each begun by [[{key}]]"
            kind = "text in quotes" if _KEYS[key] is str else tables
            yield error(RULE, at, f"`{key}` must be {kind}")
    if isinstance(zone := table.get("timezone", "UTC"), str) and zone not in available_timezones():
        at = Location(path, _line_of(text, "timezone"))
        yield error(RULE, at, f"unknown time zone `{zone}`", 'use a name such as "Europe/Berlin" or "UTC"')
    yield from _check_choices(table, "privacy", {"tasks": _TASKS, "publish": _PUBLISH, "allow": ()}, text, path)
    rules = table.get("rules")
    if isinstance(rules, dict):
        yield from _check_choices(table, "rules", dict.fromkeys(rules, _SEVERITIES), text, path)


def _check_choices(
    table: Mapping[str, Any], name: str, choices: Mapping[str, tuple[str, ...]], text: str, path: str
) -> Iterator[Problem]:
    section = table.get(name)
    for key, value in section.items() if isinstance(section, dict) else ():
        at = Location(path, _line_of(text, key))
        if key not in choices:
            yield error(RULE, at, f"unknown key `{key}` in [{name}]", did_you_mean(key, choices))
        elif choices[key] and value not in choices[key]:
            words = ", ".join(f'"{word}"' for word in choices[key])
            yield error(RULE, at, f"`{key}` is `{value}`, must be one of {words}")


def _entries(
    tables: Any, name: str, keys: tuple[str, ...], text: str, path: str
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The tables `[[name]]` that hold each of these keys as text, with their line, and what is wrong with others."""
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if line.strip().startswith(f"[[{name}]]")]
    if not isinstance(tables, list):
        return [], [error(RULE, Location(path, _line_of(text, name)), f"`{name}` must be tables: [[{name}]]")]
    good: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for index, table in enumerate(tables):
        line = lines[index] if index < len(lines) else 1
        known = {key: table[key] for key in keys if isinstance(table, dict) and isinstance(table.get(key), str)}
        missing = [key for key in keys if not known.get(key, "").strip()]
        extra = sorted(set(table) - {*keys, "date"}) if isinstance(table, dict) else []
        if missing or extra:
            what = f"`{missing[0]}` is missing" if missing else f"unknown key `{extra[0]}`"
            hint = f"each has {', '.join(f'`{key}`' for key in keys)}, as text in quotes"
            problems.append(error(RULE, Location(path, line), f"[[{name}]]: {what}", hint))
        elif "digest" in known and not _DIGEST.fullmatch(known["digest"]):
            hint = "copy the 16 digits that `sessions check` prints"
            problems.append(error(RULE, Location(path, line), f"[[{name}]]: `digest` is no digest", hint))
        else:
            good.append({**known, "line": line})
    return good, problems


def _budgets(table: Mapping[str, Any], text: str, path: str) -> tuple[dict[str, Decimal], list[Problem]]:
    wrong = [key for key, value in table.items() if not (isinstance(value, str) and AMOUNT.fullmatch(value))]
    problems = [
        error(
            RULE,
            Location(path, _line_below(text, "budgets", key)),
            f"the budget of `{key}` must be an amount in quotes",
            'USD a calendar month, such as "250"',
        )
        for key in wrong
    ]
    return {key: Decimal(value) for key, value in table.items() if key not in wrong}, problems


def _bands(table: Mapping[str, Any], text: str, path: str) -> tuple[EfficiencyBands, list[Problem]]:
    """Where either limit is wrong, both stand at their default: they only mean something together."""

    def wrong(key: str, message: str, hint: str | None) -> Problem:
        return error(RULE, Location(path, _line_below(text, "efficiency", key)), message, hint)

    known = ("efficient", "monitor")
    hint = 'a number in quotes, such as "1.2": up to 1.2 times the estimate'
    problems = [
        wrong(key, f"unknown key `{key}` in [efficiency]", did_you_mean(key, known))
        for key in table
        if key not in known
    ]
    bad = [key for key in known if key in table and not _is_factor(table[key])]
    problems += (wrong(key, f"`{key}` must be a number above 0 in quotes", hint) for key in bad)
    if bad:
        return EfficiencyBands(), problems
    bands = EfficiencyBands(**{key: Decimal(table[key]) for key in known if key in table})
    if bands.efficient > bands.monitor:
        key = "monitor" if "monitor" in table else "efficient"
        message = f"`monitor` is {bands.monitor}, must be at least `efficient`, which is {bands.efficient}"
        return EfficiencyBands(), [*problems, wrong(key, message, "what is above `monitor` is to review")]
    return bands, problems


def _is_factor(value: Any) -> bool:
    return isinstance(value, str) and bool(AMOUNT.fullmatch(value)) and Decimal(value) > 0


def _line_below(text: str, section: str, key: str) -> int:
    """The key may have a line of its own elsewhere as well: this is the one below the section's head."""
    header = re.search(rf"^\s*\[\s*{section}\s*\]", text, re.MULTILINE)
    own = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?\s*=", re.MULTILINE)
    found = own.search(text, header.end()) if header else None
    return text.count("\n", 0, found.start()) + 1 if found else _line_of(text, section)


def _known(table: Mapping[str, Any], key: str, choices: Any, default: str) -> str:
    value = table.get(key, default)
    return value if isinstance(value, str) and value in choices else default


def _line_of(text: str, key: str) -> int:
    found = re.search(rf"^\s*\[?\s*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def _toml_location(path: str, message: str) -> Location:
    found = re.search(r"at line (\d+), column (\d+)", message)
    return Location(path, int(found[1]), int(found[2])) if found else Location(path)


def did_you_mean(word: str, known: Any) -> str | None:
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"did you mean `{close[0]}`?" if close else None
