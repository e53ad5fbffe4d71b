"""What the theme makes of a page without any text of a session: the measure of which inline scripts are its own."""

from typing import Any
from urllib.parse import urlsplit

from mkdocs import utils
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation

from sitegen.markup import Html
from sitegen.pages import Page
from sitegen.plugin.made_pages import SitePage
from sitegen.plugin.policy import script_hashes


class ReferencePages:
    """The theme's inline scripts differ by how deep in the site a page lies, and by nothing else about it."""

    def __init__(self, environment: Any, config: MkDocsConfig) -> None:
        self._environment = environment
        self._config = config
        self._by_base: dict[str, tuple[str, ...]] = {}

    def hashes_of_page(self, url: str) -> tuple[str, ...]:
        base = utils.get_relative_url(".", url)
        if base not in self._by_base:
            self._by_base[base] = script_hashes(self._blank("main.html", base))
        return self._by_base[base]

    def hashes_of_template(self, name: str) -> tuple[str, ...]:
        """Of `404.html`, which may be shown at any depth and so names the site's own address."""
        base = urlsplit(self._config.site_url or "/").path if name == "404.html" else utils.get_relative_url(".", name)
        return script_hashes(self._blank(name, base))

    def _blank(self, template: str, base: str) -> str:
        file = File.generated(self._config, "blank.md", content="", inclusion=InclusionLevel.NOT_IN_NAV)
        page = SitePage(Page("blank.md", "", Html(""), "blank"), file, self._config, "")
        page.read_source(self._config)
        page.render(self._config, Files([]))
        context = get_context(Navigation([], []), [], self._config, page)
        return str(self._environment.get_template(template).render({**context, "base_url": base}))
