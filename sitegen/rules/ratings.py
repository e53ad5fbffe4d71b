"""Rules about scores in words: a whole number from 1 to 10, and as many stars as half of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sitegen.errors import Problem, ReplaceText, Severity, error, warning
from sitegen.handwritten.values import Text
from sitegen.rules.rule import Rule
from sitegen.rules.words import fields_of, place
from sitegen.session import Session
from sitegen.settings import Settings

_RATINGS = frozenset({"session rating", "rating", "overall rating"})
_BESIDE_RATINGS = frozenset({"cost efficiency", "code quality"})
"""What may also name a figure of another kind: a rating beside others, with stars, or out of ten."""
_STARS = re.compile(r"(?:[⭐★☆🌟]\ufe0f?[ \t]?)*[⭐★☆🌟]\ufe0f?")
_SCORE = re.compile(r"([-−]?\d{1,4}(?:[.,]\d{1,4})?)(?:\s*(?:/|of|out of)\s*(\d{1,4}))?")
_BLANK = re.compile(r"\[[^\[\]]*\]|[_?–—-]+")
_HIGHEST = 10


@dataclass(frozen=True, slots=True)
class _Rating:
    """`words` is the value without its stars; `at` and `column` are where the stars begin, in it and in the line."""

    value: Text
    words: str
    stars: str
    column: int

    @property
    def filled_stars(self) -> int:
        return sum(character in "⭐★🌟" for character in self.stars)

    @property
    def score(self) -> int | None:
        """The whole number from 1 to 10 that is typed, if one is."""
        found = _SCORE.fullmatch(self.words)
        if not found or found[2] not in (None, str(_HIGHEST)) or not found[1].isdecimal():
            return None
        return int(found[1]) if 1 <= int(found[1]) <= _HIGHEST else None


def check_stars(session: Session, _: Settings) -> Iterator[Problem]:
    ratings = [rating for rating in _ratings(session) if rating.stars]
    blank = [rating for rating in ratings if _BLANK.fullmatch(rating.words)]
    if blank:
        first, *others = (place(session, rating.value.line, rating.column) for rating in blank)
        message = f"{_stars(blank[0].filled_stars)} on a score that is not filled in; five stars cannot show ten steps"
        hint = "give a whole number from 1 to 10; a star stands for two"
        yield warning("stars", first, message, hint, also=tuple(others))
    for rating in ratings:
        score = rating.score
        if score is not None and rating.filled_stars != (expected := (score + 1) // 2):
            message = f"{_stars(rating.filled_stars)} on a score of {score}, expected {expected}"
            repair = ReplaceText(rating.stars, "⭐" * expected)
            at = place(session, rating.value.line, rating.column)
            yield warning("stars", at, message, "a star stands for two, half up", repair=repair)


def _stars(number: int) -> str:
    return "1 star" if number == 1 else f"{number} stars"


def check_ratings(session: Session, _: Settings) -> Iterator[Problem]:
    for rating in _ratings(session):
        found = _SCORE.fullmatch(rating.words)
        if found and rating.score is None:
            message = f"`{found[0]}` is no rating: it must be a whole number from 1 to {_HIGHEST}"
            yield error("rating", place(session, rating.value.line, rating.value.column), message)


def _ratings(session: Session) -> Iterator[_Rating]:
    fields = fields_of(session.body)
    rated = any(field.name in _RATINGS for field in fields)
    for field in fields:
        if field.name in _RATINGS or field.name in _BESIDE_RATINGS:
            rating = _read(field.value)
            if rated or rating.stars or rating.words.endswith(f"/{_HIGHEST}"):
                yield rating


def _read(value: Text) -> _Rating:
    stars = _STARS.search(value.text)
    if not stars:
        return _Rating(value, value.text, "", value.column)
    words = f"{value.text[: stars.start()]} {value.text[stars.end() :]}".strip().strip("*").strip()
    return _Rating(value, words, stars[0], value.column + stars.start())


RULES = (
    Rule(
        "stars",
        Severity.WARNING,
        "a score from 1 to 10 has half as many stars",
        file=check_stars,
        notes=True,
    ),
    Rule("rating", Severity.ERROR, "a rating is a whole number from 1 to 10", file=check_ratings, notes=True),
)
