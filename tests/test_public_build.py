"""`sessions build --public` and `--incognito`, by real builds: what must not be on a site is nowhere in its folder."""

import gzip
import html
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

import sitegen.publishing
from sitegen.display import Amounts, share
from sitegen.errors import Problem, ProblemError, Severity
from sitegen.ledger import load_ledger
from sitegen.masking import find_secrets
from sitegen.pages.incognito import hide_amounts
from sitegen.publishing import Build, build_of, denied_words, readings, refusals, site_refusals
from sitegen.settings import Settings
from tests.conftest import Run
from tests.planted_secrets import ANTHROPIC

MAIL = "jorun@shop.test"
SESSION = """---
schema: 1
title: {title}
{publish}project: {project}
started: '2026-{month}-11T20:36:53+01:00'
ended: '2026-{month}-11T21:46:25+01:00'
active: '0:52'
state: complete
tags: [{project}-tag]
source: {{kind: claude-code, sessions: [{title}], digest: 'sha256:{title}', reported_cost: 7.77}}
usage:
- {{{first}}}
- {{time: '20:50', task: More, model: claude-haiku-4-5-20251001, requests: 9, input: 1000000, output: 0, cost: 1}}
totals: {{requests: 182, input: {total}, output: 76543, cost: {whole}}}
prices:
  claude-opus-4-6: {{input: 5, output: 25, source: my own list}}
  claude-haiku-4-5-20251001: {{input: 1, output: 5, source: my own list}}
---

# {title}

{body}
"""
FIRST = (
    "time: '20:36', task: 'Task of {title}', model: claude-opus-4-6, requests: 173, input: {input}, output: 76543, "
    "cost: {cost}, tools: {{Read: 1234}}"
)
"""Two rows, with figures that would be known again anywhere."""


def add_session(root: Path, name: str, body: str = "Words.", *, publish: bool = False, month: str = "02") -> Path:
    number = 1_234_567 + 10_000 * len(list((root / "sessions").rglob("*.md")))
    cost = Decimal(number * 5 + 76_543 * 25) / 1_000_000
    text = SESSION.format(
        title=name,
        publish="publish: true\n" if publish else "",
        project=f"project-of-{name}",
        month=month,
        first=FIRST.format(title=name, input=number, cost=cost),
        total=number + 1_000_000,
        cost=cost,
        whole=cost + 1,
        body=body,
    )
    path = root / "sessions" / "2026" / f"2026-{month}-11-{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def contents(site: Path) -> dict[str, str]:
    """Every file of the site as text, its name included; the theme's own scripts and pictures are left out."""
    found = {}
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        if path.is_file() and (not name.startswith("assets/") or "sitegen" in name):
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found[name] = f"{name}\n{raw.decode('utf-8')}"
    return found


def allow(root: Path, text: str) -> None:
    settings = root / "sessions.toml"
    entry = f'\n[[privacy.allow]]\ndigest = "{find_secrets(text)[0].digest}"\nreason = "ours"\n'
    settings.write_text(settings.read_text() + entry)


def words_of(page: str) -> str:
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_only_marked_sessions_exist_for_a_public_site(ledger: Path, sessions: Run) -> None:
    add_session(ledger, "alpha", f"Ask {MAIL}. See [beta](2026-03-11-beta.md).", publish=True)
    add_session(ledger, "beta", f"Ask {MAIL} too.", month="03")
    (ledger / "sessions" / "broken-gamma.md").write_text("---\ntitle: [\n---\n")
    allow(ledger, MAIL)
    (ledger / "site").mkdir()
    (ledger / "site" / "old.html").write_text("old")
    assert sessions("-C", ledger, "build", "--public").returncode == 1, "the broken file is an error of the ledger"
    assert not (ledger / "site").exists()
    (ledger / "sessions" / "broken-gamma.md").unlink()
    run = sessions("-C", ledger, "build", "--public")
    assert run.returncode == 0, run.stderr
    found = contents(ledger / "site")
    assert "2026/2026-02-11-alpha.html" in found
    assert "1 of 2 sessions are published." in found["index.html"]
    assert MAIL in found["2026/2026-02-11-alpha.html"]
    prose = found.pop("2026/2026-02-11-alpha.html")
    assert [name for name, text in found.items() if re.search(r"beta|gamma|March|2026-03", text)] == []
    assert "Not shown on this site" in words_of(found["problems/index.html"])
    assert "href" not in re.findall(r"<a[^>]*>beta</a>", prose)[0]
    assert "$9.09" in words_of(found["index.html"]), "the total is that of what is published"
    assert not list(ledger.glob(".site*"))


