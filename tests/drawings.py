"""Drawings read back: what stands in a chart."""

import re
import xml.etree.ElementTree as ET


def svg_of(figure: str | None) -> ET.Element:
    assert figure
    found = re.search(r"<svg.*</svg>", figure, re.DOTALL)
    assert found
    return ET.fromstring(found[0])  # noqa: S314  # our own text


def marks_of(figure: str | None) -> list[str]:
    """The words of each mark, in the order a reader walks through them."""
    marks = [part for part in svg_of(figure).iter("g") if "sg-mark" in part.attrib.get("class", "").split()]
    return [mark.findtext("title") or "" for mark in marks]


def texts_of(figure: str | None) -> list[str]:
    return [text.text or "" for text in svg_of(figure).iter("text")]


def cells_of(figure: str | None) -> list[list[str]]:
    """Of the table behind a chart: its rows without the head, as plain words."""
    assert figure
    body = re.search(r"<tbody>(.*)</tbody>", figure, re.DOTALL)
    assert body
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]
