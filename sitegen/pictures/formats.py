"""What a picture is by its first bytes, how large it is, and the picture without what is not part of it.

Each format is walked to its end and rebuilt from the parts that draw: places, names, comments, thumbnails, colour
profiles and whatever hangs behind the end are left behind. What cannot be walked is no picture. The one fact of a
camera that draws, which side of a photograph is up, is written anew.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Size = tuple[int, int] | None
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PARTS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
    | {b"acTL", b"fcTL", b"fdAT"}
)
_WEBP_PARTS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})
_WEBP_METADATA = 0x20 | 0x08 | 0x04
"""The flags that tell of a colour profile, of EXIF and of XMP."""
_GIF_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_PARTS = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, *_FRAMES})
_ADOBE, _SCAN, _END = 0xEE, 0xDA, 0xD9
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Format:
    """`without_metadata` gives None for what only looks like this format; it is None where nobody can tell here."""

    suffix: str
    holds: Callable[[bytes], bool]
    size: Callable[[bytes], Size]
    without_metadata: Callable[[bytes], bytes | None] | None


def format_of(suffix: str) -> Format | None:
    """`.JPG` → JPEG. Never SVG, which is a program as much as a picture."""
    return _FORMATS.get(suffix.removeprefix(".").casefold())


def _measured(size: Callable[[bytes], Size]) -> Callable[[bytes], Size]:
    def size_of(raw: bytes) -> Size:
        try:
            return size(raw)
        except (struct.error, IndexError, ValueError):
            return None

    return size_of


def _walked(parts: Callable[[bytes], Iterator[bytes]]) -> Callable[[bytes], bytes | None]:
    def without_metadata(raw: bytes) -> bytes | None:
        try:
            return b"".join(parts(raw))
        except (struct.error, IndexError, ValueError):
            return None

    return without_metadata


def _cut(raw: bytes, start: int, length: int) -> bytes:
    if start + length > len(raw):
        raise ValueError("it ends too early")
    return raw[start : start + length]


def _png_parts(raw: bytes) -> Iterator[bytes]:
    yield _PNG
    at, name = len(_PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", raw, at)
        if name in _PNG_PARTS:
            yield _cut(raw, at, length + 12)
        at += length + 12


def _png_size(raw: bytes) -> Size:
    return struct.unpack_from(">II", raw, 16) if raw[12:16] == b"IHDR" else None


def _jpeg_parts(raw: bytes) -> Iterator[bytes]:
    yield raw[:2]
    side_up = _side_up(raw)
    if side_up > 1:
        yield _camera_segment(side_up)
    for marker, segment, scan in _jpeg_segments(raw):
        # Adobe's segment says how colours are stored. What JFIF's says draws nothing, and it may hold a thumbnail.
        if marker in _JPEG_PARTS or marker == _SCAN or (marker == _ADOBE and segment[4:9] == b"Adobe"):
            yield segment + scan
    yield bytes((0xFF, _END))


def _jpeg_segments(raw: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, segment, and the data of a scan behind it, up to the end of the picture."""
    at = 2
    while True:
        while raw[at : at + 2] == b"\xff\xff":
            at += 1
        if raw[at] != 0xFF:
            raise ValueError("not a marker")
        marker = raw[at + 1]
        if marker == _END:
            return
        (length,) = struct.unpack_from(">H", raw, at + 2)
        segment = _cut(raw, at, length + 2)
        at += length + 2
        end = _end_of_scan(raw, at) if marker == _SCAN else at
        yield marker, segment, raw[at:end]
        at = end


def _end_of_scan(raw: bytes, start: int) -> int:
    """In a scan a byte FF stands before 00, or before a mark from which decoding can go on."""
    if (end := _NEXT_MARKER.search(raw, start)) is None:
        raise ValueError("it ends too early")
    return end.start()


def _side_up(raw: bytes) -> int:
    """1 to 8 as cameras count it; 1 is upright, and where nothing is said."""
    for marker, segment, _ in _jpeg_segments(raw):
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            return _orientation(segment[10:])
    return 1


def _orientation(tiff: bytes) -> int:
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(entries):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except (struct.error, KeyError):
        pass
    return 1


def _camera_segment(side_up: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, side_up, 0, 0)
    body = b"Exif\0\0" + tiff
    return struct.pack(">HH", 0xFFE1, len(body) + 2) + body


def _jpeg_size(raw: bytes) -> Size:
    for marker, segment, _ in _jpeg_segments(raw):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            return (height, width) if _side_up(raw) >= 5 else (width, height)
    return None


def _gif_parts(raw: bytes) -> Iterator[bytes]:
    at = 13 + _table_of_colours(raw[10])
    yield _cut(raw, 0, at)
    while raw[at] != 0x3B:
        head = _gif_head(raw, at)
        end = _end_of_blocks(raw, at + head)
        extension = raw[at + 1] if raw[at] == 0x21 else None
        if extension in (None, 0xF9) or (extension == 0xFF and raw[at + 3 : at + 14] in _GIF_LOOPS):
            yield raw[at:end]
        at = end
    yield b"\x3b"


def _gif_head(raw: bytes, at: int) -> int:
    if raw[at] == 0x21:
        return 2
    if raw[at] != 0x2C:
        raise ValueError("not a block")
    return 11 + _table_of_colours(raw[at + 9])


def _table_of_colours(flags: int) -> int:
    """Its length in bytes."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_blocks(raw: bytes, at: int) -> int:
    while raw[at]:
        at += raw[at] + 1
    return at + 1


def _gif_size(raw: bytes) -> Size:
    return struct.unpack_from("<HH", raw, 6)


def _webp_parts(raw: bytes) -> Iterator[bytes]:
    kept = b"".join(_webp_chunks(raw))
    yield b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _webp_chunks(raw: bytes) -> Iterator[bytes]:
    (length,) = struct.unpack_from("<I", raw, 4)
    at, end = 12, length + 8
    while at < end:
        name, size = struct.unpack_from("<4sI", raw, at)
        chunk = _cut(raw, at, size + 8) + b"\0" * (size % 2)
        if name == b"VP8X":
            chunk = chunk[:8] + bytes((chunk[8] & ~_WEBP_METADATA,)) + chunk[9:]
        if name in _WEBP_PARTS:
            yield chunk
        at += len(chunk)


def _webp_size(raw: bytes) -> Size:
    kind = raw[12:16]
    if kind == b"VP8X":
        return int.from_bytes(raw[24:27], "little") + 1, int.from_bytes(raw[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", raw, 26)
    return width & 0x3FFF, height & 0x3FFF


_JPEG = Format("jpg", lambda raw: raw[:3] == b"\xff\xd8\xff", _measured(_jpeg_size), _walked(_jpeg_parts))
_FORMATS = {
    "png": Format("png", lambda raw: raw.startswith(_PNG), _measured(_png_size), _walked(_png_parts)),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "gif": Format("gif", lambda raw: raw[:6] in (b"GIF87a", b"GIF89a"), _measured(_gif_size), _walked(_gif_parts)),
    "webp": Format("webp", lambda raw: raw[:4] + raw[8:12] == b"RIFFWEBP", _measured(_webp_size), _walked(_webp_parts)),
    "avif": Format("avif", lambda raw: raw[4:12] in (b"ftypavif", b"ftypavis"), lambda _: None, None),
}