def test_the_settings_can_make_marking_hold_for_every_build(ledger: Path, sessions: Run) -> None:
    add_session(ledger, "alpha", publish=True)
    add_session(ledger, "beta", month="03")
    settings = ledger / "sessions.toml"
    settings.write_text(settings.read_text().replace("[privacy]\n", '[privacy]\npublish = "marked"\n'))
    assert sessions("-C", ledger, "build").returncode == 0
    found = contents(ledger / "site")
    assert "2026/2026-02-11-alpha.html" in found
    assert [name for name, text in found.items() if "beta" in text] == []


def test_nothing_is_built_from_files_with_findings(ledger: Path, sessions: Run) -> None:
    add_session(ledger, "alpha", MAIL, publish=True)
    add_session(ledger, "beta", f"{ANTHROPIC} and {MAIL}", month="03")
    settings = ledger / "sessions.toml"
    silenced = '[rules]\nsecret = "off"\npersonal-data = "off"\n'
    settings.write_text(settings.read_text().replace("[rules]\n", silenced))
    (ledger / "site").mkdir()
    (ledger / "site" / "index.html").write_text("an older site")
    run = sessions("-C", ledger, "build", "--public")
    assert run.returncode == 1
    assert re.findall(r"2026/(\S+): error\[([a-z-]+)\]", run.stderr) == [
        ("2026-02-11-alpha.md:23:1", "personal-data"),
        ("2026-03-11-beta.md:22:1", "secret"),
    ]
    assert "2 found that must not be published, so nothing is published" in run.stderr
    assert not (ledger / "site").exists()
    assert ANTHROPIC not in run.stdout + run.stderr
    assert MAIL not in run.stdout + run.stderr


def test_the_finished_site_is_looked_through(ledger: Path, sessions: Run) -> None:
    add_session(ledger, "alpha", "Work for the ＡＣＭＥ\ncorp.", publish=True)
    config = ledger / "mkdocs.yml"
    config.write_text(config.read_text() + f"copyright: 'Ask {MAIL}'\n")
    words = ledger.parent / "words.txt"
    words.write_text("Nobody\n\nAcme Corp\n", encoding="utf-8")
    run = sessions("-C", ledger, "build", "--public", SESSIONS_DENYLIST=str(words))
    assert run.returncode == 1
    assert re.search(r"site/index\.html:\d+:1: error\[personal-data\]", run.stderr)
    assert re.search(r"site/2026/2026-02-11-alpha\.html:\d+:1: error\[deny-list\]", run.stderr)
    assert MAIL not in run.stderr
    assert "corp" not in run.stderr.casefold()
    assert not (ledger / "site").exists()
    assert not list(ledger.glob(".site*"))


def test_what_cannot_be_asked_is_not_published(ledger: Path, sessions: Run) -> None:
    add_session(ledger, "alpha", publish=True)
    run = sessions("-C", ledger, "build", "--public", SESSIONS_DENYLIST="nowhere.txt")
    assert run.returncode == 1
    assert "SESSIONS_DENYLIST:1:1: error[deny-list]: cannot be read: No such file" in run.stderr
    assert not (ledger / "site").exists()


def build_here(root: Path) -> None:
    """As `SESSIONS_BUILD=public mkdocs build` does it."""
    config = load_config(str(root / "mkdocs.yml"))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    assert Path(config.site_dir) == root / "site"


