"""`sessions export pages`: the pages on disk make the same site without our plugin, and nothing else is touched."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import markdown
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import ProblemError
from sitegen.exporting import exported_pages, folders, markdown_page, write_folder
from sitegen.exporting.markdown_pages import unchanged_by_markdown
from sitegen.ledger import load_ledger
from sitegen.markup import Html, el, text
from sitegen.pages import Page, site_of
from tests.conftest import Run
from tests.made_sessions import made_ledger, made_row, made_session
from tests.site_articles import articles, events_of, first_difference

ROOT = Path(__file__).parent.parent
SESSION = """---
schema: 1
title: {title}
project: {project}
started: '2026-02-{day}T20:36:53+01:00'
ended: '2026-02-{day}T21:46:25+01:00'
active: '0:52'
state: complete
tags: [{tag}]
usage:
- {{time: '20:36', task: First, model: claude-opus-4-8, requests: 2, input: 1000000, output: 0, cost: 5}}
totals: {{requests: 2, input: 1000000, output: 0, cost: 5}}
prices:
  claude-opus-4-8: {{input: 5, output: 25, source: my own list}}
---

# Words

{body}
"""
HOSTILE_BODY = """
Some *words* with_underscores_in_them & an &amp; and | pipes | and <b>tags</b>, `code | *a*`, {{ braces }} and {: .c }.

    indented\twith a tab

```python
def a():
\treturn "```"

   \t
~~~
    return 2
~~~
```

| a | b |
|---|---|
| 1 \\| 2 | *3* |

--8<-- "secret.txt"

[^1]: A note. [TOC] *[HTML]: Hyper &copy; &nbsp; --- ... "quoted" :smile: ==marked== ++key++ $x$ !!! note
"""
MATERIAL = [
    *("abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc", "fenced_code"),
    *("pymdownx.betterem", "pymdownx.caret", "pymdownx.details", "pymdownx.highlight", "pymdownx.inlinehilite"),
    *("pymdownx.keys", "pymdownx.magiclink", "pymdownx.mark", "pymdownx.smartsymbols", "pymdownx.superfences"),
    *("pymdownx.tabbed", "pymdownx.tasklist", "pymdownx.tilde", "smarty", "nl2br", "sane_lists", "wikilinks"),
]


def mkdocs(folder: Path, site: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(folder / "mkdocs.yml")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "0"}
    run = subprocess.run(
        [*command, "--site-dir", str(site)], check=False, capture_output=True, text=True, env=environment, cwd=folder
    )
    assert run.returncode == 0, run.stdout + run.stderr


def assert_same_site(root: Path, folder: Path, tmp_path: Path) -> None:
    """Every page's article, and every file that is no page and not the theme's or the search's."""
    mkdocs(root, tmp_path / "one")
    mkdocs(folder, tmp_path / "other")
    one, other = articles(tmp_path / "one"), articles(tmp_path / "other")
    assert sorted(one) == sorted(other)
    differing = {name: first_difference(one[name], other[name]) for name in one if one[name] != other[name]}
    assert differing == {}
    assert made_files(tmp_path / "one") == made_files(tmp_path / "other")


def made_files(site: Path) -> dict[str, bytes]:
    """Data, style and script. What lists addresses or entries of a search is the generator's."""
    theirs = re.compile(r"assets/(?!sitegen/)|search/|sitemap\.xml|.*\.html")
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(files.items()) if not theirs.match(name)}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def add_session(
    ledger: Path, name: str, *, title: str = "JWT", project: str = "shop", tag: str = "a", body: str = "Words."
) -> Path:
    """`name` begins with the day."""
    path = ledger / "sessions" / "2026" / f"2026-02-{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    quoted = {"title": front_value(title), "project": front_value(project)}
    path.write_text(SESSION.format(**quoted, tag=tag, day=name[:2], body=body), encoding="utf-8")
    return path


def front_value(words: str) -> str:
    return json.dumps(words, ensure_ascii=False).replace("\u2028", "\\u2028")


def test_the_sample_ledger_makes_the_same_site_with_the_plugin_and_from_pages(tmp_path: Path, sessions: Run) -> None:
    run = sessions("-C", ROOT, "export", "pages", tmp_path / "pages")
    assert (run.returncode, run.stdout) == (0, f"{tmp_path / 'pages' / 'mkdocs.yml'}\n"), run.stderr
    assert_same_site(ROOT, tmp_path / "pages", tmp_path)


def test_a_ledger_full_of_marks_makes_the_same_site_both_ways(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    """With more projects than the navigation shows, and a name that MkDocs would leave out as a folder."""
    add_session(ledger, "01-jwt", title='--- "A": <b>&amp;</b> #{x} \\ 😀 \u2028 `y` | *z* ', body=HOSTILE_BODY)
    for number in range(10, 28):
        add_session(ledger, f"{number}-one", project=f"p{number}", tag=f"t-{number}")
        add_session(ledger, f"{number}-two", project=f"q & <i>{number}</i>")
    add_session(ledger, "28-templates", project="templates", tag="readme")
    (ledger / "secret.txt").write_text("what stands here", encoding="utf-8")
    run = sessions("-C", ledger, "export", "pages", tmp_path / "pages")
    assert run.stdout, run.stderr
    pages = contents(tmp_path / "pages" / "docs")
    assert not any(b"what stands here" in content for content in pages.values())
    configuration = yaml.safe_load((tmp_path / "pages" / "mkdocs.yml").read_text(encoding="utf-8"))
    outside = configuration["not_in_nav"].split()
    assert "/2026/" in outside
    assert sum(line.startswith("/projects/") for line in outside) == 8
    assert_same_site(ledger, tmp_path / "pages", tmp_path)


@pytest.mark.parametrize("extensions", [["toc", "tables", "fenced_code"], MATERIAL], ids=["mkdocs", "material"])
@given(words=st.text(st.sampled_from("\n\n\n \t`~`~#*_|&<>-+:[]{}()!=a1\r\u00a0\u2028") | st.characters()))
def test_no_body_is_changed_by_markdown(extensions: list[str], words: str) -> None:
    body = el("div", "\n", el("h1", words), "\n", el("pre", el("code", words)), el("p", "a", title=words), "\n")
    passed = unchanged_by_markdown(body)
    assert "\n\n" not in passed
    assert "\t" not in passed
    shown = markdown.markdown(passed, extensions=extensions)
    # A browser reads each end of a line as one.
    plain = body.replace("\r\n", "\n").replace("\r", "\n")
    assert events_of(shown) == events_of(plain)


def test_a_long_page_passes_through_whole() -> None:
    rows = (el("tr", el("td", f"{number} | *a* _b_ & ``` <c>"), "\n") for number in range(4_000))
    body = el("div", "\n", el("table", *rows), "\n")
    shown = markdown.markdown(unchanged_by_markdown(body), extensions=["toc", "tables", "fenced_code"])
    assert shown == body


