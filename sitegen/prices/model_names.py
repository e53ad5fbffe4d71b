"""The many spellings of a model's name, brought to one. Nothing is guessed: an unknown name stays unknown."""

import re
from dataclasses import dataclass
from functools import lru_cache

ALIASES = frozenset({"best", "default", "fable", "haiku", "mythos", "opus", "opusplan", "sonnet"})
"""What a user may choose in Claude Code. Which model answered is not in the word, so it cannot be priced."""

SYNTHETIC = "<synthetic>"
"""Stands in the place of a model in lines that Claude Code wrote itself."""

_BRACKETS = re.compile(r"\[[^\[\]]*\]$")
_ROUTE = re.compile(r"^(?:anthropic|bedrock|openrouter|vertex_ai)/")
_BEDROCK = re.compile(r"^(?:(?P<region>[a-z-]{2,12})\.)?anthropic\.(?P<name>.+)$")
_BEDROCK_VERSION = re.compile(r"-v\d+(?::\d+)?$")
_DOT_IN_VERSION = re.compile(r"(?<=\d)\.(?=\d)")
_SNAPSHOT = re.compile(r"-(?:latest|20\d{6}|20\d{2}-\d{2}-\d{2})$")
_VERSION_FIRST = re.compile(r"^claude-(?P<version>\d+(?:-\d+)?)-(?P<family>[a-z]+)$")
_VERSION_ZERO = re.compile(r"(?<=-\d)-0$")
_FAMILY_AND_VERSION = re.compile(r"^claude-[a-z]+-(?P<major>\d+)(?:-(?P<minor>\d+))?$")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A name as price lists spell it. `provider` is anthropic or, with a `region` (global, regional), aws."""

    name: str
    provider: str = "anthropic"
    region: str = ""

    @property
    def spellings(self) -> tuple["ModelName", ...]:
        """The name itself and then without the date of a snapshot: the order of a look-up."""
        return tuple(dict.fromkeys((self, ModelName(family_name(self.name), self.provider, self.region))))


@lru_cache(maxsize=1024)  # a ledger names the same few models in each of its rows
def read_model_name(reported: str) -> ModelName:
    """Without blanks, capitals, a bracket suffix, routes and Bedrock's version; hyphens for `@` and dots."""
    name = _BRACKETS.sub("", reported.strip().lower())
    on_bedrock = False
    while route := _ROUTE.match(name):
        on_bedrock = on_bedrock or route.group() == "bedrock/"
        name = name[route.end() :]
    if bedrock := _BEDROCK.match(name):
        region = "global" if bedrock["region"] == "global" else "regional"
        return ModelName(_with_hyphens(_BEDROCK_VERSION.sub("", bedrock["name"])), "aws", region)
    if on_bedrock:
        return ModelName(_with_hyphens(_BEDROCK_VERSION.sub("", name)), "aws", "regional")
    return ModelName(_with_hyphens(name))


def _with_hyphens(name: str) -> str:
    return _DOT_IN_VERSION.sub("-", name.replace("@", "-")) if name.startswith("claude") else name


def family_name(name: str) -> str:
    """Without the date of a snapshot, the family before the version and no version `.0`.

    `claude-sonnet-4-20250514`, `claude-4-sonnet` and `claude-sonnet-4-0` are all `claude-sonnet-4`.
    """
    undated = _SNAPSHOT.sub("", name)
    if swapped := _VERSION_FIRST.match(undated):
        undated = f"claude-{swapped['family']}-{swapped['version']}"
    return _VERSION_ZERO.sub("", undated)


def is_at_least(name: str, version: tuple[int, int]) -> bool:
    """Whether a Claude model is of this version or a later one; False for a name without a version."""
    found = _FAMILY_AND_VERSION.match(family_name(name))
    return found is not None and (int(found["major"]), int(found["minor"] or 0)) >= version
