"""The text of a new session file from a template.

A template is a session file in which `{{name}}` stands for a value. In the frontmatter the value is quoted as
YAML needs it, with or without quotes around the name; in the body its HTML is made harmless.
"""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from sitegen.body import without_empty_sections, without_placeholders
from sitegen.frontmatter import flow_text

DEFAULT = "claude-code"
_NAME = re.compile(r"\{\{ *([a-z_]+) *\}\}")
_YAML_NAME = re.compile(r"'\{\{ *([a-z_]+) *\}\}'|\"\{\{ *([a-z_]+) *\}\}\"|\{\{ *([a-z_]+) *\}\}")
_FRONTMATTER = re.compile(r"\A---\r?\n.*?\n---\r?(?:\n|\Z)", re.DOTALL)


def template_folder() -> Path:
    """Where the templates that come with the program are, in a wheel or in a checkout."""
    package = Path(str(files("sitegen")))
    packaged = package / "ledger_files" / "templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


def own_templates(root: Path) -> tuple[str, ...]:
    """Paths of the templates that the ledger itself has, relative to it, sorted."""
    return tuple(sorted(path.relative_to(root).as_posix() for path in (root / "templates").glob("*.md")))


def template_names(folders: Sequence[Path]) -> tuple[str, ...]:
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.md")}))


def find_template(name: str, folders: Sequence[Path]) -> Path | None:
    """The template's file in the first folder that has one. A name with a path in it is none of ours."""
    if not re.fullmatch(r"[\w-]+", name):
        return None
    return next((folder / f"{name}.md" for folder in folders if (folder / f"{name}.md").is_file()), None)


def render_template(template: str, values: Mapping[str, Any]) -> str:
    """The template with its names replaced, less the sections that then have nothing below their heading."""
    front, body = _split(template)
    lines = (line for line in body.split("\n") if not _says_nothing(line, values))
    return fill_in(front + without_empty_sections("\n".join(lines)), values)


def imported_template(template: str) -> str:
    """A template for sessions that nobody has written about yet: what a person would fill in is left out."""
    front, body = _split(template)
    lines = (line for line in body.split("\n") if line.strip() != "{{carried}}")
    return front + without_placeholders("\n".join(lines))


def fill_in(template: str, values: Mapping[str, Any]) -> str:
    """The names replaced, and nothing else done. A key of the frontmatter without a value goes."""
    front, body = _split(template)

    def yaml_value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        return flow_text(values[name]) if values.get(name) not in (None, "") else "null"

    filled = _YAML_NAME.sub(yaml_value, front)
    filled = re.sub(r"^[a-z_]+: null\r?\n", "", filled, flags=re.MULTILINE)
    filled = re.sub(r"\{[a-z_]+: null\}", "{}", filled)
    return filled + _NAME.sub(lambda match: _harmless(match[1], values), body)


def _split(template: str) -> tuple[str, str]:
    head = _FRONTMATTER.match(template)
    return (head[0], template[head.end() :]) if head else ("", template)


def _says_nothing(line: str, values: Mapping[str, Any]) -> bool:
    name = _NAME.fullmatch(line.strip())
    return name is not None and not values.get(name[1])


def _harmless(name: str, values: Mapping[str, Any]) -> str:
    """Foreign words in a body: no HTML, and no brackets that would pass for something to fill in."""
    text = str(values.get(name) or "")
    if name == "carried":
        return text  # lines of this ledger's own bodies
    return re.sub(r"([\[\]])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
