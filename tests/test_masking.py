"""Secrets and personal details are found, masked, and never told."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.masking import Finding, find_secrets, mask, one_line
from tests.planted_secrets import ANTHROPIC, LOOK_ALIKES, MIXED, assigned, personal, planted


@pytest.mark.parametrize(("rule", "text"), planted())
def test_planted_secret_is_found_and_masked(rule: str, text: str) -> None:
    found = find_secrets(f"before {text} after")
    assert [(each.rule, each.level, each.start, each.length) for each in found] == [(rule, "secret", 7, len(text))]
    assert mask(f"before {text} after") == f"before [REDACTED:{rule}] after"


@pytest.mark.parametrize("text", [text for _, text in (*planted(), *personal())])
def test_emphasis_hides_nothing(text: str) -> None:
    assert len(find_secrets(f"see _{text}_ here")) == 1


@pytest.mark.parametrize("text", assigned())
def test_an_assigned_secret_is_masked_whatever_its_name_begins_with(text: str) -> None:
    assert [each.rule for each in find_secrets(text)] == ["assigned-secret"]
    assert "hunter2" not in mask(text)


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert find_secrets(text) == ()
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked", "rule"),
    [
        ("mail ann.lee@shop.test now", "mail [REDACTED:email] now", "email"),
        ("in /home/dev/shop-api/main.py", "in ~/shop-api/main.py", "home-path"),
        ("cc -I/home/dev/include", "cc -I~/include", "home-path"),
        ("in /Users/ann/shop", "in ~/shop", "home-path"),
        ("in /root/.bashrc", "in ~/.bashrc", "home-path"),
        (r"in C:\Users\Ann\shop", r"in ~\shop", "home-path"),
        (r"in C:\\Users\\Ann\\shop", r"in ~\\shop", "home-path"),
        ("in /mnt/c/Users/ann/shop", "in ~/shop", "home-path"),
        ("in -home-dev-shop-api", "in [REDACTED:home-path]", "home-path"),
        ("at 192.168.1.20:80", "at [REDACTED:private-ip]:80", "private-ip"),
    ],
)
def test_personal_details(text: str, masked: str, rule: str) -> None:
    assert [(each.rule, each.level) for each in find_secrets(text)] == [(rule, "personal")]
    assert mask(text) == masked


def test_secret_inside_a_path_is_masked_with_the_path() -> None:
    key = ANTHROPIC
    assert [each.rule for each in find_secrets(f"/home/dev/{key}/x")] == ["anthropic-key"]
    assert mask(f"/home/dev/{key}/x") == "~/[REDACTED:anthropic-key]/x"


def test_findings_are_in_order_and_do_not_overlap() -> None:
    key = ANTHROPIC
    found = find_secrets(f"a@b.test {key} /home/dev api_" + f"key={key}")
    assert [each.rule for each in found] == ["email", "anthropic-key", "home-path", "assigned-secret"]
    assert all(one.end <= two.start for one, two in pairwise(found))


def test_digest_names_a_text_without_telling_it() -> None:
    key = ANTHROPIC
    here, there = find_secrets(key)[0], find_secrets(f"again {key}")[0]
    assert here == Finding("anthropic-key", "secret", 0, len(key), here.digest)
    assert here.digest == there.digest
    assert len(here.digest) == 16
    assert MIXED not in repr(here)


def test_private_key_without_an_end_is_masked_as_far_as_it_goes() -> None:
    text = "-----BEGIN PRIVATE " + "KEY-----\n" + MIXED
    assert mask(text) == "[REDACTED:private-key]"


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([text for _, text in planted()]),
    st.sampled_from(["/home/dev/", "a@b.test", "password=", " ", "-home-dev-x", "\\", "C:\\Users\\", "10.0.0.1"]),
)


@given(st.lists(PIECES, max_size=8).map("".join))
@example("/home/a/home/b/root/c")
def test_masking_leaves_nothing_to_find_and_masks_once(text: str) -> None:
    masked = mask(text)
    assert find_secrets(masked) == ()
    assert mask(masked) == masked


@given(st.lists(PIECES, max_size=8).map("".join), st.integers(20, 90))
def test_one_line_is_one_short_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert "\n" not in line
    assert not {unicodedata.category(char) for char in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    line.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Fix the\n\n\tlogin   page \r\n", "Fix the login page"),
        ("a\u202eb\u2066c\u200bd\ud83de\x00f\x07", "abcdef"),
        ("\x1b[31mred\x1b[0m alert", "red alert"),
        ("a \u200b b", "a b"),
        ("Größe \U0001f680 日本語", "Größe \U0001f680 日本語"),
        ("", ""),
    ],
)
def test_one_line_keeps_what_can_be_seen(text: str, line: str) -> None:
    assert one_line(text) == line


def test_one_line_masks_before_it_cuts() -> None:
    key = ANTHROPIC
    assert one_line(f"the key is {key} and it works", 30) == "the key is…"
    assert one_line(f"the key is {key} and it works", 40) == "the key is [REDACTED:anthropic-key] and…"
    hidden = "sk-" + "ant\u200b-api03-" + MIXED
    assert one_line(hidden) == "[REDACTED:anthropic-key]"


def test_one_line_cuts_at_a_word_and_says_so() -> None:
    text = "Implement token validation for the login page and write tests for every branch of it"
    assert one_line(text) == "Implement token validation for the login page and write tests for every…"
    assert one_line("x" * 100, 10) == "xxxxxxxxx…"
    assert one_line("exactly ten", 11) == "exactly ten"


def test_one_line_of_a_huge_prompt_shows_no_piece_of_a_secret_cut_by_the_window() -> None:
    key = ANTHROPIC
    blob = "sk-" + "a" * 19_970
    assert one_line(f"{blob} {key}") == "[REDACTED:openai-key]"


def hostile() -> list[str]:
    return [
        "eyJ-" * 100_000,
        "eyJ" + "a" * 400_000,
        "-----BEGIN PRIVATE " + "KEY-----" + "-" * 400_000,
        ("-----BEGIN PRIVATE " + "KEY-----") * 15_000,
        "a" * 400_000 + "@",
        "a." * 200_000 + "@b",
        "password " * 45_000,
        "password" + " " * 400_000,
        "aws" * 130_000 + "secret",
        "://" * 130_000 + "@",
        "a://a:aaa" * 45_000,
        "/home/" * 66_000,
        "10." * 130_000,
        "sk-" * 130_000,
    ]


def test_no_input_makes_it_slow() -> None:
    plain = "The quick brown fox jumps over the lazy dog. " * 9_000
    started = time.perf_counter()
    find_secrets(plain + "@ /home/ :// 10. secret eyJ")
    allowance = 100 * (time.perf_counter() - started)
    for text in hostile():
        started = time.perf_counter()
        find_secrets(text)
        assert time.perf_counter() - started < allowance, text[:40]
