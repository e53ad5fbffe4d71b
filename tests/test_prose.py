"""What people write is shown; what could run, load, imitate or hang is not."""

import re

import pytest

from sitegen.body_limits import refusal_of, without_blocks
from sitegen.prose import Shown, picture_targets, prose_html


def shown(body: str, title: str = "JWT") -> str:
    return prose_html(body, title, {"2026-02-10-a.md": "2026-02-10-a.html"}.get)


def test_generated_blocks_and_their_headings_go() -> None:
    body = "# JWT\n\n## Cost\n\n<!-- sessions:cost -->\n| a |\n<!-- /sessions:cost -->\n\n## Notes\n\nGood.\n"
    assert shown(body) == '<h2 id="notes-notes">Notes</h2>\n<p>Good.</p>'


def test_a_block_in_a_code_fence_is_text() -> None:
    body = "```\n<!-- sessions:cost -->\nx\n<!-- /sessions:cost -->\n```"
    assert without_blocks(body) == body


def test_a_block_that_is_never_closed_takes_nothing_with_it() -> None:
    assert without_blocks("<!-- sessions:cost -->\nkept\n") == "kept\n"


@pytest.mark.parametrize("body", ["# JWT\n\ntext", "JWT\n===\n\ntext", "# JWT #\n\ntext"])
def test_a_first_heading_that_repeats_the_title_goes(body: str) -> None:
    assert shown(body) == "<p>text</p>"


def test_other_first_headings_move_one_level_down() -> None:
    assert shown("# Other\n\na\n\n## Below\n\nb") == (
        '<h2 id="notes-other">Other</h2>\n<p>a</p>\n<h3 id="notes-below">Below</h3>\n<p>b</p>'
    )


def test_empty_sections_go_with_their_empty_parts() -> None:
    assert shown("## A\n\n### B\n\n<!-- hint -->\n\n## C\n\n### D\n\ntext") == (
        '<h2 id="notes-c">C</h2>\n<h3 id="notes-d">D</h3>\n<p>text</p>'
    )


def test_check_boxes_are_drawn() -> None:
    assert shown("- [x] done\n- [ ] open") == (
        '<ul class="task-list">\n'
        '<li class="task-list-item"><span class="sg-box" role="img" aria-label="done">☑</span> done</li>\n'
        '<li class="task-list-item"><span class="sg-box" role="img" aria-label="open">☐</span> open</li>\n'
        "</ul>"
    )


def test_links_between_session_files_lead_to_their_pages() -> None:
    rel = ' rel="noopener noreferrer nofollow ugc"'
    assert shown("[a](2026-02-10-a.md) [b](gone.md) [c](#why) [d](https://example.com/x)") == (
        f'<p><a href="2026-02-10-a.html"{rel}>a</a> <a{rel}>b</a> <a href="#notes-why"{rel}>c</a> '
        f'<a href="https://example.com/x"{rel}>d</a></p>'
    )


def test_a_picture_becomes_its_description() -> None:
    assert shown("![a chart](https://example.com/x.png)") == '<p><span class="sg-image">[image: a chart]</span></p>'


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("<script>alert(1)</script>", ""),
        ("<img src=x onerror=alert(1)>", "<p></p>"),
        ("<iframe srcdoc='<script>1</script>'></iframe>", ""),
        ("<svg onload=alert(1)><script>1</script></svg>", "<p></p>"),
        ("<style>*{display:none}</style>", ""),
        ('<meta http-equiv="refresh" content="0;url=https://example.com">', "<p></p>"),
        ('<base href="https://example.com/">', "<p></p>"),
        ("[x](javascript:alert(1))", '<p><a rel="noopener noreferrer nofollow ugc">x</a></p>'),
        ("[x](data:text/html;base64,PHM+)", '<p><a rel="noopener noreferrer nofollow ugc">x</a></p>'),
        ('<p onclick="alert(1)">x</p>', "<p>x</p>"),
        ('<form action="https://example.com"><input name="a"><button>x</button></form>', "x"),
        ('<p id="__search" class="md-overlay note">x</p>', '<p class="note">x</p>'),
        ('<p style="position:fixed">x</p>', "<p>x</p>"),
    ],
)
def test_nothing_runs_loads_or_imitates(hostile: str, expected: str) -> None:
    assert shown(hostile) == expected


