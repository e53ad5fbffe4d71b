"""Style and script of the site: one file each for the browser, one for each part of the site here."""

from functools import cache
from pathlib import Path

from sitegen.pages.site import MadeFile

_ASSETS = Path(__file__).parent.parent / "assets"


@cache
def asset_files() -> tuple[MadeFile, ...]:
    """`assets/sitegen/sitegen.css` and `….js`: the parts in order of their names."""
    return tuple(MadeFile(f"assets/sitegen/sitegen.{suffix}", _joined(suffix)) for suffix in ("css", "js"))


def _joined(suffix: str) -> str:
    return "\n".join(part.read_text(encoding="utf-8") for part in sorted(_ASSETS.glob(f"*.{suffix}")))