def test_the_front_matter_is_ours_alone() -> None:
    page = Page("2026/a.md", 'A: "b" <i>\n---\ntemplate: x', Html("<div></div>"), "session", description="#\u2028\x85{")
    _, front, body = markdown_page(page).decode().split("---\n", 2)
    assert yaml.safe_load(front) == {
        "title": text(page.title),
        "description": text(page.description),
        "hide": ["toc"],
        "search": {"exclude": True},
    }
    assert body == "\n<div></div>\n"
    assert all(line[0] in " tdhs" for line in front.splitlines())


def test_the_front_matter_of_other_pages_leaves_them_to_the_search() -> None:
    front = markdown_page(Page("all/index.md", "All", Html("<div></div>"), "sessions")).decode()
    assert "search" not in front
    assert 'title: "All"' in front
    assert "title" not in markdown_page(Page("index.md", "All", Html("<div></div>"), "dashboard")).decode()


def test_the_configuration_is_that_of_a_ledger_without_the_plugin() -> None:
    ours = yaml.safe_load((ROOT / "sitegen" / "ledger_files" / "mkdocs.yml").read_text(encoding="utf-8"))
    made = exported_pages(site_of(made_ledger(made_session(), title="A <b>: #"), address="https://a.example/x/"))
    theirs = yaml.safe_load(made["mkdocs.yml"])
    assert theirs["theme"] == {**ours["theme"], "variant": "classic"}
    assert {key: theirs[key] for key in ("strict", "validation", "use_directory_urls")} == {
        key: ours[key] for key in ("strict", "validation", "use_directory_urls")
    }
    assert theirs["plugins"] == ["search"]
    assert theirs["site_name"] == "A &lt;b&gt;: #"
    assert theirs["site_url"] == "https://a.example/x/"
    named = {uri for entry in theirs["nav"] for value in entry.values() for uri in [value] if isinstance(uri, str)}
    assert named <= {path.removeprefix("docs/") for path in made}
    assert all(f"docs/{path}" in made for key in ("extra_css", "extra_javascript") for path in theirs[key])


def test_the_same_ledger_gives_the_same_files() -> None:
    sessions = (made_session("sessions/2026/a.md", made_row()), made_session("sessions/2026/b.md", made_row()))
    first = exported_pages(site_of(made_ledger(*sessions)))
    assert exported_pages(site_of(made_ledger(*sessions))) == first
    assert list(first) == sorted(first)


