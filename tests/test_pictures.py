"""Only plain pictures inside the ledger reach the site, and nothing that was hidden in them."""

import hashlib
import os
from pathlib import Path

import pytest

from sitegen.pictures import Picture, pictures_of
from sitegen.pictures.finding import MAX_BYTES
from sitegen.pictures.formats import format_of
from tests.made_pictures import (
    AVIF,
    LOOP,
    PLACE,
    PLAIN_GIF,
    PLAIN_JPEG,
    PLAIN_WEBP,
    gif_with_metadata,
    jpeg_with_metadata,
    plain_png,
    png_with_metadata,
    webp_with_metadata,
)
from tests.made_sessions import made_session

SESSION = "sessions/2026/2026-02-11-jwt.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    (folder / "sessions" / "2026").mkdir(parents=True)
    return folder


def put(root: Path, path: str, content: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content)


def found(root: Path, *targets: str, public: bool = False) -> dict[str, Picture]:
    body = "\n\n".join(f"![it](<{target}>)" for target in targets)
    pictures = pictures_of([made_session(SESSION, body=body)], root, public=public)
    assert all(path == SESSION for path, _ in pictures)
    return {target: picture for (_, target), picture in pictures.items()}


def test_a_picture_beside_the_session_gets_an_address_made_from_its_bytes(root: Path) -> None:
    put(root, "sessions/2026/shot.png", plain_png(30, 20))
    picture = found(root, "shot.png")["shot.png"]
    name = hashlib.sha256(plain_png(30, 20)).hexdigest()[:12]
    assert picture == Picture(f"pictures/{name}.png", plain_png(30, 20), 30, 20)


@pytest.mark.parametrize(
    "target", ["../pics/shot%20one.png", "./../../sessions/pics/shot one.png", "../pics/shot one.png?raw=true#top"]
)
def test_targets_are_addresses_relative_to_the_session(root: Path, target: str) -> None:
    put(root, "sessions/pics/shot one.png", plain_png())
    assert list(found(root, target)) == [target]


def test_one_picture_in_two_sessions_is_one_file(root: Path) -> None:
    put(root, "sessions/2026/a.png", plain_png())
    put(root, "sessions/2026/copy.PNG", plain_png())
    one = made_session(SESSION, body="![a](a.png) and ![a again](a.png)")
    two = made_session("sessions/2026/2026-03-11-b.md", body="![c](copy.PNG)")
    pictures = pictures_of([one, two], root)
    assert sorted(pictures) == [(SESSION, "a.png"), (two.path, "copy.PNG")]
    assert len({picture.uri for picture in pictures.values()}) == 1


def test_only_images_that_a_reader_would_see_count(root: Path) -> None:
    put(root, "sessions/2026/a.png", plain_png())
    body = "`![a](a.png)` [a](a.png)\n\n```\n![a](a.png)\n```\n\n<!-- ![a](a.png) -->\n\n<img src='a.png'>"
    assert pictures_of([made_session(SESSION, body=body)], root) == {}


@pytest.mark.parametrize(
    "target",
    [
        "../../../outside.png",
        "/outside.png",
        "%2e%2e/%2e%2e/%2e%2e/outside.png",
        "..\\..\\..\\outside.png",
        "file:///outside.png",
        "https://example.com/a.png",
        "//example.com/a.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "a.png%00.png",
        "https://[a.png",
        "../../.private/a.png",
        ".hidden.png",
        "gone.png",
        "folder.png",
        "long.png/a.png",
        "n" * 300 + ".png",
    ],
)
def test_nothing_outside_hidden_or_absent_is_a_picture(root: Path, target: str) -> None:
    for path in ("../outside.png", ".private/a.png", "sessions/2026/.hidden.png", "sessions/2026/a.png"):
        put(root, path, plain_png())
    put(root, "sessions/2026/long.png", plain_png())
    (root / "sessions/2026/folder.png").mkdir()
    assert found(root, target) == {}


def test_a_link_anywhere_on_the_way_ends_it(root: Path) -> None:
    put(root, "real/a.png", plain_png())
    (root / "sessions/2026/link.png").symlink_to(root / "real/a.png")
    (root / "sessions/linked").symlink_to(root / "real")
    assert found(root, "link.png", "../linked/a.png") == {}
    assert list(found(root, "../../real/a.png")) == ["../../real/a.png"]


