"""The layout tells the way of the data: each module imports only from those before it."""

import ast
from pathlib import Path

import pytest

import sitegen

ROOT = Path(sitegen.__file__).parent
LAYERS = (
    "errors", "tokens", "display", "processes", "spool", "hooks", "masking", "frontmatter", "prices",
    "settings", "transcripts", "code_metrics", "body", "session",
    "schema", "rollups", "items", "decisions", "loops", "records", "bills", "reconciling", "body_limits", "handwritten",
    "blocks", "fill", "templates", "store", "merging", "ledger", "importing", "entering", "beginning",
    "ending", "explaining",
    "slips", "rules", "fixing", "checking",
    "markup", "charts", "prose", "pictures", "html_store", "pages", "publishing", "exporting", "plugin", "api", "cli",
    "start",
)  # fmt: skip
HOMES = {
    "typer": {"cli"},
    "mkdocs": {"plugin"},
    "anthropic": {"api"},
    "genai_prices": {"prices"},
    "yaml": {"frontmatter"},
    "ruamel": {"frontmatter"},
    "click": set(),
}
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).as_posix() != "__init__.py")


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by relative name"
            names.add(node.module or "")
            if node.module == "sitegen":
                names |= {f"sitegen.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_only_from_earlier_layers(path: Path) -> None:
    own = layer_of(path)
    assert own in LAYERS, f"give {own} a place among the layers"
    for name in imported_names(path):
        top, _, rest = name.partition(".")
        if top == "sitegen" and rest and rest != "__version__":
            layer = rest.split(".")[0]
            assert LAYERS.index(layer) <= LAYERS.index(own), f"{own} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_framework_is_known_in_one_place(path: Path) -> None:
    for name in imported_names(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or layer_of(path) in homes, f"{path} imports {name}"
