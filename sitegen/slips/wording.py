"""Labels put together into the subject of a sentence."""

from collections.abc import Sequence

MOST_NAMED = 8


def named(labels: Sequence[str]) -> str:
    """`row 22`, `rows 22, 24 and 25`; after eight of them their number: `rows 1, 2, … and 40 more`."""
    nouns = {label.partition(" ")[0] for label in labels}
    names = list(labels)
    if len(labels) > 1 and len(nouns) == 1 and all(" " in label for label in labels):
        names = [label.partition(" ")[2] for label in labels]
        names[0] = f"{nouns.pop()}s {names[0]}"
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def are(labels: Sequence[str]) -> str:
    return "is" if len(labels) == 1 else "are"
