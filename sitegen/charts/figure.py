"""What stands around every drawing: title, legend, a box that scrolls, and the same numbers in a table."""

from collections.abc import Iterable, Sequence

from sitegen.charts.axes import HEIGHT, WIDTH
from sitegen.markup import Html, el, lines, scroll_box

NOTHING = "—"
"""Where a table has nothing to say: no use at all, which is not the same as a cost of zero."""


def svg(
    name: str,
    title: str,
    description: str,
    *parts: Html,
    width: int = WIDTH,
    height: int = HEIGHT,
    newest_last: bool = True,
) -> Html:
    """`newest_last`: where a screen shows only a part of it, that should be the right end."""
    classes = ("sg-chart", "sg-narrow" if width < WIDTH else "", "sg-newest-last" if newest_last else "")
    return el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", description, id=f"{name}-desc"),
        *parts,
        class_=" ".join(filter(None, classes)),
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def figure(title: str, legend: Html | None, drawing: Html, table: Html, *, open_table: bool = False) -> Html:
    """`drawing` can be walked through by keys, mark by mark; `table` is what says the same in words."""
    return el(
        "figure",
        el("figcaption", title, class_="sg-figure-title"),
        legend,
        scroll_box(drawing, title),
        el(
            "details",
            el("summary", "The numbers behind this chart"),
            scroll_box(table, f"The numbers behind: {title}"),
            class_="sg-data",
            open=open_table,
        ),
        class_="sg-figure",
        data_search_exclude="true",
    )


def without_search_marks(html: str) -> str:
    """For a site whose search index is not made from its pages. In what a person wrote `>` is always escaped."""
    return html.replace(' data-search-exclude="true">', ">")


def legend(entries: Iterable[tuple[str, str]]) -> Html:
    """Class of the swatch and words of each, in the order of the drawing."""
    shown = (el("li", el("span", class_=f"sg-swatch {class_}"), words) for class_, words in entries)
    return el("ul", *shown, class_="sg-legend")


def data_table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Html:
    """The first column names each row; the first `words` columns are text, the others numbers."""
    kinds = [None if place < words else "sg-num" for place in range(len(head))]
    titles = (el("th", title, scope="col", class_=kind) for title, kind in zip(head, kinds, strict=True))
    shown = (
        el(
            "tr",
            el("th", row[0], scope="row"),
            *(el("td", value, class_=kind) for value, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    )
    return el("table", el("thead", el("tr", *titles)), el("tbody", lines(*shown)), class_="sg-table")
