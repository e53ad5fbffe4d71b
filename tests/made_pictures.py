"""Small pictures of each format, as they are drawn and as a camera or a program would leave them."""

import base64
import struct
import zlib

PLACE = b"52.5200 N 13.4050 E"
"""Stands in every piece of metadata made here."""

PLAIN_JPEG = base64.b64decode(
    "/9j/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////////"
    "2wBDAVVaWnhpeOuCguv/////////////////////////////////////////////////////////////////////////wAARCAACAAMD"
    "ASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAgT/"
    "xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCAAKn/2Q=="
)
"""Red, 3 × 2, as a canvas of Chromium encodes it."""
PLAIN_WEBP = base64.b64decode(
    "UklGRkYAAABXRUJQVlA4WAoAAAAAAAAAAgAAAQAAVlA4ICgAAABwAQCdASoDAAIAB0CWJaACdAFAAAD+6WkRiw8Nr/+CC/EH6g1AAAAA"
)
"""The same."""
PLAIN_GIF = base64.b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")
AVIF = struct.pack(">I", 20) + b"ftypavif" + bytes(8) + PLACE


def plain_png(width: int = 3, height: int = 2, grey: int = 200) -> bytes:
    rows = b"".join(b"\0" + bytes([grey]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _png_chunk(name, data) for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


def png_with_metadata() -> bytes:
    plain = plain_png()
    after_head = 8 + 25
    extra = (
        _png_chunk(b"eXIf", tiff(6))
        + _png_chunk(b"tEXt", b"Comment\0" + PLACE)
        + _png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PLACE)
        + _png_chunk(b"tIME", PLACE[:7])
        + _png_chunk(b"prVt", PLACE)
    )
    return plain[:after_head] + extra + plain[after_head:] + b"behind the end: " + PLACE


def jpeg_with_metadata(side_up: int = 1, order: str = ">") -> bytes:
    jfif = _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    camera = _segment(0xE1, b"Exif\0\0" + tiff(side_up, order))
    xmp = _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE)
    iptc = _segment(0xED, b"Photoshop 3.0\0" + PLACE)
    comment = _segment(0xFE, PLACE)
    return PLAIN_JPEG[:2] + jfif + camera + xmp + iptc + comment + PLAIN_JPEG[2:] + b"MPF " + PLACE


def webp_with_metadata() -> bytes:
    flagged = bytearray(PLAIN_WEBP[12:])
    flagged[8] |= 0x2C
    chunks = bytes(flagged) + _riff_chunk(b"EXIF", tiff(1)) + _riff_chunk(b"XMP ", PLACE) + _riff_chunk(b"else", PLACE)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks + PLACE


def gif_with_metadata() -> bytes:
    comment = b"\x21\xfe" + bytes([len(PLACE)]) + PLACE + b"\0"
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes([len(PLACE)]) + PLACE + b"\0"
    return PLAIN_GIF[:19] + comment + LOOP + xmp + PLAIN_GIF[19:] + PLACE


LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
"""What makes a GIF begin anew."""


def tiff(side_up: int, order: str = ">") -> bytes:
    """A camera's data: which side is up, and a place."""
    mark = b"MM" if order == ">" else b"II"
    entries = ((0x010F, 2, len(PLACE), 38), (0x0112, 3, 1, side_up))
    packed = b"".join(
        struct.pack(f"{order}HHI", tag, kind, number)
        + (struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value))
        for tag, kind, number, value in entries
    )
    return mark + struct.pack(f"{order}HIH", 42, 8, len(entries)) + packed + bytes(4) + PLACE


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _riff_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
