"""English words without their endings, and without those that carry no meaning of their own."""

import re

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_EMPTY = """
    a about after again all also an and any are as at be because been before better but by can could did do does
    down each every few for from get had has have how i if in into is it its just led less let make many may me might
    more most much must my need new next no nor not of off on one only or other our out over own per same should so
    some still such than that the their them then there these they this those though through to too under until up
    us very was we were what when where which while who why will with without would yet you your
"""
_STOP_WORDS = frozenset(_EMPTY.split())


def stems(text: str) -> frozenset[str]:
    """The words that carry the meaning, each cut down to what its forms share."""
    return frozenset(stem(word) for word in ordered_words(text) if word not in _STOP_WORDS)


def ordered_words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))


def stem(word: str) -> str:
    """`requests` and `requested` are `request`, `batching` is `batch`, `implementation` is `implement`."""
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if len(word) > 4 and word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif re.search(r"(?:ch|sh|ss|x|z)es$", word):
        word = word[:-2]
    elif len(word) > 3 and re.search(r"[^siu]s$", word):
        word = word[:-1]
    for ending in ("ation", "ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and re.search(r"[aeiouy]", rest):
            word = _undoubled(rest)
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _undoubled(word: str) -> str:
    return word[:-1] if re.search(r"([bdgmnprt])\1$", word) else word
