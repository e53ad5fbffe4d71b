"""What the documents list is what the code has."""

import re
from pathlib import Path

import pytest

from sitegen.blocks import RENDERERS
from sitegen.cli import COMMANDS, make_app
from sitegen.schema import INNER_KEYS, KEYS, PRICE_KEYS, ROW_KEYS

ROOT = Path(__file__).parent.parent


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_command_has_help_and_is_in_the_readme() -> None:
    readme = read("README.md")
    for command in make_app(list(COMMANDS)).registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
        assert f"`sessions {command.name}" in readme, command.name


def test_the_page_of_rules_is_what_the_rules_and_their_cases_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import make_rule_docs

    assert make_rule_docs.missing() == (), "a rule needs a case in tests/check_cases"
    assert read("docs/rules.md") == make_rule_docs.page(), "`make docs` writes it"


def test_every_key_and_block_of_a_session_file_is_documented() -> None:
    text = read("docs/session-file.md") + read("docs/templates.md")
    keys = {*KEYS, *ROW_KEYS, *PRICE_KEYS, *(key for inner in INNER_KEYS.values() for key in inner)}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []
    assert [name for name in RENDERERS if f"`{name}`" not in text] == []