@pytest.mark.parametrize("stage", ["look_through", "look_through_text"])
def test_a_detector_that_raises_publishes_nothing(
    stage: str, ledger: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_session(ledger, "alpha", publish=True)
    monkeypatch.setenv("SESSIONS_BUILD", "public")

    def broken(*_: Any) -> None:
        raise RuntimeError(ANTHROPIC)

    with monkeypatch.context() as patched:
        patched.setattr(sitegen.publishing, stage, broken)
        with pytest.raises(Abort):
            build_here(ledger)
    assert "could not scan (RuntimeError), nothing is published" in caplog.text
    assert ANTHROPIC not in caplog.text
    assert not (ledger / "site").exists()
    build_here(ledger)
    assert (ledger / "site" / "2026" / "2026-02-11-alpha.html").is_file()


def test_a_detector_that_is_missing_publishes_nothing(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusals(load_ledger(ledger)) == ()
    monkeypatch.setattr(sitegen.publishing, "KINDS", {"email": "personal"})
    found = refusals(load_ledger(ledger))
    assert len(found) == len(sitegen.publishing.REQUIRED) - 1
    assert {problem.severity for problem in found} == {Severity.ERROR}


def test_a_file_that_cannot_be_read_publishes_nothing(ledger: Path) -> None:
    (ledger / "sessions" / "gone.md").symlink_to(ledger.parent / "outside.md")
    assert [problem.rule for problem in refusals(load_ledger(ledger))] == ["path-outside"]


def test_words_of_the_environment() -> None:
    assert build_of({}) == build_of({"SESSIONS_BUILD": " "}) == Build()
    assert build_of({"SESSIONS_BUILD": "incognito, public"}) == Build(public=True, incognito=True)
    assert denied_words({}) == ()
    with pytest.raises(ProblemError, match="`publik` is no kind of build"):
        build_of({"SESSIONS_BUILD": "publik"})
    with pytest.raises(ProblemError, match="cannot be read"):
        denied_words({"SESSIONS_DENYLIST": ""})


def scanned(folder: Path, name: str, content: str | bytes, *words: str) -> list[str]:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    found: tuple[Problem, ...] = site_refusals(folder, "site", Settings(), words, lambda _: False)
    return [f"{problem.location} {problem.rule}" for problem in found]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.html", f"<p>\nMail <code>{MAIL}</code></p>", "site/a.html:2:1 personal-data"),
        ("a.html", "<p>\njorun&#64;shop.test</p>", "site/a.html:2:1 personal-data"),
        ("a.html", f"<!-- {MAIL} -->", "site/a.html:1:1 personal-data"),
        ("a.html", '<p>\n<a href="mailto:jorun%40shop.test">x</a>', "site/a.html:2:1 personal-data"),
        ("a.html", f"<p>{ANTHROPIC[:30]}<em>{ANTHROPIC[30:]}</em>", "site/a.html:1:1 secret"),
        (
            "search/search_index.json",
            '{"docs":[{"text":"x\\njorun\\u0040shop.test"}]}',
            "site/search/search_index.json:1:1 personal-data",
        ),
        ("data.csv", f"a,b\n1,{ANTHROPIC}\n", "site/data.csv:2:1 secret"),
        ("map.xml.gz", gzip.compress(f"<x>{MAIL}</x>".encode(), mtime=0), "site/map.xml.gz:1:1 personal-data"),
        (f"{MAIL}.svg", "<svg/>", f"site/{MAIL}.svg:1:1 personal-data"),
    ],
)
def test_each_kind_of_file_is_read_as_a_visitor_could(name: str, content: str, told: str, tmp_path: Path) -> None:
    assert scanned(tmp_path, name, content) == [told]


def test_denied_words_are_found_in_any_spelling_and_in_names(tmp_path: Path) -> None:
    page = "<p>The\nstrasse <b>ACME</b>\ncorp"
    assert scanned(tmp_path, "a.html", page, "Straße", "acme Corp") == ["site/a.html:2:1 deny-list"]
    assert scanned(tmp_path / "names", "2026/acme-corp.html", "", "Acme Corp") == [
        "site/2026/acme-corp.html:1:1 deny-list"
    ]
    assert scanned(tmp_path / "json", "a.json", json.dumps("Müller"), "MÜLLER") == ["site/a.json:1:1 deny-list"]
    assert scanned(tmp_path / "none", "a.html", "<p>Acme is no Corp", "acme corp") == []


