"""Pictures that sessions refer to inside the ledger are on the site; nothing else of its folders is."""

import struct
import zlib
from pathlib import Path

import pytest

from tests.test_plugin import build_site, make_ledger


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    written = chunk(b"tEXt", b"Author\0A person") + chunk(b"IDAT", rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + written + chunk(b"IEND", b"")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def ledger_with_pictures(root: Path) -> Path:
    make_ledger(root, jwt="JWT")
    folder = root / "sessions" / "2026"
    (folder / "img").mkdir()
    (folder / "img" / "shown.png").write_bytes(png())
    (folder / "img" / "stray.png").write_bytes(png(9))
    (root.parent / "outside.png").write_bytes(png(5))
    (folder / "img" / "link.png").symlink_to(root.parent / "outside.png")
    session = folder / "2026-02-11-jwt.md"
    images = "".join(
        f"\n![{name}]({target})\n"
        for name, target in (("Shown", "img/shown.png"), ("Link", "img/link.png"), ("Out", "../../../outside.png"))
    )
    session.write_text(session.read_text(encoding="utf-8") + images, encoding="utf-8")
    return root


def test_only_a_picture_that_a_session_shows_is_published(tmp_path: Path) -> None:
    site = build_site(ledger_with_pictures(tmp_path / "ledger"), strict=False)
    (picture,) = (site / "pictures").iterdir()
    assert [path.name for path in site.rglob("*.png") if "assets" not in path.parts] == [picture.name]
    assert b"A person" not in picture.read_bytes()
    page = (site / "2026" / "2026-02-11-jwt.html").read_text(encoding="utf-8")
    assert f'<img src="../pictures/{picture.name}" alt="Shown" width="3" height="2" loading="lazy">' in page
    assert "[image: Link]" in page
    assert "[image: Out]" in page


def test_another_picture_under_the_same_name_is_seen(tmp_path: Path) -> None:
    root = ledger_with_pictures(tmp_path / "ledger")
    page = build_site(root, strict=False) / "2026" / "2026-02-11-jwt.html"
    before = page.read_text(encoding="utf-8")
    (root / "sessions" / "2026" / "img" / "shown.png").write_bytes(png(4))
    build_site(root, strict=False)
    assert page.read_text(encoding="utf-8") != before
    assert 'width="4"' in page.read_text(encoding="utf-8")


def test_a_site_without_amounts_has_no_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONS_BUILD", "incognito")
    site = build_site(ledger_with_pictures(tmp_path / "ledger"), strict=False)
    assert not (site / "pictures").exists()
    assert "[image: Shown]" in (site / "2026" / "2026-02-11-jwt.html").read_text(encoding="utf-8")
