"""Frames, policy and live rebuilds: the quick ways give the same bytes as the slow ones."""

import base64
import hashlib
import re
import time
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

from sitegen.plugin import SitegenPlugin, frames, overviews
from sitegen.plugin.frames import FramedTemplate
from sitegen.plugin.policy import policy, script_hashes, with_policy
from tests.test_plugin import HOSTILE, build_site, contents, make_ledger

TITLES = {"a": "First", "b": "Second & third", "c": HOSTILE, "d": "sg-frame-c-5d21c3 $& \\\\1", "e": "Last"}


@pytest.fixture(autouse=True)
def _no_banner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


def untrusting(self: FramedTemplate, context: Any) -> str:
    return str(self._template.render(context))


@pytest.mark.parametrize("directory_urls", [False, True])
@pytest.mark.parametrize("address", ["", "https://example.com/ledger/"])
def test_framed_pages_are_what_the_template_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, *, directory_urls: bool
) -> None:
    root = make_ledger(tmp_path, **TITLES)
    options = {
        "use_directory_urls": directory_urls,
        "site_url": address,
        "edit_uri_template": "https://example.com/edit/{path}",
    }
    framed = contents(build_site(root, **options))
    monkeypatch.setattr(FramedTemplate, "render", untrusting)
    assert contents(build_site(root, **options)) == framed


def test_frames_are_used_for_most_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[str] = []
    once = frames._filled

    def counted(frame: Any, page: Any) -> str:
        filled.append(page.url)
        return once(frame, page)

    monkeypatch.setattr(frames, "_filled", counted)
    build_site(make_ledger(tmp_path, **TITLES))
    assert len(filled) == len(TITLES)


# The policy


def test_every_page_has_a_policy_before_anything_else(tmp_path: Path) -> None:
    site = build_site(make_ledger(tmp_path, jwt="JWT", bad=HOSTILE))
    for path in site.rglob("*.html"):
        head = path.read_text(encoding="utf-8").split("<head>", 1)[1].lstrip()
        assert head.startswith('<meta http-equiv="Content-Security-Policy" content="'), path


def test_the_policy_lets_the_inline_scripts_of_the_theme_run_and_no_others(tmp_path: Path) -> None:
    site = build_site(make_ledger(tmp_path, jwt="JWT"))
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        allowed = set(re.findall(r"'sha256-([^']+)'", page))
        assert set(script_hashes(page)) == allowed, path
        assert len(allowed) == 3, path


def test_a_script_in_a_page_is_not_in_its_policy() -> None:
    own = base64.b64encode(hashlib.sha256(b"a()").digest()).decode()
    scripts = "<script>a()</script><script src=x></script><script type=application/json>{}</script>"
    assert script_hashes(scripts) == (own,)
    page = with_policy("<html><head>\n<title>x</title></head>", ("abc=",))
    assert page.index("script-src 'self' 'sha256-abc=';") < page.index("<title>")
    assert "unsafe-inline" not in policy(()).split("style-src")[0]


def test_the_policy_can_be_left_out(tmp_path: Path) -> None:
    root = make_ledger(tmp_path, jwt="JWT")
    config = (root / "mkdocs.yml").read_text(encoding="utf-8")
    (root / "mkdocs.yml").write_text(config.replace("  - sitegen\n", "  - sitegen:\n      policy: false\n"), "utf-8")
    assert "Content-Security-Policy" not in (build_site(root) / "index.html").read_text(encoding="utf-8")


# Live rebuilds