def test_drawings_and_binary_files_are_no_addresses(tmp_path: Path) -> None:
    icon = '<svg><path d="M4 10.1.2.3 10.2.3.4"/></svg>'
    assert scanned(tmp_path, "a.html", icon) == []
    assert scanned(tmp_path, "b.png", b"\0\1" + MAIL.encode()) == []
    assert readings(b"10.1.2.3", ".html")[0] == "10.1.2.3"


AMOUNT = re.compile(r"\$\s?\d|\b\d{1,3}(?:,\d{3})+\b|\d\s?[kMG]\b")


def test_incognito_shows_shapes_and_ratios_and_no_amount(ledger: Path, sessions: Run) -> None:
    body = "It cost $12.34, or 13 USD, for 1.5 M tokens: `$0.05` each.\n\n| a | 1,234 |\n|---|---|\n| b | 5,678 |"
    add_session(ledger, "alpha", body, publish=True)
    add_session(ledger, "beta", month="03", publish=True)
    add_session(ledger, "gamma", month="03")
    run = sessions("-C", ledger, "build", "--incognito", "--public")
    assert run.returncode == 0, run.stderr
    found = contents(ledger / "site")
    assert [
        (name, AMOUNT.findall(words_of(text))) for name, text in found.items() if AMOUNT.search(words_of(text))
    ] == []
    titles = [title for text in found.values() for title in re.findall(r'title="([^"]*)"', text)]
    assert [title for title in titles if AMOUNT.search(title)] == []
    figures = ("1234567", "1244567", "76543", "173", "182", "1234", "8.086", "9.086", "7.77")
    everything = "\n".join((*map(words_of, found.values()), *titles))
    assert [figure for figure in figures if re.search(rf"(?<![\d.]){re.escape(figure)}", everything)] == []
    page = words_of(found["2026/2026-02-11-alpha.html"])
    assert "List cost 49.9 % of the whole ledger" in page
    assert "It cost $…, or … USD, for … tokens: $… each." in page
    assert "Task of alpha claude-opus-4-6 Read" in page
    assert "5 × input" in page
    dashboard = words_of(found["index.html"])
    assert "2 of 3 sessions are published." in dashboard
    assert "in per cent of the highest, which is" in dashboard
    assert "project-of-beta 50.1 %" in dashboard
    assert "1:44" in dashboard, "times stay"


def test_no_page_shows_an_amount_past_the_value_that_hides_it() -> None:
    folder = Path(sitegen.publishing.__file__).parent
    modules = [*(folder / "charts").glob("*.py"), *(folder / "pages").glob("*.py")]
    assert len(modules) > 20
    imported = re.compile(r"from sitegen\.display import (?:\([^)]*|.*)\b(usd|exact_usd|short_count)\b")
    assert [path.name for path in modules if imported.search(path.read_text(encoding="utf-8"))] == []


def test_shares() -> None:
    hidden = Amounts(hidden=True, list_cost=Decimal(8), tokens=1000, requests=3)
    assert hidden.usd(Decimal(1)) == "12.5 %"
    assert hidden.usd(Decimal(1), floor=True) == "≥ 12.5 %"
    assert hidden.usd(None) == "unpriced"
    assert hidden.exact_usd(Decimal("0.001")) == "<0.1 %"
    assert (hidden.count_tokens(1000), hidden.short_tokens(0), hidden.count_requests(1)) == ("100 %", "0 %", "33.3 %")
    assert share(1, 0) == "n/a"
    assert Amounts().exact_usd(Decimal(1)) == "$1.00"


@pytest.mark.parametrize(
    ("words", "hidden"),
    [
        ("paid $1.23 and US$ 4k, €5 or 6.50 EUR", "paid $… and US$ …, €… or … EUR"),
        ("12,345 input tokens in 7 requests", "… input tokens in … requests"),
        ("it grew from 1,234 to 5,678,901.5", "it grew from … to …"),
        ("on 2026-02-11 at 20:36, 3 of 4 goals, 91.2 %", "on 2026-02-11 at 20:36, 3 of 4 goals, 91.2 %"),
    ],
)
def test_prose_loses_its_sums(words: str, hidden: str) -> None:
    assert hide_amounts(words) == hidden
    assert hide_amounts(hidden) == hidden