def test_a_second_run_writes_only_what_changed(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger, "01-jwt")
    gone = add_session(ledger, "02-other", project="other")
    folder = tmp_path / "pages"
    assert sessions("-C", ledger, "export", "pages", folder).stdout
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("built", encoding="utf-8")
    (folder / "docs" / "mine.txt").write_text("mine", encoding="utf-8")
    before = contents(folder)
    again = sessions("-C", ledger, "export", "pages", folder)
    assert "0 files written, 0 removed" in again.stderr
    assert contents(folder) == before
    assert (folder / ".sessions-export").stat().st_mtime == 1
    gone.unlink()
    changed = sessions("-C", ledger, "export", "pages", folder)
    assert ", 2 removed, " in changed.stderr or ", 3 removed, " in changed.stderr
    assert not (folder / "docs/projects/other.md").exists()
    assert (folder / "docs/mine.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "site/index.html").read_text(encoding="utf-8") == "built"
    assert (folder / "docs/2026/2026-02-01-jwt.md").stat().st_mtime == 1 or "2026-02-01-jwt.md" in changed.stdout
    assert (folder / "docs/assets/sitegen/sitegen.css").stat().st_mtime == 1


def test_incognito_pages_hold_no_amount(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger, "01-jwt")
    by_option = sessions("-C", ledger, "export", "pages", tmp_path / "one", "--incognito")
    by_variable = sessions("-C", ledger, "export", "pages", tmp_path / "other", SESSIONS_BUILD="incognito")
    assert (by_option.returncode, by_variable.returncode) == (0, 0), by_option.stderr + by_variable.stderr
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    made = {name: content for name, content in contents(tmp_path / "one").items() if "/assets/" not in name}
    pages = b"".join(made.values())
    assert b"Amounts are hidden" in pages
    assert re.findall(rb"\$\d|1,000,000|1000000|\b1\.0M\b", pages) == []


def test_only_marked_sessions_where_the_settings_say_so(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    add_session(ledger, "01-jwt", title="Hidden words")
    settings = ledger / "sessions.toml"
    words = settings.read_text(encoding="utf-8")
    settings.write_text(words.replace('# publish = "all"', 'publish = "marked"'), encoding="utf-8")
    assert load_ledger(ledger).settings.publish == "marked"
    assert sessions("-C", ledger, "export", "pages", tmp_path / "pages").stdout
    assert not any(b"Hidden words" in content for content in contents(tmp_path / "pages").values())


def test_there_is_no_public_export(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "export", "pages", tmp_path / "pages", SESSIONS_BUILD="public")
    assert run.returncode == 1
    assert run.stderr.startswith("SESSIONS_BUILD:1:1: error[export]: `public` needs a scan of the finished site")
    assert "`sessions build --public`" in run.stderr
    assert not (tmp_path / "pages").exists()


def test_a_ledger_with_an_error_is_exported_and_said(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    path = add_session(ledger, "01-jwt")
    path.write_text(path.read_text(encoding="utf-8").replace("cost: 5}", "cost: 6}", 1), encoding="utf-8")
    run = sessions("-C", ledger, "export", "pages", tmp_path / "pages")
    assert run.returncode == 1
    assert "error[row-cost]" in run.stderr
    assert (tmp_path / "pages" / "mkdocs.yml").is_file()


@pytest.mark.parametrize("place", ["sessions", "sessions/2026/x", "sessions/../sessions/y"])
def test_it_does_not_write_among_the_sessions(ledger: Path, sessions: Run, place: str) -> None:
    before = contents(ledger)
    run = sessions("-C", ledger, "export", "pages", ledger / place)
    assert run.returncode == 1
    assert "where each Markdown file is a session; must be elsewhere" in run.stderr
    assert contents(ledger) == before


def test_a_site_has_an_address_of_the_web(tmp_path: Path, ledger: Path, sessions: Run) -> None:
    run = sessions("-C", ledger, "export", "pages", tmp_path / "pages", "--site-url", "javascript:alert(1)")
    assert run.returncode == 1
    assert "must begin with `https://` or `http://`" in run.stderr
    assert not (tmp_path / "pages").exists()


def refusal(folder: Path, files: dict[str, bytes]) -> str:
    """What is said; and nothing changes."""
    before = contents(folder)
    with pytest.raises(ProblemError) as caught:
        write_folder(folder, files)
    assert contents(folder) == before
    return str(caught.value)


FILES = {"docs/a.md": b"a", "docs/x/y/b.md": b"b", "mkdocs.yml": b"c"}


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    said = refusal(tmp_path, FILES)
    assert f"{tmp_path}:1:1: error[export]: the folder is not empty and has no .sessions-export" in said
    assert "must be empty, new or an export" in said


def test_a_new_git_repository_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert write_folder(tmp_path, FILES).written == tuple(FILES)


def test_a_file_in_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(ProblemError, match="cannot export: "):
        write_folder(tmp_path / "file", FILES)


def test_only_what_was_made_is_removed_with_folders_that_are_empty_then(tmp_path: Path) -> None:
    write_folder(tmp_path, FILES)
    (tmp_path / "docs/x/mine.txt").write_text("mine", encoding="utf-8")
    outcome = write_folder(tmp_path, {"docs/a.md": b"a2", "mkdocs.yml": b"c"})
    assert (outcome.written, outcome.removed, outcome.unchanged) == (
        ("docs/a.md",),
        ("docs/x/y/b.md",),
        ("mkdocs.yml",),
    )
    assert sorted(contents(tmp_path)) == [".sessions-export", "docs/a.md", "docs/x/mine.txt", "mkdocs.yml"]
    assert not (tmp_path / "docs/x/y").exists()


def test_the_list_is_as_sha256sum_reads_it(tmp_path: Path) -> None:
    write_folder(tmp_path, FILES)
    lines = (tmp_path / ".sessions-export").read_text(encoding="utf-8").splitlines()
    assert [line[66:] for line in lines] == sorted(FILES)
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--quiet", ".sessions-export"], check=True, cwd=tmp_path)


@pytest.mark.parametrize("files", [FILES, {**FILES, "docs/a.md": b"new"}, {"mkdocs.yml": b"c"}], ids=len)
def test_a_file_changed_by_hand_is_neither_replaced_nor_removed(tmp_path: Path, files: dict[str, bytes]) -> None:
    write_folder(tmp_path, FILES)
    (tmp_path / "docs/a.md").write_text("by hand", encoding="utf-8")
    said = refusal(tmp_path, files)
    assert f"{tmp_path / 'docs/a.md'}:1:1: error[export]: this file was changed by hand since" in said


def test_a_file_of_others_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    write_folder(tmp_path, {"mkdocs.yml": b"c"})
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("mine", encoding="utf-8")
    assert "another hand wrote this file" in refusal(tmp_path, FILES)


def test_a_file_that_someone_removed_comes_back(tmp_path: Path) -> None:
    write_folder(tmp_path, FILES)
    (tmp_path / "docs/a.md").unlink()
    assert write_folder(tmp_path, FILES).written == ("docs/a.md",)


@pytest.mark.parametrize("link", ["docs", "docs/x", "docs/a.md", ".sessions-export"])
def test_no_link_is_followed(tmp_path: Path, link: str) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    write_folder(folder, FILES)
    (folder / link).rename(outside)
    (folder / link).symlink_to(outside)
    before = contents(outside) if outside.is_dir() else outside.read_bytes()
    said = refusal(folder, {"docs/a.md": b"new"})
    assert "error[export]: this is " in said
    assert (contents(outside) if outside.is_dir() else outside.read_bytes()) == before


def test_a_link_to_the_folder_itself_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_folder(tmp_path / "link", FILES)
    assert (tmp_path / "real/docs/a.md").read_bytes() == b"a"


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "docs/../../secret.txt", "docs//a.md", ".", "docs/a"])
def test_a_list_that_leads_out_of_the_folder_removes_nothing(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "folder"
    write_folder(folder, FILES)
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"a")
    listed = folder / ".sessions-export"
    digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afe8bb6" + ("b" if path != "docs/a" else "")
    listed.write_text(f"{listed.read_text(encoding='utf-8')}{digest}  {path}\n", encoding="utf-8")
    assert f"{listed}:4:1: error[export]: this line names no file of this folder" in refusal(folder, FILES)
    assert secret.read_bytes() == b"a"


@pytest.mark.parametrize("at", range(6))
def test_a_run_that_was_killed_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    new = {"docs/a.md": b"new", "docs/c.md": b"c", "mkdocs.yml": b"d"}
    write_folder(tmp_path, FILES)
    steps, real = iter(range(100)), folders._save

    def killed(root: Path, path: str, content: bytes) -> None:
        if next(steps) == at:
            (root / ".sessions-export.tmp").write_bytes(content[:1])
            raise KeyboardInterrupt
        real(root, path, content)

    with monkeypatch.context() as patched:
        patched.setattr(folders, "_save", killed)
        with pytest.raises(KeyboardInterrupt) if at < 5 else nullcontext():
            write_folder(tmp_path, new)
    write_folder(tmp_path, new)
    assert {name: content for name, content in contents(tmp_path).items() if not name.startswith(".")} == new
    assert (tmp_path / ".sessions-export").read_text(encoding="utf-8").count("\n") == 3
