"""Ledgers that are not like the sample: empty, of one session, without prices, with very long words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visits, measure
from tests.browser.places import ROOT, build, serving

pytestmark = pytest.mark.browser

LONG = "A title that goes on and on, as titles made from a first prompt do, well beyond what anybody would read " * 2
UNBROKEN = "averylongwordwithoutanyplacewhereitcouldbebrokenintotwoparts" * 2
ROW = "- {{time: '{time}', task: '{task}', model: '{model}', requests: 2, input: 900000, output: 40, {cost}}}"
PRICES = "prices:\n  {model}: {{input: 5, output: 25, source: 'a list of {word}'}}"


def session(number: int, *, model: str = "claude-opus-4-8", cost: str = "cost: 4.501", word: str = "prices") -> str:
    """`word` stands wherever a person's words do."""
    row = ROW.format(time="10:00", task=word, model=model, cost=cost)
    totals = "unpriced: 2" if "unpriced" in cost else cost
    priced = "" if "unpriced" in cost else PRICES.format(model=model, word=word)
    return f"""---
schema: 1
title: '{word} {number}'
project: '{word}'
started: '2026-03-{number:02}T10:00:00+00:00'
ended: '2026-03-{number:02}T11:00:00+00:00'
state: complete
focus: '{word}'
tags: ['{word}', other]
git: {{branch: 'feat/{word}'}}
usage:
{row}
totals: {{requests: 2, input: 900000, output: 40, {totals}}}
{priced}
---

# {word} {number}

## Objectives

- [x] {word}
- [ ] {word}

## Technical Decisions Made

1. **{word}**: {word}

## Questions for Next Session

- [ ] {word}
"""


def ledger(root: Path, *sessions: str) -> Path:
    folder = root / "sessions" / "2026"
    folder.mkdir(parents=True)
    for number, content in enumerate(sessions, start=1):
        name = content.partition("title: '")[2][:40].lower().replace(" ", "-").rstrip("-,")
        (folder / f"2026-03-{number:02}-{name}.md").write_text(content, encoding="utf-8")
    (root / "sessions.toml").write_text('title = "Awkward"\n', encoding="utf-8")
    (root / "mkdocs.yml").write_bytes((ROOT / "sitegen" / "ledger_files" / "mkdocs.yml").read_bytes())
    return root


UNPRICED = "unpriced: 'no price is known for this model'"
LEDGERS: dict[str, Callable[[Path], Path]] = {
    "empty": ledger,
    "one": lambda root: ledger(root, session(1)),
    "unpriced": lambda root: ledger(root, *(session(n, model="some-new-model", cost=UNPRICED) for n in range(1, 5))),
    "long": lambda root: ledger(
        root,
        *(session(n, word=LONG.strip()) for n in range(1, 4)),
        *(session(n, word=UNBROKEN, model=f"model-{UNBROKEN}") for n in range(4, 7)),
    ),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_no_page_is_too_wide_cuts_off_words_or_fails(visit: Visits, tmp_path: Path, name: str) -> None:
    root = tmp_path / "ledger"
    root.mkdir()
    site = build(LEDGERS[name](root), strict=False)
    found = {}
    with serving(site) as served:
        for scheme in ("light", "dark"):
            page = visit(None, base=served.url, color_scheme=scheme).page
            for file in sorted(site.rglob("*.html")):
                page.goto(served.url + file.relative_to(site).as_posix())
                for width in (360, 768, 1440):
                    page.set_viewport_size({"width": width, "height": 900})
                    found[f"{file.name} {width}"] = [*measure(page, "tooWide"), *measure(page, "cutOff")]
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", ["empty", "unpriced"])
def test_what_is_not_known_is_never_a_sum_of_nothing(visit: Visits, tmp_path: Path, name: str) -> None:
    root = tmp_path / "ledger"
    root.mkdir()
    site = build(LEDGERS[name](root), strict=False)
    with serving(site) as served:
        page = visit(None, base=served.url).page
        for file in sorted(site.rglob("*.html")):
            page.goto(served.url + file.relative_to(site).as_posix())
            shown = page.locator("main article").inner_text()
            assert "$0" not in shown, file.name
            assert "NaN" not in shown, file.name
            # A chart of nothing.
            assert page.locator("main article svg:not(:has(*))").count() == 0, file.name
