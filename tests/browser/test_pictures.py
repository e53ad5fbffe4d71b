"""Pictures of sessions in a real browser: without their metadata they still are the same pictures."""

from pathlib import Path

import pytest

from sitegen.pictures.formats import format_of
from tests.browser.conftest import Visits
from tests.browser.places import build, sample_ledger, serving
from tests.made_pictures import (
    gif_with_metadata,
    jpeg_with_metadata,
    plain_png,
    png_with_metadata,
    webp_with_metadata,
)

pytestmark = pytest.mark.browser

LOADED = """async () => {
  const all = [...document.images];
  all.forEach((image) => { image.loading = "eager"; });
  await Promise.all(all.map((image) => image.decode()));
  return all.map((image) => [image.naturalWidth, image.naturalHeight]);
}"""


def test_what_is_left_of_a_picture_is_drawn(visit: Visits, tmp_path: Path) -> None:
    made = {
        "a.png": png_with_metadata(),
        "b.jpg": jpeg_with_metadata(),
        "c.jpg": jpeg_with_metadata(6),
        "d.webp": webp_with_metadata(),
        "e.gif": gif_with_metadata(),
    }
    for name, raw in made.items():
        known = format_of(Path(name).suffix)
        assert known is not None
        assert known.without_metadata is not None
        content = known.without_metadata(raw)
        assert content is not None
        (tmp_path / name).write_bytes(content)
    images = "".join(f"<img src={name} alt={name}>" for name in made)
    (tmp_path / "index.html").write_text(f"<!doctype html><link rel=icon href=data:,><title>Pictures</title>{images}")
    with serving(tmp_path) as place:
        assert visit("index.html", base=place.url).page.evaluate(LOADED) == [[3, 2], [3, 2], [2, 3], [3, 2], [1, 1]]


def test_a_session_shows_its_pictures_and_no_other_file_is_on_the_site(visit: Visits, tmp_path: Path) -> None:
    root = tmp_path / "ledger"
    root.mkdir()
    session = next((sample_ledger(root) / "sessions" / "2026").glob("2026-10-06-*.md"))
    shown, wide, stray = plain_png(300, 200), plain_png(4000, 30, 90), plain_png(5, 5, 10)
    for name, content in (("shown.png", shown), ("wide.png", wide), ("stray.png", stray)):
        (session.parent / name).write_bytes(content)
    (session.parent / "link.png").symlink_to(session.parent / "stray.png")
    words = "\n![A plan](shown.png) ![wide](wide.png) ![linked](link.png) ![drawn](drawn.svg) <img src='stray.png'>\n"
    session.write_text(session.read_text() + words)
    site = build(root)
    assert sorted(path.stat().st_size for path in site.glob("pictures/*")) == sorted(map(len, (shown, wide)))
    assert not [path for path in site.rglob("*") if path.name in ("shown.png", "stray.png", "link.png")]
    for base in (f"{site.as_uri()}/", None):
        with serving(site) as place:
            path = f"2026/{session.stem}.html"
            page = visit(path, base=base or place.url, viewport={"width": 360, "height": 740}).page
            assert page.evaluate(LOADED.replace("document.images", "document.querySelectorAll('main img')")) == [
                [300, 200],
                [4000, 30],
            ]
            assert page.get_by_alt_text("A plan").is_visible()
            assert page.locator("main", has_text="[image: linked]").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth") == 360