class Served:
    """What `mkdocs serve` does: one plugin, one folder, a build with a newly read configuration after each change."""

    def __init__(self, root: Path, site: Path) -> None:
        self.root, self.site, self.signalled = root, site, 0
        site.mkdir()
        self.config().plugins.on_startup(command="serve", dirty=False)

    def rebuild(self) -> dict[str, int]:
        """When each file of the site was written."""
        build(self.config(), serve_url="http://127.0.0.1:8000/")
        return {name: (self.site / name).stat().st_mtime_ns for name in contents(self.site)}

    def fail_to_rebuild(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as broken:
            broken.setattr("sitegen.plugin.navigation", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                self.rebuild()

    def config(self) -> MkDocsConfig:
        return load_config(str(self.root / "mkdocs.yml"), site_dir=str(self.site), strict=False)

    def overviews(self) -> overviews.Overviews:
        plugin = self.config().plugins["sitegen"]
        assert isinstance(plugin, SitegenPlugin)
        return plugin._overviews

    def wait_for_signal(self) -> None:
        """Until the server would start the next rebuild by itself."""
        signal, end = self.overviews().signal(), time.monotonic() + 60
        while signal.stat().st_mtime_ns == self.signalled:
            assert time.monotonic() < end
            time.sleep(0.01)
        self.signalled = signal.stat().st_mtime_ns


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(make_ledger(tmp_path / "ledger", **TITLES), tmp_path / "site")


def built_anew(root: Path) -> dict[str, bytes]:
    """The same ledger as a server that has just started shows it."""
    serve = Served(root, root.parent / "clean")
    serve.rebuild()
    return contents(serve.site)


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_an_edit_writes_its_page_and_leaves_other_sessions(served: Served) -> None:
    before = served.rebuild()
    edit(served.root / "sessions/2026/2026-02-11-b.md", "Words of a person.", "Other words.")
    after = served.rebuild()
    changed = {name for name in after if name.startswith("2026/") and after[name] != before.get(name)}
    assert changed == {"2026/2026-02-11-b.html"}
    assert contents(served.site) == built_anew(served.root)


def test_a_new_and_a_deleted_session(served: Served) -> None:
    served.rebuild()
    folder = served.root / "sessions/2026"
    text = (folder / "2026-02-11-a.md").read_text(encoding="utf-8").replace("id-1", "id-9").replace("First", "Ninth")
    (folder / "2026-02-12-n.md").write_text(text, encoding="utf-8")
    (folder / "2026-02-11-c.md").unlink()
    after = served.rebuild()
    assert "2026/2026-02-12-n.html" in after
    assert "2026/2026-02-11-c.html" not in after
    assert contents(served.site) == built_anew(served.root)


def test_other_settings_write_every_page(served: Served) -> None:
    served.rebuild()
    (served.root / "sessions.toml").write_text('title = "Another"\n', encoding="utf-8")
    served.rebuild()
    assert contents(served.site) == built_anew(served.root)


def test_after_a_failed_build_every_page_is_written(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.rebuild()
    edit(served.root / "sessions/2026/2026-02-11-b.md", "Words of a person.", "Other words.")
    served.fail_to_rebuild(monkeypatch)
    served.rebuild()
    assert contents(served.site) == built_anew(served.root)


def test_a_public_site_is_whole_after_an_edit(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONS_BUILD", "public")
    for path in (served.root / "sessions").rglob("*.md"):
        edit(path, "state: complete", "state: complete\npublish: true")
    served.rebuild()
    edit(served.root / "sessions/2026/2026-02-11-b.md", "Words of a person.", "Other words.")
    served.rebuild()
    assert contents(served.site) == built_anew(served.root)


# Pages about many sessions, late


@pytest.fixture
def large(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A ledger that counts as a very large one, served."""
    monkeypatch.setattr(overviews, "MANY", len(TITLES))
    monkeypatch.setattr(overviews, "AFTER", 0.0)
    served.rebuild()
    served.signalled = served.overviews().signal().stat().st_mtime_ns
    return served


DOLLARS = ("input: 1000000, output: 0, cost: 5}", "input: 2000000, output: 0, cost: 10}")
SESSION_B = "sessions/2026/2026-02-11-b.md"


def test_an_edited_session_comes_first_and_the_sums_follow(large: Served) -> None:
    before = contents(large.site)
    edit(large.root / SESSION_B, *DOLLARS)
    large.rebuild()
    first = contents(large.site)
    # Its own page, and for their running totals those after it in its project.
    assert {name for name in first if first[name] != before.get(name)} == {
        f"2026/2026-02-11-{name}.html" for name in "bcde"
    }
    assert first.keys() == before.keys()
    large.wait_for_signal()
    large.rebuild()
    assert contents(large.site) == built_anew(large.root)


def test_edits_while_sums_are_made_are_all_in_them(large: Served) -> None:
    edit(large.root / SESSION_B, *DOLLARS)
    large.rebuild()
    edit(large.root / "sessions/2026/2026-02-11-d.md", *DOLLARS)
    large.rebuild()
    large.wait_for_signal()
    for _ in range(3):
        large.rebuild()
        if not large.overviews().late:
            break
        large.wait_for_signal()
    assert contents(large.site) == built_anew(large.root)


def test_a_session_of_a_new_project_is_in_all_pages_at_once(large: Served) -> None:
    edit(large.root / SESSION_B, "project: shop-api", "project: another")
    large.rebuild()
    assert not large.overviews().late
    assert contents(large.site) == built_anew(large.root)


def test_other_settings_are_in_all_pages_at_once(large: Served) -> None:
    (large.root / "sessions.toml").write_text('title = "Another"\n', encoding="utf-8")
    large.rebuild()
    assert not large.overviews().late
    assert contents(large.site) == built_anew(large.root)


def test_after_a_failed_build_nothing_is_late(large: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(large.root / SESSION_B, *DOLLARS)
    large.fail_to_rebuild(monkeypatch)
    large.rebuild()
    assert contents(large.site) == built_anew(large.root)


def test_a_fault_in_late_pages_is_told_by_the_rebuild(large: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(large.root / SESSION_B, *DOLLARS)
    with monkeypatch.context() as broken:
        broken.setattr("sitegen.pages.months_page", lambda _: 1 / 0)
        large.rebuild()
        large.wait_for_signal()
        with pytest.raises(ZeroDivisionError):
            large.rebuild()


def test_the_signal_is_watched_and_goes_with_the_server(large: Served) -> None:
    config, signal = large.config(), large.overviews().signal()
    with LiveReloadServer(lambda: None, "127.0.0.1", 0, str(large.site)) as server:
        config.plugins.on_serve(server, config=config, builder=server.builder)
        assert {Path(path).name for path in server._watched_paths} == {"sessions.toml", signal.name}
    config.plugins.on_shutdown()
    assert not signal.exists()
