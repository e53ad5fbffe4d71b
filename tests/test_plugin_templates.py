"""The theme's templates, compiled once: by what stands in a folder, never by what is wrong with it."""

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from sitegen.plugin.templates import RememberedTemplates


def rendered(folder: Path, text: str = "Hello {{ name }}") -> tuple[str, bool]:
    """The words, and whether a template had to be compiled for them."""
    compiled = []

    class Watched(Environment):
        def compile(self, *args: object, **options: object) -> object:  # type: ignore[override]
            compiled.append(args)
            return super().compile(*args, **options)  # type: ignore[call-overload]

    environment = Watched(loader=DictLoader({"a": text}), bytecode_cache=RememberedTemplates(folder))  # no HTML
    return environment.get_template("a").render(name="you"), bool(compiled)


def test_a_template_is_compiled_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "templates"
    assert rendered(folder) == ("Hello you", True)
    assert rendered(folder) == ("Hello you", False)
    assert folder.stat().st_mode & 0o077 == 0


def test_one_with_other_words_is_compiled_anew(tmp_path: Path) -> None:
    rendered(tmp_path)
    assert rendered(tmp_path, "Bye {{ name }}") == ("Bye you", True)
    assert rendered(tmp_path, "Bye {{ name }}") == ("Bye you", False)


@pytest.mark.parametrize("damage", [b"", b"j2", b"\x80\x04garbage", None])
def test_a_damaged_file_is_as_none(tmp_path: Path, damage: bytes | None) -> None:
    rendered(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:40] if damage is None else damage)
    assert rendered(tmp_path) == ("Hello you", True)
    assert rendered(tmp_path) == ("Hello you", False)


def test_where_nothing_can_be_written_it_is_merely_slower(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert rendered(tmp_path / "file") == ("Hello you", True)
    assert rendered(tmp_path / "file") == ("Hello you", True)