def test_the_ledger_itself_may_be_reached_over_a_link(root: Path, tmp_path: Path) -> None:
    put(root, "sessions/2026/a.png", plain_png())
    (tmp_path / "elsewhere").symlink_to(root)
    assert list(found(tmp_path / "elsewhere", "a.png")) == ["a.png"]


def test_a_pipe_does_not_hang_the_build(root: Path) -> None:
    os.mkfifo(root / "sessions/2026/a.png")
    assert found(root, "a.png") == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", b"<html><script>1</script></html>"),
        ("a.png", PLAIN_JPEG),
        ("a.jpg", plain_png()),
        ("a.webp", PLAIN_GIF),
        ("a.gif", PLAIN_WEBP),
        ("a.avif", plain_png()),
        ("a.bmp", b"BM" + bytes(60)),
        ("a.html", plain_png()),
        ("a.md", plain_png()),
        ("a", plain_png()),
        ("a.png", b""),
    ],
)
def test_a_file_is_what_its_name_and_its_first_bytes_say(root: Path, name: str, content: bytes) -> None:
    put(root, f"sessions/2026/{name}", content)
    assert found(root, name) == {}


def test_the_largest_picture_has_5_mb(root: Path) -> None:
    padding = MAX_BYTES - len(plain_png())
    put(root, "sessions/2026/most.png", plain_png() + bytes(padding))
    put(root, "sessions/2026/more.png", plain_png() + bytes(padding + 1))
    assert list(found(root, "most.png", "more.png")) == ["most.png"]


@pytest.mark.parametrize(
    ("name", "raw", "plain"),
    [
        ("a.png", png_with_metadata(), plain_png()),
        ("a.jpg", jpeg_with_metadata(), PLAIN_JPEG),
        ("a.jpeg", jpeg_with_metadata(order="<"), PLAIN_JPEG),
        ("a.webp", webp_with_metadata(), PLAIN_WEBP),
        ("a.gif", gif_with_metadata(), PLAIN_GIF[:19] + LOOP + PLAIN_GIF[19:]),
    ],
)
@pytest.mark.parametrize("public", [True, False])
def test_what_was_written_into_a_picture_stays_behind(
    root: Path, name: str, raw: bytes, plain: bytes, public: bool
) -> None:
    assert PLACE in raw
    put(root, f"sessions/2026/{name}", raw)
    picture = found(root, name, public=public)[name]
    assert picture.content == plain
    assert (picture.width, picture.height) == ((1, 1) if name == "a.gif" else (3, 2))


@pytest.mark.parametrize(("side_up", "size"), [(3, (3, 2)), (6, (2, 3)), (8, (2, 3))])
@pytest.mark.parametrize("order", [">", "<"])
def test_a_photograph_keeps_its_upright_side_and_nothing_else(
    root: Path, side_up: int, size: tuple[int, int], order: str
) -> None:
    put(root, "sessions/2026/a.jpg", jpeg_with_metadata(side_up, order))
    picture = found(root, "a.jpg")["a.jpg"]
    assert (picture.width, picture.height) == size
    assert PLACE not in picture.content
    assert len(picture.content) == len(PLAIN_JPEG) + 36


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.png", png_with_metadata()),
        ("a.jpg", jpeg_with_metadata(6)),
        ("a.webp", webp_with_metadata()),
        ("a.gif", gif_with_metadata()),
    ],
)
def test_a_damaged_picture_is_none_or_has_lost_its_metadata(name: str, raw: bytes) -> None:
    known = format_of(Path(name).suffix)
    assert known is not None
    assert known.without_metadata is not None
    for cut in range(len(raw)):
        shorter = known.without_metadata(raw[:cut])
        assert shorter is None or PLACE not in shorter
        for byte in (0, 0x21, 0xFF):
            changed = known.without_metadata(raw[:cut] + bytes([byte]) + raw[cut + 1 :])
            assert changed is None or known.size(changed) is None or len(changed) <= len(raw) + 36


def test_a_format_that_cannot_be_looked_into_is_not_made_public(root: Path) -> None:
    put(root, "sessions/2026/a.avif", AVIF)
    assert found(root, "a.avif", public=True) == {}
    picture = found(root, "a.avif")["a.avif"]
    assert picture.uri.endswith(".avif")
    assert (picture.content, picture.width, picture.height) == (AVIF, None, None)


def test_the_same_ledger_gives_the_same_pictures(root: Path) -> None:
    put(root, "sessions/2026/a.jpg", jpeg_with_metadata(6))
    assert found(root, "a.jpg") == found(root, "a.jpg")