def test_cutting_a_heading_out_of_an_attribute_opens_nothing() -> None:
    found = shown('<a title="<h2>">a</a>\n\n<h2></h2>\n\nx" onclick="alert(1)"')
    assert "onclick=" not in found.replace('onclick="alert(1)"</p>', "").replace("onclick=&quot;", "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("a" * 20_001, "line 1 is longer than 20,000 characters"),
        ("a\n" + "[" * 501, "line 2 repeats one character more than 500 times"),
        ("> " * 21 + "a", "line 1 is nested more than 20 levels deep"),
        (" " * 84 + "- a", "line 1 is nested more than 20 levels deep"),
        ("[a] [\n" * 600, "line 501 brings more brackets than can be converted"),
        ("a b\n" * 200_000, "it is longer than 512 KB"),
    ],
)
def test_what_would_hang_a_build_is_refused(body: str, reason: str) -> None:
    assert str(refusal_of(body)) == reason
    expected = f"The notes of this session are not shown here, because {reason}."
    assert shown(body) == f'<p class="sg-stub">{expected}</p>'


def test_a_refusal_names_the_line_of_the_body_also_below_blocks() -> None:
    body = "<!-- sessions:cost -->\nx\n<!-- /sessions:cost -->\n" + "> " * 21 + "a"
    assert str(refusal_of(body)) == "line 4 is nested more than 20 levels deep"


def test_long_code_is_not_refused() -> None:
    assert refusal_of("```\n" + "-" * 600 + "\n" + "[" * 2000 + "\n```") is None


def with_pictures(body: str) -> str:
    """On a site that has `a.png`, known to be 30 × 20, and `b.avif`."""
    pictures = {"a.png": Shown("../pictures/0a.png", 30, 20), "b.avif": Shown("../pictures/0b.avif")}
    return prose_html(body, "JWT", {"2026-02-10-a.md": "2026-02-10-a.html"}.get, pictures.get)


def test_a_picture_of_the_site_is_shown() -> None:
    assert with_pictures('![a "plan" <b>](a.png "words") ![b][1] ![c](c.png)\n\n[1]: b.avif') == (
        '<p><img src="../pictures/0a.png" alt="a &quot;plan&quot; &lt;b&gt;" width="30" height="20" loading="lazy"> '
        '<img src="../pictures/0b.avif" alt="b" loading="lazy"> <span class="sg-image">[image: c]</span></p>'
    )


def test_a_picture_may_be_a_link_and_stand_in_a_heading_and_in_a_table() -> None:
    picture = '<img src="../pictures/0a.png" alt="a" width="30" height="20" loading="lazy">'
    found = with_pictures("[![a](a.png)](2026-02-10-a.md)\n\n## See ![a](a.png)\n\n|![a](a.png)|\n|-|\n|![a](a.png)|")
    assert found.count(picture) == 4
    assert f'<a href="2026-02-10-a.html" rel="noopener noreferrer nofollow ugc">{picture}</a>' in found
    assert f'<h2 id="notes-see">See {picture}</h2>' in found


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="a.png">',
        '<img src="../pictures/0a.png" onload="alert(1)">',
        '<picture><source srcset="a.png"><img src="a.png"></picture>',
        '<span class="sg-picture-0 note">x</span>',
        '<span class="sg-picture-9"></span>',
        "<a title='<span class=\"sg-picture-0\"></span>'>x</a>",
    ],
)
def test_no_image_of_a_body_passes_but_by_markdown(hostile: str) -> None:
    found = with_pictures(f"{hostile}\n\n![words](a.png)")
    assert found.count("<img") == 1
    assert "onload" not in found


def test_a_copied_mark_shows_a_picture_of_the_same_page_at_most() -> None:
    found = with_pictures('![words](a.png)\n\n<span class="sg-picture-0"></span>\n\n<span class="sg-picture-1"></span>')
    assert re.findall(r"<img [^>]*>", found) == [found[3 : found.index(">", 4) + 1]] * 2


def test_targets_are_told_once_each_in_the_order_of_the_body() -> None:
    assert picture_targets("![a](b.png) ![b](a%20b.png)\n\n![c](b.png) ![d][x] `![e](e.png)`\n\n[x]: c.png") == (
        "b.png",
        "a%20b.png",
        "c.png",
    )
    assert picture_targets("[a](b.png) <img src='c.png'>") == ()


def test_no_picture_of_a_refused_body_is_shown() -> None:
    assert picture_targets("![a](b.png)\n\n" + "a" * 20_001) == ()
