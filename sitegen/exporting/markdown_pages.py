"""Pages → a folder of Markdown with an `mkdocs.yml`: the same site for any generator that reads one, with no plugin."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path, PurePosixPath

from sitegen.markup import Html, text
from sitegen.pages import Page, Section, Site, asset_files, files_of, navigation, pages_of

_DOCS = "docs"
_OUTSIDE = frozenset({"session"})
"""Kinds of pages that are not searched: they would be most of the index, and the list of sessions names each."""
_FENCE = re.compile(r"^( *)([`~])(?=\2\2)", re.MULTILINE)
_HEAD = """\
# Made by `sessions export pages`, which writes it anew. `mkdocs build`, with Material, and `zensical build` read it.
# For changes of your own, copy this folder first: a file changed by hand ends the next export.
"""


def exported_pages(site: Site) -> Mapping[str, bytes]:
    """By path in the folder, in order of the paths. The same site gives the same bytes."""
    pages = pages_of(site)
    files = {f"{_DOCS}/{page.uri}": markdown_page(page) for page in pages}
    for made in files_of(site):
        files[f"{_DOCS}/{made.uri}"] = made.content if isinstance(made.content, bytes) else made.content.encode()
    files["mkdocs.yml"] = _configuration(site, pages, navigation(pages)).encode()
    return dict(sorted(files.items()))


def markdown_page(page: Page) -> bytes:
    """Its front matter is ours alone: each value is a string of JSON, which YAML reads as it is, or a constant."""
    # Generators print titles and descriptions as HTML. That of the first page comes from the navigation.
    title = [] if page.kind == "dashboard" else [f"title: {_quoted(text(page.title))}"]
    hidden = ["search:", "  exclude: true"] if page.kind in _OUTSIDE else []
    front = (*title, f"description: {_quoted(text(page.description))}", "hide:", "  - toc", *hidden)
    return "\n".join(("---", *front, "---", "", unchanged_by_markdown(page.body), "")).encode()


def unchanged_by_markdown(body: Html) -> str:
    """The same HTML, written so that no Markdown parser changes it: one block without a blank line, which would end it
    for some; without tabs, which become blanks; and without a fence, for which some look even inside HTML.
    """
    plain = body.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "&#9;")
    plain = re.sub(r"(?<=\n) (?= *\n)", "&#32;", plain)
    plain = re.sub(r"(?<=\n)\n", "&#10;", plain)
    return _FENCE.sub(lambda found: f"{found[1]}&#{ord(found[2])};", plain)


def _configuration(site: Site, pages: Sequence[Page], sections: Sequence[Section]) -> str:
    ledgers_own = (Path(__file__).parent.parent / "ledger_files" / "mkdocs.yml").read_text(encoding="utf-8")
    theme = _block(ledgers_own, "theme")
    address = [f"site_url: {_quoted(site.address)}"] if site.address else []
    assets = {suffix: [file.uri for file in asset_files() if file.uri.endswith(suffix)] for suffix in ("css", "js")}
    return "\n".join(
        (
            f"{_HEAD}site_name: {_quoted(text(site.title))}",
            *address,
            f"docs_dir: {_DOCS}",
            "site_dir: site",
            "strict: true",
            "use_directory_urls: " + ("true" if site.directory_urls else "false"),
            "",
            # What Zensical calls the look of Material; MkDocs does not know the word and passes over it.
            theme.replace("  name: material\n", "  name: material\n  variant: classic\n", 1),
            "plugins:",
            "  - search",
            "",
            "# The pages are HTML already.",
            "markdown_extensions: []",
            f"extra_css: {json.dumps(assets['css'])}",
            f"extra_javascript: {json.dumps(assets['js'])}",
            "",
            "nav:",
            *(line for section in sections for line in _nav_lines(section)),
            "not_in_nav: |",
            *(f"  {pattern}" for pattern in _outside_of(sections, pages)),
            "",
            _block(ledgers_own, "validation"),
        )
    )


def _nav_lines(section: Section) -> Iterator[str]:
    if not section.below:
        yield f"  - {_quoted(text(section.title))}: {_quoted(section.uri)}"
        return
    yield f"  - {_quoted(text(section.title))}:"
    yield from (f"      - {_quoted(uri)}" for uri in (section.uri, *section.below))


def _outside_of(sections: Iterable[Section], pages: Iterable[Page]) -> list[str]:
    """Patterns as in a `.gitignore`: a folder of the top where no page below it is in the navigation, else the page."""
    shown = {uri for section in sections for uri in (section.uri, *section.below)}
    tops = {PurePosixPath(uri).parts[0] for uri in shown}
    outside = [PurePosixPath(page.uri) for page in pages if page.uri not in shown]
    return sorted({f"/{uri}" if uri.parts[0] in tops else f"/{uri.parts[0]}/" for uri in outside})


def _block(configuration: str, key: str) -> str:
    """The lines of one key with all below it, without comments."""
    after = dropwhile(lambda line: line != f"{key}:", configuration.splitlines())
    block = (next(after), *takewhile(lambda line: line.startswith(" "), after))
    return "\n".join((*(line for line in block if not line.lstrip().startswith("#")), ""))


def _quoted(words: str) -> str:
    """A string in JSON is one in YAML too, but for the characters that end a line in YAML alone."""
    quoted = json.dumps(words, ensure_ascii=False)
    return quoted.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
