"""axe-core finds nothing on any kind of page, in both schemes of colours, on a phone and on a desk."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visits
from tests.browser.places import KINDS, ROOT, page_of

pytestmark = pytest.mark.browser

AXE = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const rules = { "target-size": { enabled: true } };
  const found = await axe.run(document, { resultTypes: ["violations"], rules });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || rule.help}`));
}"""


def violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_shut_out(visit: Visits, sample: Path, kind: str, scheme: str) -> None:
    # axe asks the browser for programs of its own.
    page = visit(page_of(sample, kind), color_scheme=scheme, bypass_csp=True, reduced_motion="reduce").page
    found = {}
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.querySelectorAll('main details').forEach((e) => { e.open = true; })")
        found[width] = violations(page)
    assert {width: wrong for width, wrong in found.items() if wrong} == {}


def test_axe_itself_finds_what_is_wrong(visit: Visits) -> None:
    page = visit("method/index.html", bypass_csp=True).page
    page.evaluate("document.querySelector('main article').innerHTML += '<img src=\"data:,\"><h6>deep</h6>'")
    assert any(each.startswith("image-alt") for each in violations(page))
