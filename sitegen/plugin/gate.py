"""A public build: the site waits aside until a scan has found it clean, and stands nowhere if it is not."""

import filecmp
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

from sitegen.errors import Problem
from sitegen.ledger import Ledger
from sitegen.publishing import refusals, site_refusals
from sitegen.settings import Settings

_LOG = logging.getLogger("mkdocs.plugins.sitegen")


def set_aside(config: MkDocsConfig) -> None:
    """Nothing stands where sites are published from until a scan has found the new one clean."""
    take_away(config.site_dir)
    config.site_dir = str(unscanned(config.site_dir))


def refuse_ledger(ledger: Ledger) -> None:
    _refuse_if_any(partial(refusals, ledger))


def publish(config: MkDocsConfig, site_dir: str, settings: Settings, denied: tuple[str, ...]) -> None:
    """Looks through the finished site and puts it in its place. Raises PluginError where it must not stand there."""
    waiting = Path(config.site_dir)
    name = Path(site_dir).name
    _refuse_if_any(lambda: site_refusals(waiting, name, settings, denied, _is_of_theme(config)))
    shutil.copytree(waiting, site_dir, dirs_exist_ok=True)
    shutil.rmtree(waiting)
    config.site_dir = site_dir


def leave_nothing(site_dir: str) -> None:
    shutil.rmtree(unscanned(site_dir), ignore_errors=True)
    take_away(site_dir)


def take_away(site_dir: str) -> None:
    """As MkDocs does before each build: a `.git` in it stays, and with it the folder."""
    utils.clean_directory(site_dir)
    with suppress(OSError):
        Path(site_dir).rmdir()


def unscanned(site_dir: str) -> Path:
    """Where a public site waits for its scan: beside its place, so that it lies on the same disk."""
    place = Path(site_dir)
    return place.with_name(f".{place.name}.tmp")


def _refuse_if_any(look: Callable[[], tuple[Problem, ...]]) -> None:
    """Whatever goes wrong while looking is a reason to refuse as well; its words might hold what was looked for."""
    try:
        found = look()
    except Exception as exc:  # noqa: BLE001  # a scan that did not end has found nothing out
        raise PluginError(f"could not scan ({type(exc).__name__}), nothing is published") from None
    for problem in found:
        _LOG.error("%s", problem)
    if found:
        raise PluginError(f"{len(found)} found that must not be published, so nothing is published")


def _is_of_theme(config: MkDocsConfig) -> Callable[[Path], bool]:
    """Whether a file of the site is, byte for byte, one that came with the theme."""

    def is_theirs(path: Path) -> bool:
        name = path.relative_to(config.site_dir)
        theirs = (Path(folder) / name for folder in config.theme.dirs)
        return any(file.is_file() and filecmp.cmp(file, path, shallow=False) for file in theirs)

    return is_theirs
